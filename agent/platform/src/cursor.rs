//! The pointer: how it looks and where it is. It is never part of a captured picture.

use std::time::Duration;

use frame::{Point, Size};

use crate::{Lost, Waker};

/// Longest side of a pointer's picture; a larger one is cut at the right and bottom.
pub const CURSOR_EXTENT_MAX: u32 = wire::limits::CURSOR_EXTENT_MAX as u32;

/// Shortest time between two [`CursorEvent::Moved`], so that a fast mouse costs next to nothing.
pub const CURSOR_MOVE_INTERVAL: Duration = Duration::from_millis(33);

/// How the pointer looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorShape {
    /// The pixel of the picture that points. Lies inside the picture.
    pub hot: Point,
    /// The picture's size: 1 to [`CURSOR_EXTENT_MAX`] each way. A hidden pointer is one clear pixel.
    pub size: Size,
    /// `4 * width * height` bytes, row after row: red, green, blue and alpha, straight (not premultiplied).
    pub rgba: Vec<u8>,
}

impl CursorShape {
    /// A white arrow with a black edge, for where nobody knows better.
    pub fn arrow() -> Self {
        let size = Size::new(12, 18);
        let rgba = (0..size.height).flat_map(|y| (0..size.width).flat_map(move |x| arrow_pixel(x, y)));
        Self { hot: Point::new(0, 0), size, rgba: rgba.collect() }
    }
}

/// The arrow's head is a triangle with a right angle at its foot; the stem hangs below.
fn arrow_pixel(x: u32, y: u32) -> [u8; 4] {
    let (head, stem) = (x <= y && y <= 12 && x + y <= 17, (4..=7).contains(&x) && (10..=17).contains(&y));
    let inside_head = 0 < x && x < y && y < 12 && x + y < 17;
    let inside_stem = (5..=6).contains(&x) && (10..=16).contains(&y);
    match (head || stem, inside_head || inside_stem) {
        (_, true) => [255; 4],
        (true, false) => [0, 0, 0, 255],
        (false, false) => [0; 4],
    }
}

/// What happened to the pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CursorEvent {
    /// It looks different.
    Shape(CursorShape),
    /// It is somewhere else, moved by whomever: the mouse, a program, or our own input.
    Moved {
        /// The display that it is on.
        display: u8,
        /// The pixel of that display that it points at.
        at: Point,
    },
}

/// Watches the pointer. Belongs to one thread at a time.
pub trait Cursor: Send {
    /// Blocks until the pointer moves or changes, `wait` passes or the waker is used. `None`: it did neither.
    ///
    /// The first calls give its shape and place as they are. Moves come at most once in
    /// [`CURSOR_MOVE_INTERVAL`], the last one always, and those in between are skipped.
    ///
    /// # Errors
    /// [`Lost`] once the desktop is gone; each later call fails too.
    fn next_event(&mut self, wait: Duration) -> Result<Option<CursorEvent>, Lost>;

    /// A handle that ends [`Cursor::next_event`] from another thread.
    fn waker(&self) -> Waker;
}
