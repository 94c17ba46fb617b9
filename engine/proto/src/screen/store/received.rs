//! What upstream dealt to this hop for later: tiles in slots, and dictionaries.

use bytes::Bytes;
use wire::screen::{Dictionary, Quality};
use wire::{DictionaryId, Slot, limits};

use super::StoreError;
use super::tile::{Coded, NamedDictionary};

/// Bytes that the slots of a sender may hold: twice what a view of ours deals.
const SLOT_BYTES_MAX: usize = 16 << 20;

/// A tile's pixels that a later reuse may name.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) quality: Quality,
    pub(super) coded: Coded,
}

#[derive(Debug, Default)]
pub(super) struct Slots {
    /// By the number of the slot: senders deal from 0 on.
    kept: Vec<Option<Kept>>,
    bytes: usize,
}

impl Slots {
    pub(super) fn fill(&mut self, slot: Slot, kept: Kept) -> Result<(), StoreError> {
        let bytes = self.bytes + kept.coded.bytes.len();
        let place = slot.to_usize();
        if self.kept.len() <= place {
            self.kept.resize_with(place + 1, || None);
        }
        let old = self.kept[place].replace(kept);
        self.bytes = bytes - old.map_or(0, |old| old.coded.bytes.len());
        let (got, limit) = (self.bytes, SLOT_BYTES_MAX);
        if got <= limit { Ok(()) } else { Err(StoreError::Slots { got, limit }) }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, slot: Slot) -> Option<Kept> {
        self.kept.get(slot.to_usize())?.clone()
    }
}

/// The dictionaries of an epoch.
#[derive(Debug, Default)]
pub(crate) struct Dictionaries {
    places: [Option<(u64, Bytes)>; limits::DICTIONARIES_MAX],
    runs: u64,
}

impl Dictionaries {
    /// None, and what comes next is not taken for one of these.
    pub(super) fn emptied(&self) -> Self {
        Self { places: Default::default(), runs: self.runs }
    }

    pub(super) fn put(&mut self, dictionary: Dictionary) {
        let Some(place) = self.places.get_mut(dictionary.id.to_usize()) else { return };
        if place.as_ref().is_some_and(|(_, kept)| *kept == dictionary.payload) {
            return;
        }
        self.runs += 1;
        *place = Some((self.runs, dictionary.payload));
    }

    pub(super) fn bytes(&self) -> usize {
        self.places.iter().flatten().map(|(_, bytes)| bytes.len()).sum()
    }

    /// The dictionary that a payload names, if it is there.
    pub(super) fn name(&self, id: DictionaryId) -> Option<NamedDictionary> {
        let (run, _) = self.places.get(id.to_usize())?.as_ref()?;
        Some(NamedDictionary { id, run: *run })
    }

    /// The bytes of a dictionary, unless it was replaced.
    pub(crate) fn get(&self, name: NamedDictionary) -> Option<Bytes> {
        let (run, bytes) = self.places.get(name.id.to_usize())?.as_ref()?;
        if *run == name.run { Some(bytes.clone()) } else { None }
    }
}
