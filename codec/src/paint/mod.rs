//! Applies updates to a picture: the far end of the screen.
//!
//! A [`Painter`] belongs to one rendition on one link. It applies what it is given, in order; which update may
//! be applied when is decided in `proto`. What it cannot paint it names, so that those tiles are asked for
//! again; what builds on such a tile is not painted either, so that a right version never has wrong pixels.

mod copy;
mod slots;
mod tiles;

use frame::{Picture, Rect, Region};
use wire::screen::{Extent, Operation, PatchTile, Quality, Reuse, Tile, Update};
use wire::{Epoch, TileIndex, Version};

use crate::{Decoder, PayloadError, geometry};
use slots::{Kept, Slots};
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
    slots: Slots,
    decoder: Decoder,
    counters: Counters,
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
            slots: Slots::default(),
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
        let is_copy = |operation: &&Operation| matches!(operation, Operation::Copy(_));
        let copies = update.operations.iter().take_while(is_copy).count();
        self.paint_copies(&update.operations[..copies], &mut painted);
        for operation in &update.operations[copies..] {
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
        let decoded = decoded.inspect_err(|error| note_undecodable(tile.index, error)).ok();
        if let Some(slot) = tile.keep {
            let kept = decoded.map(|pixels| Kept {
                size: rect.size(),
                quality: tile.quality,
                pixels: pixels.into(),
            });
            self.slots.keep(slot, kept);
        }
        if outdated {
            return Err(Unpainted::Outdated);
        }
        if !self.picture.write(rect, decoded.ok_or(Unpainted::Lost)?) {
            return Err(Unpainted::Lost);
        }
        self.tiles.hold(tile.index, held);
        Ok(rect)
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
        let decoded = self.decoder.decode(patch.coding, patch.dictionary, &patch.payload, rect.size());
        let decoded = decoded.inspect_err(|error| note_undecodable(patch.index, error)).ok();
        if !tile.covers(rect) || !self.picture.write(rect, decoded.ok_or(Unpainted::Lost)?) {
            return Err(Unpainted::Lost);
        }
        self.tiles.hold(patch.index, Held { version: patch.based.version, quality: held.quality });
        Ok(rect)
    }

    fn paint_reuse(&mut self, reuse: &Reuse) -> Result<Rect, Unpainted> {
        let rect = self.tiles.rect(reuse.index).ok_or(Unpainted::Lost)?;
        let kept = self.slots.get(reuse.slot).ok_or(Unpainted::Lost)?;
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
}

fn note_undecodable(index: TileIndex, error: &PayloadError) {
    tracing::debug!(%index, %error, "a payload cannot be decoded");
}

fn black(extent: Extent) -> Picture {
    Picture::new(geometry::size(extent)).expect("an extent is never larger than a picture")
}
