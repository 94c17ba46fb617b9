//! The whole picture as H.264 by openh264, built from source, on one thread.

use anyhow::Context;
use frame::{PIXEL_BYTES, Picture, Rect};
use openh264::OpenH264API;
use openh264::decoder::{DecodedYUV, Decoder};
use openh264::encoder::{
    BitRate, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, QpRange, RateControlMode, UsageType,
};
use openh264::formats::{BgraSliceU8, YUVBuffer};

use crate::codec::clip::Clip;
use crate::codec::coded::Cost;
use crate::codec::ours::COMPARED_EVERY;
use crate::cpu::thread_time;

/// How it is called.
pub const NAME: &str = "openh264, screen mode, qp 24";

/// The quantiser that recorded numbers were taken with.
pub const QP: u8 = 24;

/// A rate that never binds: the quantiser alone decides.
const UNBOUND: BitRate = BitRate::from_bps(200_000_000);

/// Codes and decodes a clip at a fixed quantiser on this thread, and compares within `area`, or everywhere.
///
/// # Errors
/// When the clip cannot be read, has odd sides, or the library fails.
pub fn cost(clip: &Clip, usage: UsageType, qp: u8, area: Option<Rect>) -> anyhow::Result<Cost> {
    let mut playback = benches::Playback::open(&clip.path)?;
    let config = EncoderConfig::new()
        .usage_type(usage)
        .rate_control_mode(RateControlMode::Quality)
        .bitrate(UNBOUND)
        .qp(QpRange::new(qp, qp))
        .max_frame_rate(FrameRate::from_hz(30.0))
        .intra_frame_period(IntraFramePeriod::from_num_frames(0))
        .skip_frames(false)
        .adaptive_quantization(false);
    let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config)?;
    let mut decoder = Decoder::new()?;
    let (mut cost, mut coded) = (Cost::default(), Vec::new());
    while let Some((wanted, _)) = playback.next_frame()? {
        let size = wanted.size();
        let sides = (size.width as usize, size.height as usize);
        anyhow::ensure!(sides.0.is_multiple_of(2) && sides.1.is_multiple_of(2), "{size} has an odd side");
        let start = thread_time();
        let source = YUVBuffer::from_bgra8_source(BgraSliceU8::new(wanted.pixels(), sides));
        coded.clear();
        encoder.encode(&source)?.write_vec(&mut coded);
        cost.encode += thread_time() - start;
        let start = thread_time();
        let decoded = decoder.decode(&coded)?.context("no picture came out")?;
        cost.decode += thread_time() - start;
        if 0 < cost.frames {
            cost.bytes += coded.len() as u64;
        }
        if cost.frames % COMPARED_EVERY == 0 {
            cost.quality.add_area(wanted, &picture(&decoded, wanted)?, area.unwrap_or(Rect::of(size)));
        }
        cost.frames += 1;
    }
    Ok(cost)
}

fn picture(decoded: &DecodedYUV<'_>, like: &Picture) -> anyhow::Result<Picture> {
    let mut pixels = vec![0; like.pixels().len()];
    decoded.write_rgba8(&mut pixels);
    pixels.chunks_exact_mut(PIXEL_BYTES).for_each(|pixel| pixel.swap(0, 2));
    Ok(Picture::from_pixels(like.size(), pixels)?)
}
