//! The video layer of a rendition: where films are, and their pictures since the last one that stands alone.
//!
//! A viewer that comes in between joins at a key picture. Where none is kept any more, all that wait share one
//! request for it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use wire::limits::VIDEOS_MAX;
use wire::screen::{VideoEnd, VideoPicture, VideoRegion};

use super::tile::Outcome;

/// Pictures are kept for so long after the first of them: who joins at that one has to decode them all at once.
const KEPT_US_MAX: u32 = 1_000_000;

/// Bytes of pictures that a region keeps: a second of a good film.
const KEPT_BYTES_MAX: usize = 512 << 10;

/// Regions whose end is remembered for views that have not been told.
const ENDED_MAX: usize = 64;

/// The shortest time between two requests: a key picture costs as much as a second of others.
const REQUEST_INTERVAL: Duration = Duration::from_secs(1);

/// One picture of a region.
#[derive(Debug, Clone)]
pub(crate) struct StoredPicture {
    pub(crate) number: u32,
    pub(crate) key: bool,
    pub(crate) payload: Bytes,
    pub(crate) captured_us: u32,
}

/// One region. Its pictures follow each other without a gap.
#[derive(Debug)]
pub(crate) struct StoredRegion {
    pub(crate) place: VideoRegion,
    /// Counts what was said of places, of all regions: another count is news.
    pub(crate) placed: u64,
    pictures: VecDeque<StoredPicture>,
    bytes: usize,
    newest: u32,
}

impl StoredRegion {
    /// The number of the newest picture; 0 before the first.
    pub(crate) fn newest(&self) -> u32 {
        self.newest
    }

    /// What brings a viewer on that was sent all up to `sent`, in order: those from a later key picture on, or the next
    /// ones if it `can_follow`. Nothing where neither is there.
    pub(crate) fn pictures_after(&self, sent: u32, can_follow: bool) -> impl Iterator<Item = &StoredPicture> {
        let key = self.pictures.iter().rposition(|picture| picture.key && sent < picture.number);
        let next = self.pictures.iter().position(|picture| can_follow && picture.number == sent + 1);
        let from = key.or(next).unwrap_or(self.pictures.len());
        self.pictures.range(from..)
    }

    fn put(&mut self, picture: VideoPicture, captured_us: u32) -> Outcome {
        if picture.number <= self.newest {
            return Outcome::Skipped;
        }
        let follows = self.newest + 1 == picture.number;
        self.newest = picture.number;
        if picture.key || !follows {
            self.pictures.clear();
            self.bytes = 0;
        }
        if !picture.key && !follows {
            return Outcome::Broken;
        }
        let VideoPicture { number, key, payload, .. } = picture;
        self.bytes += payload.len();
        self.pictures.push_back(StoredPicture { number, key, payload, captured_us });
        self.trim(captured_us);
        Outcome::Applied
    }

    /// Drops the oldest beyond the bounds; the newest stays, for views that have all before it.
    fn trim(&mut self, now_us: u32) {
        let is_old = |picture: &StoredPicture| KEPT_US_MAX < now_us.wrapping_sub(picture.captured_us);
        while 1 < self.pictures.len()
            && (KEPT_BYTES_MAX < self.bytes || self.pictures.front().is_some_and(is_old))
        {
            let dropped = self.pictures.pop_front().map_or(0, |picture| picture.payload.len());
            self.bytes -= dropped;
        }
    }
}

/// A region that is over, and where it was last: an end means the tiles beneath that place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EndedRegion {
    pub(crate) end: VideoEnd,
    pub(crate) place: VideoRegion,
    pub(crate) placed: u64,
}

/// All regions of a rendition.
#[derive(Debug, Default)]
pub(crate) struct Videos {
    regions: BTreeMap<u32, StoredRegion>,
    /// Oldest first.
    ended: VecDeque<EndedRegion>,
    placed: u64,
    /// Regions for which somebody waits for a key picture.
    wanted: BTreeSet<u32>,
    asked_at: Option<Instant>,
}

impl Videos {
    /// None, and what comes next is not taken for one of these.
    pub(super) fn emptied(&self) -> Self {
        Self { placed: self.placed, asked_at: self.asked_at, ..Self::default() }
    }

    /// A region is at a place; `None` when there are too many.
    pub(super) fn put_region(&mut self, place: VideoRegion) -> Option<Outcome> {
        if self.ended(place.id).is_some() {
            return Some(Outcome::Skipped);
        }
        if VIDEOS_MAX <= self.regions.len() && !self.regions.contains_key(&place.id) {
            return None;
        }
        self.placed += 1;
        let placed = self.placed;
        let (pictures, bytes, newest) = (VecDeque::new(), 0, 0);
        let new = || StoredRegion { place, placed, pictures, bytes, newest };
        let region = self.regions.entry(place.id).or_insert_with(new);
        if (region.place.coded_width, region.place.coded_height) != (place.coded_width, place.coded_height) {
            return Some(Outcome::Broken);
        }
        (region.place, region.placed) = (place, placed);
        Some(Outcome::Applied)
    }

    pub(super) fn put_picture(&mut self, picture: VideoPicture, captured_us: u32) -> Outcome {
        if self.ended(picture.id).is_some() {
            return Outcome::Skipped;
        }
        let (id, key) = (picture.id, picture.key);
        let Some(region) = self.regions.get_mut(&id) else { return Outcome::Broken };
        let outcome = region.put(picture, captured_us);
        if key && outcome == Outcome::Applied {
            self.wanted.remove(&id);
        }
        outcome
    }

    pub(super) fn end(&mut self, end: VideoEnd) {
        self.wanted.remove(&end.id);
        let Some(StoredRegion { place, placed, .. }) = self.regions.remove(&end.id) else { return };
        if ENDED_MAX <= self.ended.len() {
            self.ended.pop_front();
        }
        self.ended.push_back(EndedRegion { end, place, placed });
    }

    pub(crate) fn regions(&self) -> impl Iterator<Item = (u32, &StoredRegion)> {
        self.regions.iter().map(|(id, region)| (*id, region))
    }

    pub(crate) fn region(&self, id: u32) -> Option<&StoredRegion> {
        self.regions.get(&id)
    }

    /// How a region ended, as far as it is remembered.
    pub(crate) fn ended(&self, id: u32) -> Option<EndedRegion> {
        self.ended.iter().find(|ended| ended.end.id == id).copied()
    }

    /// A view waits for a key picture of this region.
    pub(super) fn want_key(&mut self, id: u32) {
        if self.regions.contains_key(&id) {
            self.wanted.insert(id);
        }
    }

    /// The regions to ask a key picture for: once for all that wait, once in [`REQUEST_INTERVAL`].
    pub(super) fn take_wanted(&mut self, now: Instant) -> Vec<u32> {
        if self.wanted.is_empty() || self.deadline().is_some_and(|deadline| now < deadline) {
            return Vec::new();
        }
        self.asked_at = Some(now);
        self.wanted.iter().copied().collect()
    }

    /// When [`Videos::take_wanted`] may have something, unless a picture comes before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.asked_at.filter(|_| !self.wanted.is_empty()).map(|at| at + REQUEST_INTERVAL)
    }

    pub(super) fn bytes(&self) -> usize {
        self.regions.values().map(|region| region.bytes).sum()
    }
}
