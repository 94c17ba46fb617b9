//! Colours as they are: three bytes for all pixels, or three for each.

use frame::PIXEL_BYTES;

use super::{COLOR_BYTES, check_length, pixels_of};
use crate::PayloadError;

pub(crate) fn unpack_solid(body: &[u8], out: &mut [u8]) -> Result<(), PayloadError> {
    let &[blue, green, red] = body else {
        return Err(PayloadError::Length { wanted: COLOR_BYTES, found: body.len() });
    };
    for pixel in out.chunks_exact_mut(PIXEL_BYTES) {
        pixel.copy_from_slice(&[blue, green, red, 0]);
    }
    Ok(())
}

pub(crate) fn unpack(body: &[u8], out: &mut [u8]) -> Result<(), PayloadError> {
    check_length(body, pixels_of(out) * COLOR_BYTES)?;
    for (pixel, color) in out.chunks_exact_mut(PIXEL_BYTES).zip(body.chunks_exact(COLOR_BYTES)) {
        pixel[..COLOR_BYTES].copy_from_slice(color);
        pixel[COLOR_BYTES] = 0;
    }
    Ok(())
}

/// Appends three bytes for each colour.
#[cfg(feature = "encode")]
pub(crate) fn pack(colors: &[u32], body: &mut Vec<u8>) {
    for color in colors {
        body.extend_from_slice(&color.to_le_bytes()[..COLOR_BYTES]);
    }
}
