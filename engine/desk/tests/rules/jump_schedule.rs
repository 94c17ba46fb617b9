//! Schedules of Jump policies: who is refused, until when, and who starts all the same.

use desk::jump::ItemPlace;
use desk::permission::Permission;
use desk::schedule::{Schedule, Window};
use desk::session::PasswordProof;
use desk::{AccountId, ItemId, Refusal, Rule, SessionId};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::house::{House, refused};

/// Somebody with an item that may be reached on work days from 8 to 18 in Paris.
fn ruled(permissions: &[Permission]) -> (House, AccountId, ItemId) {
    let mut house = House::new();
    let ana = house.account("ana", permissions);
    let item = house.item("till", ItemPlace::Personal(ana));
    let policy = house.work_days();
    house.relabel(item, |label| label.policy = Some(policy));
    (house, ana, item)
}

fn jump_at(house: &mut House, now: &str, who: AccountId, item: ItemId) -> Result<SessionId, Refusal> {
    house.now = now.parse().expect("a time");
    house.jump(who, item)
}

#[test]
fn s109_outside_of_its_schedule_a_jump_is_prevented() {
    for (now, is_open) in [
        ("2026-11-18T06:59:59Z", false),
        ("2026-11-18T07:00:00Z", true),
        ("2026-11-18T16:59:59Z", true),
        ("2026-11-18T17:00:00Z", false),
        ("2026-11-21T11:00:00Z", false),
    ] {
        let (mut house, ana, item) = ruled(&[Permission::Jump]);
        let result = jump_at(&mut house, now, ana, item);
        assert_eq!(result.is_ok(), is_open, "{now}");
    }
}

#[test]
fn s110_the_refusal_says_what_the_policy_allows_and_when_that_is_next() {
    let (mut house, ana, item) = ruled(&[Permission::Jump]);
    let refusal = jump_at(&mut house, "2026-11-20T17:00:00Z", ana, item).expect_err("refused");
    assert_eq!(refusal.rule, Rule::Schedule);
    assert_eq!(refusal.allowed_at, Some("2026-11-23T07:00:00Z".parse().expect("a time")));
    expect_test::expect![
        "the Jump policy Work days allows sessions on Monday to Friday 08:00–18:00 (Europe/Paris); the next time is Monday, 23 November 2026, 08:00 CET"
    ]
    .assert_eq(&refusal.detail);
}

#[test]
fn s111_who_may_edit_jump_policies_starts_all_the_same() {
    let night = "2026-11-18T22:00:00Z".parse().expect("a time");
    let (mut house, ana, item) = ruled(&[Permission::Jump]);
    house.now = night;
    assert_eq!(refused(house.jump_with(ana, item, PasswordProof::None, true)).0, Rule::Schedule);
    let (mut house, ana, item) = ruled(&[Permission::Jump, Permission::EditJumpPolicies]);
    house.now = night;
    let refusal = house.jump(ana, item).expect_err("he did not say so");
    assert!(refusal.detail.ends_with("; you may start all the same"), "{}", refusal.detail);
    house.jump_with(ana, item, PasswordProof::None, true).expect("a session");
}

#[test]
fn a_policy_without_windows_is_open_at_no_time() {
    let schedule = Schedule { time_zone: "UTC".to_owned(), windows: Vec::new() };
    let now = Timestamp::UNIX_EPOCH;
    assert_eq!((schedule.is_open(now), schedule.opens_at(now), schedule.closes_at(now)), (false, None, None));
    assert_eq!(schedule.to_string(), "at no time");
}

#[test]
fn a_policy_of_whole_days_never_closes() {
    for window in [window(&[1, 2, 3, 4, 5, 6, 7], 0, 1440), window(&[1, 2, 3, 4, 5, 6, 7], 300, 300)] {
        let schedule = Schedule { time_zone: "Europe/Paris".to_owned(), windows: vec![window] };
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(
            (schedule.is_open(now), schedule.opens_at(now), schedule.closes_at(now)),
            (true, None, None)
        );
    }
}

#[test]
fn a_window_over_midnight_ends_on_the_next_day() {
    let schedule = Schedule { time_zone: "UTC".to_owned(), windows: vec![window(&[7], 22 * 60, 6 * 60)] };
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    assert!(schedule.is_open(at("2026-11-22T22:00:00Z")), "Sunday night");
    assert!(schedule.is_open(at("2026-11-23T05:59:59Z")), "Monday morning");
    assert!(!schedule.is_open(at("2026-11-22T05:00:00Z")), "Sunday morning");
    assert_eq!(schedule.closes_at(at("2026-11-22T22:00:00Z")), Some(at("2026-11-23T06:00:00Z")));
}

#[test]
fn clocks_that_are_changed_skip_hours_and_show_some_twice() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    let paris = |opens, closes| Schedule {
        time_zone: "Europe/Paris".to_owned(),
        windows: vec![window(&[7], opens, closes)],
    };
    // On 29 March 2026 the clocks go from 2 to 3, at 1 by UTC.
    let spring = at("2026-03-28T12:00:00Z");
    assert_eq!(paris(150, 300).opens_at(spring), Some(at("2026-03-29T01:00:00Z")), "half past two is three");
    assert_eq!(paris(130, 170).opens_at(spring), Some(at("2026-04-05T00:10:00Z")), "skipped whole");
    // On 25 October 2026 they go from 3 back to 2, at 1 by UTC.
    let autumn = paris(120, 150);
    let first = at("2026-10-25T00:00:00Z");
    assert!(autumn.is_open(first));
    assert_eq!(autumn.closes_at(first), Some(at("2026-10-25T00:30:00Z")));
    assert_eq!(autumn.opens_at(first), Some(at("2026-10-25T01:00:00Z")), "the same hour again");
}

#[test]
fn a_schedule_says_itself_in_words() {
    let windows = vec![window(&[1, 2, 3, 5], 480, 1080), window(&[6], 0, 1440), window(&[6, 7], 1380, 60)];
    let schedule = Schedule { time_zone: "UTC".to_owned(), windows };
    expect_test::expect![
        "on Monday to Wednesday and Friday 08:00–18:00, Saturday all day, Saturday and Sunday 23:00–01:00 (UTC)"
    ]
    .assert_eq(&schedule.to_string());
    let schedule = Schedule { windows: vec![window(&[2, 4], 0, 60)], ..schedule };
    assert_eq!(schedule.to_string(), "on Tuesday and Thursday 00:00–01:00 (UTC)");
}

fn window(days: &[u8], opens_min: u16, closes_min: u16) -> Window {
    Window { days: days.to_vec(), opens_min, closes_min }
}

/// The same by looking at a clock on the wall.
fn shows_a_window(schedule: &Schedule, zone: &TimeZone, at: Timestamp) -> bool {
    let wall = at.to_zoned(zone.clone());
    let today = wall.weekday().to_monday_one_offset() as u8;
    let yesterday = if today == 1 { 7 } else { today - 1 };
    let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
    schedule.windows.iter().any(|window| {
        let is_over_midnight = window.closes_min <= window.opens_min;
        let began = |day: u8| window.days.contains(&day);
        if is_over_midnight {
            (began(today) && window.opens_min <= minute) || (began(yesterday) && minute < window.closes_min)
        } else {
            began(today) && (window.opens_min..window.closes_min).contains(&minute)
        }
    })
}

/// The next minute at which the answer turns to `opens`, within two weeks.
fn walk(schedule: &Schedule, zone: &TimeZone, from: Timestamp, opens: bool) -> Option<Timestamp> {
    let minute = SignedDuration::from_mins(1);
    let mut at = from;
    let mut was = shows_a_window(schedule, zone, at);
    for _ in 0..14 * 24 * 60 {
        at += minute;
        let is = shows_a_window(schedule, zone, at);
        if is == opens && was != opens {
            return Some(at);
        }
        was = is;
    }
    None
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    let days = prop::collection::btree_set(1_u8..=7, 1..=7).prop_map(|days| days.into_iter().collect());
    // Half of the minutes lie around the hours at which clocks are changed.
    let minute = || prop_oneof![0_u16..1440, 0_u16..240];
    let window = (days, minute(), prop_oneof![minute(), Just(1440)])
        .prop_map(|(days, opens_min, closes_min)| Window { days, opens_min, closes_min });
    prop::collection::vec(window, 0..4)
}

/// Days about which clocks are changed somewhere, but the last.
const WEEKS: &[&str] =
    &["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2026-07-01"];

/// Minutes, most of them in weeks in which clocks are changed somewhere.
fn minutes() -> impl Strategy<Value = Timestamp> {
    (prop::sample::select(WEEKS), -4 * 24 * 60..2 * 24 * 60_i64).prop_map(|(day, minutes)| {
        let start: Timestamp = format!("{day}T00:00:00Z").parse().expect("a time");
        start + SignedDuration::from_mins(minutes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_schedule_agrees_with_a_walk_from_minute_to_minute(
        windows in windows(),
        now in minutes(),
        name in prop::sample::select(
            &["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"][..]
        ),
    ) {
        let zone = TimeZone::get(name).expect("a zone");
        let schedule = Schedule { time_zone: name.to_owned(), windows };
        prop_assert_eq!(schedule.is_open(now), shows_a_window(&schedule, &zone, now));
        for (opens, found) in [(true, schedule.opens_at(now)), (false, schedule.closes_at(now))] {
            // What is further away than the walk goes is that of a week whose hours were skipped.
            let near = found.filter(|found| *found <= now + SignedDuration::from_hours(14 * 24));
            prop_assert_eq!(near, walk(&schedule, &zone, now, opens), "opens: {}", opens);
        }
    }
}
