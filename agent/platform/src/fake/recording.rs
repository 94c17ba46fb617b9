//! Recorded desktops: reads the `TD01` format and draws each frame when its time has come.
//!
//! The file is zstd with a window of up to 27 bits, little-endian: magic `TD01`, then width, height and number
//! of frames as u32. Each frame: its time in µs as u64, the number of its tiles as u32, then for each tile its
//! index as u16 and its BGRX pixels, row by row. Only one tile is held decoded beside the picture.

use std::{
    fs::File,
    io::{self, BufReader, ErrorKind, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use frame::{Grid, PIXEL_BYTES, Picture, Region, Size};
use zstd::stream::read::Decoder;

const MAGIC: &[u8; 4] = b"TD01";
const WINDOW_LOG_MAX: u32 = 27;

/// The pause between the last frame and the first of the next round.
const LOOP_PAUSE: Duration = Duration::from_millis(33);

/// A viewer that comes back after a longer pause finds the recording this far behind, not the whole pause: it
/// would have to decode all that was missed before it saw anything.
const LATE_MAX: Duration = Duration::from_secs(1);

/// How to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    looping: bool,
    fps: Option<u32>,
}

impl Options {
    /// Reads `loop&fps=30`, in any order; `None` where there is something else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut options = Self::default();
        for option in text.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                None if option == "loop" => options.looping = true,
                Some(("fps", fps)) => options.fps = Some(fps.parse().ok().filter(|&fps| 0 < fps)?),
                _ => return None,
            }
        }
        Some(options)
    }
}

/// A recording, and how far it was played.
pub(super) struct Recording {
    path: PathBuf,
    options: Options,
    reader: Reader,
    /// When the first frame of this round was, or will be, shown.
    start: Option<Instant>,
    next: Option<Head>,
}

impl Recording {
    /// Opens a file and reads as far as its first frame's head.
    pub(super) fn open(path: &Path, options: Options) -> io::Result<Self> {
        let mut reader = Reader::open(path)?;
        let next = reader.head(options)?;
        Ok(Self { path: path.to_owned(), options, reader, start: None, next })
    }

    /// Width and height of every frame.
    pub(super) fn size(&self) -> Size {
        self.reader.grid.size()
    }

    /// Draws all frames that are due at `now`, adds what they changed to `changed`, and says when the next
    /// one is due: `None` after the last.
    pub(super) fn play(
        &mut self,
        now: Instant,
        picture: &mut Picture,
        changed: &mut Region,
    ) -> io::Result<Option<Instant>> {
        let mut start = *self.start.get_or_insert(now);
        while let Some(head) = self.next {
            let due = start + head.at;
            if now < due {
                return Ok(Some(due));
            }
            start += now.duration_since(due).saturating_sub(LATE_MAX);
            self.reader.draw(head.tiles, picture, changed)?;
            self.next = self.reader.head(self.options)?;
            if self.next.is_none() && self.options.looping {
                start += head.at + LOOP_PAUSE;
                self.reader = Reader::open(&self.path)?;
                self.next = self.reader.head(self.options)?;
            }
            self.start = Some(start);
        }
        Ok(None)
    }
}

/// What stands before a frame's tiles.
#[derive(Clone, Copy)]
struct Head {
    /// Counted from the first frame.
    at: Duration,
    tiles: u32,
}

/// Reads a file from its start to its end.
struct Reader {
    bytes: Decoder<'static, BufReader<File>>,
    grid: Grid,
    frames: u32,
    frames_read: u32,
    first_us: Option<u64>,
    tile: Vec<u8>,
}

impl Reader {
    fn open(path: &Path) -> io::Result<Self> {
        let mut bytes = Decoder::new(File::open(path)?)?;
        bytes.window_log_max(WINDOW_LOG_MAX)?;
        if &take::<4>(&mut bytes)? != MAGIC {
            return Err(invalid("it does not begin with TD01"));
        }
        let size = Size::new(u32_from(&mut bytes)?, u32_from(&mut bytes)?);
        let grid = Grid::of(size).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        let frames = u32_from(&mut bytes)?;
        Ok(Self { bytes, grid, frames, frames_read: 0, first_us: None, tile: Vec::new() })
    }

    /// Reads the next frame's head; `None` after the last frame.
    fn head(&mut self, options: Options) -> io::Result<Option<Head>> {
        if self.frames <= self.frames_read {
            return Ok(None);
        }
        let time_us = u64::from_le_bytes(take(&mut self.bytes)?);
        let tiles = u32_from(&mut self.bytes)?;
        if self.grid.len() < tiles as usize {
            return Err(invalid("a frame has more tiles than the picture"));
        }
        let at = match options.fps {
            Some(fps) => Duration::from_secs(1) / fps * self.frames_read,
            None => Duration::from_micros(time_us.saturating_sub(*self.first_us.get_or_insert(time_us))),
        };
        self.frames_read += 1;
        Ok(Some(Head { at, tiles }))
    }

    fn draw(&mut self, tiles: u32, picture: &mut Picture, changed: &mut Region) -> io::Result<()> {
        for _ in 0..tiles {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_or_refused() {
        assert_eq!(Options::parse(""), Some(Options::default()));
        let both = Options { looping: true, fps: Some(30) };
        assert_eq!(Options::parse("loop&fps=30"), Some(both));
        assert_eq!(Options::parse("fps=30&loop"), Some(both));
        for wrong in ["fps=0", "fps=", "fps", "loop=1", "speed=2"] {
            assert_eq!(Options::parse(wrong), None, "{wrong}");
        }
    }
}
