//! Reading the pixels of one display.

use std::time::Duration;

use frame::{Frame, Rect};

use crate::{Lost, Waker};

/// A display's picture, and what changed in it since the call before.
///
/// Both borrow the capture's buffers: encode or copy before the next call.
#[derive(Debug, Clone, Copy)]
pub struct Captured<'a> {
    /// The whole display. The pointer is not in it.
    pub frame: Frame<'a>,
    /// What changed, in the display's coordinates: at least one rectangle and at most
    /// [`frame::REGION_RECTS_MAX`], none empty, all inside the frame. They cover every changed pixel and
    /// some unchanged ones, and may overlap.
    pub damage: &'a [Rect],
}

/// Reads one display. Belongs to one thread at a time; several captures of one display are independent.
pub trait Capture: Send {
    /// Blocks until pixels change, `wait` passes or the waker is used. `None`: nothing changed.
    ///
    /// The first call returns at once with the whole display as damage. Later, only damaged rows are read,
    /// and nothing is done and no time is used while nothing changes. What changes between two calls is not
    /// lost: it comes with the next call, at its newest.
    ///
    /// # Errors
    /// See [`CaptureError`]; the capture is of no further use then.
    fn next_frame(&mut self, wait: Duration) -> Result<Option<Captured<'_>>, CaptureError>;

    /// The whole display as [`Capture::next_frame`] gave it last; `None` before it did.
    fn newest(&self) -> Option<Frame<'_>>;

    /// A handle that ends [`Capture::next_frame`] from another thread.
    fn waker(&self) -> Waker;
}

/// Why a capture ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The display has another size or place now, or is gone: list the displays and open it again.
    #[error("the display was resized, moved or removed")]
    Resized,
    /// The desktop is gone.
    #[error(transparent)]
    Lost(#[from] Lost),
}
