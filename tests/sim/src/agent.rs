//! The agent: captures the desktop, codes what changed, and sends it through a store with one view.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use bytes::Bytes;
use proto::screen::{Capture, Store, View};
use wire::control::Answer;
use wire::screen::{
    Based, CopyArea, Dictionary, EXACT, Operation, PatchTile, PixelRect, SeatInput, Tile, TileRect, Update,
    VideoEnd,
};
use wire::{DictionaryId, Epoch, RenditionId, Seat, SessionId, TileIndex, Version};

use crate::coding::{self, MIXED, ROUNDED, ROUNDED_QUALITY};
use crate::desktop::Desktop;
use crate::film::{FILMS_MAX, Film, Showing};
use crate::picture::{CELL, Picture, intersect, on_display};
use crate::rng::Rng;
use crate::truth::Truth;

/// Payloads that the encoder remembers, to give the same one again.
const REMEMBERED_MAX: usize = 200;

/// How the agent codes; a scenario turns parts off to see what the others do alone.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// Finds moves.
    pub copies: bool,
    /// Patches of a hundred small changes.
    pub patch_percent: u64,
    /// Photographs of a hundred tiles.
    pub rounded_percent: u64,
    /// Tiles of a hundred that name a dictionary.
    pub mixed_percent: u64,
    /// Captures of a hundred in which a film begins.
    pub film_percent: u64,
}

/// An endpoint with one display in one rendition.
#[derive(Debug)]
pub struct Agent {
    /// What is on the display.
    pub desktop: Desktop,
    /// What was captured.
    pub store: Store,
    /// What its relay has; `None` without a link.
    pub view: Option<View>,
    /// Whether anybody watches.
    pub is_watched: bool,
    habits: Habits,
    epoch: Epoch,
    version: Version,
    captured: Picture,
    dictionaries: Vec<Bytes>,
    remembered: HashMap<Vec<u32>, Bytes>,
    inputs: Vec<SeatInput>,
    films: Vec<Film>,
    films_ever: u32,
}

impl Agent {
    /// An agent that has captured nothing.
    pub fn new(rng: &mut Rng, habits: Habits) -> Self {
        let desktop = Desktop::any(rng);
        let captured = Picture::new(desktop.picture.extent());
        Self {
            desktop,
            store: Store::new(),
            view: None,
            is_watched: false,
            habits,
            epoch: Epoch::from_wire(rng.draw()),
            version: Version::NONE,
            captured,
            dictionaries: Vec::new(),
            remembered: HashMap::new(),
            inputs: Vec::new(),
            films: Vec::new(),
            films_ever: 0,
        }
    }

    /// The display gets another size, or the agent starts again: a new epoch either way.
    pub fn start_epoch(&mut self, rng: &mut Rng) {
        self.desktop = Desktop::any(rng);
        self.epoch = Epoch::from_wire(rng.draw());
        self.version = Version::NONE;
        self.captured = Picture::new(self.desktop.picture.extent());
        self.dictionaries.clear();
        self.films.clear();
    }

    /// A new link to the relay.
    pub fn connect(&mut self, session: SessionId, rendition: RenditionId) {
        self.view = Some(View::new(session, rendition, None));
    }

    /// Somebody watches, or nobody any more: then the store is dropped and capture stops.
    pub fn demand(&mut self, is_watched: bool, rng: &mut Rng) {
        if self.is_watched && !is_watched {
            self.store = Store::new();
            self.view.iter_mut().for_each(View::forget);
            if rng.percent(50) {
                self.epoch = Epoch::from_wire(rng.draw());
                self.version = Version::NONE;
            }
            self.dictionaries.clear();
            self.films.clear();
            self.captured = Picture::new(self.desktop.picture.extent());
        }
        self.is_watched = is_watched;
    }

    /// A technician's input, done at once.
    pub fn input(&mut self, seat: Seat, number: u32, rng: &mut Rng) {
        self.desktop.type_letter(rng);
        self.inputs.push(SeatInput { seat, number });
    }

    /// The next update for the relay.
    pub fn take(&mut self, now: Instant, bytes_max: usize) -> Option<Update> {
        self.view.as_mut()?.take(&mut self.store, now, bytes_max)
    }

    /// The relay asks for tiles and key pictures.
    pub fn refresh(&mut self, epoch: Epoch, tiles: &[TileIndex], films: &[u32]) {
        if let Some(view) = &mut self.view {
            view.refresh(epoch, tiles);
            view.refresh_videos(epoch, films);
        }
    }

    /// The films that are shown.
    pub fn films(&self) -> &[Film] {
        &self.films
    }

    /// The relay has applied updates.
    pub fn answer(&mut self, answer: &Answer) {
        self.view.iter_mut().for_each(|view| view.answer(answer.applied));
    }

    /// Whether the relay was sent all, exact tiles too.
    pub fn has_settled(&self) -> bool {
        let is_exact = |place| TileIndex::from_usize(place).is_some_and(|index| self.store.is_exact(index));
        self.desktop.picture == self.captured && (0..self.captured.grid().tiles()).all(is_exact)
    }

    /// Captures and codes what changed.
    pub fn capture(
        &mut self,
        captured_us: u32,
        showing: Showing,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> anyhow::Result<()> {
        let Some(version) = self.version.next().filter(|_| self.is_watched) else { return Ok(()) };
        let base = std::mem::replace(&mut self.version, version);
        let based = Based { version, base };
        let mut operations = Vec::new();
        let over = self.show_films(showing, truth, rng, &mut operations);
        let picture = self.picture_beneath();
        if rng.percent(3) && 0 < self.habits.mixed_percent {
            operations.push(self.new_dictionary(rng));
        }
        let (moved, copies) = self.find_moves(based, &picture);
        let mut written: Vec<_> = copies.iter().flat_map(|copy| picture.grid().touched(copy.to)).collect();
        let first = self.store.epoch() != Some(self.epoch);
        let is_due: HashSet<_> = over.iter().flat_map(|(_, rect)| picture.grid().touched(*rect)).collect();
        operations.extend(copies.into_iter().map(Operation::Copy));
        for index in (0..picture.grid().tiles()).filter_map(TileIndex::from_usize) {
            let Some(rect) = picture.difference(&moved, index) else {
                if first || is_due.contains(&index) {
                    written.push(index);
                    operations.push(self.tile(index, &picture, version, rng));
                }
                continue;
            };
            let can_patch = !first && (written.contains(&index) || self.store.is_exact(index));
            if can_patch && rect.width <= 32 && rng.percent(self.habits.patch_percent) {
                operations.extend(self.patches(index, &picture, based, rect, rng));
            } else {
                operations.push(self.tile(index, &picture, version, rng));
            }
            written.push(index);
        }
        for (id, _) in over {
            truth.film_end(self.epoch, id, version);
            operations.push(Operation::VideoEnd(VideoEnd { id, version }));
        }
        for index in written {
            truth.tile(self.epoch, index, version, picture.tile(index));
        }
        self.captured = picture;
        self.put(operations, captured_us, truth)
    }

    /// Begins, moves and ends films, and gives their pictures. Those that are over, with their last places.
    fn show_films(
        &mut self,
        showing: Showing,
        truth: &mut Truth,
        rng: &mut Rng,
        operations: &mut Vec<Operation>,
    ) -> Vec<(u32, PixelRect)> {
        let picture = &self.desktop.picture;
        let ends =
            |rng: &mut Rng| showing == Showing::Over || (showing == Showing::Anything && rng.percent(6));
        let over: Vec<_> =
            self.films.extract_if(.., |_| ends(rng)).map(|film| (film.id, film.rect)).collect();
        if showing == Showing::Anything {
            if self.films.len() < FILMS_MAX && rng.percent(self.habits.film_percent) {
                self.films_ever += 1;
                self.films.extend(Film::any(self.films_ever, picture, &self.films, rng));
            }
            let others = self.films.clone();
            if let Some(film) = self.films.last_mut().filter(|_| rng.percent(5)) {
                film.jump(picture, &others, rng);
            }
        }
        for film in &mut self.films {
            operations.extend(film.next(picture, rng));
            truth.film(self.epoch, film.id, film.number, film.rect, film.cells.clone());
        }
        over
    }

    /// The display as the tiles have it: under films as it was.
    fn picture_beneath(&self) -> Picture {
        let mut picture = self.desktop.picture.clone();
        for film in &self.films {
            picture.write(film.rect, &self.captured.read(film.rect));
        }
        picture
    }

    /// Codes tiles that the store lacks, and now and then one that was rounded.
    pub fn refine(&mut self, now: Instant, captured_us: u32, all: bool, rng: &mut Rng) -> anyhow::Result<()> {
        let asked = self.store.take_key_requests(now);
        for film in self.films.iter_mut().filter(|film| asked.contains(&film.id)) {
            film.wants_key = true;
        }
        let mut tiles = self.store.take_refresh(now).unwrap_or_default();
        let places = (0..self.captured.grid().tiles()).filter_map(TileIndex::from_usize);
        let rough =
            places.filter(|index| self.store.newest(*index) != Version::NONE && !self.store.is_exact(*index));
        tiles.extend(rough.filter(|_| all || rng.percent(10)));
        let picture = self.captured.clone();
        let mut operations = Vec::new();
        for index in tiles {
            let version = self.store.newest(index);
            if version != Version::NONE {
                operations.push(Operation::Tile(self.exact_tile(index, &picture, version)));
            }
        }
        if !operations.is_empty() {
            let (epoch, extent, version) = (self.epoch, picture.extent(), self.version);
            self.store.put(Capture {
                epoch,
                extent,
                version,
                captured_us,
                operations,
                inputs: Vec::new(),
            })?;
        }
        Ok(())
    }

    fn put(&mut self, operations: Vec<Operation>, captured_us: u32, truth: &mut Truth) -> anyhow::Result<()> {
        let (epoch, extent, version) = (self.epoch, self.captured.extent(), self.version);
        let inputs = std::mem::take(&mut self.inputs);
        for input in &inputs {
            truth.input(input.seat.to_wire(), input.number, epoch, version);
        }
        self.store.put(Capture { epoch, extent, version, captured_us, operations, inputs })?;
        let places = (0..self.captured.grid().tiles()).filter_map(TileIndex::from_usize);
        truth.capture(epoch, version, places.map(|index| self.store.newest(index)).collect());
        Ok(())
    }

    /// The moves that hold on the pixels, none over another, and the picture that they make.
    fn find_moves(&mut self, based: Based, picture: &Picture) -> (Picture, Vec<CopyArea>) {
        let (mut moved, mut copies) = (self.captured.clone(), Vec::<CopyArea>::new());
        for hint in std::mem::take(&mut self.desktop.moves) {
            let from = PixelRect { x: hint.from_x, y: hint.from_y, ..hint.to };
            let cells = self.captured.read(from);
            let holds = based.base != Version::NONE && self.habits.copies && picture.read(hint.to) == cells;
            let free = copies.iter().all(|copy| intersect(copy.to, hint.to).is_none());
            let grid = picture.grid();
            let mut reads = grid.touched(from).chain(grid.touched(hint.to));
            if holds && free && reads.all(|index| self.store.is_exact(index)) {
                moved.write(hint.to, &cells);
                copies.push(CopyArea { based, from_x: hint.from_x, from_y: hint.from_y, to: hint.to });
            }
        }
        (moved, copies)
    }

    fn tile(&mut self, index: TileIndex, picture: &Picture, version: Version, rng: &mut Rng) -> Operation {
        let cells = picture.tile(index);
        let mut tile = self.exact_tile(index, picture, version);
        if rng.percent(self.habits.rounded_percent) {
            tile.quality = ROUNDED_QUALITY;
            tile.coding = ROUNDED;
            tile.payload = coding::encode(ROUNDED, &cells, &[]);
        } else if !self.dictionaries.is_empty() && rng.percent(self.habits.mixed_percent) {
            let place = rng.below(self.dictionaries.len() as u64) as usize;
            tile.coding = MIXED;
            tile.dictionary = DictionaryId::from_usize(place);
            tile.payload = coding::encode(MIXED, &cells, &self.dictionaries[place]);
        }
        Operation::Tile(tile)
    }

    /// A tile with the payload that these cells had before, if they had one.
    fn exact_tile(&mut self, index: TileIndex, picture: &Picture, version: Version) -> Tile {
        let cells = picture.tile(index);
        if REMEMBERED_MAX < self.remembered.len() {
            self.remembered.clear();
        }
        let encode = || coding::encode(coding::EXACT, &cells, &[]);
        let payload = self.remembered.entry(cells.clone()).or_insert_with(encode).clone();
        let (quality, dictionary, keep) = (EXACT, None, None);
        Tile { index, version, quality, coding: coding::EXACT, dictionary, keep, payload }
    }

    /// One patch, or two where it is wide: both make the version.
    fn patches(
        &self,
        index: TileIndex,
        picture: &Picture,
        based: Based,
        rect: TileRect,
        rng: &mut Rng,
    ) -> Vec<Operation> {
        let half = CELL as u8;
        let rects = if half < rect.width && rng.percent(50) {
            vec![
                TileRect { width: half, ..rect },
                TileRect { x: rect.x + half, width: rect.width - half, ..rect },
            ]
        } else {
            vec![rect]
        };
        let patch = |rect| {
            let cells = picture.read(on_display(picture.grid(), index, rect)?);
            let payload = coding::encode(coding::EXACT, &cells, &[]);
            let (coding, dictionary) = (coding::EXACT, None);
            Some(Operation::Patch(PatchTile { based, index, rect, coding, dictionary, payload }))
        };
        rects.into_iter().filter_map(patch).collect()
    }

    fn new_dictionary(&mut self, rng: &mut Rng) -> Operation {
        let payload: Bytes = (0..64).map(|_| rng.draw() as u8).collect();
        let place = rng.below(self.dictionaries.len().min(3) as u64 + 1) as usize;
        if place < self.dictionaries.len() {
            self.dictionaries[place] = payload.clone();
        } else {
            self.dictionaries.push(payload.clone());
        }
        Operation::Dictionary(Dictionary { id: DictionaryId::from_wire(place as u8), payload })
    }
}

/// What a viewer should show in the end.
impl Agent {
    /// The epoch of the captures.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The captured picture.
    pub fn captured(&self) -> &Picture {
        &self.captured
    }
}
