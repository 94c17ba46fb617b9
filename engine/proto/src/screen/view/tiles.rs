//! The tiles and patches of an update.

use std::time::Instant;

use wire::TileIndex;
use wire::screen::{Dictionary, EXACT, Grid, Operation, PatchTile, Reuse, Tile};

use super::super::grade::Grade;
use super::super::store::{NamedDictionary, Payload, Step, Store};
use super::View;
use super::draft::Draft;
use super::order::OVERDUE;

/// A dictionary that the viewer has.
#[derive(Debug, Clone, Copy)]
pub(super) struct DictionarySent {
    run: u64,
    filled: u64,
    used: u64,
}

/// How a tile that is due may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The viewer has it.
    Nothing,
    /// The viewer is exact at an earlier version, and patches lead on.
    Patches,
    /// As a tile, with the patches behind it.
    Payload,
    /// As an older tile, so that there is something to see.
    StalePayload,
    /// Not before upstream sends it.
    Missing,
}

impl View {
    /// Takes tiles and patches in their order while there is room.
    pub(super) fn send_tiles(&mut self, store: &Store, grid: Grid, now: Instant, draft: &mut Draft) {
        for index in self.order(store, now) {
            let way = self.way(store, index, now);
            if !matches!(way, Way::Nothing | Way::Missing) && !draft.has_room(self.bytes(store, index, way)) {
                return;
            }
            match way {
                Way::Nothing => self.settle(index),
                Way::Patches => self.push_patch_steps(store, index, draft),
                Way::Payload => self.push_payload(store, grid, index, draft),
                Way::StalePayload => {
                    self.push_payload(store, grid, index, draft);
                    self.miss(index);
                    if self.next_step(store, index).is_some() {
                        self.put_off(index);
                    }
                }
                Way::Missing => self.miss(index),
            }
        }
    }

    fn way(&self, store: &Store, index: TileIndex, now: Instant) -> Way {
        let (had, Some(tile)) = (self.had(index), store.tile(index)) else { return Way::Nothing };
        let (forced, fresh) = (self.forced.contains(index), store.is_fresh(index));
        if forced {
            return if fresh && had.grade <= tile.newest() { Way::Payload } else { Way::Missing };
        }
        if tile.newest() <= had.grade {
            return Way::Nothing;
        }
        let patches =
            self.patch_steps(store, index).last().is_some_and(|last| last.version == tile.newest().version);
        let cheap = || self.bytes(store, index, Way::Patches) <= self.bytes(store, index, Way::Payload);
        if fresh && !(patches && cheap()) {
            return Way::Payload;
        }
        if self.patch_steps(store, index).next().is_some() {
            return Way::Patches;
        }
        let overdue = had.due_since.is_some_and(|since| OVERDUE <= now.saturating_duration_since(since));
        let newer = |payload: &&Payload| had.grade < payload.grade && store.is_usable(&payload.coded);
        match tile.payload().filter(newer) {
            Some(_) if overdue || had.grade == Grade::NONE => Way::StalePayload,
            _ => Way::Missing,
        }
    }

    /// Bytes of payload that a way takes, about.
    fn bytes(&self, store: &Store, index: TileIndex, way: Way) -> usize {
        let (Some(tile), patches) = (store.tile(index), self.patch_steps(store, index)) else { return 0 };
        if way == Way::Patches {
            return patches.map(Step::patch_bytes).sum();
        }
        let Some(payload) = tile.payload() else { return 0 };
        let behind = pure_steps(store, index, payload.grade);
        payload.coded.bytes.len() + behind.map(Step::patch_bytes).sum::<usize>()
    }

    /// The steps without copies that lead on from what the viewer has.
    fn patch_steps<'a>(&self, store: &'a Store, index: TileIndex) -> impl Iterator<Item = &'a Step> {
        pure_steps(store, index, self.had(index).grade)
    }

    fn push_patch_steps(&mut self, store: &Store, index: TileIndex, draft: &mut Draft) {
        draft.wait_for(self.had(index).wrote);
        let mut grade = self.had(index).grade;
        for step in pure_steps(store, index, grade) {
            self.push_patches(store, index, step, draft);
            grade = Grade::exact(step.version);
        }
        self.note_write(index, grade, draft);
        if store.tile(index).is_some_and(|tile| tile.newest() <= grade) {
            self.settle(index);
        } else {
            self.put_off(index);
        }
    }

    fn push_payload(&mut self, store: &Store, grid: Grid, index: TileIndex, draft: &mut Draft) {
        let (Some(payload), Some(rect)) =
            (store.tile(index).and_then(|tile| tile.payload()), grid.rect(index))
        else {
            return;
        };
        let Grade { version, quality } = payload.grade;
        let coded = &payload.coded;
        let reused = if self.forced.contains(index) {
            None
        } else {
            self.deck.reuse(coded, quality, rect, draft.number)
        };
        if let Some(deal) = reused {
            draft.wait_for(deal.after);
            let reuse = Reuse { index, version, slot: deal.slot };
            draft.push(Operation::Reuse(reuse), 0, payload.captured_us);
        } else {
            let dictionary = coded.dictionary.map(|name| self.push_dictionary(store, name, draft));
            let deal =
                if quality == EXACT { self.deck.deal(coded, quality, rect, draft.number) } else { None };
            draft.wait_for(deal.map_or(0, |deal| deal.after));
            let (keep, coding, bytes) = (deal.map(|deal| deal.slot), coded.coding, coded.bytes.clone());
            let length = bytes.len();
            let tile = Tile { index, version, quality, coding, dictionary, keep, payload: bytes };
            draft.push(Operation::Tile(tile), length, payload.captured_us);
        }
        let mut grade = payload.grade;
        for step in pure_steps(store, index, grade) {
            self.push_patches(store, index, step, draft);
            grade = Grade::exact(step.version);
        }
        self.note_write(index, grade, draft);
        self.settle(index);
    }

    pub(super) fn push_patches(&mut self, store: &Store, index: TileIndex, step: &Step, draft: &mut Draft) {
        for patch in &step.patches {
            let coded = &patch.coded;
            let dictionary = coded.dictionary.map(|name| self.push_dictionary(store, name, draft));
            let (based, rect, coding, payload) = (patch.based, patch.rect, coded.coding, coded.bytes.clone());
            let length = payload.len();
            let patch = PatchTile { based, index, rect, coding, dictionary, payload };
            draft.push(Operation::Patch(patch), length, step.captured_us);
        }
    }

    /// Makes sure that the viewer has a dictionary before what names it.
    fn push_dictionary(
        &mut self,
        store: &Store,
        name: NamedDictionary,
        draft: &mut Draft,
    ) -> wire::DictionaryId {
        let (Some(place), Some(payload)) =
            (self.dictionaries.get_mut(name.id.to_usize()), store.dictionary(name))
        else {
            return name.id;
        };
        match place {
            Some(sent) if sent.run == name.run => {
                draft.wait_for(sent.filled);
                sent.used = draft.number;
            }
            _ => {
                draft.wait_for(place.map_or(0, |sent| sent.filled.max(sent.used)));
                *place = Some(DictionarySent { run: name.run, filled: draft.number, used: draft.number });
                let (length, captured_us) = (payload.len(), store.newest_capture().1);
                draft.push(Operation::Dictionary(Dictionary { id: name.id, payload }), length, captured_us);
            }
        }
        name.id
    }
}

/// The steps without copies that lead on from an exact grade.
fn pure_steps(store: &Store, index: TileIndex, from: Grade) -> impl Iterator<Item = &Step> {
    let tile = store.tile(index).filter(|_| from.is_exact());
    let steps = tile.into_iter().flat_map(move |tile| tile.steps_from(from.version));
    steps.take_while(|step| {
        step.copies.is_empty() && step.patches.iter().all(|patch| store.is_usable(&patch.coded))
    })
}
