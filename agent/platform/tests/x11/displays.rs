//! The list of displays, and what happens when it changes under a running capture.

use std::time::Duration;

use anyhow::{Context, Result};
use frame::{Point, Rect, Size};
use platform::CaptureError;
use x11rb::protocol::xproto::ConnectionExt as _;

use crate::server::{SOON, Server, image, next};

#[test]
fn s179_the_primary_display_is_marked() -> Result<()> {
    let Some(server) = Server::xvfb(Size::new(320, 200))? else { return Ok(()) };
    let displays = server.platform()?.displays()?;
    let [display] = displays.list() else { anyhow::bail!("{:?}", displays.list()) };
    assert_eq!((display.id, display.rect), (0, Rect::new(0, 0, 320, 200)));
    assert!(display.primary && !display.name.is_empty());
    assert_eq!(display.scale, 1.0);
    Ok(())
}

#[test]
fn a_resize_ends_the_capture_and_the_next_one_has_the_new_size() -> Result<()> {
    let Some(server) = Server::xvnc(Size::new(640, 480))? else { return Ok(()) };
    let platform = server.platform()?;
    let mut displays = platform.displays()?;
    let mut capture = platform.capture(0)?;
    next(capture.as_mut())?;
    if !server.run("xrandr", &["--output", "VNC-0", "--mode", "800x600"])? {
        return Ok(());
    }
    let ended = loop {
        match capture.next_frame(SOON) {
            Ok(found) => assert!(found.is_some(), "the resize went unnoticed"),
            Err(error) => break error,
        }
    };
    assert_eq!(ended, CaptureError::Resized);
    while displays.list().iter().all(|display| display.rect.size() != Size::new(800, 600)) {
        assert!(displays.wait(SOON)?, "the list still is {:?}", displays.list());
    }
    let (conn, screen) = server.connect()?;
    let (picture, damage) = next(platform.capture(0)?.as_mut())?;
    assert_eq!(damage, [Rect::new(0, 0, 800, 600)]);
    assert!(picture == image(&conn, &screen, Rect::new(0, 0, 800, 600))?);
    Ok(())
}

#[test]
fn s178_displays_side_by_side_are_shown_and_controlled_each_by_itself() -> Result<()> {
    let Some(mut server) = Server::xvfb(Size::new(640, 480))? else { return Ok(()) };
    let platform = server.platform()?;
    let mut displays = platform.displays()?;
    for monitor in [["left", "200/50x480/120+0+0", "screen"], ["right", "440/110x400/100+200+80", "none"]] {
        if !server.run("xrandr", &[&["--setmonitor"], &monitor[..]].concat())? {
            return Ok(());
        }
    }
    let right = Rect::new(200, 80, 440, 400);
    while displays.list().iter().all(|display| display.rect != right) {
        assert!(displays.wait(SOON)?, "the list still is {:?}", displays.list());
    }
    let id = displays.list().iter().find(|display| display.rect == right).map(|display| display.id);
    let id = id.context("the right display")?;

    let mut capture = platform.capture(id)?;
    assert_eq!(next(capture.as_mut())?.1, [Rect::new(0, 0, 440, 400)]);
    if !server.spawn("xterm", &["-geometry", "20x5+150+40", "-e", "sleep", "60"])? {
        return Ok(());
    }
    let (_, damage) = next(capture.as_mut())?;
    assert!(damage.iter().all(|damage| damage.x == 0 && damage.y == 0), "{damage:?} hangs over the corner");
    while let Some(captured) = capture.next_frame(Duration::from_millis(200))? {
        assert_eq!(captured.frame.size(), right.size());
    }
    let (conn, screen) = server.connect()?;
    platform.input()?.pointer(id, Point::new(7, 9))?;
    let pointer = conn.query_pointer(screen.root)?.reply()?;
    assert_eq!((pointer.root_x, pointer.root_y), (207, 89));
    let (picture, _) = next(platform.capture(id)?.as_mut())?;
    assert!(picture == image(&conn, &screen, right)?);
    Ok(())
}

#[test]
fn nothing_is_told_while_no_display_changes() -> Result<()> {
    let Some(server) = Server::xvfb(Size::new(320, 200))? else { return Ok(()) };
    let mut displays = server.platform()?.displays()?;
    assert!(!displays.wait(Duration::from_millis(50))?);
    displays.waker().wake();
    assert!(!displays.wait(SOON * 10)?);
    Ok(())
}

#[test]
fn a_display_that_is_not_there_cannot_be_captured() -> Result<()> {
    let Some(server) = Server::xvfb(Size::new(320, 200))? else { return Ok(()) };
    let refused = server.platform()?.capture(7).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(refused, Err("there is no display 7".to_owned()));
    Ok(())
}
