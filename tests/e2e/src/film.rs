//! A film on a desktop: a window whose pixels change all at once, many times a second, around a still that is known.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, ensure};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt as _, CreateGCAux, CreateWindowAux, ImageFormat, WindowClass};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Where films are shown.
pub const PLACE: (u16, u16) = (301, 203);

/// Width and height of a film.
pub const SIZE: (u16, u16) = (480, 270);

/// How far a film's pixels are from the still at most.
pub const WOBBLE: u8 = 6;

/// Rows that go to the X server at once: a request has a limit.
const STRIP_ROWS: u16 = 90;

const INTERVAL: Duration = Duration::from_millis(40);

/// A window that plays until it is told to stop; then it shows its last picture.
pub struct Film {
    /// A word stops it; without this end its window closes.
    stop: Option<Sender<()>>,
    player: Option<JoinHandle<anyhow::Result<()>>>,
}

impl Film {
    /// Opens the window on a display such as `:7`.
    ///
    /// # Errors
    /// When the X server does not take it.
    pub fn play(display: &str) -> anyhow::Result<Self> {
        let screen = Screen::open(display)?;
        let (stop, stopped) = channel();
        let player = std::thread::spawn(move || {
            for number in 0.. {
                screen.draw(number)?;
                if stopped.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            // The window lives as long as its connection.
            while stopped.recv().is_ok() {}
            Ok(())
        });
        Ok(Self { stop: Some(stop), player: Some(player) })
    }

    /// The film stands still from now on.
    pub fn stop(&self) {
        if let Some(stop) = &self.stop {
            // A player that failed says so at the end.
            let _ = stop.send(());
        }
    }

    /// The red, green and blue of the still at a pixel of the film.
    pub fn still(x: u16, y: u16) -> [u8; 3] {
        let wave = |place: u32, length: u32| {
            let place = place % length;
            (u32::from(WOBBLE) + place.min(length - place) * 2 * (243 / length).max(1)).min(245) as u8
        };
        let (x, y) = (u32::from(x), u32::from(y));
        [wave(3 * x + y, 211), wave(x + 2 * y, 173), wave(2 * x + 500 - y, 121)]
    }
}

impl Drop for Film {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(Ok(Err(error))) = self.player.take().map(JoinHandle::join) {
            eprintln!("the film: {error:#}");
        }
    }
}

struct Screen {
    connection: RustConnection,
    window: u32,
    context: u32,
    depth: u8,
}

impl Screen {
    fn open(display: &str) -> anyhow::Result<Self> {
        let (connection, number) = x11rb::connect(Some(display))?;
        let screen = connection.setup().roots.get(number).context("no screen")?;
        let (root, depth, visual) = (screen.root, screen.root_depth, screen.root_visual);
        ensure!(depth == 24, "a screen of {depth} bits");
        let (window, context) = (connection.generate_id()?, connection.generate_id()?);
        let ((x, y), (width, height)) = (PLACE, SIZE);
        connection.create_window(
            depth,
            window,
            root,
            x as i16,
            y as i16,
            width,
            height,
            0,
            WindowClass::INPUT_OUTPUT,
            visual,
            &CreateWindowAux::new().override_redirect(1),
        )?;
        connection.create_gc(context, window, &CreateGCAux::new())?;
        connection.map_window(window)?;
        connection.sync()?;
        Ok(Self { connection, window, context, depth })
    }

    fn draw(&self, number: u32) -> anyhow::Result<()> {
        let (width, height) = SIZE;
        for top in (0..height).step_by(usize::from(STRIP_ROWS)) {
            let rows = STRIP_ROWS.min(height - top);
            let pixels: Vec<u8> =
                (top..top + rows).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y, number))).collect();
            let (window, context) = (self.window, self.context);
            let format = ImageFormat::Z_PIXMAP;
            let drawn = self
                .connection
                .put_image(format, window, context, width, rows, 0, top as i16, 0, self.depth, &pixels);
            drawn?;
        }
        Ok(self.connection.sync()?)
    }
}

/// A pixel of a film's picture as X servers take it: blue, green, red and nothing.
fn pixel(x: u16, y: u16, number: u32) -> [u8; 4] {
    let seed = (u32::from(x) / 3).wrapping_mul(7_919) ^ (u32::from(y) / 3).wrapping_mul(104_729);
    let wobble = (seed.wrapping_add(number.wrapping_mul(1_299_709)) >> 7) % (2 * u32::from(WOBBLE) + 1);
    let [red, green, blue] = Film::still(x, y);
    let shift = |color: u8| color.saturating_add(wobble as u8).saturating_sub(WOBBLE);
    [shift(blue), shift(green), shift(red), 0]
}
