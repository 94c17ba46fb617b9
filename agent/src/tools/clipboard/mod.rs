//! The clipboard of this computer: a thread has it, [`origin`] knows who filled it, and each technician's stream
//! reads and fills it as far as he may.

mod origin;
mod serve;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use crossbeam::channel::{Receiver, Sender, TryRecvError, bounded};
use platform::clipboard::{Clip, ClipboardEvent, ReadError};
use platform::{Clipboard, Platform, Waker};
use tokio::sync::{Semaphore, oneshot, watch};
use wire::limits::CLIPBOARD_BYTES_MAX;
use wire::tools::Format;

use crate::shell::Owner;

pub(super) use serve::serve;

use origin::{Book, Newest};

/// Reads and writes that wait for the thread: one for each technician that a session can have.
const WISHES_MAX: usize = 16;

/// Contents that are held in memory at the same time, each of up to 16 MB.
const CONTENTS_MAX: usize = 4;

/// A wait that ends without news is begun again.
const WAIT: Duration = Duration::from_secs(600);

/// Why a technician gets or puts nothing.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum NoContent {
    #[error("there is nothing like that in the clipboard any more")]
    NotThere,
    #[error("another technician put it there")]
    NotYours,
    #[error("it has more than {CLIPBOARD_BYTES_MAX} bytes")]
    TooLarge,
    #[error("{0}")]
    NotAvailable(String),
}

/// What the thread is asked to do.
enum Wish {
    Read { by: Owner, change: u64, answer: oneshot::Sender<Result<Vec<Clip>, NoContent>> },
    Write { by: Owner, clips: Vec<Clip>, answer: oneshot::Sender<Result<(), NoContent>> },
}

/// The way to the clipboard. Cheap to clone; the thread ends with the last clone.
#[derive(Clone)]
pub(crate) struct Board(Arc<Inner>);

struct Inner {
    wishes: Option<Sender<Wish>>,
    waker: Waker,
    newest: watch::Receiver<Newest>,
    contents: Semaphore,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.wishes = None;
        self.waker.wake();
    }
}

impl Board {
    /// Starts the thread.
    ///
    /// # Errors
    /// When there is no clipboard, or no thread can be made.
    pub(crate) fn start(platform: &Platform) -> anyhow::Result<Self> {
        let clipboard = platform.clipboard()?;
        let (wishes, queue) = bounded(WISHES_MAX);
        let (sender, newest) = watch::channel(Newest::default());
        let (waker, contents) = (clipboard.waker(), Semaphore::new(CONTENTS_MAX));
        let keeper = Keeper { clipboard, book: Book::default(), newest: sender };
        thread::Builder::new().name("clipboard".into()).spawn(move || keeper.run(&queue))?;
        Ok(Self(Arc::new(Inner { wishes: Some(wishes), waker, newest, contents })))
    }

    fn newest(&self) -> watch::Receiver<Newest> {
        self.0.newest.clone()
    }

    /// What is there, in all forms, as far as somebody may have it.
    async fn read(&self, by: &Owner, change: u64) -> Result<Vec<Clip>, NoContent> {
        let (answer, answered) = oneshot::channel();
        self.wish(Wish::Read { by: by.clone(), change, answer })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Fills it.
    async fn write(&self, by: &Owner, clips: Vec<Clip>) -> Result<(), NoContent> {
        let (answer, answered) = oneshot::channel();
        self.wish(Wish::Write { by: by.clone(), clips, answer })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    fn wish(&self, wish: Wish) -> Result<(), NoContent> {
        let sent = self.0.wishes.as_ref().map(|wishes| wishes.try_send(wish));
        if !matches!(sent, Some(Ok(()))) {
            return Err(NoContent::NotAvailable("the clipboard does not answer".to_owned()));
        }
        self.0.waker.wake();
        Ok(())
    }
}

fn gone() -> NoContent {
    NoContent::NotAvailable("the desktop is gone".to_owned())
}

/// What the thread has.
struct Keeper {
    clipboard: Box<dyn Clipboard>,
    book: Book,
    newest: watch::Sender<Newest>,
}

impl Keeper {
    fn run(mut self, queue: &Receiver<Wish>) {
        loop {
            match queue.try_recv() {
                Ok(wish) => self.grant(wish),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => match self.clipboard.next_event(WAIT) {
                    Ok(Some(ClipboardEvent::Copied(formats))) => self.book.copied(formats),
                    Ok(Some(ClipboardEvent::Written) | None) => continue,
                    Err(error) => {
                        tracing::debug!(%error, "the clipboard is not followed any more");
                        return;
                    }
                },
            }
            self.newest.send_if_modified(|newest| self.book.tell(newest));
        }
    }

    fn grant(&mut self, wish: Wish) {
        // Who asked may have gone meanwhile.
        match wish {
            Wish::Read { by, change, answer } => drop(answer.send(self.read(&by, change))),
            Wish::Write { by, clips, answer } => {
                let written = self.clipboard.write(clips.clone());
                if written.is_ok() {
                    self.book.written(&by, &clips);
                }
                drop(answer.send(written.map_err(|_| gone())));
            }
        }
    }

    fn read(&mut self, by: &Owner, change: u64) -> Result<Vec<Clip>, NoContent> {
        let formats = self.book.formats_for(by, change)?;
        let (mut clips, mut left) = (Vec::new(), CLIPBOARD_BYTES_MAX);
        for format in formats {
            let bytes: Bytes = match self.clipboard.read(format, left) {
                Ok(bytes) => bytes,
                // What is there in several forms may lack one by now.
                Err(ReadError::NotThere) => continue,
                // The first form is the plainest; better that one than none.
                Err(ReadError::TooLarge(_)) if !clips.is_empty() => break,
                Err(ReadError::TooLarge(_)) => return Err(NoContent::TooLarge),
                Err(error) => return Err(NoContent::NotAvailable(error.to_string())),
            };
            left -= bytes.len();
            clips.push(Clip { format, bytes });
        }
        if clips.is_empty() {
            return Err(NoContent::NotThere);
        }
        self.book.check(by, &clips)?;
        Ok(clips)
    }
}

/// What a technician puts there must be what it says.
fn check(format: Format, bytes: &[u8]) -> Result<(), NoContent> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    let is_right = match format {
        Format::Text | Format::Html => std::str::from_utf8(bytes).is_ok(),
        Format::Png => bytes.starts_with(PNG),
        Format::Unspecified => false,
    };
    if is_right { Ok(()) } else { Err(NoContent::NotAvailable("it is not what it says it is".to_owned())) }
}
