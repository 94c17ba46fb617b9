//! Recordings of command shells, where a policy says so: what was shown, with its times, and as plain text.
//!
//! A [`Recorder`] is told of each stream that begins, and listens in on shells that are to be recorded. It reads
//! records as they pass, on a thread of its own; the stream never waits for it. What was typed is not recorded, only what
//! the terminal showed of it: passwords are not. A shell that its technician comes back to goes on in the same
//! recording.

mod cast;
mod file;
pub(crate) mod retention;
mod transcript;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use desk::Actor;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use wire::shell::{FromShell, Size, ToShell};
use wire::stream::StreamKind;
use wire::{DecodeError, SessionId, ShellId};

pub(crate) use file::{Form, path_of};

use crate::db::{DbError, NewRecording};
use crate::keeper::audit::text_of;
use crate::site::Site;
use crate::tap::{self, Direction, Heard, Listener, Stream, Tap};
use crate::time::Moment;
use file::Recording;

/// Recordings that may be gone on with, also while nobody looks at their shells. Beyond it the oldest is not any more.
const OPEN_MAX: usize = 256;

/// What a terminal has that never said its size.
const SIZE: Size = Size { columns: 80, rows: 24 };

/// A recording, which the stream before may still write the last of.
type Shared = Arc<Mutex<Recording>>;

/// Listens in on shells. Clones are the same recorder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder {
    open: Arc<Mutex<HashMap<(SessionId, ShellId), Shared>>>,
}

/// Why a recording breaks off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("{0} bytes passed unheard")]
    Missed(u64),
}

impl Recorder {
    /// Whether a recording may still be gone on with.
    pub(crate) fn is_open(&self, id: i64) -> bool {
        self.open.lock().values().any(|recording| recording.lock().id == id)
    }

    /// A stream of somebody begins. `None`: it is not recorded.
    pub(crate) fn tap(&self, site: &Arc<Site>, stream: Stream, who: Actor) -> Option<Tap> {
        let session = desk::SessionId::new(stream.session.to_wire());
        if stream.kind != StreamKind::Shell || !site.keeper.read().records_shells(session) {
            return None;
        }
        let (tap, listener) = tap::new();
        let (recorder, site, runtime) = (self.clone(), Arc::clone(site), Handle::current());
        site.tasks.clone().spawn_blocking(move || {
            let who = text_of(who);
            let mut shell =
                Shell { site: &site, recorder: &recorder, runtime, stream, who, size: SIZE, open: None };
            if let Err(error) = shell.listen(listener) {
                tracing::error!(session = %stream.session, %error, "the recording of a shell breaks off");
                shell.break_off(&error);
            }
            shell.leave();
        });
        Some(tap)
    }
}

/// One stream of a shell, as it passes.
struct Shell<'a> {
    site: &'a Arc<Site>,
    recorder: &'a Recorder,
    runtime: Handle,
    stream: Stream,
    who: String,
    size: Size,
    open: Option<Open>,
}

struct Open {
    shell: ShellId,
    recording: Shared,
    /// Where the next byte of this stream stands in the shell's output.
    at: u64,
}

impl Shell<'_> {
    fn listen(&mut self, mut listener: Listener) -> Result<(), Broken> {
        let (mut up, mut down) = (BytesMut::new(), BytesMut::new());
        while let Some(heard) = self.runtime.block_on(listener.recv()) {
            if 0 < heard.missed_bytes {
                // Where records begin is not known any more.
                return Err(Broken::Missed(heard.missed_bytes));
            }
            match heard.direction {
                Direction::ToAgent => self.said(&heard, &mut up)?,
                Direction::ToTechnician => self.shown(&heard, &mut down)?,
            }
        }
        match listener.missed_bytes() {
            0 => Ok(()),
            missed => Err(Broken::Missed(missed)),
        }
    }

    /// What the technician says: only sizes matter.
    fn said(&mut self, heard: &Heard, buffer: &mut BytesMut) -> Result<(), Broken> {
        buffer.extend_from_slice(&heard.bytes);
        while let Some(record) = ToShell::decode(buffer)? {
            if let ToShell::Start(size) | ToShell::Attach { size, .. } | ToShell::Resize(size) = record {
                self.size = size;
                if let Some(open) = &mut self.open {
                    open.recording.lock().resize(heard.at, size)?;
                }
            }
        }
        Ok(())
    }

    fn shown(&mut self, heard: &Heard, buffer: &mut BytesMut) -> Result<(), Broken> {
        buffer.extend_from_slice(&heard.bytes);
        while let Some(record) = FromShell::decode(buffer)? {
            match record {
                FromShell::Opened { shell, from, program, .. } => {
                    let recording = self.recording(shell, &program)?;
                    recording.lock().seek(heard.at, from)?;
                    self.open = Some(Open { shell, recording, at: from });
                }
                FromShell::Bytes(bytes) => {
                    if let Some(open) = &mut self.open {
                        open.recording.lock().output(heard.at, open.at, &bytes)?;
                        open.at += bytes.len() as u64;
                    }
                }
                FromShell::Ended(exit) => {
                    if let Some(open) = self.open.take() {
                        open.recording.lock().end(heard.at, exit)?;
                        self.recorder.open.lock().remove(&(self.stream.session, open.shell));
                        self.keep(&open.recording)?;
                    }
                }
                FromShell::Refused(_) => {}
            }
        }
        Ok(())
    }

    /// The recording of a shell: the one that was begun, or a new one.
    fn recording(&self, shell: ShellId, program: &str) -> Result<Shared, Broken> {
        let mut open = self.recorder.open.lock();
        let key = (self.stream.session, shell);
        if let Some(known) = open.get(&key) {
            known.lock().resize(std::time::Instant::now(), self.size)?;
            return Ok(Arc::clone(known));
        }
        let started = Moment::now();
        let session = self.stream.session.to_wire().cast_signed();
        let new = NewRecording { session, who: &self.who, program, started };
        let id = self.runtime.block_on(self.site.db.begin_recording(&new))?;
        let started_s = started.to_ms() / 1000;
        let begun = Recording::begin(&self.site.state_folder, id, self.size, started_s, program)?;
        if OPEN_MAX <= open.len() {
            let oldest = open.iter().min_by_key(|(_, recording)| recording.lock().id).map(|(key, _)| *key);
            oldest.and_then(|key| open.remove(&key));
        }
        let begun = Arc::new(Mutex::new(begun));
        open.insert(key, Arc::clone(&begun));
        Ok(begun)
    }

    /// Writes down how far a recording is.
    fn keep(&self, recording: &Shared) -> Result<(), Broken> {
        let (id, bytes) = {
            let recording = recording.lock();
            (recording.id, recording.bytes().cast_signed())
        };
        Ok(self.runtime.block_on(self.site.db.end_recording(id, bytes, Moment::now()))?)
    }

    fn break_off(&mut self, error: &Broken) {
        if let Some(open) = &self.open {
            let text = format!("the recording breaks off: {error}");
            // A disk that takes nothing takes no word about it either; the log has it.
            let _ = open.recording.lock().note(std::time::Instant::now(), &text);
        }
    }

    /// The stream is over and the shell perhaps not: its technician may come back to it.
    fn leave(&mut self) {
        let Some(open) = self.open.take() else { return };
        if let Err(error) = self.keep(&open.recording) {
            tracing::error!(%error, "how long a recording is, is not written down");
        }
    }
}
