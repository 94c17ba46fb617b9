//! Photographs: what is left of each pixel once its neighbours have foretold it.
//!
//! Three planes: green, blue − green, red − green. In a plane each value is foretold from the one to the left,
//! the one above and the one between them (the median edge detector of JPEG-LS); what travels is the difference.
//! All arithmetic wraps at 256.

use frame::PIXEL_BYTES;

use super::{COLOR_BYTES, check_length, pixels_of};
use crate::PayloadError;

/// Where blue and red stand in a pixel, in the order of their planes. Green is at 1, in the first plane.
const AGAINST_GREEN: [usize; 2] = [0, 2];
const GREEN: usize = 1;

pub(crate) fn unpack(body: &[u8], width: usize, out: &mut [u8]) -> Result<(), PayloadError> {
    let pixels = pixels_of(out);
    check_length(body, pixels * COLOR_BYTES)?;
    let mut planes = body.chunks_exact(pixels);
    let mut plane = [0; super::TILE_PIXELS];
    for channel in [GREEN].into_iter().chain(AGAINST_GREEN) {
        let (Some(left), Some(plane)) = (planes.next(), plane.get_mut(..pixels)) else { break };
        restore(left, width, plane);
        for (pixel, &value) in out.chunks_exact_mut(PIXEL_BYTES).zip(plane.iter()) {
            pixel[channel] = if channel == GREEN { value } else { value.wrapping_add(pixel[GREEN]) };
        }
    }
    for pixel in out.chunks_exact_mut(PIXEL_BYTES) {
        pixel[COLOR_BYTES] = 0;
    }
    Ok(())
}

/// Turns differences back into the values of a plane.
fn restore(differences: &[u8], width: usize, plane: &mut [u8]) {
    let mut done: &mut [u8] = &mut [];
    let mut rest = plane;
    for differences in differences.chunks(width) {
        let (row, below) = rest.split_at_mut(differences.len());
        let mut beside = Neighbours::before(done);
        for (x, (value, &difference)) in row.iter_mut().zip(differences).enumerate() {
            *value = difference.wrapping_add(beside.foretell(done.get(x).copied()));
            beside.pass(*value, done.get(x).copied());
        }
        (done, rest) = (row, below);
    }
}

/// Appends the planes of `colors`, rows of `width`.
#[cfg(feature = "encode")]
pub(crate) fn pack(colors: &[u32], width: usize, body: &mut Vec<u8>) {
    append_plane(colors, width, body, |[_, green, _, _]| green);
    for channel in AGAINST_GREEN {
        append_plane(colors, width, body, |color| color[channel].wrapping_sub(color[GREEN]));
    }
}

#[cfg(feature = "encode")]
fn append_plane(colors: &[u32], width: usize, body: &mut Vec<u8>, value: impl Fn([u8; 4]) -> u8) {
    let mut above: &[u32] = &[];
    let value = |color: u32| value(color.to_le_bytes());
    for row in colors.chunks(width) {
        let mut beside = Neighbours::start(above.first().map(|&color| value(color)));
        for (x, &color) in row.iter().enumerate() {
            let up = above.get(x).map(|&color| value(color));
            let own = value(color);
            body.push(own.wrapping_sub(beside.foretell(up)));
            beside.pass(own, up);
        }
        above = row;
    }
}

/// The values to the left of the next one, and above that.
struct Neighbours {
    left: u8,
    above_left: u8,
}

impl Neighbours {
    /// At the start of a row: what is not there is taken from above, and is 0 at the very first.
    fn start(first_above: Option<u8>) -> Self {
        let left = first_above.unwrap_or(0);
        Self { left, above_left: left }
    }

    fn before(row_above: &[u8]) -> Self {
        Self::start(row_above.first().copied())
    }

    /// In the first row there is no `above`, and the left one foretells alone.
    fn foretell(&self, above: Option<u8>) -> u8 {
        let Some(above) = above else { return self.left };
        let (low, high) = (self.left.min(above), self.left.max(above));
        if high <= self.above_left {
            low
        } else if self.above_left <= low {
            high
        } else {
            self.left.wrapping_add(above).wrapping_sub(self.above_left)
        }
    }

    fn pass(&mut self, value: u8, above: Option<u8>) {
        self.left = value;
        self.above_left = above.unwrap_or(value);
    }
}
