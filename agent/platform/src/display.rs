//! Which displays there are.

use std::time::Duration;

use frame::Rect;

use crate::{Lost, Waker};

/// One display of the desktop.
#[derive(Debug, Clone, PartialEq)]
pub struct Display {
    /// Names the display until the list changes. Counts from 0 in the order of the system.
    pub id: u8,
    /// The system's name for it, such as `HDMI-1`. For people.
    pub name: String,
    /// Its place on the desktop, in physical pixels that count from the desktop's top left corner.
    pub rect: Rect,
    /// Whether the system calls it the primary one. At most one display is.
    pub primary: bool,
    /// How much larger than usual text is wanted: 1.0 is 96 dots per inch.
    pub scale: f32,
}

/// Lists the displays and notices when they change. Belongs to one thread at a time.
pub trait Displays: Send {
    /// The displays as of opening or the last [`Displays::wait`]. Empty while none is switched on.
    fn list(&self) -> &[Display];

    /// Blocks until the list is different, `wait` passes or the waker is used. `true`: there is a new list.
    ///
    /// # Errors
    /// [`Lost`] once the desktop is gone; each later call fails too.
    fn wait(&mut self, wait: Duration) -> Result<bool, Lost>;

    /// A handle that ends [`Displays::wait`] from another thread.
    fn waker(&self) -> Waker;
}
