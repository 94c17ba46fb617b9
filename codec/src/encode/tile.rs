//! The coding of one tile: chosen by looking at its colours once.

use std::cell::RefCell;

use bytes::Bytes;
use frame::{PIXEL_BYTES, Picture, Rect};
use wire::DictionaryId;
use wire::screen::{EXACT, Quality};
use zstd::zstd_safe::{self, CCtx, CParameter};

use super::dictionary::Shelf;
use super::memory::Coded;
use crate::Layout;
use crate::damage::color;
use crate::decode::ZSTD_MAGIC;
use crate::layout::traced::{Primer, PrimerBuilder, Tally, Tracer};
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
pub(super) fn encode(picture: &Picture, rect: Rect, shelf: &Shelf) -> Coded {
    SCRATCH.with_borrow_mut(|scratch| scratch.encode(picture, rect, shelf))
}

/// The same, but for photographs: those are coded with loss.
pub(super) fn encode_quickly(picture: &Picture, rect: Rect, shelf: &Shelf) -> Coded {
    SCRATCH.with_borrow_mut(|scratch| scratch.encode_quickly(picture, rect, shelf))
}

/// Whether the pixels of a rectangle are text or a drawing.
pub(super) fn is_traced(picture: &Picture, rect: Rect) -> bool {
    SCRATCH.with_borrow_mut(|scratch| scratch.take_traced(picture, rect))
}

/// A dictionary with one more picture, if there is room for it and it has news: takes more than so many percent of
/// what it takes alone.
pub(super) fn teach_more(
    builder: &PrimerBuilder,
    picture: &Picture,
    rect: Rect,
    news_percent: usize,
    bytes_max: usize,
) -> Option<PrimerBuilder> {
    SCRATCH.with_borrow_mut(|scratch| {
        let alone = scratch.traced_bytes(picture, rect, |_| None)?;
        let mut larger = builder.clone();
        let added = larger.add(&scratch.colors, rect.width as usize, &scratch.tally, bytes_max)?;
        (news_percent * alone < 100 * added).then_some(larger)
    })
}

/// Bytes of a tile as it would be coded now, and with another primer; nothing where it is not traced.
pub(super) fn trial(picture: &Picture, rect: Rect, shelf: &Shelf, primer: &Primer) -> Option<(usize, usize)> {
    SCRATCH.with_borrow_mut(|scratch| {
        let now =
            scratch.traced_bytes(picture, rect, |tally| shelf.suits(tally.affinity()).map(|(_, own)| own))?;
        let then = scratch.traced_bytes(picture, rect, |_| Some(primer))?;
        Some((now, then))
    })
}

/// What tracing the pixels of a rectangle teaches: of each model that has a prior, how likely 0 is in the end, in
/// 4096ths, and how often it was seen. Nothing where they would not be traced. For making priors.
pub(super) fn teach(picture: &Picture, rect: Rect, shelf: &Shelf) -> Vec<(u16, u8)> {
    SCRATCH.with_borrow_mut(|scratch| match Layout::of(scratch.encode(picture, rect, shelf).coding) {
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

    fn encode_quickly(&mut self, picture: &Picture, rect: Rect, shelf: &Shelf) -> Coded {
        let width = rect.width as usize;
        self.take(picture, rect);
        let is_tallied = self.tally.take(&self.colors);
        if is_tallied && self.tally.len() <= DRAWN_COLORS_MAX || !is_photo(&self.colors, width) {
            return self.encode_tallied(is_tallied, width, shelf);
        }
        if is_tallied && self.tally.len() <= TRACED_COLORS_MAX {
            let exact = self.encode_tallied(is_tallied, width, shelf);
            if exact.bytes.len() <= EXACT_BYTES_MAX {
                return exact;
            }
        }
        self.encode_photo(width)
    }

    fn encode(&mut self, picture: &Picture, rect: Rect, shelf: &Shelf) -> Coded {
        self.take(picture, rect);
        let is_tallied = self.tally.take(&self.colors);
        self.encode_tallied(is_tallied, rect.width as usize, shelf)
    }

    /// Bytes of a rectangle that is text or a drawing, traced with a primer of one's choice.
    fn traced_bytes<'a>(
        &mut self,
        picture: &Picture,
        rect: Rect,
        primer: impl FnOnce(&Tally) -> Option<&'a Primer>,
    ) -> Option<usize> {
        if !self.take_traced(picture, rect) {
            return None;
        }
        self.body.clear();
        let primer = primer(&self.tally);
        self.tracer.pack(&self.colors, rect.width as usize, &self.tally, primer, &mut self.body);
        Some(self.body.len())
    }

    /// Takes and tallies the colours; whether they are those of text or of a drawing.
    fn take_traced(&mut self, picture: &Picture, rect: Rect) -> bool {
        self.take(picture, rect);
        self.tally.take(&self.colors) && 1 < self.tally.len() && self.is_traced()
    }

    fn take(&mut self, picture: &Picture, rect: Rect) {
        self.colors.clear();
        for row in picture.frame().rows(rect) {
            self.colors.extend(row.as_chunks::<PIXEL_BYTES>().0.iter().map(|pixel| color(pixel)));
        }
    }

    /// The colours that were taken, exactly; `is_tallied` where there are not too many to be counted.
    fn encode_tallied(&mut self, is_tallied: bool, width: usize, shelf: &Shelf) -> Coded {
        let (layout, dictionary) = self.lay_out(is_tallied, width, shelf);
        let (coding, bytes) = match self.squeeze(layout) {
            Some(frame) => (layout.coding(true), Bytes::copy_from_slice(frame)),
            None => (layout.coding(false), Bytes::copy_from_slice(&self.body)),
        };
        Coded { quality: EXACT, coding, dictionary, bytes }
    }

    /// The colours that were taken, as a photograph.
    fn encode_photo(&mut self, width: usize) -> Coded {
        self.body.clear();
        photo::pack(&self.colors, width, PHOTO_SCALE, &mut self.body);
        let (coding, bytes) = (Layout::Photo.coding(false), Bytes::copy_from_slice(&self.body));
        Coded { quality: PHOTO_QUALITY, coding, dictionary: None, bytes }
    }

    /// Fills the body in the layout that suits the colours.
    fn lay_out(&mut self, is_tallied: bool, width: usize, shelf: &Shelf) -> (Layout, Option<DictionaryId>) {
        self.body.clear();
        if is_tallied && self.tally.len() == 1 {
            plain::pack(self.colors.get(..1).unwrap_or_default(), &mut self.body);
            return (Layout::Solid, None);
        }
        if is_tallied && self.is_traced() {
            let suited = shelf.suits(self.tally.affinity());
            let primer = suited.map(|(_, primer)| primer);
            self.tracer.pack(&self.colors, width, &self.tally, primer, &mut self.body);
            return (Layout::Traced, suited.map(|(id, _)| id));
        }
        if is_drawn(&self.colors) {
            plain::pack(&self.colors, &mut self.body);
            (Layout::Plain, None)
        } else {
            predicted::pack(&self.colors, width, &mut self.body);
            (Layout::Predicted, None)
        }
    }

    /// Whether the colours, of which there are not too many, are those of text or of a drawing.
    fn is_traced(&self) -> bool {
        self.tally.len() <= TRACED_COLORS_MAX || is_drawn(&self.colors)
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
