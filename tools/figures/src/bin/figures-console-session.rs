//! A session in the console: round trips from the click to the first picture, and what a film does to the memory of page
//! and workers.

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

/// How long a film plays before memory is looked at, and how long between the two looks.
const WARM_UP: Duration = Duration::from_secs(60);
const WATCHED: Duration = Duration::from_secs(180);

/// What an hour may add.
const GROWTH_MB_MAX: f64 = 20.0;

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

/// Bytes of page and workers.
const MEMORY: &str = "performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)";

fn main() {
    or_skip("round trips", openings());
    or_skip("memory", memory());
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
    let trips = (far_ms - near_ms) / trip_ms;
    Figure::new("click to first picture, in round trips", trips, "").at_most(TRIPS_MAX).print()
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

fn memory() -> anyhow::Result<()> {
    let stage = Stage::set(WIDTH, HEIGHT)?;
    let mut page = page(&stage, None)?;
    page.click(&format!("button[aria-label='Jump to {NAME}']"))?;
    page.until("window.nearhand?.state.phase === 'live'", BOUND)?;
    let _film = Film::play(stage.desktop.display())?;
    let megabytes = |page: &mut Browser| -> anyhow::Result<f64> {
        Ok(page.value(MEMORY)?.as_f64().context("bytes")? / 1e6)
    };
    std::thread::park_timeout(WARM_UP);
    let (before, began) = (megabytes(&mut page)?, Instant::now());
    std::thread::park_timeout(WATCHED);
    let after = megabytes(&mut page)?;
    let hours = began.elapsed().as_secs_f64() / 3600.0;
    Figure::new("memory of page and workers after minutes of film", after, "MB").print()?;
    let name = "memory that an hour of film would add, by three minutes of it";
    Figure::new(name, (after - before) / hours, "MB").at_most(GROWTH_MB_MAX).print()
}
