//! The budget on a path with one bottleneck.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// A path with one bottleneck, in steps of a millisecond.
struct Path {
    now: Instant,
    bytes_per_ms: u64,
    delay: Duration,
    /// What fits in front of the bottleneck; the rest is lost.
    buffer_bytes: u64,
    /// Of a thousand bytes sent, so many are lost on the way.
    loss_thousandths: u64,
    queued: u64,
    /// When bytes are acknowledged, how many, and when they were sent.
    returning: VecDeque<(Instant, u64, Instant)>,
    sending: VecDeque<(Instant, u64)>,
    /// When bytes are found lost, and how many.
    losing: VecDeque<(Instant, u64)>,
    in_flight: u64,
    delivered: u64,
    lost: u64,
    rtt: Duration,
}

impl Path {
    fn new(bytes_per_ms: u64, delay_ms: u64) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a moment to begin with; nothing is measured")]
        let now = Instant::now();
        let delay = Duration::from_millis(delay_ms);
        Self {
            now,
            bytes_per_ms,
            delay,
            buffer_bytes: u64::MAX,
            loss_thousandths: 0,
            queued: 0,
            returning: VecDeque::new(),
            sending: VecDeque::new(),
            losing: VecDeque::new(),
            in_flight: 0,
            delivered: 0,
            lost: 0,
            rtt: delay,
        }
    }

    /// A millisecond in which the sender writes `wish` bytes or what it may.
    fn step(&mut self, budget: &mut Budget, wish: u64) {
        let wrote = wish.min(budget.room(self.in_flight) as u64);
        if 0 < wrote {
            budget.sent(self.now, self.in_flight, self.in_flight + wrote);
            self.in_flight += wrote;
            let lost = wrote * self.loss_thousandths / 1_000;
            let kept = (wrote - lost).min(self.buffer_bytes.saturating_sub(self.queued));
            self.queued += kept;
            self.sending.push_back((self.now, kept));
            self.losing.push_back((self.now + self.rtt, wrote - kept));
        }
        self.now += Duration::from_millis(1);
        self.carry();
        while let Some((_, bytes)) = self.losing.pop_front_if(|(due, _)| *due <= self.now) {
            self.in_flight -= bytes;
            self.lost += bytes;
        }
        while let Some((_, bytes, sent)) = self.returning.pop_front_if(|(due, ..)| *due <= self.now) {
            self.in_flight -= bytes;
            self.delivered += bytes;
            self.rtt = self.now.duration_since(sent);
        }
        budget.handle(self.now, self.sample());
    }

    fn carry(&mut self) {
        let mut room = self.bytes_per_ms;
        while let Some((sent, bytes)) = self.sending.front_mut() {
            let carried = room.min(*bytes);
            *bytes -= carried;
            room -= carried;
            self.queued -= carried;
            if 0 < carried {
                self.returning.push_back((self.now + self.delay, carried, *sent));
            }
            if 0 < *bytes {
                break;
            }
            self.sending.pop_front();
        }
    }

    fn sample(&self) -> Sample {
        Sample {
            rtt: self.rtt,
            window_bytes: u64::MAX,
            delivered_bytes_total: self.delivered,
            lost_bytes_total: self.lost,
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
fn a_link_of_which_nothing_is_known_takes_what_a_new_connection_may_send() {
    assert_eq!(Budget::default().bytes(), BYTES_START);
}

#[test]
fn the_congestion_window_bounds_the_budget_with_a_tenth_to_spare() {
    let mut budget = Budget::default();
    let path = Path::new(1_000, 20);
    budget.handle(path.now, Sample { window_bytes: 20_000, ..path.sample() });
    assert_eq!(budget.room(8_000), 10_000);
    assert_eq!(budget.room(40_000), 0);
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

#[test]
fn a_line_that_loses_packets_at_random_is_used_all_the_same() {
    for loss_thousandths in [10, 30, 60] {
        let mut path = Path { loss_thousandths, ..Path::new(625, 40) };
        let mut budget = Budget::default();
        path.fill(&mut budget, 3_000);
        let used = path.fill(&mut budget, 3_000);
        assert!(0.9 < used, "{used} at {loss_thousandths} ‰");
        assert!(path.queue_ms() <= 50, "{} ms at {loss_thousandths} ‰", path.queue_ms());
    }
}

#[test]
fn a_small_buffer_is_not_made_to_overflow_all_the_time() {
    for (bytes_per_ms, delay_ms) in [(125, 20), (625, 40), (2_500, 200)] {
        let buffer_bytes = (10 * bytes_per_ms).max(4 * PACKET_BYTES);
        let mut path = Path { buffer_bytes, ..Path::new(bytes_per_ms, delay_ms) };
        let mut budget = Budget::default();
        path.fill(&mut budget, 5_000);
        let lost_before = path.lost;
        let used = path.fill(&mut budget, 5_000);
        let lost = (path.lost - lost_before) as f64 / (5_000 * bytes_per_ms) as f64;
        assert!(0.75 < used, "{used} of {bytes_per_ms} B/ms at {delay_ms} ms");
        assert!(lost < 0.15, "{lost} lost of {bytes_per_ms} B/ms at {delay_ms} ms");
    }
}

#[test]
fn a_path_on_which_all_was_lost_begins_with_half() {
    let mut path = Path::new(1_250, 20);
    let mut budget = Budget::default();
    path.fill(&mut budget, 3_000);
    let rate = budget.rate().expect("a rate");
    budget.collapse();
    assert_eq!(budget.rate(), Some(rate / 2));
}

proptest! {
    #[test]
    fn there_are_always_two_packets_and_never_more_than_the_window(
        samples in prop::collection::vec((any::<u32>(), any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>(), 0..1_000_u64), 0..50),
    ) {
        let mut path = Path::new(1, 0);
        let mut budget = Budget::default();
        for (rtt, window_bytes, in_flight, delivered_bytes_total, lost_bytes_total, wait) in samples {
            path.now += Duration::from_millis(wait);
            let rtt = Duration::from_micros(rtt.into());
            budget.handle(path.now, Sample { rtt, window_bytes, delivered_bytes_total, lost_bytes_total });
            budget.sent(path.now, in_flight, in_flight.saturating_add(1_200));
            prop_assert!(BYTES_MIN <= budget.bytes());
            prop_assert!(budget.bytes() <= window_bytes.max(BYTES_MIN));
            prop_assert!(budget.room(in_flight) as u64 <= budget.bytes());
            prop_assert!(budget.bytes() <= budget.window());
        }
    }
}
