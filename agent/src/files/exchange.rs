//! What an operation hears and says, while another task has the stream.

use std::time::{Duration, Instant};

use platform::files::FileError;
use tokio::sync::mpsc;
use wire::file::{FilePath, FromFile, ToFile};

use super::Stop;

/// Records that wait on the way to an operation, and from it. With 64 kB in each it never waits for a thread to wake.
pub(super) const RECORDS_MAX: usize = 8;

/// How often an operation says how far it is.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// An operation's two ends. Both block.
pub(super) struct Exchange {
    inbox: mpsc::Receiver<ToFile>,
    outbox: mpsc::Sender<FromFile>,
}

impl Exchange {
    pub(super) fn new(inbox: mpsc::Receiver<ToFile>, outbox: mpsc::Sender<FromFile>) -> Self {
        Self { inbox, outbox }
    }

    /// Says something.
    pub(super) fn say(&self, record: FromFile) -> Result<(), Stop> {
        self.outbox.blocking_send(record).map_err(|_| Stop::Gone)
    }

    /// Hears something; an end of the stream in the middle is somebody who is gone.
    pub(super) fn hear(&mut self) -> Result<ToFile, Stop> {
        self.hear_or_end()?.ok_or(Stop::Gone)
    }

    /// Hears something, or that nothing more comes.
    pub(super) fn hear_or_end(&mut self) -> Result<Option<ToFile>, Stop> {
        if self.outbox.is_closed() {
            return Err(Stop::Gone);
        }
        Ok(self.inbox.blocking_recv())
    }

    /// Whether nothing waits to be heard right now.
    pub(super) fn is_quiet(&self) -> bool {
        self.inbox.is_empty()
    }

    /// Whether anybody is still there; for what takes long without a word.
    pub(super) fn check(&self) -> Result<(), Stop> {
        if self.outbox.is_closed() { Err(Stop::Gone) } else { Ok(()) }
    }

    /// One of many is not done.
    pub(super) fn failed(&self, path: FilePath, error: FileError) -> Result<(), Stop> {
        let FileError { why, mut detail } = error;
        detail.truncate(detail.floor_char_boundary(wire::limits::DETAIL_BYTES_MAX));
        self.say(FromFile::Failed { why, path, detail })
    }
}

/// How far an operation on many files is.
pub(super) struct Progress {
    pub(super) items: u64,
    pub(super) items_of: u64,
    pub(super) bytes: u64,
    pub(super) bytes_of: u64,
    said: Instant,
}

impl Progress {
    pub(super) fn of(items_of: u64, bytes_of: u64) -> Self {
        Self { items: 0, items_of, bytes: 0, bytes_of, said: Instant::now() }
    }

    /// Says it if it was not said for a while.
    pub(super) fn tell(&mut self, exchange: &Exchange) -> Result<(), Stop> {
        if self.said.elapsed() < PROGRESS_EVERY {
            return Ok(());
        }
        self.tell_now(exchange)
    }

    pub(super) fn tell_now(&mut self, exchange: &Exchange) -> Result<(), Stop> {
        self.said = Instant::now();
        let Self { items, items_of, bytes, bytes_of, .. } = *self;
        exchange.say(FromFile::Progress { items, items_of, bytes, bytes_of })
    }

    pub(super) fn done(&self) -> FromFile {
        FromFile::Done { items: self.items, bytes: self.bytes }
    }
}
