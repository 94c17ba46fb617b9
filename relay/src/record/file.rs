//! One recording on the disk: an asciicast and a transcript beside each other, written as a shell goes on.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use wire::shell::{Exit, Size};

use super::cast::Cast;
use super::transcript::Transcript;

/// Bytes of one recording; what follows is not recorded, and it says so.
const BYTES_MAX: u64 = 256 << 20;

/// The folder of recordings in the state folder.
const FOLDER: &str = "recordings";

/// Both files of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// asciicast v2.
    Cast,
    /// Plain text.
    Transcript,
}

/// Where a recording lies.
pub(crate) fn path_of(state_folder: &Path, id: i64, form: Form) -> PathBuf {
    let ending = match form {
        Form::Cast => "cast",
        Form::Transcript => "txt",
    };
    state_folder.join(FOLDER).join(format!("shell-{id}.{ending}"))
}

/// A recording that is being written.
#[derive(Debug)]
pub(super) struct Recording {
    pub(super) id: i64,
    cast: File,
    text: File,
    form: Cast,
    transcript: Transcript,
    started: Instant,
    /// The place in the shell's output behind what is recorded.
    at: u64,
    bytes: u64,
}

impl Recording {
    /// Begins the files of a shell that has just been started or is first seen.
    pub(super) fn begin(
        state_folder: &Path,
        id: i64,
        size: Size,
        started_s: i64,
        title: &str,
    ) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(state_folder.join(FOLDER))?;
        let open = |form| {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path_of(state_folder, id, form))
        };
        let (cast, text) = (open(Form::Cast)?, open(Form::Transcript)?);
        let (form, transcript) = (Cast::default(), Transcript::default());
        let mut recording =
            Self { id, cast, text, form, transcript, started: Instant::now(), at: 0, bytes: 0 };
        recording.write(&Cast::header(size.columns, size.rows, started_s, title))?;
        Ok(recording)
    }

    /// The stream that follows begins at this place of the shell's output.
    pub(super) fn seek(&mut self, now: Instant, from: u64) -> io::Result<()> {
        if self.at < from && 0 < self.at {
            let text = format!("{} bytes of output are missing", from - self.at);
            self.note(now, &text)?;
        }
        if self.at < from || self.at == 0 {
            self.at = from;
        }
        Ok(())
    }

    /// Output from a place on; what is recorded already is not recorded twice.
    pub(super) fn output(&mut self, now: Instant, from: u64, bytes: &[u8]) -> io::Result<()> {
        let known = usize::try_from(self.at.saturating_sub(from)).unwrap_or(usize::MAX).min(bytes.len());
        let bytes = &bytes[known..];
        if bytes.is_empty() {
            return Ok(());
        }
        self.at = from + (known + bytes.len()) as u64;
        let line = self.form.output(self.since(now), bytes);
        let text = self.transcript.push(bytes);
        self.text.write_all(text.as_bytes())?;
        self.write(&line)
    }

    pub(super) fn resize(&mut self, now: Instant, size: Size) -> io::Result<()> {
        self.write(&Cast::resize(self.since(now), size.columns, size.rows))
    }

    /// Something that whoever watches should know.
    pub(super) fn note(&mut self, now: Instant, text: &str) -> io::Result<()> {
        let line = format!("{}[{text}]\n", self.transcript.end());
        self.text.write_all(line.as_bytes())?;
        self.write(&Cast::marker(self.since(now), text))
    }

    /// The shell is over.
    pub(super) fn end(&mut self, now: Instant, exit: Exit) -> io::Result<()> {
        let how = match exit {
            Exit::Status(status) => format!("ended with status {status}"),
            Exit::Signal(signal) => format!("ended by signal {signal}"),
        };
        self.note(now, &how)
    }

    /// Whether nothing more is recorded.
    pub(super) fn is_full(&self) -> bool {
        BYTES_MAX <= self.bytes
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn since(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.started)
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        if self.is_full() {
            return Ok(());
        }
        self.bytes += line.len() as u64;
        self.cast.write_all(line.as_bytes())?;
        if self.is_full() {
            let end =
                Cast::marker(self.started.elapsed(), "the recording is as long as one may be and ends here");
            self.cast.write_all(end.as_bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_that_is_come_back_to_is_recorded_once_and_without_a_gap() {
        let folder = tempfile::tempdir().expect("a folder");
        let (size, now) = (Size { columns: 80, rows: 24 }, Instant::now());
        let mut recording = Recording::begin(folder.path(), 7, size, 1, "sh").expect("begun");
        recording.seek(now, 0).expect("written");
        recording.output(now, 0, b"$ echo hello\r\n").expect("written");
        recording.seek(now, 2).expect("written");
        recording.output(now, 2, b"echo hello\r\nhello\r\n").expect("written");
        recording.seek(now, 40).expect("written");
        recording.output(now, 40, b"later\r\n").expect("written");
        recording.end(now, Exit::Status(3)).expect("written");
        let read = |form| std::fs::read_to_string(path_of(folder.path(), 7, form)).expect("a file");
        let expected =
            "$ echo hello\nhello\n[19 bytes of output are missing]\nlater\n[ended with status 3]\n";
        assert_eq!(read(Form::Transcript), expected);
        let cast = read(Form::Cast);
        let shown: String = cast
            .lines()
            .skip(1)
            .filter_map(|line| serde_json::from_str::<(f64, String, String)>(line).ok())
            .filter_map(|(_, code, data)| (code == "o").then_some(data))
            .collect();
        assert_eq!(shown, "$ echo hello\r\nhello\r\nlater\r\n");
    }
}
