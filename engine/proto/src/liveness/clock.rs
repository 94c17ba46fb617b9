//! Clocks of two ends of a link, and how one's moments are read on the other's.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Samples of which the one with the smallest round trip is believed. At one every five seconds this is the last
/// forty seconds, in which two quartz clocks part by a few milliseconds at most.
const SAMPLES_MAX: usize = 8;

/// A clock that travels as 32 bits: microseconds since some start, wrapping after 71 minutes.
///
/// All links of one program may share one clock, so that a moment means the same on each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkClock {
    start: Instant,
}

impl LinkClock {
    /// A clock that reads 0 at `start`.
    pub fn starting(start: Instant) -> Self {
        Self { start }
    }

    /// What the clock shows at a moment, also one before its start.
    pub fn at(self, moment: Instant) -> u32 {
        match moment.checked_duration_since(self.start) {
            Some(since) => since.as_micros() as u32,
            None => (self.start.duration_since(moment).as_micros() as u32).wrapping_neg(),
        }
    }

    /// How long before `now` the clock showed `reading`; zero for a reading that is still to come.
    ///
    /// Right for readings of the last 35 minutes.
    pub fn age(self, now: Instant, reading: u32) -> Duration {
        let micros = self.at(now).wrapping_sub(reading).cast_signed();
        Duration::from_micros(micros.max(0).cast_unsigned().into())
    }
}

/// What the peer's clock shows when ours shows 0, from pings and their answers.
#[derive(Debug, Default)]
pub(super) struct Offset {
    samples: VecDeque<Sample>,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    round_trip: Duration,
    /// Theirs minus ours, wrapping.
    offset_us: u32,
}

impl Offset {
    /// Takes a ping that left at `sent_us` of our clock and was answered at `theirs_us` of the peer's.
    ///
    /// The answer is taken to stem from the middle of the round trip, so the error is at most half of it.
    pub(super) fn add(&mut self, sent_us: u32, theirs_us: u32, round_trip: Duration) {
        let middle_us = sent_us.wrapping_add((round_trip / 2).as_micros() as u32);
        if SAMPLES_MAX <= self.samples.len() {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample { round_trip, offset_us: theirs_us.wrapping_sub(middle_us) });
    }

    /// A moment of the peer's clock on ours; `None` before the first answer.
    pub(super) fn to_ours(&self, theirs_us: u32) -> Option<u32> {
        let best = self.samples.iter().min_by_key(|sample| sample.round_trip)?;
        Some(theirs_us.wrapping_sub(best.offset_us))
    }
}
