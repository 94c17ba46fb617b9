//! Whether the peer still lives, how far away it is, and what its clock says.
//!
//! Each end runs a [`Liveness`] of its own and asks by pings of its own; anything that arrives is a sign of life.
//! Two modes: an idle link asks after 15 s of silence, so that thousands of them cost next to nothing; a link with
//! a session asks after 1 s, and notices within 5 s that its peer is gone. Pings also measure: [`Liveness::round_trip`]
//! and [`Liveness::to_ours`], by which a capture's time is passed on from hop to hop.

mod clock;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use wire::control::{Ping, Pong, control::Body};

pub use clock::LinkClock;
use clock::Offset;

/// Silence after which an idle link asks: well below the 30 s at which many routers forget a UDP path.
pub const IDLE_SILENCE: Duration = Duration::from_secs(15);

/// Silence after which a link with a session asks.
pub const LIVE_SILENCE: Duration = Duration::from_secs(1);

/// Silence after which a peer on a live link is dead: below the 5 s that are promised, by what a loaded machine may be
/// late with noticing.
pub const DEAD_AFTER: Duration = Duration::from_millis(4_500);

/// A tick that comes so much after its deadline says more of our machine than of the peer.
const LATE: Duration = Duration::from_secs(1);

/// A live link asks at least this often, even while bytes flow, so that clocks that drift apart are followed.
pub const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// What happens on a link.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Bytes arrived, whatever they were.
    Heard,
    /// The peer asks.
    Ping(Ping),
    /// The peer answers.
    Pong(Pong),
    /// A session begins (`true`), or the last one ended.
    SetLive(bool),
    /// Time has passed.
    Tick,
}

/// What the caller has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send this on the control stream.
    Send(Body),
    /// The peer is gone: close the link with [`wire::close::CloseCode::Silent`]. Comes once, as the last output.
    Dead,
}

/// One end's view of its peer.
#[derive(Debug)]
pub struct Liveness {
    clock: LinkClock,
    live: bool,
    state: State,
    heard: Instant,
    asked: Asked,
    offset: Offset,
    smoothed: Option<Duration>,
    smallest: Option<Duration>,
    out: VecDeque<Output>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Something was heard since the last ping, or nothing was asked yet.
    Hearing,
    /// A ping is out, and nothing was heard since.
    Asking {
        until: Instant,
    },
    Dead,
}

/// The newest ping.
#[derive(Debug)]
struct Asked {
    number: u32,
    at: Instant,
    is_answered: bool,
}

impl Liveness {
    /// Starts idle, on a link that is open since `now`, and asks at once to learn the peer's clock.
    pub fn new(now: Instant, clock: LinkClock) -> Self {
        let mut liveness = Self {
            clock,
            live: false,
            state: State::Hearing,
            heard: now,
            asked: Asked { number: 0, at: now, is_answered: true },
            offset: Offset::default(),
            smoothed: None,
            smallest: None,
            out: VecDeque::new(),
        };
        liveness.ask(now);
        liveness
    }

    /// Takes one step. A dead peer stays dead.
    pub fn handle(&mut self, now: Instant, input: Input) {
        if self.state == State::Dead {
            return;
        }
        match input {
            Input::Heard => self.hear(now),
            Input::Ping(ping) => {
                self.hear(now);
                let pong = Pong { number: ping.number, sent_us: ping.sent_us, clock_us: self.clock.at(now) };
                self.out.push_back(Output::Send(Body::Pong(pong)));
            }
            Input::Pong(pong) => {
                self.hear(now);
                self.measure(now, pong);
            }
            Input::SetLive(live) => {
                let is_new = live && !self.live;
                self.live = live;
                if is_new {
                    self.ask(now);
                }
            }
            Input::Tick => self.tick(now),
        }
    }

    /// What is to be done next; `None` when nothing is.
    pub fn poll(&mut self) -> Option<Output> {
        let next = self.out.pop_front();
        if self.out.is_empty() {
            // Idle links are many, and room for four messages is more than a kilobyte.
            self.out = VecDeque::new();
        }
        next
    }

    /// When an [`Input::Tick`] is wanted, if nothing else happens first.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Hearing => Some(self.ask_at()),
            State::Asking { until } => Some(until),
            State::Dead => None,
        }
    }

    /// The smoothed and the smallest round trip, answering time of the peer included; `None` before the first answer.
    pub fn round_trip(&self) -> Option<(Duration, Duration)> {
        self.smoothed.zip(self.smallest)
    }

    /// A reading of the peer's clock as our own clock would have shown it; `None` before the first answer.
    ///
    /// The error is at most half of the smallest recent round trip.
    pub fn to_ours(&self, theirs_us: u32) -> Option<u32> {
        self.offset.to_ours(theirs_us)
    }

    fn tick(&mut self, now: Instant) {
        match self.state {
            // So late a tick means that we slept, and what the peer sent may still wait to be read.
            State::Asking { until } if until + LATE < now => self.ask(now),
            State::Asking { until } if until <= now => {
                self.state = State::Dead;
                self.out.push_back(Output::Dead);
            }
            State::Hearing if self.ask_at() <= now => self.ask(now),
            _ => {}
        }
    }

    /// When the next ping is due while the peer is heard.
    fn ask_at(&self) -> Instant {
        if self.live {
            (self.heard + LIVE_SILENCE).min(self.asked.at + MEASURE_EVERY)
        } else {
            self.heard + IDLE_SILENCE
        }
    }

    fn ask(&mut self, now: Instant) {
        let number = self.asked.number.wrapping_add(1);
        self.asked = Asked { number, at: now, is_answered: false };
        let ping = Ping { number, sent_us: self.clock.at(now) };
        self.out.push_back(Output::Send(Body::Ping(ping)));
        // Counted from the ping at the latest: if it was us who slept, the peer still gets its time to answer.
        let fair = DEAD_AFTER - LIVE_SILENCE;
        let until = if self.live { (self.heard + DEAD_AFTER).max(now + fair) } else { now + DEAD_AFTER };
        self.state = State::Asking { until };
    }

    fn hear(&mut self, now: Instant) {
        self.heard = now;
        self.state = State::Hearing;
    }

    /// Only the newest ping counts, once: a peer cannot make up round trips.
    fn measure(&mut self, now: Instant, pong: Pong) {
        if self.asked.is_answered || pong.number != self.asked.number {
            return;
        }
        self.asked.is_answered = true;
        let round_trip = now.duration_since(self.asked.at);
        self.offset.add(self.clock.at(self.asked.at), pong.clock_us, round_trip);
        self.smallest = Some(self.smallest.map_or(round_trip, |smallest| smallest.min(round_trip)));
        self.smoothed = Some(self.smoothed.map_or(round_trip, |smoothed| (smoothed * 7 + round_trip) / 8));
    }
}
