//! Few colours: a palette, and an index for each pixel.
//!
//! `count − 1 | blue bytes | green bytes | red bytes | indices`. Each colour byte is the difference to that of
//! the colour before, wrapping: sorted palettes, as text has, become rows of small equal numbers that zstd
//! makes little of. Indices are packed from the highest bit down, and each row begins a new byte.

use frame::PIXEL_BYTES;

use super::{COLOR_BYTES, pixels_of};
use crate::PayloadError;
#[cfg(feature = "encode")]
pub(crate) use build::Palette;

/// Colours of the largest palette.
pub(crate) const COLORS_MAX: usize = 256;

/// Bytes in front of the indices with the largest palette.
pub(crate) const HEAD_BYTES_MAX: usize = 1 + COLORS_MAX * COLOR_BYTES;

pub(crate) fn unpack(body: &[u8], bits: usize, width: usize, out: &mut [u8]) -> Result<(), PayloadError> {
    let Some((&last, body_rest)) = body.split_first() else {
        return Err(PayloadError::Length { wanted: 1 + COLOR_BYTES, found: 0 });
    };
    let colors = usize::from(last) + 1;
    if 1 << bits < colors {
        return Err(PayloadError::Palette { colors, bits });
    }
    let row_bytes = (width * bits).div_ceil(u8::BITS as usize);
    let rows = pixels_of(out) / width.max(1);
    let wanted = 1 + colors * COLOR_BYTES + rows * row_bytes;
    let Some((head, indices)) = body_rest.split_at_checked(colors * COLOR_BYTES) else {
        return Err(PayloadError::Length { wanted, found: body.len() });
    };
    super::check_length(body, wanted)?;
    let palette = read_colors(head, colors);
    let rows = out.chunks_exact_mut(width * PIXEL_BYTES).zip(indices.chunks_exact(row_bytes));
    for (row, indices) in rows {
        paint_row(row, indices, bits, &palette, colors)?;
    }
    Ok(())
}

/// The colours as BGRX pixels; what is beyond `colors` stays black.
fn read_colors(head: &[u8], colors: usize) -> [[u8; PIXEL_BYTES]; COLORS_MAX] {
    let mut palette = [[0; PIXEL_BYTES]; COLORS_MAX];
    for (channel, differences) in head.chunks_exact(colors).enumerate() {
        let mut value = 0_u8;
        for (color, &difference) in palette.iter_mut().zip(differences) {
            value = value.wrapping_add(difference);
            color[channel] = value;
        }
    }
    palette
}

fn paint_row(
    row: &mut [u8],
    indices: &[u8],
    bits: usize,
    palette: &[[u8; PIXEL_BYTES]; COLORS_MAX],
    colors: usize,
) -> Result<(), PayloadError> {
    let index_error = |index| PayloadError::Index { index, colors };
    if bits == u8::BITS as usize {
        // Looking at all indices first leaves a loop without a branch.
        if let Some(&index) = indices.iter().find(|&&index| colors <= usize::from(index)) {
            return Err(index_error(index));
        }
        for (pixel, &index) in row.chunks_exact_mut(PIXEL_BYTES).zip(indices) {
            pixel.copy_from_slice(&palette[usize::from(index)]);
        }
        return Ok(());
    }
    let per_byte = u8::BITS as usize / bits;
    let mask = u8::MAX >> (u8::BITS as usize - bits);
    for (pixels, &byte) in row.chunks_mut(per_byte * PIXEL_BYTES).zip(indices) {
        for (at, pixel) in pixels.chunks_exact_mut(PIXEL_BYTES).enumerate() {
            let index = byte >> (u8::BITS as usize - bits * (at + 1)) & mask;
            if colors <= usize::from(index) {
                return Err(index_error(index));
            }
            pixel.copy_from_slice(&palette[usize::from(index)]);
        }
    }
    Ok(())
}

/// Finding the colours of a picture; kept from tile to tile, so that nothing is allocated.
#[cfg(feature = "encode")]
mod build {
    use super::{COLOR_BYTES, COLORS_MAX};
    use crate::Layout;

    /// Places of the hash table: a power of two, so large that few colours collide.
    const PLACES: usize = 1024;

    /// No colour: colours have 24 bits.
    const FREE: u32 = u32::MAX;

    /// The colours of a picture, at most [`COLORS_MAX`], and which of them each pixel has.
    pub(crate) struct Palette {
        colors: Vec<u32>,
        indices: Vec<u8>,
        places: Box<[(u32, u8); PLACES]>,
    }

    impl Palette {
        pub(crate) fn new() -> Self {
            Self {
                colors: Vec::with_capacity(COLORS_MAX),
                indices: Vec::with_capacity(crate::layout::TILE_PIXELS),
                places: Box::new([(FREE, 0); PLACES]),
            }
        }

        /// The colours in the order in which [`Palette::pack`] writes them.
        pub(crate) fn colors(&self) -> &[u32] {
            &self.colors
        }

        /// Takes over the colours of a picture; `false` where there are too many.
        pub(crate) fn take(&mut self, colors: &[u32]) -> bool {
            self.colors.clear();
            self.indices.clear();
            self.places.fill((FREE, 0));
            let (mut last, mut index) = (FREE, 0);
            for &color in colors {
                if color != last {
                    let Some(found) = self.index_of(color) else { return false };
                    (last, index) = (color, found);
                }
                self.indices.push(index);
            }
            self.sort();
            true
        }

        /// The layout with the shortest indices.
        pub(crate) fn layout(&self) -> Layout {
            match self.colors.len() {
                0..=1 => Layout::Solid,
                2 => Layout::Palette1,
                3..=4 => Layout::Palette2,
                5..=16 => Layout::Palette4,
                _ => Layout::Palette8,
            }
        }

        /// Appends the body, for rows of `width` pixels.
        pub(crate) fn pack(&self, bits: usize, width: usize, body: &mut Vec<u8>) {
            body.push((self.colors.len() - 1) as u8);
            for channel in 0..COLOR_BYTES {
                let mut last = 0_u8;
                for color in &self.colors {
                    let value = color.to_le_bytes()[channel];
                    body.push(value.wrapping_sub(last));
                    last = value;
                }
            }
            if bits == u8::BITS as usize {
                body.extend_from_slice(&self.indices);
                return;
            }
            for row in self.indices.chunks(width) {
                body.extend(row.chunks(u8::BITS as usize / bits).map(|indices| pack_byte(indices, bits)));
            }
        }

        fn index_of(&mut self, color: u32) -> Option<u8> {
            // The high bits of a product depend on all bits of the colour.
            let mut place = (color.wrapping_mul(0x9e37_79b1) >> 22) as usize;
            loop {
                let (held, index) = self.places[place % PLACES];
                if held == color {
                    return Some(index);
                }
                if held == FREE {
                    let index = u8::try_from(self.colors.len()).ok()?;
                    self.places[place % PLACES] = (color, index);
                    self.colors.push(color);
                    return Some(index);
                }
                place += 1;
            }
        }

        /// Sorts the colours from dark to bright, so that neighbours differ little.
        fn sort(&mut self) {
            let mut order = [(0_u16, 0_u32, 0_u8); COLORS_MAX];
            let order = &mut order[..self.colors.len()];
            for (at, (entry, &color)) in order.iter_mut().zip(&self.colors).enumerate() {
                let [blue, green, red, _] = color.to_le_bytes();
                *entry = (u16::from(blue) + 2 * u16::from(green) + u16::from(red), color, at as u8);
            }
            order.sort_unstable();
            let mut rank = [0_u8; COLORS_MAX];
            for (to, &(_, color, from)) in order.iter().enumerate() {
                rank[usize::from(from)] = to as u8;
                self.colors[to] = color;
            }
            for index in &mut self.indices {
                *index = rank[usize::from(*index)];
            }
        }
    }

    fn pack_byte(indices: &[u8], bits: usize) -> u8 {
        let shifted =
            indices.iter().enumerate().map(|(at, index)| index << (u8::BITS as usize - bits * (at + 1)));
        shifted.fold(0, |byte, index| byte | index)
    }
}
