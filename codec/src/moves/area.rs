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
        let (core, gain) = self.core(trial)?;
        let (fitted, more) = self.fit(trial, core);
        let candidates = [(fitted, gain + more), (core, gain)];
        let (best, gain) = candidates.into_iter().find(|(area, _)| self.is_allowed(trial, *area))?;
        if gain < gain_min {
            return None;
        }
        self.left -= i64::from(gain);
        self.taken.push(best);
        Some(best)
    }

    /// The rectangle of tiles with the largest sum of gains, and that sum.
    fn core(&mut self, trial: &Trial<'_>) -> Option<(Rect, i32)> {
        let bounds = self.bounds;
        let (left, right) = (bounds.x / TILE_EXTENT, bounds.right().div_ceil(TILE_EXTENT));
        let (top, bottom) = (bounds.y / TILE_EXTENT, bounds.bottom().div_ceil(TILE_EXTENT));
        let columns = (right - left) as usize;
        let tiles = (top..bottom).flat_map(|row| (left..right).map(move |column| (column, row)));
        let gains: Vec<i32> = tiles.map(|(column, row)| self.tile_gain(trial, column, row)).collect();
        let (gain, columns_from_to, rows_from_to) = largest_sum(&gains, columns)?;
        let edge = |tiles: u32| tiles * TILE_EXTENT;
        let area = Rect::from_edges(
            edge(left + columns_from_to.0 as u32),
            edge(top + rows_from_to.0 as u32),
            edge(left + columns_from_to.1 as u32),
            edge(top + rows_from_to.1 as u32),
        );
        Some((trial.reachable(area)?, i32::try_from(gain).unwrap_or(i32::MAX)))
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

    /// Moves the edges of a rectangle to where the gain is largest, by a tile at most; and how much larger it is then.
    fn fit(&self, trial: &Trial<'_>, core: Rect) -> (Rect, i32) {
        let reach = trial.vector.reach(self.grid.size());
        let columns = |from, to| trial.column_gains(Rect::from_edges(from, core.y, to, core.bottom()));
        let (left, right, wider) = best_edges((core.x, core.right()), (reach.x, reach.right()), columns);
        let rows = |from, to| trial.row_gains(Rect::from_edges(left, from, right, to));
        let (top, bottom, higher) = best_edges((core.y, core.bottom()), (reach.y, reach.bottom()), rows);
        (Rect::from_edges(left, top, right, bottom), wider + higher)
    }
}

/// Moves both ends of a row of gains, within a tile, to where the sum is largest; and how much larger it is then.
/// `gains` gives a part of the row.
fn best_edges(
    (start, end): (u32, u32),
    (start_min, end_max): (u32, u32),
    gains: impl Fn(u32, u32) -> Vec<i32>,
) -> (u32, u32, i32) {
    let middle = (start + end) / 2;
    let inner = (start + TILE_EXTENT).min(middle);
    let before = gains(start.saturating_sub(TILE_EXTENT).max(start_min), inner);
    let (length, more_before) = best_length(before.iter().rev(), inner - start);
    let first = inner - length;
    let inner = end.saturating_sub(TILE_EXTENT).max(middle);
    let behind = gains(inner, (end + TILE_EXTENT).min(end_max));
    let (length, more_behind) = best_length(behind.iter(), end - inner);
    (first, inner + length, more_before + more_behind)
}

/// How many of the gains, from the inside outwards, have the largest sum; and how much larger it is than that of the
/// first `own`.
fn best_length<'a>(gains: impl Iterator<Item = &'a i32>, own: u32) -> (u32, i32) {
    let (mut sum, mut best, mut length, mut own_sum) = (0, 0, 0, 0);
    for (place, gain) in (1..).zip(gains) {
        sum += gain;
        if best < sum {
            (best, length) = (sum, place);
        }
        if place == own {
            own_sum = sum;
        }
    }
    (length, best - own_sum)
}

type Span = (usize, usize);

/// The largest sum of a rectangle, and its columns and rows, from and to; nothing where no sum is above 0.
fn largest_sum(gains: &[i32], columns: usize) -> Option<(i64, Span, Span)> {
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
                    best = (sum, Some((sum, (start, column + 1), (top, bottom + 1))));
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
        assert_eq!(largest_sum(&gains, 4), Some((12, (1, 3), (0, 3))));
        assert_eq!(largest_sum(&[-1, -2], 2), None);
        assert_eq!(largest_sum(&[], 0), None);
    }

    #[test]
    fn a_span_ends_where_gains_do() {
        let gains = [-1, 1, 1, 1, 1, 1, -1, -1];
        let part = |from: u32, to: u32| gains[from as usize..to as usize].to_vec();
        assert_eq!(best_edges((2, 5), (0, 8), part), (1, 6, 2));
        assert_eq!(best_edges((0, 8), (0, 8), part), (1, 6, 3));
        let worse = |from: u32, to: u32| vec![-1; (to - from) as usize];
        assert_eq!(best_edges((1, 2), (0, 3), worse), (1, 1, 1));
    }
}
