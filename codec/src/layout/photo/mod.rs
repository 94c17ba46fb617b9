//! Photographs with loss: brightness in full and colour in half resolution, as rounded cosine waves.
//!
//! `scale | range-coded coefficients`. `docs/coding.md` says it all; [`blocks`] has what the bits
//! say of a block, [`wave`] the transform. Never used for text, and refined once the picture stands still.

mod blocks;
mod planes;
mod wave;

use frame::PIXEL_BYTES;

use super::range::Reader;
use crate::PayloadError;
use blocks::{BlockReader, Class};
use planes::{Plane, Planes};
use wave::Steps;

/// The longest body: more than any photograph takes; a receiver need not read more.
pub(crate) const BODY_BYTES_MAX: usize = 12 << 10;

/// Writes the pixels of a body, in rows of `width`.
pub(crate) fn unpack(body: &[u8], width: usize, out: &mut [u8]) -> Result<(), PayloadError> {
    let (found, wanted) = (body.len(), BODY_BYTES_MAX);
    let Some((&scale, coded)) = body.split_first().filter(|_| found <= wanted) else {
        return Err(PayloadError::Length { wanted, found });
    };
    let height = super::pixels_of(out) / width.max(1);
    let mut planes = Planes::new(width, height);
    let mut reader = BlockReader::new(Reader::new(coded));
    for (plane, class) in planes.each() {
        restore(plane, class, &Steps::new(scale, class), &mut reader);
    }
    let read = reader.finish();
    if read < coded.len() {
        return Err(PayloadError::Length { wanted: 1 + read, found });
    }
    for (y, row) in out.chunks_exact_mut(width.max(1) * PIXEL_BYTES).enumerate() {
        planes.paint_row(y, row);
    }
    Ok(())
}

fn restore(plane: &mut Plane, class: Class, steps: &Steps, reader: &mut BlockReader<'_>) {
    reader.start(plane.columns());
    for row in 0..plane.rows() {
        for column in 0..plane.columns() {
            let coefficients = reader.read(class, steps, row, column);
            plane.put(row, column, &wave::inverse(&coefficients));
        }
    }
}

/// Appends the body of `colors`, in rows of `width`: the coarser, the higher the `scale`.
#[cfg(feature = "encode")]
pub(crate) fn pack(colors: &[u32], width: usize, scale: u8, body: &mut Vec<u8>) {
    body.push(scale);
    let mut writer = blocks::BlockWriter::new(super::range::Writer::new(body));
    let mut planes = Planes::of(colors, width);
    for (plane, class) in planes.each() {
        let steps = Steps::new(scale, class);
        writer.start(plane.columns());
        for row in 0..plane.rows() {
            for column in 0..plane.columns() {
                writer.write(class, &wave::forward(&plane.get(row, column), &steps), row, column);
            }
        }
    }
    writer.finish();
}

#[cfg(all(test, feature = "encode"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn photo(width: usize, height: usize) -> Vec<u32> {
        let value = |x: usize, y: usize| ((x * x / 40 + y * 2) % 256) as u32;
        let colors = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        colors.map(|(x, y)| value(x, y) | value(y, x) << 8 | 90 << 16).collect()
    }

    #[test]
    fn a_photograph_is_nearly_what_it_was_at_a_tenth_of_the_bytes() {
        let colors = photo(64, 64);
        let (mut body, mut out) = (Vec::new(), vec![0; 64 * 64 * 4]);
        pack(&colors, 64, 16, &mut body);
        unpack(&body, 64, &mut out).expect("a body");
        assert!(body.len() < 64 * 64 * 3 / 10, "{} bytes", body.len());
        let off = |(pixel, color): (&[u8], &u32)| {
            let wanted = color.to_le_bytes();
            (0..3).map(|at| u64::from(pixel[at].abs_diff(wanted[at])).pow(2)).sum::<u64>()
        };
        let square: u64 = out.chunks_exact(4).zip(&colors).map(off).sum();
        assert!(square / (3 * 64 * 64) < 40, "mean square {}", square / (3 * 64 * 64));
    }

    proptest! {
        #[test]
        fn any_size_comes_back_and_any_bytes_are_pixels_or_an_error(
            (width, height) in (1..65_usize, 1..65_usize),
            scale in any::<u8>(),
            noise in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let mut out = vec![0; width * height * 4];
            let mut body = Vec::new();
            pack(&photo(width, height), width, scale, &mut body);
            prop_assert_eq!(unpack(&body, width, &mut out), Ok(()));
            body.resize(BODY_BYTES_MAX + 1, 1);
            prop_assert!(unpack(&body, width, &mut out).is_err());
            let _ = unpack(&noise, width, &mut out);
        }
    }
}
