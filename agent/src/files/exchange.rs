//! What an operation hears and says, while another task has the stream.

use std::time::{Duration, Instant};

use platform::files::FileError;
use tokio::sync::mpsc;
use wire::file::{FilePath, FromFile, ToFile};

use super::Stop;

/// Records that wait on the way from an operation. With 64 kB in each it never waits for a thread to wake.
pub(super) const RECORDS_MAX: usize = 8;

/// Batches that wait on the way to an operation, each of what one read gave: about 64 kB.
pub(super) const BATCHES_MAX: usize = 6;

/// Records in a batch, whatever their size.
pub(super) const BATCH_RECORDS_MAX: usize = 256;

/// Records that come together, so that a thread wakes once for many small ones.
pub(super) type Batch = Vec<ToFile>;

/// How often an operation says how far it is.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// After so many items it says so in any case: who sends many small ones waits for it.
const PROGRESS_ITEMS: u64 = 256;

/// An operation's two ends. Both block.
pub(super) struct Exchange {
    inbox: mpsc::Receiver<Batch>,
    outbox: mpsc::Sender<FromFile>,
    /// What came and was not heard yet.
    waiting: std::vec::IntoIter<ToFile>,
}

impl Exchange {
    pub(super) fn new(inbox: mpsc::Receiver<Batch>, outbox: mpsc::Sender<FromFile>) -> Self {
        Self { inbox, outbox, waiting: Batch::new().into_iter() }
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
        loop {
            self.check()?;
            if let Some(record) = self.waiting.next() {
                return Ok(Some(record));
            }
            let Some(batch) = self.inbox.blocking_recv() else { return Ok(None) };
            self.waiting = batch.into_iter();
        }
    }

    /// Whether nothing waits to be heard right now.
    pub(super) fn is_quiet(&self) -> bool {
        self.waiting.as_slice().is_empty() && self.inbox.is_empty()
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
    said_items: u64,
}

impl Progress {
    pub(super) fn of(items_of: u64, bytes_of: u64) -> Self {
        Self { items: 0, items_of, bytes: 0, bytes_of, said: Instant::now(), said_items: 0 }
    }

    /// Says it if it was not said for a while, or much happened since.
    pub(super) fn tell(&mut self, exchange: &Exchange) -> Result<(), Stop> {
        if self.said.elapsed() < PROGRESS_EVERY && self.items - self.said_items < PROGRESS_ITEMS {
            return Ok(());
        }
        self.tell_now(exchange)
    }

    pub(super) fn tell_now(&mut self, exchange: &Exchange) -> Result<(), Stop> {
        (self.said, self.said_items) = (Instant::now(), self.items);
        let Self { items, items_of, bytes, bytes_of, .. } = *self;
        exchange.say(FromFile::Progress { items, items_of, bytes, bytes_of })
    }

    pub(super) fn done(&self) -> FromFile {
        FromFile::Done { items: self.items, bytes: self.bytes }
    }
}
