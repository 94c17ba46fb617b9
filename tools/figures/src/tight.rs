//! Tight as a server sends it without loss: one colour, palettes, plain and foretold pixels, in four zlib streams that
//! last as long as the connection.

use std::io::Read;

use anyhow::Context;
use flate2::{Decompress, FlushDecompress};
use frame::Size;

use crate::rfb::take;

/// Bodies below so many bytes are not compressed.
const COMPRESSED_BYTES_MIN: usize = 12;

const FILL: u8 = 8;
const EXPLICIT_FILTER: u8 = 4;

const FILTER_PALETTE: u8 = 1;
const FILTER_GRADIENT: u8 = 2;

type Color = [u8; 3];

/// The state of a connection.
pub struct Decoder {
    streams: [Decompress; 4],
}

impl Default for Decoder {
    fn default() -> Self {
        Self { streams: std::array::from_fn(|_| Decompress::new(true)) }
    }
}

impl Decoder {
    /// Reads one rectangle and leaves it in `pixels` as BGRX.
    ///
    /// # Errors
    /// When the stream ends, or is no Tight without loss.
    pub fn decode(&mut self, reader: &mut impl Read, size: Size, pixels: &mut Vec<u8>) -> anyhow::Result<()> {
        let [control] = take(reader)?;
        for (number, stream) in self.streams.iter_mut().enumerate() {
            if control & 1 << number != 0 {
                stream.reset(true);
            }
        }
        pixels.clear();
        let (area, kind) = (size.area() as usize, control >> 4);
        if kind == FILL {
            let color = take::<3>(reader)?;
            (0..area).for_each(|_| put(color, pixels));
            return Ok(());
        }
        anyhow::ensure!(kind < FILL, "Tight of kind {kind}");
        let stream = usize::from(kind & 3);
        let [filter] = if kind & EXPLICIT_FILTER == 0 { [0] } else { take(reader)? };
        match filter {
            FILTER_PALETTE => {
                let [last] = take(reader)?;
                let palette = (0..=last).map(|_| take(reader)).collect::<anyhow::Result<Vec<Color>>>()?;
                self.palette(reader, stream, size, &palette, pixels)
            }
            filter => {
                let body = self.body(reader, stream, 3 * area)?;
                let colors = body.chunks_exact(3).map(|color| [color[0], color[1], color[2]]);
                if filter == FILTER_GRADIENT {
                    foretold(colors, size.width as usize).into_iter().for_each(|color| put(color, pixels));
                } else {
                    colors.for_each(|color| put(color, pixels));
                }
                Ok(())
            }
        }
    }

    fn palette(
        &mut self,
        reader: &mut impl Read,
        stream: usize,
        size: Size,
        palette: &[Color],
        pixels: &mut Vec<u8>,
    ) -> anyhow::Result<()> {
        let color = |index: usize| palette.get(index).copied().context("an index beyond the palette");
        let (width, height) = (size.width as usize, size.height as usize);
        if 2 < palette.len() {
            for index in self.body(reader, stream, width * height)? {
                put(color(usize::from(index))?, pixels);
            }
            return Ok(());
        }
        let row_bytes = width.div_ceil(8);
        for row in self.body(reader, stream, row_bytes * height)?.chunks_exact(row_bytes) {
            for x in 0..width {
                put(color(usize::from(row[x / 8] >> (7 - x % 8) & 1))?, pixels);
            }
        }
        Ok(())
    }

    /// `bytes` bytes, decompressed where they were compressed.
    fn body(&mut self, reader: &mut impl Read, stream: usize, bytes: usize) -> anyhow::Result<Vec<u8>> {
        let mut body = vec![0; bytes];
        if bytes < COMPRESSED_BYTES_MIN {
            reader.read_exact(&mut body)?;
            return Ok(body);
        }
        let mut compressed = vec![0; compact_length(reader)?];
        reader.read_exact(&mut compressed)?;
        let stream = &mut self.streams[stream];
        let (read, written) = (stream.total_in(), stream.total_out());
        // What ends a flush may remain in the input; it has no pixels.
        stream.decompress(&compressed, &mut body, FlushDecompress::Sync)?;
        let (read, written) = (stream.total_in() - read, stream.total_out() - written);
        anyhow::ensure!(
            written == bytes as u64,
            "{written} bytes of {bytes} in {read} of {}",
            compressed.len()
        );
        if (read as usize) < compressed.len() {
            stream.decompress(&compressed[read as usize..], &mut [0; 16], FlushDecompress::Sync)?;
        }
        Ok(body)
    }
}

/// Undoes the gradient filter: each value is foretold by left + above − above left.
fn foretold(differences: impl Iterator<Item = Color>, width: usize) -> Vec<Color> {
    let mut colors: Vec<Color> = Vec::new();
    for (at, difference) in differences.enumerate() {
        let beside = |back: usize, exists: bool| {
            if exists { at.checked_sub(back).and_then(|place| colors.get(place)).copied() } else { None }
        };
        let left = beside(1, at % width != 0).unwrap_or_default();
        let above = beside(width, true).unwrap_or_default();
        let above_left = beside(width + 1, at % width != 0).unwrap_or_default();
        colors.push(std::array::from_fn(|channel| {
            let guess = i32::from(left[channel]) + i32::from(above[channel]) - i32::from(above_left[channel]);
            difference[channel].wrapping_add(guess.clamp(0, 255) as u8)
        }));
    }
    colors
}

/// Seven bits a byte, lowest first, three bytes at most.
fn compact_length(reader: &mut impl Read) -> anyhow::Result<usize> {
    let mut length = 0;
    for place in 0..3 {
        let [byte] = take(reader)?;
        let bits = if place < 2 { byte & 0x7f } else { byte };
        length |= usize::from(bits) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok(length)
}

/// Red, green and blue as they come; blue, green, red as pictures have them.
fn put([red, green, blue]: Color, pixels: &mut Vec<u8>) {
    pixels.extend([blue, green, red, 0]);
}
