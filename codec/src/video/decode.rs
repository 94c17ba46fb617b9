//! Coded pictures back to pixels, for viewers that are no browser.

use std::fmt;

use frame::{Picture, Size};
use openh264::formats::YUVSource;

use super::color;

/// Why a coded picture cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VideoDecodeError {
    /// The decoder refuses it.
    #[error("not a picture: {0}")]
    Refused(#[from] openh264::Error),
    /// The decoder made nothing of it.
    #[error("the picture is not complete")]
    Nothing,
    /// It is larger than a picture can be.
    #[error("a coded picture of {0} pixels")]
    TooLarge(Size),
}

/// Decodes one region's pictures in their order, beginning with a key picture.
pub struct VideoDecoder {
    decoder: openh264::decoder::Decoder,
}

impl fmt::Debug for VideoDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoDecoder").finish_non_exhaustive()
    }
}

impl VideoDecoder {
    /// A decoder that has seen nothing.
    ///
    /// # Errors
    /// When openh264 has no memory for one.
    pub fn new() -> Result<Self, VideoDecodeError> {
        Ok(Self { decoder: openh264::decoder::Decoder::new()? })
    }

    /// The pixels of a coded picture. After an error only a key picture helps.
    ///
    /// # Errors
    /// [`VideoDecodeError`] for what is no picture, or one that needs another.
    pub fn decode(&mut self, payload: &[u8]) -> Result<Picture, VideoDecodeError> {
        let decoded = self.decoder.decode(payload)?.ok_or(VideoDecodeError::Nothing)?;
        let (width, height) = decoded.dimensions();
        let size = Size::new(width as u32, height as u32);
        let (y_stride, u_stride, _) = decoded.strides();
        let planes = [decoded.y(), decoded.u(), decoded.v()];
        color::to_picture(planes, [y_stride, u_stride], size).ok_or(VideoDecodeError::TooLarge(size))
    }
}
