//! How much a hop may write, so that what it writes arrives soon.
//!
//! A stream's write never blocks for the path's sake, so a sender that only waits for writes fills every buffer on the
//! way, and the next picture stands behind all of it. A [`Budget`] bounds what is written and not yet acknowledged:
//! the smaller of nine tenths of the congestion window and what the path delivers in its smallest round trip and
//! [`QUEUE_WANTED`]. It finds the rate by asking for a little more while its own queue is short, and believes what was
//! delivered as soon as the queue is long.

use std::time::{Duration, Instant};

/// The queue that a full link is allowed: enough to keep it busy between two captures.
pub const QUEUE_WANTED: Duration = Duration::from_millis(30);

/// While the queue is shorter than this, the budget probes for more.
pub const QUEUE_SHORT: Duration = Duration::from_millis(15);

/// When the queue is longer than this, the budget falls to what was delivered.
pub const QUEUE_LONG: Duration = Duration::from_millis(40);

/// A budget is never less: two packets, or nothing could ever be measured.
pub const BYTES_MIN: u64 = 2 * 1200;

/// The budget while nothing is known of the path, as much as a new connection may send anyway.
pub const BYTES_START: u64 = 32 << 10;

/// After so many rounds in which writing less did not shorten the queue, the round trip itself has grown.
const FALLS_MAX: u32 = 8;

/// The shortest time over which a rate is measured; acknowledgements come in bursts.
const ROUND_MIN: Duration = Duration::from_millis(5);

/// What a link knows of its path at a moment. Bytes count everything that the carrier sent, headers included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sample {
    /// The smoothed round trip; zero while it is not known.
    pub rtt: Duration,
    /// The smallest round trip of this path.
    pub rtt_min: Duration,
    /// The congestion window; [`u64::MAX`] where the carrier has none that can be seen.
    pub window_bytes: u64,
    /// Sent and not yet acknowledged.
    pub in_flight_bytes: u64,
    /// Acknowledged since the link began.
    pub delivered_bytes_total: u64,
}

/// The bytes that may be on their way at once.
#[derive(Debug, Default)]
pub struct Budget {
    sample: Sample,
    sampled_at: Option<Instant>,
    /// The round trip of the empty path.
    base: Duration,
    /// Bytes a second; `None` until the path was used to the full once.
    rate: Option<u64>,
    /// Rounds in a row after which the queue was long.
    falls: u32,
    round: Option<Round>,
    state: State,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Writes what the path is known to deliver.
    #[default]
    Steady,
    /// Writes a quarter more, to see whether that is delivered, too.
    Probing { until: Instant },
}

/// One measurement of what is delivered.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// When the first of its bytes could be acknowledged; at the beginning of a burst that is still to come.
    start: Instant,
    delivered_before: u64,
    /// Whether the sender wrote about what it may; if not, a low rate says nothing of the path.
    is_full: bool,
}

impl Budget {
    /// Takes what the link knows by now; wanted after acknowledgements.
    pub fn handle(&mut self, now: Instant, sample: Sample) {
        self.base = match self.sampled_at {
            None => sample.rtt_min,
            Some(_) if sample.rtt_min < self.sample.rtt_min => sample.rtt_min,
            Some(_) => self.base.min(sample.rtt),
        };
        self.sample = sample;
        self.sampled_at = Some(now);
        if let State::Probing { until } = self.state
            && until <= now
        {
            self.state = State::Steady;
        }
        if let Some(round) = self.round
            && sample.rtt.max(ROUND_MIN) <= now.saturating_duration_since(round.start)
        {
            self.end_round(now, round);
            self.round = Some(self.new_round(now));
        }
    }

    /// Bytes that may be written now, given those that were written and are not yet acknowledged.
    pub fn room(&mut self, now: Instant, in_flight_bytes: u64) -> usize {
        if in_flight_bytes == 0 {
            // A burst ended, and the next one begins: the pause must not water down either.
            if let (Some(round), Some(ended)) = (self.round.take(), self.sampled_at) {
                self.raise(self.measured(ended, round), round.is_full);
            }
            self.round = Some(self.new_round(now + self.base));
        }
        let bytes = self.bytes();
        if let Some(round) = &mut self.round
            && bytes / 2 <= in_flight_bytes
        {
            round.is_full = true;
        }
        usize::try_from(bytes.saturating_sub(in_flight_bytes)).unwrap_or(usize::MAX)
    }

    /// The bytes that may be on their way at once; never below [`BYTES_MIN`].
    pub fn bytes(&self) -> u64 {
        let window = self.sample.window_bytes / 10 * 9;
        let by_rate = self.rate.map_or(BYTES_START, |rate| {
            let wanted = delivered_in(rate, self.base + QUEUE_WANTED);
            if self.state == State::Steady { wanted } else { wanted.saturating_add(wanted / 4) }
        });
        window.min(by_rate).max(BYTES_MIN)
    }

    /// What the path is known to deliver, in bytes a second; `None` until it was used to the full once.
    pub fn rate(&self) -> Option<u64> {
        self.rate
    }

    /// How long what is written now waits behind what is already on its way.
    pub fn queue(&self) -> Duration {
        self.sample.rtt.saturating_sub(self.base)
    }

    fn end_round(&mut self, now: Instant, round: Round) {
        let measured = self.measured(now, round);
        if round.is_full && QUEUE_LONG < self.queue() {
            self.rate = Some(measured);
            self.state = State::Steady;
            self.falls += 1;
            if FALLS_MAX <= self.falls {
                // To write less has not helped, so this is no queue of ours: the path itself has become longer.
                self.base = self.sample.rtt;
                self.falls = 0;
            }
            return;
        }
        self.falls = 0;
        self.raise(measured, round.is_full);
        if round.is_full && self.queue() < QUEUE_SHORT && self.state == State::Steady {
            self.state = State::Probing { until: now + self.sample.rtt };
        }
    }

    /// Believes a faster rate from anybody, but a first one only from a sender that used the path to the full.
    fn raise(&mut self, measured: u64, is_full: bool) {
        self.rate = match self.rate {
            Some(rate) => Some(rate.max(measured)),
            None => is_full.then_some(measured),
        };
    }

    /// What was delivered in a round that ends at `end`, in bytes a second.
    fn measured(&self, end: Instant, round: Round) -> u64 {
        let delivered = self.sample.delivered_bytes_total.saturating_sub(round.delivered_before);
        rate_of(delivered, end.saturating_duration_since(round.start).max(ROUND_MIN))
    }

    fn new_round(&self, start: Instant) -> Round {
        Round { start, delivered_before: self.sample.delivered_bytes_total, is_full: false }
    }
}

fn delivered_in(rate: u64, time: Duration) -> u64 {
    let bytes = u128::from(rate) * time.as_micros() / 1_000_000;
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn rate_of(bytes: u64, time: Duration) -> u64 {
    let rate = u128::from(bytes) * 1_000_000 / time.as_micros().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    /// A path with one bottleneck and a queue without end, in steps of a millisecond.
    struct Path {
        now: Instant,
        bytes_per_ms: u64,
        delay: Duration,
        queued: u64,
        /// When bytes are acknowledged, how many, and when they were sent.
        returning: VecDeque<(Instant, u64, Instant)>,
        sending: VecDeque<(Instant, u64)>,
        in_flight: u64,
        delivered: u64,
        rtt: Duration,
        rtt_min: Duration,
    }

    impl Path {
        fn new(bytes_per_ms: u64, delay_ms: u64) -> Self {
            #[expect(clippy::disallowed_methods, reason = "a moment to begin with; nothing is measured")]
            let now = Instant::now();
            let delay = Duration::from_millis(delay_ms);
            let (returning, sending) = (VecDeque::new(), VecDeque::new());
            let (queued, in_flight, delivered) = (0, 0, 0);
            Self {
                now,
                bytes_per_ms,
                delay,
                queued,
                returning,
                sending,
                in_flight,
                delivered,
                rtt: delay,
                rtt_min: delay,
            }
        }

        /// A millisecond in which the sender writes `wish` bytes or what it may.
        fn step(&mut self, budget: &mut Budget, wish: u64) {
            let wrote = wish.min(budget.room(self.now, self.in_flight) as u64);
            if 0 < wrote {
                self.in_flight += wrote;
                self.queued += wrote;
                self.sending.push_back((self.now, wrote));
            }
            self.now += Duration::from_millis(1);
            self.carry();
            while let Some((_, bytes, sent)) = self.returning.pop_front_if(|(due, ..)| *due <= self.now) {
                self.in_flight -= bytes;
                self.delivered += bytes;
                self.rtt = self.now.duration_since(sent);
                self.rtt_min = self.rtt_min.min(self.rtt);
            }
            budget.handle(self.now, self.sample());
        }

        fn carry(&mut self) {
            let mut room = self.bytes_per_ms;
            while let Some((sent, bytes)) = self.sending.front_mut() {
                let carried = room.min(*bytes);
                if carried == 0 {
                    break;
                }
                *bytes -= carried;
                room -= carried;
                self.queued -= carried;
                self.returning.push_back((self.now + self.delay, carried, *sent));
                if *bytes == 0 {
                    self.sending.pop_front();
                }
            }
        }

        fn sample(&self) -> Sample {
            Sample {
                rtt: self.rtt,
                rtt_min: self.rtt_min,
                window_bytes: u64::MAX,
                in_flight_bytes: self.in_flight,
                delivered_bytes_total: self.delivered,
            }
        }

        /// Writes all that is allowed for a while; what was delivered, as a part of what the path could.
        fn fill(&mut self, budget: &mut Budget, ms: u64) -> f64 {
            let before = self.delivered;
            for _ in 0..ms {
                self.step(budget, u64::MAX >> 1);
            }
            (self.delivered - before) as f64 / (ms * self.bytes_per_ms) as f64
        }

        fn queue_ms(&self) -> u64 {
            self.queued / self.bytes_per_ms
        }
    }

    #[test]
    fn a_link_of_which_nothing_is_known_takes_two_packets() {
        assert_eq!(Budget::default().bytes(), BYTES_MIN);
    }

    #[test]
    fn the_congestion_window_bounds_the_budget_with_a_tenth_to_spare() {
        let mut budget = Budget::default();
        let path = Path::new(1_000, 20);
        budget.handle(path.now, Sample { window_bytes: 20_000, ..path.sample() });
        assert_eq!(budget.room(path.now, 8_000), 10_000);
        assert_eq!(budget.room(path.now, 40_000), 0);
    }

    #[test]
    fn a_full_link_is_busy_and_its_queue_is_short() {
        for (bytes_per_ms, delay_ms) in [(125, 20), (625, 40), (1_250, 5), (12_500, 100), (125_000, 1)] {
            let mut path = Path::new(bytes_per_ms, delay_ms);
            let mut budget = Budget::default();
            path.fill(&mut budget, 3_000);
            let used = path.fill(&mut budget, 3_000);
            assert!(0.9 < used, "{used} of {bytes_per_ms} B/ms at {delay_ms} ms");
            assert!(path.queue_ms() <= 50, "{} ms at {bytes_per_ms} B/ms, {delay_ms} ms", path.queue_ms());
        }
    }

    #[test]
    fn a_link_that_becomes_slower_drains_within_a_second() {
        let mut path = Path::new(1_250, 20);
        let mut budget = Budget::default();
        path.fill(&mut budget, 3_000);
        path.bytes_per_ms = 250;
        path.fill(&mut budget, 1_000);
        assert!(path.queue_ms() <= 60, "{} ms", path.queue_ms());
    }

    #[test]
    fn a_link_that_becomes_faster_is_used_within_seconds() {
        let mut path = Path::new(250, 40);
        let mut budget = Budget::default();
        path.fill(&mut budget, 2_000);
        path.bytes_per_ms = 2_500;
        path.fill(&mut budget, 3_000);
        let used = path.fill(&mut budget, 1_000);
        assert!(0.9 < used, "{used}");
    }

    #[test]
    fn a_path_that_becomes_longer_is_used_again_within_seconds() {
        let mut path = Path::new(1_250, 10);
        let mut budget = Budget::default();
        path.fill(&mut budget, 2_000);
        path.delay = Duration::from_millis(90);
        path.fill(&mut budget, 4_000);
        let used = path.fill(&mut budget, 1_000);
        assert!(0.9 < used, "{used}");
        assert!(path.queue_ms() <= 50, "{} ms", path.queue_ms());
    }

    #[test]
    fn bursts_with_pauses_show_what_the_path_can_do() {
        let mut path = Path::new(12_500, 2);
        let mut budget = Budget::default();
        for _ in 0..20 {
            path.fill(&mut budget, 20);
            for _ in 0..200 {
                path.step(&mut budget, 0);
            }
        }
        assert!(Some(10_000_000) < budget.rate(), "{:?}", budget.rate());
    }

    #[test]
    fn a_sender_with_little_to_say_keeps_its_rate() {
        let mut path = Path::new(1_250, 20);
        let mut budget = Budget::default();
        path.fill(&mut budget, 3_000);
        let rate = budget.rate();
        for _ in 0..2_000 {
            path.step(&mut budget, 10);
        }
        assert_eq!(budget.rate(), rate);
    }

    proptest! {
        #[test]
        fn there_are_always_two_packets_and_never_more_than_the_window(
            samples in prop::collection::vec((any::<u32>(), any::<u32>(), any::<u64>(), any::<u64>(), any::<u64>(), 0..1_000_u64), 0..50),
        ) {
            let mut path = Path::new(1, 0);
            let mut budget = Budget::default();
            for (rtt, rtt_min, window_bytes, in_flight_bytes, delivered_bytes_total, wait) in samples {
                path.now += Duration::from_millis(wait);
                let (rtt, rtt_min) = (Duration::from_micros(rtt.into()), Duration::from_micros(rtt_min.into()));
                budget.handle(path.now, Sample { rtt, rtt_min, window_bytes, in_flight_bytes, delivered_bytes_total });
                prop_assert!(BYTES_MIN <= budget.bytes());
                prop_assert!(budget.bytes() <= window_bytes.max(BYTES_MIN));
                prop_assert!(budget.room(path.now, in_flight_bytes) as u64 <= budget.bytes());
            }
        }
    }
}
