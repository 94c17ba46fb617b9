//! The dictionaries of an epoch: pictures of what the screen shows, from which tiles and patches of text begin.
//!
//! [`Shelf`] holds those that viewers have and says which suits a picture; [`Tutor`] finds out when a new one would pay,
//! by making one of some of the tiles that were coded lately and trying it on others of them.

use bytes::Bytes;
use frame::{Picture, Rect};
use wire::DictionaryId;
use wire::limits::DICTIONARIES_MAX;
use wire::screen::Dictionary;

use super::memory::Memory;
use super::tile;
use crate::layout::traced::{Affinity, Primer, PrimerBuilder};

/// Bytes of a dictionary: what a busy tile of text takes a few times over, and a slow line carries in a blink.
const DICTIONARY_BYTES_MAX: usize = 8 << 10;

/// Tiles of one frame from which a dictionary is tried at once: another window came up.
const BURST_TILES_MIN: usize = 40;

/// Bytes of traced payloads from which a new dictionary is tried; twice as many each time that it would not pay.
const SPENT_BYTES_MIN: usize = 12 << 10;
const SPENT_BYTES_MAX: usize = 256 << 10;

/// Tiles of text that are used for one: half of them teach, the other half are what it is tried on.
const SAMPLES_MAX: usize = 32;

/// Tiles that are looked at to find them.
const LOOKS_MAX: usize = 128;

/// A tile teaches little where it takes less than this part of what it takes alone, in percent.
const NEWS_PERCENT: usize = 45;

/// What a new dictionary must bring its tiles down to, in percent of what they take now.
const PAYS_PERCENT: usize = 85;

/// How many times what was spent since the last try is reckoned with, where a dictionary is for what comes.
const HORIZON: usize = 4;

/// The dictionaries that viewers have, or are getting.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    places: [Option<Volume>; DICTIONARIES_MAX],
    volumes: u64,
}

#[derive(Debug)]
struct Volume {
    id: DictionaryId,
    /// Counts all that were ever on the shelf.
    number: u64,
    primer: Primer,
}

impl Shelf {
    /// The dictionary that has most of a picture's colours; of several the last one.
    pub(super) fn suits(&self, affinity: Affinity<'_>) -> Option<(DictionaryId, &Primer)> {
        let best =
            self.places.iter().flatten().max_by_key(|volume| (affinity.to(&volume.primer), volume.number));
        best.map(|volume| (volume.id, &volume.primer))
    }

    /// The place that costs least to fill, and the bytes of remembered payloads that it costs.
    fn cheapest(&self, memory: &Memory) -> (usize, usize) {
        let lost = memory.bytes_by_dictionary();
        let cost = |place: usize| match &self.places[place] {
            Some(volume) => (lost[place], volume.number),
            None => (0, 0),
        };
        let place = (0..DICTIONARIES_MAX).min_by_key(|place| cost(*place)).unwrap_or(0);
        (place, cost(place).0)
    }

    fn put(&mut self, place: usize, bytes: Vec<u8>, primer: Primer) -> Option<Dictionary> {
        self.volumes += 1;
        let id = DictionaryId::from_wire(u8::try_from(place).ok()?);
        *self.places.get_mut(place)? = Some(Volume { id, number: self.volumes, primer });
        Some(Dictionary { id, payload: Bytes::from(bytes) })
    }
}

/// Looks for what would make a good dictionary.
#[derive(Debug)]
pub(super) struct Tutor {
    /// Tiles that were traced since the last try, as a ring of the last ones.
    lately: Vec<Rect>,
    next: usize,
    spent_bytes: usize,
    /// At how many of them the next try is.
    patience_bytes: usize,
}

impl Default for Tutor {
    fn default() -> Self {
        Self { lately: Vec::new(), next: 0, spent_bytes: 0, patience_bytes: SPENT_BYTES_MIN }
    }
}

impl Tutor {
    /// A tile, or parts of it, took so many bytes of traced payload.
    pub(super) fn note(&mut self, tile: Rect, bytes: usize) {
        if bytes == 0 {
            return;
        }
        self.spent_bytes += bytes;
        if self.lately.len() < 2 * SAMPLES_MAX {
            self.lately.push(tile);
        } else if let Some(place) = self.lately.get_mut(self.next) {
            *place = tile;
            self.next = (self.next + 1) % (2 * SAMPLES_MAX);
        }
    }

    /// A new dictionary, where it is time for one and it pays. `fresh` are the tiles that are coded next, whole.
    pub(super) fn teach(
        &mut self,
        picture: &Picture,
        fresh: &[Rect],
        shelf: &mut Shelf,
        memory: &Memory,
    ) -> Option<Dictionary> {
        let is_burst = BURST_TILES_MIN <= fresh.len();
        if !is_burst && self.spent_bytes < self.patience_bytes {
            return None;
        }
        let tiles = if is_burst { fresh } else { &self.lately };
        let draft = Draft::of(picture, &samples(picture, tiles), shelf);
        let due_bytes = |draft: &Draft| match is_burst {
            true => draft.now * fresh.len() / draft.tried.max(1),
            false => self.spent_bytes * HORIZON,
        };
        let (place, lost) = shelf.cheapest(memory);
        let pays = |draft: &Draft| draft.pays(due_bytes(draft), lost);
        let draft = draft.filter(pays);
        self.lately.clear();
        (self.next, self.spent_bytes) = (0, 0);
        self.patience_bytes = match (&draft, is_burst) {
            (Some(_), _) => SPENT_BYTES_MIN,
            (None, true) => self.patience_bytes,
            (None, false) => (2 * self.patience_bytes).min(SPENT_BYTES_MAX),
        };
        let Draft { bytes, primer, .. } = draft?;
        shelf.put(place, bytes, primer)
    }
}

/// Some of the tiles with text, from all over the screen.
fn samples(picture: &Picture, tiles: &[Rect]) -> Vec<Rect> {
    let mut tiles = tiles.to_vec();
    tiles.sort_unstable_by_key(|tile| (tile.y, tile.x));
    tiles.dedup();
    let looks = tiles.len().min(LOOKS_MAX);
    let looked = (0..looks).filter_map(|look| tiles.get(look * tiles.len() / looks));
    let text: Vec<Rect> = looked.copied().filter(|tile| tile::is_traced(picture, *tile)).collect();
    let step = text.len().div_ceil(SAMPLES_MAX).max(1);
    text.into_iter().step_by(step).collect()
}

/// A dictionary of every second sample, and what the others take with those of now and with it.
struct Draft {
    bytes: Vec<u8>,
    primer: Primer,
    now: usize,
    then: usize,
    tried: usize,
}

impl Draft {
    fn of(picture: &Picture, samples: &[Rect], shelf: &Shelf) -> Option<Self> {
        let mut builder = PrimerBuilder::default();
        for sample in samples.iter().step_by(2) {
            let larger = tile::teach_more(&builder, picture, *sample, NEWS_PERCENT, DICTIONARY_BYTES_MAX);
            builder = larger.unwrap_or(builder);
        }
        let (bytes, primer) = builder.finish()?;
        let mut draft = Self { bytes, primer, now: 0, then: 0, tried: 0 };
        for sample in samples.iter().skip(1).step_by(2) {
            if let Some((now, then)) = tile::trial(picture, *sample, shelf, &draft.primer) {
                draft.now += now;
                draft.then += then;
                draft.tried += 1;
            }
        }
        Some(draft)
    }

    /// Whether it saves enough of what tiles that are `due_bytes` now will take, where `lost` bytes are to be sent again.
    fn pays(&self, due_bytes: usize, lost: usize) -> bool {
        let saved = due_bytes * self.now.saturating_sub(self.then) / self.now.max(1);
        100 * self.then < PAYS_PERCENT * self.now && self.bytes.len() + lost < saved
    }
}
