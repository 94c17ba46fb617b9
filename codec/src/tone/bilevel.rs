//! Black and white: text and drawings by a threshold that keeps thin lines, photographs as a pattern of dots.
//!
//! A threshold alone would lose letters that lie on the same side of it as their ground. So what is thin, and brighter
//! or darker than both of its sides, becomes the opposite of its ground.

use frame::{Frame, PIXEL_BYTES, Rect, TILE_EXTENT};

use crate::damage::color;
use crate::photo::{DRAWN_COLORS_MAX, is_photo};

/// How many pixels beside it a pixel depends on: strokes of letters are at most as wide.
pub(super) const REACH: u32 = 4;

/// Brightness from which a surface is white.
const WHITE_MIN: u8 = 128;

/// How much a thin line differs from both of its sides: less is the grain of a surface.
const CONTRAST_MIN: u8 = 40;

/// Pixels of a tile's side with those around it.
const SIDE: usize = (TILE_EXTENT + 2 * REACH) as usize;

const MARGIN: usize = REACH as usize;

/// The order in which the dots of a pattern turn white, in sixteenths (Bayer).
const DOTS: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/// The brightness of a tile and of what is around it, and how it becomes black and white.
pub(super) struct Bilevel {
    tile: Rect,
    /// By row and column, the tile's own first pixel at `MARGIN` of both; what is beyond the display repeats its edge.
    bright: [[u8; SIDE]; SIDE],
    is_photo: bool,
    /// What most pixels of the tile are: of those that are black by themselves, and of those that are white.
    grounds: [u8; 2],
}

impl Bilevel {
    pub(super) fn of(frame: &Frame<'_>, tile: Rect) -> Self {
        let mut colors = [0; (TILE_EXTENT * TILE_EXTENT) as usize];
        let pixels = frame.rows(tile).flat_map(|row| row.chunks_exact(PIXEL_BYTES));
        let count = tile.area() as usize;
        colors.iter_mut().zip(pixels).for_each(|(own, pixel)| *own = color(pixel));
        let is_photo = !is_drawing(&colors[..count]) && is_photo(&colors[..count], tile.width as usize);
        let mut bright = [[0; SIDE]; SIDE];
        let (width, height) = (frame.size().width, frame.size().height);
        let left = tile.x.saturating_sub(REACH);
        for (y, line) in (tile.y..).zip(&mut bright) {
            let y = y.saturating_sub(REACH).min(height - 1);
            let row = frame.row(y).unwrap_or_default().as_chunks::<PIXEL_BYTES>().0;
            let right = (tile.x + TILE_EXTENT + REACH).min(width);
            let own = row.get(left as usize..right as usize).unwrap_or_default();
            // Only at the display's left edge something is missing in front.
            let missing = MARGIN.saturating_sub(tile.x as usize);
            for (value, pixel) in line.iter_mut().skip(missing).zip(own) {
                *value = brightness(*pixel);
            }
            let (first, end) = (line[missing], missing + own.len());
            line[..missing].fill(first);
            let last = line[end.max(1) - 1];
            line[end..].fill(last);
        }
        let own = colors.iter().take(count).map(|color| brightness(color.to_le_bytes()));
        Self { tile, bright, is_photo, grounds: grounds(own) }
    }

    /// Writes the pixels to the rows where the tile lies.
    pub(super) fn paint<'a>(&self, rows: impl Iterator<Item = &'a mut [u8]>) {
        for (y, row) in rows.take(self.tile.height as usize).enumerate() {
            let is_white = if self.is_photo { self.dots(y) } else { self.lines(y) };
            for (pixel, is_white) in row.as_chunks_mut::<PIXEL_BYTES>().0.iter_mut().zip(is_white) {
                let value = if is_white { u8::MAX } else { 0 };
                *pixel = [value, value, value, 0];
            }
        }
    }

    fn dots(&self, y: usize) -> [bool; TILE_EXTENT as usize] {
        let dots = &DOTS[y % DOTS.len()];
        let own = &self.bright[y + MARGIN];
        std::array::from_fn(|x| dots[x % dots.len()] * 16 + 8 <= own[x + MARGIN])
    }

    fn lines(&self, y: usize) -> [bool; TILE_EXTENT as usize] {
        let rows: &[[u8; SIDE]] = &self.bright[y..=y + 2 * MARGIN];
        std::array::from_fn(|x| {
            let across = Beside::of(|at| rows[MARGIN][x + at]);
            let down = Beside::of(|at| rows[at][x + MARGIN]);
            let own = rows[MARGIN][x + MARGIN];
            let stronger = if down.contrast(own) <= across.contrast(own) { across } else { down };
            // What is the ground itself is no line, however narrow it is between two letters.
            let is_ground = own.abs_diff(self.grounds[usize::from(WHITE_MIN <= own)]) < CONTRAST_MIN;
            if is_ground { WHITE_MIN <= own } else { stronger.is_white(own) }
        })
    }
}

/// What is in a row on both sides of a pixel, and with it.
#[derive(Clone, Copy)]
struct Beside {
    /// The darker of the brightest pixels of both sides, and the brighter of their darkest ones: the ground of a dark
    /// line, and of a bright one.
    above: u8,
    below: u8,
    darkest: u8,
    brightest: u8,
}

impl Beside {
    fn of(value: impl Fn(usize) -> u8) -> Self {
        let (mut left, mut right) = ((u8::MAX, 0), (u8::MAX, 0));
        for at in 0..MARGIN {
            let (before, behind) = (value(at), value(at + MARGIN + 1));
            left = (left.0.min(before), left.1.max(before));
            right = (right.0.min(behind), right.1.max(behind));
        }
        let own = value(MARGIN);
        Self {
            above: left.1.min(right.1),
            below: left.0.max(right.0),
            darkest: left.0.min(right.0).min(own),
            brightest: left.1.max(right.1).max(own),
        }
    }

    /// How much a line of this brightness differs from its ground.
    fn contrast(self, own: u8) -> u8 {
        self.above.saturating_sub(own).max(own.saturating_sub(self.below))
    }

    fn is_white(self, own: u8) -> bool {
        let (dark, bright) = (self.above.saturating_sub(own), own.saturating_sub(self.below));
        // What is nearer to its ground than to the line is the line's soft edge.
        if CONTRAST_MIN <= dark && bright <= dark && own - self.darkest <= dark {
            self.above < WHITE_MIN
        } else if CONTRAST_MIN <= bright && self.brightest - own <= bright {
            self.below < WHITE_MIN
        } else {
            WHITE_MIN <= own
        }
    }
}

/// Whether there are so few colours that the picture is a drawing, however soft its edges.
fn is_drawing(colors: &[u32]) -> bool {
    let mut known = [0; DRAWN_COLORS_MAX];
    let mut count = 0;
    colors.iter().all(|color| {
        let is_known = known[..count].contains(color);
        let has_room = is_known || count < DRAWN_COLORS_MAX;
        if !is_known && has_room {
            known[count] = *color;
            count += 1;
        }
        has_room
    })
}

/// The commonest brightness below [`WHITE_MIN`], and from there on.
fn grounds(bright: impl Iterator<Item = u8>) -> [u8; 2] {
    let mut counts = [0_u16; 256];
    bright.for_each(|value| counts[usize::from(value)] += 1);
    let commonest = |values: std::ops::RangeInclusive<u8>| {
        // Of two that are as common, the one nearer to black or white.
        values
            .max_by_key(|&value| (counts[usize::from(value)], value.abs_diff(WHITE_MIN)))
            .unwrap_or_default()
    };
    [commonest(0..=WHITE_MIN - 1), commonest(WHITE_MIN..=u8::MAX)]
}

/// As eyes see it (BT.709), from 0 to 255.
fn brightness([blue, green, red, _]: [u8; PIXEL_BYTES]) -> u8 {
    ((19 * u32::from(blue) + 183 * u32::from(green) + 54 * u32::from(red)) >> 8) as u8
}
