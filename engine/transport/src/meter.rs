//! Figures about one link: what was written, what arrived, and what the path gives.
//!
//! Carriers store into plain atomics where they learn something; readers never take a carrier's lock. Nothing
//! here decides how much may be written: the carrier's [`Budget`] does, and everybody who writes over the link reads
//! here what it came to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use proto::rate::{BYTES_MIN, Budget, QUEUE_WANTED};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::priority::Class;

/// While the screen was written so lately, what may wait leaves half of the budget to it.
const SCREEN_LATELY: Duration = Duration::from_millis(200);

/// How long what may wait does wait for room: then it goes on by a little, so that it never starves.
const TURN_MAX: Duration = Duration::from_millis(100);

/// More room than this is not waited for; less, down to an eighth of the budget, is not worth a turn: every
/// acknowledgement would wake a file for two packets.
const TURN_WORTH_BYTES: u64 = 32 << 10;

/// A handle on one link's figures; clones share them.
#[derive(Debug, Clone)]
pub struct Meter {
    figures: Arc<Figures>,
}

/// What is known of a link's path at a moment. Bytes count everything that the carrier sent, headers included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Path {
    /// The smoothed round trip; zero before the first acknowledgement, as [`Path::rtt_min`].
    pub rtt: Duration,
    /// The smallest round trip.
    pub rtt_min: Duration,
    /// How much the carrier lets be under way.
    pub window_bytes: u64,
    /// How much may be written and not yet acknowledged, so that it arrives soon.
    pub budget_bytes: u64,
    /// What was written and is not yet acknowledged, what still waits in the carrier included.
    pub in_flight_bytes: u64,
    /// Acknowledged since the link began.
    pub delivered_bytes_total: u64,
    /// Found lost, and sent again, since the link began.
    pub lost_bytes_total: u64,
    /// What the path is known to deliver, in bytes a second; `None` until it was used to the full once.
    pub rate: Option<u64>,
}

#[derive(Debug)]
struct Figures {
    started: Instant,
    rtt_us: AtomicU64,
    rtt_min_us: AtomicU64,
    window_bytes: AtomicU64,
    budget_bytes: AtomicU64,
    /// Zero: not known.
    rate: AtomicU64,
    /// Bytes a second at which to write; zero: as fast as there is room.
    pace: AtomicU64,
    /// When what was written would have left at that pace, since the link began.
    paced_until_us: AtomicU64,
    /// When the screen was written last, since the link began; zero: never.
    screen_us: AtomicU64,
    /// What the carrier itself has under way.
    carrier_in_flight_bytes: AtomicU64,
    delivered_bytes: AtomicU64,
    lost_bytes: AtomicU64,
    /// Written minus acknowledged, set right by the carrier whenever it has nothing left to send.
    backlog_bytes: AtomicU64,
    written_bytes: [AtomicU64; Class::ALL.len()],
    revision: AtomicU64,
    acknowledged: Notify,
}

impl Default for Meter {
    fn default() -> Self {
        let figures = Figures {
            started: Instant::now(),
            rtt_us: AtomicU64::default(),
            rtt_min_us: AtomicU64::default(),
            window_bytes: AtomicU64::default(),
            budget_bytes: AtomicU64::new(Budget::default().bytes()),
            rate: AtomicU64::default(),
            pace: AtomicU64::default(),
            paced_until_us: AtomicU64::default(),
            screen_us: AtomicU64::default(),
            carrier_in_flight_bytes: AtomicU64::default(),
            delivered_bytes: AtomicU64::default(),
            lost_bytes: AtomicU64::default(),
            backlog_bytes: AtomicU64::default(),
            written_bytes: Default::default(),
            revision: AtomicU64::default(),
            acknowledged: Notify::default(),
        };
        Self { figures: Arc::new(figures) }
    }
}

impl Meter {
    /// The newest figures.
    pub fn path(&self) -> Path {
        let figures = &*self.figures;
        Path {
            rtt: Duration::from_micros(figures.rtt_us.load(Relaxed)),
            rtt_min: Duration::from_micros(figures.rtt_min_us.load(Relaxed)),
            window_bytes: figures.window_bytes.load(Relaxed),
            budget_bytes: figures.budget_bytes.load(Relaxed),
            in_flight_bytes: self.in_flight_bytes(),
            delivered_bytes_total: figures.delivered_bytes.load(Relaxed),
            lost_bytes_total: figures.lost_bytes.load(Relaxed),
            rate: self.rate(),
        }
    }

    /// Bytes that may be written now and arrive soon; 0 when less than two packets fit.
    pub fn room(&self) -> usize {
        self.room_at(Instant::now())
    }

    /// [`Meter::room`] at a moment, for those who have a clock of their own.
    pub fn room_at(&self, now: Instant) -> usize {
        let room = self.figures.budget_bytes.load(Relaxed).saturating_sub(self.in_flight_bytes());
        let room = room.min(self.paced_at(now));
        if room < BYTES_MIN { 0 } else { usize::try_from(room).unwrap_or(usize::MAX) }
    }

    /// How long until the pace lets something be written; zero when it does already, and only acknowledgements make
    /// room.
    pub fn pause(&self) -> Duration {
        self.pause_at(Instant::now())
    }

    /// [`Meter::pause`] at a moment.
    pub fn pause_at(&self, now: Instant) -> Duration {
        let missing = BYTES_MIN.saturating_sub(self.paced_at(now));
        let us = (missing * 1_000_000).checked_div(self.figures.pace.load(Relaxed));
        Duration::from_micros(us.unwrap_or(0))
    }

    /// Bytes that may be written now without being faster than the pace by more than a short queue.
    fn paced_at(&self, now: Instant) -> u64 {
        let pace = self.figures.pace.load(Relaxed);
        if pace == 0 {
            return u64::MAX;
        }
        let until = self.figures.paced_until_us.load(Relaxed);
        let ahead = (self.age_us(now) + micros(QUEUE_WANTED)).saturating_sub(until);
        let most = (u128::from(pace) * QUEUE_WANTED.as_micros() / 1_000_000) as u64;
        let bytes = u128::from(pace) * u128::from(ahead) / 1_000_000;
        u64::try_from(bytes).unwrap_or(u64::MAX).min(most.max(BYTES_MIN))
    }

    /// What the path is known to deliver, in bytes a second; `None` until it was used to the full once.
    pub fn rate(&self) -> Option<u64> {
        Some(self.figures.rate.load(Relaxed)).filter(|rate| 0 < *rate)
    }

    /// Written and not yet acknowledged, what still waits in the carrier included.
    fn in_flight_bytes(&self) -> u64 {
        let in_flight = self.figures.carrier_in_flight_bytes.load(Relaxed);
        self.figures.backlog_bytes.load(Relaxed).max(in_flight)
    }

    /// Waits until files and others that may wait have room beside the screen; gives the bytes that they may write.
    /// Never longer than [`TURN_MAX`]: then it is a little in any case.
    pub(crate) async fn turn(&self) -> usize {
        // The budget changes while somebody waits for it.
        let little = || (self.figures.budget_bytes.load(Relaxed) / 8).max(BYTES_MIN);
        let enough =
            || Some(self.room_beside_screen()).filter(|room| little().min(TURN_WORTH_BYTES) <= *room);
        let waiting = async {
            loop {
                let revision = self.revision();
                if let Some(room) = enough() {
                    return room;
                }
                self.changed(revision).await;
            }
        };
        let room = match enough() {
            Some(room) => room,
            None => timeout(TURN_MAX, waiting).await.unwrap_or_else(|_| little()),
        };
        usize::try_from(room).unwrap_or(usize::MAX)
    }

    fn room_beside_screen(&self) -> u64 {
        let budget = self.figures.budget_bytes.load(Relaxed);
        let last = self.figures.screen_us.load(Relaxed);
        let since = self.age_us(Instant::now()).saturating_sub(last);
        let is_screen_busy = 0 < last && since < micros(SCREEN_LATELY);
        let share = if is_screen_busy { budget / 2 } else { budget };
        share.max(BYTES_MIN).saturating_sub(self.in_flight_bytes())
    }

    fn age_us(&self, now: Instant) -> u64 {
        micros(now.saturating_duration_since(self.figures.started))
    }

    /// Counts batches of acknowledgements; take it before [`Meter::room`] and wait with [`Meter::changed`].
    pub fn revision(&self) -> u64 {
        self.figures.revision.load(Relaxed)
    }

    /// Waits until there is news since `revision`. Returns at once if there was already; safe to drop half-way.
    pub async fn changed(&self, revision: u64) {
        loop {
            let news = self.figures.acknowledged.notified();
            if self.revision() != revision {
                return;
            }
            news.await;
        }
    }

    /// Bytes given to streams of `class` on this link: headers and operations, without the carrier's own.
    pub fn written_bytes(&self, class: Class) -> u64 {
        self.figures.written_bytes[class as usize].load(Relaxed)
    }

    /// Bytes given to streams of every class.
    pub fn written_bytes_total(&self) -> u64 {
        Class::ALL.into_iter().map(|class| self.written_bytes(class)).sum()
    }

    /// A stream gave `bytes` to the carrier. Our own streams say so by themselves.
    pub fn wrote(&self, class: Class, bytes: usize) {
        self.wrote_at(Instant::now(), class, bytes);
    }

    /// [`Meter::wrote`] at a moment, for those who have a clock of their own.
    pub fn wrote_at(&self, now: Instant, class: Class, bytes: usize) {
        self.offer(class, bytes);
        self.taken(now, class, bytes, bytes);
    }

    /// A stream is about to offer `bytes` to the carrier. They count before it has them: it may send them, and hear that
    /// they arrived, before it gets to say that it took them; and what is counted only after it arrived stays counted.
    pub(crate) fn offer(&self, class: Class, bytes: usize) {
        self.figures.written_bytes[class as usize].fetch_add(bytes as u64, Relaxed);
        self.figures.backlog_bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// The carrier took `bytes` of what was offered.
    pub(crate) fn taken(&self, now: Instant, class: Class, offered: usize, bytes: usize) {
        let figures = &*self.figures;
        let left = offered.saturating_sub(bytes) as u64;
        if 0 < left {
            figures.written_bytes[class as usize].fetch_sub(left, Relaxed);
            self.forget(left);
        }
        if bytes == 0 {
            return;
        }
        let now_us = self.age_us(now);
        if class == Class::Screen {
            figures.screen_us.store(now_us, Relaxed);
        }
        let takes_us = (bytes as u64 * 1_000_000).checked_div(figures.pace.load(Relaxed));
        if let Some(takes_us) = takes_us {
            let until = figures.paced_until_us.load(Relaxed).max(now_us);
            figures.paced_until_us.store(until + takes_us, Relaxed);
        }
    }

    /// The peer has `bytes` more.
    pub(crate) fn delivered(&self, bytes: u64) {
        self.figures.delivered_bytes.fetch_add(bytes, Relaxed);
        self.forget(bytes);
    }

    /// So much is no more on its way.
    fn forget(&self, bytes: u64) {
        let less = |backlog: u64| Some(backlog.saturating_sub(bytes));
        // The closure always gives a value, so the update cannot fail.
        let _ = self.figures.backlog_bytes.fetch_update(Relaxed, Relaxed, less);
    }

    /// The carrier lost `bytes` and sends them again.
    pub(crate) fn lost(&self, bytes: u64) {
        self.figures.lost_bytes.fetch_add(bytes, Relaxed);
    }

    /// A new estimate of the round trip.
    pub(crate) fn set_rtt(&self, smoothed: Duration, min: Duration) {
        self.figures.rtt_us.store(micros(smoothed), Relaxed);
        self.figures.rtt_min_us.store(micros(min), Relaxed);
    }

    /// How much the carrier lets be under way.
    pub(crate) fn set_window(&self, bytes: u64) {
        self.figures.window_bytes.store(bytes, Relaxed);
    }

    /// What the carrier has under way; `is_all` when nothing written waits behind it.
    pub(crate) fn set_in_flight(&self, bytes: u64, is_all: bool) {
        self.figures.carrier_in_flight_bytes.store(bytes, Relaxed);
        if is_all {
            self.figures.backlog_bytes.store(bytes, Relaxed);
        }
    }

    /// Acknowledged since the link began.
    pub(crate) fn delivered_bytes_total(&self) -> u64 {
        self.figures.delivered_bytes.load(Relaxed)
    }

    /// Found lost since the link began.
    pub(crate) fn lost_bytes_total(&self) -> u64 {
        self.figures.lost_bytes.load(Relaxed)
    }

    /// Ends a batch of acknowledgements, after which the budget is this: whoever waits for room looks again.
    pub(crate) fn publish(&self, budget: &Budget) {
        self.figures.budget_bytes.store(budget.bytes(), Relaxed);
        self.figures.rate.store(budget.rate().unwrap_or(0), Relaxed);
        self.figures.pace.store(budget.pace().unwrap_or(0), Relaxed);
        self.figures.revision.fetch_add(1, Relaxed);
        self.figures.acknowledged.notify_waiters();
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proto::rate::BYTES_START;

    use super::*;

    #[test]
    fn while_the_screen_is_written_files_leave_half_of_the_budget_to_it() {
        let meter = Meter::default();
        assert_eq!(meter.room_beside_screen(), BYTES_START);
        meter.wrote(Class::Bulk, 1_000);
        assert_eq!(meter.room_beside_screen(), BYTES_START - 1_000);
        meter.wrote_at(Instant::now() + Duration::from_millis(1), Class::Screen, 1_000);
        assert_eq!(meter.room_beside_screen(), BYTES_START / 2 - 2_000);
        assert_eq!(meter.room() as u64, BYTES_START - 2_000);
    }

    #[tokio::test]
    async fn what_may_wait_waits_for_room_and_never_starves() {
        let meter = Meter::default();
        assert_eq!(meter.turn().await as u64, BYTES_START);
        meter.wrote(Class::Bulk, 100_000);
        assert_eq!(meter.room(), 0);
        // Nothing is acknowledged: a little goes on all the same.
        assert_eq!(meter.turn().await as u64, BYTES_START / 8);
        meter.delivered(95_000);
        assert_eq!(meter.turn().await as u64, BYTES_START - 5_000);
    }

    #[test]
    fn what_arrives_before_the_carrier_says_that_it_took_it_is_not_on_its_way_for_ever() {
        let meter = Meter::default();
        meter.offer(Class::Screen, 15_000);
        meter.delivered(10_000);
        meter.taken(Instant::now(), Class::Screen, 15_000, 10_000);
        assert_eq!(meter.room() as u64, BYTES_START);
        assert_eq!(meter.written_bytes(Class::Screen), 10_000);
        // What the carrier does not take yet is not on its way either.
        meter.offer(Class::Bulk, 15_000);
        meter.taken(Instant::now(), Class::Bulk, 15_000, 0);
        assert_eq!((meter.room() as u64, meter.written_bytes(Class::Bulk)), (BYTES_START, 0));
    }

    #[test]
    fn less_than_two_packets_are_no_room() {
        let meter = Meter::default();
        meter.wrote(Class::Screen, BYTES_START as usize - 1_000);
        assert_eq!(meter.room(), 0);
    }
}
