//! Applies updates to a picture: the far end of the screen.
//!
//! A [`Painter`] belongs to one rendition on one link. It applies what it is given, in order; which update may
//! be applied when is decided in `proto`. What it cannot paint it names, so that those tiles are asked for
//! again; what builds on such a tile is not painted either, so that a right version never has wrong pixels.

mod copy;
mod tiles;

use frame::{Picture, Rect, Region, Size};
use wire::limits::SLOTS_MAX;
use wire::screen::{Coding, Extent, Operation, PatchTile, Quality, Reuse, Tile, Update};
use wire::{DictionaryId, Epoch, Slot, TileIndex, Version};

use crate::{Decoder, PayloadError, geometry};
use tiles::{Held, Tiles};

/// What one update did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Painted {
    /// Where pixels were written; all of the picture when an epoch began.
    pub damage: Region,
    /// Tiles that should have been written and could not: refresh them. Sorted, each once.
    pub lost: Vec<TileIndex>,
}

/// What a painter did since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Tiles painted from a payload.
    pub tiles: u64,
    /// Patches painted.
    pub patches: u64,
    /// Copies painted, whole or in part.
    pub copies: u64,
    /// Tiles painted from a slot.
    pub reuses: u64,
    /// Tiles, patches and reuses left out because the picture was newer.
    pub outdated: u64,
    /// Operations that could not be painted.
    pub lost: u64,
    /// Operations of the video layer, which is not painted yet.
    pub video: u64,
}

/// A picture that follows the updates of one rendition.
#[derive(Debug)]
pub struct Painter {
    epoch: Epoch,
    tiles: Tiles,
    picture: Picture,
    before: Option<Picture>,
    slots: Vec<Option<Kept>>,
    decoder: Decoder,
    counters: Counters,
}

/// The pixels of a tile that may come again.
#[derive(Debug, Clone)]
struct Kept {
    size: Size,
    quality: Quality,
    pixels: Box<[u8]>,
}

/// Why an operation was not painted.
#[derive(Debug, Clone, Copy)]
enum Unpainted {
    /// The tile is newer.
    Outdated,
    /// It cannot be done.
    Lost,
}

impl Painter {
    /// A black picture of a display of that size, of which no tile is known.
    pub fn new(epoch: Epoch, extent: Extent) -> Self {
        Self {
            epoch,
            tiles: Tiles::new(extent),
            picture: black(extent),
            before: None,
            slots: Vec::new(),
            decoder: Decoder::default(),
            counters: Counters::default(),
        }
    }

    /// The picture as far as it is painted.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The epoch of the last update.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Width and height of the display.
    pub fn extent(&self) -> Extent {
        self.tiles.extent()
    }

    /// The version and quality that a tile shows, or `None` where it shows nothing of this epoch.
    pub fn held(&self, index: TileIndex) -> Option<(Version, Quality)> {
        self.tiles.held(index).map(|held| (held.version, held.quality))
    }

    /// What was done so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Applies an update. One of another epoch or size first begins a new picture.
    pub fn paint(&mut self, update: &Update) -> Painted {
        let mut painted = Painted::default();
        let header = &update.header;
        if header.epoch != self.epoch || header.extent != self.extent() {
            self.begin(header.epoch, header.extent);
            painted.damage.add(Rect::of(self.picture.size()));
        }
        let copies = update.operations.iter().take_while(|operation| matches!(operation, Operation::Copy(_)));
        let copies = copies.count();
        let (first, rest) = update.operations.split_at_checked(copies).unwrap_or_default();
        self.paint_copies(first, &mut painted);
        for operation in rest {
            self.paint_one(operation, &mut painted);
        }
        painted.lost.sort_unstable();
        painted.lost.dedup();
        painted
    }

    fn begin(&mut self, epoch: Epoch, extent: Extent) {
        let counters = self.counters;
        *self = Self { counters, ..Self::new(epoch, extent) };
    }

    fn paint_one(&mut self, operation: &Operation, painted: &mut Painted) {
        match operation {
            Operation::Tile(tile) => {
                let done = self.paint_tile(tile);
                self.note(tile.index, done, painted, |counters| &mut counters.tiles);
            }
            Operation::Patch(patch) => {
                let done = self.paint_patch(patch);
                self.note(patch.index, done, painted, |counters| &mut counters.patches);
            }
            Operation::Reuse(reuse) => {
                let done = self.paint_reuse(reuse);
                self.note(reuse.index, done, painted, |counters| &mut counters.reuses);
            }
            // Copies come first in an update; one that does not would read what was just painted.
            Operation::Copy(copy) => self.lose_area(geometry::rect(copy.to), painted),
            // Tiles that name a dictionary which cannot be read are lost when they come.
            Operation::Dictionary(dictionary) => {
                if self.decoder.put_dictionary(dictionary.id, &dictionary.payload).is_err() {
                    self.counters.lost += 1;
                }
            }
            Operation::VideoRegion(_) | Operation::VideoPicture(_) | Operation::VideoEnd(_) => {
                self.counters.video += 1;
            }
        }
    }

    fn note(
        &mut self,
        index: TileIndex,
        done: Result<Rect, Unpainted>,
        painted: &mut Painted,
        counter: impl FnOnce(&mut Counters) -> &mut u64,
    ) {
        match done {
            Ok(rect) => {
                *counter(&mut self.counters) += 1;
                painted.damage.add(rect);
            }
            Err(Unpainted::Outdated) => self.counters.outdated += 1,
            Err(Unpainted::Lost) => {
                self.counters.lost += 1;
                self.lose(index, painted);
            }
        }
    }

    fn lose(&mut self, index: TileIndex, painted: &mut Painted) {
        self.tiles.forget(index);
        if self.extent().grid().has(index) {
            painted.lost.push(index);
        }
    }

    fn lose_area(&mut self, area: Rect, painted: &mut Painted) {
        self.counters.lost += 1;
        for index in self.tiles.touched(area) {
            self.lose(index, painted);
        }
    }

    fn paint_tile(&mut self, tile: &Tile) -> Result<Rect, Unpainted> {
        let rect = self.tiles.rect(tile.index).ok_or(Unpainted::Lost)?;
        let held = Held { version: tile.version, quality: tile.quality };
        let outdated = self.tiles.is_newer(tile.index, held);
        if outdated && tile.keep.is_none() {
            return Err(Unpainted::Outdated);
        }
        let decoded = self.decoder.decode(tile.coding, tile.dictionary, &tile.payload, rect.size());
        let kept = decoded.as_ref().ok().filter(|_| tile.keep.is_some()).map(|&pixels| Kept {
            size: rect.size(),
            quality: tile.quality,
            pixels: pixels.into(),
        });
        let drawn = decoded.is_ok_and(|pixels| outdated || self.picture.write(rect, pixels));
        if let Some(slot) = tile.keep {
            self.keep(slot, kept);
        }
        match (outdated, drawn) {
            (true, _) => Err(Unpainted::Outdated),
            (false, false) => Err(Unpainted::Lost),
            (false, true) => {
                self.tiles.hold(tile.index, held);
                Ok(rect)
            }
        }
    }

    fn paint_patch(&mut self, patch: &PatchTile) -> Result<Rect, Unpainted> {
        let tile = self.tiles.rect(patch.index).ok_or(Unpainted::Lost)?;
        let held = self.tiles.held(patch.index).ok_or(Unpainted::Lost)?;
        // What a capture changed may come in parts of the same version: a copy first, and patches on it.
        if patch.based.version < held.version {
            return Err(Unpainted::Outdated);
        }
        let [x, y, width, height] =
            [patch.rect.x, patch.rect.y, patch.rect.width, patch.rect.height].map(u32::from);
        let rect = Rect::new(tile.x + x, tile.y + y, width, height);
        let PatchTile { coding, dictionary, ref payload, .. } = *patch;
        if !tile.covers(rect) || self.draw(coding, dictionary, payload, rect).is_err() {
            return Err(Unpainted::Lost);
        }
        self.tiles.hold(patch.index, Held { version: patch.based.version, quality: held.quality });
        Ok(rect)
    }

    fn draw(
        &mut self,
        coding: Coding,
        dictionary: Option<DictionaryId>,
        payload: &[u8],
        rect: Rect,
    ) -> Result<(), PayloadError> {
        let pixels = self.decoder.decode(coding, dictionary, payload, rect.size())?;
        if self.picture.write(rect, pixels) { Ok(()) } else { Err(PayloadError::Size(rect.size())) }
    }

    fn paint_reuse(&mut self, reuse: &Reuse) -> Result<Rect, Unpainted> {
        let rect = self.tiles.rect(reuse.index).ok_or(Unpainted::Lost)?;
        let kept = self.slots.get(reuse.slot.to_usize()).and_then(Option::as_ref).ok_or(Unpainted::Lost)?;
        let held = Held { version: reuse.version, quality: kept.quality };
        if self.tiles.is_newer(reuse.index, held) {
            return Err(Unpainted::Outdated);
        }
        if kept.size != rect.size() || !self.picture.write(rect, &kept.pixels) {
            return Err(Unpainted::Lost);
        }
        self.tiles.hold(reuse.index, held);
        Ok(rect)
    }

    fn keep(&mut self, slot: Slot, kept: Option<Kept>) {
        let place = slot.to_usize();
        if SLOTS_MAX <= place {
            return;
        }
        if self.slots.len() <= place {
            self.slots.resize(place + 1, None);
        }
        self.slots[place] = kept;
    }
}

fn black(extent: Extent) -> Picture {
    Picture::new(geometry::size(extent)).expect("an extent is never larger than a picture")
}
