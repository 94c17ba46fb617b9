//! The bytes of a body, one file a layout: `unpack` writes BGRX pixels, `pack` makes the body from colours.

pub(crate) mod palette;
pub(crate) mod photo;
pub(crate) mod plain;
pub(crate) mod predicted;
mod range;
pub(crate) mod traced;

use frame::{PIXEL_BYTES, Size, TILE_EXTENT};

use crate::{Layout, PayloadError};
use traced::{Primer, Tracer};

/// Bytes of a colour.
pub(crate) const COLOR_BYTES: usize = 3;

/// Pixels of a whole tile.
pub(crate) const TILE_PIXELS: usize = (TILE_EXTENT * TILE_EXTENT) as usize;

/// The most bytes that the body of a picture of that many pixels can have.
pub(crate) fn body_bytes_max(layout: Layout, pixels: usize) -> usize {
    match layout {
        Layout::Solid => COLOR_BYTES,
        Layout::Plain | Layout::Predicted => pixels * COLOR_BYTES,
        Layout::Photo => photo::BODY_BYTES_MAX,
        Layout::Traced => traced::BODY_BYTES_MAX,
        // With rows of one pixel each index fills a byte, whatever its bits.
        Layout::Palette1 | Layout::Palette2 | Layout::Palette4 | Layout::Palette8 => {
            palette::HEAD_BYTES_MAX + pixels
        }
    }
}

/// Writes the pixels of a body: `size.area()` of them, BGRX with X = 0. `out` has just the room. A primer is for traced
/// bodies alone.
pub(crate) fn unpack(
    layout: Layout,
    body: &[u8],
    size: Size,
    tracer: &mut Tracer,
    primer: Option<&Primer>,
    out: &mut [u8],
) -> Result<(), PayloadError> {
    match layout {
        Layout::Solid => plain::unpack_solid(body, out),
        Layout::Plain => plain::unpack(body, out),
        Layout::Predicted => predicted::unpack(body, size.width as usize, out),
        Layout::Photo => photo::unpack(body, size.width as usize, out),
        Layout::Traced => tracer.unpack(body, size.width as usize, primer, out),
        Layout::Palette1 | Layout::Palette2 | Layout::Palette4 | Layout::Palette8 => {
            let bits = layout.index_bits().unwrap_or(u8::BITS as usize);
            palette::unpack(body, bits, size.width as usize, out)
        }
    }
}

/// Refuses a body that does not have just `wanted` bytes.
fn check_length(body: &[u8], wanted: usize) -> Result<(), PayloadError> {
    if body.len() == wanted { Ok(()) } else { Err(PayloadError::Length { wanted, found: body.len() }) }
}

fn pixels_of(out: &[u8]) -> usize {
    out.len() / PIXEL_BYTES
}
