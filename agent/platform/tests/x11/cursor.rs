//! The pointer's look and place.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use frame::{Point, Size};
use platform::{Cursor, CursorEvent, CursorShape};

use crate::server::{SOON, Server};

fn shape(cursor: &mut dyn Cursor) -> Result<CursorShape> {
    loop {
        match cursor.next_event(SOON)?.context("no shape")? {
            CursorEvent::Shape(shape) => return Ok(shape),
            CursorEvent::Moved { .. } => {}
        }
    }
}

#[test]
fn the_shape_changes_with_the_window_under_the_pointer() -> Result<()> {
    let Some(mut server) = Server::xvfb(Size::new(320, 200))? else { return Ok(()) };
    let platform = server.platform()?;
    let (mut cursor, mut input) = (platform.cursor()?, platform.input()?);
    input.pointer(0, Point::new(319, 199))?;
    let first = shape(cursor.as_mut())?;
    input.pointer(0, Point::new(50, 50))?;
    if !server.spawn("xterm", &["-geometry", "20x5+0+0"])? {
        return Ok(());
    }
    let second = shape(cursor.as_mut())?;
    assert!(first != second);
    check(&second);
    input.pointer(0, Point::new(319, 199))?;
    assert!(shape(cursor.as_mut())? == first);
    Ok(())
}

#[test]
fn a_shape_that_outlives_its_program_is_shown_all_the_same() -> Result<()> {
    let Some(server) = Server::xvfb(Size::new(320, 200))? else { return Ok(()) };
    let mut cursor = server.platform()?.cursor()?;
    let first = shape(cursor.as_mut())?;
    if !server.run("xsetroot", &["-cursor_name", "watch"])? {
        return Ok(());
    }
    let second = shape(cursor.as_mut())?;
    assert!(first != second);
    check(&second);
    Ok(())
}

fn check(shape: &CursorShape) {
    assert_eq!(shape.rgba.len() as u64, 4 * shape.size.area());
    assert!(shape.hot.x < shape.size.width && shape.hot.y < shape.size.height);
    assert!(shape.rgba.chunks(4).any(|pixel| pixel[3] == 255), "something can be seen");
}

#[test]
fn moves_are_seen_whoever_makes_them() -> Result<()> {
    let Some(server) = Server::xvfb(Size::new(320, 200))? else { return Ok(()) };
    let platform = server.platform()?;
    let (mut cursor, mut input) = (platform.cursor()?, platform.input()?);
    while cursor.next_event(Duration::from_millis(100))?.is_some() {}
    for at in [Point::new(10, 20), Point::new(300, 150), Point::new(299, 150)] {
        input.pointer(0, at)?;
        let Some(CursorEvent::Moved { display: 0, at: seen }) = cursor.next_event(SOON)? else {
            bail!("no move")
        };
        assert_eq!(seen, at);
    }
    input.pointer(0, Point::new(5_000, 5_000))?;
    let corner = CursorEvent::Moved { display: 0, at: Point::new(319, 199) };
    assert_eq!(cursor.next_event(SOON)?, Some(corner));
    assert_eq!(cursor.next_event(Duration::from_millis(50))?, None);
    Ok(())
}
