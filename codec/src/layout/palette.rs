//! Few colours: a palette, and an index for each pixel.
//!
//! `count − 1 | blue bytes | green bytes | red bytes | indices`. Each colour byte is the difference to that of
//! the colour before, wrapping: sorted palettes, as text has, become rows of small equal numbers that zstd
//! makes little of. Indices are packed from the highest bit down, and each row begins a new byte.

use frame::PIXEL_BYTES;

use super::{COLOR_BYTES, pixels_of};
use crate::PayloadError;

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
