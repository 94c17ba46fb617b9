//! Recorded desktops, played: draws each frame when its time has come.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use frame::{Picture, Region, Size};

use super::reader::{FrameHead, RecordingReader};

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
    hold_ms: u32,
}

impl Options {
    /// Reads `loop&fps=30&hold=500`, in any order; `None` where there is something else. `hold` shows the first
    /// frame for so many milliseconds longer.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut options = Self::default();
        for option in text.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                None if option == "loop" => options.looping = true,
                Some(("fps", fps)) => options.fps = Some(fps.parse().ok().filter(|&fps| 0 < fps)?),
                Some(("hold", hold_ms)) => options.hold_ms = hold_ms.parse().ok()?,
                _ => return None,
            }
        }
        Some(options)
    }

    /// When to show a frame, counted from the first.
    fn at(self, head: FrameHead) -> Duration {
        let at = self.fps.map_or(head.at, |fps| Duration::from_secs(1) / fps * head.number);
        if head.number == 0 { at } else { at + Duration::from_millis(self.hold_ms.into()) }
    }
}

/// A recording, and how far it was played.
pub(super) struct Recording {
    path: PathBuf,
    options: Options,
    reader: RecordingReader,
    /// When the first frame of this round was, or will be, shown.
    start: Option<Instant>,
    next: Option<FrameHead>,
}

impl Recording {
    /// Opens a file and reads as far as its first frame's head.
    pub(super) fn open(path: &Path, options: Options) -> io::Result<Self> {
        let mut reader = RecordingReader::open(path)?;
        let next = reader.next_frame()?;
        Ok(Self { path: path.to_owned(), options, reader, start: None, next })
    }

    /// Width and height of every frame.
    pub(super) fn size(&self) -> Size {
        self.reader.size()
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
            let due = start + self.options.at(head);
            if now < due {
                return Ok(Some(due));
            }
            start += now.duration_since(due).saturating_sub(LATE_MAX);
            self.reader.draw(picture, changed)?;
            self.next = self.reader.next_frame()?;
            if self.next.is_none() && self.options.looping {
                start += self.options.at(head) + LOOP_PAUSE;
                self.reader = RecordingReader::open(&self.path)?;
                self.next = self.reader.next_frame()?;
            }
            self.start = Some(start);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_or_refused() {
        assert_eq!(Options::parse(""), Some(Options::default()));
        let all = Options { looping: true, fps: Some(30), hold_ms: 500 };
        assert_eq!(Options::parse("loop&fps=30&hold=500"), Some(all));
        assert_eq!(Options::parse("hold=500&fps=30&loop"), Some(all));
        for wrong in ["fps=0", "fps=", "fps", "hold", "loop=1", "speed=2"] {
            assert_eq!(Options::parse(wrong), None, "{wrong}");
        }
    }
}
