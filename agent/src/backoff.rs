//! How long to wait before the next try to reach the relay.
//!
//! Pure: randomness comes in as a number. Waits double up to a ceiling and are spread, so that a thousand
//! agents that lost the same relay do not come back in one moment.

use std::time::Duration;

/// The first wait: most lost lines are back at once.
const FIRST: Duration = Duration::from_millis(250);

/// The longest wait: an endpoint is back within half a minute of its network.
const LONGEST: Duration = Duration::from_secs(30);

/// Spread of a reconnect that the relay asked for.
const GOING_AWAY_JITTER: Duration = Duration::from_secs(1);

/// Counts failures and deals waits.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait before the next try. `random` is evenly spread from 0 to 1; the wait is half to all of its step.
    pub fn next(&mut self, random: f64) -> Duration {
        let step = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        step.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }

    /// The wait after a relay said that it goes away: no backoff, only spread.
    pub fn going_away(random: f64) -> Duration {
        GOING_AWAY_JITTER.mul_f64(random.clamp(0.0, 1.0))
    }

    /// A link was accepted: the next failure starts from the beginning.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_ceiling_and_start_over_after_success() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..9).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        backoff.succeeded();
        assert_eq!(backoff.next(0.0), FIRST / 2);
    }

    #[test]
    fn a_hundred_years_of_failures_do_not_overflow() {
        let mut backoff = Backoff { failures: u32::MAX };
        assert_eq!(backoff.next(1.0), LONGEST);
    }
}
