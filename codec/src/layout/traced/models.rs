//! What is learnt within one payload about each kind of choice, beginning with what recorded desktops taught.

use super::super::range::{Bits, FRESH, Model};
use super::priors::PRIORS;
use super::{BLACK, Color, WHITE};

/// Bits of a place in a tree that are learnt; those behind are as likely 0 as 1.
const TREE_BITS: u32 = 3;

/// Bits that a number of a colour may have behind its highest: there are fewer than 2048.
const BACK_LENGTHS: usize = 10;

/// Bits that the pixels of a run may have behind their highest.
const RUN_LENGTHS: usize = 6;

/// How sure a memory may be: four times of a picture's own, and as many of a primer's.
const SURETIES: usize = 2 * PRIMED;

/// The first of those of a primer.
pub(super) const PRIMED: usize = 4;

/// How a colour may be like those beside, and what stands for a pixel that ends a run.
const LIKENESSES: usize = ENDS_RUN + 1;
pub(super) const ENDS_RUN: usize = 4;

/// Bits that an offset may have behind its highest.
const LENGTHS: usize = 7;

/// Classes of how many colours there are already.
const COUNTS: usize = 8;

/// How far a new colour must be from the ground, all channels together, to give the direction of the next.
const INK_MIN: u32 = 24;

/// How often something was seen that has a prior: as if it were this often, so that it is soon learnt anew.
const PRIOR_SEEN: u8 = 6;

// Where the models of each kind begin. Those of the tree are fresh, all others have a prior.
const ROW: usize = 0;
const RUN: usize = ROW + 2;
const RUN_LENGTH: usize = RUN + 1 + RUN_LENGTHS;
const FAR: usize = RUN_LENGTH + RUN_LENGTHS;
const NEAR: usize = FAR + 2 * SURETIES * LIKENESSES;
const BESIDE: usize = NEAR + 2 * SURETIES * LIKENESSES;
const IS_NEW: usize = BESIDE + 3 * 8;
const BACK: usize = IS_NEW + 2 * COUNTS;
const IS_OFF: usize = BACK + BACK_LENGTHS;
const OFF_LENGTH: usize = IS_OFF + 2;
const GROUND: usize = OFF_LENGTH + 2 * LENGTHS;
/// Models that have a prior.
pub(super) const PRIORS_COUNT: usize = GROUND + 3;
const GREEN: usize = PRIORS_COUNT;
const COUNT: usize = GREEN + (1 << TREE_BITS);

/// The models of all choices.
#[derive(Debug, Clone)]
pub(super) struct Models([Model; COUNT]);

impl Default for Models {
    fn default() -> Self {
        const START: Models = Models::start();
        START
    }
}

impl Models {
    const fn start() -> Self {
        let mut models = [FRESH; COUNT];
        let mut at = 0;
        while at < PRIORS_COUNT {
            models[at] = Model::with_prior(PRIORS[at], PRIOR_SEEN);
            at += 1;
        }
        Self(models)
    }

    /// What is known of those that have a prior: how likely 0 is, in 4096ths, and how often each was seen since.
    #[cfg(feature = "encode")]
    pub(super) fn learnt(&self) -> [(u16, u8); PRIORS_COUNT] {
        std::array::from_fn(|at| {
            let (zero, seen) = self.0[at].learnt();
            (zero, seen - PRIOR_SEEN)
        })
    }

    /// The colour that most pixels have: white, black, one of those that are known, or any.
    pub(super) fn ground<B: Bits>(&mut self, bits: &mut B, known: &[Color], wanted: Color) -> Color {
        if bits.bit(&mut self.0[GROUND], wanted == WHITE) {
            return WHITE;
        }
        if bits.bit(&mut self.0[GROUND + 1], wanted == BLACK) {
            return BLACK;
        }
        for &color in known {
            if bits.bit(&mut self.0[GROUND + 2], wanted == color) {
                return color;
            }
        }
        (0..24).rev().fold(0, |color, at| color << 1 | u32::from(bits.even_bit(wanted >> at & 1 != 0)))
    }

    /// Whether a row is the same as the one above.
    pub(super) fn row<B: Bits>(&mut self, bits: &mut B, was_same: bool, is_same: bool) -> bool {
        bits.bit(&mut self.0[ROW + usize::from(was_same)], is_same)
    }

    /// How many of `room` pixels, all of whose neighbours have one colour, have it as well before one has not.
    #[inline]
    pub(super) fn run<B: Bits>(&mut self, bits: &mut B, room: usize, wanted: usize) -> usize {
        let class = room.max(1).ilog2() as usize;
        if bits.bit(&mut self.0[RUN + class], wanted == room) {
            return room;
        }
        // Never more than there is room for, whatever the bits say.
        (self.magnitude(bits, RUN_LENGTH, class, wanted as u32 + 1) as usize - 1).min(room - 1)
    }

    /// Whether a pixel has the colour that came after all six pixels around.
    #[inline]
    pub(super) fn far<B: Bits>(
        &mut self,
        bits: &mut B,
        surety: usize,
        agrees: bool,
        likeness: usize,
        bit: bool,
    ) -> bool {
        let at = (usize::from(agrees) * SURETIES + surety) * LIKENESSES + likeness;
        bits.bit(&mut self.0[FAR + at], bit)
    }

    /// The same for the three nearest.
    #[inline]
    pub(super) fn near<B: Bits>(
        &mut self,
        bits: &mut B,
        surety: usize,
        is_second: bool,
        likeness: usize,
        bit: bool,
    ) -> bool {
        let at = (usize::from(is_second) * SURETIES + surety) * LIKENESSES + likeness;
        bits.bit(&mut self.0[NEAR + at], bit)
    }

    /// Whether it has that of the pixel to the left, above, or above and to the right.
    #[inline]
    pub(super) fn beside<B: Bits>(&mut self, bits: &mut B, place: usize, shape: usize, bit: bool) -> bool {
        bits.bit(&mut self.0[BESIDE + place * 8 + shape], bit)
    }

    /// Whether a colour was not there before, where `own` were of this picture, and `known` before it.
    pub(super) fn is_new<B: Bits>(&mut self, bits: &mut B, own: usize, known: usize, bit: bool) -> bool {
        let class = (own.ilog2() as usize).min(COUNTS - 1);
        let primed = if 1 < known { COUNTS } else { 0 };
        bits.bit(&mut self.0[IS_NEW + primed + class], bit)
    }

    /// Which of the colours: 0 for the last that was new.
    pub(super) fn back<B: Bits>(&mut self, bits: &mut B, wanted: usize) -> usize {
        self.magnitude(bits, BACK, BACK_LENGTHS, wanted as u32 + 1) as usize - 1
    }

    /// A colour that was not there before. Blue and red are foretold from green, as if it lay on the line from the
    /// ground to the ink.
    pub(super) fn new_color<B: Bits>(
        &mut self,
        bits: &mut B,
        ground: Color,
        ink: Color,
        wanted: Color,
    ) -> Color {
        let [blue, green, red, _] = wanted.to_le_bytes();
        let green = self.tree(bits, GREEN, u8::BITS, green.into()) as u8;
        let ([ground_blue, ground_green, ground_red, _], [ink_blue, ink_green, ink_red, _]) =
            (ground.to_le_bytes(), ink.to_le_bytes());
        let along = |ground: u8, ink: u8| {
            foretell(green, (ground_green.into(), ink_green.into()), (ground.into(), ink.into()))
        };
        let blue = self.channel(bits, 0, along(ground_blue, ink_blue), blue);
        let red = self.channel(bits, 1, along(ground_red, ink_red), red);
        u32::from_le_bytes([blue, green, red, 0])
    }

    /// A byte by its difference to what is foretold.
    fn channel<B: Bits>(&mut self, bits: &mut B, channel: usize, foretold: u8, wanted: u8) -> u8 {
        let off = wanted.wrapping_sub(foretold);
        // Small ones of both signs become small numbers: 0, −1, 1, −2 …
        let folded = off << 1 ^ if off < 0x80 { 0 } else { u8::MAX };
        if !bits.bit(&mut self.0[IS_OFF + channel], folded != 0) {
            return foretold;
        }
        let folded = self.magnitude(bits, OFF_LENGTH + channel * LENGTHS, LENGTHS, folded.into()) as u8;
        foretold.wrapping_add(folded >> 1 ^ if folded & 1 == 0 { 0 } else { u8::MAX })
    }

    /// A number above 0 with at most `lengths` bits behind its highest: how many, then what they are.
    fn magnitude<B: Bits>(&mut self, bits: &mut B, models: usize, lengths: usize, wanted: u32) -> u32 {
        let more = wanted.max(1).ilog2() as usize;
        let longer = |at: &usize| bits.bit(&mut self.0[models + at], *at < more);
        let more = (0..lengths).take_while(longer).count();
        (0..more).rev().fold(1, |number, at| number << 1 | u32::from(bits.even_bit(wanted >> at & 1 != 0)))
    }

    /// A number of `length` bits: the first of them along a tree of models.
    fn tree<B: Bits>(&mut self, bits: &mut B, models: usize, length: u32, wanted: u32) -> u32 {
        let mut node = 1;
        for at in (0..length).rev() {
            let bit = wanted >> at & 1 != 0;
            let bit = if length - at <= TREE_BITS {
                bits.bit(&mut self.0[models + node as usize], bit)
            } else {
                bits.even_bit(bit)
            };
            node = node << 1 | u32::from(bit);
        }
        node - (1 << length)
    }
}

/// Whether a colour is so far from the ground that both give a direction.
pub(super) fn is_far(color: Color, ground: Color) -> bool {
    let channels = color.to_le_bytes().into_iter().zip(ground.to_le_bytes());
    INK_MIN <= channels.map(|(own, ground)| u32::from(own.abs_diff(ground))).sum()
}

/// The value of a channel on the line from the ground to the ink, where green is known; kept between 0 and 255.
fn foretell(green: u8, (ground_green, ink_green): (i32, i32), (ground, ink): (i32, i32)) -> u8 {
    let (along, whole) = (i32::from(green) - ground_green, ink_green - ground_green);
    let (along, whole) = if whole < 0 { (-along, -whole) } else { (along, whole) };
    let rise = match whole {
        0 => along,
        _ => (2 * along * (ink - ground) + whole).div_euclid(2 * whole),
    };
    (ground + rise).clamp(0, 255) as u8
}
