//! The desk with 100,000 Jump items and 1,000,000 past sessions, asked over HTTP as a console asks: searches, pages of
//! lists, reports and the log, on SQLite and on PostgreSQL.
//!
//! A number as the argument makes it so many times smaller, to try it out.

use std::time::Instant;

use anyhow::Context;
use e2e::site::Site;
use figures::browser;
use figures::figure::{Figure, or_skip, quantile};
use figures::past::{CUSTOMERS, GROUPS, JUMPS, OWNERS, Past, Size, Store};
use serde_json::Value;

/// What it is to be like.
const SIZE: Size = Size { items: 100_000, sessions: 1_000_000 };

/// How often each question is asked.
const TIMES: u64 = 100;

/// What a search may take, and what a page of a list may.
const SEARCH_MS: f64 = 50.0;
const PAGE_MS: f64 = 20.0;

#[tokio::main]
async fn main() {
    let share = std::env::args().nth(1).and_then(|share| share.parse().ok()).unwrap_or(1);
    let size = Size { items: SIZE.items / share, sessions: SIZE.sessions / share };
    or_skip("years of sessions in SQLite", on_sqlite(size).await);
    or_skip("years of sessions in PostgreSQL", on_postgres(size).await);
}

async fn on_sqlite(size: Size) -> anyhow::Result<()> {
    let mut site = Site::start()?;
    site.stop();
    let store = Store::file(site.state()).await?;
    measure(site, store, size).await
}

async fn on_postgres(size: Size) -> anyhow::Result<()> {
    let url = services::postgres::empty_database();
    let mut site = Site::start_with(&format!("[database]\nurl = \"{url}\"\n"))?;
    site.stop();
    measure(site, Store::server(&url).await?, size).await
}

async fn measure(mut site: Site, mut store: Store, size: Size) -> anyhow::Result<()> {
    let kind = store.name();
    let begun = Instant::now();
    let past = Past::fill(&mut store, size).await.context("fill")?;
    store.close().await?;
    eprintln!("{kind} filled in {:.0} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    site.start_again()?;
    let what = format!("{kind}, {} items, {} past sessions", size.items, size.sessions);
    Figure::new(format!("{what}: start of the relay"), begun.elapsed().as_secs_f64(), "s").print()?;
    let client = browser::log_in(&site).await?;
    let nothing =
        times(&client, &site, &Ask::new("healthz", PAGE_MS, |_| "/healthz".to_owned(), |_| true)).await?;
    let floor = quantile(&nothing, 0.99)?;
    for ask in asks_of_items(size).into_iter().chain(asks_of_sessions(past)?) {
        let times = times(&client, &site, &ask).await.with_context(|| ask.name)?;
        Figure::new(format!("{kind}, {}: p99", ask.name), quantile(&times, 0.99)?, "ms")
            .at_most(ask.bound_ms)
            .beside("/healthz", floor)
            .print()?;
    }
    Ok(())
}

/// A question of which there are many like it.
struct Ask {
    name: &'static str,
    bound_ms: f64,
    path: Box<dyn Fn(u64) -> String>,
    is_right: fn(&Value) -> bool,
}

impl Ask {
    fn new(
        name: &'static str,
        bound_ms: f64,
        path: impl Fn(u64) -> String + 'static,
        is_right: fn(&Value) -> bool,
    ) -> Self {
        Self { name, bound_ms, path: Box::new(path), is_right }
    }
}

/// Milliseconds from the question to the last byte of the answer.
async fn times(client: &reqwest::Client, site: &Site, ask: &Ask) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    for number in 0..TIMES {
        // Numbers that jump about, so that no answer is near the one before.
        let url = format!("{}{}", site.api_url(), (ask.path)(1 + number * 7_919));
        let begun = Instant::now();
        let answer = client.get(&url).send().await?.error_for_status()?.bytes().await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        anyhow::ensure!((ask.is_right)(&answer), "{url} is answered by {answer}");
    }
    Ok(times)
}

fn len(answer: &Value, list: &str) -> usize {
    answer[list].as_array().map_or(0, Vec::len)
}

fn asks_of_items(size: Size) -> Vec<Ask> {
    let items = size.items;
    let place = |number: u64| format!("/api/jump/items?place=group:{}", Past::group(number).get());
    vec![
        Ask::new(
            "search of a computer that there is not",
            SEARCH_MS,
            |number| format!("/api/jump/items?search_string=no+such+computer+{number}"),
            |answer| answer["found"] == 0,
        ),
        Ask::new(
            "search of one computer by its name",
            SEARCH_MS,
            move |number| {
                format!("/api/jump/items?client.hostname=-till-{}", items / 10 + number % items * 9 / 10)
            },
            |answer| answer["found"].as_u64().is_some_and(|found| found <= 11),
        ),
        Ask::new(
            "search that finds thousands",
            SEARCH_MS,
            |number| format!("/api/jump/items?search_string=till+{}", 1 + number % 9),
            |answer| len(answer, "items") == 50,
        ),
        Ask::new(
            "search by a tag and an attribute",
            SEARCH_MS,
            |number| {
                let number = number % 40;
                format!("/api/jump/items?client.tag=shop-{number}&session.custom.building=block+{number}")
            },
            |answer| answer["found"].as_u64().is_some_and(|found| 0 < found),
        ),
        Ask::new(
            "page of all items",
            PAGE_MS,
            |_| "/api/jump/items".to_owned(),
            |answer| len(answer, "items") == 50,
        ),
        Ask::new("page of a group", PAGE_MS, place, |answer| {
            answer["found"].as_u64().is_some_and(|found| 0 < found)
        }),
        Ask::new(
            "lists of items",
            PAGE_MS,
            |_| "/api/jump/places".to_owned(),
            |answer| answer.as_array().is_some_and(|places| GROUPS <= places.len() as u64),
        ),
        Ask::new(
            "one item",
            PAGE_MS,
            move |number| format!("/api/jump/items/{:016x}", 1 + number % items),
            |one| one["label"]["name"].is_string(),
        ),
        Ask::new("items used most", PAGE_MS, |_| "/api/jump/frequent".to_owned(), Value::is_array),
    ]
}

fn asks_of_sessions(past: Past) -> anyhow::Result<Vec<Ask>> {
    let mut asks = pages_of_reports(past)?;
    asks.extend(searches_of_reports(past));
    asks.extend(asks_of_the_log(past)?);
    Ok(asks)
}

fn pages_of_reports(past: Past) -> anyhow::Result<Vec<Ask>> {
    let sessions = past.size.sessions;
    // The times once, so that a page's address is not where the time goes; a page of sessions and more is before each.
    let ends: Vec<_> = (0..TIMES)
        .map(|number| past.ended(100 + number * 7_919 % (sessions / 2)))
        .collect::<anyhow::Result<_>>()?;
    let from = ends.clone();
    let at = move |ends: &[jiff::Timestamp], number: u64| ends[(number % TIMES) as usize];
    let full = |answer: &Value| len(answer, "sessions") == 50;
    Ok(vec![
        Ask::new("latest sessions", PAGE_MS, |_| "/api/reports/sessions".to_owned(), full),
        Ask::new(
            "sessions far back, by the next of a page",
            PAGE_MS,
            move |number| {
                format!("/api/reports/sessions?from={}.{}", at(&from, number).as_millisecond(), i64::MAX)
            },
            full,
        ),
        Ask::new(
            "sessions of a time",
            PAGE_MS,
            move |number| {
                let since = at(&ends, number);
                let until = since + jiff::SignedDuration::from_hours(24);
                format!("/api/reports/sessions?since={since}&until={until}")
            },
            full,
        ),
        Ask::new(
            "sessions that somebody owned",
            PAGE_MS,
            move |number| format!("/api/reports/sessions?owner={}", past.owner(number)),
            full,
        ),
        Ask::new(
            "sessions that somebody was in",
            PAGE_MS,
            move |number| format!("/api/reports/sessions?member={}", past.owner(number)),
            full,
        ),
        Ask::new(
            "one report, with its events and messages",
            PAGE_MS,
            move |number| format!("/api/reports/sessions/{}", past.session(1 + number % sessions)),
            |report| len(report, "events") == 3 && len(report, "messages") == 2,
        ),
    ])
}

fn searches_of_reports(past: Past) -> Vec<Ask> {
    let customer = |number: u64| format!("customer=CUSTOMER+{}", number % CUSTOMERS);
    let some = |answer: &Value| 0 < len(answer, "sessions");
    let none = |answer: &Value| len(answer, "sessions") == 0;
    let list = "/api/reports/sessions?";
    vec![
        Ask::new(
            "sessions of a customer",
            SEARCH_MS,
            move |number| format!("{list}{}", customer(number)),
            some,
        ),
        Ask::new(
            "sessions with an item",
            SEARCH_MS,
            move |number| format!("{list}item={}", past.item(number * JUMPS)),
            some,
        ),
        Ask::new(
            "sessions of a customer that somebody owned",
            SEARCH_MS,
            move |number| format!("{list}owner={}&{}", past.owner(number), customer(number)),
            some,
        ),
        Ask::new(
            "sessions of a customer that somebody never owned",
            SEARCH_MS,
            move |number| format!("{list}owner={}&{}", past.owner(number + 1), customer(number)),
            none,
        ),
        Ask::new(
            "sessions of a customer in which somebody was",
            SEARCH_MS,
            move |number| format!("{list}member={}&{}", past.owner(number), customer(number)),
            some,
        ),
        Ask::new(
            "sessions of a customer in which somebody never was",
            SEARCH_MS,
            move |number| format!("{list}member={}&{}", past.owner(number + OWNERS / 2), customer(number)),
            none,
        ),
        Ask::new(
            "sessions with an item in which somebody never was",
            SEARCH_MS,
            move |number| {
                let number = number * JUMPS;
                format!("{list}member={}&item={}", past.owner(number + 1), past.item(number))
            },
            none,
        ),
    ]
}

fn asks_of_the_log(past: Past) -> anyhow::Result<Vec<Ask>> {
    let sessions = past.size.sessions;
    let some = |answer: &Value| 0 < len(answer, "lines");
    let half = past.ended(sessions / 2)?;
    Ok(vec![
        Ask::new("latest lines of the log", PAGE_MS, |_| "/api/audit?order=newest_first".to_owned(), some),
        Ask::new(
            "lines about a session",
            PAGE_MS,
            move |number| format!("/api/audit?object=session:{}", past.session(1 + number % sessions)),
            some,
        ),
        Ask::new(
            "lines by somebody",
            PAGE_MS,
            move |number| format!("/api/audit?actor=account:{}&order=newest_first", past.owner(number)),
            some,
        ),
        Ask::new("lines since a time", PAGE_MS, move |_| format!("/api/audit?since={half}"), some),
        Ask::new(
            "latest lines until a time",
            PAGE_MS,
            move |_| format!("/api/audit?until={half}&order=newest_first"),
            some,
        ),
        Ask::new(
            "lines of an event that is common",
            SEARCH_MS,
            |_| "/api/audit?subject=session&event=ended&order=newest_first".to_owned(),
            some,
        ),
        Ask::new(
            "lines of an event that is rare",
            SEARCH_MS,
            |_| "/api/audit?subject=record&event=created&order=newest_first".to_owned(),
            some,
        ),
        Ask::new(
            "lines of an event that never was",
            SEARCH_MS,
            |_| "/api/audit?event=nothing_of_the_kind".to_owned(),
            |answer| len(answer, "lines") == 0,
        ),
        Ask::new(
            "lines from an address that never was",
            SEARCH_MS,
            |_| "/api/audit?address=198.51.100.9".to_owned(),
            |answer| len(answer, "lines") == 0,
        ),
    ])
}
