//! The 64×64 tiles of a picture: which there are, where each lies, which a rectangle touches.

use crate::{Point, Rect, Size};

/// Width and height of a tile; those at the right and bottom edge may be smaller.
pub const TILE_EXTENT: u32 = 64;

/// Longest side of a picture, so that a tile's index fits in 16 bits: 256 × 256 tiles.
pub const EXTENT_MAX: u32 = 16_384;

/// A picture with more tiles than an index can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture of {0} pixels is too large, the longest side is {EXTENT_MAX}")]
pub struct TooLarge(pub Size);

/// The tiles of one picture, counted row by row from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    size: Size,
}

impl Grid {
    /// The grid of a picture. An empty picture has no tiles.
    ///
    /// # Errors
    /// [`TooLarge`] where a side is longer than [`EXTENT_MAX`].
    pub const fn of(size: Size) -> Result<Self, TooLarge> {
        if EXTENT_MAX < size.width || EXTENT_MAX < size.height {
            return Err(TooLarge(size));
        }
        Ok(Self { size })
    }

    /// The picture's size in pixels.
    pub const fn size(self) -> Size {
        self.size
    }

    /// Tiles in a row.
    pub const fn columns(self) -> u32 {
        if self.size.is_empty() { 0 } else { self.size.width.div_ceil(TILE_EXTENT) }
    }

    /// Rows of tiles.
    pub const fn rows(self) -> u32 {
        if self.size.is_empty() { 0 } else { self.size.height.div_ceil(TILE_EXTENT) }
    }

    /// Number of tiles: at most 65,536.
    pub const fn len(self) -> usize {
        self.columns() as usize * self.rows() as usize
    }

    /// Whether there is no tile.
    pub const fn is_empty(self) -> bool {
        self.size.is_empty()
    }

    /// All indices, in order.
    pub fn indices(self) -> impl Iterator<Item = u16> {
        self.touched(Rect::of(self.size))
    }

    /// Where a tile lies, clipped to the picture, or `None` where the picture has no such tile.
    pub fn rect(self, index: u16) -> Option<Rect> {
        let (column, row) =
            (u32::from(index).checked_rem(self.columns())?, u32::from(index) / self.columns());
        Rect::new(column * TILE_EXTENT, row * TILE_EXTENT, TILE_EXTENT, TILE_EXTENT).clip(self.size)
    }

    /// The tile that has a pixel, or `None` outside the picture.
    pub fn at(self, point: Point) -> Option<u16> {
        if !Rect::of(self.size).contains(point) {
            return None;
        }
        self.index(point.x / TILE_EXTENT, point.y / TILE_EXTENT)
    }

    /// The tiles that a rectangle touches, row by row. What lies outside the picture touches none.
    pub fn touched(self, rect: Rect) -> impl Iterator<Item = u16> {
        // An empty rectangle must touch nothing, and (0, 0, 0, 0) does that below.
        let inside = rect.clip(self.size).unwrap_or_default();
        let columns = inside.x / TILE_EXTENT..inside.right().div_ceil(TILE_EXTENT);
        let rows = inside.y / TILE_EXTENT..inside.bottom().div_ceil(TILE_EXTENT);
        rows.flat_map(move |row| columns.clone().filter_map(move |column| self.index(column, row)))
    }

    fn index(self, column: u32, row: u32) -> Option<u16> {
        u16::try_from(row * self.columns() + column).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grid(width: u32, height: u32) -> Grid {
        Grid::of(Size::new(width, height)).expect("small enough")
    }

    #[test]
    fn full_hd_has_30_by_17_tiles_and_a_short_last_row() {
        let grid = grid(1920, 1080);
        assert_eq!((grid.columns(), grid.rows(), grid.len()), (30, 17, 510));
        assert_eq!(grid.rect(0), Some(Rect::new(0, 0, 64, 64)));
        assert_eq!(grid.rect(31), Some(Rect::new(64, 64, 64, 64)));
        assert_eq!(grid.rect(509), Some(Rect::new(1856, 1024, 64, 56)));
        assert_eq!(grid.rect(510), None);
    }

    #[test]
    fn the_largest_picture_uses_every_index_and_no_more() {
        let largest = grid(EXTENT_MAX, EXTENT_MAX);
        assert_eq!(largest.len(), 1 << 16);
        assert_eq!(largest.rect(u16::MAX), Some(Rect::new(16_320, 16_320, 64, 64)));
        let larger = Size::new(EXTENT_MAX + 1, 1);
        assert_eq!(Grid::of(larger), Err(TooLarge(larger)));
    }

    #[test]
    fn an_empty_picture_has_no_tiles() {
        let empty = grid(0, 100);
        assert!(empty.is_empty() && empty.rect(0).is_none() && empty.indices().next().is_none());
        assert_eq!(empty.touched(Rect::new(0, 0, 10, 10)).count(), 0);
    }

    #[test]
    fn a_rectangle_touches_the_tiles_that_it_crosses() {
        let touched: Vec<u16> = grid(300, 200).touched(Rect::new(63, 10, 2, 55)).collect();
        assert_eq!(touched, [0, 1, 5, 6]);
    }

    proptest! {
        #[test]
        fn tiles_cover_each_pixel_once(width in 1..300u32, height in 1..300u32) {
            let grid = grid(width, height);
            let area: u64 = grid.indices().filter_map(|index| grid.rect(index)).map(Rect::area).sum();
            prop_assert_eq!(area, grid.size().area());
            prop_assert_eq!(grid.indices().count(), grid.len());
        }

        #[test]
        fn touched_are_just_the_tiles_with_a_common_pixel(
            (x, y, width, height) in (0..320u32, 0..320u32, 0..320u32, 0..320u32)
        ) {
            let (grid, rect) = (grid(300, 200), Rect::new(x, y, width, height));
            let touched: Vec<u16> = grid.touched(rect).collect();
            let expected: Vec<u16> = grid
                .indices()
                .filter(|&index| grid.rect(index).and_then(|tile| tile.intersect(rect)).is_some())
                .collect();
            prop_assert_eq!(touched, expected);
        }

        #[test]
        fn a_pixel_lies_in_the_tile_that_is_said_to_have_it(x in 0..400u32, y in 0..400u32) {
            let (grid, point) = (grid(300, 200), Point::new(x, y));
            let found = grid.at(point).and_then(|index| grid.rect(index));
            prop_assert_eq!(found.is_some_and(|tile| tile.contains(point)), x < 300 && y < 200);
        }
    }
}
