//! The recent copies, which views that are exact at their base may get.

use std::collections::VecDeque;

use wire::TileIndex;
use wire::screen::{CopyArea, Grid, PixelRect};

/// Copies that are kept: some captures of scrolling, even where a hop above had to cut them up by tiles.
const COPIES_MAX: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct Copies {
    first: u64,
    list: VecDeque<CopyArea>,
}

impl Copies {
    /// Keeps a copy; its place is not used again.
    pub(super) fn push(&mut self, copy: CopyArea) -> u64 {
        if COPIES_MAX <= self.list.len() {
            self.list.pop_front();
            self.first += 1;
        }
        self.list.push_back(copy);
        self.first + self.list.len() as u64 - 1
    }

    pub(crate) fn get(&self, place: u64) -> Option<&CopyArea> {
        let place = usize::try_from(place.checked_sub(self.first)?).ok()?;
        self.list.get(place)
    }
}

/// The part of a copy that writes one tile.
pub(crate) fn clip(grid: Grid, copy: &CopyArea, index: TileIndex) -> Option<CopyArea> {
    let tile = grid.rect(index)?;
    let to = intersect(copy.to, tile)?;
    let (from_x, from_y) = (copy.from_x + (to.x - copy.to.x), copy.from_y + (to.y - copy.to.y));
    Some(CopyArea { based: copy.based, from_x, from_y, to })
}

fn intersect(a: PixelRect, b: PixelRect) -> Option<PixelRect> {
    let (x, y) = (a.x.max(b.x), a.y.max(b.y));
    let (right, bottom) = ((a.x + a.width).min(b.x + b.width), (a.y + a.height).min(b.y + b.height));
    if x < right && y < bottom {
        Some(PixelRect { x, y, width: right - x, height: bottom - y })
    } else {
        None
    }
}
