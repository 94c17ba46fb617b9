//! The list of displays, and what happens when it changes under a running capture.

use std::time::Duration;

use anyhow::Result;
use frame::{Rect, Size};
use platform::CaptureError;

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
