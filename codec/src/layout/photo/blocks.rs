//! What a block of 8×8 coefficients is as bits.

#[cfg(feature = "encode")]
use super::super::range::Writer;
use super::super::range::{FRESH, Model, Reader};
use super::wave::{BLOCK, Block, Steps, ZIGZAG};

/// Brightness or colour: they have models of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Luma = 0,
    Chroma = 1,
}

/// Bits of the largest magnitude.
const MAGNITUDE_BITS_MAX: usize = 12;

/// Models of the length of a magnitude.
type Lengths = [Model; MAGNITUDE_BITS_MAX];

/// What is learnt within one payload.
#[derive(Debug, Clone)]
struct Models {
    level_differs: [Model; 2],
    level: [Lengths; 2],
    /// By class, place, and how the place lies to the last ones of the blocks beside.
    end: [[[Model; 3]; BLOCK]; 2],
    is_used: [[Model; BLOCK]; 2],
    /// By class, band, and the length of the magnitude before.
    magnitude: [[[Lengths; 3]; 4]; 2],
}

impl Models {
    const FRESH: Self = Self {
        level_differs: [FRESH; 2],
        level: [[FRESH; MAGNITUDE_BITS_MAX]; 2],
        end: [[[FRESH; 3]; BLOCK]; 2],
        is_used: [[FRESH; BLOCK]; 2],
        magnitude: [[[[FRESH; MAGNITUDE_BITS_MAX]; 3]; 4]; 2],
    };
}

/// What is known of a block that others are foretold from.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    level: i32,
    /// The place of its last coefficient, 0 where there is only the level.
    last: usize,
}

/// The blocks to the left and above.
#[derive(Debug, Default)]
struct Beside {
    above: Vec<Past>,
    left: Past,
}

impl Beside {
    fn start(&mut self, columns: usize) {
        self.above.clear();
        self.above.resize(columns, Past::default());
    }

    /// The level that is foretold, and twice the place at which a block should end.
    fn foretell(&mut self, row: usize, column: usize) -> (i32, usize) {
        let above = self.above.get(column).copied().unwrap_or_default();
        match (row, column) {
            (0, 0) => (0, 0),
            (0, _) => (self.left.level, 2 * self.left.last),
            (_, 0) => (above.level, 2 * above.last),
            _ => ((self.left.level + above.level) >> 1, self.left.last + above.last),
        }
    }

    fn pass(&mut self, column: usize, past: Past) {
        self.left = past;
        if let Some(place) = self.above.get_mut(column) {
            *place = past;
        }
    }
}

/// How a place lies to the end that is foretold.
fn end_class(place: usize, foretold: usize) -> usize {
    if foretold < 2 * place { 2 } else { usize::from(foretold < 4 * place) }
}

fn band(place: usize) -> usize {
    match place {
        0..3 => 0,
        3..6 => 1,
        6..15 => 2,
        _ => 3,
    }
}

/// The length of a magnitude as it counts for the next one.
fn length_class(magnitude: i32) -> usize {
    match magnitude {
        0..=1 => 0,
        2..=3 => 1,
        _ => 2,
    }
}

/// Reads blocks; total.
#[derive(Debug)]
pub(super) struct BlockReader<'a> {
    bits: Reader<'a>,
    models: Models,
    beside: Beside,
}

impl<'a> BlockReader<'a> {
    pub(super) fn new(bits: Reader<'a>) -> Self {
        Self { bits, models: Models::FRESH, beside: Beside::default() }
    }

    /// A plane with so many columns of blocks begins.
    pub(super) fn start(&mut self, columns: usize) {
        self.beside.start(columns);
    }

    /// Bytes read, with those behind the end.
    pub(super) fn finish(self) -> usize {
        self.bits.read()
    }

    /// The coefficients of the next block, multiplied by their steps.
    pub(super) fn read(&mut self, class: Class, steps: &Steps, row: usize, column: usize) -> Block {
        let (level, foretold) = self.beside.foretell(row, column);
        let own = class as usize;
        let mut block = [0; BLOCK];
        let mut past = Past { level, last: 0 };
        if self.bits.bit(&mut self.models.level_differs[own]) {
            let off = read_magnitude(&mut self.bits, &mut self.models.level[own]);
            past.level = wrap(level + self.sign(off));
        }
        block[0] = steps.value(0, past.level);
        let (mut place, mut before) = (1, 0);
        while place < BLOCK {
            let end = &mut self.models.end[own][place][end_class(place, foretold)];
            if self.bits.bit(end) {
                break;
            }
            while place < BLOCK - 1 && !self.bits.bit(&mut self.models.is_used[own][place]) {
                place += 1;
            }
            let lengths = &mut self.models.magnitude[own][band(place)][length_class(before)];
            before = read_magnitude(&mut self.bits, lengths);
            block[ZIGZAG[place] as usize] = steps.value(place, self.sign(before));
            past.last = place;
            place += 1;
        }
        self.beside.pass(column, past);
        block
    }

    fn sign(&mut self, magnitude: i32) -> i32 {
        if self.bits.even_bit() { -magnitude } else { magnitude }
    }
}

/// A number above 0: its length in bits, one bit at a time, then what is behind its first bit.
fn read_magnitude(bits: &mut Reader<'_>, lengths: &mut Lengths) -> i32 {
    let mut longer = lengths.iter_mut().take(MAGNITUDE_BITS_MAX - 1).map(|model| bits.bit(model));
    let more = longer.by_ref().take_while(|longer| *longer).count();
    (0..more).fold(1, |number, _| number << 1 | i32::from(bits.even_bit()))
}

/// Keeps a level in the bounds that both sides calculate with.
fn wrap(level: i32) -> i32 {
    level.clamp(-(1 << MAGNITUDE_BITS_MAX), 1 << MAGNITUDE_BITS_MAX)
}

/// Writes blocks, as [`BlockReader`] reads them.
#[cfg(feature = "encode")]
#[derive(Debug)]
pub(super) struct BlockWriter<'a> {
    bits: Writer<'a>,
    models: Models,
    beside: Beside,
}

#[cfg(feature = "encode")]
impl<'a> BlockWriter<'a> {
    pub(super) fn new(bits: Writer<'a>) -> Self {
        Self { bits, models: Models::FRESH, beside: Beside::default() }
    }

    pub(super) fn start(&mut self, columns: usize) {
        self.beside.start(columns);
    }

    pub(super) fn finish(self) {
        self.bits.finish();
    }

    /// Writes a block of coefficients in steps, in the order of rising waves.
    pub(super) fn write(&mut self, class: Class, block: &Block, row: usize, column: usize) {
        let (level, foretold) = self.beside.foretell(row, column);
        let own = class as usize;
        let off = block[0] - level;
        self.bits.bit(&mut self.models.level_differs[own], off != 0);
        if off != 0 {
            write_magnitude(&mut self.bits, &mut self.models.level[own], off.abs());
            self.bits.even_bit(off < 0);
        }
        let last = block.iter().rposition(|value| *value != 0).unwrap_or(0);
        let (mut place, mut before) = (1, 0);
        while place < BLOCK {
            let end = &mut self.models.end[own][place][end_class(place, foretold)];
            self.bits.bit(end, last < place);
            if last < place {
                break;
            }
            while place < BLOCK - 1 {
                self.bits.bit(&mut self.models.is_used[own][place], block[place] != 0);
                if block[place] != 0 {
                    break;
                }
                place += 1;
            }
            let lengths = &mut self.models.magnitude[own][band(place)][length_class(before)];
            before = block[place].abs();
            write_magnitude(&mut self.bits, lengths, before);
            self.bits.even_bit(block[place] < 0);
            place += 1;
        }
        self.beside.pass(column, Past { level: block[0], last });
    }
}

#[cfg(feature = "encode")]
fn write_magnitude(bits: &mut Writer<'_>, lengths: &mut Lengths, magnitude: i32) {
    let more = magnitude.ilog2() as usize;
    for (at, model) in lengths.iter_mut().enumerate().take(MAGNITUDE_BITS_MAX - 1) {
        bits.bit(model, at < more);
        if more <= at {
            break;
        }
    }
    for at in (0..more).rev() {
        bits.even_bit(magnitude >> at & 1 != 0);
    }
}
