//! What a run counts, at both ends of the relay.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hdrhistogram::Histogram;
use parking_lot::Mutex;
use serde::Serialize;

/// Longest time that is told apart from longer ones.
const TIME_US_MAX: u64 = 60_000_000;

/// Counters and times of one group of technicians; clones of its `Arc` share it.
#[derive(Debug)]
pub struct Tally {
    captures: AtomicU64,
    updates: AtomicU64,
    bytes: AtomicU64,
    latency: Mutex<Histogram<u64>>,
    age: Mutex<Histogram<u64>>,
    echo: Mutex<Histogram<u64>>,
    input: Mutex<Histogram<u64>>,
}

impl Default for Tally {
    fn default() -> Self {
        let times = || Mutex::new(new_histogram());
        Self {
            captures: AtomicU64::new(0),
            updates: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            latency: times(),
            age: times(),
            echo: times(),
            input: times(),
        }
    }
}

/// What was counted in a stretch of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Counted {
    /// Captures of agents.
    pub captures: u64,
    /// Updates that technicians have whole.
    pub updates: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// From a capture until a technician has its update whole.
    pub latency: Times,
    /// Age of what technicians show, sampled over time: of a still link it grows from capture to capture.
    pub age: Times,
    /// From a key's press until the update that shows it.
    pub echo: Times,
    /// From a key's press until the agent has it.
    pub input: Times,
}

/// Quantiles in milliseconds; all 0 where there was nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Times {
    /// How many.
    pub count: u64,
    /// The value that half do not exceed.
    pub p50: f64,
    /// … that 95 of 100 do not.
    pub p95: f64,
    /// … that 99 of 100 do not.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Tally {
    /// An agent has captured.
    pub fn captured(&self) {
        self.captures.fetch_add(1, Relaxed);
    }

    /// A technician has an update; `age_us` is of its newest capture, where that is remembered.
    pub fn shown(&self, bytes: usize, age_us: Option<u64>) {
        self.updates.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
        if let Some(age_us) = age_us {
            self.latency.lock().saturating_record(age_us);
        }
    }

    /// A technician shows a picture of this age.
    pub fn aged(&self, age_us: u64) {
        self.age.lock().saturating_record(age_us);
    }

    /// A press came back.
    pub fn echoed(&self, time_us: u64) {
        self.echo.lock().saturating_record(time_us);
    }

    /// A press reached the agent.
    pub fn input(&self, time_us: u64) {
        self.input.lock().saturating_record(time_us);
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.updates.load(Relaxed)
    }

    /// Gives what was counted since the last time, and begins anew.
    pub fn take(&self) -> Counted {
        self.take_into(&Self::default())
    }

    /// The same, and adds it to the `whole`.
    pub fn take_into(&self, whole: &Self) -> Counted {
        let count = |from: &AtomicU64, to: &AtomicU64| {
            let taken = from.swap(0, Relaxed);
            to.fetch_add(taken, Relaxed);
            taken
        };
        Counted {
            captures: count(&self.captures, &whole.captures),
            updates: count(&self.updates, &whole.updates),
            bytes: count(&self.bytes, &whole.bytes),
            latency: Times::take(&self.latency, &whole.latency),
            age: Times::take(&self.age, &whole.age),
            echo: Times::take(&self.echo, &whole.echo),
            input: Times::take(&self.input, &whole.input),
        }
    }
}

impl Times {
    fn take(histogram: &Mutex<Histogram<u64>>, whole: &Mutex<Histogram<u64>>) -> Self {
        let taken = std::mem::replace(&mut *histogram.lock(), new_histogram());
        // All have the same bounds, so adding cannot fail.
        let _ = whole.lock().add(&taken).is_ok();
        let at = |quantile: f64| taken.value_at_quantile(quantile) as f64 / 1e3;
        Self { count: taken.len(), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: taken.max() as f64 / 1e3 }
    }
}

#[expect(clippy::expect_used, reason = "the bounds are constants, and a test makes one")]
fn new_histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, TIME_US_MAX, 3).expect("bounds that a histogram may have")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_is_not_counted_again() {
        let tally = Tally::default();
        for age_us in 1..=100 {
            tally.shown(10, Some(1000 * age_us));
        }
        let counted = tally.take();
        assert_eq!((counted.updates, counted.bytes, counted.latency.count), (100, 1000, 100));
        assert!((counted.latency.p50 - 50.0).abs() < 0.1, "{:?}", counted.latency);
        assert_eq!(tally.take(), Counted::default());
    }
}
