//! What was copied at this computer, and what somebody else puts there.

use std::time::Duration;

use bytes::Bytes;
use wire::tools::Format;

use crate::{Lost, Waker};

/// One form of what is in a clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clip {
    /// Which.
    pub format: Format,
    /// UTF-8, or a PNG file.
    pub bytes: Bytes,
}

/// Who filled the clipboard last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClipboardEvent {
    /// A program at this computer, in these forms; none where it was emptied or has nothing that travels.
    Copied(Vec<Format>),
    /// [`Clipboard::write`].
    Written,
}

/// Why nothing is read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not there, or not in this form.
    #[error("there is nothing of this kind in the clipboard")]
    NotThere,
    /// More than was asked for.
    #[error("the clipboard has more than {0} bytes")]
    TooLarge(usize),
    /// Its program does not answer.
    #[error("the program that has the clipboard does not answer")]
    Silent,
    /// The desktop is gone.
    #[error(transparent)]
    Lost(#[from] Lost),
}

/// Reads and fills the clipboard; one for a desktop, on a thread of its own. What was written stays as long as it
/// lives, and only while somebody waits in [`Clipboard::next_event`] can other programs paste it.
pub trait Clipboard: Send {
    /// Blocks until the clipboard changes, `wait` passes or the waker is used.
    ///
    /// # Errors
    /// [`Lost`] when the desktop is gone.
    fn next_event(&mut self, wait: Duration) -> Result<Option<ClipboardEvent>, Lost>;

    /// Ends a wait.
    fn waker(&self) -> Waker;

    /// What is there in a form; blocks for some seconds at most, where its program is slow.
    ///
    /// # Errors
    /// [`ReadError`] says why there is nothing.
    fn read(&mut self, format: Format, bytes_max: usize) -> Result<Bytes, ReadError>;

    /// Fills it, in all forms at once.
    ///
    /// # Errors
    /// [`Lost`] when the desktop is gone.
    fn write(&mut self, clips: Vec<Clip>) -> Result<(), Lost>;
}
