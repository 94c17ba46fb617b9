//! A bounded list of rectangles: what changed in a picture.

use crate::Rect;

/// Rectangles that a region keeps at most. More would cost more to walk than the pixels between them.
pub const REGION_RECTS_MAX: usize = 32;

/// A set of pixels as at most [`REGION_RECTS_MAX`] rectangles.
///
/// It always covers what was added; where rectangles had to be merged it covers some pixels more.
/// Rectangles may overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Region {
    rects: Vec<Rect>,
}

impl Region {
    /// The rectangles, none of them empty.
    pub fn rects(&self) -> &[Rect] {
        &self.rects
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }

    /// The smallest rectangle around all, empty for an empty region.
    pub fn bounds(&self) -> Rect {
        self.rects.iter().fold(Rect::default(), |bounds, &rect| bounds.union(rect))
    }

    /// Forgets all rectangles.
    pub fn clear(&mut self) {
        self.rects.clear();
    }

    /// Adds the pixels of a rectangle.
    ///
    /// It joins one that it makes a whole rectangle with. Where the list is full it joins the one that grows
    /// least by it.
    pub fn add(&mut self, rect: Rect) {
        if rect.is_empty() || self.rects.iter().any(|known| known.covers(rect)) {
            return;
        }
        let mut added = rect;
        // What the new one covers, or joins without a gap, goes into it; growing, it may reach further ones.
        while let Some(at) = self.rects.iter().position(|&known| growth(known, added) == 0) {
            added = added.union(self.rects.swap_remove(at));
        }
        if REGION_RECTS_MAX <= self.rects.len() {
            let nearest = self.rects.iter_mut().min_by_key(|known| growth(**known, added));
            if let Some(nearest) = nearest {
                *nearest = nearest.union(added);
                return;
            }
        }
        self.rects.push(added);
    }
}

impl Extend<Rect> for Region {
    fn extend<T: IntoIterator<Item = Rect>>(&mut self, rects: T) {
        for rect in rects {
            self.add(rect);
        }
    }
}

/// Pixels that the union has and neither of the two does.
fn growth(a: Rect, b: Rect) -> u64 {
    let common = a.intersect(b).map_or(0, Rect::area);
    a.union(b).area().saturating_sub(a.area().saturating_add(b.area()) - common)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Point;

    #[test]
    fn neighbours_become_one_rectangle() {
        let mut region = Region::default();
        region.extend([Rect::new(0, 0, 64, 64), Rect::new(128, 0, 64, 64), Rect::new(64, 0, 64, 64)]);
        assert_eq!(region.rects(), [Rect::new(0, 0, 192, 64)]);
    }

    #[test]
    fn far_ones_stay_apart() {
        let mut region = Region::default();
        region.extend([Rect::new(0, 0, 8, 8), Rect::new(500, 500, 8, 8)]);
        assert_eq!(region.rects().len(), 2);
        assert_eq!(region.bounds(), Rect::new(0, 0, 508, 508));
    }

    proptest! {
        #[test]
        fn it_is_bounded_and_covers_what_was_added(
            added in prop::collection::vec((0..60u32, 0..60u32, 0..9u32, 0..9u32), 0..80)
        ) {
            let added: Vec<Rect> = added.into_iter().map(|(x, y, w, h)| Rect::new(x, y, w, h)).collect();
            let mut region = Region::default();
            region.extend(added.iter().copied());
            prop_assert!(region.rects().len() <= REGION_RECTS_MAX);
            prop_assert!(region.rects().iter().all(|rect| !rect.is_empty()));
            for y in 0..70 {
                for x in 0..70 {
                    let at = Point::new(x, y);
                    let wanted = added.iter().any(|rect| rect.contains(at));
                    prop_assert!(!wanted || region.rects().iter().any(|rect| rect.contains(at)));
                }
            }
        }
    }
}
