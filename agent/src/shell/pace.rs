//! How fast a shell's output is passed on: at once as long as somebody could read it, and a flood only as fast as a
//! terminal draws, in few large pieces.
//!
//! What the pace holds back stays with the program, which waits as it does for every terminal. So a flood takes neither
//! the processor nor the line from the picture and the keys.

use std::time::{Duration, Instant};

/// Bytes a second of a flood: more than a browser's terminal draws, and a hundred thousand lines.
const FLOOD_BYTES: u64 = 8 << 20;

/// Bytes that go at once before that: many thousand lines.
const BURST_BYTES: u64 = 1 << 20;

/// A pause is not shorter than this: what gathers meanwhile goes together.
const PAUSE_MIN: Duration = Duration::from_millis(8);

/// Says when the next piece may go.
#[derive(Debug)]
pub(super) struct Pace {
    /// When all that was passed on would have gone at the pace of a flood.
    until: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { until: now }
    }

    /// So much was passed on; says how long the next piece waits.
    pub(super) fn passed(&mut self, now: Instant, bytes: usize) -> Duration {
        self.until = self.until.max(now) + takes(bytes as u64);
        let pause = self.until.saturating_duration_since(now + takes(BURST_BYTES));
        if pause < PAUSE_MIN { Duration::ZERO } else { pause }
    }
}

/// How long a flood takes for so much.
fn takes(bytes: u64) -> Duration {
    Duration::from_micros(bytes * 1_000_000 / FLOOD_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE_BYTES: usize = 16 << 10;

    #[test]
    fn what_a_person_reads_never_waits() {
        let mut now = Instant::now();
        let mut pace = Pace::new(now);
        for _ in 0..1000 {
            assert_eq!(pace.passed(now, 4 << 10), Duration::ZERO);
            now += Duration::from_millis(1);
        }
    }

    #[test]
    fn a_flood_goes_on_at_its_pace_however_long_it_lasts() {
        let start = Instant::now();
        let (mut pace, mut now, mut bytes) = (Pace::new(start), start, 0_u64);
        while now < start + Duration::from_secs(10) {
            now += pace.passed(now, PIECE_BYTES);
            bytes += PIECE_BYTES as u64;
        }
        let expected = 10 * FLOOD_BYTES + BURST_BYTES;
        assert!(bytes.abs_diff(expected) < expected / 50, "{bytes} of {expected}");
    }

    #[test]
    fn after_a_pause_a_burst_goes_at_once_again() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(pace.passed(start, 2 << 20), Duration::from_millis(125));
        let later = start + Duration::from_secs(1);
        assert_eq!(pace.passed(later, BURST_BYTES as usize), Duration::ZERO);
        assert!(PAUSE_MIN <= pace.passed(later, 8 * PIECE_BYTES));
    }
}
