//! A recorded desktop, coded once, for any number of agents.
//!
//! Each round shows the recording from its first picture; versions go on, so that a round is to the relay what a
//! window that is drawn anew would be.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use codec::Encoder;
use frame::{Picture, Region};
use platform::fake::RecordingReader;
use wire::screen::{Based, Extent, Operation, Tile};
use wire::{TileIndex, Version};

/// From the last picture to the first of the next round.
const ROUND_PAUSE: Duration = Duration::from_millis(33);

/// A recording in coded form.
#[derive(Debug)]
pub struct Recording {
    extent: Extent,
    frames: Vec<Frame>,
}

#[derive(Debug)]
struct Frame {
    at: Duration,
    /// What changed; versions count from the round's first frame.
    operations: Vec<Operation>,
    /// The same tiles, each standing alone.
    tiles: Vec<Tile>,
}

impl Recording {
    /// Reads and codes a recording.
    ///
    /// # Errors
    /// When the file is no recording.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        Self::code(path).with_context(|| path.display().to_string())
    }

    fn code(path: &Path) -> anyhow::Result<Self> {
        let mut reader = RecordingReader::open(path)?;
        let size = reader.size();
        let extent = Extent::new(size.width.try_into()?, size.height.try_into()?)?;
        let mut picture = Picture::new(size)?;
        let (mut encoder, mut frames, start) = (Encoder::new(extent), Vec::new(), Instant::now());
        while let Some(head) = reader.next_frame()? {
            let mut damage = Region::default();
            reader.draw(&mut picture, &mut damage)?;
            let operations = encoder.encode(&picture.frame(), damage.rects(), start + head.at)?;
            if !operations.is_empty() {
                let tiles = standing_alone(&encoder, extent, &operations);
                frames.push(Frame { at: head.at, operations, tiles });
            }
        }
        anyhow::ensure!(1 < frames.len(), "a recording that shows nothing");
        Ok(Self { extent, frames })
    }

    /// The size of the display.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Pictures a second, on average.
    pub fn per_second(&self) -> f64 {
        self.frames.len() as f64 / self.length().as_secs_f64()
    }

    /// From the frame before to this one, counted over all rounds.
    pub fn pause(&self, frame: u32) -> Duration {
        match frame as usize % self.frames.len() {
            0 => ROUND_PAUSE,
            place => self.frames[place].at - self.frames[place - 1].at,
        }
    }

    /// A frame's operations and whole tiles, as capture `version`.
    pub fn frame(&self, frame: u32, version: Version) -> (Vec<Operation>, Vec<Tile>) {
        let place = frame as usize % self.frames.len();
        let found = &self.frames[place];
        // The recording's own versions count from 1.
        let shift = version.to_wire().saturating_sub(place as u32 + 1);
        let operations = found.operations.iter().map(|operation| shifted(operation, shift)).collect();
        let tiles = found.tiles.iter().map(|tile| Tile { version, ..tile.clone() }).collect();
        (operations, tiles)
    }

    fn length(&self) -> Duration {
        self.frames.last().map_or(ROUND_PAUSE, |last| last.at + ROUND_PAUSE)
    }
}

fn standing_alone(encoder: &Encoder, extent: Extent, operations: &[Operation]) -> Vec<Tile> {
    let grid = extent.grid();
    let mut touched: Vec<TileIndex> = Vec::new();
    for operation in operations {
        match operation {
            Operation::Tile(tile) => touched.push(tile.index),
            Operation::Patch(patch) => touched.push(patch.index),
            Operation::Copy(copy) => touched.extend(grid.touched(copy.to)),
            _ => {}
        }
    }
    touched.sort_unstable();
    touched.dedup();
    let tile = |index: TileIndex| match encoder.tile(index) {
        Some(Operation::Tile(tile)) => Some(tile),
        _ => None,
    };
    touched.into_iter().filter_map(tile).collect()
}

fn shifted(operation: &Operation, by: u32) -> Operation {
    let later = |version: Version| Version::from_wire(version.to_wire() + by);
    let mut operation = operation.clone();
    let move_based = |based: &mut Based| {
        *based = Based { version: later(based.version), base: later(based.base) };
    };
    match &mut operation {
        Operation::Tile(tile) => tile.version = later(tile.version),
        Operation::Copy(copy) => move_based(&mut copy.based),
        Operation::Patch(patch) => move_based(&mut patch.based),
        Operation::Reuse(reuse) => reuse.version = later(reuse.version),
        Operation::VideoEnd(end) => end.version = later(end.version),
        Operation::Dictionary(_) | Operation::VideoRegion(_) | Operation::VideoPicture(_) => {}
    }
    operation
}

#[cfg(test)]
mod tests {
    use proto::screen::Store;

    use super::*;
    use crate::content::{Content, Player};

    #[test]
    fn a_second_round_goes_on_where_the_first_ended() -> anyhow::Result<()> {
        let clip = e2e::checkout().join("benches/data/typing.td.zst");
        let recording = std::sync::Arc::new(Recording::read(&clip)?);
        let frames = recording.frames.len();
        let mut player = Player::new(Content::Recorded(recording), 1)?;
        let mut store = Store::new();
        for _ in 0..2 * frames {
            store.put(player.capture())?;
        }
        assert_eq!(store.counters().broken, 0);
        assert_eq!(player.version().to_wire() as usize, 2 * frames);
        Ok(())
    }
}
