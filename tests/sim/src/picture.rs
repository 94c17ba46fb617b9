//! A picture of small cells in real geometry: tiles of 64×64 pixels, one cell for 16×16.

use wire::TileIndex;
use wire::screen::{Extent, Grid, PixelRect, TileRect};

/// Pixels of a cell's side. Everything drawn, copied and patched lies on cells.
pub const CELL: u16 = 16;

/// The cells of a display, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    extent: Extent,
    columns: usize,
    cells: Vec<u32>,
}

impl Picture {
    /// All cells 0. The extent is a multiple of [`CELL`].
    pub fn new(extent: Extent) -> Self {
        let columns = usize::from(extent.width() / CELL);
        let cells = vec![0; columns * usize::from(extent.height() / CELL)];
        Self { extent, columns, cells }
    }

    /// The size in pixels.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The tiles.
    pub fn grid(&self) -> Grid {
        self.extent.grid()
    }

    /// The cells of a rectangle in pixels, row by row.
    pub fn read(&self, rect: PixelRect) -> Vec<u32> {
        self.places(rect).map(|place| self.cells[place]).collect()
    }

    /// Writes the cells of a rectangle, row by row.
    pub fn write(&mut self, rect: PixelRect, cells: &[u32]) {
        for (place, cell) in self.places(rect).zip(cells) {
            self.cells[place] = *cell;
        }
    }

    /// The cells of a tile.
    pub fn tile(&self, index: TileIndex) -> Vec<u32> {
        self.grid().rect(index).map(|rect| self.read(rect)).unwrap_or_default()
    }

    /// The smallest rectangle of a tile that holds all cells that differ from another picture.
    pub fn difference(&self, other: &Self, index: TileIndex) -> Option<TileRect> {
        let rect = self.grid().rect(index)?;
        let differs = |place: &usize| self.cells[*place] != other.cells[*place];
        let places: Vec<_> = self.places(rect).filter(differs).collect();
        let column = |place: &usize| (place % self.columns) as u16 * CELL - rect.x;
        let row = |place: &usize| (place / self.columns) as u16 * CELL - rect.y;
        let (left, right) = (places.iter().map(column).min()?, places.iter().map(column).max()? + CELL);
        let (top, bottom) = (places.iter().map(row).min()?, places.iter().map(row).max()? + CELL);
        Some(TileRect {
            x: left as u8,
            y: top as u8,
            width: (right - left) as u8,
            height: (bottom - top) as u8,
        })
    }

    fn places(&self, rect: PixelRect) -> impl Iterator<Item = usize> + use<> {
        let columns = self.columns;
        let rows = usize::from(rect.y / CELL)..usize::from((rect.y + rect.height) / CELL);
        rows.flat_map(move |row| {
            let start = row * columns + usize::from(rect.x / CELL);
            start..start + usize::from(rect.width / CELL)
        })
    }
}

/// A part of a tile in pixels of the display.
pub fn on_display(grid: Grid, index: TileIndex, part: TileRect) -> Option<PixelRect> {
    let tile = grid.rect(index)?;
    let (x, y) = (tile.x + u16::from(part.x), tile.y + u16::from(part.y));
    Some(PixelRect { x, y, width: part.width.into(), height: part.height.into() })
}

/// The part of a rectangle that lies in another.
pub fn intersect(a: PixelRect, b: PixelRect) -> Option<PixelRect> {
    let (x, y) = (a.x.max(b.x), a.y.max(b.y));
    let (right, bottom) = ((a.x + a.width).min(b.x + b.width), (a.y + a.height).min(b.y + b.height));
    if x < right && y < bottom {
        Some(PixelRect { x, y, width: right - x, height: bottom - y })
    } else {
        None
    }
}
