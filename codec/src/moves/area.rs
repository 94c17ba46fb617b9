//! The rectangle in which a vector explains most.
//!
//! First in whole tiles, where sums are cheap; then each edge goes to the pixel where the gain is largest.

use frame::{Grid, Point, Rect, TILE_EXTENT};

use super::gain::Trial;
use crate::damage::Change;

/// The gain of a tile that must not be touched: more than all others of a row can make up for.
const FORBIDDEN: i32 = -(1 << 24);

/// The gain of a tile below which it does not matter how much worse it is.
const GAIN_MIN: i32 = -512;

/// What is left to be explained, and where moves are.
pub(super) struct Areas<'a> {
    grid: Grid,
    /// Around everything that changed.
    bounds: Rect,
    /// Pixels of each tile that changed, where they were counted; 0 where nothing did.
    changed: Vec<Option<i32>>,
    taken: Vec<Rect>,
    /// Pixels that are not explained yet, about.
    left: i64,
    is_sound: &'a dyn Fn(u16) -> bool,
}

impl<'a> Areas<'a> {
    pub(super) fn new(grid: Grid, changes: &[Change], is_sound: &'a dyn Fn(u16) -> bool) -> Self {
        let bounds = changes.iter().fold(Rect::default(), |bounds, change| bounds.union(change.tile));
        let left = changes.iter().map(|change| change.rect.area() as i64).sum();
        let mut changed = vec![Some(0); grid.len()];
        for change in changes {
            if let Some(changed) = changed.get_mut(change.index.to_usize()) {
                *changed = None;
            }
        }
        Self { grid, bounds, changed, taken: Vec::new(), left, is_sound }
    }

    /// Whether hardly anything is left for another move.
    pub(super) fn is_explained(&self) -> bool {
        self.left < i64::from(super::GAIN_MIN)
    }

    /// Whether a move writes this pixel.
    pub(super) fn is_taken(&self, point: Point) -> bool {
        self.taken.iter().any(|taken| taken.contains(point))
    }

    /// The rectangle that gains most by the vector, if it gains `gain_min`; it counts as taken from then on.
    pub(super) fn best(&mut self, trial: &Trial<'_>, gain_min: i32) -> Option<Rect> {
        let core = self.core(trial)?;
        let fitted = self.fit(trial, core);
        let is_allowed = |area: &Rect| self.is_allowed(trial, *area);
        let best = [fitted, core].into_iter().find(is_allowed)?;
        let gain = trial.gain(best);
        if gain < gain_min {
            return None;
        }
        self.left -= i64::from(gain);
        self.taken.push(best);
        Some(best)
    }

    /// The rectangle of tiles with the largest sum of gains.
    fn core(&mut self, trial: &Trial<'_>) -> Option<Rect> {
        let bounds = self.bounds;
        let (left, right) = (bounds.x / TILE_EXTENT, bounds.right().div_ceil(TILE_EXTENT));
        let (top, bottom) = (bounds.y / TILE_EXTENT, bounds.bottom().div_ceil(TILE_EXTENT));
        let columns = (right - left) as usize;
        let tiles = (top..bottom).flat_map(|row| (left..right).map(move |column| (column, row)));
        let gains: Vec<i32> = tiles.map(|(column, row)| self.tile_gain(trial, column, row)).collect();
        let (columns_from_to, rows_from_to) = largest_sum(&gains, columns)?;
        let edge = |tiles: u32| tiles * TILE_EXTENT;
        let area = Rect::from_edges(
            edge(left + columns_from_to.0 as u32),
            edge(top + rows_from_to.0 as u32),
            edge(left + columns_from_to.1 as u32),
            edge(top + rows_from_to.1 as u32),
        );
        trial.reachable(area)
    }

    fn tile_gain(&mut self, trial: &Trial<'_>, column: u32, row: u32) -> i32 {
        let tile = Rect::new(column * TILE_EXTENT, row * TILE_EXTENT, TILE_EXTENT, TILE_EXTENT);
        let Some(area) = tile.clip(self.grid.size()).and_then(|tile| trial.reachable(tile)) else { return 0 };
        if !self.is_allowed(trial, area) {
            return FORBIDDEN;
        }
        let known = self.changed.get_mut((row * self.grid.columns() + column) as usize);
        let changed = known.map_or(0, |changed| *changed.get_or_insert_with(|| trial.changed(tile)));
        trial.gain_above(area, changed, GAIN_MIN)
    }

    /// Whether a move may write this: nothing is there yet, and all that it reads is sound.
    fn is_allowed(&self, trial: &Trial<'_>, area: Rect) -> bool {
        let Some(source) = trial.vector.source(area, self.grid.size()) else { return false };
        !area.is_empty()
            && self.taken.iter().all(|taken| taken.intersect(area).is_none())
            && self.grid.touched(source).chain(self.grid.touched(area)).all(|index| (self.is_sound)(index))
    }

    /// Moves the edges of a rectangle to where the gain is largest, by a tile at most.
    fn fit(&self, trial: &Trial<'_>, core: Rect) -> Rect {
        let reach = trial.vector.reach(self.grid.size());
        let mut area = core;
        let (low, high) = (area.x.saturating_sub(TILE_EXTENT).max(reach.x), area.right() + TILE_EXTENT);
        let band = Rect::from_edges(low, area.y, high.min(reach.right()), area.bottom());
        let (left, right) = best_span(&trial.column_gains(band), area.x - low, area.right() - low);
        area = Rect::from_edges(low + left, area.y, low + right, area.bottom());
        let (low, high) = (area.y.saturating_sub(TILE_EXTENT).max(reach.y), area.bottom() + TILE_EXTENT);
        let band = Rect::from_edges(area.x, low, area.right(), high.min(reach.bottom()));
        let (top, bottom) = best_span(&trial.row_gains(band), area.y - low, area.bottom() - low);
        Rect::from_edges(area.x, low + top, area.right(), low + bottom)
    }
}

/// The part of a row of gains, within a tile of `from` and `to` at each end, that has the largest sum.
fn best_span(gains: &[i32], from: u32, to: u32) -> (u32, u32) {
    let middle = (from + to) / 2;
    let sums = |gains: &mut dyn Iterator<Item = &i32>| {
        let (mut sum, mut best, mut length) = (0, 0, 0);
        for (place, gain) in (1..).zip(gains) {
            sum += gain;
            if best < sum {
                (best, length) = (sum, place);
            }
        }
        length
    };
    let (before, behind) = gains.split_at((middle as usize).min(gains.len()));
    (middle - sums(&mut before.iter().rev()), middle + sums(&mut behind.iter()))
}

type Span = (usize, usize);

/// The columns and rows, from and to, of the rectangle with the largest sum, unless no sum is above 0.
fn largest_sum(gains: &[i32], columns: usize) -> Option<(Span, Span)> {
    let rows = gains.len().checked_div(columns)?;
    let mut best = (0, None);
    for top in 0..rows {
        let mut sums = vec![0_i64; columns];
        for bottom in top..rows {
            for (sum, gain) in sums.iter_mut().zip(&gains[bottom * columns..]) {
                *sum += i64::from(*gain);
            }
            let (mut start, mut sum) = (0, 0);
            for (column, gain) in sums.iter().enumerate() {
                sum += gain;
                if sum <= 0 {
                    (start, sum) = (column + 1, 0);
                } else if best.0 < sum {
                    best = (sum, Some(((start, column + 1), (top, bottom + 1))));
                }
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_sum_leaves_out_what_costs_more_than_it_brings() {
        let gains = [
            -5, 1, 2, -9, //
            -5, 3, -1, 4, //
            -5, -2, 9, -9,
        ];
        assert_eq!(largest_sum(&gains, 4), Some(((1, 3), (0, 3))));
        assert_eq!(largest_sum(&[-1, -2], 2), None);
        assert_eq!(largest_sum(&[], 0), None);
    }

    #[test]
    fn a_span_ends_where_gains_do() {
        assert_eq!(best_span(&[-1, 1, 1, 1, 1, 1, -1, -1], 2, 5), (1, 6));
        assert_eq!(best_span(&[-1, -1, -1], 1, 2), (1, 1));
    }
}
