//! What openh264's own crate has no safe call for.
#![expect(unsafe_code, reason = "the option is set through a pointer")]

use openh264::Error;
use openh264::encoder::Encoder;
use openh264_sys2::{ENCODER_OPTION_BITRATE, SBitrateInfo, SPATIAL_LAYER_ALL};

/// Tells a running encoder what it may take from the next picture on. The encoder must have coded one before.
///
/// # Errors
/// When the encoder does not take the number.
pub(crate) fn set_bit_rate(encoder: &mut Encoder, bits_per_second: u32) -> Result<(), Error> {
    let bits = i32::try_from(bits_per_second).unwrap_or(i32::MAX);
    let mut info = SBitrateInfo { iLayer: SPATIAL_LAYER_ALL, iBitrate: bits };
    // SAFETY: the option takes a pointer to an `SBitrateInfo`, which it reads before the call returns; the encoder
    // is borrowed for as long, and was started, so its memory is there.
    let result = unsafe { encoder.raw_api().set_option(ENCODER_OPTION_BITRATE, (&raw mut info).cast()) };
    if result == 0 { Ok(()) } else { Err(Error::msg("the bit rate is refused")) }
}
