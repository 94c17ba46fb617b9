//! One stream of H.264, coded by openh264 in its camera mode: what moves is a film here, or it would be tiles.

use bytes::Bytes;
use openh264::OpenH264API;
use openh264::Timestamp;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, QpRange, RateControlMode, UsageType,
    VuiConfig,
};
use openh264::formats::YUVSlices;

use super::VideoError;
use super::color::Planes;
use crate::arch;

/// The finest quantiser: below it bytes grow and nobody sees why. All that a fast line gets.
const QUANTISER_MIN: u8 = 24;

/// The coarsest: beyond it pictures are left out instead.
const QUANTISER_MAX: u8 = 42;

/// Bits a second while nothing is known of the line, and the most ever: the quantiser is at its finest long before.
const BITS_PER_SECOND_MAX: u32 = 40_000_000;

/// Bits a second of the slowest line: a few small pictures.
const BITS_PER_SECOND_MIN: u32 = 64_000;

/// Pictures a second that the rate control reckons with.
const PICTURES_PER_SECOND: f32 = 30.0;

/// A coded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Coded {
    /// Whether it can be decoded without earlier ones.
    pub(super) key: bool,
    /// Annex B.
    pub(super) payload: Bytes,
}

/// An encoder for pictures of one size.
pub(super) struct Stream {
    encoder: Encoder,
    is_started: bool,
    wants_key: bool,
    bits_per_second: u32,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("bits_per_second", &self.bits_per_second).finish_non_exhaustive()
    }
}

impl Stream {
    pub(super) fn new() -> Result<Self, VideoError> {
        let config = EncoderConfig::new()
            .usage_type(UsageType::CameraVideoRealTime)
            .rate_control_mode(RateControlMode::Bitrate)
            .bitrate(BitRate::from_bps(BITS_PER_SECOND_MAX))
            .max_frame_rate(FrameRate::from_hz(PICTURES_PER_SECOND))
            .qp(QpRange::new(QUANTISER_MIN, QUANTISER_MAX))
            .complexity(Complexity::Low)
            .background_detection(false)
            .adaptive_quantization(false)
            .skip_frames(true)
            .scene_change_detect(false)
            .num_threads(1)
            .vui(VuiConfig::bt709());
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config)?;
        let (is_started, wants_key, bits_per_second) = (false, false, BITS_PER_SECOND_MAX);
        Ok(Self { encoder, is_started, wants_key, bits_per_second })
    }

    /// The next picture shall be one that needs no other.
    pub(super) fn ask_for_key(&mut self) {
        self.wants_key = true;
    }

    /// What the stream may take; 0: not known. The coder does not hold it to the byte.
    pub(super) fn set_rate(&mut self, bytes_per_second: u32) -> Result<(), VideoError> {
        let bits = match bytes_per_second {
            0 => BITS_PER_SECOND_MAX,
            bytes => bytes.saturating_mul(8).clamp(BITS_PER_SECOND_MIN, BITS_PER_SECOND_MAX),
        };
        // Small steps are left out: each one starts the coder's own reckoning again.
        let is_small = bits.abs_diff(self.bits_per_second) < self.bits_per_second / 8;
        if self.is_started && !is_small && bits != self.bits_per_second {
            arch::openh264::set_bit_rate(&mut self.encoder, bits)?;
            self.bits_per_second = bits;
        }
        Ok(())
    }

    /// Codes a picture; `None` where the rate has no room for it.
    pub(super) fn encode(&mut self, planes: &Planes, at_ms: u64) -> Result<Option<Coded>, VideoError> {
        if self.wants_key && self.is_started {
            self.encoder.force_intra_frame();
        }
        let (width, height) = (planes.size().width as usize, planes.size().height as usize);
        let [y, u, v] = planes.planes();
        let slices = YUVSlices::new((y, u, v), (width, height), (width, width / 2, width / 2));
        let coded = self.encoder.encode_at(&slices, Timestamp::from_millis(at_ms))?;
        self.is_started = true;
        let key = coded.frame_type() == FrameType::IDR;
        let payload = coded.to_vec();
        if payload.is_empty() {
            return Ok(None);
        }
        self.wants_key &= !key;
        Ok(Some(Coded { key, payload: payload.into() }))
    }
}
