//! The coding of one tile: chosen by looking at its colours once.

use std::cell::RefCell;

use bytes::Bytes;
use frame::{PIXEL_BYTES, Picture, Rect};
use wire::screen::{EXACT, Quality};
use zstd::zstd_safe::{self, CCtx, CParameter};

use super::memory::Coded;
use crate::Layout;
use crate::damage::color;
use crate::decode::ZSTD_MAGIC;
use crate::layout::traced::{Tally, Tracer};
use crate::layout::{COLOR_BYTES, TILE_PIXELS, photo, plain, predicted};
use crate::photo::{DRAWN_COLORS_MAX, is_photo};

/// Level 3 makes recorded desktops 1 % smaller and takes half as long again.
const ZSTD_LEVEL: i32 = 1;

/// Bodies up to this many bytes stay as they are: a frame's own header would eat what zstd saves.
const PLAIN_BYTES_MAX: usize = 12;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
}

/// Colours up to which a picture is traced even where most pixels differ from the one before.
const TRACED_COLORS_MAX: usize = 256;

/// Payloads up to this many bytes are exact even for photographs: loss would hardly make them shorter.
const EXACT_BYTES_MAX: usize = 400;

/// How coarse photographs are, where JPEG would have quality 80.
const PHOTO_SCALE: u8 = 16;

/// The quality of photographs before they are refined.
const PHOTO_QUALITY: Quality = 100;

/// Codes the pixels of a rectangle that lies in one tile of the picture, exactly.
pub(super) fn encode(picture: &Picture, rect: Rect) -> Coded {
    SCRATCH.with_borrow_mut(|scratch| scratch.encode(picture, rect))
}

/// The same, but for photographs: those are coded with loss.
pub(super) fn encode_quickly(picture: &Picture, rect: Rect) -> Coded {
    SCRATCH.with_borrow_mut(|scratch| scratch.encode_quickly(picture, rect))
}

/// What tracing the pixels of a rectangle teaches: of each model that has a prior, how likely 0 is in the end, in
/// 4096ths, and how often it was seen. Nothing where they would not be traced. For making priors.
pub fn teach(picture: &Picture, rect: Rect) -> Vec<(u16, u8)> {
    SCRATCH.with_borrow_mut(|scratch| match Layout::of(scratch.encode(picture, rect).coding) {
        Ok((Layout::Traced, _)) => scratch.tracer.learnt(),
        _ => Vec::new(),
    })
}

/// Working memory of a thread.
struct Scratch {
    colors: Vec<u32>,
    tally: Tally,
    tracer: Tracer,
    body: Vec<u8>,
    zstd: CCtx<'static>,
    framed: Vec<u8>,
}

impl Scratch {
    fn new() -> Self {
        let body_bytes_max = TILE_PIXELS * COLOR_BYTES;
        let mut zstd = CCtx::create();
        for parameter in [
            CParameter::CompressionLevel(ZSTD_LEVEL),
            CParameter::ContentSizeFlag(true),
            CParameter::ChecksumFlag(false),
            CParameter::DictIdFlag(false),
        ] {
            // Only a value out of range is refused, and these are not.
            let set = zstd.set_parameter(parameter);
            debug_assert!(set.is_ok());
        }
        Self {
            colors: Vec::with_capacity(TILE_PIXELS),
            tally: Tally::default(),
            tracer: Tracer::default(),
            body: Vec::with_capacity(body_bytes_max),
            zstd,
            framed: Vec::with_capacity(zstd_safe::compress_bound(body_bytes_max)),
        }
    }

    fn encode_quickly(&mut self, picture: &Picture, rect: Rect) -> Coded {
        let width = rect.width as usize;
        self.take(picture, rect);
        let is_tallied = self.tally.take(&self.colors);
        if is_tallied && self.tally.len() <= DRAWN_COLORS_MAX || !is_photo(&self.colors, width) {
            return self.encode_tallied(is_tallied, width);
        }
        if is_tallied && self.tally.len() <= TRACED_COLORS_MAX {
            let exact = self.encode_tallied(is_tallied, width);
            if exact.bytes.len() <= EXACT_BYTES_MAX {
                return exact;
            }
        }
        self.encode_photo(width)
    }

    fn encode(&mut self, picture: &Picture, rect: Rect) -> Coded {
        self.take(picture, rect);
        let is_tallied = self.tally.take(&self.colors);
        self.encode_tallied(is_tallied, rect.width as usize)
    }

    fn take(&mut self, picture: &Picture, rect: Rect) {
        self.colors.clear();
        for row in picture.frame().rows(rect) {
            self.colors.extend(row.chunks_exact(PIXEL_BYTES).map(color));
        }
    }

    /// The colours that were taken, exactly; `is_tallied` where there are not too many to be counted.
    fn encode_tallied(&mut self, is_tallied: bool, width: usize) -> Coded {
        let layout = self.lay_out(is_tallied, width);
        let (coding, bytes) = match self.squeeze(layout) {
            Some(frame) => (layout.coding(true), Bytes::copy_from_slice(frame)),
            None => (layout.coding(false), Bytes::copy_from_slice(&self.body)),
        };
        Coded { quality: EXACT, coding, dictionary: None, bytes }
    }

    /// The colours that were taken, as a photograph.
    fn encode_photo(&mut self, width: usize) -> Coded {
        self.body.clear();
        photo::pack(&self.colors, width, PHOTO_SCALE, &mut self.body);
        let (coding, bytes) = (Layout::Photo.coding(false), Bytes::copy_from_slice(&self.body));
        Coded { quality: PHOTO_QUALITY, coding, dictionary: None, bytes }
    }

    /// Fills the body in the layout that suits the colours.
    fn lay_out(&mut self, is_tallied: bool, width: usize) -> Layout {
        self.body.clear();
        if is_tallied && self.tally.len() == 1 {
            plain::pack(self.colors.get(..1).unwrap_or_default(), &mut self.body);
            return Layout::Solid;
        }
        let is_drawn = is_drawn(&self.colors);
        if is_tallied && (is_drawn || self.tally.len() <= TRACED_COLORS_MAX) {
            self.tracer.pack(&self.colors, width, &mut self.tally, &mut self.body);
            return Layout::Traced;
        }
        if is_drawn {
            plain::pack(&self.colors, &mut self.body);
            Layout::Plain
        } else {
            predicted::pack(&self.colors, width, &mut self.body);
            Layout::Predicted
        }
    }

    /// The body as a zstd frame without its magic number, where that is shorter.
    fn squeeze(&mut self, layout: Layout) -> Option<&[u8]> {
        if layout.is_dense() || self.body.len() <= PLAIN_BYTES_MAX {
            return None;
        }
        self.framed.clear();
        self.zstd.compress2(&mut self.framed, &self.body).ok()?;
        self.framed.strip_prefix(&ZSTD_MAGIC).filter(|frame| frame.len() < self.body.len())
    }
}

/// Whether the colours are those of drawings and text rather than of a photograph: most pixels are like the one
/// before.
fn is_drawn(colors: &[u32]) -> bool {
    let alike = colors.windows(2).filter(|pair| pair[0] == pair[1]).count();
    colors.len() < 2 * alike
}
