//! Which tiles of a frame differ from the picture before, and where in them.
//!
//! Memory is read in its order, whole rows at a time, so that a frame without changes costs what comparing the
//! bytes costs. Where the same pixels are damaged anew, nothing is reported.

use std::ops::Range;

use frame::{Frame, PIXEL_BYTES, Picture, Rect, TILE_EXTENT};
use rayon::prelude::*;
use wire::TileIndex;

/// Pixels of damage from which the rows of tiles are shared out to rayon's threads. Waking them costs about as
/// much as comparing a tenth of it.
const PARALLEL_PIXELS_MIN: u64 = 1 << 20;

/// Pixels, and bytes, that are compared at once where a row differs.
const SPAN_PIXELS: usize = 16;
const SPAN_BYTES: usize = SPAN_PIXELS * PIXEL_BYTES;

/// The part of a pixel that means something.
pub(crate) const COLOR_MASK: u32 = 0x00ff_ffff;

/// A tile that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Which tile.
    pub index: TileIndex,
    /// Where the tile lies in the picture.
    pub tile: Rect,
    /// The smallest rectangle around the changed pixels, in the picture's coordinates.
    pub rect: Rect,
}

/// The tiles that `damage` touches and whose colours differ between `frame` and `before`, in order.
///
/// Only what both pictures have is compared; the grid is that of `before`.
pub fn find(frame: &Frame<'_>, before: &Picture, damage: &[Rect]) -> Vec<Change> {
    let common = Rect::of(frame.size()).intersect(Rect::of(before.size())).unwrap_or_default();
    let damage: Vec<Rect> = damage.iter().filter_map(|rect| rect.intersect(common)).collect();
    let search = Search { frame, before: before.frame(), damage: &damage };
    let bands = 0..common.height.div_ceil(TILE_EXTENT);
    if damage.iter().map(|rect| rect.area()).sum::<u64>() < PARALLEL_PIXELS_MIN {
        bands.flat_map(|band| search.band(band)).collect()
    } else {
        bands.into_par_iter().flat_map_iter(|band| search.band(band)).collect()
    }
}

/// Two pictures and where they may differ.
struct Search<'a> {
    frame: &'a Frame<'a>,
    before: Frame<'a>,
    damage: &'a [Rect],
}

impl Search<'_> {
    /// The changes in one row of tiles.
    fn band(&self, band: u32) -> Vec<Change> {
        let width = self.before.size().width;
        let rows = Rect::new(0, band * TILE_EXTENT, width, TILE_EXTENT);
        let mut dirty = Vec::new();
        for area in self.damage.iter().filter_map(|rect| rect.intersect(rows)) {
            // Whole tiles: then the spans that are compared begin and end where tiles do.
            let left = area.x / TILE_EXTENT * TILE_EXTENT;
            let right = area.right().next_multiple_of(TILE_EXTENT).min(width);
            self.mark(Rect::from_edges(left, area.y, right, area.bottom()), &mut dirty);
        }
        let mut changes = Vec::with_capacity(dirty.iter().filter(|dirty| **dirty).count());
        let columns = (0..).zip(&dirty).filter_map(|(column, &dirty)| dirty.then_some(column));
        changes.extend(columns.filter_map(|column| self.change(column, band)));
        changes
    }

    /// Marks the columns in which rows of `area` differ.
    fn mark(&self, area: Rect, dirty: &mut Vec<bool>) {
        let columns = self.before.size().width.div_ceil(TILE_EXTENT) as usize;
        let first = (area.x / TILE_EXTENT) as usize;
        for (new, old) in self.frame.rows(area).zip(self.before.rows(area)) {
            if new == old {
                continue;
            }
            dirty.resize(columns, false);
            let tile_bytes = TILE_EXTENT as usize * PIXEL_BYTES;
            let tiles = new.chunks(tile_bytes).zip(old.chunks(tile_bytes));
            for (dirty, (new, old)) in dirty[first..].iter_mut().zip(tiles) {
                *dirty = *dirty || new != old;
            }
        }
    }

    /// What changed in a tile; `None` where only bytes without meaning did.
    fn change(&self, column: u32, band: u32) -> Option<Change> {
        let corner = (column * TILE_EXTENT, band * TILE_EXTENT);
        let tile = Rect::new(corner.0, corner.1, TILE_EXTENT, TILE_EXTENT).clip(self.before.size())?;
        let width = tile.width as usize;
        let (mut left, mut right) = (width, 0);
        let (mut top, mut bottom) = (None, 0);
        for (y, (new, old)) in (0..).zip(self.frame.rows(tile).zip(self.before.rows(tile))) {
            if new == old {
                continue;
            }
            // What is known to have changed need not be looked at again.
            let first = differing(part(new, 0..left), part(old, 0..left)).next();
            let last = differing(part(new, right..width), part(old, right..width)).next_back();
            if first.is_none() && last.is_none() && differing(new, old).next().is_none() {
                continue;
            }
            (left, right) = (first.unwrap_or(left), last.map_or(right, |last| right + last + 1));
            top = top.or(Some(y));
            bottom = y + 1;
        }
        let inside = Rect::from_edges(left as u32, top?, right as u32, bottom);
        let rect = Rect::new(tile.x + inside.x, tile.y + inside.y, inside.width, inside.height);
        let index = band * self.before.size().width.div_ceil(TILE_EXTENT) + column;
        Some(Change { index: TileIndex::from_usize(index as usize)?, tile, rect })
    }
}

/// Some pixels of a row.
fn part(row: &[u8], pixels: Range<usize>) -> &[u8] {
    row.get(pixels.start * PIXEL_BYTES..pixels.end * PIXEL_BYTES).unwrap_or_default()
}

/// The places of pixels of a row whose colours differ.
fn differing(new: &[u8], old: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    let spans = new.chunks(SPAN_BYTES).zip(old.chunks(SPAN_BYTES)).enumerate();
    spans.filter(|(_, (new, old))| new != old).flat_map(|(span, (new, old))| {
        let pairs = new.as_chunks::<PIXEL_BYTES>().0.iter().zip(old.as_chunks::<PIXEL_BYTES>().0).enumerate();
        let differing = pairs.filter(|&(_, (new, old))| color(new) != color(old));
        differing.map(move |(at, _)| span * SPAN_PIXELS + at)
    })
}

/// The colour of a BGRX pixel: blue in the low byte, green and red above it, the rest 0.
#[inline(always)]
pub(crate) fn color(pixel: &[u8]) -> u32 {
    pixel.first_chunk().map_or(0, |&bytes| u32::from_le_bytes(bytes) & COLOR_MASK)
}
