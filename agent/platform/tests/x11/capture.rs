//! What is captured is what the server shows, and only when it changes.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use frame::{Picture, Rect, Size};
use platform::Capture;
use x11rb::{
    connection::Connection,
    protocol::xproto::{
        ChangeGCAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, Rectangle, WindowClass,
    },
    rust_connection::RustConnection,
};

use crate::server::{SOON, Server, image, next};

const SIZE: Size = Size::new(640, 480);

/// A window of the test's own over the whole screen, to draw on.
struct Canvas {
    conn: RustConnection,
    window: u32,
    gc: u32,
}

impl Canvas {
    fn open(server: &Server) -> Result<Self> {
        let (conn, screen) = server.connect()?;
        let (window, gc) = (conn.generate_id()?, conn.generate_id()?);
        let look = CreateWindowAux::new().background_pixel(0x20_40_60).override_redirect(1);
        let (width, height) = (SIZE.width as u16, SIZE.height as u16);
        conn.create_window(
            0,
            window,
            screen.root,
            0,
            0,
            width,
            height,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &look,
        )?;
        conn.create_gc(gc, window, &CreateGCAux::new())?;
        conn.map_window(window)?.check()?;
        Ok(Self { conn, window, gc })
    }

    fn fill(&self, rect: Rect, color: u32) -> Result<()> {
        let rect = Rectangle {
            x: rect.x as i16,
            y: rect.y as i16,
            width: rect.width as u16,
            height: rect.height as u16,
        };
        self.conn.change_gc(self.gc, &ChangeGCAux::new().foreground(color))?;
        self.conn.poly_fill_rectangle(self.window, self.gc, &[rect])?.check()?;
        Ok(())
    }
}

/// Captures until nothing changes any more; the last picture, if any.
fn settle(capture: &mut dyn Capture) -> Result<Option<Picture>> {
    let mut last = None;
    while let Some(captured) = capture.next_frame(Duration::from_millis(100))? {
        let mut picture = Picture::new(captured.frame.size())?;
        picture.copy_from(&captured.frame, Rect::of(captured.frame.size()));
        last = Some(crate::server::visible(picture));
    }
    Ok(last)
}

#[test]
fn the_first_frame_is_the_whole_display() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let _canvas = Canvas::open(&server)?;
    let mut capture = server.platform()?.capture(0)?;
    let (picture, damage) = next(capture.as_mut())?;
    let (conn, screen) = server.connect()?;
    assert_eq!(damage, [Rect::of(SIZE)]);
    assert!(picture == image(&conn, &screen, Rect::of(SIZE))?);
    Ok(())
}

#[test]
fn what_is_drawn_arrives_pixel_for_pixel_with_its_place() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    draw_and_compare(&server)
}

#[test]
fn a_server_without_shared_memory_is_captured_too() -> Result<()> {
    let Some(server) = Server::xvfb_with(SIZE, &["-extension", "MIT-SHM"])? else { return Ok(()) };
    draw_and_compare(&server)
}

#[test]
fn pixels_of_another_form_are_refused_and_not_guessed() -> Result<()> {
    let Some(server) = Server::xvfb_with(SIZE, &["-screen", "0", "320x200x16"])? else { return Ok(()) };
    let refused = server.platform()?.capture(0).map(|_| ()).map_err(|error| error.to_string());
    let refused = refused.expect_err("16 bits are not BGRX");
    assert!(refused.contains("BGRX") && refused.contains("16"), "{refused}");
    Ok(())
}

#[test]
fn a_server_without_damage_events_is_refused_by_name() -> Result<()> {
    let Some(server) = Server::xvfb_with(SIZE, &["-extension", "DAMAGE"])? else { return Ok(()) };
    let refused = server.platform()?.capture(0).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(refused, Err("the display server has no DAMAGE extension".to_owned()));
    Ok(())
}

fn draw_and_compare(server: &Server) -> Result<()> {
    let canvas = Canvas::open(server)?;
    let mut capture = server.platform()?.capture(0)?;
    settle(capture.as_mut())?.context("the first frame")?;
    let (conn, screen) = server.connect()?;
    // Corners, single pixels, a far pair in one go, and one that hangs over the edge.
    let drawn = [(0, 0, 1, 1), (639, 479, 1, 1), (100, 50, 31, 17), (630, 200, 100, 3), (5, 400, 200, 79)];
    for (step, (x, y, width, height)) in (1..).zip(drawn) {
        let rect = Rect::new(x, y, width, height);
        canvas.fill(rect, 0x01_02_03 * step)?;
        let (picture, damage) = next(capture.as_mut())?;
        let visible = rect.clip(SIZE).context("visible")?;
        assert!(damage.iter().any(|damage| damage.covers(visible)), "{damage:?} lacks {visible:?}");
        assert!(damage.iter().all(|damage| visible.covers(*damage)), "{damage:?} is more than {visible:?}");
        assert!(picture == image(&conn, &screen, Rect::of(SIZE))?, "after {rect:?}");
    }
    Ok(())
}

#[test]
fn many_small_changes_come_as_few_rectangles_and_an_exact_picture() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let canvas = Canvas::open(&server)?;
    let mut capture = server.platform()?.capture(0)?;
    settle(capture.as_mut())?.context("the first frame")?;
    for step in 0..300 {
        canvas.fill(Rect::new(step * 97 % 640, step * 61 % 480, 3, 2), 0x10_00_01 * step)?;
    }
    let picture = settle(capture.as_mut())?.context("changes")?;
    let (conn, screen) = server.connect()?;
    assert!(picture == image(&conn, &screen, Rect::of(SIZE))?);
    Ok(())
}

#[test]
fn programs_of_the_desktop_are_captured_as_they_draw() -> Result<()> {
    let Some(mut server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let mut capture = server.platform()?.capture(0)?;
    next(capture.as_mut())?;
    if !server.spawn("xterm", &["-geometry", "60x20+10+10", "-e", "sh", "-c", "seq 2000; sleep 60"])? {
        return Ok(());
    }
    next(capture.as_mut())?;
    let picture = settle(capture.as_mut())?.context("the terminal's text")?;
    let (conn, screen) = server.connect()?;
    assert!(picture == image(&conn, &screen, Rect::of(SIZE))?);
    Ok(())
}

#[test]
fn an_idle_display_gives_nothing_and_costs_nothing() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let mut capture = server.platform()?.capture(0)?;
    settle(capture.as_mut())?;
    let (begun, used) = (Instant::now(), cpu_time()?);
    assert!(capture.next_frame(Duration::from_secs(1))?.is_none());
    assert!(Duration::from_secs(1) <= begun.elapsed());
    let used = cpu_time()? - used;
    assert!(used < Duration::from_millis(5), "{used:?} for a second of waiting");
    Ok(())
}

#[test]
fn a_wake_from_another_thread_ends_the_wait() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let mut capture = server.platform()?.capture(0)?;
    settle(capture.as_mut())?;
    let waker = capture.waker();
    let begun = Instant::now();
    let waiting = thread::spawn(move || capture.next_frame(SOON * 10).map(|found| found.is_none()));
    waker.wake();
    assert_eq!(waiting.join().ok(), Some(Ok(true)));
    assert!(begun.elapsed() < SOON);
    Ok(())
}

#[test]
fn a_server_that_ends_is_an_error() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let mut capture = server.platform()?.capture(0)?;
    next(capture.as_mut())?;
    drop(server);
    while let Ok(found) = capture.next_frame(SOON) {
        assert!(found.is_some(), "a lost server looks like an idle one");
    }
    Ok(())
}

/// The time that this thread has spent on a processor.
fn cpu_time() -> Result<Duration> {
    let line = fs::read_to_string("/proc/thread-self/schedstat")?;
    let ns = line.split(' ').next().context("a number")?.parse()?;
    Ok(Duration::from_nanos(ns))
}
