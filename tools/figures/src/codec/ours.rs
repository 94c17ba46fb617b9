//! Our own coder without a relay, one frame after the other: what each stage takes, and what its pictures are like
//! before anything is refined.

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::{EPOCH, Playback, update};
use codec::{Encoder, Painter};
use frame::{PIXEL_BYTES, Picture};
use wire::screen::Update;

use crate::codec::clip::Clip;
use crate::codec::coded::Cost;
use crate::cpu::thread_time;

/// Time from frame to frame of a recording.
const FRAME_TIME: Duration = Duration::from_millis(33);

/// Of so many pictures one is compared.
pub const COMPARED_EVERY: u32 = 10;

/// A frame that was coded and painted.
pub struct Step<'a> {
    /// The frame.
    pub wanted: &'a Picture,
    /// What is shown after it.
    pub painter: &'a Painter,
    /// What coded it.
    pub encoder: &'a mut Encoder,
    /// What travelled; `None` where nothing changed.
    pub update: Option<&'a Update>,
    /// CPU time of coding.
    pub encode: Duration,
    /// CPU time of decoding and painting.
    pub decode: Duration,
    /// Its number, counted from 0.
    pub number: u32,
}

/// Codes and paints a clip on one core, and shows each frame to `look`.
///
/// # Errors
/// When the clip cannot be read, the frames cannot be coded, or what was coded cannot be painted.
pub fn play(clip: &Clip, mut look: impl FnMut(Step<'_>) -> anyhow::Result<()> + Send) -> anyhow::Result<()> {
    // A frame of a recording stands for a thirtieth of a second, however long it takes here.
    let mut now = Instant::now();
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    one_core.install(|| {
        let mut playback = Playback::open(&clip.path)?;
        let extent = playback.extent()?;
        let (mut encoder, mut painter) = (Encoder::new(extent), Painter::new(EPOCH, extent));
        let (mut number, mut version) = (0, 0);
        while let Some((wanted, damage)) = playback.next_frame()? {
            now += FRAME_TIME;
            let start = thread_time();
            let coded = black_box(encoder.encode(&wanted.frame(), damage, now)?);
            let encode = thread_time() - start;
            let update = if coded.is_empty() {
                None
            } else {
                version += 1;
                Some(update(extent, version, coded))
            };
            let start = thread_time();
            let painted = update.as_ref().map(|update| painter.paint(update)).unwrap_or_default();
            let decode = thread_time() - start;
            anyhow::ensure!(painted.lost.is_empty(), "frame {number}: {:?} cannot be painted", painted.lost);
            let (painter, encoder, update) = (&painter, &mut encoder, update.as_ref());
            look(Step { wanted, painter, encoder, update, encode, decode, number })?;
            number += 1;
        }
        Ok(())
    })
}

/// What coding and decoding take, and what the pictures are like; bytes are left to who has a relay.
///
/// # Errors
/// As [`play`].
pub fn cost(clip: &Clip) -> anyhow::Result<Cost> {
    let mut cost = Cost::default();
    play(clip, |step| {
        cost.frames += 1;
        cost.encode += step.encode;
        cost.decode += step.decode;
        if step.number % COMPARED_EVERY == 0 {
            cost.quality.add(step.wanted, step.painter.picture());
        }
        Ok(())
    })?;
    Ok(cost)
}

/// Whether two pictures have the same colours.
pub fn is_same(a: &Picture, b: &Picture) -> bool {
    let mut pixels = a.pixels().chunks_exact(PIXEL_BYTES).zip(b.pixels().chunks_exact(PIXEL_BYTES));
    a.size() == b.size() && pixels.all(|(a, b)| a[..3] == b[..3])
}
