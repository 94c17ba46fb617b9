//! Points, sizes and rectangles in physical pixels. Arithmetic saturates; it never wraps or panics.

use std::fmt;

/// A pixel's place, counted from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Point {
    /// Pixels to the right.
    pub x: u32,
    /// Pixels down.
    pub y: u32,
}

impl Point {
    /// The pixel `x` to the right and `y` down.
    pub const fn new(x: u32, y: u32) -> Self {
        Self { x, y }
    }
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Size {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// `width` by `height` pixels.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Number of pixels.
    pub const fn area(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// Whether there is no pixel at all.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A rectangle; empty where its width or height is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rect {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Rect {
    /// A rectangle whose top left pixel is (`x`, `y`).
    pub const fn new(x: u32, y: u32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    /// All of a picture of that size.
    pub const fn of(size: Size) -> Self {
        Self::new(0, 0, size.width, size.height)
    }

    /// The rectangle from column `left` up to but without `right`, and `top` up to but without `bottom`.
    /// Empty where an end lies before its start.
    pub const fn from_edges(left: u32, top: u32, right: u32, bottom: u32) -> Self {
        Self::new(left, top, right.saturating_sub(left), bottom.saturating_sub(top))
    }

    /// The top left pixel.
    pub const fn origin(self) -> Point {
        Point::new(self.x, self.y)
    }

    /// Width and height.
    pub const fn size(self) -> Size {
        Size::new(self.width, self.height)
    }

    /// The first column to the right of it.
    pub const fn right(self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// The first row below it.
    pub const fn bottom(self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// Number of pixels.
    pub const fn area(self) -> u64 {
        self.size().area()
    }

    /// Whether there is no pixel in it.
    pub const fn is_empty(self) -> bool {
        self.size().is_empty()
    }

    /// Whether the pixel lies inside.
    pub const fn contains(self, point: Point) -> bool {
        self.x <= point.x && point.x < self.right() && self.y <= point.y && point.y < self.bottom()
    }

    /// Whether every pixel of `other` lies inside; true for an empty `other`.
    pub const fn covers(self, other: Rect) -> bool {
        other.is_empty()
            || self.x <= other.x
                && other.right() <= self.right()
                && self.y <= other.y
                && other.bottom() <= self.bottom()
    }

    /// The pixels in both, or `None` where there are none.
    pub fn intersect(self, other: Rect) -> Option<Rect> {
        let both = Rect::from_edges(
            self.x.max(other.x),
            self.y.max(other.y),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        );
        (!both.is_empty()).then_some(both)
    }

    /// The smallest rectangle around both. An empty one adds nothing.
    pub fn union(self, other: Rect) -> Rect {
        if other.is_empty() {
            return self;
        }
        if self.is_empty() {
            return other;
        }
        Rect::from_edges(
            self.x.min(other.x),
            self.y.min(other.y),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// The part that lies in a picture of that size, or `None` where nothing does.
    pub fn clip(self, size: Size) -> Option<Rect> {
        self.intersect(Rect::of(size))
    }

    /// The part of it that lies in `outer`, in coordinates that count from the corner of `outer`.
    pub fn within(self, outer: Rect) -> Option<Rect> {
        let both = self.intersect(outer)?;
        Some(Rect::new(both.x - outer.x, both.y - outer.y, both.width, both.height))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rect() -> impl Strategy<Value = Rect> {
        (0..40u32, 0..40u32, 0..40u32, 0..40u32).prop_map(|(x, y, w, h)| Rect::new(x, y, w, h))
    }

    fn any_rect() -> impl Strategy<Value = Rect> {
        any::<(u32, u32, u32, u32)>().prop_map(|(x, y, w, h)| Rect::new(x, y, w, h))
    }

    #[test]
    fn rectangles_that_only_touch_have_nothing_in_common() {
        assert_eq!(Rect::new(0, 0, 4, 4).intersect(Rect::new(4, 0, 4, 4)), None);
        assert_eq!(Rect::new(0, 0, 4, 4).union(Rect::new(4, 0, 4, 4)), Rect::new(0, 0, 8, 4));
    }

    #[test]
    fn within_counts_from_the_outer_corner() {
        let outer = Rect::new(100, 50, 20, 20);
        assert_eq!(Rect::new(90, 60, 15, 100).within(outer), Some(Rect::new(0, 10, 5, 10)));
        assert_eq!(Rect::new(0, 0, 10, 10).within(outer), None);
    }

    proptest! {
        #[test]
        fn intersection_has_just_the_pixels_of_both(a in rect(), b in rect()) {
            let both = a.intersect(b).unwrap_or_default();
            for y in 0..80 {
                for x in 0..80 {
                    let point = Point::new(x, y);
                    prop_assert_eq!(both.contains(point), a.contains(point) && b.contains(point));
                }
            }
        }

        #[test]
        fn union_covers_both(a in rect(), b in rect()) {
            prop_assert!(a.union(b).covers(a) && a.union(b).covers(b));
        }

        #[test]
        fn no_numbers_make_it_panic(a in any_rect(), b in any_rect()) {
            prop_assert!(a.union(b).right() == a.right().max(b.right()) || a.is_empty() || b.is_empty());
            if let Some(clipped) = a.clip(b.size()) {
                prop_assert!(Rect::of(b.size()).covers(clipped) && a.covers(clipped));
            }
            if let Some(inner) = a.within(b) {
                prop_assert!(inner.width <= a.width && inner.height <= b.height);
            }
        }
    }
}
