//! Pixels to the planes that H.264 codes, and back: BT.709 in limited range, colours halved in both directions.
//!
//! Plain bodies over whole rows, in a form that compilers turn into vector instructions.

use frame::{Frame, PIXEL_BYTES, Picture, Rect, Size};
use rayon::prelude::*;

use crate::arch::wide;

/// Pixels from which pairs of rows are shared out to rayon's threads: fewer take less than it costs to wake them.
const PARALLEL_PIXELS_MIN: usize = 1 << 21;

/// Pairs of rows that go to a thread at once.
const PARALLEL_PAIRS: usize = 16;

/// Bits behind the point of the factors below.
const SHIFT: u32 = 15;

/// Red, green and blue in each plane, in 2^15ths. The rows of U and V sum to nothing, so that greys stay grey.
const TO_Y: [i32; 3] = [5_983, 20_127, 2_032];
const TO_U: [i32; 3] = [-3_298, -11_094, 14_392];
const TO_V: [i32; 3] = [14_392, -13_073, -1_319];

/// The planes of a picture with even width and height: Y for each pixel, U and V for each two by two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes {
    size: Size,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

impl Planes {
    /// Black planes; an odd side is cut by one pixel.
    pub fn new(size: Size) -> Self {
        let size = Size::new(size.width & !1, size.height & !1);
        let pixels = size.area() as usize;
        Self { size, y: vec![16; pixels], u: vec![128; pixels / 4], v: vec![128; pixels / 4] }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Y, U and V, row after row without padding.
    pub fn planes(&self) -> [&[u8]; 3] {
        [&self.y, &self.u, &self.v]
    }

    /// Takes over the rectangle of a frame that begins at `x`, `y` and has the size of the planes. Pixels that the
    /// frame does not have stay as they were.
    pub fn take(&mut self, frame: &Frame<'_>, x: u32, y: u32) {
        let width = self.size.width as usize;
        if width == 0 {
            return;
        }
        let rows: Vec<&[u8]> = frame.rows(Rect::new(x, y, self.size.width, self.size.height)).collect();
        let pairs = self.y.chunks_exact_mut(2 * width).zip(self.u.chunks_exact_mut(width / 2));
        let pairs = pairs.zip(self.v.chunks_exact_mut(width / 2)).zip(rows.chunks_exact(2));
        let pairs = pairs.map(|(((y, u), v), rows)| Pair { rows, y, u, v });
        if self.size.area() < PARALLEL_PIXELS_MIN as u64 {
            pairs.for_each(Pair::convert);
        } else {
            let pairs: Vec<_> = pairs.collect();
            pairs.into_par_iter().with_min_len(PARALLEL_PAIRS).for_each(Pair::convert);
        }
    }

    /// Takes over the same rectangle at half its width and height, four pixels averaged into one.
    pub fn take_halved(&mut self, frame: &Frame<'_>, x: u32, y: u32, scratch: &mut Vec<u8>) {
        let (width, height) = (self.size.width, self.size.height);
        scratch.clear();
        let rows: Vec<&[u8]> = frame.rows(Rect::new(x, y, 2 * width, 2 * height)).collect();
        for pair in rows.chunks_exact(2) {
            let quads = pair[0].as_chunks().0.iter().zip(pair[1].as_chunks().0);
            let average = |top, bottom, at| ((sum(top, bottom, at) + 2) / 4) as u8;
            scratch.extend(quads.flat_map(|(top, bottom)| {
                [average(top, bottom, 0), average(top, bottom, 1), average(top, bottom, 2), 0]
            }));
        }
        if let Ok(half) = Frame::new(Size::new(width, height), width as usize * PIXEL_BYTES, scratch) {
            self.take(&half, 0, 0);
        }
    }
}

/// Two rows of pixels, and where they go: two rows of Y and one of each colour.
struct Pair<'a> {
    rows: &'a [&'a [u8]],
    y: &'a mut [u8],
    u: &'a mut [u8],
    v: &'a mut [u8],
}

impl Pair<'_> {
    fn convert(self) {
        let Self { rows, y, u, v } = self;
        convert_pair(rows, y, u, v);
    }
}

fn convert_pair(rows: &[&[u8]], y: &mut [u8], u: &mut [u8], v: &mut [u8]) {
    let [top, bottom] = rows else { return };
    let (y_top, y_bottom) = y.split_at_mut(y.len() / 2);
    wide::luma(top, y_top);
    wide::luma(bottom, y_bottom);
    wide::chroma(top, bottom, u, v);
}

/// The luma of a row of pixels.
#[inline(always)]
pub(crate) fn luma(pixels: &[u8], y: &mut [u8]) {
    for ([blue, green, red, _], y) in pixels.as_chunks::<PIXEL_BYTES>().0.iter().zip(y) {
        let at = TO_Y[0] * i32::from(*red) + TO_Y[1] * i32::from(*green) + TO_Y[2] * i32::from(*blue);
        *y = ((at + (16 << SHIFT) + (1 << (SHIFT - 1))) >> SHIFT) as u8;
    }
}

/// The colours of two rows of pixels, one for each two by two.
#[inline(always)]
pub(crate) fn chroma(top: &[u8], bottom: &[u8], u: &mut [u8], v: &mut [u8]) {
    let quads = top.as_chunks::<{ 2 * PIXEL_BYTES }>().0.iter().zip(bottom.as_chunks().0);
    for ((top, bottom), (u, v)) in quads.zip(u.iter_mut().zip(v)) {
        let (blue, green, red) = (sum(top, bottom, 0), sum(top, bottom, 1), sum(top, bottom, 2));
        (*u, *v) = (color(TO_U, blue, green, red), color(TO_V, blue, green, red));
    }
}

/// One byte of two by two pixels, added up.
#[inline(always)]
fn sum(top: &[u8; 2 * PIXEL_BYTES], bottom: &[u8; 2 * PIXEL_BYTES], at: usize) -> i32 {
    let beside = at + PIXEL_BYTES;
    i32::from(top[at]) + i32::from(top[beside]) + i32::from(bottom[at]) + i32::from(bottom[beside])
}

/// A colour of four pixels that were added up, so two more bits stand behind the point.
#[inline(always)]
fn color(to: [i32; 3], blue: i32, green: i32, red: i32) -> u8 {
    let at = to[0] * red + to[1] * green + to[2] * blue;
    ((at + (128 << (SHIFT + 2)) + (1 << (SHIFT + 1))) >> (SHIFT + 2)) as u8
}

/// Writes planes with the strides of a decoder into a picture of `size`, as a viewer shows them.
///
/// `strides` are those of Y and of both colours. What the planes do not have stays black.
pub(super) fn to_picture(planes: [&[u8]; 3], strides: [usize; 2], size: Size) -> Option<Picture> {
    let mut picture = Picture::new(size).ok()?;
    let [y_plane, u_plane, v_plane] = planes;
    for (at, row) in picture.rows_mut(Rect::of(size)).enumerate() {
        let y = y_plane.get(at * strides[0]..).unwrap_or_default();
        let u = u_plane.get(at / 2 * strides[1]..).unwrap_or_default();
        let v = v_plane.get(at / 2 * strides[1]..).unwrap_or_default();
        for ((pixel, y), place) in row.chunks_exact_mut(PIXEL_BYTES).zip(y).zip(0_usize..) {
            let (Some(u), Some(v)) = (u.get(place / 2), v.get(place / 2)) else { break };
            pixel.copy_from_slice(&to_pixel(*y, *u, *v));
        }
    }
    Some(picture)
}

fn to_pixel(y: u8, u: u8, v: u8) -> [u8; PIXEL_BYTES] {
    let (y, u, v) = ((i32::from(y) - 16) * 38_155, i32::from(u) - 128, i32::from(v) - 128);
    let byte = |value: i32| ((value + (1 << (SHIFT - 1))) >> SHIFT).clamp(0, 255) as u8;
    [byte(y + 69_214 * u), byte(y - 6_983 * u - 17_463 * v), byte(y + 58_744 * v), 0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(size: Size, pixel: [u8; 4]) -> Picture {
        let mut picture = Picture::new(size).expect("small");
        picture.fill(Rect::of(size), pixel);
        picture
    }

    fn farthest(a: [u8; 4], b: [u8; 4]) -> u8 {
        (0..3).map(|at| a[at].abs_diff(b[at])).max().unwrap_or(0)
    }

    #[test]
    fn s181_flat_colours_come_back_within_two() {
        let size = Size::new(4, 4);
        let steps = [0_u8, 1, 17, 64, 100, 127, 128, 191, 200, 254, 255];
        for blue in steps {
            for green in steps {
                for red in steps {
                    let pixel = [blue, green, red, 0];
                    let mut planes = Planes::new(size);
                    planes.take(&flat(size, pixel).frame(), 0, 0);
                    let back = to_picture(planes.planes(), [4, 2], size).expect("a picture");
                    let shown = back.frame().pixel(frame::Point::new(1, 1)).expect("inside");
                    assert!(farthest(pixel, shown) <= 2, "{pixel:?} came back as {shown:?}");
                }
            }
        }
    }

    #[test]
    fn white_black_and_grey_are_where_the_standard_puts_them() {
        for (grey, wanted) in [(0, 16), (255, 235), (128, 126)] {
            let mut planes = Planes::new(Size::new(2, 2));
            planes.take(&flat(Size::new(2, 2), [grey, grey, grey, 0]).frame(), 0, 0);
            assert_eq!(planes.planes(), [&[wanted; 4][..], &[128], &[128]]);
        }
    }

    #[test]
    fn large_planes_are_the_same_as_small_ones() {
        let size = Size::new(2048, 1024);
        let mut picture = Picture::new(size).expect("fits");
        for (at, byte) in picture.pixels_mut().iter_mut().enumerate() {
            *byte = (at.wrapping_mul(2_654_435_761) >> 13) as u8;
        }
        let mut whole = Planes::new(size);
        whole.take(&picture.frame(), 0, 0);
        let mut part = Planes::new(Size::new(64, 32));
        part.take(&picture.frame(), 128, 512);
        for row in 0..32_usize {
            let at = (512 + row) * 2048 + 128;
            assert_eq!(whole.y[at..at + 64], part.y[row * 64..][..64]);
        }
        for row in 0..16_usize {
            let at = (256 + row) * 1024 + 64;
            assert_eq!(whole.u[at..at + 32], part.u[row * 32..][..32]);
            assert_eq!(whole.v[at..at + 32], part.v[row * 32..][..32]);
        }
    }

    #[test]
    fn halving_averages_four_pixels() {
        let mut picture = flat(Size::new(8, 4), [10, 10, 10, 0]);
        picture.fill(Rect::new(0, 0, 1, 1), [50, 50, 50, 0]);
        let (mut halved, mut expected) = (Planes::new(Size::new(4, 2)), Planes::new(Size::new(4, 2)));
        halved.take_halved(&picture.frame(), 0, 0, &mut Vec::new());
        let mut small = flat(Size::new(4, 2), [10, 10, 10, 0]);
        small.fill(Rect::new(0, 0, 1, 1), [20, 20, 20, 0]);
        expected.take(&small.frame(), 0, 0);
        assert_eq!(halved, expected);
    }
}
