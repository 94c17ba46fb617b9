//! Silence, answers and clocks, in virtual time.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use wire::control::{Ping, Pong, control::Body};

use super::{DEAD_AFTER, IDLE_SILENCE, Input, LinkClock, Liveness, Output};

fn start() -> Instant {
    // Only differences count, so any moment will do.
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "a moment to begin with; nothing is measured")]
        Instant::now()
    });
    *START
}

fn at_ms(ms: u64) -> Instant {
    start() + Duration::from_millis(ms)
}

/// One end, idle, whose first ping was answered at once by a peer with the same clock.
fn met() -> Liveness {
    let mut liveness = Liveness::new(start(), LinkClock::starting(start()));
    let ping = next_ping(&mut liveness).expect("it asks at once");
    liveness.handle(start(), answer(ping, 0));
    liveness
}

fn next_ping(liveness: &mut Liveness) -> Option<Ping> {
    match liveness.poll() {
        Some(Output::Send(Body::Ping(ping))) => Some(ping),
        None => None,
        other => panic!("{other:?} instead of a ping"),
    }
}

fn answer(ping: Ping, clock_us: u32) -> Input {
    Input::Pong(Pong { number: ping.number, sent_us: ping.sent_us, clock_us })
}

/// Lets time pass until `end`, ticking at each deadline; the times in ms at which something was to be done.
fn run(liveness: &mut Liveness, end: Instant) -> Vec<(u64, Output)> {
    let mut outputs = Vec::new();
    while let Some(due) = liveness.deadline().filter(|due| *due <= end) {
        liveness.handle(due, Input::Tick);
        let ms = due.duration_since(start()).as_millis() as u64;
        outputs.extend(std::iter::from_fn(|| liveness.poll()).map(|output| (ms, output)));
    }
    outputs
}

#[test]
fn a_dead_peer_is_noticed_within_five_seconds_in_a_session() {
    let mut liveness = met();
    liveness.handle(at_ms(100), Input::SetLive(true));
    let ping = next_ping(&mut liveness).expect("a session begins with a question");
    liveness.handle(at_ms(150), answer(ping, 0));
    let outputs = run(&mut liveness, at_ms(60_000));
    assert!(
        matches!(outputs[..], [(1_150, Output::Send(Body::Ping(_))), (4_650, Output::Dead)]),
        "{outputs:?}"
    );
    assert_eq!(liveness.deadline(), None);
}

#[test]
fn a_peer_that_died_on_an_idle_link_is_noticed_when_a_session_begins() {
    let mut liveness = met();
    liveness.handle(at_ms(14_000), Input::SetLive(true));
    let outputs = run(&mut liveness, at_ms(60_000));
    assert_eq!(outputs.last(), Some(&(17_500, Output::Dead)));
}

#[test]
fn an_idle_link_asks_only_after_fifteen_seconds_of_silence() {
    let mut liveness = met();
    let mut pings = 0;
    for minute in 1..=10 {
        while let Some(due) = liveness.deadline().filter(|due| *due <= at_ms(minute * 60_000)) {
            liveness.handle(due, Input::Tick);
            if let Some(ping) = next_ping(&mut liveness) {
                pings += 1;
                liveness.handle(due, answer(ping, 0));
            }
        }
    }
    assert_eq!(pings, 600 / IDLE_SILENCE.as_secs());
}

#[test]
fn a_link_on_which_bytes_flow_still_measures() {
    let mut liveness = met();
    liveness.handle(start(), Input::SetLive(true));
    let mut pings = Vec::new();
    for ms in (0..12_000).step_by(100) {
        liveness.handle(at_ms(ms), Input::Heard);
        liveness.handle(at_ms(ms), Input::Tick);
        pings.extend(next_ping(&mut liveness).map(|_| ms));
    }
    assert_eq!(pings, [0, 5_000, 10_000]);
}

#[test]
fn who_slept_does_not_take_the_peer_for_dead() {
    let mut liveness = met();
    liveness.handle(start(), Input::SetLive(true));
    let ping = next_ping(&mut liveness).expect("a session begins with a question");
    liveness.handle(start(), answer(ping, 0));
    // The lid was closed for an hour; nobody could be heard.
    let woken = at_ms(3_600_000);
    liveness.handle(woken, Input::Tick);
    let ping = next_ping(&mut liveness).expect("it asks first");
    liveness.handle(woken + Duration::from_secs(3), Input::Tick);
    assert_eq!(liveness.poll(), None);
    liveness.handle(woken + Duration::from_secs(3), answer(ping, 0));
    assert!(liveness.deadline().is_some());
}

#[test]
fn who_slept_while_asking_asks_again() {
    let mut liveness = met();
    liveness.handle(start(), Input::SetLive(true));
    let _lost = next_ping(&mut liveness).expect("a session begins with a question");
    liveness.handle(at_ms(60_000), Input::Tick);
    let ping = next_ping(&mut liveness).expect("it asks again");
    liveness.handle(at_ms(60_010), answer(ping, 0));
    assert!(liveness.deadline().is_some());
}

#[test]
fn a_ping_is_answered_with_its_number_and_our_clock() {
    let mut liveness = met();
    liveness.handle(at_ms(250), Input::Ping(Ping { number: 9, sent_us: 77 }));
    let pong = Pong { number: 9, sent_us: 77, clock_us: 250_000 };
    assert_eq!(liveness.poll(), Some(Output::Send(Body::Pong(pong))));
}

#[test]
fn a_peer_cannot_make_up_round_trips() {
    let mut liveness = Liveness::new(start(), LinkClock::starting(start()));
    let ping = next_ping(&mut liveness).expect("it asks at once");
    liveness.handle(at_ms(1), Input::Pong(Pong { number: ping.number + 1, sent_us: 0, clock_us: 0 }));
    assert_eq!(liveness.round_trip(), None);
    liveness.handle(at_ms(40), answer(ping, 0));
    liveness.handle(at_ms(41), answer(ping, 0));
    let round_trip = Duration::from_millis(40);
    assert_eq!(liveness.round_trip(), Some((round_trip, round_trip)));
}

#[test]
fn the_answer_with_the_smallest_round_trip_sets_the_clock() {
    let mut liveness = Liveness::new(start(), LinkClock::starting(start()));
    // The peer's clock is 5 s ahead; the first answer was held up for 300 ms on its way back.
    let ping = next_ping(&mut liveness).expect("it asks at once");
    liveness.handle(at_ms(320), answer(ping, 5_010_000));
    assert_eq!(liveness.to_ours(6_000_000), Some(1_150_000));
    liveness.handle(at_ms(400), Input::SetLive(true));
    let ping = next_ping(&mut liveness).expect("a session begins with a question");
    liveness.handle(at_ms(420), answer(ping, 5_410_000));
    assert_eq!(liveness.to_ours(6_000_000), Some(1_000_000));
}

#[test]
fn a_moment_to_come_has_no_age() {
    let clock = LinkClock::starting(start());
    assert_eq!(clock.age(at_ms(10), clock.at(at_ms(30))), Duration::ZERO);
    assert_eq!(clock.age(at_ms(30), clock.at(at_ms(10))), Duration::from_millis(20));
}

proptest! {
    #[test]
    fn a_clock_may_wrap_and_start_late(start_ms in 0..10_000_000_u64, moment_ms in 0..10_000_000_u64, age_ms in 0..2_000_000_u64) {
        let clock = LinkClock::starting(at_ms(start_ms));
        let reading = clock.at(at_ms(moment_ms));
        prop_assert_eq!(clock.age(at_ms(moment_ms + age_ms), reading), Duration::from_millis(age_ms));
    }

    #[test]
    fn a_peer_that_answers_never_dies(
        waits_ms in prop::collection::vec(0..6_000_u64, 1..60),
        answers_ms in prop::collection::vec(0..3_400_u64, 60),
    ) {
        let mut liveness = met();
        liveness.handle(start(), Input::SetLive(true));
        let mut now = start();
        for (wait, delay) in waits_ms.into_iter().zip(answers_ms) {
            if let Some(ping) = next_ping(&mut liveness) {
                now += Duration::from_millis(delay);
                liveness.handle(now, Input::Tick);
                liveness.handle(now, answer(ping, 0));
            }
            now += Duration::from_millis(wait);
            liveness.handle(now, Input::Tick);
        }
        prop_assert!(liveness.deadline().is_some());
    }

    #[test]
    fn a_silent_peer_always_dies_in_time(heard_ms in prop::collection::vec(0..20_000_u64, 0..20)) {
        let mut liveness = met();
        liveness.handle(start(), Input::SetLive(true));
        let mut last = 0;
        for ms in heard_ms {
            last = last.max(ms);
            liveness.handle(at_ms(last), Input::Heard);
        }
        // An answer is not awaited for longer than it takes from the ping, which may just have left.
        let outputs = run(&mut liveness, at_ms(last + 60_000));
        let dead = outputs.iter().find(|(_, output)| *output == Output::Dead);
        let alive = Duration::from_millis(dead.map_or(u64::MAX, |(ms, _)| ms - last));
        prop_assert!(alive <= DEAD_AFTER + Duration::from_millis(1), "{:?}", alive);
    }
}
