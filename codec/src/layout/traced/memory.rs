//! What came last after the same surroundings, and how often in a row.

use super::Color;

/// Times that count.
const TIMES_MAX: u32 = 4;

const COLOR_MASK: u32 = 0x00ff_ffff;
const TIMES_SHIFT: u32 = 24;

/// A table of surroundings by their hash; those with the same place take it from each other.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    /// A colour, and above it how often it came; 0: never.
    places: Box<[u32]>,
    shift: u32,
}

impl Memory {
    /// An empty one with 2 to the power of `bits` places.
    pub(super) fn new(bits: u32) -> Self {
        Self { places: vec![0; 1 << bits].into(), shift: u32::BITS - bits }
    }

    pub(super) fn clear(&mut self) {
        self.places.fill(0);
    }

    /// The colour that came last with these surroundings, and how often in a row less one, 0 to 3.
    #[inline]
    pub(super) fn get(&self, surroundings: Surroundings) -> Option<(Color, usize)> {
        let held = self.places[(surroundings.0 >> self.shift) as usize];
        let times = (held >> TIMES_SHIFT).checked_sub(1)?;
        Some((held & COLOR_MASK, times as usize))
    }

    #[inline]
    pub(super) fn note(&mut self, surroundings: Surroundings, color: Color) {
        let held = &mut self.places[(surroundings.0 >> self.shift) as usize];
        let times = if *held & COLOR_MASK == color { (*held >> TIMES_SHIFT) + 1 } else { 1 };
        *held = color | times.min(TIMES_MAX) << TIMES_SHIFT;
    }
}

/// The hash of the colours around a pixel; its highest bits are its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings(u32);

impl Surroundings {
    /// Of the three nearest: left, above, above right; and of all six: above left, two to the left, two above as well.
    /// Sums of products, so that none waits for another.
    #[inline]
    pub(super) fn of(near: [Color; 3], beyond: [Color; 3]) -> (Self, Self) {
        let near = near[0]
            .wrapping_mul(0x9e37_79b1)
            .wrapping_add(near[1].wrapping_mul(0x85eb_ca77))
            .wrapping_add(near[2].wrapping_mul(0xc2b2_ae3d));
        let far = near
            .wrapping_add(beyond[0].wrapping_mul(0x27d4_eb2f))
            .wrapping_add(beyond[1].wrapping_mul(0x1656_67b1))
            .wrapping_add(beyond[2].wrapping_mul(0xd3a2_646d));
        let spread = |sum: u32| Self((sum ^ sum >> 15).wrapping_mul(0x2c1b_3c6d));
        (spread(near), spread(far))
    }
}
