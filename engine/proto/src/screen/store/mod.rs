//! What a hop keeps of one rendition: the newest of each tile, and what views may still use on their way there.
//!
//! It never decodes, and never guesses: a tile of which it knows only that there is something newer is *stale*,
//! and asked for upstream when a view has room for it. Start at [`Store::apply`].

mod changes;
mod copies;
mod inputs;
mod received;
mod requests;
mod tile;
mod video;

use std::time::Instant;

use bytes::Bytes;
use wire::limits::VIDEOS_MAX;
use wire::screen::{Coding, CopyArea, Extent, Grid, Operation, PatchTile, Reuse, SeatInput, Tile, Update};
use wire::{DictionaryId, Epoch, TileIndex, Version};

use super::grade::Grade;
pub(super) use changes::{Changes, Place};
pub(super) use copies::{Copies, clip};
use inputs::Inputs;
use received::{Dictionaries, Kept, Slots};
use requests::Requests;
pub(super) use tile::{Coded, NamedDictionary, Payload, Step, StoredTile};
use tile::{Outcome, Part, Patch};
use video::Videos;

/// Tiles that the copies of one update may write, for each tile of the display: an encoder finds a few moves.
const COPIED_TILES_FACTOR: usize = 8;

/// A received payload keeps its whole stream in memory, so one smaller than this part of it is copied out.
const SHARED_PART_MIN: usize = 4;

/// Why an update cannot be stored: the sender's doing, and closes its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The display's size differs within an epoch.
    #[error("epoch {0} has two sizes")]
    Resized(Epoch),
    /// The tiles kept for reuse take too much memory.
    #[error("slots hold {got} bytes, the limit is {limit}")]
    Slots {
        /// Bytes that the slots would hold.
        got: usize,
        /// The most that they may hold.
        limit: usize,
    },
    /// The copies of one update write the display over and over.
    #[error("copies of one update write more than {limit} tiles")]
    Copies {
        /// The most that they may write.
        limit: usize,
    },
    /// More films at once than anybody shows.
    #[error("more than {limit} video regions")]
    Videos {
        /// The most that there may be.
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
    /// The number of the capture, growing within the epoch. Answers to a refresh repeat the newest.
    pub version: Version,
    /// When the pixels were read, in microseconds of the caller's clock, wrapping.
    pub captured_us: u32,
    /// Copies and patches with this version; tiles with it, or with [`Store::newest`] when they answer a refresh.
    ///
    /// Copies read the capture before. What makes one tile out of its last version comes in one capture: copies,
    /// patches on them, or else a tile. A tile with the very same `Bytes` as an earlier one travels as a reuse, so
    /// an encoder that sees a tile again gives a clone of the payload that it gave before.
    pub operations: Vec<Operation>,
    /// The newest input of each technician that was injected before the pixels were read.
    pub inputs: Vec<SeatInput>,
}

/// What happened in a [`Store`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreCounters {
    /// Operations on tiles that made something newer.
    pub applied: u64,
    /// Operations skipped because the tile was newer already.
    pub skipped: u64,
    /// Operations that need what is not there: a sender that breaks the rules, or whose picture was dropped here.
    pub broken: u64,
    /// Tiles asked for upstream.
    pub refreshed: u64,
}

/// The display that the tiles are of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) epoch: Epoch,
    pub(super) extent: Extent,
    pub(super) grid: Grid,
}

/// The newest of each tile of one rendition, from which any number of views send.
#[derive(Debug, Default)]
pub struct Store {
    shape: Option<Shape>,
    tiles: Vec<StoredTile>,
    copies: Copies,
    dictionaries: Dictionaries,
    slots: Slots,
    inputs: Inputs,
    requests: Requests,
    changes: Changes,
    videos: Videos,
    /// The newest capture that anything is of, and its time.
    newest: Version,
    captured_us: u32,
    /// Counts updates, so that parts of one are known to belong together.
    batch: u64,
    counters: StoreCounters,
}

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
        self.start(update.header.epoch, update.header.extent)?;
        let mut operations = update.operations;
        let total = operations.iter().filter_map(payload).map(Bytes::len).sum::<usize>();
        for payload in operations.iter_mut().filter_map(payload_mut) {
            if payload.len() * SHARED_PART_MIN < total {
                *payload = Bytes::copy_from_slice(payload);
            }
        }
        self.write(operations, captured_us)
    }

    /// Takes an agent's own capture, or its answer to a refresh.
    ///
    /// # Errors
    /// When the size differs from that of the epoch.
    pub fn put(&mut self, capture: Capture) -> Result<(), StoreError> {
        // A new epoch's first capture was read after all inputs that showed in the last one.
        let earlier = if self.epoch() == Some(capture.epoch) { Vec::new() } else { self.inputs.newest() };
        self.start(capture.epoch, capture.extent)?;
        if self.newest < capture.version {
            (self.newest, self.captured_us) = (capture.version, capture.captured_us);
        }
        self.write(capture.operations, capture.captured_us)?;
        self.note_inputs(&earlier);
        self.note_inputs(&capture.inputs);
        Ok(())
    }

    /// The effect of these inputs shows in what is stored now. A hop calls this once all updates up to the one
    /// whose header had them are applied.
    pub fn note_inputs(&mut self, inputs: &[SeatInput]) {
        for input in inputs {
            if self.inputs.note(*input, self.newest) {
                self.changes.touch();
            }
        }
    }

    /// Forgets the picture: the way to it is lost. Views that were fed from it go on with what comes next.
    pub fn clear(&mut self) {
        let (batch, counters, mut changes) = (self.batch, self.counters, std::mem::take(&mut self.changes));
        changes.forget();
        let (dictionaries, videos) = (self.dictionaries.emptied(), self.videos.emptied());
        *self = Self { changes, batch, counters, dictionaries, videos, ..Self::default() };
    }

    /// The epoch of the picture, once there is one.
    pub fn epoch(&self) -> Option<Epoch> {
        self.shape.map(|shape| shape.epoch)
    }

    /// The newest version of a tile; [`Version::NONE`] when it was never seen.
    pub fn newest(&self, index: TileIndex) -> Version {
        self.tile(index).map_or(Version::NONE, |tile| tile.newest().version)
    }

    /// Whether a tile's newest grade is exact, so that an agent may base copies and patches on it.
    pub fn is_exact(&self, index: TileIndex) -> bool {
        self.tile(index).is_some_and(|tile| tile.newest().is_exact())
    }

    /// The tiles to ask upstream for, when views want some and no request is on its way.
    ///
    /// An agent codes these tiles from its newest capture and gives them to [`Store::put`].
    pub fn take_refresh(&mut self, now: Instant) -> Option<Vec<TileIndex>> {
        let mut requests = std::mem::take(&mut self.requests);
        let tiles = requests.take(now, |index| !self.is_fresh(index));
        self.requests = requests;
        self.counters.refreshed += tiles.as_ref().map_or(0, Vec::len) as u64;
        tiles
    }

    /// The films to ask a key picture for upstream; empty when nobody waits for one, or it was asked for just now.
    ///
    /// An agent codes one of each with its next capture.
    pub fn take_key_requests(&mut self, now: Instant) -> Vec<u32> {
        self.videos.take_wanted(now)
    }

    /// When [`Store::take_refresh`] or [`Store::take_key_requests`] is to be asked again even if nothing arrives.
    pub fn refresh_deadline(&self) -> Option<Instant> {
        self.requests.deadline().into_iter().chain(self.videos.deadline()).min()
    }

    /// Bytes of payload that are kept: tiles, patches behind them, slots, dictionaries and films. Looks at every tile.
    pub fn payload_bytes(&self) -> usize {
        let tiles = self.tiles.iter().map(StoredTile::payload_bytes).sum::<usize>();
        tiles + self.slots.bytes() + self.dictionaries.bytes() + self.videos.bytes()
    }

    /// What happened so far.
    pub fn counters(&self) -> StoreCounters {
        self.counters
    }

    /// Makes sure that the picture is of this epoch.
    fn start(&mut self, epoch: Epoch, extent: Extent) -> Result<(), StoreError> {
        match self.shape {
            Some(shape) if shape.epoch == epoch && shape.extent == extent => return Ok(()),
            Some(shape) if shape.epoch == epoch => return Err(StoreError::Resized(epoch)),
            _ => self.clear(),
        }
        let grid = extent.grid();
        self.shape = Some(Shape { epoch, extent, grid });
        self.tiles.resize_with(grid.tiles(), StoredTile::default);
        self.requests.reset(grid.tiles());
        Ok(())
    }

    fn write(&mut self, operations: Vec<Operation>, captured_us: u32) -> Result<(), StoreError> {
        let Some(shape) = self.shape else { return Ok(()) };
        self.batch += 1;
        let newest = operations.iter().filter_map(Operation::version).max().unwrap_or(Version::NONE);
        if self.newest < newest {
            (self.newest, self.captured_us) = (newest, captured_us);
        }
        self.write_copies(shape.grid, &operations, captured_us)?;
        for operation in operations {
            match operation {
                Operation::Tile(tile) => self.write_tile(tile, captured_us)?,
                Operation::Patch(patch) => self.write_patch(patch, captured_us),
                Operation::Reuse(reuse) => self.write_reuse(reuse, captured_us),
                Operation::Dictionary(dictionary) => self.dictionaries.put(dictionary),
                Operation::Copy(_) => {}
                Operation::VideoRegion(region) => {
                    let outcome = self.videos.put_region(region);
                    self.note_video(outcome.ok_or(StoreError::Videos { limit: VIDEOS_MAX })?);
                }
                Operation::VideoPicture(picture) => {
                    let outcome = self.videos.put_picture(picture, captured_us);
                    self.note_video(outcome);
                }
                Operation::VideoEnd(end) => {
                    self.videos.end(end);
                    self.note_video(Outcome::Applied);
                }
            }
        }
        Ok(())
    }

    fn note_video(&mut self, outcome: Outcome) {
        self.counters.applied += u64::from(outcome == Outcome::Applied);
        self.counters.broken += u64::from(outcome == Outcome::Broken);
        self.counters.skipped += u64::from(outcome == Outcome::Skipped);
        self.changes.touch();
    }

    /// All copies of an update read the picture before it, so they are judged before the first is written.
    fn write_copies(
        &mut self,
        grid: Grid,
        operations: &[Operation],
        captured_us: u32,
    ) -> Result<(), StoreError> {
        let limit = grid.tiles() * COPIED_TILES_FACTOR;
        let mut parts = Vec::new();
        for operation in operations {
            let Operation::Copy(copy) = operation else { continue };
            let place = self.copies.push(*copy);
            for index in grid.touched(copy.to) {
                parts.push((index, place, copy.based, self.can_copy(grid, copy, index)));
            }
            if limit < parts.len() {
                return Err(StoreError::Copies { limit });
            }
        }
        for (index, place, based, had) in parts {
            let batch = self.batch;
            self.change(index, |tile| match had {
                _ if Grade::exact(based.version) <= tile.newest() && !tile.is_open(based.version, batch) => {
                    Outcome::Skipped
                }
                true => tile.put_part(Part::Copy(place), based, captured_us, batch),
                false => tile.put_broken(based.version),
            });
        }
        Ok(())
    }

    /// Whether all that a copy reads for one of its targets is there.
    fn can_copy(&self, grid: Grid, copy: &CopyArea, index: TileIndex) -> bool {
        let Some(part) = clip(grid, copy, index) else { return false };
        let is_at = |index| self.tile(index).is_some_and(|tile| tile.is_at(copy.based.base));
        (grid.covers(copy.to, index) || is_at(index)) && grid.touched(part.from()).all(is_at)
    }

    fn write_tile(&mut self, tile: Tile, captured_us: u32) -> Result<(), StoreError> {
        let coded = self.coded(tile.coding, tile.dictionary, tile.payload);
        if let (Some(slot), Some(coded)) = (tile.keep, &coded) {
            self.slots.fill(slot, Kept { quality: tile.quality, coded: coded.clone() })?;
        }
        let grade = Grade { version: tile.version, quality: tile.quality };
        self.write_payload(tile.index, grade, coded, captured_us);
        Ok(())
    }

    fn write_reuse(&mut self, reuse: Reuse, captured_us: u32) {
        let (quality, coded) = match self.slots.get(reuse.slot) {
            Some(kept) => (kept.quality, Some(kept.coded)),
            None => (wire::screen::EXACT, None),
        };
        self.write_payload(reuse.index, Grade { version: reuse.version, quality }, coded, captured_us);
    }

    fn write_payload(&mut self, index: TileIndex, grade: Grade, coded: Option<Coded>, captured_us: u32) {
        let batch = self.batch;
        self.change(index, |tile| match coded {
            Some(coded) => tile.put_payload(Payload { grade, coded, captured_us }, batch),
            None => tile.put_broken(grade.version),
        });
        if self.requests.answered(index) {
            self.changes.push(index);
        }
    }

    fn write_patch(&mut self, patch: PatchTile, captured_us: u32) {
        let (based, batch) = (patch.based, self.batch);
        let coded = self.coded(patch.coding, patch.dictionary, patch.payload);
        self.change(patch.index, |tile| {
            let open = tile.is_open(based.version, batch);
            match coded {
                _ if Grade::exact(based.version) <= tile.newest() && !open => Outcome::Skipped,
                Some(coded) if open || tile.is_at(based.base) => tile.put_part(
                    Part::Patch(Patch { based, rect: patch.rect, coded }),
                    based,
                    captured_us,
                    batch,
                ),
                _ => tile.put_broken(based.version),
            }
        });
    }

    /// A payload with the very dictionary that it needs; `None` when that is not there.
    fn coded(&self, coding: Coding, dictionary: Option<DictionaryId>, bytes: Bytes) -> Option<Coded> {
        let dictionary = match dictionary {
            Some(id) => Some(self.dictionaries.name(id)?),
            None => None,
        };
        Some(Coded { coding, dictionary, bytes })
    }

    fn change(&mut self, index: TileIndex, write: impl FnOnce(&mut StoredTile) -> Outcome) {
        let Some(tile) = self.tiles.get_mut(index.to_usize()) else { return };
        match write(tile) {
            Outcome::Applied => self.counters.applied += 1,
            Outcome::Broken => self.counters.broken += 1,
            Outcome::Skipped => {
                self.counters.skipped += 1;
                return;
            }
        }
        self.changes.push(index);
    }
}

/// What views read.
impl Store {
    pub(super) fn shape(&self) -> Option<Shape> {
        self.shape
    }

    pub(super) fn tile(&self, index: TileIndex) -> Option<&StoredTile> {
        self.tiles.get(index.to_usize())
    }

    pub(super) fn copies(&self) -> &Copies {
        &self.copies
    }

    pub(super) fn changes(&self) -> &Changes {
        &self.changes
    }

    pub(super) fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// The newest capture, and its time.
    pub(super) fn newest_capture(&self) -> (Version, u32) {
        (self.newest, self.captured_us)
    }

    pub(super) fn dictionary(&self, name: NamedDictionary) -> Option<Bytes> {
        self.dictionaries.get(name)
    }

    /// Whether a payload can be decoded by who has the dictionaries of now.
    pub(super) fn is_usable(&self, coded: &Coded) -> bool {
        coded.dictionary.is_none_or(|name| self.dictionaries.get(name).is_some())
    }

    /// Whether the newest grade of a tile can be sent to somebody who has nothing.
    pub(super) fn is_fresh(&self, index: TileIndex) -> bool {
        self.tile(index).is_some_and(|tile| {
            let Some(payload) = tile.payload().filter(|_| tile.has_fresh_payload()) else { return false };
            let mut patches = tile.steps_from(payload.grade.version).flat_map(|step| &step.patches);
            self.is_usable(&payload.coded) && patches.all(|patch| self.is_usable(&patch.coded))
        })
    }

    pub(super) fn videos(&self) -> &Videos {
        &self.videos
    }

    /// A view cannot go on with a film before its next key picture.
    pub(super) fn want_key(&mut self, id: u32) {
        self.videos.want_key(id);
    }

    /// A view has room for a tile that is stale.
    pub(super) fn want(&mut self, index: TileIndex) {
        self.requests.want(index);
    }
}

fn payload(operation: &Operation) -> Option<&Bytes> {
    match operation {
        Operation::Tile(tile) => Some(&tile.payload),
        Operation::Patch(patch) => Some(&patch.payload),
        Operation::Dictionary(dictionary) => Some(&dictionary.payload),
        Operation::VideoPicture(picture) => Some(&picture.payload),
        Operation::Copy(_) | Operation::Reuse(_) | Operation::VideoRegion(_) | Operation::VideoEnd(_) => None,
    }
}

fn payload_mut(operation: &mut Operation) -> Option<&mut Bytes> {
    match operation {
        Operation::Tile(tile) => Some(&mut tile.payload),
        Operation::Patch(patch) => Some(&mut patch.payload),
        Operation::Dictionary(dictionary) => Some(&mut dictionary.payload),
        Operation::VideoPicture(picture) => Some(&mut picture.payload),
        Operation::Copy(_) | Operation::Reuse(_) | Operation::VideoRegion(_) | Operation::VideoEnd(_) => None,
    }
}
