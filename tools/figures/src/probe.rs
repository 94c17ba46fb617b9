//! A window that changes its colour whenever a key is pressed: what input to pixel is measured with.

use std::time::Duration;

use anyhow::Context;
use e2e::wait;
use frame::{PIXEL_BYTES, Picture};
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeGCAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, EventMask, InputFocus, Rectangle, Window,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// Place of the window's left upper corner, on both axes: it lies across edges of tiles.
pub const PLACE: u16 = 40;

/// Its width and height.
pub const EXTENT: u16 = 160;

/// Its two colours, as the pixels of a 24-bit visual.
const COLORS: [u32; 2] = [0x0020_3040, 0x00f0_c040];

/// How long the window may take to show, or to have the keyboard.
const BOUND: Duration = Duration::from_secs(10);

/// The window; it is gone with its X server.
pub struct Probe {
    connection: RustConnection,
    window: Window,
}

impl Probe {
    /// Shows the window on a display and gives it the keyboard.
    ///
    /// # Errors
    /// When the X server refuses.
    pub fn show(display: &str) -> anyhow::Result<Self> {
        let (connection, screen) = x11rb::connect(Some(display))?;
        let root = connection.setup().roots.get(screen).context("a screen")?.root;
        let window = connection.generate_id()?;
        let aux = CreateWindowAux::new()
            .background_pixel(COLORS[0])
            .override_redirect(1)
            .event_mask(EventMask::KEY_PRESS);
        connection.create_window(
            COPY_DEPTH_FROM_PARENT,
            window,
            root,
            PLACE as i16,
            PLACE as i16,
            EXTENT,
            EXTENT,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &aux,
        )?;
        connection.map_window(window)?.check()?;
        let (listening, _) = x11rb::connect(Some(display))?;
        let aux = x11rb::protocol::xproto::ChangeWindowAttributesAux::new().event_mask(EventMask::KEY_PRESS);
        listening.change_window_attributes(window, &aux)?.check()?;
        std::thread::spawn(move || flip(&listening, window));
        let probe = Self { connection, window };
        probe.take_keyboard()?;
        Ok(probe)
    }

    /// Takes the keyboard, also from a window that was shown since.
    ///
    /// # Errors
    /// When something else keeps it.
    pub fn take_keyboard(&self) -> anyhow::Result<()> {
        wait::until("the keyboard", BOUND, || {
            self.connection.set_input_focus(InputFocus::PARENT, self.window, x11rb::CURRENT_TIME).ok()?;
            // A window manager that answers to a window shown a moment ago takes it away again.
            std::thread::park_timeout(Duration::from_millis(300));
            let focus = self.connection.get_input_focus().ok()?.reply().ok()?.focus;
            (focus == self.window).then_some(())
        })
    }
}

/// Changes the colour at each key until the X server is gone.
fn flip(connection: &RustConnection, window: Window) -> anyhow::Result<()> {
    let context = connection.generate_id()?;
    connection.create_gc(context, window, &CreateGCAux::new())?;
    let all = Rectangle { x: 0, y: 0, width: EXTENT, height: EXTENT };
    let mut shown = 0;
    loop {
        if let Event::KeyPress(_) = connection.wait_for_event()? {
            shown = 1 - shown;
            connection.change_gc(context, &ChangeGCAux::new().foreground(COLORS[shown]))?;
            connection.poly_fill_rectangle(window, context, &[all])?;
            connection.flush()?;
        }
    }
}

/// Which of its two colours the whole window has in a picture; `None` while it has both or another.
pub fn color(picture: &Picture) -> Option<usize> {
    let (place, extent) = (usize::from(PLACE), usize::from(EXTENT));
    let rows = picture.pixels().chunks_exact(picture.stride()).skip(place).take(extent);
    let mut pixels =
        rows.flat_map(|row| row.chunks_exact(PIXEL_BYTES).skip(place).take(extent)).map(|pixel| &pixel[..3]);
    let first = pixels.next()?;
    let color = COLORS.iter().position(|color| color.to_le_bytes()[..3] == *first)?;
    pixels.all(|pixel| pixel == first).then_some(color)
}
