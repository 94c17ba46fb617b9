//! Text and drawings: each pixel as a choice among what its neighbours foretell, range-coded.
//!
//! Where all around has one colour, a run of it is coded at once. Elsewhere what came after the same neighbours before
//! is tried first, then the neighbours themselves, then colours that were there already; what is left is a new colour,
//! foretold from the line between the ground and the last new one, for that is where the soft edges of letters lie.
//! `docs/coding.md` says it all. One generic body reads and writes, so that both ends always take the same choices:
//! [`models`] has what is learnt, [`memory`] what came after what, [`primer`] what earlier pictures taught.

mod memory;
mod models;
#[cfg(feature = "encode")]
mod pack;
mod primer;
mod priors;
#[cfg(all(test, feature = "encode"))]
mod tests;

use frame::PIXEL_BYTES;

use self::memory::{Memory, Surroundings};
use self::models::Models;
use super::TILE_PIXELS;
use super::range::{Bits, Reader};
use crate::PayloadError;
#[cfg(feature = "encode")]
pub(crate) use pack::{Affinity, Tally};
pub(crate) use primer::Primer;
#[cfg(feature = "encode")]
pub(crate) use primer::PrimerBuilder;

/// The longest body: twice the pixels' own bytes. No sender writes so much; a receiver need not read more.
pub(crate) const BODY_BYTES_MAX: usize = 6 * TILE_PIXELS;

/// The most colours of a picture that have numbers. Pictures with more have other layouts.
pub(crate) const COLORS_MAX: usize = 1024;

/// Surroundings that are remembered within a picture, as a power of two.
const MEMORY_BITS: u32 = 11;

/// Columns of ground to the left of a picture, and rows above; one column is to the right.
const BEFORE: usize = 2;
const BESIDE: usize = BEFORE + 1;

/// A colour: blue in the low byte, then green and red, 0 above.
type Color = u32;

/// No colour.
const NONE: Color = Color::MAX;

const WHITE: Color = 0x00ff_ffff;
const BLACK: Color = 0;

/// The working memory of both directions.
#[derive(Debug, Clone)]
pub(crate) struct Tracer {
    width: usize,
    stride: usize,
    /// The picture in its border of ground, as far as it is known.
    canvas: Vec<Color>,
    /// All colours in the order in which they came: those of the primer, the ground, then the picture's own.
    colors: Vec<Color>,
    /// How many of them were there before the picture, with its ground.
    known: usize,
    ground: Color,
    /// The last new colour that is far from the ground.
    ink: Color,
    /// By six pixels around, and by three.
    far: Memory,
    near: Memory,
    models: Models,
    /// Where in `colors` each of a given picture's colours is; [`NOWHERE`] as long as it did not come.
    positions: Vec<u16>,
}

/// More than [`COLORS_MAX`] colours.
#[derive(Debug)]
pub(crate) struct TooManyColors;

/// No place in the list of colours.
const NOWHERE: u16 = u16::MAX;

impl Default for Tracer {
    fn default() -> Self {
        Self::new(MEMORY_BITS)
    }
}

/// A colour that may come, and how sure that is: times that it came in a row less one, more where a primer says so.
#[derive(Debug, Clone, Copy)]
struct Foretold {
    color: Color,
    surety: usize,
}

impl Tracer {
    fn new(memory_bits: u32) -> Self {
        Self {
            width: 0,
            stride: 0,
            canvas: Vec::new(),
            colors: Vec::with_capacity(COLORS_MAX),
            known: 0,
            ground: BLACK,
            ink: BLACK,
            far: Memory::new(memory_bits),
            near: Memory::new(memory_bits),
            models: Models::default(),
            positions: Vec::with_capacity(COLORS_MAX),
        }
    }

    /// Writes the pixels of a body, in rows of `width`, that was coded with this primer.
    pub(crate) fn unpack(
        &mut self,
        body: &[u8],
        width: usize,
        primer: Option<&Primer>,
        out: &mut [u8],
    ) -> Result<(), PayloadError> {
        let height = super::pixels_of(out).checked_div(width).unwrap_or(0);
        self.forget();
        self.read(body, width, height, primer)?;
        for (y, row) in out.chunks_exact_mut(width * PIXEL_BYTES).enumerate() {
            let own = self.canvas.get(self.row(y)).unwrap_or_default();
            for (pixel, color) in row.chunks_exact_mut(PIXEL_BYTES).zip(own) {
                pixel.copy_from_slice(&color.to_le_bytes());
            }
        }
        Ok(())
    }

    /// Fills the canvas from a body.
    fn read(
        &mut self,
        body: &[u8],
        width: usize,
        height: usize,
        primer: Option<&Primer>,
    ) -> Result<(), PayloadError> {
        let (found, wanted) = (body.len(), BODY_BYTES_MAX);
        if wanted < found || width == 0 {
            return Err(PayloadError::Length { wanted, found });
        }
        let mut reader = Reader::new(body);
        self.code(&mut reader, width, height, &Given::default(), primer)
            .map_err(|TooManyColors| PayloadError::Colors { limit: COLORS_MAX })?;
        if reader.read() < found {
            return Err(PayloadError::Length { wanted: reader.read(), found });
        }
        Ok(())
    }

    /// Where a row of the picture lies in the canvas.
    fn row(&self, y: usize) -> std::ops::Range<usize> {
        let start = (y + BEFORE) * self.stride + BEFORE;
        start..start + self.width
    }

    /// Forgets what earlier pictures taught.
    fn forget(&mut self) {
        self.far.clear();
        self.near.clear();
        self.colors.clear();
    }

    /// Codes a picture. `given` has it where it is written; where it is read, it fills the canvas.
    fn code<B: Bits>(
        &mut self,
        bits: &mut B,
        width: usize,
        height: usize,
        given: &Given<'_>,
        primer: Option<&Primer>,
    ) -> Result<(), TooManyColors> {
        self.models = Models::default();
        self.ground = self.models.ground(bits, primer.map_or(&[], Primer::grounds), given.ground);
        self.ink = self.ground;
        self.colors.extend_from_slice(primer.map_or(&[], Primer::colors));
        self.colors.push(self.ground);
        self.known = self.colors.len();
        given.find(&self.colors, &mut self.positions);
        (self.width, self.stride) = (width, width + BESIDE);
        self.canvas.clear();
        self.canvas.resize(self.stride * (height + BEFORE), self.ground);
        let mut was_same = false;
        for y in 0..height {
            let start = self.row(y).start;
            let above = start - self.stride..start - self.stride + width;
            let row = given.row(y, width);
            was_same = self.models.row(bits, was_same, row.colors == &self.canvas[above.clone()]);
            if was_same {
                self.canvas.copy_within(above, start);
            } else {
                self.pixels(bits, start, &row, primer)?;
            }
        }
        Ok(())
    }

    /// Codes a row that differs from the one above.
    fn pixels<B: Bits>(
        &mut self,
        bits: &mut B,
        start: usize,
        row: &Row<'_>,
        primer: Option<&Primer>,
    ) -> Result<(), TooManyColors> {
        let (mut at, end) = (start, start + self.width);
        while at < end {
            let above = at - self.stride;
            let left = self.canvas[at - 1];
            let is_flat = left == self.canvas[above]
                && left == self.canvas[above + 1]
                && left == self.canvas[above - 1];
            if is_flat {
                let room = leading(&self.canvas[above + 1..above + 1 + end - at], left);
                let wanted = row.colors.get(at - start..).unwrap_or_default();
                let run = self.models.run(bits, room, leading(wanted, left).min(room));
                self.canvas[at..at + run].fill(left);
                at += run;
                if run == room {
                    continue;
                }
            }
            let wanted = row.at(at - start);
            self.canvas[at] = self.pixel(bits, at, is_flat, wanted, primer)?;
            at += 1;
        }
        Ok(())
    }

    /// Codes a pixel; behind a run that ended early, it is not the run's colour.
    #[inline]
    fn pixel<B: Bits>(
        &mut self,
        bits: &mut B,
        at: usize,
        ends_run: bool,
        (wanted, number): (Color, u16),
        primer: Option<&Primer>,
    ) -> Result<Color, TooManyColors> {
        let above = at - self.stride;
        let (left, up) = (self.canvas[at - 1], self.canvas[above]);
        let (up_left, up_right) = (self.canvas[above - 1], self.canvas[above + 1]);
        let beyond = [up_left, self.canvas[at - 2], self.canvas[above - self.stride]];
        let (near, far) = Surroundings::of([left, up, up_right], beyond);
        let refused = if ends_run { left } else { NONE };
        let foretold = |own: &Memory, primed: Option<&Memory>, place| {
            let own = own.get(place).map(|(color, surety)| Foretold { color, surety });
            own.or_else(|| {
                let (color, times) = primed?.get(place)?;
                Some(Foretold { color, surety: models::PRIMED + times })
            })
        };
        let often = foretold(&self.far, primer.map(Primer::far), far).filter(|one| one.color != refused);
        let rare = foretold(&self.near, primer.map(Primer::near), near).filter(|one| one.color != refused);
        let likeness = |color: Color| {
            if ends_run {
                models::ENDS_RUN
            } else {
                usize::from(color == left) | usize::from(color == up) << 1
            }
        };
        let found = 'found: {
            if let Some(Foretold { color, surety }) = often {
                let agrees = rare.is_some_and(|rare| color == rare.color);
                if self.models.far(bits, surety, agrees, likeness(color), wanted == color) {
                    break 'found Some(color);
                }
            }
            let first = often.map_or(NONE, |often| often.color);
            if let Some(Foretold { color, surety }) = rare.filter(|rare| rare.color != first)
                && self.models.near(bits, surety, often.is_some(), likeness(color), wanted == color)
            {
                break 'found Some(color);
            }
            if ends_run {
                break 'found None;
            }
            let second = rare.map_or(NONE, |rare| rare.color);
            let shape = usize::from(left == up)
                | usize::from(up == up_right) << 1
                | usize::from(left == up_left) << 2;
            let beside = [left, up, up_right];
            for (place, &color) in beside.iter().enumerate() {
                let is_tried = color == first || color == second || beside[..place].contains(&color);
                if !is_tried && self.models.beside(bits, place, shape, wanted == color) {
                    break 'found Some(color);
                }
            }
            None
        };
        let color = match found {
            Some(color) => color,
            None => self.elsewhere(bits, wanted, number)?,
        };
        self.far.note(far, color);
        self.near.note(near, color);
        Ok(color)
    }

    /// A colour that no neighbour foretells: one that was there before, or a new one.
    fn elsewhere<B: Bits>(
        &mut self,
        bits: &mut B,
        wanted: Color,
        number: u16,
    ) -> Result<Color, TooManyColors> {
        let count = self.colors.len();
        let position = self.positions.get(usize::from(number)).copied().unwrap_or(NOWHERE);
        let back = (count - 1).checked_sub(usize::from(position));
        let own = 1 + count - self.known;
        if !self.models.is_new(bits, own, self.known, back.is_none()) {
            let back = self.models.back(bits, back.unwrap_or(0));
            // Beyond the first colour there is none; any will do, for no sender goes there.
            return Ok(self.colors.get(count.wrapping_sub(1 + back)).copied().unwrap_or(self.ground));
        }
        if COLORS_MAX <= own {
            return Err(TooManyColors);
        }
        let color = self.models.new_color(bits, self.ground, self.ink, wanted);
        if models::is_far(color, self.ground) {
            self.ink = color;
        }
        self.colors.push(color);
        if let Some(position) = self.positions.get_mut(usize::from(number)) {
            *position = count as u16;
        }
        Ok(color)
    }
}

/// How many colours at the start are this one.
fn leading(colors: &[Color], color: Color) -> usize {
    let (groups, _) = colors.as_chunks::<8>();
    let alike = groups.iter().take_while(|group| group.iter().fold(0, |all, own| all | (own ^ color)) == 0);
    let sure = 8 * alike.count();
    let rest = colors.get(sure..).unwrap_or_default();
    sure + rest.iter().take_while(|own| **own == color).count()
}

/// The picture to be written; nothing where one is read.
#[derive(Default)]
struct Given<'a> {
    colors: &'a [Color],
    /// The number of each pixel's colour.
    numbers: &'a [u16],
    /// How many numbers there are.
    count: usize,
    /// The number of a colour, if the picture has it.
    number_of: Option<&'a dyn Fn(Color) -> Option<u16>>,
    ground: Color,
}

/// A row of it.
struct Row<'a> {
    colors: &'a [Color],
    numbers: &'a [u16],
}

impl Given<'_> {
    fn row(&self, y: usize, width: usize) -> Row<'_> {
        let at = y * width..(y + 1) * width;
        Row {
            colors: self.colors.get(at.clone()).unwrap_or_default(),
            numbers: self.numbers.get(at).unwrap_or_default(),
        }
    }

    /// Where each of the colours is in a list: the last place of each.
    fn find(&self, list: &[Color], positions: &mut Vec<u16>) {
        positions.clear();
        positions.resize(self.count, NOWHERE);
        let Some(number_of) = self.number_of else { return };
        for (at, color) in (0..).zip(list) {
            if let Some(position) =
                number_of(*color).and_then(|number| positions.get_mut(usize::from(number)))
            {
                *position = at;
            }
        }
    }
}

impl Row<'_> {
    fn at(&self, x: usize) -> (Color, u16) {
        self.colors.get(x).copied().zip(self.numbers.get(x).copied()).unwrap_or_default()
    }
}
