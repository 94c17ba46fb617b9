//! Text and drawings: each pixel as a choice among what its neighbours foretell, range-coded.
//!
//! What came after the same neighbours before is tried first, then the neighbours themselves, then colours that were
//! there already; what is left is a new colour, foretold from the line between the ground and the last new one, for
//! that is where the soft edges of letters lie. `docs/coding.md` says it all. One generic body reads and writes, so
//! that both ends always take the same choices: [`models`] has what is learnt, [`memory`] what came after what.

mod memory;
mod models;
mod priors;

use frame::PIXEL_BYTES;

use self::memory::Memory;
use self::models::Models;
use super::TILE_PIXELS;
use super::range::{Bits, Reader};
use crate::PayloadError;
#[cfg(feature = "encode")]
pub(crate) use pack::Tally;

/// The longest body: twice the pixels' own bytes. No sender writes so much; a receiver need not read more.
pub(crate) const BODY_BYTES_MAX: usize = 6 * TILE_PIXELS;

/// The most colours of a picture that have numbers. Pictures with more have other layouts.
pub(crate) const COLORS_MAX: usize = 1024;

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
#[derive(Debug)]
pub(crate) struct Tracer {
    width: usize,
    stride: usize,
    /// The picture in its border of ground, as far as it is known.
    canvas: Vec<Color>,
    /// All colours in the order in which they came; the ground is the first.
    colors: Vec<Color>,
    ground: Color,
    /// The last new colour that is far from the ground.
    ink: Color,
    /// By six pixels around, and by three.
    far: Memory,
    near: Memory,
    models: Models,
}

/// More than [`COLORS_MAX`] colours.
#[derive(Debug)]
pub(crate) struct TooManyColors;

impl Default for Tracer {
    fn default() -> Self {
        Self {
            width: 0,
            stride: 0,
            canvas: Vec::new(),
            colors: Vec::with_capacity(COLORS_MAX),
            ground: BLACK,
            ink: BLACK,
            far: Memory::default(),
            near: Memory::default(),
            models: Models::default(),
        }
    }
}

impl Tracer {
    /// Writes the pixels of a body, in rows of `width`.
    pub(crate) fn unpack(&mut self, body: &[u8], width: usize, out: &mut [u8]) -> Result<(), PayloadError> {
        let (found, wanted) = (body.len(), BODY_BYTES_MAX);
        if wanted < found || width == 0 {
            return Err(PayloadError::Length { wanted, found });
        }
        let mut reader = Reader::new(body);
        let height = super::pixels_of(out) / width;
        self.code(&mut reader, width, height, &Given::default())
            .map_err(|TooManyColors| PayloadError::Colors { limit: COLORS_MAX })?;
        if reader.read() < found {
            return Err(PayloadError::Length { wanted: reader.read(), found });
        }
        for (y, row) in out.chunks_exact_mut(width * PIXEL_BYTES).enumerate() {
            let own = self.canvas.get(self.row(y)).unwrap_or_default();
            for (pixel, color) in row.chunks_exact_mut(PIXEL_BYTES).zip(own) {
                pixel.copy_from_slice(&color.to_le_bytes());
            }
        }
        Ok(())
    }

    /// Where a row of the picture lies in the canvas.
    fn row(&self, y: usize) -> std::ops::Range<usize> {
        let start = (y + BEFORE) * self.stride + BEFORE;
        start..start + self.width
    }

    /// Codes a picture. `given` has it where it is written; where it is read, it fills the canvas.
    fn code<B: Bits>(
        &mut self,
        bits: &mut B,
        width: usize,
        height: usize,
        given: &Given<'_>,
    ) -> Result<(), TooManyColors> {
        self.models = Models::default();
        self.far.clear();
        self.near.clear();
        self.ground = self.models.ground(bits, given.ground);
        self.ink = self.ground;
        self.colors.clear();
        self.colors.push(self.ground);
        (self.width, self.stride) = (width, width + BESIDE);
        self.canvas.clear();
        self.canvas.resize(self.stride * (height + BEFORE), self.ground);
        let mut was_same = false;
        for y in 0..height {
            let own = given.colors.get(y * width..(y + 1) * width).unwrap_or_default();
            let numbers = given.numbers.get(y * width..(y + 1) * width).unwrap_or_default();
            let start = self.row(y).start;
            let above = start - self.stride..start - self.stride + width;
            was_same = self.models.row(bits, was_same, own == &self.canvas[above.clone()]);
            if was_same {
                self.canvas.copy_within(above, start);
                continue;
            }
            for x in 0..width {
                let wanted = own.get(x).copied().zip(numbers.get(x).copied()).unwrap_or_default();
                self.canvas[start + x] = self.pixel(bits, start + x, wanted)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn pixel<B: Bits>(
        &mut self,
        bits: &mut B,
        at: usize,
        (wanted, number): (Color, u16),
    ) -> Result<Color, TooManyColors> {
        let above = at - self.stride;
        let (left, up) = (self.canvas[at - 1], self.canvas[above]);
        let (up_left, up_right) = (self.canvas[above - 1], self.canvas[above + 1]);
        let near = memory::mix(memory::mix(memory::mix(0, left), up), up_right);
        let beyond = memory::mix(near, up_left);
        let beyond = memory::mix(beyond, self.canvas[at - 2]);
        let far = memory::mix(beyond, self.canvas[above - self.stride]);
        let (often, rare) = (self.far.get(far), self.near.get(near));
        let likeness = |color: Color| usize::from(color == left) | usize::from(color == up) << 1;
        let found = 'found: {
            if let Some((color, times)) = often {
                let agrees = rare.is_some_and(|(other, _)| color == other);
                if self.models.far(bits, times, agrees, likeness(color), wanted == color) {
                    break 'found Some(color);
                }
            }
            let first = often.map_or(NONE, |(color, _)| color);
            if let Some((color, times)) = rare.filter(|(color, _)| *color != first)
                && self.models.near(bits, times, often.is_some(), likeness(color), wanted == color)
            {
                break 'found Some(color);
            }
            let second = rare.map_or(NONE, |(color, _)| color);
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
        let back = (count - 1).checked_sub(usize::from(number));
        if !self.models.is_new(bits, count, back.is_none()) {
            let back = self.models.back(bits, count, back.unwrap_or(0));
            // Beyond the first colour there is none; any will do, for no sender goes there.
            return Ok(self.colors.get(count.wrapping_sub(1 + back)).copied().unwrap_or(self.ground));
        }
        if COLORS_MAX <= count {
            return Err(TooManyColors);
        }
        let color = self.models.new_color(bits, self.ground, self.ink, wanted);
        if models::is_far(color, self.ground) {
            self.ink = color;
        }
        self.colors.push(color);
        Ok(color)
    }
}

/// The picture to be written; nothing where one is read.
#[derive(Default)]
struct Given<'a> {
    colors: &'a [Color],
    /// The number of each pixel's colour, in the order in which they come.
    numbers: &'a [u16],
    ground: Color,
}

#[cfg(feature = "encode")]
mod pack {
    use super::super::range::Writer;
    use super::{COLORS_MAX, Color, Given, NONE, TooManyColors, Tracer};

    /// Places of the hash table: a power of two, so large that few colours collide.
    const PLACES: usize = 4 * COLORS_MAX;

    /// The colours of a picture, and which of them each pixel has.
    #[derive(Debug)]
    pub(crate) struct Tally {
        places: Box<[(Color, u16); PLACES]>,
        numbers: Vec<u16>,
        /// Each colour, and how many pixels have it.
        counts: Vec<(Color, u16)>,
    }

    impl Default for Tally {
        fn default() -> Self {
            let places = Box::new([(NONE, 0); PLACES]);
            Self {
                places,
                numbers: Vec::with_capacity(super::TILE_PIXELS),
                counts: Vec::with_capacity(COLORS_MAX),
            }
        }
    }

    impl Tally {
        /// Takes over the colours of a picture; `false` where there are too many.
        pub(crate) fn take(&mut self, colors: &[Color]) -> bool {
            for (color, _) in &self.counts {
                // All that were put there lie in one row with the first place.
                let mut place = place_of(*color);
                while self.places[place].0 != NONE {
                    self.places[place].0 = NONE;
                    place = (place + 1) % PLACES;
                }
            }
            self.numbers.clear();
            self.counts.clear();
            let (mut last, mut number) = (NONE, 0);
            for &color in colors {
                if color != last {
                    match self.number(color) {
                        Some(known) => (last, number) = (color, known),
                        None => return false,
                    }
                }
                self.numbers.push(number);
                self.counts[usize::from(number)].1 += 1;
            }
            true
        }

        /// How many colours there are.
        pub(crate) fn len(&self) -> usize {
            self.counts.len()
        }

        fn number(&mut self, color: Color) -> Option<u16> {
            let mut place = place_of(color);
            loop {
                let (held, number) = self.places[place];
                if held == color {
                    return Some(number);
                }
                if held == NONE {
                    let number = u16::try_from(self.counts.len()).ok()?;
                    if COLORS_MAX <= self.counts.len() {
                        return None;
                    }
                    self.places[place] = (color, number);
                    self.counts.push((color, 0));
                    return Some(number);
                }
                place = (place + 1) % PLACES;
            }
        }

        /// The colour that most pixels have becomes the first.
        fn found(&mut self) -> Color {
            let most =
                (0_u16..).zip(&self.counts).max_by_key(|(number, (_, count))| (*count, u16::MAX - number));
            let Some((ground, &(color, _))) = most else { return super::BLACK };
            for number in &mut self.numbers {
                *number = match (*number).cmp(&ground) {
                    std::cmp::Ordering::Less => *number + 1,
                    std::cmp::Ordering::Equal => 0,
                    std::cmp::Ordering::Greater => *number,
                };
            }
            color
        }
    }

    fn place_of(color: Color) -> usize {
        // The high bits of a product depend on all bits of the colour.
        (color.wrapping_mul(0x9e37_79b1) >> 20) as usize % PLACES
    }

    impl Tracer {
        /// What the last picture taught of each model that has a prior.
        pub(crate) fn learnt(&self) -> Vec<(u16, u8)> {
            self.models.learnt().to_vec()
        }

        /// Appends the body of `colors`, in rows of `width`, which were tallied last.
        pub(crate) fn pack(&mut self, colors: &[Color], width: usize, tally: &mut Tally, body: &mut Vec<u8>) {
            let ground = tally.found();
            let mut writer = Writer::new(body);
            let given = Given { colors, numbers: &tally.numbers, ground };
            let coded = self.code(&mut writer, width, colors.len() / width.max(1), &given);
            debug_assert!(!matches!(coded, Err(TooManyColors)), "the tally would have refused");
            writer.finish();
        }
    }
}

#[cfg(all(test, feature = "encode"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(colors: &[Color], width: usize) -> Vec<u8> {
        let (mut tracer, mut tally) = (Tracer::default(), Tally::default());
        let mut body = Vec::new();
        assert!(tally.take(&[7, 8, 9]) && tally.take(colors));
        tracer.pack(colors, width, &mut tally, &mut body);
        let mut out = vec![0; colors.len() * PIXEL_BYTES];
        tracer.unpack(&body, width, &mut out).expect("a body");
        let pixels = out.as_chunks().0.iter().map(|pixel| u32::from_le_bytes(*pixel));
        assert!(pixels.eq(colors.iter().copied()), "other pixels");
        body
    }

    #[test]
    fn what_repeats_costs_next_to_nothing() {
        assert!(there_and_back(&[WHITE; TILE_PIXELS], 64).len() <= 4);
        let stripes: Vec<_> =
            (0..TILE_PIXELS).map(|at| if at % 8 < 3 { 0x10_20_30 } else { WHITE }).collect();
        assert!(there_and_back(&stripes, 64).len() <= 20);
    }

    #[test]
    fn more_colors_than_there_are_numbers_for_are_refused() {
        let colors: Vec<_> = (0..=COLORS_MAX as u32).collect();
        assert!(!Tally::default().take(&colors));
        there_and_back(&colors[..COLORS_MAX], 64);
    }

    proptest! {
        #[test]
        fn any_size_comes_back_and_any_bytes_are_pixels_or_an_error(
            (width, height) in (1..65_usize, 1..65_usize),
            (kinds, seed) in (1..200_u32, any::<u32>()),
            noise in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            let mut random = seed | 1;
            let colors: Vec<_> = (0..width * height).map(|at| {
                random = random.wrapping_mul(0x9e37_79b1).wrapping_add(at as u32).rotate_left(7);
                (random >> 20) % kinds * 0x01_07_03
            }).collect();
            let mut body = there_and_back(&colors, width);
            let mut out = vec![0; colors.len() * PIXEL_BYTES];
            let mut tracer = Tracer::default();
            body.extend([1; 9]);
            prop_assert!(tracer.unpack(&body, width, &mut out).is_err());
            let _ = tracer.unpack(&noise, width, &mut out);
        }
    }
}
