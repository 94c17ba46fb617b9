//! What a viewer measures: age, input to pixel, and bytes.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// The longest time that is told apart; a minute is as good as never.
const LONGEST_US: u64 = 60_000_000;

/// Times, kept to three digits.
#[derive(Debug, Clone)]
pub struct Times {
    histogram: Histogram<u64>,
}

impl Default for Times {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_US, 3);
        Self { histogram: histogram.unwrap_or_else(|_| unreachable!("these bounds are valid")) }
    }
}

impl Times {
    /// Takes one more.
    pub fn add(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(LONGEST_US).clamp(1, LONGEST_US);
        self.histogram.saturating_record(micros);
    }

    /// How many were taken.
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The time that `share` of all do not exceed, in milliseconds.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        self.histogram.value_at_quantile(share) as f64 / 1000.0
    }

    /// The usual four quantiles.
    pub fn summary(&self) -> Summary {
        Summary {
            count: self.count(),
            p50_ms: self.quantile_ms(0.5),
            p95_ms: self.quantile_ms(0.95),
            p99_ms: self.quantile_ms(0.99),
            max_ms: self.histogram.max() as f64 / 1000.0,
        }
    }
}

/// Quantiles in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Summary {
    /// How many times were taken.
    pub count: u64,
    /// Half of them are not longer.
    pub p50_ms: f64,
    /// 95 of 100 are not longer.
    pub p95_ms: f64,
    /// 99 of 100 are not longer.
    pub p99_ms: f64,
    /// None is longer.
    pub max_ms: f64,
}

/// What one session brought.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Updates applied.
    pub updates: u64,
    /// Bytes of update streams: headers and operations, without QUIC.
    pub screen_bytes: u64,
    /// Bytes of cursor streams.
    pub cursor_bytes: u64,
    /// Age of what was painted, from its capture, as each update was applied.
    pub age: Times,
    /// Time to decode and paint an update.
    pub paint: Times,
    /// Tiles that had to be asked for again.
    pub refreshed: u64,
    /// Payload of tiles that made what was shown better, without a new picture: part of `screen_bytes`.
    pub refinement_bytes: u64,
}
