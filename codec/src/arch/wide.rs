//! Loops over pixels in the widest vectors that the processor has.
//!
//! Each body is written once and compiled twice: for every processor of the kind, and for those with AVX2.
#![expect(unsafe_code, reason = "a function for some processors may only be called on those")]

use frame::PIXEL_BYTES;

use crate::damage::COLOR_MASK;

/// A function that calls a body in the form that suits the processor.
macro_rules! widest {
    ($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) $(-> $out:ty)? = $body:path) => {
        $(#[$doc])*
        pub(crate) fn $name($($arg: $type),*) $(-> $out)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($arg: $type),*) $(-> $out)? {
                    $body($($arg),*)
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has just said that it has AVX2, which is all that is asked for.
                    return unsafe { avx2($($arg),*) };
                }
            }
            $body($($arg),*)
        }
    };
}

widest! {
    /// Pixels of two rows whose colours differ.
    differing(a: &[u8], b: &[u8]) -> i32 = count
}

widest! {
    /// Adds to the number of each column in which the colours of two rows differ.
    add_differing(columns: &mut [i32], a: &[u8], b: &[u8], weight: i32) = add
}

widest! {
    /// The hash of the sixteen colours that begin at each place; of fewer towards the end.
    hash_spans(colors: &[u32; SPANS]) -> [u32; SPANS] = hash
}

#[cfg(feature = "video")]
widest! {
    /// The luma of a row of pixels.
    luma(pixels: &[u8], y: &mut [u8]) = crate::video::color::luma
}

#[cfg(feature = "video")]
widest! {
    /// The colours of two rows of pixels, one for each two by two.
    chroma(top: &[u8], bottom: &[u8], u: &mut [u8], v: &mut [u8]) = crate::video::color::chroma
}

/// Colours that are hashed at once.
pub(crate) const SPANS: usize = 80;

#[inline(always)]
fn count(a: &[u8], b: &[u8]) -> i32 {
    pairs(a, b).map(|(a, b)| i32::from(a != b)).sum()
}

#[inline(always)]
fn add(columns: &mut [i32], a: &[u8], b: &[u8], weight: i32) {
    for (column, (a, b)) in columns.iter_mut().zip(pairs(a, b)) {
        *column += if a == b { 0 } else { weight };
    }
}

/// The colours of two rows side by side.
#[inline(always)]
fn pairs(a: &[u8], b: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    let color = |pixel: &[u8; PIXEL_BYTES]| u32::from_le_bytes(*pixel) & COLOR_MASK;
    a.as_chunks().0.iter().zip(b.as_chunks().0).map(move |(a, b)| (color(a), color(b)))
}

#[inline(always)]
fn hash(colors: &[u32; SPANS]) -> [u32; SPANS] {
    let mut hashes = [0; SPANS];
    for (hash, color) in hashes.iter_mut().zip(colors) {
        *hash = color.wrapping_mul(0x9e37_79b1);
    }
    fold::<1>(&mut hashes, 7);
    fold::<2>(&mut hashes, 11);
    fold::<4>(&mut hashes, 13);
    fold::<8>(&mut hashes, 17);
    for hash in &mut hashes {
        *hash = (*hash ^ *hash >> 15).wrapping_mul(0x85eb_ca6b);
    }
    hashes
}

/// Each hash of `STEP` colours becomes one of twice as many.
#[inline(always)]
fn fold<const STEP: usize>(hashes: &mut [u32; SPANS], turn: u32) {
    for x in 0..SPANS - STEP {
        hashes[x] = hashes[x].wrapping_add(hashes[x + STEP].rotate_left(turn));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_processor_counts_the_same(
            a in prop::collection::vec(0..3_u8, 0..300),
            b in prop::collection::vec(0..3_u8, 0..300),
        ) {
            prop_assert_eq!(differing(&a, &b), count(&a, &b));
            let (mut wide, mut plain) = ([0; 80], [0; 80]);
            add_differing(&mut wide, &a, &b, -1);
            add(&mut plain, &a, &b, -1);
            prop_assert_eq!(wide, plain);
            let colors = std::array::from_fn(|at| a.get(at).map_or(0, |value| u32::from(*value) << 9));
            prop_assert_eq!(hash_spans(&colors), hash(&colors));
        }
    }
}
