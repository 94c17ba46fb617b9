//! Bits as intervals of a range: the likelier a bit, the less it costs.

/// How likely a bit of one kind is to be 0, in 4096ths, and how often it was seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    zero: u16,
    seen: u8,
}

/// A coder of bits in one direction: the writer takes the bit that it is given, the reader gives its own.
pub(super) trait Bits {
    /// A bit of a kind.
    fn bit(&mut self, model: &mut Model, wanted: bool) -> bool;

    /// A bit that is as likely 0 as 1.
    fn even_bit(&mut self, wanted: bool) -> bool;
}

/// A bit of which nothing is known.
pub(super) const FRESH: Model = Model { zero: 1 << 11, seen: 0 };

/// How little a model learns, by how often it was seen: the first bits tell most, so they count more.
const SHIFTS: [u8; 256] = {
    let mut shifts = [5; 256];
    let mut seen = 0;
    while seen < 14 {
        shifts[seen] = if seen < 2 { 2 } else { 4 - (seen < 6) as u8 };
        seen += 1;
    }
    shifts
};

impl Model {
    /// As if it had been seen so often.
    pub(super) const fn with_prior(zero: u16, seen: u8) -> Self {
        Self { zero, seen }
    }

    /// How likely 0 is by now, in 4096ths, and how often it was seen.
    #[cfg(feature = "encode")]
    pub(super) fn learnt(self) -> (u16, u8) {
        (self.zero, self.seen)
    }

    #[inline]
    fn learn(&mut self, bit: bool) {
        let shift = SHIFTS[usize::from(self.seen)];
        self.zero =
            if bit { self.zero - (self.zero >> shift) } else { self.zero + ((4096 - self.zero) >> shift) };
        self.seen = self.seen.saturating_add(1);
    }
}

/// The range is refilled below this.
const RANGE_MIN: u32 = 1 << 24;

/// Reads bits. Bytes behind the end are 0, so it never fails.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    next: usize,
    range: u32,
    code: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut reader = Self { bytes, next: 0, range: u32::MAX, code: 0 };
        for _ in 0..4 {
            reader.code = reader.code << 8 | reader.byte();
        }
        reader
    }

    /// Bytes read, with those behind the end.
    pub(super) fn read(&self) -> usize {
        self.next
    }

    #[inline]
    pub(super) fn bit(&mut self, model: &mut Model) -> bool {
        let bit = self.split((self.range >> 12) * u32::from(model.zero));
        model.learn(bit);
        bit
    }

    /// A bit that is as likely 0 as 1.
    pub(super) fn even_bit(&mut self) -> bool {
        self.split(self.range >> 1)
    }

    #[inline]
    fn split(&mut self, zero: u32) -> bool {
        let bit = zero <= self.code;
        if bit {
            (self.code, self.range) = (self.code - zero, self.range - zero);
        } else {
            self.range = zero;
        }
        while self.range < RANGE_MIN {
            self.range <<= 8;
            self.code = self.code << 8 | self.byte();
        }
        bit
    }

    fn byte(&mut self) -> u32 {
        let byte = self.bytes.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        byte.into()
    }
}

impl Bits for Reader<'_> {
    #[inline]
    fn bit(&mut self, model: &mut Model, _: bool) -> bool {
        Reader::bit(self, model)
    }

    #[inline]
    fn even_bit(&mut self, _: bool) -> bool {
        Reader::even_bit(self)
    }
}

/// Writes bits behind what is there.
#[cfg(feature = "encode")]
#[derive(Debug)]
pub(super) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    low: u32,
    range: u32,
}

#[cfg(feature = "encode")]
impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        let start = out.len();
        Self { out, start, low: 0, range: u32::MAX }
    }

    #[inline(always)]
    pub(super) fn bit(&mut self, model: &mut Model, bit: bool) {
        self.split((self.range >> 12) * u32::from(model.zero), bit);
        model.learn(bit);
    }

    #[inline]
    pub(super) fn even_bit(&mut self, bit: bool) {
        self.split(self.range >> 1, bit);
    }

    #[inline(always)]
    fn split(&mut self, zero: u32, bit: bool) {
        if bit {
            self.raise(zero);
            self.range -= zero;
        } else {
            self.range = zero;
        }
        while self.range < RANGE_MIN {
            self.out.push((self.low >> 24) as u8);
            (self.low, self.range) = (self.low << 8, self.range << 8);
        }
    }

    /// Adds to the low end; a carry goes into the bytes that were written.
    fn raise(&mut self, by: u32) {
        let (low, carry) = self.low.overflowing_add(by);
        self.low = low;
        if carry {
            for byte in self.out[self.start..].iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
        }
    }

    /// Writes the shortest number that lies in the range. Zeros at the end need not be written.
    pub(super) fn finish(mut self) {
        let last = self.range - 1;
        let shortest = (8..=32).rev().step_by(8).find_map(|zeros: u32| {
            let mask = u32::MAX.checked_shr(32 - zeros)?;
            let up = self.low.wrapping_neg() & mask;
            (up <= last).then_some(up)
        });
        self.raise(shortest.unwrap_or(0));
        self.out.extend(self.low.to_be_bytes());
        while self.start < self.out.len() && self.out.last() == Some(&0) {
            self.out.pop();
        }
    }
}

#[cfg(feature = "encode")]
impl Bits for Writer<'_> {
    #[inline(always)]
    fn bit(&mut self, model: &mut Model, wanted: bool) -> bool {
        Writer::bit(self, model, wanted);
        wanted
    }

    #[inline]
    fn even_bit(&mut self, wanted: bool) -> bool {
        Writer::even_bit(self, wanted);
        wanted
    }
}
