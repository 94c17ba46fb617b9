//! The wallpaper behind the windows: hidden while all that is watched is in modes that leave it out.
//!
//! A thread of its own follows the newest wish, since other programs may have to be asked. What is needed to show the
//! wallpaper again is stored before it is hidden: after a crash the next start shows it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use parking_lot::{Condvar, Mutex};
use platform::{OpenError, Platform, Wallpaper};

use crate::identity::write_private;

/// Where in the state folder the note about a hidden wallpaper is.
const FILE: &str = "wallpaper";

/// Hides the wallpaper and shows it again. Cheap to clone; with the last clone the wallpaper is shown.
#[derive(Clone)]
pub struct Curtain(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    wish: Mutex<Wish>,
    changed: Condvar,
}

/// What the thread is to do next; only the newest wish counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Wish {
    is_hidden: bool,
    is_over: bool,
}

/// Why a curtain cannot be hung.
#[derive(Debug, thiserror::Error)]
pub enum CurtainError {
    /// The desktop lacks something.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No thread can be made.
    #[error("no thread: {0}")]
    Thread(#[from] io::Error),
}

/// Why a wish was not followed.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Lost(#[from] platform::Lost),
    #[error("the note in the state folder: {0}")]
    Note(#[from] io::Error),
}

impl Curtain {
    /// Shows a wallpaper that an earlier process hid, and waits for wishes.
    ///
    /// # Errors
    /// [`CurtainError`] says what is missing.
    pub fn hang(platform: &Platform, state: &Path) -> Result<Self, CurtainError> {
        let mut rail = Rail { wallpaper: platform.wallpaper()?, note: state.join(FILE), is_hidden: false };
        let shared = Arc::new(Shared::default());
        let followed = Arc::clone(&shared);
        let thread = thread::Builder::new().name("wallpaper".into()).spawn(move || rail.follow(&followed))?;
        Ok(Self(Arc::new(Inner { shared, thread: Some(thread) })))
    }

    /// Hides the wallpaper, or shows it; soon, and without waiting for it.
    pub fn set_hidden(&self, is_hidden: bool) {
        self.0.shared.wish.lock().is_hidden = is_hidden;
        self.0.shared.changed.notify_all();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        *self.shared.wish.lock() = Wish { is_hidden: false, is_over: true };
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed already.
            let _ = thread.join();
        }
    }
}

/// What the thread works with.
struct Rail {
    wallpaper: Box<dyn Wallpaper>,
    note: PathBuf,
    is_hidden: bool,
}

impl Rail {
    fn follow(&mut self, shared: &Shared) {
        self.note_failure(Self::show);
        loop {
            let wish = {
                let mut wish = shared.wish.lock();
                while wish.is_hidden == self.is_hidden && !wish.is_over {
                    shared.changed.wait(&mut wish);
                }
                *wish
            };
            if wish.is_hidden != self.is_hidden {
                // A wish that failed is not tried again until there is another.
                self.is_hidden = wish.is_hidden;
                self.note_failure(if wish.is_hidden { Self::hide } else { Self::show });
            }
            if wish.is_over {
                return;
            }
        }
    }

    fn hide(&mut self) -> Result<(), Failed> {
        let Some(original) = self.wallpaper.original()? else { return Ok(()) };
        write_private(&self.note, &original)?;
        Ok(self.wallpaper.hide()?)
    }

    /// Shows what the note tells of, if there is one.
    fn show(&mut self) -> Result<(), Failed> {
        let original = match fs::read_to_string(&self.note) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            read => read?,
        };
        self.wallpaper.show(&original)?;
        Ok(fs::remove_file(&self.note)?)
    }

    fn note_failure(&mut self, step: impl FnOnce(&mut Self) -> Result<(), Failed>) {
        if let Err(error) = step(self) {
            tracing::warn!(%error, "the wallpaper stays as it is");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use frame::Size;
    use platform::fake;

    use super::*;

    fn desktop() -> fake::Desktop {
        let desktop = fake::Desktop::pattern(Size::new(64, 64)).expect("a small desktop");
        desktop.set_wallpaper("mountains");
        desktop
    }

    fn until_hidden(desktop: &fake::Desktop, is_hidden: bool) {
        let end = Instant::now() + Duration::from_secs(10);
        while desktop.is_wallpaper_hidden() != is_hidden {
            assert!(Instant::now() < end, "hidden: {}", !is_hidden);
            thread::yield_now();
        }
    }

    #[test]
    fn s183_the_wallpaper_comes_back_when_it_is_to_be_seen_and_at_the_end() {
        let (desktop, state) = (desktop(), tempfile::tempdir().expect("a folder"));
        let curtain = Curtain::hang(&desktop.platform(), state.path()).expect("a curtain");
        for is_hidden in [true, false, true] {
            curtain.set_hidden(is_hidden);
            until_hidden(&desktop, is_hidden);
        }
        drop(curtain);
        assert!(!desktop.is_wallpaper_hidden());
        assert!(!state.path().join(FILE).exists());
    }

    #[test]
    fn s183_the_next_start_shows_what_a_crash_left_hidden() {
        let (desktop, state) = (desktop(), tempfile::tempdir().expect("a folder"));
        let curtain = Curtain::hang(&desktop.platform(), state.path()).expect("a curtain");
        curtain.set_hidden(true);
        until_hidden(&desktop, true);
        // As a killed process, it never gets to its end.
        std::mem::forget(curtain);
        let next = Curtain::hang(&desktop.platform(), state.path()).expect("a curtain");
        until_hidden(&desktop, false);
        drop(next);
    }
}
