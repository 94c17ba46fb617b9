//! Pictures to bodies: counting their colours first.

use super::super::range::Writer;
use super::{BLACK, COLORS_MAX, Color, Given, NONE, Primer, TooManyColors, Tracer};

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
        let (numbers, counts) = (Vec::with_capacity(super::TILE_PIXELS), Vec::with_capacity(COLORS_MAX));
        Self { places, numbers, counts }
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
        self.counts.clear();
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.resize(colors.len(), 0);
        let is_taken = self.fill(colors, &mut numbers);
        self.numbers = numbers;
        is_taken
    }

    /// Numbers all pixels; `false` where there are too many colours.
    fn fill(&mut self, colors: &[Color], numbers: &mut [u16]) -> bool {
        let (mut last, mut number, mut start) = (NONE, 0, 0);
        for (at, (&color, own)) in colors.iter().zip(numbers).enumerate() {
            if color != last {
                self.count(number, at - start);
                match self.number(color) {
                    Some(known) => (last, number, start) = (color, known, at),
                    None => return false,
                }
            }
            *own = number;
        }
        self.count(number, colors.len() - start);
        true
    }

    /// So many pixels have the colour with this number.
    fn count(&mut self, number: u16, pixels: usize) {
        if let Some((_, count)) = self.counts.get_mut(usize::from(number)) {
            *count += pixels as u16;
        }
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

    /// The number of a colour that was taken.
    fn find(&self, color: Color) -> Option<u16> {
        let mut place = place_of(color);
        loop {
            match self.places[place] {
                (held, number) if held == color => return Some(number),
                (NONE, _) => return None,
                _ => place = (place + 1) % PLACES,
            }
        }
    }

    /// The colour that most pixels have; of several the one that came first.
    fn ground(&self) -> Color {
        let most = self.counts.iter().rev().max_by_key(|(_, count)| *count);
        most.map_or(BLACK, |(color, _)| *color)
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
    pub(crate) fn pack(
        &mut self,
        colors: &[Color],
        width: usize,
        tally: &Tally,
        primer: Option<&Primer>,
        body: &mut Vec<u8>,
    ) {
        self.forget();
        self.write(colors, width, tally, primer, body);
    }

    /// The same, beginning with what earlier pictures taught.
    pub(super) fn write(
        &mut self,
        colors: &[Color],
        width: usize,
        tally: &Tally,
        primer: Option<&Primer>,
        body: &mut Vec<u8>,
    ) {
        let mut writer = Writer::new(body);
        let number_of = |color| tally.find(color);
        let given = Given {
            colors,
            numbers: &tally.numbers,
            count: tally.len(),
            number_of: Some(&number_of),
            ground: tally.ground(),
        };
        let coded = self.code(&mut writer, width, colors.len() / width.max(1), &given, primer);
        debug_assert!(!matches!(coded, Err(TooManyColors)), "the tally would have refused");
        writer.finish();
    }
}

/// How much of a picture's colours a primer knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Affinity<'a> {
    counts: &'a [(Color, u16)],
}

impl Tally {
    /// The colours that were taken, for choosing a primer.
    pub(crate) fn affinity(&self) -> Affinity<'_> {
        Affinity { counts: &self.counts }
    }
}

impl Affinity<'_> {
    /// Pixels whose colour the primer knows, about.
    pub(crate) fn to(self, primer: &Primer) -> usize {
        let known = self.counts.iter().filter(|(color, _)| primer.may_know(*color));
        known.map(|(_, count)| usize::from(*count)).sum()
    }
}
