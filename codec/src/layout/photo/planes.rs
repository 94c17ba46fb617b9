//! Pixels as three planes: brightness, and two of colour with half the width and height (YCbCr of JPEG).

use frame::{PIXEL_BYTES, TILE_EXTENT};

use super::blocks::Class;
use super::wave::{BLOCK, Block, SIDE};

const SAMPLES_MAX: usize = (TILE_EXTENT * TILE_EXTENT) as usize;

/// One plane in whole blocks, around 0.
#[derive(Debug)]
pub(super) struct Plane {
    columns: usize,
    rows: usize,
    samples: Vec<i16>,
}

impl Plane {
    fn new(width: usize, height: usize) -> Self {
        let (columns, rows) = (width.div_ceil(SIDE), height.div_ceil(SIDE));
        Self { columns, rows, samples: vec![0; (columns * rows * BLOCK).min(SAMPLES_MAX)] }
    }

    /// Blocks in a row.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Rows of blocks.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    fn stride(&self) -> usize {
        self.columns * SIDE
    }

    pub(super) fn put(&mut self, row: usize, column: usize, block: &Block) {
        let stride = self.stride();
        let lines = self.samples.chunks_exact_mut(stride).skip(row * SIDE);
        for (line, block) in lines.zip(block.chunks_exact(SIDE)) {
            for (sample, value) in line.iter_mut().skip(column * SIDE).zip(block) {
                *sample = (*value).clamp(-128, 127) as i16;
            }
        }
    }

    #[cfg(feature = "encode")]
    pub(super) fn get(&self, row: usize, column: usize) -> Block {
        let mut block = [0; BLOCK];
        let lines = self.samples.chunks_exact(self.stride()).skip(row * SIDE);
        for (line, block) in lines.zip(block.chunks_exact_mut(SIDE)) {
            for (sample, value) in line.iter().skip(column * SIDE).zip(block) {
                *value = i32::from(*sample);
            }
        }
        block
    }
}

/// All three.
#[derive(Debug)]
pub(super) struct Planes {
    luma: Plane,
    blue: Plane,
    red: Plane,
}

impl Planes {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let half = || Plane::new(width.div_ceil(2), height.div_ceil(2));
        Self { luma: Plane::new(width, height), blue: half(), red: half() }
    }

    /// The planes in the order in which they travel.
    pub(super) fn each(&mut self) -> [(&mut Plane, Class); 3] {
        let Self { luma, blue, red } = self;
        [(luma, Class::Luma), (blue, Class::Chroma), (red, Class::Chroma)]
    }

    /// Writes a row of BGRX pixels.
    pub(super) fn paint_row(&self, y: usize, out: &mut [u8]) {
        let row = |plane: &Plane, y: usize| y * plane.stride()..(y + 1) * plane.stride();
        let luma = self.luma.samples.get(row(&self.luma, y)).unwrap_or_default();
        let blue = self.blue.samples.get(row(&self.blue, y / 2)).unwrap_or_default();
        let red = self.red.samples.get(row(&self.red, y / 2)).unwrap_or_default();
        let colors = blue.iter().zip(red).flat_map(|color| [color; 2]);
        for ((pixel, luma), (blue, red)) in out.chunks_exact_mut(PIXEL_BYTES).zip(luma).zip(colors) {
            pixel.copy_from_slice(&to_pixel(i32::from(*luma) + 128, i32::from(*blue), i32::from(*red)));
        }
    }

    /// The planes of colours, in rows of `width`. What is beyond the edge repeats the last pixel.
    #[cfg(feature = "encode")]
    pub(super) fn of(colors: &[u32], width: usize) -> Self {
        let height = colors.len() / width.max(1);
        let mut planes = Self::new(width, height);
        let color = |x: usize, y: usize| colors[y.min(height - 1) * width + x.min(width - 1)].to_le_bytes();
        let stride = planes.luma.stride();
        for (at, sample) in planes.luma.samples.iter_mut().enumerate() {
            let [b, g, r, _] = color(at % stride, at / stride).map(i32::from);
            *sample = ((19_595 * r + 38_470 * g + 7471 * b + (1 << 15)) >> 16) as i16 - 128;
        }
        let stride = planes.blue.stride();
        for (at, (blue, red)) in planes.blue.samples.iter_mut().zip(&mut planes.red.samples).enumerate() {
            let (x, y) = (at % stride * 2, at / stride * 2);
            let mut sums = [0; 3];
            for [b, g, r, _] in [color(x, y), color(x + 1, y), color(x, y + 1), color(x + 1, y + 1)] {
                sums[0] += i32::from(b);
                sums[1] += i32::from(g);
                sums[2] += i32::from(r);
            }
            let [b, g, r] = sums;
            *blue = (((32_768 * b - 21_709 * g - 11_059 * r + (1 << 17)) >> 18).min(127)) as i16;
            *red = (((32_768 * r - 27_439 * g - 5329 * b + (1 << 17)) >> 18).min(127)) as i16;
        }
        planes
    }
}

/// Brightness and colour to BGRX.
fn to_pixel(luma: i32, blue: i32, red: i32) -> [u8; PIXEL_BYTES] {
    let byte = |value: i32| value.clamp(0, 255) as u8;
    let green = (22_554 * blue + 46_802 * red + (1 << 15)) >> 16;
    [
        byte(luma + ((116_130 * blue + (1 << 15)) >> 16)),
        byte(luma - green),
        byte(luma + ((91_881 * red + (1 << 15)) >> 16)),
        0,
    ]
}
