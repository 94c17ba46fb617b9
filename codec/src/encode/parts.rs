//! The changed parts of a tile: a few rectangles around the pixels that differ.

use frame::{Frame, PIXEL_BYTES, Rect, TILE_EXTENT};

use crate::damage::color;

/// Pixels without a change that are worth another patch: what its head costs, and what a larger patch knows more of its
/// surroundings. Recorded desktops are smallest about there.
const GAP_PIXELS_MIN: u32 = 512;

/// Parts of a tile at most: as many patches as a store keeps behind a tile.
pub(super) const PARTS_MAX: usize = 6;

/// A few rectangles, in place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parts {
    rects: [Rect; PARTS_MAX],
    count: usize,
}

impl Parts {
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Adds one; beyond the most that there may be, the last one grows to cover it as well.
    fn push(&mut self, rect: Rect) {
        match self.rects.get_mut(self.count) {
            Some(place) => {
                *place = rect;
                self.count += 1;
            }
            None => self.rects[PARTS_MAX - 1] = self.rects[PARTS_MAX - 1].union(rect),
        }
    }
}

impl std::ops::Deref for Parts {
    type Target = [Rect];

    fn deref(&self) -> &[Rect] {
        &self.rects[..self.count]
    }
}

/// Which pixels of a tile differ: a row a word, the leftmost pixel the highest bit.
type Rows = [u64; TILE_EXTENT as usize];

/// Rectangles, in the picture's coordinates, around all pixels of `tile` that differ; none where all are alike.
pub(super) fn find(after: &Frame<'_>, before: &Frame<'_>, tile: Rect) -> Parts {
    let mut parts = Parts::default();
    let mut rows: Rows = [0; TILE_EXTENT as usize];
    for (bits, (new, old)) in rows.iter_mut().zip(after.rows(tile).zip(before.rows(tile))) {
        if new != old {
            *bits = differing(new, old);
        }
    }
    if let Some(whole) = shrink(&rows, Rect::new(0, 0, TILE_EXTENT, TILE_EXTENT)) {
        split(&rows, whole, PARTS_MAX, &mut parts);
    }
    for part in &mut parts.rects {
        (part.x, part.y) = (part.x + tile.x, part.y + tile.y);
    }
    parts
}

fn differing(new: &[u8], old: &[u8]) -> u64 {
    let pairs = new.chunks_exact(PIXEL_BYTES).zip(old.chunks_exact(PIXEL_BYTES));
    let bits = pairs.map(|(new, old)| u64::from(color(new) != color(old)));
    bits.zip((0..u64::BITS).rev()).fold(0, |row, (bit, at)| row | bit << at)
}

/// The smallest rectangle around the differing pixels inside of `area`.
fn shrink(rows: &Rows, area: Rect) -> Option<Rect> {
    let mask = columns_of(area);
    let inside = rows.get(area.y as usize..area.bottom() as usize)?;
    let top = inside.iter().position(|row| row & mask != 0)? as u32;
    let bottom = inside.iter().rposition(|row| row & mask != 0)? as u32 + 1;
    let all = inside.iter().fold(0, |all, row| all | row) & mask;
    let (left, right) = (all.leading_zeros(), u64::BITS - all.trailing_zeros());
    Some(Rect::from_edges(left, area.y + top, right, area.y + bottom))
}

/// The bits of the columns of a rectangle.
fn columns_of(area: Rect) -> u64 {
    let right_of = |x: u32| u64::MAX.checked_shr(x).unwrap_or(0);
    right_of(area.x) & !right_of(area.right())
}

/// Cuts a rectangle at its widest gap, then its halves, while that saves pixels.
fn split(rows: &Rows, area: Rect, parts_max: usize, parts: &mut Parts) {
    let halves = if 1 < parts_max { cut(rows, area) } else { None };
    let Some((first, second)) = halves else {
        parts.push(area);
        return;
    };
    let start = parts.count;
    split(rows, first, parts_max - 1, parts);
    split(rows, second, parts_max.saturating_sub(parts.count - start), parts);
}

fn cut(rows: &Rows, area: Rect) -> Option<(Rect, Rect)> {
    let mask = columns_of(area);
    let (top, bottom) = (area.y as usize, area.bottom() as usize);
    let row_gap = widest_gap(rows.get(top..bottom)?.iter().map(|row| row & mask != 0));
    let all = rows.get(top..bottom)?.iter().fold(0, |all, row| all | row);
    let column_gap = widest_gap((area.x..area.right()).map(|x| all & columns_of(Rect::new(x, 0, 1, 1)) != 0));
    let halves = if column_gap.1 * area.height < row_gap.1 * area.width {
        let (from, length) = row_gap;
        (GAP_PIXELS_MIN <= length * area.width).then(|| {
            let middle = area.y + from;
            let above = Rect::from_edges(area.x, area.y, area.right(), middle);
            (above, Rect::from_edges(area.x, middle, area.right(), area.bottom()))
        })
    } else {
        let (from, length) = column_gap;
        (GAP_PIXELS_MIN <= length * area.height).then(|| {
            let middle = area.x + from;
            let left = Rect::from_edges(area.x, area.y, middle, area.bottom());
            (left, Rect::from_edges(middle, area.y, area.right(), area.bottom()))
        })
    };
    let (first, second) = halves?;
    Some((shrink(rows, first)?, shrink(rows, second)?))
}

/// Where the longest run without a change begins, and its length.
fn widest_gap(changed: impl Iterator<Item = bool>) -> (u32, u32) {
    let (mut best, mut start) = ((0, 0), 0);
    for (place, changed) in (0..).zip(changed) {
        if changed {
            start = place + 1;
        } else if best.1 < place + 1 - start {
            best = (start, place + 1 - start);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use frame::{Picture, Size};
    use proptest::prelude::*;

    use super::*;

    fn found(changed: &[(u32, u32)]) -> Vec<Rect> {
        let before = Picture::new(Size::new(128, 64)).expect("fits");
        let mut after = before.clone();
        for &(x, y) in changed {
            after.fill(Rect::new(64 + x, y, 1, 1), [1, 2, 3, 0]);
        }
        find(&after.frame(), &before.frame(), Rect::new(64, 0, 64, 64)).to_vec()
    }

    #[test]
    fn two_letters_far_apart_are_two_parts() {
        assert_eq!(found(&[(0, 0), (7, 9), (60, 50)]), [Rect::new(64, 0, 8, 10), Rect::new(124, 50, 1, 1)]);
        assert_eq!(found(&[(0, 0), (9, 9)]), [Rect::new(64, 0, 10, 10)]);
        assert_eq!(found(&[]), []);
    }

    proptest! {
        #[test]
        fn parts_cover_all_changes_and_lie_in_the_tile(
            changed in prop::collection::vec((0..64_u32, 0..64_u32), 0..40)
        ) {
            let parts = found(&changed);
            prop_assert!(parts.len() <= PARTS_MAX);
            for (x, y) in changed {
                let point = frame::Point::new(64 + x, y);
                prop_assert!(parts.iter().any(|part| part.contains(point)));
            }
            prop_assert!(parts.iter().all(|part| Rect::new(64, 0, 64, 64).covers(*part)));
        }
    }
}
