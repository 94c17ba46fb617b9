//! One run: a screen over a line, and what came of it.

use std::collections::{BTreeMap, VecDeque};

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use quinn_proto::{Dir, StreamId};
use transport::settings::Congestion;
use transport::{Class, Priority};
use wire::Version;

use crate::line::Line;
use crate::pair::Pair;
use crate::screen::{MOTION_TILES, Sender, Show, Viewer};

/// How often it is looked at how old the picture is.
const LOOK_US: u64 = 2_000;

/// Until a line is known, nothing is counted.
const WARM_UP_US: u64 = 3_000_000;

/// Bytes of one update, as the relay bounds them.
const UPDATE_BYTES_MAX: usize = 256 << 10;

/// What a run gave.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// How old the picture is, sampled over time; of typing, how old each letter was when it was seen.
    pub age_ms: Quantiles,
    /// What every packet found in front of it at the bottleneck.
    pub queue_ms: Quantiles,
    /// Bytes that were put on the line, for each second.
    pub bytes_per_second: u64,
    /// Packets that did not arrive, of a hundred.
    pub dropped_percent: f64,
    /// Updates that arrived.
    pub updates: u64,
}

/// Of many samples, nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Quantiles {
    /// Half of all are at most this.
    pub p50: f64,
    /// 95 of 100.
    pub p95: f64,
    /// 99 of 100.
    pub p99: f64,
    /// The highest.
    pub max: f64,
}

impl Quantiles {
    fn of_us(mut samples: Vec<u64>) -> anyhow::Result<Self> {
        samples.sort_unstable();
        let last = samples.len().checked_sub(1).context("no samples")?;
        let at = |share: f64| samples[(share * last as f64).round() as usize] as f64 / 1_000.0;
        Ok(Self { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1.0) })
    }
}

/// Shows something over a line for so many seconds after a warm-up.
///
/// # Errors
/// When the connection fails, or nothing arrives.
pub fn run(
    show: Show,
    line: Line,
    congestion: Congestion,
    seconds: u64,
    seed: u64,
) -> anyhow::Result<Outcome> {
    let pair = Pair::connect(line, congestion, seed)?;
    let sender = Sender::new(show, pair.now_us, seed);
    let mut run = Run {
        show,
        line,
        sender,
        pair,
        viewer: Viewer::default(),
        reading: BTreeMap::new(),
        answers: VecDeque::new(),
        ages_us: Vec::new(),
        letters_seen: Version::NONE,
        updates: 0,
    };
    let begin_us = run.pair.now_us + WARM_UP_US;
    let end_us = begin_us + 1_000_000 * seconds;
    run.until(begin_us)?;
    run.begin();
    run.until(end_us)?;
    run.outcome(seconds)
}

struct Run {
    show: Show,
    line: Line,
    sender: Sender,
    pair: Pair,
    viewer: Viewer,
    reading: BTreeMap<StreamId, BytesMut>,
    /// When the sender hears that all up to a number is applied.
    answers: VecDeque<(u64, u64)>,
    ages_us: Vec<u64>,
    /// Letters up to this capture were seen.
    letters_seen: Version,
    updates: u64,
}

impl Run {
    fn until(&mut self, end_us: u64) -> anyhow::Result<()> {
        let mut look_us = self.pair.now_us;
        while self.pair.now_us < end_us {
            let answer = self.answers.front().map(|(at, _)| *at);
            let pause_us = self.pair.meter.pause_at(self.pair.now()).as_micros() as u64;
            let paced = (0 < pause_us).then_some(self.pair.now_us + pause_us + 1);
            let next = [self.pair.next_us(), answer, paced, Some(self.sender.next_us()), Some(look_us)];
            let next_us = next.into_iter().flatten().min().context("never empty")?.max(self.pair.now_us);
            self.pair.advance(next_us)?;
            self.read()?;
            while let Some((_, applied)) = self.answers.pop_front_if(|(at, _)| *at <= next_us) {
                self.sender.view.answer(applied);
            }
            self.sender.capture(next_us)?;
            self.write()?;
            if look_us <= next_us {
                look_us = next_us + LOOK_US;
                self.look();
            }
        }
        Ok(())
    }

    /// As the relay's viewers do: an update at a time, while there is room and a stream.
    fn write(&mut self) -> anyhow::Result<()> {
        loop {
            let (now, meter) = (self.pair.now(), self.pair.meter.clone());
            let room = meter.room_at(now).min(UPDATE_BYTES_MAX);
            if room == 0 {
                break;
            }
            let Some(update) = self.sender.take(now, room) else { break };
            let connection = self.pair.connection(0)?;
            let stream = connection.streams().open(Dir::Uni).context("the viewer permits no stream")?;
            let priority = Priority::Screen(update.header.number).to_number();
            let mut sending = connection.send_stream(stream);
            sending.set_priority(priority)?;
            for chunk in update.encode() {
                let written = sending.write(&chunk)?;
                anyhow::ensure!(written == chunk.len(), "a stream was full");
                meter.wrote_at(now, Class::Screen, written);
            }
            sending.finish()?;
            self.pair.transmit();
        }
        Ok(())
    }

    fn read(&mut self) -> anyhow::Result<()> {
        let connection = self.pair.connection(1)?;
        while let Some(stream) = connection.streams().accept(Dir::Uni) {
            self.reading.insert(stream, BytesMut::new());
        }
        let mut whole: Vec<(StreamId, Bytes)> = Vec::new();
        for (id, bytes) in &mut self.reading {
            let mut stream = connection.recv_stream(*id);
            let Ok(mut chunks) = stream.read(true) else { continue };
            loop {
                match chunks.next(usize::MAX) {
                    Ok(Some(chunk)) => bytes.extend_from_slice(&chunk.bytes),
                    Ok(None) => {
                        whole.push((*id, bytes.split().freeze()));
                        break;
                    }
                    Err(_) => break,
                }
            }
            let _ = chunks.finalize();
        }
        for (id, bytes) in whole {
            self.reading.remove(&id);
            self.updates += 1;
            let applied = self.viewer.receive(bytes)?;
            self.answers.push_back((self.pair.now_us + self.line.rtt_us / 2, applied));
        }
        self.pair.transmit();
        Ok(())
    }

    fn look(&mut self) {
        match self.show {
            Show::Motion => self.look_at_motion(),
            Show::TypingBesidePhotos => self.look_at_letters(),
        }
    }

    /// The oldest of the tiles that change all the time.
    fn look_at_motion(&mut self) {
        let now_us = self.pair.now_us;
        let captured = (0..MOTION_TILES).map(|place| self.sender.captured_us(self.viewer.shown(place)?));
        self.ages_us.extend(captured.map(|captured| now_us - captured.unwrap_or(0)).max());
    }

    /// Each letter, when it is seen first.
    fn look_at_letters(&mut self) {
        let Some(shown) = self.viewer.shown(0) else { return };
        while self.letters_seen < shown {
            let Some(next) = self.letters_seen.next() else { return };
            self.letters_seen = next;
            self.ages_us.extend(self.sender.captured_us(next).map(|captured| self.pair.now_us - captured));
        }
    }

    fn begin(&mut self) {
        self.ages_us.clear();
        self.updates = 0;
        let down = &mut self.pair.directions[0];
        (down.bytes, down.dropped) = (0, 0);
        down.queues_us.clear();
    }

    fn outcome(self, seconds: u64) -> anyhow::Result<Outcome> {
        let [down, _] = self.pair.directions;
        let packets = down.queues_us.len().max(1) as f64;
        Ok(Outcome {
            age_ms: Quantiles::of_us(self.ages_us)?,
            queue_ms: Quantiles::of_us(down.queues_us)?,
            bytes_per_second: down.bytes / seconds,
            dropped_percent: 100.0 * down.dropped as f64 / packets,
            updates: self.updates,
        })
    }
}
