//! The pointer of an X server: XFIXES tells when it looks different, XInput 2 when it moves.
//!
//! Nothing is polled. Once it has moved, the connection is left alone for [`CURSOR_MOVE_INTERVAL`], so that a
//! fast mouse wakes us 30 times a second and no more.

use std::time::{Duration, Instant};

use frame::{Point, Rect, Size};
use x11rb::{
    errors::ReplyError,
    protocol::{
        Event,
        xfixes::{ConnectionExt as _, CursorNotifyMask, GetCursorImageReply},
        xinput::{ConnectionExt as _, Device, EventMask, XIEventMask},
        xproto::ConnectionExt as _,
    },
};

use super::{
    connection::{Ended, Server, deadline},
    display,
};
use crate::{
    CURSOR_EXTENT_MAX, CURSOR_MOVE_INTERVAL, Cursor, CursorEvent, CursorShape, Display, Lost, OpenError,
    Waker,
};

pub(super) struct X11Cursor {
    server: Server,
    displays: Vec<Display>,
    displays_changed: bool,
    shape_changed: bool,
    moved: bool,
    /// What was told last, and when.
    told: Option<(u8, Point)>,
    quiet_until: Option<Instant>,
}

impl X11Cursor {
    pub(super) fn open(server: Server) -> Result<Self, OpenError> {
        server.require("XFIXES")?;
        server.require("XInputExtension")?;
        watch(&server)?;
        let displays = display::list(&server)?;
        Ok(Self {
            server,
            displays,
            displays_changed: false,
            shape_changed: true,
            moved: true,
            told: None,
            quiet_until: None,
        })
    }

    fn read_events(&mut self) -> Result<(), Lost> {
        while let Some(event) = self.server.next_event()? {
            match event {
                Event::XfixesCursorNotify(_) => self.shape_changed = true,
                Event::XinputRawMotion(_) => self.moved = true,
                event if display::is_change(&event) => self.displays_changed = true,
                _ => {}
            }
        }
        Ok(())
    }

    /// What is to be told now, if anything.
    fn take(&mut self) -> Result<Option<CursorEvent>, Lost> {
        if std::mem::take(&mut self.displays_changed) {
            self.displays = display::list(&self.server)?;
            self.moved = true;
        }
        if std::mem::take(&mut self.shape_changed) {
            // A program may move the pointer without a motion event; it mostly looks different there.
            self.moved = true;
            return Ok(Some(CursorEvent::Shape(self.shape()?)));
        }
        if !self.moved || self.quiet().is_some() {
            return Ok(None);
        }
        self.moved = false;
        self.quiet_until = Some(Instant::now() + CURSOR_MOVE_INTERVAL);
        let root = self.server.conn.query_pointer(self.server.root)?.reply()?;
        let found =
            locate(&self.displays, root.root_x, root.root_y).filter(|&found| self.told != Some(found));
        Ok(found.map(|(display, at)| {
            self.told = Some((display, at));
            CursorEvent::Moved { display, at }
        }))
    }

    fn shape(&self) -> Result<CursorShape, Lost> {
        match self.server.conn.xfixes_get_cursor_image()?.reply() {
            Ok(image) => Ok(shape(&image)),
            // The server keeps back the picture of a pointer whose program has ended (xsetroot does), though it
            // still shows it.
            Err(ReplyError::X11Error(_)) => Ok(CursorShape::arrow()),
            Err(error) => Err(error.into()),
        }
    }

    /// Until when nothing is to be told of moves.
    fn quiet(&self) -> Option<Instant> {
        self.quiet_until.filter(|&until| Instant::now() < until)
    }
}

impl Cursor for X11Cursor {
    fn next_event(&mut self, wait: Duration) -> Result<Option<CursorEvent>, Lost> {
        let deadline = deadline(wait);
        loop {
            self.read_events()?;
            let asked = self.displays_changed || self.shape_changed || self.moved;
            if let Some(event) = self.take()? {
                return Ok(Some(event));
            }
            if let Some(until) = self.quiet().filter(|_| self.moved) {
                if self.server.pause(until.min(deadline))? || deadline <= until {
                    return Ok(None);
                }
            } else if !asked && self.server.wait(deadline)? == Ended::Quiet {
                return Ok(None);
            }
        }
    }

    fn waker(&self) -> Waker {
        self.server.waker()
    }
}

fn watch(server: &Server) -> Result<(), Lost> {
    server.conn.xfixes_query_version(5, 0)?.reply()?;
    server.conn.xinput_xi_query_version(2, 2)?.reply()?;
    server.conn.xfixes_select_cursor_input(server.root, CursorNotifyMask::DISPLAY_CURSOR)?;
    let moves = EventMask { deviceid: Device::ALL_MASTER.into(), mask: vec![XIEventMask::RAW_MOTION] };
    server.conn.xinput_xi_select_events(server.root, &[moves])?;
    display::watch(server)
}

/// The display that a pixel of the root window is on, and which pixel of it that is.
fn locate(displays: &[Display], x: i16, y: i16) -> Option<(u8, Point)> {
    let at = Point::new(u32::try_from(x).ok()?, u32::try_from(y).ok()?);
    let display = displays.iter().find(|display| display.rect.contains(at))?;
    Some((display.id, Point::new(at.x - display.rect.x, at.y - display.rect.y)))
}

/// The server's premultiplied ARGB as straight RGBA, cut to the largest size.
fn shape(image: &GetCursorImageReply) -> CursorShape {
    let whole = Size::new(image.width.into(), image.height.into());
    let size = Size::new(whole.width.min(CURSOR_EXTENT_MAX), whole.height.min(CURSOR_EXTENT_MAX));
    if size.is_empty() {
        return CursorShape { hot: Point::default(), size: Size::new(1, 1), rgba: vec![0; 4] };
    }
    let rows = image.cursor_image.chunks_exact(whole.width as usize).take(size.height as usize);
    let pixels = rows.flat_map(|row| row.iter().take(size.width as usize));
    let mut rgba: Vec<u8> = pixels.flat_map(|&argb| straight(argb)).collect();
    rgba.resize(size.area() as usize * 4, 0);
    let inside = Rect::of(size);
    let hot = Point::new(
        u32::from(image.xhot).min(inside.right() - 1),
        u32::from(image.yhot).min(inside.bottom() - 1),
    );
    CursorShape { hot, size, rgba }
}

fn straight(argb: u32) -> [u8; 4] {
    let [blue, green, red, alpha] = argb.to_le_bytes();
    if alpha == 0 {
        return [0; 4];
    }
    let whole = u32::from(alpha);
    let divide = |part: u8| ((u32::from(part) * 255 + whole / 2) / whole).min(255) as u8;
    [divide(red), divide(green), divide(blue), alpha]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_is_divided_out() {
        assert_eq!(straight(0xff10_2030), [0x10, 0x20, 0x30, 0xff]);
        assert_eq!(straight(0x8040_0080), [128, 0, 255, 0x80]);
        assert_eq!(straight(0x0012_3456), [0; 4]);
    }

    #[test]
    fn a_pointer_is_found_on_the_display_under_it() {
        let display = |id, x| Display {
            id,
            name: String::new(),
            rect: Rect::new(x, 0, 100, 100),
            primary: id == 0,
            scale: 1.0,
        };
        let displays = [display(0, 0), display(1, 100)];
        assert_eq!(locate(&displays, 130, 7), Some((1, Point::new(30, 7))));
        assert_eq!(locate(&displays, 200, 7), None);
        assert_eq!(locate(&displays, -1, 7), None);
    }
}
