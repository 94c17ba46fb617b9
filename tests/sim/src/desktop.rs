//! A desktop on which things happen: typing, scrolling, windows that move, photographs, and nothing.

use wire::screen::{Extent, PixelRect};

use crate::picture::{CELL, Picture};
use crate::rng::Rng;

/// Patterns that come again and again, as icons and letters do.
const PATTERNS: u64 = 6;

/// Pixels that were moved: `to` shows what was at `from_x`, `from_y`.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    /// Left edge of where it was.
    pub from_x: u16,
    /// Top edge of where it was.
    pub from_y: u16,
    /// Where it is.
    pub to: PixelRect,
}

/// The pixels of a display, and how they came about.
#[derive(Debug)]
pub struct Desktop {
    /// What is shown now.
    pub picture: Picture,
    /// Moves since the last capture, as a hint: later drawing may have painted over them.
    pub moves: Vec<Move>,
}

impl Desktop {
    /// An empty display of some size, up to 5×4 tiles, with tiles that are cut off.
    pub fn any(rng: &mut Rng) -> Self {
        let side = |rng: &mut Rng, tiles: u64| rng.between(4, tiles * 4) as u16 * CELL;
        let (width, height) = (side(rng, 5), side(rng, 4));
        let extent =
            Extent::new(width, height).unwrap_or_else(|error| unreachable!("{width}x{height}: {error}"));
        Self { picture: Picture::new(extent), moves: Vec::new() }
    }

    /// Something happens.
    pub fn act(&mut self, rng: &mut Rng) {
        match rng.below(10) {
            0..=2 => self.type_letter(rng),
            3 | 4 => self.scroll(rng),
            5 | 6 => self.move_window(rng),
            7 | 8 => self.show_pattern(rng),
            _ => self.paint(rng),
        }
    }

    /// One cell changes, as by a keystroke.
    pub fn type_letter(&mut self, rng: &mut Rng) {
        let rect = self.rect(rng, 1);
        self.picture.write(rect, &[rng.draw() as u32]);
    }

    fn paint(&mut self, rng: &mut Rng) {
        let rect = self.rect(rng, 8);
        let count = usize::from(rect.width / CELL) * usize::from(rect.height / CELL);
        let cells: Vec<_> = (0..count).map(|_| rng.draw() as u32).collect();
        self.picture.write(rect, &cells);
    }

    /// A tile shows one of a few patterns.
    fn show_pattern(&mut self, rng: &mut Rng) {
        let tiles = self.picture.grid().tiles() as u64;
        let index = wire::TileIndex::from_wire(rng.below(tiles) as u16);
        let pattern = rng.below(PATTERNS) as u32;
        if let Some(rect) = self.picture.grid().rect(index) {
            let cells: Vec<_> =
                (0..16).map(|cell| (pattern << 16 | cell).wrapping_mul(0x9e37_79b1)).collect();
            self.picture.write(rect, &cells);
        }
    }

    fn scroll(&mut self, rng: &mut Rng) {
        let area = self.rect(rng, 20);
        let by = CELL * rng.between(1, 3) as u16;
        if area.height <= by {
            return;
        }
        let height = area.height - by;
        let to = PixelRect { height, ..area };
        self.move_pixels(Move { from_x: area.x, from_y: area.y + by, to });
        let bared = PixelRect { y: area.y + height, height: by, ..area };
        let count = usize::from(bared.width / CELL) * usize::from(by / CELL);
        let cells: Vec<_> = (0..count).map(|_| rng.below(4) as u32).collect();
        self.picture.write(bared, &cells);
    }

    fn move_window(&mut self, rng: &mut Rng) {
        let from = self.rect(rng, 10);
        let extent = self.picture.extent();
        let place = |rng: &mut Rng, room: u16| CELL * rng.below(u64::from(room / CELL) + 1) as u16;
        let x = place(rng, extent.width() - from.width);
        let y = place(rng, extent.height() - from.height);
        self.move_pixels(Move { from_x: from.x, from_y: from.y, to: PixelRect { x, y, ..from } });
    }

    fn move_pixels(&mut self, moved: Move) {
        let from = PixelRect { x: moved.from_x, y: moved.from_y, ..moved.to };
        let cells = self.picture.read(from);
        self.picture.write(moved.to, &cells);
        self.moves.push(moved);
    }

    /// Any rectangle of at most so many cells a side.
    fn rect(&self, rng: &mut Rng, cells_max: u64) -> PixelRect {
        let extent = self.picture.extent();
        let side = |rng: &mut Rng, room: u16| {
            let room = u64::from(room / CELL);
            let length = rng.between(1, cells_max.min(room));
            (CELL * rng.below(room - length + 1) as u16, CELL * length as u16)
        };
        let ((x, width), (y, height)) = (side(rng, extent.width()), side(rng, extent.height()));
        PixelRect { x, y, width, height }
    }
}
