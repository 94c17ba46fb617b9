//! What came last after the same surroundings, and how often in a row.

use super::Color;

/// Surroundings that are remembered; others may take their place. A power of two.
const PLACES: usize = 2048;

/// Times that count.
const TIMES_MAX: u32 = 4;

const COLOR_MASK: u32 = 0x00ff_ffff;
const TIMES_SHIFT: u32 = 24;

#[derive(Debug)]
pub(super) struct Memory {
    /// A colour, and above it how often it came; 0: never.
    places: Box<[u32; PLACES]>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { places: Box::new([0; PLACES]) }
    }
}

impl Memory {
    pub(super) fn clear(&mut self) {
        self.places.fill(0);
    }

    /// The colour that came last with these surroundings, and how often in a row less one, 0 to 3.
    #[inline]
    pub(super) fn get(&self, surroundings: u32) -> Option<(Color, usize)> {
        let held = self.places[place(surroundings)];
        let times = (held >> TIMES_SHIFT).checked_sub(1)?;
        Some((held & COLOR_MASK, times as usize))
    }

    #[inline]
    pub(super) fn note(&mut self, surroundings: u32, color: Color) {
        let held = &mut self.places[place(surroundings)];
        let times = if *held & COLOR_MASK == color { (*held >> TIMES_SHIFT) + 1 } else { 1 };
        *held = color | times.min(TIMES_MAX) << TIMES_SHIFT;
    }
}

fn place(surroundings: u32) -> usize {
    (surroundings >> 8) as usize % PLACES
}

/// Adds a colour to a hash of surroundings.
#[inline]
pub(super) fn mix(hash: u32, color: Color) -> u32 {
    let mixed = (hash ^ color).wrapping_mul(0x9e37_79b1);
    mixed ^ mixed >> 15
}
