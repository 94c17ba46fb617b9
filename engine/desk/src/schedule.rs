//! Schedules: the hours of the week in which something may start, in a time zone.
//!
//! A schedule goes by the clocks on the wall: it is open whenever they show a time in one of its windows. Hours
//! that they skip in spring are skipped, and hours that they show twice in autumn count twice.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Refusal, fields};

/// Windows of a schedule: several a day, each day by itself.
const WINDOWS_MAX: usize = 50;

const DAY_MIN: u16 = 24 * 60;
const WEEK_S: i64 = 7 * 24 * 3600;

/// Hours of the week, by the clocks of one time zone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// IANA name, such as `Europe/Paris`.
    pub time_zone: String,
    /// When it is open. None: never.
    pub windows: Vec<Window>,
}

/// A span on some days of the week. One that ends before it begins ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Days on which it begins; 1 is Monday, 7 Sunday (ISO 8601).
    pub days: Vec<u8>,
    /// Minutes after midnight at which it opens, 0 to 1439.
    pub opens_min: u16,
    /// Minutes after midnight at which it closes, 0 to 1440; the same as `opens_min`: a whole day.
    pub closes_min: u16,
}

impl Schedule {
    /// Whether it is open.
    pub fn is_open(&self, now: Timestamp) -> bool {
        Week::of(self).is_some_and(|week| week.is_open(now))
    }

    /// When it opens next: after `now`, also where it is open now. None: never, or it never closes.
    pub fn opens_at(&self, now: Timestamp) -> Option<Timestamp> {
        Week::of(self)?.turns(now, true)
    }

    /// When it closes next: after `now`, also where it is closed now. None: never, or it never opens.
    pub fn closes_at(&self, now: Timestamp) -> Option<Timestamp> {
        Week::of(self)?.turns(now, false)
    }

    /// A moment for people, by the clocks of the schedule.
    pub fn on_its_clocks(&self, at: Timestamp) -> String {
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        at.to_zoned(zone).strftime("%A, %-d %B %Y, %H:%M %Z").to_string()
    }

    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if TimeZone::get(&self.time_zone).is_err() {
            let detail = format!("{:?} is no time zone such as Europe/Paris", self.time_zone);
            return Err(Refusal::field("schedule.time_zone", detail));
        }
        fields::count("schedule.windows", self.windows.len(), WINDOWS_MAX)?;
        self.windows.iter().try_for_each(Window::check)
    }
}

impl Window {
    fn check(&self) -> Result<(), Refusal> {
        let mut days = self.days.clone();
        days.sort_unstable();
        days.dedup();
        if days.is_empty() || days.len() != self.days.len() || days.iter().any(|day| !(1..=7).contains(day)) {
            let detail = "days are 1 for Monday to 7 for Sunday, at least one, each once";
            return Err(Refusal::field("schedule.windows.days", detail));
        }
        if DAY_MIN <= self.opens_min {
            let detail = format!("opens_min is {}, at most {} fits", self.opens_min, DAY_MIN - 1);
            return Err(Refusal::field("schedule.windows.opens_min", detail));
        }
        if DAY_MIN < self.closes_min {
            let detail = format!("closes_min is {}, at most {DAY_MIN} fits", self.closes_min);
            return Err(Refusal::field("schedule.windows.closes_min", detail));
        }
        Ok(())
    }

    fn length_min(&self) -> u16 {
        if self.opens_min < self.closes_min {
            self.closes_min - self.opens_min
        } else {
            self.closes_min + DAY_MIN - self.opens_min
        }
    }
}

/// A schedule as spans of a week in seconds, Monday at midnight first.
struct Week {
    zone: TimeZone,
    /// Sorted, apart from each other; the end is not in it. One over the end of the week is cut in two.
    spans: Vec<(i64, i64)>,
}

impl Week {
    /// None, if there is no such time zone.
    fn of(schedule: &Schedule) -> Option<Self> {
        let mut spans = Vec::new();
        for window in &schedule.windows {
            for &day in &window.days {
                let start = (i64::from(day) - 1) * i64::from(DAY_MIN) * 60 + i64::from(window.opens_min) * 60;
                let end = start + i64::from(window.length_min()) * 60;
                spans.push((start, end.min(WEEK_S)));
                if WEEK_S < end {
                    spans.push((0, end - WEEK_S));
                }
            }
        }
        Some(Self { zone: TimeZone::get(&schedule.time_zone).ok()?, spans: merged(spans) })
    }

    fn is_open(&self, now: Timestamp) -> bool {
        self.is_open_at(second_of_week(now, &self.zone))
    }

    fn is_open_at(&self, second: i64) -> bool {
        self.spans.iter().any(|&(start, end)| (start..end).contains(&second))
    }

    /// The first moment after `now` at which it opens, or closes.
    fn turns(&self, now: Timestamp, opens: bool) -> Option<Timestamp> {
        let edges: Vec<i64> =
            self.spans.iter().map(|&(start, end)| if opens { start } else { end % WEEK_S }).collect();
        // What is closed or open all week long turns never.
        let turns_at =
            |second: i64| self.is_open_at(second) == opens && self.is_open_at(before(second)) != opens;
        let edges: Vec<i64> = edges.into_iter().filter(|&edge| turns_at(edge)).collect();
        if edges.is_empty() {
            return None;
        }
        let mut from = now.as_second();
        // Clocks are changed a few times a year, and between two changes that are a week apart there is an edge.
        for _ in 0..100 {
            let at = Timestamp::from_second(from).ok()?;
            let second = second_of_week(at, &self.zone);
            let wait = edges.iter().map(|edge| (edge - second - 1).rem_euclid(WEEK_S) + 1).min()?;
            let edge = from.checked_add(wait)?;
            let change = self.zone.following(at).next().map(|change| change.timestamp().as_second());
            match change.filter(|&change| change <= edge) {
                None => return Timestamp::from_second(edge).ok(),
                Some(change) if self.jumps(change, opens) => return Timestamp::from_second(change).ok(),
                Some(change) => from = change,
            }
        }
        None
    }

    /// Whether it opens, or closes, at the very second at which the clocks are changed.
    fn jumps(&self, change: i64, opens: bool) -> bool {
        let is_open = |second| Timestamp::from_second(second).is_ok_and(|at| self.is_open(at));
        is_open(change) == opens && is_open(change - 1) != opens
    }
}

/// Spans that touch or overlap become one.
fn merged(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (start, end) in spans {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

fn second_of_week(at: Timestamp, zone: &TimeZone) -> i64 {
    // The first day of Unix time was a Thursday.
    const THURSDAY_S: i64 = 3 * 24 * 3600;
    let offset = i64::from(zone.to_offset(at).seconds());
    (at.as_second() + offset + THURSDAY_S).rem_euclid(WEEK_S)
}

fn before(second: i64) -> i64 {
    (second - 1).rem_euclid(WEEK_S)
}

/// `on Monday to Friday 08:00–18:00, Saturday 09:00–12:00 (Europe/Paris)`.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.windows.is_empty() {
            return f.write_str("at no time");
        }
        for (index, window) in self.windows.iter().enumerate() {
            write!(f, "{}{window}", if index == 0 { "on " } else { ", " })?;
        }
        write!(f, " ({})", self.time_zone)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in runs(&self.days).into_iter().enumerate() {
            let before = if index == 0 { "" } else { " and " };
            match last - first {
                0 => write!(f, "{before}{}", day_name(first))?,
                1 => write!(f, "{before}{} and {}", day_name(first), day_name(last))?,
                _ => write!(f, "{before}{} to {}", day_name(first), day_name(last))?,
            }
        }
        let (opens, closes) = (self.opens_min, self.closes_min);
        match (opens, closes) {
            (0, 0 | DAY_MIN) => f.write_str(" all day"),
            _ => write!(f, " {:02}:{:02}–{:02}:{:02}", opens / 60, opens % 60, closes / 60, closes % 60),
        }
    }
}

/// Days that follow each other, as first and last.
fn runs(days: &[u8]) -> Vec<(u8, u8)> {
    let mut days = days.to_vec();
    days.sort_unstable();
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some(last) if last.1.checked_add(1) == Some(day) => last.1 = day,
            _ => runs.push((day, day)),
        }
    }
    runs
}

fn day_name(day: u8) -> &'static str {
    match day {
        1 => "Monday",
        2 => "Tuesday",
        3 => "Wednesday",
        4 => "Thursday",
        5 => "Friday",
        6 => "Saturday",
        _ => "Sunday",
    }
}
