//! Which tiles a viewer keeps for later, dealt by this hop.
//!
//! A payload is known again by its place in memory: hops share payloads by pointer, and an encoder that sees a
//! tile again gives the same `Bytes`. The deck keeps them alive, so a place is never two payloads.

use std::collections::HashMap;

use bytes::Bytes;
use wire::Slot;
use wire::screen::{PixelRect, Quality};

use super::super::store::{Coded, NamedDictionary};

/// Slots of one view: four pages of a full display, there and back. A viewer keeps 32 MB of pixels for them.
const SLOTS_MAX: usize = 2048;

/// Payload bytes in the slots of one view.
const SLOT_BYTES_MAX: usize = 8 << 20;

/// Smaller payloads are not worth a slot: a reuse takes about 6 bytes.
const PAYLOAD_BYTES_MIN: usize = 64;

/// What makes the same pixels: bytes, how to read them, and how large the tile is at the display's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    start: usize,
    length: usize,
    quality: Quality,
    coding: u8,
    dictionary: Option<(u8, u64)>,
    width: u16,
    height: u16,
}

impl Key {
    fn of(coded: &Coded, quality: Quality, rect: PixelRect) -> Self {
        let (start, length) = (coded.bytes.as_ptr() as usize, coded.bytes.len());
        let name = |name: NamedDictionary| (name.id.to_wire(), name.run);
        let (coding, dictionary) = (coded.coding.0, coded.dictionary.map(name));
        Self { start, length, quality, coding, dictionary, width: rect.width, height: rect.height }
    }
}

#[derive(Debug)]
struct Dealt {
    key: Option<Key>,
    bytes: Bytes,
    /// The update that filled it last.
    filled: u64,
    /// The update that used it last.
    used: u64,
    /// Used since the hand came by.
    recent: bool,
}

/// A slot, and the update that must be applied before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deal {
    pub(super) slot: Slot,
    pub(super) after: u64,
}

#[derive(Debug, Default)]
pub(super) struct Deck {
    dealt: Vec<Dealt>,
    places: HashMap<Key, usize>,
    bytes: usize,
    hand: usize,
}

impl Deck {
    /// The slot that has this payload, to be used in update `number`.
    pub(super) fn reuse(
        &mut self,
        coded: &Coded,
        quality: Quality,
        rect: PixelRect,
        number: u64,
    ) -> Option<Deal> {
        let place = *self.places.get(&Key::of(coded, quality, rect))?;
        let dealt = self.dealt.get_mut(place)?;
        dealt.used = number;
        dealt.recent = true;
        Some(Deal { slot: Slot::from_usize(place)?, after: dealt.filled })
    }

    /// A slot for this payload, filled in update `number`: after the last fill, or the older one might overwrite
    /// it on its way, and after the last use.
    pub(super) fn deal(
        &mut self,
        coded: &Coded,
        quality: Quality,
        rect: PixelRect,
        number: u64,
    ) -> Option<Deal> {
        let bytes = coded.bytes.len();
        if bytes < PAYLOAD_BYTES_MIN {
            return None;
        }
        let key = Key::of(coded, quality, rect);
        let place = self.free_place(bytes);
        let dealt = self.dealt.get_mut(place)?;
        let after = dealt.filled.max(dealt.used);
        *dealt = Dealt { key: Some(key), bytes: coded.bytes.clone(), filled: number, used: 0, recent: true };
        self.bytes += bytes;
        self.places.insert(key, place);
        Some(Deal { slot: Slot::from_usize(place)?, after })
    }

    /// An empty place, where needed by taking what was not used for longest.
    fn free_place(&mut self, bytes: usize) -> usize {
        let fits = |deck: &Self| deck.bytes + bytes <= SLOT_BYTES_MAX;
        if fits(self) && self.dealt.len() < SLOTS_MAX {
            let empty = Dealt { key: None, bytes: Bytes::new(), filled: 0, used: 0, recent: false };
            self.dealt.push(empty);
            return self.dealt.len() - 1;
        }
        loop {
            let place = self.hand % self.dealt.len().max(1);
            self.hand = place + 1;
            let Some(dealt) = self.dealt.get_mut(place) else { return 0 };
            if std::mem::take(&mut dealt.recent) {
                continue;
            }
            self.bytes -= dealt.bytes.len();
            dealt.bytes = Bytes::new();
            if let Some(key) = dealt.key.take() {
                self.places.remove(&key);
            }
            if fits(self) {
                return place;
            }
        }
    }
}
