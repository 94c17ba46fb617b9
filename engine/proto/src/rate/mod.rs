//! How much a hop may write, so that what it writes arrives soon.
//!
//! A stream's write never blocks for the path's sake, so a sender that only waits for writes fills every buffer on the
//! way, and the next picture stands behind all of it. A [`Budget`] bounds what is written and not yet acknowledged to
//! what the path delivers in its empty round trip and a short queue. It believes what was delivered, asks for a little
//! more while its queue is short, and gives way as soon as the queue is long or much is lost. A packet lost now and
//! then is no reason to slow down: wireless lines lose some at any rate.
//!
//! The same bound, with some room above it, is the congestion window of our own controller ([`Budget::window`]); with
//! another controller that one's window bounds the budget, too.

use std::time::{Duration, Instant};

mod best;
#[cfg(test)]
mod tests;

use best::Best;

/// The queue that a full link is allowed: enough to keep it busy between two captures.
pub const QUEUE_WANTED: Duration = Duration::from_millis(18);

/// While the queue is shorter than this, the budget probes for more.
pub const QUEUE_SHORT: Duration = Duration::from_millis(15);

/// When the queue is longer than this, the budget falls to what was delivered.
pub const QUEUE_LONG: Duration = Duration::from_millis(40);

/// A budget is never less: two packets, or nothing could ever be measured.
pub const BYTES_MIN: u64 = 2 * PACKET_BYTES;

/// The budget while nothing is known of the path: what TCP begins with (RFC 6928), and a little.
pub const BYTES_START: u64 = 20 << 10;

/// What every link may have in the queue beside, for the same reason on slow lines.
const BYTES_EXTRA: u64 = PACKET_BYTES;

const PACKET_BYTES: u64 = 1200;

/// The queue that is left on fast lines, and where every longer one overflows a small buffer: acknowledgements and
/// tasks are late by so much.
const QUEUE_MIN: Duration = Duration::from_millis(3);

/// More than this need not stand in a queue, unless [`QUEUE_MIN`] asks for it. Links on one line differ in rate; what
/// each may have in the queue does not, and so the slower ones gain on the faster until they share evenly. A busy picture
/// of 20 kB fits: in two parts it costs every hop nearly twice.
const QUEUE_BYTES_MAX: u64 = 20 << 10;

/// What a round without much loss gives back of the queue that was taken away.
const QUEUE_BACK: Duration = Duration::from_micros(250);

/// Lost, of all that was under way, in a hundred: more means that a buffer overflows. Lines that lose as much
/// whatever is sent lose speed, too, but never below what they deliver.
const LOSS_MUCH_PERCENT: u64 = 10;

/// Losses are counted over at least so much, since one of few packets says nothing about a line.
const LOSS_OVER_BYTES: u64 = 30 * PACKET_BYTES;

/// After so many rounds in which writing less did not shorten the queue, perhaps the path itself has become longer.
const FALLS_MAX: u32 = 8;

/// A full path is emptied so often to see how long it is: others may have queued when it was seen first, and a queue
/// that stands looks like a longer path.
const DRAIN_EVERY: Duration = Duration::from_secs(10);

/// A round trip this close to the shortest one was that of the empty path.
const BASE_NEAR: Duration = Duration::from_millis(2);

/// Rounds without a probe after probes that found nothing, at most.
const PAUSE_MAX: u32 = 7;

/// Rounds in a row without a quarter more, after which the rate is no more doubled.
const STALLS_MAX: u32 = 3;

/// The shortest time over which a rate is measured; acknowledgements come in bursts.
const ROUND_MIN: Duration = Duration::from_millis(5);

/// What a link knows of its path at a moment. Bytes count everything that the carrier sent, headers included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sample {
    /// The round trip of what was acknowledged last; zero while it is not known.
    pub rtt: Duration,
    /// The window of a controller that is not ours; [`u64::MAX`] where there is none.
    pub window_bytes: u64,
    /// Acknowledged since the link began.
    pub delivered_bytes_total: u64,
    /// Found lost since the link began.
    pub lost_bytes_total: u64,
}

/// The bytes that may be on their way at once.
#[derive(Debug, Clone)]
pub struct Budget {
    sample: Sample,
    sampled_at: Option<Instant>,
    /// The round trip of the empty path, and when it was seen last.
    base: Duration,
    based_at: Option<Instant>,
    /// The queue that stayed all through the last round.
    queue: Duration,
    /// The queue that is wanted here; less than [`QUEUE_WANTED`] where buffers are small.
    wanted: Duration,
    /// Bytes a second; `None` until the path was used to the full once.
    rate: Option<Best>,
    /// Rounds in a row after which the queue was long.
    falls: u32,
    round: Option<Round>,
    losses: Losses,
    state: State,
    probe: Probe,
}

/// What became of what was sent, over several rounds where they are small.
#[derive(Debug, Clone, Copy, Default)]
struct Losses {
    lost: u64,
    delivered: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Doubles until the path is full: `stalls` rounds in a row did not bring much more than `best` before.
    Starting { best: u64, stalls: u32 },
    /// Writes what the path is known to deliver.
    #[default]
    Steady,
    /// Writes a quarter more, to see whether that is delivered, too.
    Probing { until: Instant },
    /// Writes half, and looks from a moment on how short the round trip is.
    Draining { from: Instant, until: Instant, rtt: Option<Duration> },
}

/// When to probe next.
#[derive(Debug, Clone, Copy, Default)]
struct Probe {
    /// The rate when the last one began.
    rate: u64,
    /// Rounds since.
    rounds: u32,
    /// Rounds to wait.
    pause: u32,
}

/// One measurement of what is delivered.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// When the first of its bytes could be acknowledged; at the beginning of a burst that is still to come.
    start: Instant,
    delivered_before: u64,
    lost_before: u64,
    /// The shortest round trip in it.
    rtt: Option<Duration>,
    /// Whether the sender wrote about what it may; if not, a low rate says nothing of the path.
    is_full: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            sample: Sample { window_bytes: u64::MAX, ..Sample::default() },
            sampled_at: None,
            base: Duration::ZERO,
            based_at: None,
            queue: Duration::ZERO,
            wanted: QUEUE_WANTED,
            rate: None,
            falls: 0,
            round: None,
            losses: Losses::default(),
            state: State::Starting { best: 0, stalls: 0 },
            probe: Probe::default(),
        }
    }
}

impl Budget {
    /// Takes what the link knows by now; wanted after acknowledgements.
    pub fn handle(&mut self, now: Instant, sample: Sample) {
        if !sample.rtt.is_zero() {
            self.see(now, sample.rtt);
        }
        self.sample = sample;
        self.sampled_at = Some(now);
        match self.state {
            State::Probing { until } if until <= now => self.state = State::Steady,
            State::Draining { until, rtt, .. } if until <= now => self.drained(now, rtt),
            _ => {}
        }
        let Some(round) = &mut self.round else { return };
        if !sample.rtt.is_zero() {
            round.rtt = Some(round.rtt.map_or(sample.rtt, |rtt| rtt.min(sample.rtt)));
        }
        let round = *round;
        let length = round.rtt.unwrap_or(self.base).max(ROUND_MIN);
        if length <= now.saturating_duration_since(round.start) {
            self.end_round(now, round);
            self.round = Some(self.new_round(now));
        }
    }

    /// Something is sent, with this much under way: before it, and together with it.
    pub fn sent(&mut self, now: Instant, before_bytes: u64, in_flight_bytes: u64) {
        if before_bytes == 0 {
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
    }

    /// Everything was lost for long: the path is not what it was.
    pub fn collapse(&mut self) {
        if let Some(rate) = &mut self.rate {
            *rate = Best::new(rate.get() / 2);
        }
        self.state = State::Steady;
    }

    /// Bytes that may be written now, given those that were written and are not yet acknowledged.
    pub fn room(&self, in_flight_bytes: u64) -> usize {
        usize::try_from(self.bytes().saturating_sub(in_flight_bytes)).unwrap_or(usize::MAX)
    }

    /// The bytes that may be on their way at once; never below [`BYTES_MIN`].
    pub fn bytes(&self) -> u64 {
        let window = self.sample.window_bytes / 10 * 9;
        let by_rate = self.rate.map_or(BYTES_START, |rate| {
            let steady = delivered_in(rate.get(), self.base).saturating_add(self.standing(rate.get()));
            match self.state {
                State::Steady => steady,
                State::Draining { .. } => delivered_in(rate.get(), self.base) / 2,
                State::Probing { .. } => steady.saturating_add(steady / 4),
                State::Starting { .. } => steady.saturating_mul(2),
            }
        });
        window.min(by_rate).max(BYTES_MIN)
    }

    /// What may stand in the queue at a rate.
    fn standing(&self, rate: u64) -> u64 {
        let wanted = delivered_in(rate, self.wanted).min(QUEUE_BYTES_MAX);
        wanted.max(delivered_in(rate, QUEUE_MIN)).saturating_add(BYTES_EXTRA)
    }

    /// The congestion window that goes with the budget: an eighth more, so that what is sent again finds room.
    pub fn window(&self) -> u64 {
        let bytes = self.bytes();
        bytes.saturating_add(bytes / 8).max(2 * BYTES_MIN)
    }

    /// What the path is known to deliver, in bytes a second; `None` until it was used to the full once.
    pub fn rate(&self) -> Option<u64> {
        self.rate.map(Best::get)
    }

    /// How fast to write, in bytes a second; `None` where it does not matter. Where the round trip is long, all that
    /// is allowed would otherwise stand in the queue at once after a pause.
    pub fn pace(&self) -> Option<u64> {
        let is_known = !matches!(self.state, State::Starting { .. }) && QUEUE_WANTED < self.base;
        let least = rate_of(BYTES_MIN, self.base);
        self.rate().filter(|_| is_known).map(|rate| rate.saturating_add(rate / 4).max(least))
    }

    /// How long what was written in the last round waited behind what was already on its way.
    pub fn queue(&self) -> Duration {
        self.queue
    }

    fn end_round(&mut self, now: Instant, round: Round) {
        let measured = self.measured(now, round);
        let rtt = round.rtt.unwrap_or(self.base);
        self.queue = rtt.saturating_sub(self.base);
        if matches!(self.state, State::Draining { .. }) {
            return;
        }
        if !round.is_full {
            // Hardly anything of ours was on the way, so a longer round trip is the path's own.
            self.base += self.queue / 8;
            return self.raise(measured, false);
        }
        if self.based_at.is_some_and(|at| DRAIN_EVERY <= now.saturating_duration_since(at)) {
            return self.drain(now, rtt);
        }
        if QUEUE_LONG < self.queue {
            return self.fall(now, measured, rtt);
        }
        self.falls = 0;
        if self.is_lossy(round) {
            self.wanted = (self.wanted / 10 * 7).max(QUEUE_MIN);
            self.rate = Some(Best::new(measured));
            self.state = State::Steady;
            self.probe.pause = PAUSE_MAX;
            return;
        }
        self.wanted = (self.wanted + QUEUE_BACK).min(QUEUE_WANTED);
        match &mut self.rate {
            Some(rate) => rate.add(measured),
            None => self.rate = Some(Best::new(measured)),
        }
        self.choose(now, measured, rtt);
    }

    /// The queue is too long: no more than is delivered.
    fn fall(&mut self, now: Instant, measured: u64, rtt: Duration) {
        self.rate = Some(Best::new(measured));
        self.state = State::Steady;
        self.falls += 1;
        if FALLS_MAX <= self.falls {
            self.drain(now, rtt);
        }
    }

    /// Notes a round trip.
    fn see(&mut self, now: Instant, rtt: Duration) {
        if self.base.is_zero() || rtt <= self.base + BASE_NEAR {
            self.based_at = Some(now);
        }
        self.base = if self.base.is_zero() { rtt } else { self.base.min(rtt) };
        if let State::Draining { from, rtt: least, .. } = &mut self.state
            && *from <= now
        {
            *least = Some(least.map_or(rtt, |least| least.min(rtt)));
        }
    }

    /// Begins to empty the path: a round trip until less is on the way, and one to look.
    fn drain(&mut self, now: Instant, rtt: Duration) {
        let rtt = rtt.max(ROUND_MIN);
        self.state = State::Draining { from: now + rtt, until: now + 2 * rtt, rtt: None };
        self.falls = 0;
    }

    /// The path was as empty as it gets by itself.
    fn drained(&mut self, now: Instant, rtt: Option<Duration>) {
        self.state = State::Steady;
        self.base = rtt.unwrap_or(self.base);
        self.based_at = Some(now);
        self.round = Some(self.new_round(now));
    }

    /// Whether so much was lost that a buffer must have overflowed.
    fn is_lossy(&mut self, round: Round) -> bool {
        let lost = self.sample.lost_bytes_total.saturating_sub(round.lost_before);
        let delivered = self.sample.delivered_bytes_total.saturating_sub(round.delivered_before);
        self.losses.lost = self.losses.lost.saturating_add(lost);
        self.losses.delivered = self.losses.delivered.saturating_add(delivered);
        let Losses { lost, delivered } = self.losses;
        let all = lost.saturating_add(delivered);
        if all < LOSS_OVER_BYTES {
            return false;
        }
        self.losses = Losses::default();
        all.saturating_mul(LOSS_MUCH_PERCENT) < lost.saturating_mul(100)
    }

    /// What to do after a full round that was good.
    fn choose(&mut self, now: Instant, measured: u64, rtt: Duration) {
        let is_short = self.queue < QUEUE_SHORT;
        self.probe.rounds += 1;
        self.state = match self.state {
            State::Starting { .. } if !is_short => State::Steady,
            State::Starting { best, .. } if best + best / 4 < measured => {
                State::Starting { best: measured, stalls: 0 }
            }
            State::Starting { stalls, .. } if STALLS_MAX <= stalls + 1 => State::Steady,
            State::Starting { best, stalls } => State::Starting { best, stalls: stalls + 1 },
            State::Steady if is_short && self.probe.pause < self.probe.rounds => {
                let rate = self.rate().unwrap_or(0);
                let has_found = self.probe.rate + self.probe.rate / 20 < rate;
                let pause = if has_found { 0 } else { (2 * self.probe.pause + 1).min(PAUSE_MAX) };
                self.probe = Probe { rate, rounds: 0, pause };
                State::Probing { until: now + rtt }
            }
            state => state,
        };
    }

    /// Believes a faster rate from anybody, but a first one only from a sender that used the path to the full.
    fn raise(&mut self, measured: u64, is_full: bool) {
        match &mut self.rate {
            Some(rate) => rate.raise(measured),
            None => self.rate = is_full.then(|| Best::new(measured)),
        }
    }

    /// What was delivered in a round that ends at `end`, in bytes a second.
    fn measured(&self, end: Instant, round: Round) -> u64 {
        let delivered = self.sample.delivered_bytes_total.saturating_sub(round.delivered_before);
        rate_of(delivered, end.saturating_duration_since(round.start).max(ROUND_MIN))
    }

    fn new_round(&self, start: Instant) -> Round {
        Round {
            start,
            delivered_before: self.sample.delivered_bytes_total,
            lost_before: self.sample.lost_bytes_total,
            rtt: None,
            is_full: false,
        }
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
