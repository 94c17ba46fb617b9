//! What one viewer below a hop has, and what it is sent next.
//!
//! A view looks only at tiles that changed since it looked last. It keeps no payload but those that its viewer
//! keeps in slots, and never waits. Start at [`View::take`].

mod copies;
mod draft;
mod order;
mod slots;
mod tiles;
mod video;

use std::time::Instant;

use wire::screen::{Header, SeatInput, Update};
use wire::{Epoch, RenditionId, Seat, SessionId, TileIndex, Version, limits};

use super::grade::Grade;
use super::store::{Place, Shape, Store};
use super::tileset::TileSet;
use draft::Draft;
use slots::Deck;
use tiles::DictionarySent;
use video::HadVideos;

/// Payload bytes of one update, whatever the caller has room for: half of what the wire allows.
const UPDATE_BYTES_MAX: usize = limits::UPDATE_BYTES_MAX / 2;

/// What a tile that is asked for upstream is thought to take: a tile of text.
const MISSING_TILE_BYTES: usize = 2 << 10;

/// What the viewer has of one tile.
#[derive(Debug, Clone, Copy, Default)]
struct Had {
    /// What was sent last: sent is had.
    grade: Grade,
    /// The last update that wrote it.
    wrote: u64,
    /// The last update with a copy that read it.
    read: u64,
    /// Since when the viewer lacks something.
    due_since: Option<Instant>,
}

/// One viewer of one rendition on one link. A new link needs a new view.
#[derive(Debug)]
pub struct View {
    session: SessionId,
    rendition: RenditionId,
    seat: Option<Seat>,
    /// The last update that was given.
    number: u64,
    /// The viewer has applied all up to this one.
    answered: u64,
    /// Whether the next update tells the viewer that it has nothing.
    must_start_over: bool,
    /// The update that told so last: all that follows waits for it.
    floor: u64,
    epoch: Option<Epoch>,
    /// How far the store's changes are looked at.
    place: Option<Place>,
    events: Option<u64>,
    tiles: Vec<Had>,
    /// Tiles that may be sent, or at least are to be looked at.
    due: TileSet,
    /// Tiles that lack a payload in the store.
    missing: TileSet,
    /// Tiles that the viewer asked for.
    forced: TileSet,
    /// Tiles that are due, but not in this update.
    put_off: TileSet,
    /// Whether some of `missing` were asked for, so that their coming wakes this view.
    has_asked: bool,
    deck: Deck,
    dictionaries: [Option<DictionarySent>; limits::DICTIONARIES_MAX],
    stamped: Vec<SeatInput>,
    pointer: Option<(u16, u16)>,
    videos: HadVideos,
}

impl View {
    /// A view that was sent nothing. With a `seat`, updates tell the last input of that technician only; without,
    /// of all: for a hop.
    pub fn new(session: SessionId, rendition: RenditionId, seat: Option<Seat>) -> Self {
        Self {
            session,
            rendition,
            seat,
            number: 0,
            answered: 0,
            must_start_over: false,
            floor: 0,
            epoch: None,
            place: None,
            events: None,
            tiles: Vec::new(),
            due: TileSet::default(),
            missing: TileSet::default(),
            forced: TileSet::default(),
            put_off: TileSet::default(),
            has_asked: false,
            deck: Deck::default(),
            dictionaries: [None; limits::DICTIONARIES_MAX],
            stamped: Vec::new(),
            pointer: None,
            videos: HadVideos::default(),
        }
    }

    /// Whether [`View::take`] may have something. Cheap: never looks at tiles.
    pub fn is_due(&self, store: &Store) -> bool {
        store.shape().is_some()
            && (self.must_start_over
                || !self.due.is_empty()
                || self.videos.is_pending()
                || self.events != Some(store.changes().events())
                || (!self.missing.is_empty() && !self.has_asked))
    }

    /// The next update, with about `bytes_max` bytes of payload; `None` when the viewer has all that can be sent.
    ///
    /// It counts as had from then on, so it must go to the link. One operation larger than the bound is still
    /// taken. An update may have no operations, when it only tells that an input shows, or [`super::starts_over`].
    /// What is missing in the store is noted for [`Store::take_refresh`].
    pub fn take(&mut self, store: &mut Store, now: Instant, bytes_max: usize) -> Option<Update> {
        let shape = store.shape()?;
        if self.must_start_over {
            return Some(self.start_over(shape));
        }
        let is_new = self.epoch != Some(shape.epoch);
        self.follow(store, shape, now);
        if self.videos.is_lost(store) {
            // The way to the store was cut while a film ended: what its viewer should show then is not known.
            self.forget();
            return Some(self.start_over(shape));
        }
        if self.videos.is_first(!is_new && !self.due.is_empty())
            && let Some(update) = self.take_videos(store, shape, bytes_max, is_new)
        {
            return Some(update);
        }
        let update = self.take_tiles(store, shape, now, bytes_max);
        update.or_else(|| self.take_videos(store, shape, bytes_max, false))
    }

    fn take_tiles(
        &mut self,
        store: &mut Store,
        shape: Shape,
        now: Instant,
        bytes_max: usize,
    ) -> Option<Update> {
        let mut draft = Draft::new(self.number + 1, self.answered, bytes_max.min(UPDATE_BYTES_MAX));
        if !self.due.is_empty() {
            self.put_off.clear();
            self.send_copies(store, shape.grid, &mut draft);
            self.send_tiles(store, shape.grid, now, &mut draft);
        }
        if draft.is_empty() && !self.put_off.is_empty() {
            // Nothing came of what they were put off for.
            self.put_off.clear();
            self.send_tiles(store, shape.grid, now, &mut draft);
        }
        self.ask_for_missing(store, &draft);
        self.finish(draft, store, shape)
    }

    /// An update of the video layer only. What comes first of an epoch says where films are, and all else waits for
    /// it: a hop below must not take a film that it is not told of for one that ended.
    fn take_videos(
        &mut self,
        store: &mut Store,
        shape: Shape,
        bytes_max: usize,
        is_new: bool,
    ) -> Option<Update> {
        let mut draft = Draft::new(self.number + 1, self.answered, bytes_max.min(UPDATE_BYTES_MAX));
        self.send_videos(store, &mut draft);
        if draft.is_empty() {
            return None;
        }
        let update = self.finish(draft, store, shape)?;
        self.floor = if is_new { update.header.number } else { self.floor };
        Some(update)
    }

    /// The viewer cannot go on with these films before a picture that stands alone. Ignored for another epoch.
    pub fn refresh_videos(&mut self, epoch: Epoch, ids: &[u32]) {
        if self.epoch == Some(epoch) {
            ids.iter().for_each(|id| self.videos.need_key(*id));
        }
    }

    /// The viewer asks for the newest version of these tiles, whatever it was sent. Ignored for another epoch.
    pub fn refresh(&mut self, epoch: Epoch, tiles: &[TileIndex]) {
        if self.epoch != Some(epoch) {
            return;
        }
        for index in tiles.iter().filter(|index| index.to_usize() < self.tiles.len()) {
            self.forced.insert(*index);
            self.missing.remove(*index);
            self.due.insert(*index);
        }
    }

    /// The viewer has applied all updates up to this number. One that was never sent is ignored.
    pub fn answer(&mut self, applied: u64) {
        if applied <= self.number {
            self.answered = self.answered.max(applied);
        }
    }

    /// The viewer's pointer is at this pixel of the display: what is near goes first.
    pub fn point_at(&mut self, pixel: Option<(u16, u16)>) {
        self.pointer = pixel;
    }

    /// The viewer stopped watching and freed its picture. When it comes back, it is told to start over, and numbers
    /// go on.
    pub fn forget(&mut self) {
        let mut new = Self::new(self.session, self.rendition, self.seat);
        (new.number, new.answered, new.must_start_over) = (self.number, self.answered, true);
        new.pointer = self.pointer;
        *self = new;
    }

    /// Updates that were sent and not answered.
    pub fn unanswered(&self) -> u64 {
        self.number - self.answered
    }

    /// The update after which the viewer has nothing: it waits for all before it.
    fn start_over(&mut self, shape: Shape) -> Update {
        let after = self.number;
        self.number += 1;
        (self.must_start_over, self.floor) = (false, self.number);
        let mut draft = Draft::new(self.number, self.answered, 0);
        draft.after = after;
        self.update(shape, draft, 0, Vec::new())
    }

    /// Looks at what changed in the store since the last time.
    fn follow(&mut self, store: &Store, shape: Shape, now: Instant) {
        if self.epoch != Some(shape.epoch) {
            self.start(shape);
        }
        self.events = Some(store.changes().events());
        match self.place.and_then(|place| store.changes().since(place)) {
            Some(changed) => changed.for_each(|index| self.look_at(store, index, now)),
            None => {
                let all = (0..shape.grid.tiles()).filter_map(TileIndex::from_usize);
                all.for_each(|index| self.look_at(store, index, now));
            }
        }
        self.place = Some(store.changes().end());
    }

    /// A new epoch: nothing of it was sent.
    fn start(&mut self, shape: Shape) {
        let tiles = shape.grid.tiles();
        self.epoch = Some(shape.epoch);
        self.place = None;
        self.tiles.clear();
        self.tiles.resize(tiles, Had::default());
        for set in [&mut self.due, &mut self.missing, &mut self.forced, &mut self.put_off] {
            set.reset(tiles);
        }
        self.has_asked = false;
        self.videos = HadVideos::default();
        self.deck = Deck::default();
        self.dictionaries = [None; limits::DICTIONARIES_MAX];
    }

    fn look_at(&mut self, store: &Store, index: TileIndex, now: Instant) {
        let Some(tile) = store.tile(index) else { return };
        let Some(had) = self.tiles.get_mut(index.to_usize()) else { return };
        let lacks = had.grade < tile.newest();
        if lacks || self.forced.contains(index) {
            had.due_since.get_or_insert(now);
            if self.missing.remove(index) {
                // It may have been the only one that was asked for.
                self.has_asked = false;
            }
            self.due.insert(index);
        }
    }

    fn had(&self, index: TileIndex) -> Had {
        self.tiles.get(index.to_usize()).copied().unwrap_or_default()
    }

    /// A tile is written by the draft, after all that still reads it.
    fn note_write(&mut self, index: TileIndex, grade: Grade, draft: &mut Draft) {
        let Some(had) = self.tiles.get_mut(index.to_usize()) else { return };
        draft.wait_for(had.read);
        had.wrote = draft.number;
        had.grade = had.grade.max(grade);
    }

    /// The viewer has all of a tile that there is.
    fn settle(&mut self, index: TileIndex) {
        self.due.remove(index);
        self.missing.remove(index);
        self.forced.remove(index);
        if let Some(had) = self.tiles.get_mut(index.to_usize()) {
            had.due_since = None;
        }
    }

    /// A tile is looked at again for the next update.
    fn put_off(&mut self, index: TileIndex) {
        self.missing.remove(index);
        self.due.insert(index);
        self.put_off.insert(index);
    }

    /// The viewer lacks a tile that the store cannot give.
    fn miss(&mut self, index: TileIndex) {
        self.due.remove(index);
        self.missing.insert(index);
        self.has_asked = false;
    }

    /// Asks upstream for as many tiles as there is room for.
    fn ask_for_missing(&mut self, store: &mut Store, draft: &Draft) {
        let room = draft.room() / MISSING_TILE_BYTES;
        let count = if draft.is_empty() { room.max(1) } else { room };
        if self.missing.is_empty() || count == 0 {
            return;
        }
        for index in self.missing.iter().take(count) {
            store.want(index);
        }
        self.has_asked = true;
    }

    fn finish(&mut self, mut draft: Draft, store: &Store, shape: Shape) -> Option<Update> {
        let inputs = self.stamp_inputs(store);
        if draft.is_empty() && inputs.is_empty() {
            return None;
        }
        draft.wait_for(self.floor);
        self.number = draft.number;
        for index in &draft.reads {
            if let Some(had) = self.tiles.get_mut(index.to_usize()) {
                had.read = draft.number;
            }
        }
        let (newest, newest_us) = store.newest_capture();
        draft.newest = if draft.newest == Version::NONE { newest } else { draft.newest };
        Some(self.update(shape, draft, newest_us, inputs))
    }

    fn update(&self, shape: Shape, draft: Draft, newest_us: u32, inputs: Vec<SeatInput>) -> Update {
        let header = Header {
            session: self.session,
            rendition: self.rendition,
            epoch: shape.epoch,
            extent: shape.extent,
            number: draft.number,
            after: draft.after,
            captured_us: draft.captured_us.unwrap_or(newest_us),
            newest: draft.newest,
            inputs,
        };
        Update { header, operations: draft.operations }
    }

    /// The inputs whose effect the viewer sees with this update, as far as it was not told before.
    fn stamp_inputs(&mut self, store: &Store) -> Vec<SeatInput> {
        let complete = self.complete(store);
        let mut inputs = Vec::new();
        for input in store.inputs().shown_at(complete) {
            if self.seat.is_some_and(|seat| seat != input.seat) {
                continue;
            }
            match self.stamped.iter_mut().find(|stamped| stamped.seat == input.seat) {
                Some(stamped) if input.number <= stamped.number => continue,
                Some(stamped) => *stamped = input,
                None => self.stamped.push(input),
            }
            inputs.push(input);
        }
        if limits::SEATS_MAX < self.stamped.len() {
            self.stamped.remove(0);
        }
        inputs
    }

    /// The capture up to which the viewer has everything.
    fn complete(&self, store: &Store) -> Version {
        let lacking = self.due.iter().chain(self.missing.iter()).filter_map(|index| {
            let (had, tile) = (self.had(index).grade.version, store.tile(index)?);
            if had < tile.newest().version { Some(tile.version_after(had)) } else { None }
        });
        match lacking.min() {
            Some(first) => Version::from_wire(first.to_wire().saturating_sub(1)),
            None => store.newest_capture().0,
        }
    }
}
