//! Payloads to pixels. Total: any bytes give just the pixels asked for, or an error, in bounded time and memory.

use frame::{PIXEL_BYTES, Size, TILE_EXTENT};
use wire::DictionaryId;
use wire::limits::{DICTIONARIES_MAX, TILE_BYTES_MAX};
use wire::screen::Coding;
use zstd::zstd_safe::{self, DCtx};

use crate::layout::traced::{Primer, Tracer};
use crate::layout::{self, COLOR_BYTES, TILE_PIXELS};
use crate::{Layout, PayloadError};

/// What begins every zstd frame, and is left out of payloads.
pub(crate) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Decodes the payloads of one epoch; holds its dictionaries and all working memory.
pub struct Decoder {
    context: DCtx<'static>,
    primers: [Option<Primer>; DICTIONARIES_MAX],
    framed: Vec<u8>,
    body: Vec<u8>,
    pixels: Vec<u8>,
    tracer: Tracer,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            context: DCtx::default(),
            primers: Default::default(),
            framed: Vec::with_capacity(ZSTD_MAGIC.len() + TILE_BYTES_MAX),
            body: Vec::with_capacity(TILE_PIXELS * COLOR_BYTES),
            pixels: Vec::with_capacity(TILE_PIXELS * PIXEL_BYTES),
            tracer: Tracer::default(),
        }
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held = self.primers.iter().flatten().count();
        f.debug_struct("Decoder").field("dictionaries", &held).finish_non_exhaustive()
    }
}

impl Decoder {
    /// Keeps what a dictionary teaches, in place of an earlier one with the same id.
    ///
    /// # Errors
    /// [`PayloadError::NoDictionary`] where the id is beyond the limit, and others where the bytes are no dictionary.
    /// Payloads that name it fail from then on.
    pub fn put_dictionary(&mut self, id: DictionaryId, bytes: &[u8]) -> Result<(), PayloadError> {
        let place = self.primers.get_mut(id.to_usize()).ok_or(PayloadError::NoDictionary(id))?;
        *place = None;
        *place = Some(Primer::read(bytes)?);
        Ok(())
    }

    /// Forgets all dictionaries: a new epoch has none.
    pub fn clear_dictionaries(&mut self) {
        self.primers = Default::default();
    }

    /// Decodes a tile, or a part of one, of that size in pixels. Gives `size.area()` BGRX pixels without
    /// padding, X = 0.
    ///
    /// # Errors
    /// [`PayloadError`] where the payload is anything but just these pixels.
    pub fn decode(
        &mut self,
        coding: Coding,
        dictionary: Option<DictionaryId>,
        payload: &[u8],
        size: Size,
    ) -> Result<&[u8], PayloadError> {
        if size.is_empty() || TILE_EXTENT < size.width || TILE_EXTENT < size.height {
            return Err(PayloadError::Size(size));
        }
        let (layout, zstd) = Layout::of(coding)?;
        let pixels = size.area() as usize;
        if zstd {
            self.expand(payload, layout::body_bytes_max(layout, pixels))?;
        }
        let primer = match dictionary.filter(|_| layout == Layout::Traced) {
            Some(id) => {
                let known = self.primers.get(id.to_usize()).and_then(Option::as_ref);
                Some(known.ok_or(PayloadError::NoDictionary(id))?)
            }
            None => None,
        };
        let body = if zstd { &self.body } else { payload };
        self.pixels.resize(pixels * PIXEL_BYTES, 0);
        layout::unpack(layout, body, size, &mut self.tracer, primer, &mut self.pixels)?;
        Ok(&self.pixels)
    }

    /// Expands the one frame that `payload` is into `self.body`, which never grows beyond `limit`.
    fn expand(&mut self, payload: &[u8], limit: usize) -> Result<(), PayloadError> {
        if TILE_BYTES_MAX < payload.len() {
            return Err(PayloadError::Length { wanted: TILE_BYTES_MAX, found: payload.len() });
        }
        self.framed.clear();
        self.framed.extend_from_slice(&ZSTD_MAGIC);
        self.framed.extend_from_slice(payload);
        // A frame that states its content is expanded in place; its window never becomes memory of its own.
        let stated = zstd_safe::get_frame_content_size(&self.framed).ok().flatten();
        let Some(stated) =
            stated.and_then(|bytes| usize::try_from(bytes).ok()).filter(|&bytes| bytes <= limit)
        else {
            return Err(PayloadError::Unbounded { limit });
        };
        let frame_bytes = zstd_safe::find_frame_compressed_size(&self.framed).map_err(refused)?;
        if frame_bytes != self.framed.len() {
            return Err(PayloadError::Length { wanted: frame_bytes, found: self.framed.len() });
        }
        self.body.clear();
        self.body.reserve(stated);
        self.context.decompress(&mut self.body, &self.framed).map(drop).map_err(refused)
    }
}

fn refused(code: usize) -> PayloadError {
    PayloadError::Zstd(zstd_safe::get_error_name(code))
}
