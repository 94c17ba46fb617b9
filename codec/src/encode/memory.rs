//! Tiles that were coded before, to be known again by their pixels.
//!
//! Who gets the very same `Bytes` again may send a reuse in their place.

use std::collections::HashMap;

use bytes::Bytes;
use frame::{Frame, Rect};
use wire::DictionaryId;
use wire::limits::DICTIONARIES_MAX;
use wire::screen::{Coding, EXACT, Quality};
use xxhash_rust::xxh3::Xxh3Default;

/// Tiles that are remembered: fewer than a view has slots, or what it gave up would be sent whole and exact.
const TILES_MAX: usize = 1800;

/// Bytes of payload that are remembered, fewer than those in slots.
const BYTES_MAX: usize = 7 << 20;

/// The hash of a tile's pixels and size. 128 bits: a page may show pixels that were made to collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Print(u128);

impl Print {
    /// Of the pixels of a rectangle, with the fourth byte of each as it is.
    pub(super) fn of(frame: &Frame<'_>, rect: Rect) -> Self {
        let mut hash = Xxh3Default::new();
        hash.update(&rect.width.to_le_bytes());
        for row in frame.rows(rect) {
            hash.update(row);
        }
        Self(hash.digest128())
    }
}

/// A payload, and how to read it.
#[derive(Debug, Clone)]
pub(super) struct Coded {
    pub(super) quality: Quality,
    pub(super) coding: Coding,
    pub(super) dictionary: Option<DictionaryId>,
    pub(super) bytes: Bytes,
}

impl Coded {
    /// Whether these are the very pixels.
    pub(super) fn is_exact(&self) -> bool {
        self.quality == EXACT
    }
}

#[derive(Debug)]
struct Entry {
    coded: Coded,
    /// When it was used last.
    used: u64,
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    entries: HashMap<Print, Entry>,
    bytes: usize,
    uses: u64,
}

impl Memory {
    /// The payload that a tile with these pixels had.
    pub(super) fn recall(&mut self, print: Print) -> Option<Coded> {
        self.uses += 1;
        let entry = self.entries.get_mut(&print)?;
        entry.used = self.uses;
        Some(entry.coded.clone())
    }

    pub(super) fn keep(&mut self, print: Print, coded: Coded) {
        self.uses += 1;
        self.bytes += coded.bytes.len();
        if let Some(old) = self.entries.insert(print, Entry { coded, used: self.uses }) {
            self.bytes -= old.coded.bytes.len();
        }
        if TILES_MAX < self.entries.len() || BYTES_MAX < self.bytes {
            self.forget_older_half();
        }
    }

    /// Bytes of payloads that need each dictionary.
    pub(super) fn bytes_by_dictionary(&self) -> [usize; DICTIONARIES_MAX] {
        let mut bytes = [0; DICTIONARIES_MAX];
        for Entry { coded, .. } in self.entries.values() {
            let place = coded.dictionary.and_then(|id| bytes.get_mut(id.to_usize()));
            place.into_iter().for_each(|place| *place += coded.bytes.len());
        }
        bytes
    }

    /// Forgets what needs a dictionary that is replaced.
    pub(super) fn forget_dictionary(&mut self, id: DictionaryId) {
        self.retain(|entry| entry.coded.dictionary != Some(id));
    }

    fn forget_older_half(&mut self) {
        let mut uses: Vec<u64> = self.entries.values().map(|entry| entry.used).collect();
        let middle = uses.len() / 2;
        let (_, median, _) = uses.select_nth_unstable(middle);
        let median = *median;
        self.retain(|entry| median <= entry.used);
    }

    fn retain(&mut self, is_kept: impl Fn(&Entry) -> bool) {
        let bytes = &mut self.bytes;
        self.entries.retain(|_, entry| {
            let kept = is_kept(entry);
            *bytes -= if kept { 0 } else { entry.coded.bytes.len() };
            kept
        });
    }
}
