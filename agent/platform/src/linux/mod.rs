//! Linux desktops through X11: MIT-SHM and DAMAGE for pixels, XFIXES for the pointer, RANDR for displays, XTEST
//! and XKB for input, the root window's pixmap for the wallpaper, XFIXES and the CLIPBOARD selection; `/proc`, sysinfo
//! and the system's own tools for what is to be known and done.
//!
//! Every part has a connection of its own and so needs no lock. [`connection`] comes first: it connects, waits
//! and is woken. It knows no Wayland.

mod actions;
mod ask;
mod backdrop;
mod capture;
mod clipboard;
mod connection;
mod cursor;
mod display;
pub(crate) mod files;
mod group;
mod input;
mod keycodes;
mod keymap;
mod login;
mod privacy;
mod scratch;
mod shm;
mod signal;
mod system;
mod urgency;
mod wallpaper;

use std::{env, sync::Arc};

use self::connection::Server;
pub(crate) use self::group::{end_group, group, signal_of};
pub(crate) use self::login::{end_su, no_logins, start_as};
pub(crate) use self::signal::{signal, signal_number};
pub(crate) use self::urgency::set_urgent;
use crate::{
    Actions, Capture, Clipboard, Cursor, Displays, Input, OpenError, Privacy, System, SystemInformation,
    Wallpaper,
};

/// An X server, by its name.
struct X11 {
    display: String,
}

/// Opens `auto`, `x11` or `x11:DISPLAY`.
pub(crate) fn open(spec: &str) -> Result<Arc<dyn System>, OpenError> {
    let display = match spec.strip_prefix("x11:") {
        Some(number) if number.starts_with(|first: char| first.is_ascii_digit()) => format!(":{number}"),
        Some(display) => display.to_owned(),
        None if matches!(spec, "auto" | "x11") => env::var("DISPLAY").map_err(|_| OpenError::NoDesktop)?,
        None => return Err(OpenError::Spec { spec: spec.to_owned() }),
    };
    let x11 = X11 { display };
    x11.connect()?;
    Ok(Arc::new(x11))
}

impl X11 {
    fn connect(&self) -> Result<Server, OpenError> {
        Server::connect(&self.display)
    }
}

impl System for X11 {
    fn displays(&self) -> Result<Box<dyn Displays>, OpenError> {
        Ok(Box::new(display::X11Displays::open(self.connect()?)?))
    }

    fn capture(&self, display: u8) -> Result<Box<dyn Capture>, OpenError> {
        Ok(Box::new(capture::X11Capture::open(self.connect()?, display)?))
    }

    fn cursor(&self) -> Result<Box<dyn Cursor>, OpenError> {
        Ok(Box::new(cursor::X11Cursor::open(self.connect()?)?))
    }

    fn input(&self) -> Result<Box<dyn Input>, OpenError> {
        Ok(Box::new(input::X11Input::open(self.connect()?)?))
    }
    fn wallpaper(&self) -> Result<Box<dyn Wallpaper>, OpenError> {
        Ok(Box::new(wallpaper::X11Wallpaper::open(self.connect()?, &self.display)?))
    }

    fn clipboard(&self) -> Result<Box<dyn Clipboard>, OpenError> {
        Ok(Box::new(clipboard::X11Clipboard::open(self.connect()?)?))
    }

    fn system(&self) -> Box<dyn SystemInformation> {
        Box::new(system::LinuxSystem::default())
    }

    fn actions(&self) -> Box<dyn Actions> {
        Box::new(actions::LinuxActions::new(&self.display))
    }

    fn privacy(&self) -> Box<dyn Privacy> {
        Box::new(privacy::NoPrivacy::default())
    }
}
