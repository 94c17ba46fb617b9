//! What a move explains: pixels that it makes right, less those that it makes wrong.

use frame::{Frame, Rect, Size};

use crate::arch::wide;

/// How far content moved: to the right and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Vector {
    pub(super) y: i32,
    pub(super) x: i32,
}

impl Vector {
    /// Where the pixels of a rectangle come from, or `None` where that is outside of the picture.
    pub(super) fn source(self, to: Rect, size: Size) -> Option<Rect> {
        let x = to.x.checked_add_signed(self.x.checked_neg()?)?;
        let y = to.y.checked_add_signed(self.y.checked_neg()?)?;
        let from = Rect { x, y, ..to };
        Rect::of(size).covers(from).then_some(from)
    }

    /// All pixels whose source lies in the picture.
    pub(super) fn reach(self, size: Size) -> Rect {
        let start = |by: i32| u32::try_from(by).unwrap_or(0);
        let end = |by: i32, side: u32| side.saturating_sub(u32::try_from(-by).unwrap_or(0));
        let (right, bottom) = (end(self.x, size.width), end(self.y, size.height));
        let (left, top) = (start(self.x).min(right), start(self.y).min(bottom));
        Rect::from_edges(left, top, right, bottom)
    }
}

/// Two pictures, and a way from one to the other that is being judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial<'a> {
    pub(super) before: Frame<'a>,
    pub(super) after: Frame<'a>,
    pub(super) vector: Vector,
}

impl<'a> Trial<'a> {
    /// The part of `area` that has a source.
    pub(super) fn reachable(&self, area: Rect) -> Option<Rect> {
        area.intersect(self.vector.reach(self.after.size()))
    }

    /// Pixels of `area` that changed.
    pub(super) fn changed(&self, area: Rect) -> i32 {
        self.rows(area).map(|row| row.changed()).sum()
    }

    /// What moving the content of `area` gains, of which so many pixels changed; once it is worse than
    /// `gain_min`, some number below that.
    pub(super) fn gain_above(&self, area: Rect, changed: i32, gain_min: i32) -> i32 {
        let mut gain = changed;
        for row in self.rows(area) {
            gain -= row.wrong();
            if gain < gain_min {
                break;
            }
        }
        gain
    }

    /// The gain of each row of `area`.
    pub(super) fn row_gains(&self, area: Rect) -> Vec<i32> {
        self.rows(area).map(|row| row.changed() - row.wrong()).collect()
    }

    /// The gain of each column of `area`.
    pub(super) fn column_gains(&self, area: Rect) -> Vec<i32> {
        let mut gains = vec![0; area.width as usize];
        for row in self.rows(area) {
            if row.after != row.before {
                wide::add_differing(&mut gains, row.after, row.before, 1);
            }
            if row.after != row.source {
                wide::add_differing(&mut gains, row.after, row.source, -1);
            }
        }
        gains
    }

    fn rows(&self, area: Rect) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let source = self.vector.source(area, self.after.size()).unwrap_or_default();
        let rows = self.after.rows(area).zip(self.before.rows(area)).zip(self.before.rows(source));
        rows.map(|((after, before), source)| Row { after, before, source })
    }
}

struct Row<'a> {
    after: &'a [u8],
    before: &'a [u8],
    source: &'a [u8],
}

impl Row<'_> {
    fn changed(&self) -> i32 {
        differing(self.after, self.before)
    }

    fn wrong(&self) -> i32 {
        differing(self.after, self.source)
    }
}

fn differing(a: &[u8], b: &[u8]) -> i32 {
    if a == b { 0 } else { wide::differing(a, b) }
}
