//! What a hop keeps of one rendition: the newest of each tile.

use std::time::Instant;

use wire::screen::{Extent, Operation, SeatInput, Update};
use wire::{Epoch, TileIndex, Version};

/// Why an update cannot be stored: the sender's doing, and closes its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The display's size differs within an epoch.
    #[error("epoch {0} has two sizes")]
    Resized(Epoch),
    /// The pictures kept for reuse take too much memory.
    #[error("slots hold {got} bytes, the limit is {limit}")]
    Slots {
        /// Bytes that the slots would hold.
        got: usize,
        /// The most that they may hold.
        limit: usize,
    },
}

/// One capture of an agent, coded: what changed since the one before.
#[derive(Debug, Clone)]
pub struct Capture {
    /// Which run of the display. A new one empties the store.
    pub epoch: Epoch,
    /// Size of the display in pixels.
    pub extent: Extent,
    /// The number of the capture, growing by 1 within the epoch. Answers to a refresh repeat the newest.
    pub version: Version,
    /// When the pixels were read, in microseconds of the caller's clock, wrapping.
    pub captured_us: u32,
    /// Copies and patches with this version; tiles with it, or with [`Store::newest`] when they answer a refresh.
    /// Copies read the capture before. A tile with the very `Bytes` of an earlier one travels as a reuse.
    pub operations: Vec<Operation>,
    /// The newest input of each technician that was injected before the pixels were read.
    pub inputs: Vec<SeatInput>,
}

/// What happened in a [`Store`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreCounters {
    /// Operations that made something newer.
    pub applied: u64,
    /// Operations skipped because the tile was newer already.
    pub skipped: u64,
    /// Based operations whose base was not there: a sign of a sender that breaks the rules.
    pub broken: u64,
    /// Tiles asked for upstream.
    pub refreshed: u64,
}

/// The newest of each tile of one rendition, from which any number of views send.
#[derive(Debug, Default)]
pub struct Store {}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an update that came from upstream, in an order that an [`super::Inbox`] gave.
    ///
    /// `captured_us` is the update's capture time, translated to this hop's clock. Inputs in the header are not
    /// taken: see [`Store::note_inputs`].
    ///
    /// # Errors
    /// When the sender broke a rule; the link is to be closed. The store stays usable.
    pub fn apply(&mut self, update: Update, captured_us: u32) -> Result<(), StoreError> {
        let _ = (update, captured_us);
        Ok(())
    }

    /// Takes an agent's own capture, or its answer to a refresh.
    ///
    /// # Errors
    /// When the size differs from that of the epoch.
    pub fn put(&mut self, capture: Capture) -> Result<(), StoreError> {
        let _ = capture;
        Ok(())
    }

    /// The effect of these inputs shows in what is stored now. A hop calls this once all updates up to the one
    /// whose header had them are applied.
    pub fn note_inputs(&mut self, inputs: &[SeatInput]) {
        let _ = inputs;
    }

    /// Forgets the picture: the way to it is lost. Views that were fed from it go on with what comes next.
    pub fn clear(&mut self) {}

    /// The epoch of the picture, once there is one.
    pub fn epoch(&self) -> Option<Epoch> {
        None
    }

    /// The newest version of a tile; [`Version::NONE`] when it was never seen.
    pub fn newest(&self, index: TileIndex) -> Version {
        let _ = index;
        Version::NONE
    }

    /// The tiles to ask upstream for, when views want some and no request is on its way.
    ///
    /// An agent codes these tiles from its newest capture and gives them to [`Store::put`].
    pub fn take_refresh(&mut self, now: Instant) -> Option<Vec<TileIndex>> {
        let _ = now;
        None
    }

    /// When [`Store::take_refresh`] is to be asked again even if nothing arrives.
    pub fn refresh_deadline(&self) -> Option<Instant> {
        None
    }

    /// What happened so far.
    pub fn counters(&self) -> StoreCounters {
        StoreCounters::default()
    }
}
