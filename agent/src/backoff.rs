//! How long to wait before the next try to reach the relay.
//!
//! Pure: randomness comes in as a number. Waits double up to a ceiling and are spread, so that a thousand
//! agents that lost the same relay do not come back in one moment.

use std::time::Duration;

/// The first wait: most lost lines are back at once.
const FIRST: Duration = Duration::from_millis(250);

/// The longest wait: an endpoint is back within half a minute of its network.
const LONGEST: Duration = Duration::from_secs(30);

/// Widest spread of a reconnect that a relay may ask for.
const GOING_AWAY_JITTER_MAX: Duration = Duration::from_secs(10);

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

    /// The wait after a relay said that it goes away: no backoff, only the spread that it asked for.
    pub fn going_away(jitter: Duration, random: f64) -> Duration {
        jitter.min(GOING_AWAY_JITTER_MAX).mul_f64(random.clamp(0.0, 1.0))
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
    fn a_relay_that_goes_away_says_how_far_agents_are_spread_within_reason() {
        assert_eq!(Backoff::going_away(Duration::from_secs(1), 0.5), Duration::from_millis(500));
        assert_eq!(Backoff::going_away(Duration::MAX, 1.0), GOING_AWAY_JITTER_MAX);
    }

    #[test]
    fn a_hundred_years_of_failures_do_not_overflow() {
        let mut backoff = Backoff { failures: u32::MAX };
        assert_eq!(backoff.next(1.0), LONGEST);
    }
}
