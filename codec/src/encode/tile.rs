//! The coding of one tile: chosen by looking at its colours once.

use std::cell::RefCell;

use bytes::Bytes;
use frame::{PIXEL_BYTES, Picture, Rect};
use zstd::zstd_safe::{self, CCtx, CParameter};

use super::memory::Coded;
use crate::Layout;
use crate::damage::color;
use crate::decode::ZSTD_MAGIC;
use crate::layout::palette::{self, Palette};
use crate::layout::{COLOR_BYTES, TILE_PIXELS, plain, predicted};

/// Level 3 makes recorded desktops 1 % smaller and takes half as long again.
const ZSTD_LEVEL: i32 = 1;

/// Bodies up to this many bytes stay as they are: a frame's own header would eat what zstd saves.
const PLAIN_BYTES_MAX: usize = 12;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
}

/// Codes the pixels of a rectangle that lies in one tile of the picture.
pub(super) fn encode(picture: &Picture, rect: Rect) -> Coded {
    SCRATCH.with_borrow_mut(|scratch| scratch.encode(picture, rect))
}

/// Working memory of a thread.
struct Scratch {
    colors: Vec<u32>,
    palette: Palette,
    body: Vec<u8>,
    zstd: CCtx<'static>,
    framed: Vec<u8>,
}

impl Scratch {
    fn new() -> Self {
        let body_bytes_max = (TILE_PIXELS * COLOR_BYTES).max(palette::HEAD_BYTES_MAX + TILE_PIXELS);
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
            palette: Palette::new(),
            body: Vec::with_capacity(body_bytes_max),
            zstd,
            framed: Vec::with_capacity(zstd_safe::compress_bound(body_bytes_max)),
        }
    }

    fn encode(&mut self, picture: &Picture, rect: Rect) -> Coded {
        self.colors.clear();
        for row in picture.frame().rows(rect) {
            self.colors.extend(row.chunks_exact(PIXEL_BYTES).map(color));
        }
        let layout = self.lay_out(rect.width as usize);
        let (coding, bytes) = match self.squeeze() {
            Some(frame) => (layout.coding(true), Bytes::copy_from_slice(frame)),
            None => (layout.coding(false), Bytes::copy_from_slice(&self.body)),
        };
        Coded { coding, dictionary: None, bytes }
    }

    /// Fills the body in the layout that suits the colours.
    fn lay_out(&mut self, width: usize) -> Layout {
        self.body.clear();
        if self.palette.take(&self.colors) {
            let layout = self.palette.layout();
            if let Some(bits) = layout.index_bits() {
                self.palette.pack(bits, width, &mut self.body);
                if self.body.len() < self.colors.len() * COLOR_BYTES {
                    return layout;
                }
                self.body.clear();
            } else {
                plain::pack(self.palette.colors(), &mut self.body);
                return layout;
            }
        }
        if is_drawn(&self.colors) {
            plain::pack(&self.colors, &mut self.body);
            Layout::Plain
        } else {
            predicted::pack(&self.colors, width, &mut self.body);
            Layout::Predicted
        }
    }

    /// The body as a zstd frame without its magic number, where that is shorter.
    fn squeeze(&mut self) -> Option<&[u8]> {
        if self.body.len() <= PLAIN_BYTES_MAX {
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
