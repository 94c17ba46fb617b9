//! What is shown, and how old it is where it is seen.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::Context;
use bytes::Bytes;
use proto::screen::{Capture, Inbox, Store, View};
use wire::screen::{Coding, EXACT, Extent, Operation, SeatInput, Tile, Update};
use wire::{Epoch, RenditionId, Seat, SessionId, TileIndex, Version};

use crate::line::Random;

/// What happens on the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Five tiles of 4 kB each, all of them new 30 times a second.
    Motion,
    /// A letter five times a second; beside it a page of photographs that loads again every eight seconds.
    TypingBesidePhotos,
}

/// Tiles of [`Show::Motion`].
pub(crate) const MOTION_TILES: usize = 5;

const PICTURE_US: u64 = 33_333;
const LETTER_US: u64 = 200_000;
const PAGE_US: u64 = 8_000_000;

/// Tiles of the page, each of 4 kB: 5 s of a line of 1 Mb/s.
const PAGE_TILES: usize = 150;

/// Who types.
const SEAT: Seat = Seat::from_wire(1);

/// The desktop, and what its viewer has of it.
pub struct Sender {
    show: Show,
    store: Store,
    /// What the viewer has.
    pub view: View,
    version: Version,
    /// When each version was captured.
    captured_us: Vec<u64>,
    next_us: u64,
    next_page_us: u64,
    letters: u32,
    random: Random,
}

impl Sender {
    /// Begins to show at a moment.
    pub fn new(show: Show, now_us: u64, seed: u64) -> Self {
        let view = View::new(
            SessionId::from_wire(1),
            RenditionId::of(0, wire::control::ColorMode::AllColors),
            Some(SEAT),
        );
        Self {
            show,
            store: Store::new(),
            view,
            version: Version::NONE,
            captured_us: vec![0],
            next_us: now_us,
            next_page_us: now_us,
            letters: 0,
            random: Random(seed),
        }
    }

    /// When the picture changes next.
    pub fn next_us(&self) -> u64 {
        self.next_us
    }

    /// Changes the picture if it is time to.
    ///
    /// # Errors
    /// When the store refuses a capture, which would be a fault of ours.
    pub fn capture(&mut self, now_us: u64) -> anyhow::Result<()> {
        if now_us < self.next_us {
            return Ok(());
        }
        self.version = self.version.next().context("versions")?;
        self.captured_us.push(now_us);
        let (operations, inputs) = match self.show {
            Show::Motion => {
                self.next_us += PICTURE_US;
                ((0..MOTION_TILES).filter_map(|place| self.tile(place, 4_000)).collect(), Vec::new())
            }
            Show::TypingBesidePhotos => self.typing(now_us),
        };
        let capture = Capture {
            epoch: Epoch::from_wire(1),
            extent: Extent::new(1_280, 800)?,
            version: self.version,
            captured_us: 0,
            operations,
            inputs,
        };
        Ok(self.store.put(capture)?)
    }

    /// The next update that fits.
    pub fn take(&mut self, now: Instant, bytes_max: usize) -> Option<Update> {
        self.view.take(&mut self.store, now, bytes_max)
    }

    /// When a version was captured.
    pub fn captured_us(&self, version: Version) -> Option<u64> {
        self.captured_us.get(version.to_wire() as usize).copied()
    }

    fn typing(&mut self, now_us: u64) -> (Vec<Operation>, Vec<SeatInput>) {
        self.next_us += LETTER_US;
        self.letters += 1;
        let mut operations: Vec<_> = self.tile(0, 600).into_iter().collect();
        if self.next_page_us <= now_us {
            self.next_page_us += PAGE_US;
            operations.extend((1..=PAGE_TILES).filter_map(|place| self.tile(place, 4_000)));
        }
        (operations, vec![SeatInput { seat: SEAT, number: self.letters }])
    }

    fn tile(&mut self, place: usize, bytes: usize) -> Option<Operation> {
        let payload: Vec<u8> = (0..bytes).map(|_| self.random.below(256) as u8).collect();
        Some(Operation::Tile(Tile {
            index: TileIndex::from_usize(place)?,
            version: self.version,
            quality: EXACT,
            coding: Coding(5),
            dictionary: None,
            keep: None,
            payload: Bytes::from(payload),
        }))
    }
}

/// Who looks.
#[derive(Default)]
pub struct Viewer {
    inbox: Inbox,
    shown: HashMap<TileIndex, Version>,
}

impl Viewer {
    /// An update has arrived; gives the number up to which all is applied.
    ///
    /// # Errors
    /// When it is not one.
    pub fn receive(&mut self, bytes: Bytes) -> anyhow::Result<u64> {
        self.inbox.receive(Update::decode(bytes)?)?;
        while let Some(update) = self.inbox.poll() {
            for operation in update.operations {
                if let Operation::Tile(tile) = operation {
                    let shown = self.shown.entry(tile.index).or_insert(tile.version);
                    *shown = tile.version.max(*shown);
                }
            }
        }
        Ok(self.inbox.applied())
    }

    /// The version of a tile; `None` before it was shown.
    pub fn shown(&self, place: usize) -> Option<Version> {
        self.shown.get(&TileIndex::from_usize(place)?).copied()
    }
}
