//! A session in the console: round trips from the click to the first picture, what a film does to the memory of page
//! and workers, and what the page's own thread has to do while others decode and paint.
//!
//! `figures-console-session MINUTES` watches memory for so many minutes, and does nothing else.

use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::browser::{Browser, Detour, Window};
use e2e::film::Film;
use e2e::shaper::{Line, Shaper};
use figures::figure::{Figure, or_skip, quantile};
use figures::stage::{BOUND, NAME, Stage};

/// A line on which round trips are easily counted.
const FAR: Line = Line::new(Duration::from_millis(100), 0.0, 0, 1);

/// Sessions that are opened on each line.
const OPENINGS: usize = 5;

/// Round trips in which a picture has to be there.
const TRIPS_MAX: f64 = 2.0;

/// How long a film plays before memory is looked at, and how often then.
const WARM_UP: Duration = Duration::from_secs(75);
const READ_EVERY: Duration = Duration::from_secs(10);
const MINUTES: u32 = 4;

/// What an hour may add.
const GROWTH_MB_MAX: f64 = 20.0;

/// How long the page's own thread is watched while film and terminal run, and what share of it they may take.
const WATCHED: Duration = Duration::from_secs(15);
const OWN_SHARE_MAX: f64 = 20.0;

const WIDTH: u16 = 1024;
const HEIGHT: u16 = 640;

/// Clicks, and gives the milliseconds until there is a picture.
const OPENING: &str = "new Promise((resolve, reject) => {
    const button = document.querySelector(\"button[aria-label='Jump to NAME']\");
    const began = performance.now();
    button.click();
    const look = () => {
        const now = performance.now();
        if (window.nearhand?.state.phase === 'live') resolve(now - began);
        else if (began + 20000 < now) reject(new Error('no picture'));
        else requestAnimationFrame(look);
    };
    look();
})";

/// Bytes of page and workers, after all that nobody uses was collected.
const MEMORY: &str = "performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)";

/// Keeps how long the page's own thread was held up.
const WATCH: &str = "(() => {
    window.held = [];
    new PerformanceObserver((list) => window.held.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: 'longtask' });
})()";

fn main() {
    let minutes = std::env::args().nth(1).and_then(|text| text.parse().ok());
    if minutes.is_none() {
        or_skip("round trips", openings());
    }
    or_skip("the page's own thread, and memory", film(minutes.unwrap_or(MINUTES)));
}

fn page(stage: &Stage, detour: Option<Detour>) -> anyhow::Result<Browser> {
    let mut page = Browser::start(Window { detour, ..Window::default() })?;
    page.open(&format!("{}?probe=1", stage.site.console_url()))?;
    page.fill("[name=user]", stage.site.user())?;
    page.fill("[name=password]", stage.site.password())?;
    page.click("button[type=submit]")?;
    page.click("a[href='#/jump']")?;
    page.wait_for(&format!("button[aria-label='Jump to {NAME}']"))?;
    page.until("fetch('/api/me/presence').then((a) => a.json()).then((now) => now.console !== null)", BOUND)?;
    Ok(page)
}

fn openings() -> anyhow::Result<()> {
    let stage = Stage::set(WIDTH, HEIGHT)?;
    let near_ms = median_opening(&stage, None)?;
    let shaper = Shaper::start(stage.site.ready().udp, FAR)?;
    let detour = Detour { from: stage.site.ready().udp, to: shaper.address() };
    let far_ms = median_opening(&stage, Some(detour))?;
    let trip_ms = 2.0 * FAR.delay.as_secs_f64() * 1000.0;
    Figure::new("click to first picture, loopback", near_ms, "ms").print()?;
    Figure::new("click to first picture, 200 ms round trip", far_ms, "ms").print()?;
    let name = "click to first picture, in round trips, what page and relay do included";
    Figure::new(name, far_ms / trip_ms, "").at_most(TRIPS_MAX).print()
}

fn median_opening(stage: &Stage, detour: Option<Detour>) -> anyhow::Result<f64> {
    let mut page = page(stage, detour)?;
    let mut times_ms = Vec::new();
    for _ in 0..OPENINGS {
        // A click by script does not wait for the computer to be online.
        page.wait_for(&format!("button[aria-label='Jump to {NAME}']:not([aria-disabled=true])"))?;
        let took = page.value(&OPENING.replace("NAME", NAME))?;
        times_ms.push(took.as_f64().context("a time")?);
        page.click("button[aria-label='Close the session']")?;
        page.click("[data-choice=end]")?;
        page.click("a[href='#/jump']")?;
        page.wait_for(&format!("button[aria-label='Jump to {NAME}']"))?;
    }
    quantile(&times_ms, 0.5)
}

/// One session for both: a film, a terminal that floods, and then the film alone for some minutes.
fn film(minutes: u32) -> anyhow::Result<()> {
    let mut stage = Stage::set(WIDTH, HEIGHT)?;
    let mut page = page(&stage, None)?;
    page.click(&format!("button[aria-label='Jump to {NAME}']"))?;
    page.until("window.nearhand?.state.phase === 'live'", BOUND)?;
    let _film = Film::play(stage.desktop.display())?;
    own_thread(&mut stage, &mut page)?;
    std::thread::park_timeout(WARM_UP);
    memory(&mut page, minutes)
}

/// How much of its time the page's own thread works while a worker decodes and paints.
fn own_thread(stage: &mut Stage, page: &mut Browser) -> anyhow::Result<()> {
    let flood = stage.desktop.run("xterm", &["-e", "sh", "-c", "while :; do ls -l /usr/bin; done"])?;
    page.value(WATCH)?;
    page.until("window.nearhand.counters !== undefined", BOUND)?;
    let painted = |page: &mut Browser| -> anyhow::Result<f64> {
        let counted = page.value("nearhand.counters.decodeMs + nearhand.counters.paintMs")?;
        counted.as_f64().context("milliseconds")
    };
    let (began, before, of_worker) = (Instant::now(), page.main_thread_s()?, painted(page)?);
    std::thread::park_timeout(WATCHED);
    let seconds = began.elapsed().as_secs_f64();
    let own = 100.0 * (page.main_thread_s()? - before) / seconds;
    let of_worker = (painted(page)? - of_worker) / 10.0 / seconds;
    let held: Vec<f64> = serde_json::from_value(page.value("window.held")?)?;
    flood.kill();
    let name = "a film and a terminal that floods";
    Figure::new(format!("{name}: the worker decodes and paints"), of_worker, "% of a core").print()?;
    Figure::new(format!("{name}: the page's own thread works"), own, "% of a core")
        .at_most(OWN_SHARE_MAX)
        .print()?;
    Figure::new(format!("{name}: tasks over 50 ms on the page's own thread"), held.len() as f64, "")
        .at_most(0.0)
        .print()
}

/// Reads memory now and then, and takes the line through all readings for what an hour would add.
fn memory(page: &mut Browser, minutes: u32) -> anyhow::Result<()> {
    let (began, mut counted, mut held) = (Instant::now(), Vec::new(), Vec::new());
    let readings = minutes * 60 / READ_EVERY.as_secs() as u32 + 1;
    for number in 0..readings {
        std::thread::park_timeout((number * READ_EVERY).saturating_sub(began.elapsed()));
        page.collect_garbage()?;
        let hours = began.elapsed().as_secs_f64() / 3600.0;
        let bytes = page.value(MEMORY)?.as_f64().context("bytes")?;
        counted.push((hours, bytes / 1e6));
        held.push((hours, resident_mb(page)?));
        eprintln!("{:4.0} s  {:7.2} MB  {:7.1} MB", hours * 3600.0, bytes / 1e6, held[held.len() - 1].1);
    }
    let of_process = Slope::of(&held)?;
    let Slope { last, per_hour, error } = Slope::of(&counted)?;
    Figure::new("memory of page and workers after minutes of film", last, "MB").print()?;
    let name = format!("memory that an hour of film would add, by {readings} readings in {minutes} minutes");
    Figure::new(&name, per_hour, "MB").at_most(GROWTH_MB_MAX).print()?;
    Figure::new(format!("{name}: twice the standard error"), 2.0 * error, "MB").print()?;
    Figure::new("the browser's process of the page after minutes of film", of_process.last, "MB").print()?;
    Figure::new("the same, what an hour would add", of_process.per_hour, "MB").print()
}

/// What the process of the page holds.
fn resident_mb(page: &mut Browser) -> anyhow::Result<f64> {
    let mut most = 0.0_f64;
    for process in page.renderers()? {
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("RssAnon")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        most = most.max(kilobytes / 1024.0);
    }
    Ok(most)
}

/// The straight line nearest to all readings.
struct Slope {
    last: f64,
    per_hour: f64,
    /// The standard error of `per_hour`.
    error: f64,
}

impl Slope {
    fn of(readings: &[(f64, f64)]) -> anyhow::Result<Self> {
        let count = readings.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| readings.iter().map(of).sum::<f64>() / count;
        let (hour, value) = (mean(|one| one.0), mean(|one| one.1));
        let spread: f64 = readings.iter().map(|one| (one.0 - hour).powi(2)).sum();
        let common: f64 = readings.iter().map(|one| (one.0 - hour) * (one.1 - value)).sum();
        let per_hour = common / spread;
        let off = |one: &(f64, f64)| (one.1 - value - per_hour * (one.0 - hour)).powi(2);
        let off: f64 = readings.iter().map(off).sum();
        let error = (off / (count - 2.0) / spread).sqrt();
        let last = readings.last().context("a reading")?.1;
        Ok(Self { last, per_hour, error })
    }
}
