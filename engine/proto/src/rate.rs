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
    /// Bytes a second; `None` until the path was used to the full once.
    rate: Option<u64>,
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
    start: Instant,
    delivered_before: u64,
    /// Whether the sender had more to write than it was allowed to; if not, the rate says nothing of the path.
    is_full: bool,
}

impl Budget {
    /// Takes what the link knows by now; wanted after acknowledgements.
    pub fn handle(&mut self, now: Instant, sample: Sample) {
        self.sample = sample;
        if let State::Probing { until } = self.state
            && until <= now
        {
            self.state = State::Steady;
        }
        match self.round {
            Some(round) if self.round_time() <= now.saturating_duration_since(round.start) => {
                self.measure(now, round);
                self.round = Some(self.new_round(now));
            }
            Some(_) => {}
            None => self.round = Some(self.new_round(now)),
        }
    }

    /// Bytes that may be written now, given those that were written and are not yet acknowledged.
    pub fn room(&mut self, now: Instant, in_flight_bytes: u64) -> usize {
        if in_flight_bytes == 0 {
            // Nothing is on its way: what went before must not water down what comes.
            self.round = Some(self.new_round(now));
        }
        let room = self.bytes().saturating_sub(in_flight_bytes);
        if room < BYTES_MIN
            && let Some(round) = &mut self.round
        {
            round.is_full = true;
        }
        usize::try_from(room).unwrap_or(usize::MAX)
    }

    /// The bytes that may be on their way at once; never below [`BYTES_MIN`].
    pub fn bytes(&self) -> u64 {
        let window = self.sample.window_bytes / 10 * 9;
        let by_rate = self.rate.map_or(u64::MAX, |rate| {
            let wanted = delivered_in(rate, self.sample.rtt_min + QUEUE_WANTED);
            if self.state == State::Steady { wanted } else { wanted.saturating_add(wanted / 4) }
        });
        window.min(by_rate).max(BYTES_MIN)
    }

    /// What the path is known to deliver, in bytes a second; `None` until it was used to the full once.
    pub fn rate(&self) -> Option<u64> {
        self.rate
    }

    /// The time that what is written now waits behind what is already on its way.
    pub fn queue(&self) -> Duration {
        self.sample.rtt.saturating_sub(self.sample.rtt_min)
    }

    fn measure(&mut self, now: Instant, round: Round) {
        let delivered = self.sample.delivered_bytes_total.saturating_sub(round.delivered_before);
        let measured = rate_of(delivered, now.saturating_duration_since(round.start));
        if round.is_full {
            let is_long = QUEUE_LONG < self.queue();
            let known = if is_long { 0 } else { self.rate.unwrap_or(0) };
            self.rate = Some(known.max(measured));
            if self.queue() < QUEUE_SHORT && self.state == State::Steady {
                self.state = State::Probing { until: now + self.sample.rtt };
            }
        } else {
            // A sender with little to say cannot find a slower rate, but it may find a faster one.
            self.rate = self.rate.map(|rate| rate.max(measured));
        }
        if QUEUE_LONG < self.queue() {
            self.state = State::Steady;
        }
    }

    fn new_round(&self, now: Instant) -> Round {
        Round { start: now, delivered_before: self.sample.delivered_bytes_total, is_full: false }
    }

    fn round_time(&self) -> Duration {
        self.sample.rtt.max(ROUND_MIN)
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
