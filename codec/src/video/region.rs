//! One film: where it is, and its stream.

use std::time::{Duration, Instant};

use frame::{Frame, Rect, Size};
use wire::screen::{Operation, PixelRect, VideoPicture, VideoRegion};

use super::VideoError;
use super::color::Planes;
use super::h264::Stream;

/// Pictures closer than this are left out: a film has 24 to 30 a second.
const INTERVAL: Duration = Duration::from_millis(30);

/// The same on a line that is too slow for the film.
const SLOW_INTERVAL: Duration = Duration::from_millis(64);

/// Bits for each pixel and second below which fewer and smaller pictures look better than coarse ones; a film of
/// 25 pictures a second is good from about the double.
const SLOW_BITS: f32 = 0.8;

/// What openh264 codes at most, in either direction.
const SIDE_MAX: u32 = 3_840;
const PIXELS_MAX: u64 = 3_840 * 2_160;

/// A film on the display.
#[derive(Debug)]
pub(super) struct Region {
    id: u32,
    rect: Rect,
    is_halved: bool,
    stream: Stream,
    planes: Planes,
    scratch: Vec<u8>,
    number: u32,
    /// Whether its pixels changed since the last picture.
    pub(super) is_dirty: bool,
    coded_at: Option<Instant>,
    began: Instant,
    /// Since when the film seems to be elsewhere, or of another size.
    pub(super) misfits_since: Option<Instant>,
}

impl Region {
    /// A film that begins, at half its resolution where the line is slow.
    pub(super) fn new(id: u32, rect: Rect, bytes_per_second: u32, now: Instant) -> Result<Self, VideoError> {
        let is_halved = is_slow(rect, bytes_per_second) || !is_codable(rect);
        let scale = if is_halved { 2 } else { 1 };
        let planes = Planes::new(Size::new(rect.width / scale, rect.height / scale));
        let stream = Stream::new()?;
        Ok(Self {
            id,
            rect,
            is_halved,
            stream,
            planes,
            scratch: Vec::new(),
            number: 0,
            is_dirty: true,
            coded_at: None,
            began: now,
            misfits_since: None,
        })
    }

    /// Whether a rectangle can be coded, maybe at half its resolution.
    pub(super) fn fits(rect: Rect) -> bool {
        is_codable(Rect::new(0, 0, rect.width / 2, rect.height / 2)) && 8 <= rect.width && 8 <= rect.height
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn rect(&self) -> Rect {
        self.rect
    }

    /// Since when it is there.
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    /// Whether it should begin anew at another resolution for what the line takes now.
    pub(super) fn misfits_rate(&self, bytes_per_second: u32) -> bool {
        let wanted = is_slow(self.rect, bytes_per_second);
        // Back to all pixels only where there is room to spare, so that it does not go to and fro.
        let spare = !is_slow(self.rect, bytes_per_second / 2);
        if self.is_halved { spare && is_codable(self.rect) } else { wanted }
    }

    /// The next picture shall be one that needs no other.
    pub(super) fn ask_for_key(&mut self) {
        self.stream.ask_for_key();
        self.is_dirty = true;
    }

    /// Codes the newest pixels if they changed and it is time; adds what is to be sent.
    pub(super) fn code(
        &mut self,
        picture: &Frame<'_>,
        bytes_per_second: u32,
        now: Instant,
        operations: &mut Vec<Operation>,
    ) -> Result<(), VideoError> {
        let interval = if is_slow(self.rect, bytes_per_second) { SLOW_INTERVAL } else { INTERVAL };
        let is_early = |at: Instant| now.saturating_duration_since(at) < interval;
        if !self.is_dirty || self.coded_at.is_some_and(is_early) {
            return Ok(());
        }
        self.stream.set_rate(bytes_per_second)?;
        if self.is_halved {
            self.planes.take_halved(picture, self.rect.x, self.rect.y, &mut self.scratch);
        } else {
            self.planes.take(picture, self.rect.x, self.rect.y);
        }
        let at_ms = now.saturating_duration_since(self.began).as_millis() as u64;
        self.coded_at = Some(now);
        let Some(coded) = self.stream.encode(&self.planes, at_ms)? else { return Ok(()) };
        self.is_dirty = false;
        if wire::limits::PICTURE_BYTES_MAX < coded.payload.len() {
            // Nobody would take it, and what follows builds on it.
            self.stream.ask_for_key();
            return Ok(());
        }
        self.number += 1;
        if self.number == 1 {
            operations.push(Operation::VideoRegion(self.place()));
        }
        let picture =
            VideoPicture { id: self.id, key: coded.key, number: self.number, payload: coded.payload };
        operations.push(Operation::VideoPicture(picture));
        Ok(())
    }

    /// Whether anything of it was sent.
    pub(super) fn is_shown(&self) -> bool {
        0 < self.number
    }

    fn place(&self) -> VideoRegion {
        let size = self.planes.size();
        VideoRegion {
            id: self.id,
            rect: to_wire(self.rect),
            coded_width: size.width as u16,
            coded_height: size.height as u16,
        }
    }
}

/// A rectangle of a display, whose sides fit the wire.
pub(super) fn to_wire(rect: Rect) -> PixelRect {
    let [x, y, width, height] = [rect.x, rect.y, rect.width, rect.height].map(|side| side as u16);
    PixelRect { x, y, width, height }
}

/// The parts of `rect` that no hole covers.
pub(super) fn outside(rect: Rect, holes: &[Rect]) -> Vec<Rect> {
    let mut parts = vec![rect];
    for hole in holes {
        parts = parts.into_iter().flat_map(|part| without(part, *hole)).collect();
    }
    parts
}

fn without(rect: Rect, hole: Rect) -> Vec<Rect> {
    let Some(common) = rect.intersect(hole) else { return vec![rect] };
    let parts = [
        Rect::from_edges(rect.x, rect.y, rect.right(), common.y),
        Rect::from_edges(rect.x, common.y, common.x, common.bottom()),
        Rect::from_edges(common.right(), common.y, rect.right(), common.bottom()),
        Rect::from_edges(rect.x, common.bottom(), rect.right(), rect.bottom()),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

fn is_slow(rect: Rect, bytes_per_second: u32) -> bool {
    0 < bytes_per_second && (bytes_per_second as f32 * 8.0) < SLOW_BITS * rect.area() as f32
}

fn is_codable(rect: Rect) -> bool {
    let (long, short) = (rect.width.max(rect.height), rect.width.min(rect.height));
    long <= SIDE_MAX && short <= 2_160 && rect.area() <= PIXELS_MAX
}
