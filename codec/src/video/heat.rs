//! Where the picture moves as a film does: often, for a while, and with the content of a photograph.
//!
//! Each tile has a *heat*: one for every change, cooling by e in [`COOLING`]. A film is a patch of hot tiles, and
//! its place is the smallest rectangle around what changed in them. Text is no film however fast it runs: most of
//! its pixels equal their neighbours. What was explained as a move cools at once, so scrolls are none either.

use std::time::{Duration, Instant};

use frame::{PIXEL_BYTES, Picture, Rect, TILE_EXTENT};
use wire::TileIndex;
use wire::screen::{Extent, Grid};

use crate::arch::wide;
use crate::damage::Change;
use crate::geometry;

/// How fast heat goes: at so many changes a second a tile has this part of them as heat.
const COOLING: Duration = Duration::from_millis(400);

/// Below this heat a tile counts as still, and what it was is forgotten.
const STILL: f32 = 0.5;

/// How much of a tile's kind the newest change decides.
const KIND_STEP: f32 = 0.25;

/// Of so many rows one tells what kind a tile is of.
const KIND_ROWS: usize = 4;

/// The shortest side of a film: a small advertisement. Less is cheap as tiles, and what a dragged window bares is
/// narrow.
const FILM_SIDE_MIN: u32 = 144;

/// What it takes to be seen as a film.
#[derive(Debug, Clone, Copy)]
pub(super) struct Threshold {
    /// Heat of the tiles that make it one.
    pub(super) hot: f32,
    /// Heat of the tiles around them that belong to it.
    pub(super) warm: f32,
    /// How long the hot tiles move already.
    pub(super) age: Duration,
    /// Hot tiles at least, and in a hundred of those that the film touches.
    pub(super) tiles: usize,
    pub(super) percent: usize,
}

/// Begins: four changes at 30 a second that last, or six and a half a second for longer.
pub(super) const BEGINS: Threshold =
    Threshold { hot: 3.0, warm: 1.5, age: Duration::from_millis(190), tiles: 4, percent: 50 };

/// Goes on: ends three quarters of a second after a film of 24 pictures a second stops.
pub(super) const GOES_ON: Threshold =
    Threshold { hot: 1.5, warm: 1.0, age: Duration::ZERO, tiles: 3, percent: 20 };

/// May become one: a second change at once, in a patch that is no toolbar.
pub(super) const SUSPECT: Threshold =
    Threshold { hot: 1.5, warm: 1.2, age: Duration::ZERO, tiles: 12, percent: 50 };

#[derive(Debug, Clone, Copy, Default)]
struct Tile {
    heat: f32,
    /// 1: its changes look like a photograph; 0: like text.
    photo: f32,
    /// Since when it is not still, and when it changed last.
    since: Option<Instant>,
    at: Option<Instant>,
    /// What changed since then.
    bounds: Rect,
}

/// The heat of each tile of a display.
#[derive(Debug)]
pub(super) struct HeatMap {
    extent: Extent,
    tiles: Vec<Tile>,
}

impl HeatMap {
    /// All still.
    pub(super) fn new(extent: Extent) -> Self {
        Self { extent, tiles: vec![Tile::default(); extent.grid().tiles()] }
    }

    /// Takes what changed. `picture` has the pixels after it.
    pub(super) fn note(&mut self, picture: &Picture, changes: &[Change], now: Instant) {
        for change in changes {
            let Some(tile) = self.tiles.get_mut(change.index.to_usize()) else { continue };
            let left = tile.left(now);
            if left < STILL {
                *tile = Tile { since: Some(now), bounds: change.rect, ..Tile::default() };
                tile.photo = if is_photo(picture, change.rect) { 1.0 } else { 0.0 };
            } else {
                let is_photo = if is_photo(picture, change.rect) { 1.0 } else { 0.0 };
                tile.photo += KIND_STEP * (is_photo - tile.photo);
                tile.bounds = tile.bounds.union(change.rect);
            }
            tile.heat = left + 1.0;
            tile.at = Some(now);
        }
    }

    /// These tiles were moved, not filmed.
    pub(super) fn cool(&mut self, tiles: impl Iterator<Item = TileIndex>) {
        for index in tiles {
            if let Some(tile) = self.tiles.get_mut(index.to_usize()) {
                *tile = Tile::default();
            }
        }
    }

    /// The films, none over another, with even coordinates; and since when each moves.
    pub(super) fn films(&self, threshold: &Threshold, now: Instant) -> Vec<(Rect, Instant)> {
        let mut seen = vec![false; self.tiles.len()];
        let mut films: Vec<(Rect, Instant)> = Vec::new();
        for start in 0..self.tiles.len() {
            if seen[start] || !self.is_hot(start, threshold, now) {
                continue;
            }
            let patch = self.patch(start, threshold, now, &mut seen);
            if let Some(film) = self.film(&patch, threshold, now) {
                films.push(film);
            }
        }
        merge(films)
    }

    fn grid(&self) -> Grid {
        self.extent.grid()
    }

    fn is_hot(&self, place: usize, threshold: &Threshold, now: Instant) -> bool {
        self.tiles.get(place).is_some_and(|tile| {
            let moves_since = |since: Instant| threshold.age <= now.saturating_duration_since(since);
            threshold.hot <= tile.left(now) && 0.5 <= tile.photo && tile.since.is_some_and(moves_since)
        })
    }

    /// A film's edge may be a strip of a tile, or a part of it without much to see.
    fn is_warm(&self, place: usize, threshold: &Threshold, now: Instant) -> bool {
        self.tiles.get(place).is_some_and(|tile| {
            let covers_half = self.rect(place).is_some_and(|rect| rect.area() <= 2 * tile.bounds.area());
            threshold.warm <= tile.left(now) && (0.4 <= tile.photo || covers_half)
        })
    }

    fn rect(&self, place: usize) -> Option<Rect> {
        geometry::tile(self.extent, TileIndex::from_usize(place)?)
    }

    /// The warm tiles that hang together with a hot one.
    fn patch(&self, start: usize, threshold: &Threshold, now: Instant, seen: &mut [bool]) -> Vec<usize> {
        let columns = usize::from(self.grid().columns());
        let (mut patch, mut next) = (vec![start], 0);
        seen[start] = true;
        while let Some(&place) = patch.get(next) {
            next += 1;
            let (column, row) = (place % columns, place / columns);
            for row in row.saturating_sub(1)..=row + 1 {
                for column in column.saturating_sub(1)..=(column + 1).min(columns - 1) {
                    let place = row * columns + column;
                    if seen.get(place) == Some(&false) && self.is_warm(place, threshold, now) {
                        seen[place] = true;
                        patch.push(place);
                    }
                }
            }
        }
        patch
    }

    /// The rectangle of a patch, if it is a film: large, and mostly moving.
    fn film(&self, patch: &[usize], threshold: &Threshold, now: Instant) -> Option<(Rect, Instant)> {
        let hot = patch.iter().filter(|place| self.is_hot(**place, threshold, now)).count();
        let area = patch.iter().filter_map(|place| self.rect(*place)).fold(Rect::default(), Rect::union);
        let tiles = (area.area() / u64::from(TILE_EXTENT).pow(2)) as usize;
        if hot < threshold.tiles || 100 * hot < threshold.percent * tiles {
            return None;
        }
        // Tiles of the area that move less, such as a film's dark corner, belong to it as well.
        let inside = self.tiles.iter().filter(|tile| STILL <= tile.left(now) && area.covers(tile.bounds));
        let bounds = inside.fold(Rect::default(), |bounds, tile| bounds.union(tile.bounds));
        let rect = self.even(bounds);
        let since = patch.iter().filter_map(|place| self.tiles.get(*place)?.since).min()?;
        if rect.width.min(rect.height) < FILM_SIDE_MIN { None } else { Some((rect, since)) }
    }

    /// The next larger rectangle with even coordinates, as far as the display has one.
    fn even(&self, rect: Rect) -> Rect {
        let (width, height) = (u32::from(self.extent.width()) & !1, u32::from(self.extent.height()) & !1);
        let (right, bottom) = (rect.right().next_multiple_of(2), rect.bottom().next_multiple_of(2));
        let (x, y) = ((rect.x & !1).min(width), (rect.y & !1).min(height));
        Rect::from_edges(x, y, right.min(width).max(x), bottom.min(height).max(y))
    }
}

impl Tile {
    /// The heat that is left.
    fn left(&self, now: Instant) -> f32 {
        let Some(at) = self.at else { return 0.0 };
        let passed = now.saturating_duration_since(at).as_secs_f32() / COOLING.as_secs_f32();
        self.heat * (-passed).exp()
    }
}

/// Rectangles that overlap become one.
fn merge(mut films: Vec<(Rect, Instant)>) -> Vec<(Rect, Instant)> {
    let mut merged: Vec<(Rect, Instant)> = Vec::new();
    while let Some((mut rect, mut since)) = films.pop() {
        while let Some(at) = merged.iter().position(|(other, _)| other.intersect(rect).is_some()) {
            let (other, earlier) = merged.swap_remove(at);
            (rect, since) = (rect.union(other), since.min(earlier));
        }
        merged.push((rect, since));
    }
    merged
}

/// Whether most pixels differ from the one beside: every fourth row is looked at.
fn is_photo(picture: &Picture, rect: Rect) -> bool {
    let (mut pairs, mut differing) = (0_usize, 0_usize);
    for row in picture.frame().rows(rect).step_by(KIND_ROWS) {
        differing += wide::differing(row, row.get(PIXEL_BYTES..).unwrap_or_default()) as usize;
        pairs += (row.len() / PIXEL_BYTES).saturating_sub(1);
    }
    pairs < 2 * differing
}
