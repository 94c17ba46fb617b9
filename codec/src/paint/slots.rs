//! Tiles that were kept for a later [`wire::screen::Reuse`].

use frame::Size;
use wire::Slot;
use wire::limits::SLOTS_MAX;
use wire::screen::Quality;

/// The pixels of a tile that may come again.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) size: Size,
    pub(super) quality: Quality,
    /// BGRX, row after row.
    pub(super) pixels: Box<[u8]>,
}

/// Slots as they fill: at most [`SLOTS_MAX`], thus 64 MB.
#[derive(Debug, Default)]
pub(super) struct Slots {
    kept: Vec<Option<Kept>>,
}

impl Slots {
    /// What a slot holds.
    pub(super) fn get(&self, slot: Slot) -> Option<&Kept> {
        self.kept.get(slot.to_usize())?.as_ref()
    }

    /// Fills a slot anew, or empties it where there is nothing to keep.
    pub(super) fn keep(&mut self, slot: Slot, kept: Option<Kept>) {
        let place = slot.to_usize();
        if SLOTS_MAX <= place {
            return;
        }
        if self.kept.len() <= place {
            self.kept.resize(place + 1, None);
        }
        self.kept[place] = kept;
    }
}
