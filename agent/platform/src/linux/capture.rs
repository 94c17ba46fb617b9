//! Capturing one display of an X server: DAMAGE says where, MIT-SHM brings the pixels.
//!
//! One full picture stays in the buffer. Damaged rows are read in bands as wide as the display, which land in
//! their place without copying. Damage is taken before the pixels are read: what changes in between is read
//! twice, and never lost.

use std::{ops::Range, time::Duration};

use frame::{EXTENT_MAX, Frame, FrameError, PIXEL_BYTES, Rect, Region, Size};
use rustix::net::{AddressFamily, sockopt::socket_domain};
use x11rb::{
    NONE,
    connection::Connection,
    cookie::Cookie,
    errors::ReplyError,
    protocol::{
        Event,
        damage::{self, ConnectionExt as _, ReportLevel},
        shm::{self, ConnectionExt as _},
        xfixes::{self, ConnectionExt as _},
        xproto::{ConnectionExt as _, ImageFormat, ImageOrder, Rectangle, Screen, Setup, Visualtype},
    },
};

use super::{
    connection::{Ended, Server, deadline},
    display,
    shm::Shared,
};
use crate::{Capture, CaptureError, Captured, Lost, OpenError, Waker};

/// Rows between two bands that are read all the same: cheaper than another request.
const GAP_ROWS_MAX: u32 = 16;

pub(super) struct X11Capture {
    server: Server,
    id: u8,
    /// The display's place on the root window.
    place: Rect,
    pixels: Pixels,
    damage: damage::Damage,
    taken: xfixes::Region,
    /// No frame was given yet.
    first: bool,
    /// The server told of damage that was not taken yet.
    damaged: bool,
    /// The server told that displays changed.
    moved: bool,
    region: Region,
}

/// Where the picture is kept.
enum Pixels {
    /// The server writes it there by itself.
    Shared { segment: shm::Seg, memory: Shared },
    /// It comes over the socket: a server far away, or one without MIT-SHM.
    Plain(Vec<u8>),
}

impl X11Capture {
    pub(super) fn open(server: Server, id: u8) -> Result<Self, OpenError> {
        server.require("DAMAGE")?;
        server.require("XFIXES")?;
        check_format(server.conn.setup(), server.screen())?;
        display::watch(&server)?;
        server.conn.xfixes_query_version(5, 0).map_err(Lost::from)?.reply().map_err(Lost::from)?;
        server.conn.damage_query_version(1, 1).map_err(Lost::from)?.reply().map_err(Lost::from)?;
        let place = place(&server, id)?.ok_or(OpenError::NoSuchDisplay(id))?;
        if EXTENT_MAX < place.width || EXTENT_MAX < place.height {
            return Err(OpenError::TooLarge(place.size()));
        }
        let pixels = Pixels::open(&server, place.size())?;
        let (damage, taken) = watch_damage(&server)?;
        let region = Region::default();
        Ok(Self {
            server,
            id,
            place,
            pixels,
            damage,
            taken,
            first: true,
            damaged: false,
            moved: false,
            region,
        })
    }

    fn frame(&self) -> Result<Frame<'_>, FrameError> {
        Frame::new(self.place.size(), stride(self.place.size()), self.pixels.bytes())
    }

    fn read_events(&mut self) -> Result<(), Lost> {
        while let Some(event) = self.server.next_event()? {
            self.damaged |= matches!(event, Event::DamageNotify(_));
            self.moved |= display::is_change(&event);
        }
        Ok(())
    }

    fn check_place(&self) -> Result<(), CaptureError> {
        if place(&self.server, self.id)? == Some(self.place) { Ok(()) } else { Err(CaptureError::Resized) }
    }

    /// Moves the server's damage into our region; what it has after this comes with the next event.
    fn take_damage(&mut self) -> Result<(), Lost> {
        self.server.conn.damage_subtract(self.damage, NONE, self.taken)?;
        let fetched = self.server.conn.xfixes_fetch_region(self.taken)?.reply()?;
        self.region.extend(fetched.rectangles.iter().filter_map(|rect| on_root(rect).within(self.place)));
        Ok(())
    }

    fn read_pixels(&mut self) -> Result<(), CaptureError> {
        let bands = bands(self.region.rects());
        match self.pixels.read(&self.server, self.place, &bands) {
            Ok(()) => Ok(()),
            // Rows outside the root window: it shrank, and the event is on its way.
            Err(error @ ReplyError::X11Error(_)) => {
                self.check_place()?;
                Err(Lost::from(error).into())
            }
            Err(error) => Err(Lost::from(error).into()),
        }
    }
}

impl Capture for X11Capture {
    fn next_frame(&mut self, wait: Duration) -> Result<Option<Captured<'_>>, CaptureError> {
        let deadline = deadline(wait);
        self.region.clear();
        if std::mem::take(&mut self.first) {
            self.region.add(Rect::of(self.place.size()));
            self.damaged = true;
        }
        loop {
            self.read_events()?;
            let asked = self.moved || self.damaged;
            if std::mem::take(&mut self.moved) {
                self.check_place()?;
            }
            if std::mem::take(&mut self.damaged) {
                self.take_damage()?;
            }
            if !self.region.is_empty() {
                break;
            }
            // Answers may have brought events along, so look again before sleeping.
            if !asked && self.server.wait(deadline)? == Ended::Quiet {
                return Ok(None);
            }
        }
        self.read_pixels()?;
        let frame = self.frame().map_err(|error| Lost(error.to_string()))?;
        Ok(Some(Captured { frame, damage: self.region.rects() }))
    }

    fn newest(&self) -> Option<Frame<'_>> {
        if self.first { None } else { self.frame().ok() }
    }

    fn waker(&self) -> Waker {
        self.server.waker()
    }
}

impl Pixels {
    /// Room for a whole display, shared with the server if that can be.
    fn open(server: &Server, size: Size) -> Result<Self, Lost> {
        let bytes = stride(size) * size.height as usize;
        // A descriptor cannot travel over TCP, and trying would end the connection.
        let local = socket_domain(server.conn.stream()).is_ok_and(|domain| domain == AddressFamily::UNIX);
        if local && server.has("MIT-SHM")? {
            let version = server.conn.shm_query_version()?.reply()?;
            if (1, 2) <= (version.major_version, version.minor_version)
                && let Some(shared) = Self::share(server, bytes)?
            {
                return Ok(shared);
            }
        }
        tracing::warn!("no shared memory with the X server: pixels come over its socket, which is slower");
        Ok(Self::Plain(vec![0; bytes]))
    }

    /// Maps memory and lends it to the server; `None` where either refuses.
    fn share(server: &Server, bytes: usize) -> Result<Option<Self>, Lost> {
        let Ok((memory, descriptor)) = Shared::new(bytes) else { return Ok(None) };
        let segment = server.conn.generate_id()?;
        match server.conn.shm_attach_fd(segment, descriptor, false)?.check() {
            Ok(()) => Ok(Some(Self::Shared { segment, memory })),
            Err(ReplyError::X11Error(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Shared { memory, .. } => memory.bytes(),
            Self::Plain(bytes) => bytes,
        }
    }

    /// Reads bands of rows into their places. Returns once all are there.
    fn read(&mut self, server: &Server, place: Rect, bands: &[Range<u32>]) -> Result<(), ReplyError> {
        match self {
            Self::Shared { segment, .. } => read_shared(server, *segment, place, bands),
            Self::Plain(bytes) => read_plain(server, bytes, place, bands),
        }
    }
}

fn read_shared(
    server: &Server,
    segment: shm::Seg,
    place: Rect,
    bands: &[Range<u32>],
) -> Result<(), ReplyError> {
    let mut answers = Vec::with_capacity(bands.len());
    for band in bands {
        let (x, y, width, rows) = area(place, band);
        let offset = band.start * place.width * PIXEL_BYTES as u32;
        let format = u8::from(ImageFormat::Z_PIXMAP);
        answers.push(server.conn.shm_get_image(
            server.root,
            x,
            y,
            width,
            rows,
            u32::MAX,
            format,
            segment,
            offset,
        )?);
    }
    // All of them even if one fails: the memory is lent out only while the server writes nothing.
    let answers: Vec<_> = answers.into_iter().map(Cookie::reply).collect();
    answers.into_iter().try_for_each(|answer| answer.map(|_| ()))
}

fn read_plain(
    server: &Server,
    bytes: &mut [u8],
    place: Rect,
    bands: &[Range<u32>],
) -> Result<(), ReplyError> {
    for band in bands {
        let (x, y, width, rows) = area(place, band);
        let image = server.conn.get_image(ImageFormat::Z_PIXMAP, server.root, x, y, width, rows, u32::MAX)?;
        let image = image.reply()?.data;
        let start = band.start as usize * stride(place.size());
        if let Some(target) = bytes.get_mut(start..).and_then(|below| below.get_mut(..image.len())) {
            target.copy_from_slice(&image);
        }
    }
    Ok(())
}

/// A band of a display in the root window's coordinates. They fit: the protocol counts in 16 bits.
fn area(place: Rect, band: &Range<u32>) -> (i16, i16, u16, u16) {
    (place.x as i16, (place.y + band.start) as i16, place.width as u16, (band.end - band.start) as u16)
}

/// The rows that rectangles cover, top to bottom, with small gaps closed.
fn bands(rects: &[Rect]) -> Vec<Range<u32>> {
    let mut rows: Vec<Range<u32>> = rects.iter().map(|rect| rect.y..rect.bottom()).collect();
    rows.sort_unstable_by_key(|rows| rows.start);
    let mut bands: Vec<Range<u32>> = Vec::with_capacity(rows.len());
    for rows in rows {
        match bands.last_mut() {
            Some(last) if rows.start <= last.end + GAP_ROWS_MAX => last.end = last.end.max(rows.end),
            _ => bands.push(rows),
        }
    }
    bands
}

fn stride(size: Size) -> usize {
    size.width as usize * PIXEL_BYTES
}

fn place(server: &Server, id: u8) -> Result<Option<Rect>, Lost> {
    Ok(display::list(server)?.into_iter().find(|display| display.id == id).map(|display| display.rect))
}

/// A rectangle of the root window; what lies left of or above it is cut off.
fn on_root(rect: &Rectangle) -> Rect {
    let edge = |at: i32| u32::try_from(at).unwrap_or(0);
    let (left, top) = (i32::from(rect.x), i32::from(rect.y));
    let (right, bottom) = (left + i32::from(rect.width), top + i32::from(rect.height));
    Rect::from_edges(edge(left), edge(top), edge(right), edge(bottom))
}

fn watch_damage(server: &Server) -> Result<(damage::Damage, xfixes::Region), Lost> {
    let (damage, taken) = (server.conn.generate_id()?, server.conn.generate_id()?);
    // One event when there is something, then silence until it is taken.
    server.conn.damage_create(damage, server.root, ReportLevel::NON_EMPTY)?;
    server.conn.xfixes_create_region(taken, &[])?;
    Ok((damage, taken))
}

/// Refuses servers whose pixels are not 32-bit little-endian BGRX, which is all that we read.
fn check_format(setup: &Setup, screen: Option<&Screen>) -> Result<(), OpenError> {
    let wrong = |what: String| Err(OpenError::Format(what));
    let Some(screen) = screen else { return wrong("there is no screen".to_owned()) };
    if setup.image_byte_order != ImageOrder::LSB_FIRST {
        return wrong("the most significant byte comes first".to_owned());
    }
    let bits = setup.pixmap_formats.iter().find(|format| format.depth == screen.root_depth);
    match bits.map(|format| format.bits_per_pixel) {
        Some(32) => {}
        bits => return wrong(format!("depth {} has {bits:?} bits a pixel", screen.root_depth)),
    }
    let visuals = screen.allowed_depths.iter().flat_map(|depth| &depth.visuals);
    match visuals.into_iter().find(|visual| visual.visual_id == screen.root_visual) {
        Some(Visualtype { red_mask: 0xff_0000, green_mask: 0xff00, blue_mask: 0xff, .. }) => Ok(()),
        visual => wrong(format!("the root window's visual is {visual:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_once_and_small_gaps_with_them() {
        let rects = [Rect::new(0, 100, 5, 10), Rect::new(50, 0, 5, 10), Rect::new(9, 20, 9, 10)];
        assert_eq!(bands(&rects), [0..30, 100..110]);
        assert_eq!(bands(&[Rect::new(0, 5, 1, 20), Rect::new(0, 6, 1, 2), rects[0]]), [5..25, 100..110]);
        assert!(bands(&[]).is_empty());
    }

    #[test]
    fn damage_left_of_the_root_window_is_cut_off() {
        let rect = Rectangle { x: -5, y: 3, width: 10, height: 4 };
        assert_eq!(on_root(&rect), Rect::new(0, 3, 5, 4));
    }
}
