//! What the agent needs of an operating system, by topic.
//!
//! Each topic is a trait that says what blocks and who owns the memory: [`Displays`], [`Capture`],
//! [`Cursor`], [`Input`] and [`Wallpaper`] for the screen, [`Clipboard`], [`SystemInformation`], [`Actions`] and
//! [`Privacy`] for the rest. [`Platform`] opens them; each one has a connection of its own and may
//! live on a thread of its own. `linux/` serves them with X11. [`fake`] serves them with recordings and drawn
//! pictures, on every system. A [`terminal`] and a [`program`] are the same everywhere; [`files`] are each
//! system's own. [`urgency`] says which threads go before other programs. Nothing here codes pixels, opens a network link
//! or decides who may do what.
//!
//! This file is the only one that names an operating system.

pub mod actions;
mod capture;
pub mod clipboard;
mod cursor;
mod display;
mod error;
pub mod fake;
pub mod files;
mod input;
pub mod privacy;
pub mod program;
pub mod system;
pub mod terminal;
pub mod urgency;
mod waker;
mod wallpaper;

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod imp;

use std::{fmt, sync::Arc};

pub use actions::Actions;
pub use capture::{Capture, CaptureError, Captured};
pub use clipboard::Clipboard;
pub use cursor::{CURSOR_EXTENT_MAX, CURSOR_MOVE_INTERVAL, Cursor, CursorEvent, CursorShape};
pub use display::{Display, Displays};
pub use error::{Lost, OpenError};
pub use input::{Button, Input, InputError, WHEEL_NOTCH};
pub use privacy::Privacy;
pub use system::SystemInformation;
pub use waker::Waker;
pub use wallpaper::Wallpaper;

/// A desktop that can be shown and controlled. Cheap to clone.
#[derive(Clone)]
pub struct Platform(Arc<dyn System>);

impl Platform {
    /// Finds the desktop that `spec` names:
    ///
    /// - `auto`: this computer's desktop;
    /// - `x11` or `x11:DISPLAY`, such as `x11::0`: an X server, by default that of `$DISPLAY`;
    /// - `fake:FILE`, `fake:FILE?loop&fps=30`: a recorded desktop, played while it is captured, with `loop`
    ///   again and again, with `fps` at an even pace instead of its own times;
    /// - `fake:pattern:640x480`: a picture that stands still.
    ///
    /// # Errors
    /// [`OpenError`] says what is missing. The display server was reached once if this succeeds.
    pub fn open(spec: &str) -> Result<Self, OpenError> {
        match spec.strip_prefix("fake:") {
            Some(source) => fake::open(source),
            None => imp::open(spec),
        }
        .map(Self)
    }

    /// Starts to watch the list of displays.
    ///
    /// # Errors
    /// [`OpenError`] says what is missing.
    pub fn displays(&self) -> Result<Box<dyn Displays>, OpenError> {
        self.0.displays()
    }

    /// Starts to capture one display.
    ///
    /// # Errors
    /// [`OpenError`] says what is missing.
    pub fn capture(&self, display: u8) -> Result<Box<dyn Capture>, OpenError> {
        self.0.capture(display)
    }

    /// Starts to watch the pointer.
    ///
    /// # Errors
    /// [`OpenError`] says what is missing.
    pub fn cursor(&self) -> Result<Box<dyn Cursor>, OpenError> {
        self.0.cursor()
    }

    /// Opens the way for input.
    ///
    /// # Errors
    /// [`OpenError`] says what is missing.
    pub fn input(&self) -> Result<Box<dyn Input>, OpenError> {
        self.0.input()
    }

    /// Opens the way to what lies behind all windows.
    ///
    /// # Errors
    /// [`OpenError`] says what is missing.
    pub fn wallpaper(&self) -> Result<Box<dyn Wallpaper>, OpenError> {
        self.0.wallpaper()
    }

    /// Opens the clipboard.
    ///
    /// # Errors
    /// [`OpenError`] says what is missing.
    pub fn clipboard(&self) -> Result<Box<dyn Clipboard>, OpenError> {
        self.0.clipboard()
    }

    /// What is to be known of the computer.
    pub fn system(&self) -> Box<dyn SystemInformation> {
        self.0.system()
    }

    /// What can be done to the computer.
    pub fn actions(&self) -> Box<dyn Actions> {
        self.0.actions()
    }

    /// What can be shut off for the person at the computer.
    pub fn privacy(&self) -> Box<dyn Privacy> {
        self.0.privacy()
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").finish_non_exhaustive()
    }
}

/// What stands behind a [`Platform`].
pub(crate) trait System: Send + Sync {
    fn displays(&self) -> Result<Box<dyn Displays>, OpenError>;
    fn capture(&self, display: u8) -> Result<Box<dyn Capture>, OpenError>;
    fn cursor(&self) -> Result<Box<dyn Cursor>, OpenError>;
    fn input(&self) -> Result<Box<dyn Input>, OpenError>;
    fn wallpaper(&self) -> Result<Box<dyn Wallpaper>, OpenError>;
    fn clipboard(&self) -> Result<Box<dyn Clipboard>, OpenError>;
    fn system(&self) -> Box<dyn SystemInformation>;
    fn actions(&self) -> Box<dyn Actions>;
    fn privacy(&self) -> Box<dyn Privacy>;
}
