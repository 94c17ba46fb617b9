//! Recorded desktops, read: the `TD01` format, frame by frame. Knows nothing of when a frame is due.
//!
//! The file is zstd with a window of up to 27 bits, little-endian: magic `TD01`, then width, height and number
//! of frames as u32. Each frame: its time in µs as u64, the number of its tiles as u32, then for each tile its
//! index as u16 and its BGRX pixels, row by row. Only one tile is held decoded beside the picture.

use std::{
    fs::File,
    io::{self, BufReader, ErrorKind, Read},
    path::Path,
    time::Duration,
};

use frame::{Grid, PIXEL_BYTES, Picture, Region, Size};
use zstd::stream::read::Decoder;

const MAGIC: &[u8; 4] = b"TD01";
const WINDOW_LOG_MAX: u32 = 27;

/// What stands before a frame's tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHead {
    /// Which frame, counted from 0.
    pub number: u32,
    /// When it was recorded, counted from the first frame.
    pub at: Duration,
}

/// Reads a recorded desktop from its start to its end: [`RecordingReader::next_frame`], then
/// [`RecordingReader::draw`], and again.
pub struct RecordingReader {
    bytes: Decoder<'static, BufReader<File>>,
    grid: Grid,
    frames: u32,
    frames_read: u32,
    first_us: Option<u64>,
    /// Tiles of the frame whose head was read last, as far as they are not drawn.
    tiles: u32,
    tile: Vec<u8>,
}

impl RecordingReader {
    /// Opens a file and reads what stands before its frames.
    ///
    /// # Errors
    /// Where the file cannot be read or is no recording.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut bytes = Decoder::new(File::open(path)?)?;
        bytes.window_log_max(WINDOW_LOG_MAX)?;
        if &take::<4>(&mut bytes)? != MAGIC {
            return Err(invalid("it does not begin with TD01"));
        }
        let size = Size::new(u32_from(&mut bytes)?, u32_from(&mut bytes)?);
        let grid = Grid::of(size).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        let frames = u32_from(&mut bytes)?;
        Ok(Self { bytes, grid, frames, frames_read: 0, first_us: None, tiles: 0, tile: Vec::new() })
    }

    /// Width and height of every frame.
    pub fn size(&self) -> Size {
        self.grid.size()
    }

    /// Frames of the whole recording.
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// Reads the next frame's head; `None` after the last frame. The frame before must have been drawn.
    ///
    /// # Errors
    /// Where the file ends early or contradicts itself.
    pub fn next_frame(&mut self) -> io::Result<Option<FrameHead>> {
        if self.frames <= self.frames_read {
            return Ok(None);
        }
        let time_us = u64::from_le_bytes(take(&mut self.bytes)?);
        self.tiles = u32_from(&mut self.bytes)?;
        if self.grid.len() < self.tiles as usize {
            return Err(invalid("a frame has more tiles than the picture"));
        }
        let at = Duration::from_micros(time_us.saturating_sub(*self.first_us.get_or_insert(time_us)));
        let number = self.frames_read;
        self.frames_read += 1;
        Ok(Some(FrameHead { number, at }))
    }

    /// Draws the frame whose head was read last, and adds what it changed to `changed`.
    ///
    /// # Errors
    /// Where the file ends early or contradicts itself, or `picture` is not of the recording's size.
    pub fn draw(&mut self, picture: &mut Picture, changed: &mut Region) -> io::Result<()> {
        while 0 < self.tiles {
            self.tiles -= 1;
            let index = u16::from_le_bytes(take(&mut self.bytes)?);
            let rect = self.grid.rect(index).ok_or_else(|| invalid("a tile lies outside the picture"))?;
            self.tile.resize(rect.area() as usize * PIXEL_BYTES, 0);
            self.bytes.read_exact(&mut self.tile)?;
            if !picture.write(rect, &self.tile) {
                return Err(invalid("the display no longer has the recording's size"));
            }
            changed.add(rect);
        }
        Ok(())
    }
}

fn take<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn u32_from(from: &mut impl Read) -> io::Result<u32> {
    take(from).map(u32::from_le_bytes)
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, reason)
}
