//! How a display is cut into tiles.

use crate::limits::{EXTENT_MAX, TILES_MAX};
use crate::screen::PixelRect;
use crate::{DecodeError, Reader, TileIndex, Writer};

/// Width and height of a tile in pixels. Tiles at the right and bottom edge are cut off by the display.
pub const TILE_SIDE: u16 = 64;

/// Width and height in pixels, both at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Extent {
    width: u16,
    height: u16,
}

impl Extent {
    /// A size that a display can have: each side 1 to [`EXTENT_MAX`], at most [`TILES_MAX`] tiles.
    pub fn new(width: u16, height: u16) -> Result<Self, DecodeError> {
        for (field, got) in [("width", width), ("height", height)] {
            if got == 0 {
                return Err(DecodeError::Contradiction("a display without pixels"));
            }
            if EXTENT_MAX < got {
                let limit = u64::from(EXTENT_MAX);
                return Err(DecodeError::OverLimit { field, got: u64::from(got), limit });
            }
        }
        let tiles = usize::from(width.div_ceil(TILE_SIDE)) * usize::from(height.div_ceil(TILE_SIDE));
        if TILES_MAX < tiles {
            return Err(DecodeError::OverLimit {
                field: "tiles",
                got: tiles as u64,
                limit: TILES_MAX as u64,
            });
        }
        Ok(Self { width, height })
    }

    /// Pixels from left to right.
    pub fn width(self) -> u16 {
        self.width
    }

    /// Pixels from top to bottom.
    pub fn height(self) -> u16 {
        self.height
    }

    /// Its tiles.
    pub fn grid(self) -> Grid {
        Grid { extent: self }
    }

    pub(super) fn encode(self, out: &mut Writer) {
        out.u16(self.width);
        out.u16(self.height);
    }

    pub(super) fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        Self::new(reader.u16()?, reader.u16()?)
    }
}

/// The tiles of a display, row by row from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grid {
    extent: Extent,
}

impl Grid {
    /// Tiles from left to right.
    pub fn columns(self) -> u16 {
        self.extent.width.div_ceil(TILE_SIDE)
    }

    /// Tiles from top to bottom.
    pub fn rows(self) -> u16 {
        self.extent.height.div_ceil(TILE_SIDE)
    }

    /// All tiles; at most [`TILES_MAX`].
    pub fn tiles(self) -> usize {
        usize::from(self.columns()) * usize::from(self.rows())
    }

    /// Whether the display has this tile.
    pub fn has(self, index: TileIndex) -> bool {
        index.to_usize() < self.tiles()
    }

    /// The pixels of a tile, or `None` when the display does not have it.
    pub fn rect(self, index: TileIndex) -> Option<PixelRect> {
        if !self.has(index) {
            return None;
        }
        let (column, row) = (index.to_wire() % self.columns(), index.to_wire() / self.columns());
        let (x, y) = (column * TILE_SIDE, row * TILE_SIDE);
        let width = TILE_SIDE.min(self.extent.width - x);
        let height = TILE_SIDE.min(self.extent.height - y);
        Some(PixelRect { x, y, width, height })
    }

    /// The tiles that a rectangle touches, row by row. What lies outside the display is left out.
    pub fn touched(self, rect: PixelRect) -> impl Iterator<Item = TileIndex> {
        let columns = span(rect.x, rect.width, self.columns());
        let rows = span(rect.y, rect.height, self.rows());
        let width = self.columns();
        rows.flat_map(move |row| {
            columns.clone().map(move |column| TileIndex::from_wire(row * width + column))
        })
    }

    /// Whether a rectangle covers all pixels that the display has of a tile.
    pub fn covers(self, rect: PixelRect, index: TileIndex) -> bool {
        self.rect(index).is_some_and(|tile| rect.contains(tile))
    }
}

/// The tiles from the one that holds `start` to the one that holds the last of `length` pixels.
fn span(start: u16, length: u16, tiles: u16) -> std::ops::Range<u16> {
    if length == 0 {
        return 0..0;
    }
    let last = (u32::from(start) + u32::from(length) - 1) / u32::from(TILE_SIDE);
    let end = u16::try_from(last + 1).unwrap_or(u16::MAX).min(tiles);
    (start / TILE_SIDE).min(end)..end
}
