//! What the pages cost: bytes until one can be used, how long that takes, and how long a click takes to show while news
//! arrive 20 times a second.
//!
//! The browser counts: bytes as they travel, times by its own clock, interactions as its event timing has them.

use std::time::Duration;

use anyhow::Context;
use e2e::browser::{Browser, Window};
use e2e::site::Site;
use figures::browser;
use figures::crowd::Crowd;
use figures::figure::{Figure, or_skip, quantile};
use figures::stage::{BOUND, NAME, Stage};
use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;

/// The bounds for what the console loads, compressed.
const QUEUES_KB_MAX: f64 = 250.0;
const SESSION_KB_MAX: f64 = 120.0;

/// The bound for an interaction to be seen.
const PAINT_MS_MAX: f64 = 100.0;

/// News a second while somebody clicks.
const NEWS: u32 = 20;

/// Customers who wait in the long queue.
const WAITING: usize = 5_000;

/// Half of the interactions that are measured.
const CLICKS: usize = 60;

/// The shortest interaction that browsers tell of; what is not told of counts as this.
const TOLD_FROM_MS: f64 = 16.0;

/// When the page could first be used: its first picture is there, and no long task runs any more.
const INTERACTIVE: &str = "new Promise((resolve) => {
    const ends = [];
    const watch = new PerformanceObserver((list) => ends.push(...list.getEntries().map((task) => task.startTime + task.duration)));
    watch.observe({ type: 'longtask', buffered: true });
    const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    const look = () => painted() === undefined
        ? requestAnimationFrame(look)
        : setTimeout(() => resolve(Math.max(painted(), ...ends)), 300);
    look();
})";

/// Keeps the duration of every interaction.
const WATCH: &str = "(() => {
    window.interactions = new Map();
    new PerformanceObserver((list) => {
        for (const { interactionId, duration } of list.getEntries()) {
            if (interactionId) window.interactions.set(interactionId, Math.max(duration, window.interactions.get(interactionId) ?? 0));
        }
    }).observe({ type: 'event', durationThreshold: 16 });
})()";

#[tokio::main]
async fn main() {
    or_skip("the portal", portal());
    or_skip("the administration", administration());
    or_skip("the console", console().await);
}

/// Opens a page in a browser that has loaded nothing yet.
fn open(address: &str, wanted: &str) -> anyhow::Result<Browser> {
    let mut page = Browser::start(Window::default())?;
    page.open(address)?;
    page.wait_for(wanted)?;
    Ok(page)
}

fn loaded(page: &mut Browser, name: &str) -> anyhow::Result<Figure> {
    Ok(Figure::new(format!("{name}: loaded, compressed"), page.loaded_bytes()? as f64 / 1000.0, "kB"))
}

fn interactive(page: &mut Browser, name: &str) -> anyhow::Result<Figure> {
    let at = page.value(INTERACTIVE)?.as_f64().context("a time")?;
    Ok(Figure::new(format!("{name}: time to interactive"), at, "ms"))
}

fn log_in(page: &mut Browser, site: &Site) -> anyhow::Result<()> {
    page.fill("[name=user]", site.user())?;
    page.fill("[name=password]", site.password())?;
    page.click("button[type=submit]")
}

fn portal() -> anyhow::Result<()> {
    let site = Site::start()?;
    let mut page = open(&site.api_url(), "[name=key]")?;
    loaded(&mut page, "portal")?.print()?;
    interactive(&mut page, "portal")?.print()
}

fn administration() -> anyhow::Result<()> {
    let site = Site::start()?;
    let mut page = open(&format!("{}/login", site.api_url()), "[name=user]")?;
    log_in(&mut page, &site)?;
    page.wait_for("main h1")?;
    loaded(&mut page, "administration")?.print()?;
    interactive(&mut page, "administration")?.print()
}

async fn console() -> anyhow::Result<()> {
    let stage = Stage::set(1024, 640)?;
    let mut page = open(&format!("{}?probe=1", stage.site.console_url()), "[name=user]")?;
    interactive(&mut page, "console, signing in")?.print()?;
    log_in(&mut page, &stage.site)?;
    page.wait_for("[data-queue=personal]")?;
    page.until("fetch('/api/me/presence').then((a) => a.json()).then((now) => now.console !== null)", BOUND)?;
    let queues_kb = page.loaded_bytes()? as f64 / 1000.0;
    Figure::new("console, queues: loaded, compressed", queues_kb, "kB").at_most(QUEUES_KB_MAX).print()?;

    paints(&stage, &mut page).await?;
    session(&mut page, queues_kb)
}

/// What a session loads: with its screen and chat, with each panel that is opened, with a terminal.
fn session(page: &mut Browser, queues_kb: f64) -> anyhow::Result<()> {
    page.click("a[href='#/jump']")?;
    page.click(&format!("button[aria-label='Jump to {NAME}']"))?;
    page.until("window.nearhand?.state.phase === 'live'", BOUND)?;
    let screen_kb = page.loaded_bytes()? as f64 / 1000.0;
    let name = "console, a session's screen and chat: loaded beyond queues, compressed";
    Figure::new(name, screen_kb, "kB").at_most(SESSION_KB_MAX).print()?;
    let tabs = page.value("document.querySelectorAll('.views [role=tab]').length")?;
    for tab in (3..=tabs.as_u64().context("tabs")?).chain([2]) {
        page.click(&format!(".views [role=tab]:nth-child({tab})"))?;
        page.until("!document.querySelector('main [aria-busy=true]')", BOUND)?;
    }
    page.click("button:has-text('Start command shell')")?;
    page.wait_for(".xterm")?;
    let all_kb = queues_kb + screen_kb + page.loaded_bytes()? as f64 / 1000.0;
    let name = "console, queues and a session with all its panels and a terminal: loaded, compressed";
    Figure::new(name, all_kb, "kB").at_most(QUEUES_KB_MAX + SESSION_KB_MAX).print()?;
    let address = page.value("location.href")?;
    page.open("about:blank")?;
    page.open(address.as_str().context("an address")?)?;
    page.until("window.nearhand?.state.phase === 'live'", BOUND)?;
    interactive(page, "console, a session that is loaded again")?.print()
}

/// How long clicks take to be seen, on a page to which news come; first with short lists, then with a long one.
async fn paints(stage: &Stage, page: &mut Browser) -> anyhow::Result<()> {
    let client = browser::log_in(&stage.site).await?;
    let team = browser::team(&client, &stage.site).await?;
    page.value(WATCH)?;

    let news = tokio::spawn(tell(client.clone(), stage.site.api_url(), team));
    let done = clicks(page, team);
    news.abort();
    done?;
    seen(page, &format!("interaction to next paint, {NEWS} events a second"))?;

    let crowd = Crowd::gather(&client, &stage.site, WAITING).await?;
    let moves = tokio::spawn(stir(client, stage.site.api_url(), crowd));
    let done = choices(page, team);
    let moved = moves.is_finished();
    moves.abort();
    done?;
    anyhow::ensure!(!moved, "nobody was moved any more: {:?}", moves.await);
    seen(page, &format!("interaction to next paint, {WAITING} waiting, {NEWS} moves a second"))
}

/// Prints how long the interactions since the last time took.
fn seen(page: &mut Browser, name: &str) -> anyhow::Result<()> {
    let told = "new Promise((resolve) => setTimeout(() => resolve([...window.interactions.values()]), 500))";
    let mut times_ms: Vec<f64> = serde_json::from_value(page.value(told)?)?;
    page.value("window.interactions.clear()")?;
    let untold = (2 * CLICKS).saturating_sub(times_ms.len());
    times_ms.extend(std::iter::repeat_n(TOLD_FROM_MS, untold));
    Figure::new(format!("{name}: p95"), quantile(&times_ms, 0.95)?, "ms").at_most(PAINT_MS_MAX).print()?;
    let slowest = format!("{name}: slowest of {}", times_ms.len());
    Figure::new(slowest, quantile(&times_ms, 1.0)?, "ms").at_most(PAINT_MS_MAX).print()
}

/// To and fro between two queues.
fn clicks(page: &mut Browser, team: u64) -> anyhow::Result<()> {
    for _ in 0..CLICKS {
        page.click(&format!("[data-queue='{team}'] a, a[data-queue='{team}']"))?;
        page.click("a[data-queue=personal], [data-queue=personal] a")?;
    }
    Ok(())
}

/// One's own queue, the long one, and somebody in it whose details show; by mouse and keyboard.
fn choices(page: &mut Browser, team: u64) -> anyhow::Result<()> {
    let queue = format!("[data-queue='{team}'] a, a[data-queue='{team}']");
    page.click(&queue)?;
    page.until(
        &format!("{WAITING} / 2 < Number(document.querySelector('[data-waiting]')?.dataset.waiting)"),
        BOUND,
    )?;
    for number in 0..2 * CLICKS / 6 {
        page.click(&queue)?;
        page.wait_for("[role=row][data-row]")?;
        // Rows move while they are aimed at; what the page does is the same.
        let row = format!("document.querySelectorAll('[role=row][data-row]')[{}].click()", 2 + number % 8);
        page.value(&row)?;
        page.click("[role=grid]")?;
        for key in ["ArrowDown", "ArrowDown", "PageDown"] {
            page.press(key)?;
        }
        page.click("a[data-queue=personal], [data-queue=personal] a")?;
    }
    Ok(())
}

/// Changes what stands in everybody's lists, as often as is asked.
async fn tell(client: reqwest::Client, site: String, team: u64) -> anyhow::Result<()> {
    let url = format!("{site}/api/me/preferences");
    let mut own: Value = client.get(&url).send().await?.error_for_status()?.json().await?;
    let mut due = ticks();
    for number in 0_u64.. {
        due.tick().await;
        own["favorites"] = if number % 2 == 0 { json!([team]) } else { json!([]) };
        client.put(&url).json(&own).send().await?.error_for_status()?;
    }
    Ok(())
}

/// Moves one after the other to another queue and back, so that the long list changes with each move.
async fn stir(client: reqwest::Client, site: String, crowd: Crowd) -> anyhow::Result<()> {
    let mut due = ticks();
    for &session in crowd.sessions.iter().cycle() {
        for team in [crowd.aside, crowd.team] {
            due.tick().await;
            Crowd::put(&client, &site, session, team).await?;
        }
    }
    Ok(())
}

fn ticks() -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / NEWS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}
