//! Our own coder without a relay, one frame after the other: what each stage takes, how many bytes would travel, and
//! what its pictures are like. What stands still is refined, as an agent does it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Context;
use benches::{EPOCH, Playback};
use codec::{Encoder, Painter};
use frame::{PIXEL_BYTES, Picture};
use proto::screen::{Capture, Store, View};
use wire::screen::{Operation, Update};
use wire::{RenditionId, SessionId};

use crate::codec::clip::Clip;
use crate::codec::coded::Cost;
use crate::cpu::thread_time;

/// Time from frame to frame of a recording.
const FRAME_TIME: Duration = Duration::from_millis(33);

/// Tiles that are refined between two frames, as an agent does.
const REFINED_TILES_MAX: usize = 32;

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
    /// What would travel; nothing where nothing changed.
    pub updates: &'a [Update],
    /// Bytes of what was refined after the frame before.
    pub refined_bytes: usize,
    /// CPU time of coding.
    pub encode: Duration,
    /// CPU time of decoding and painting.
    pub decode: Duration,
    /// Its number, counted from 0.
    pub number: u32,
}

impl Step<'_> {
    /// All operations of the updates.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.updates.iter().flat_map(|update| &update.operations)
    }

    /// Bytes of the updates, headers included.
    pub fn bytes(&self) -> usize {
        bytes(self.updates)
    }
}

fn bytes(updates: &[Update]) -> usize {
    updates.iter().flat_map(Update::encode).map(|chunk| chunk.len()).sum()
}

/// The agent's store and the view of who watches.
struct Line {
    store: Store,
    view: View,
}

impl Line {
    /// What travels of what was coded.
    fn send(
        &mut self,
        encoder: &Encoder,
        operations: Vec<Operation>,
        now: Instant,
    ) -> anyhow::Result<Vec<Update>> {
        let (extent, version, inputs) = (encoder.extent(), encoder.version(), Vec::new());
        self.store.put(Capture { epoch: EPOCH, extent, version, captured_us: 0, operations, inputs })?;
        let mut updates = Vec::new();
        while let Some(update) = self.view.take(&mut self.store, now, usize::MAX) {
            self.view.answer(update.header.number);
            updates.push(update);
        }
        Ok(updates)
    }
}

fn paint(painter: &mut Painter, updates: &[Update]) -> anyhow::Result<()> {
    for update in updates {
        let painted = painter.paint(update);
        anyhow::ensure!(painted.lost.is_empty(), "{:?} cannot be painted", painted.lost);
    }
    Ok(())
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
        let view = View::new(SessionId::from_wire(1), RenditionId::default(), None);
        let mut line = Line { store: Store::new(), view };
        for number in 0.. {
            let refined = encoder.refine(now, REFINED_TILES_MAX);
            let refined = line.send(&encoder, refined, now)?;
            paint(&mut painter, &refined)?;
            let Some((wanted, damage)) = playback.next_frame()? else { break };
            now += FRAME_TIME;
            let start = thread_time();
            let operations = black_box(encoder.encode(&wanted.frame(), damage, now)?);
            let encode = thread_time() - start;
            let updates = line.send(&encoder, operations, now)?;
            let start = thread_time();
            paint(&mut painter, &updates).with_context(|| format!("frame {number}"))?;
            let decode = thread_time() - start;
            let (painter, encoder, refined_bytes) = (&painter, &mut encoder, bytes(&refined));
            let updates = &updates[..];
            look(Step { wanted, painter, encoder, updates, refined_bytes, encode, decode, number })?;
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
