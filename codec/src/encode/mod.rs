//! Frames to operations.
//!
//! [`Encoder`] holds the rendition's own picture: what changed is first copied there, then coded from there, so
//! that a payload never shows anything else than what later payloads build on, even where the capture's memory
//! changes under us. What moved is found first and becomes copies; of what is left, [`parts`] are patched or
//! whole tiles sent; [`memory`] knows tiles that were sent before; [`dictionary`] has what the screen's own tiles teach;
//! [`tile`] chooses the coding.

mod dictionary;
mod memory;
mod parts;
mod tile;

use std::time::{Duration, Instant};

use frame::{Frame, Picture, Rect, Size};
use rayon::prelude::*;
use wire::screen::{Based, CopyArea, Extent, Operation, PatchTile, PixelRect, Tile, TileRect};
use wire::{TileIndex, Version};

use crate::Layout;
use crate::damage::{self, Change};
use crate::geometry;
use crate::moves::{Move, Mover};
use dictionary::{Shelf, Tutor};
use memory::{Coded, Memory, Print};
use parts::{PARTS_MAX, Parts};

/// Changed tiles from which coding is shared out to rayon's threads: a few are done before those wake.
const PARALLEL_TILES_MIN: usize = 8;

/// Pixels to patch below which a tile is not worth looking up: the patch is hardly more than a reuse.
const RECALL_PIXELS_MIN: u64 = 48;

/// Why a frame cannot be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The frame has another size than the rendition: a new epoch with a new encoder is due.
    #[error("the frame has {found} pixels, the rendition {wanted}")]
    Size {
        /// Size of the rendition.
        wanted: Size,
        /// Size of the frame.
        found: Size,
    },
    /// All versions of the epoch are used, after two years at 60 a second: a new epoch is due.
    #[error("version {0} was the last of its epoch")]
    Versions(Version),
}

/// What is known of a tile that was coded.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    version: Version,
    /// Since when it stands still, where viewers have it only about.
    rough_since: Option<Instant>,
}

/// How long a photograph stands still before it is coded exactly.
const STILL_TIME: Duration = Duration::from_millis(400);

/// A tile that is to be coded.
struct Job {
    index: TileIndex,
    tile: Rect,
    /// The parts to patch; none: the whole tile.
    parts: Parts,
    /// Of its pixels, where a payload may be known for them.
    print: Option<Print>,
    /// The whole tile in the first place, or a payload for each part.
    coded: [Option<Coded>; PARTS_MAX],
    /// Whether that is a payload of earlier.
    is_recalled: bool,
}

impl Job {
    /// What is coded by now.
    fn payloads(&self) -> impl Iterator<Item = &Coded> {
        self.coded.iter().flatten()
    }

    /// The whole tile has this payload.
    fn set_whole(&mut self, coded: Coded) {
        self.parts.clear();
        self.coded = Default::default();
        self.coded[0] = Some(coded);
    }
}

/// Encodes one rendition in one epoch.
///
/// Work is shared out to the rayon pool in which [`Encoder::encode`] is called: `pool.install(|| …)` for one's
/// own, the global one otherwise. Working memory belongs to the pool's threads and stays there.
#[derive(Debug)]
pub struct Encoder {
    extent: Extent,
    version: Version,
    picture: Picture,
    /// The picture that a viewer has; the same as `picture` but while a frame is encoded.
    before: Picture,
    known: Vec<Known>,
    mover: Mover,
    memory: Memory,
    shelf: Shelf,
    tutor: Tutor,
}

impl Encoder {
    /// An encoder for a display of that size. The first frame gives every tile.
    pub fn new(extent: Extent) -> Self {
        let picture = Picture::new(geometry::size(extent)).expect("an extent is never larger than a picture");
        let grid = frame::Grid::of(picture.size()).expect("nor than a grid");
        let (before, known) = (picture.clone(), vec![Known::default(); grid.len()]);
        let (mover, memory) = (Mover::new(grid), Memory::default());
        let (shelf, tutor) = (Shelf::default(), Tutor::default());
        Self { extent, version: Version::NONE, picture, before, known, mover, memory, shelf, tutor }
    }

    /// The size that all frames must have.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The rendition's own pixels after the last [`Encoder::encode`].
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The version of the last frame that changed something.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Takes over what changed inside of `damage` and gives it coded, as the next version: copies first, then
    /// patches and tiles in the order of the tiles. Nothing, and no new version, where no colour changed.
    ///
    /// Where these are not enough for a viewer, [`Encoder::tile`] gives the whole tile.
    ///
    /// # Errors
    /// [`EncodeError`] where the frame is not of the rendition's size, or versions are used up.
    pub fn encode(
        &mut self,
        frame: &Frame<'_>,
        damage: &[Rect],
        now: Instant,
    ) -> Result<Vec<Operation>, EncodeError> {
        if frame.size() != self.picture.size() {
            return Err(EncodeError::Size { wanted: self.picture.size(), found: frame.size() });
        }
        let is_first = self.version == Version::NONE;
        let changes = if is_first { self.all() } else { damage::find(frame, &self.picture, damage) };
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let based = Based { version: self.next_version()?, base: self.version };
        self.version = based.version;
        for change in &changes {
            self.picture.copy_from(frame, change.rect);
        }
        let moves = self.move_content(&changes, is_first);
        let mut jobs = self.jobs(&changes, &moves, is_first);
        for job in &mut jobs {
            if let Some(coded) = job.print.and_then(|print| self.memory.recall(print)) {
                job.set_whole(coded);
                job.is_recalled = true;
            }
        }
        let dictionary = self.teach(&mut jobs);
        let encode = |job: &mut Job| self.encode_job(job);
        if jobs.len() < PARALLEL_TILES_MIN {
            jobs.iter_mut().for_each(encode);
        } else {
            jobs.par_iter_mut().for_each(encode);
        }
        Ok(self.operations(based, &moves, dictionary, jobs, now))
    }

    /// A new dictionary for the tiles that are to be coded, where it pays.
    fn teach(&mut self, jobs: &mut [Job]) -> Option<Operation> {
        let is_fresh = |job: &&Job| !job.is_recalled && job.parts.is_empty();
        let fresh: Vec<Rect> = jobs.iter().filter(is_fresh).map(|job| job.tile).collect();
        let dictionary = self.tutor.teach(&self.picture, &fresh, &mut self.shelf, &self.memory)?;
        self.memory.forget_dictionary(dictionary.id);
        // What was recalled with the one that had its place is to be coded anew.
        let names = |job: &&mut Job| job.payloads().any(|coded| coded.dictionary == Some(dictionary.id));
        for job in jobs.iter_mut().filter(names) {
            job.coded = Default::default();
            job.is_recalled = false;
        }
        Some(Operation::Dictionary(dictionary))
    }

    /// A whole tile as the picture has it now, exact; `None` where the display does not have it, or nothing was
    /// encoded yet.
    pub fn tile(&self, index: TileIndex) -> Option<Operation> {
        let tile = geometry::tile(self.extent, index)?;
        let known = self.known.get(index.to_usize()).filter(|known| known.version != Version::NONE)?;
        Some(whole(index, known.version, tile::encode(&self.picture, tile, &self.shelf)))
    }

    /// Whole tiles, exact, as of the last frame that changed something: also those that it did not change. What it
    /// changed is left out, for that was given.
    pub fn renew(&mut self, tiles: &[TileIndex]) -> Vec<Operation> {
        let mut renewed = Vec::new();
        for index in tiles {
            let Some(known) = self.known.get_mut(index.to_usize()) else { continue };
            if known.version < self.version {
                *known = Known { version: self.version, rough_since: None };
                renewed.extend(self.tile(*index));
            }
        }
        renewed
    }

    /// Codes the pixels of a tile or a patch once more, as in the frame that it came from, and gives its bytes; `None`
    /// for other operations. For measuring.
    pub fn recode(&self, operation: &Operation) -> Option<usize> {
        let coded = match operation {
            Operation::Tile(tile) => {
                let rect = geometry::tile(self.extent, tile.index)?;
                tile::encode_quickly(&self.picture, rect, &self.shelf)
            }
            Operation::Patch(patch) => {
                let tile = geometry::tile(self.extent, patch.index)?;
                let [x, y, width, height] =
                    [patch.rect.x, patch.rect.y, patch.rect.width, patch.rect.height].map(u32::from);
                tile::encode(&self.picture, Rect::new(tile.x + x, tile.y + y, width, height), &self.shelf)
            }
            _ => return None,
        };
        Some(coded.bytes.len())
    }

    /// What tracing the pixels of a part of a tile teaches: of each model that has a prior, how likely 0 is in the end,
    /// in 4096ths, and how often it was seen. Nothing where they would not be traced. For making priors.
    pub fn learnt(&self, rect: Rect) -> Vec<(u16, u8)> {
        tile::teach(&self.picture, rect, &self.shelf)
    }

    /// Whether some tiles were coded with loss and not exactly since.
    pub fn is_rough(&self) -> bool {
        self.known.iter().any(|known| known.rough_since.is_some())
    }

    /// Tiles that were coded with loss and stand still by now, exactly: at most so many.
    pub fn refine(&mut self, now: Instant, tiles_max: usize) -> Vec<Operation> {
        let is_still = |known: &Known| known.rough_since.is_some_and(|since| since + STILL_TIME <= now);
        let still = self.known.iter().enumerate().filter(|(_, known)| is_still(known)).take(tiles_max);
        let still: Vec<TileIndex> = still.filter_map(|(place, _)| TileIndex::from_usize(place)).collect();
        let coded: Vec<_> = still.par_iter().filter_map(|index| self.exact(*index)).collect();
        let refined = coded.into_iter().map(|(index, print, coded)| {
            self.memory.keep(print, coded.clone());
            let known = &mut self.known[index.to_usize()];
            known.rough_since = None;
            whole(index, known.version, coded)
        });
        refined.collect()
    }

    fn exact(&self, index: TileIndex) -> Option<(TileIndex, Print, Coded)> {
        let tile = geometry::tile(self.extent, index)?;
        Some((index, Print::of(&self.picture.frame(), tile), tile::encode(&self.picture, tile, &self.shelf)))
    }

    fn next_version(&self) -> Result<Version, EncodeError> {
        self.version.next().ok_or(EncodeError::Versions(self.version))
    }

    fn all(&self) -> Vec<Change> {
        let tiles = (0..self.extent.grid().tiles()).filter_map(TileIndex::from_usize);
        let whole = tiles.filter_map(|index| {
            geometry::tile(self.extent, index).map(|tile| Change { index, tile, rect: tile })
        });
        whole.collect()
    }

    /// Finds what moved, and moves it in the picture that the viewer has.
    fn move_content(&mut self, changes: &[Change], is_first: bool) -> Vec<Move> {
        if is_first {
            self.mover.learn(&self.picture, changes);
            return Vec::new();
        }
        let known = &self.known;
        let is_exact =
            |index: u16| known.get(usize::from(index)).is_some_and(|known| known.rough_since.is_none());
        let moves = self.mover.find(&self.before, &self.picture, changes, is_exact);
        // All read before the first writes.
        let read = |content: &Move| self.before.frame().rows(content.source()).collect::<Vec<_>>().concat();
        let sources: Vec<Vec<u8>> = moves.iter().map(read).collect();
        for (content, source) in moves.iter().zip(&sources) {
            let is_written = self.before.write(content.to, source);
            debug_assert!(is_written, "{content:?} lies in the picture");
        }
        moves
    }

    /// What is left to be coded of the tiles that changed, or that a move wrote.
    fn jobs(&mut self, changes: &[Change], moves: &[Move], is_first: bool) -> Vec<Job> {
        let mut tiles: Vec<TileIndex> = changes.iter().map(|change| change.index).collect();
        let grid = self.extent.grid();
        tiles.extend(moves.iter().flat_map(|content| grid.touched(geometry::pixel_rect(content.to))));
        tiles.sort_unstable();
        tiles.dedup();
        for index in &tiles {
            if let Some(known) = self.known.get_mut(index.to_usize()) {
                known.version = self.version;
            }
        }
        let jobs = tiles.par_iter().filter_map(|index| self.job(*index, is_first)).collect();
        for index in tiles {
            if let Some(tile) = geometry::tile(self.extent, index) {
                self.before.copy_from(&self.picture.frame(), tile);
            }
        }
        jobs
    }

    fn job(&self, index: TileIndex, is_first: bool) -> Option<Job> {
        let tile = geometry::tile(self.extent, index)?;
        let mut parts = Parts::default();
        if !is_first {
            parts = parts::find(&self.picture.frame(), &self.before.frame(), tile);
            if parts.is_empty() {
                return None;
            }
        }
        let area: u64 = parts.iter().map(|part| part.area()).sum();
        let is_rough = self.known.get(index.to_usize()).is_some_and(|known| known.rough_since.is_some());
        if 3 * tile.area() < 4 * area || is_rough {
            parts.clear();
        }
        let is_small = !parts.is_empty() && area < RECALL_PIXELS_MIN;
        let print = if is_small { None } else { Some(Print::of(&self.picture.frame(), tile)) };
        Some(Job { index, tile, parts, print, coded: Default::default(), is_recalled: false })
    }

    fn encode_job(&self, job: &mut Job) {
        if job.coded[0].is_some() {
            return;
        }
        if job.parts.is_empty() {
            job.set_whole(tile::encode_quickly(&self.picture, job.tile, &self.shelf));
        }
        for (part, coded) in job.parts.iter().zip(&mut job.coded) {
            *coded = Some(tile::encode(&self.picture, *part, &self.shelf));
        }
    }

    fn operations(
        &mut self,
        based: Based,
        moves: &[Move],
        dictionary: Option<Operation>,
        jobs: Vec<Job>,
        now: Instant,
    ) -> Vec<Operation> {
        let copies = moves.iter().map(|content| copy(based, content));
        let mut operations: Vec<_> = copies.chain(dictionary).collect();
        for job in jobs {
            if !job.is_recalled {
                let traced = job.payloads().filter(|coded| coded.coding == Layout::Traced.coding(false));
                self.tutor.note(job.tile, traced.map(|coded| coded.bytes.len()).sum());
            }
            let Job { index, tile, parts, print, coded, .. } = job;
            let coded = coded.into_iter().flatten();
            if !parts.is_empty() {
                let patches = parts
                    .iter()
                    .zip(coded)
                    .filter_map(|(part, coded)| patch(based, index, tile, *part, coded));
                operations.extend(patches);
                continue;
            }
            for coded in coded {
                self.known[index.to_usize()].rough_since = if coded.is_exact() { None } else { Some(now) };
                if let Some(print) = print {
                    self.memory.keep(print, coded.clone());
                }
                operations.push(whole(index, based.version, coded));
            }
        }
        operations
    }
}

fn copy(based: Based, content: &Move) -> Operation {
    let PixelRect { x: from_x, y: from_y, .. } = geometry::pixel_rect(content.source());
    Operation::Copy(CopyArea { based, from_x, from_y, to: geometry::pixel_rect(content.to) })
}

fn whole(index: TileIndex, version: Version, coded: Coded) -> Operation {
    let Coded { quality, coding, dictionary, bytes: payload } = coded;
    Operation::Tile(Tile { index, version, quality, coding, dictionary, keep: None, payload })
}

fn patch(based: Based, index: TileIndex, tile: Rect, part: Rect, coded: Coded) -> Option<Operation> {
    let inside = part.within(tile)?;
    let side = |length: u32| u8::try_from(length).ok();
    let rect = TileRect {
        x: side(inside.x)?,
        y: side(inside.y)?,
        width: side(inside.width)?,
        height: side(inside.height)?,
    };
    let Coded { coding, dictionary, bytes: payload, .. } = coded;
    Some(Operation::Patch(PatchTile { based, index, rect, coding, dictionary, payload }))
}
