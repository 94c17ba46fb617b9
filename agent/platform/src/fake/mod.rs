//! A desktop without a system: it plays recordings, or shows what a test draws, and keeps injected input.
//!
//! [`Desktop`] is the handle for tests: draw, resize, change the pointer, read the [`InputLog`]. Its
//! [`Desktop::platform`] goes to the code under test. There is no thread behind it; a recording advances
//! while somebody captures.

mod actions;
mod capture;
mod clipboard;
mod cursor;
mod display;
mod input;
mod privacy;
mod reader;
mod recording;
mod state;
mod system;
mod wallpaper;

use std::sync::Arc;

use frame::{Picture, Point, Rect, Size};

pub use self::{
    input::{Injected, InputLog},
    reader::{FrameHead, RecordingReader},
};
use self::{
    recording::{Options, Recording},
    state::Shared,
};
use crate::{
    Actions, Capture, Clipboard, Cursor, CursorShape, Displays, Input, OpenError, Platform, Privacy, System,
    SystemInformation, Wallpaper, clipboard::Clip, privacy::Shut,
};

/// A fake desktop. Clones are handles to the same one.
#[derive(Clone)]
pub struct Desktop {
    shared: Arc<Shared>,
}

impl Desktop {
    /// A desktop with one display that shows a coloured pattern and stands still.
    ///
    /// # Errors
    /// [`OpenError::TooLarge`] where a side is longer than [`frame::EXTENT_MAX`].
    pub fn pattern(size: Size) -> Result<Self, OpenError> {
        Ok(Self { shared: Shared::new(pattern(size)?, None) })
    }

    /// The desktop as the agent sees it.
    pub fn platform(&self) -> Platform {
        Platform(Arc::new(self.clone()))
    }

    /// Draws on a display. `draw` says which rectangle it changed; that becomes damage for every capture.
    /// Does nothing where there is no such display.
    pub fn draw(&self, display: u8, draw: impl FnOnce(&mut Picture) -> Rect) {
        self.shared.change(|state| {
            if let Some(screen) = state.screen_mut(display) {
                let changed = draw(&mut screen.picture);
                screen.damage(changed);
            }
        });
    }

    /// Gives a display another size and shows the pattern on it. Its captures end with
    /// [`crate::CaptureError::Resized`]. Does nothing where there is no such display.
    ///
    /// # Errors
    /// [`OpenError::TooLarge`] where a side is longer than [`frame::EXTENT_MAX`].
    pub fn resize(&self, display: u8, size: Size) -> Result<(), OpenError> {
        let picture = pattern(size)?;
        self.shared.change(|state| state.resize(display, picture));
        Ok(())
    }

    /// Switches on one more display, to the right of the others.
    ///
    /// # Errors
    /// [`OpenError::TooLarge`] where a side is longer than [`frame::EXTENT_MAX`].
    pub fn add_display(&self, size: Size) -> Result<(), OpenError> {
        let picture = pattern(size)?;
        self.shared.change(|state| state.add(picture));
        Ok(())
    }

    /// A copy of what a display shows now, or `None` where there is no such display.
    pub fn picture(&self, display: u8) -> Option<Picture> {
        self.shared.state.lock().screen_mut(display).map(|screen| screen.picture.clone())
    }

    /// Gives the pointer another look.
    pub fn set_cursor(&self, shape: CursorShape) {
        self.shared.change(|state| state.cursor.set_shape(shape));
    }

    /// Moves the pointer, as somebody at the computer would.
    pub fn move_pointer(&self, display: u8, at: Point) {
        self.shared.change(|state| state.cursor.move_to(display, at));
    }

    /// Puts a wallpaper behind the windows, by a name.
    pub fn set_wallpaper(&self, name: &str) {
        self.shared.change(|state| state.backdrop.name = Some(name.to_owned()));
    }

    /// Whether there is a wallpaper, and it is hidden.
    pub fn is_wallpaper_hidden(&self) -> bool {
        self.shared.state.lock().backdrop.is_hidden
    }

    /// Copies something, as a program at the computer does.
    pub fn copy(&self, clips: Vec<Clip>) {
        self.shared.change(|state| state.board.fill(clips, false));
    }

    /// What is in the clipboard.
    pub fn copied(&self) -> Vec<Clip> {
        self.shared.state.lock().board.clips.clone()
    }

    /// What was done to the computer, oldest first.
    pub fn done(&self) -> Vec<String> {
        self.shared.state.lock().doings.done.clone()
    }

    /// What is shut off for the customer.
    pub fn shut(&self) -> Shut {
        self.shared.state.lock().blinds.shut
    }

    /// The customer presses Ctrl+Alt+Del.
    pub fn take_back(&self) {
        self.shared.change(|state| state.blinds.takes_back = true);
    }

    /// What was injected so far.
    pub fn input_log(&self) -> InputLog {
        self.shared.log.clone()
    }
}

impl System for Desktop {
    fn displays(&self) -> Result<Box<dyn Displays>, OpenError> {
        Ok(Box::new(display::FakeDisplays::open(&self.shared)))
    }

    fn capture(&self, display: u8) -> Result<Box<dyn Capture>, OpenError> {
        Ok(Box::new(capture::FakeCapture::open(&self.shared, display)?))
    }

    fn cursor(&self) -> Result<Box<dyn Cursor>, OpenError> {
        Ok(Box::new(cursor::FakeCursor::open(&self.shared)))
    }

    fn input(&self) -> Result<Box<dyn Input>, OpenError> {
        Ok(Box::new(input::FakeInput::open(&self.shared)))
    }

    fn wallpaper(&self) -> Result<Box<dyn Wallpaper>, OpenError> {
        Ok(Box::new(wallpaper::FakeWallpaper::open(&self.shared)))
    }

    fn clipboard(&self) -> Result<Box<dyn Clipboard>, OpenError> {
        Ok(Box::new(clipboard::FakeClipboard::open(&self.shared)))
    }

    fn system(&self) -> Box<dyn SystemInformation> {
        Box::new(system::FakeSystem::open(&self.shared))
    }

    fn actions(&self) -> Box<dyn Actions> {
        Box::new(actions::FakeActions::open(&self.shared))
    }

    fn privacy(&self) -> Box<dyn Privacy> {
        Box::new(privacy::FakePrivacy::open(&self.shared))
    }
}

/// Opens what stands behind `fake:` in a platform's name.
pub(crate) fn open(source: &str) -> Result<Arc<dyn System>, OpenError> {
    let unknown = || OpenError::Spec { spec: format!("fake:{source}") };
    if let Some(size) = source.strip_prefix("pattern:") {
        let (width, height) = size.split_once('x').ok_or_else(unknown)?;
        let parse = |number: &str| number.parse().map_err(|_| unknown());
        return Ok(Arc::new(Desktop::pattern(Size::new(parse(width)?, parse(height)?))?));
    }
    let (path, options) = source.split_once('?').unwrap_or((source, ""));
    let options = Options::parse(options).ok_or_else(unknown)?;
    let recording = Recording::open(path.as_ref(), options)
        .map_err(|source| OpenError::Recording { path: path.to_owned(), source })?;
    let picture = Picture::new(recording.size()).map_err(|_| OpenError::TooLarge(recording.size()))?;
    Ok(Arc::new(Desktop { shared: Shared::new(picture, Some(recording)) }))
}

/// A gradient under a checkerboard: colours, edges and flat places.
fn pattern(size: Size) -> Result<Picture, OpenError> {
    let mut picture = Picture::new(size).map_err(|_| OpenError::TooLarge(size))?;
    let rows = picture.rows_mut(Rect::of(size));
    for (y, row) in rows.enumerate() {
        for (x, pixel) in row.chunks_exact_mut(frame::PIXEL_BYTES).enumerate() {
            let light = if (x / 32 + y / 32) % 2 == 0 { 0 } else { 0x40 };
            pixel.copy_from_slice(&[(x / 8) as u8 | light, (y / 8) as u8 | light, light, 0]);
        }
    }
    Ok(picture)
}
