//! The video layer as one viewer has it: places and pictures in order, each telling what it waits for.
//!
//! Films travel in updates of their own, in turn with those of tiles, so that neither waits for the other.

use std::collections::BTreeMap;

use wire::screen::{Operation, VideoPicture};

use super::super::store::Store;
use super::View;
use super::draft::Draft;

/// What the viewer has of a region.
#[derive(Debug, Clone, Copy, Default)]
struct HadRegion {
    /// Which of the places it was told, and in which update.
    placed: u64,
    told: u64,
    /// The last picture that was sent, and in which update; 0 before the first.
    picture: u32,
    wrote: u64,
    /// Whether the next picture must be one that stands alone.
    needs_key: bool,
}

/// The regions that a viewer has.
#[derive(Debug, Default)]
pub(super) struct HadVideos {
    regions: BTreeMap<u32, HadRegion>,
    /// Whether something may be left: for want of room, or of a turn.
    is_pending: bool,
    /// Whether the last update was one of films: then tiles have their turn.
    had_turn: bool,
}

impl HadVideos {
    /// Whether films go before tiles now.
    pub(super) fn is_first(&mut self, tiles_are_due: bool) -> bool {
        self.had_turn = !(self.had_turn && tiles_are_due);
        // What changed in the store counts as seen once tiles are taken, so a turn that is put off is noted.
        self.is_pending |= !self.had_turn;
        self.had_turn
    }

    pub(super) fn is_pending(&self) -> bool {
        self.is_pending
    }

    /// Whether the viewer shows a region of which the store knows nothing, not even its end.
    pub(super) fn is_lost(&self, store: &Store) -> bool {
        let videos = store.videos();
        self.regions.keys().any(|id| videos.region(*id).is_none() && videos.ended(*id).is_none())
    }

    /// The viewer cannot go on with this region before a key picture that is newer than all that it was sent: what is
    /// older may be what it cannot decode, and a hop skips it.
    pub(super) fn need_key(&mut self, id: u32) {
        if let Some(had) = self.regions.get_mut(&id) {
            had.needs_key = true;
            self.is_pending = true;
        }
    }
}

impl View {
    /// Takes what the viewer lacks of the video layer.
    pub(super) fn send_videos(&mut self, store: &mut Store, draft: &mut Draft) {
        self.videos.is_pending = false;
        self.send_ends(store, draft);
        let ids: Vec<_> = store.videos().regions().map(|(id, _)| id).collect();
        for id in ids {
            let mut had = self.videos.regions.get(&id).copied().unwrap_or_default();
            self.send_place(store, id, &mut had, draft);
            let lacks_key = self.send_pictures(store, id, &mut had, draft);
            self.videos.regions.insert(id, had);
            if lacks_key {
                store.want_key(id);
            }
        }
    }

    /// A region stays with the viewer until the tiles beneath are there; the viewer sees to that.
    fn send_ends(&mut self, store: &Store, draft: &mut Draft) {
        let regions = std::mem::take(&mut self.videos.regions);
        for (id, had) in regions {
            match store.videos().ended(id) {
                Some(ended) => {
                    let captured_us = store.newest_capture().1;
                    draft.wait_for(had.told);
                    if ended.placed != had.placed {
                        draft.push(Operation::VideoRegion(ended.place), 0, captured_us);
                    }
                    draft.push(Operation::VideoEnd(ended.end), 0, captured_us);
                }
                None => drop(self.videos.regions.insert(id, had)),
            }
        }
    }

    fn send_place(&self, store: &Store, id: u32, had: &mut HadRegion, draft: &mut Draft) {
        let Some(region) = store.videos().region(id).filter(|region| region.placed != had.placed) else {
            return;
        };
        draft.wait_for(had.told);
        draft.push(Operation::VideoRegion(region.place), 0, store.newest_capture().1);
        (had.placed, had.told) = (region.placed, draft.number);
    }

    /// Takes pictures in order while there is room. Whether the viewer needs a key picture that is not there.
    fn send_pictures(&mut self, store: &Store, id: u32, had: &mut HadRegion, draft: &mut Draft) -> bool {
        let Some(region) = store.videos().region(id) else { return false };
        for picture in region.pictures_after(had.picture, 0 < had.picture && !had.needs_key) {
            let length = picture.payload.len();
            if !draft.has_room(length) {
                self.videos.is_pending = true;
                return false;
            }
            draft.wait_for(had.told);
            if !picture.key {
                draft.wait_for(had.wrote);
            }
            let (number, key, payload) = (picture.number, picture.key, picture.payload.clone());
            let operation = Operation::VideoPicture(VideoPicture { id, key, number, payload });
            draft.push(operation, length, picture.captured_us);
            (had.picture, had.wrote, had.needs_key) = (number, draft.number, false);
        }
        had.needs_key || had.picture < region.newest()
    }
}
