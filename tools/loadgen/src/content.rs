//! What agents show: noise of a given size and rate, or a recorded desktop.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use proto::screen::{Capture, Store, View};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use wire::control::ColorMode;
use wire::screen::{Coding, EXACT, Extent, Operation, Tile, Update};
use wire::{Epoch, RenditionId, SessionId, TileIndex, Version};

use crate::recording::Recording;

/// Largest payload of one tile of noise.
const TILE_BYTES_MAX: usize = 4000;

/// Payloads are random places of this much noise, which all agents share.
const NOISE_BYTES: usize = 1 << 20;

/// Payload of the answer to an input: a letter that appears.
const ECHO_BYTES: usize = 400;

/// A relay never looks into a payload: any coding will do.
const CODING: Coding = Coding(5);

static NOISE: LazyLock<Bytes> = LazyLock::new(|| {
    let mut random = StdRng::seed_from_u64(1);
    (0..NOISE_BYTES).map(|_| random.random::<u8>()).collect()
});

/// What an agent shows.
#[derive(Debug, Clone)]
pub enum Content {
    /// The same few tiles, again and again, always with other bytes.
    Noise {
        /// Payload bytes of one capture.
        bytes: usize,
        /// Captures a second.
        per_second: u32,
    },
    /// A recorded desktop in a loop, coded once for all agents.
    Recorded(Arc<Recording>),
}

impl Content {
    /// 20 kB at 30 a second: what relays are compared by.
    pub const USUAL: Self = Self::Noise { bytes: 20_000, per_second: 30 };

    /// Captures a second, on average.
    pub fn per_second(&self) -> f64 {
        match self {
            Self::Noise { per_second, .. } => f64::from(*per_second),
            Self::Recorded(recording) => recording.per_second(),
        }
    }

    /// The size of the display.
    ///
    /// # Errors
    /// When no display is that large, which none here is.
    pub fn extent(&self) -> anyhow::Result<Extent> {
        match self {
            Self::Noise { .. } => Ok(Extent::new(640, 320)?),
            Self::Recorded(recording) => Ok(recording.extent()),
        }
    }
}

/// One agent's way through its content.
#[derive(Debug)]
pub struct Player {
    content: Content,
    extent: Extent,
    random: StdRng,
    /// Captures so far.
    version: Version,
    /// Frames of a recording that were played, over all rounds.
    frames: u32,
    /// The newest whole tile of each place, for whoever asks for it again.
    current: Vec<Option<Tile>>,
}

impl Player {
    /// A player at its beginning.
    ///
    /// # Errors
    /// As [`Content::extent`].
    pub fn new(content: Content, seed: u64) -> anyhow::Result<Self> {
        let extent = content.extent()?;
        let current = vec![None; extent.grid().tiles()];
        let random = StdRng::seed_from_u64(seed);
        Ok(Self { content, extent, random, version: Version::NONE, frames: 0, current })
    }

    /// The size of the display.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// From one capture to the next.
    pub fn pause(&self) -> Duration {
        match &self.content {
            Content::Noise { per_second, .. } => Duration::from_secs(1) / (*per_second).max(1),
            Content::Recorded(recording) => recording.pause(self.frames),
        }
    }

    /// The newest capture.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The next capture.
    pub fn capture(&mut self) -> Capture {
        self.version = self.version.next().unwrap_or(self.version);
        let operations = match &self.content {
            Content::Noise { bytes, .. } => self.noise(*bytes),
            Content::Recorded(recording) => {
                let recording = Arc::clone(recording);
                let (operations, tiles) = recording.frame(self.frames, self.version);
                self.frames += 1;
                self.keep(tiles);
                operations
            }
        };
        self.captured(operations)
    }

    /// A capture that only says that an input shows: a letter's worth of noise, or nothing else.
    pub fn echo(&mut self) -> Capture {
        if matches!(self.content, Content::Recorded(_)) {
            return self.captured(Vec::new());
        }
        self.version = self.version.next().unwrap_or(self.version);
        let operations = self.noise(ECHO_BYTES);
        self.captured(operations)
    }

    /// These tiles once more, as they are now.
    pub fn again(&self, tiles: &[TileIndex]) -> Capture {
        let known = tiles.iter().filter_map(|index| self.current.get(index.to_usize())?.clone());
        self.captured(known.map(Operation::Tile).collect())
    }

    fn captured(&self, operations: Vec<Operation>) -> Capture {
        Capture {
            epoch: Epoch::from_wire(1),
            extent: self.extent,
            version: self.version,
            captured_us: 0,
            operations,
            inputs: Vec::new(),
        }
    }

    fn noise(&mut self, bytes: usize) -> Vec<Operation> {
        let tiles = bytes.div_ceil(TILE_BYTES_MAX).clamp(1, self.current.len());
        let each = (bytes / tiles).min(NOISE_BYTES / 2);
        let made = (0..tiles).filter_map(TileIndex::from_usize).map(|index| {
            let from = self.random.random_range(0..NOISE_BYTES - each);
            let payload = NOISE.slice(from..from + each);
            let (version, quality, coding) = (self.version, EXACT, CODING);
            Tile { index, version, quality, coding, dictionary: None, keep: None, payload }
        });
        let made: Vec<Tile> = made.collect();
        self.keep(made.clone());
        made.into_iter().map(Operation::Tile).collect()
    }

    fn keep(&mut self, tiles: Vec<Tile>) {
        for tile in tiles {
            if let Some(place) = self.current.get_mut(tile.index.to_usize()) {
                *place = Some(tile);
            }
        }
    }
}

/// Captures as the updates of an agent that nobody asks for anything and nothing slows.
#[derive(Debug)]
pub struct Feed {
    player: Player,
    store: Store,
    view: View,
}

impl Feed {
    /// Of one session, in the rendition that everybody here watches.
    ///
    /// # Errors
    /// As [`Content::extent`].
    pub fn new(session: SessionId, content: Content, seed: u64) -> anyhow::Result<Self> {
        let view = View::new(session, rendition(), None);
        Ok(Self { player: Player::new(content, seed)?, store: Store::new(), view })
    }

    /// From one capture to the next.
    pub fn pause(&self) -> Duration {
        self.player.pause()
    }

    /// The next capture: its version, and the update that tells it.
    ///
    /// # Errors
    /// When the store refuses, which would be a fault of ours.
    pub fn next_update(&mut self) -> anyhow::Result<(Version, Option<Update>)> {
        let capture = self.player.capture();
        let version = capture.version;
        self.store.put(capture)?;
        Ok((version, self.view.take(&mut self.store, Instant::now(), usize::MAX)))
    }
}

/// The rendition that everybody here shows and watches.
pub fn rendition() -> RenditionId {
    RenditionId::of(0, ColorMode::AllColors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_the_wanted_bytes_and_can_be_asked_for_again() -> anyhow::Result<()> {
        let mut player = Player::new(Content::USUAL, 7)?;
        let capture = player.capture();
        let bytes: usize = capture.operations.iter().map(payload_bytes).sum();
        assert_eq!(bytes, 20_000);
        let again = player.again(&[TileIndex::from_wire(3), TileIndex::from_wire(49)]);
        assert_eq!(again.operations, [capture.operations[3].clone()]);
        Ok(())
    }

    #[test]
    fn every_capture_has_a_version_of_its_own() -> anyhow::Result<()> {
        let mut player = Player::new(Content::USUAL, 7)?;
        let versions = [player.capture().version, player.echo().version, player.capture().version];
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        Ok(())
    }

    fn payload_bytes(operation: &Operation) -> usize {
        if let Operation::Tile(tile) = operation { tile.payload.len() } else { 0 }
    }
}
