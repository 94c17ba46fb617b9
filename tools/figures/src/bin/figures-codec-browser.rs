//! Decoding and painting a whole exact picture in Chromium: 1080p, a programmer's editor, or of a corpus without one its
//! first clip. The page's worker counts from the update's last byte until its pixels are on the canvas; each visit gets
//! the picture anew.

use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::browser::{Browser, Window};
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use figures::codec::clip;
use figures::figure::{Figure, or_skip, quantile};

const CLIP: &str = "ide";

/// Visits; the first one warms up what is compiled late, and is left out.
const VISITS: usize = 9;

/// How long one may take until its picture is right.
const BOUND: Duration = Duration::from_secs(20);

/// The page counts once a second; what has not changed for longer is complete.
const COUNTED: Duration = Duration::from_millis(2500);

/// The first picture stands still for so long, in milliseconds: longer than this program runs.
const HOLD_MS: u64 = 600_000;

fn main() {
    or_skip("Chromium", measure());
}

fn measure() -> anyhow::Result<()> {
    let clip = match clip::named(CLIP) {
        Ok(clip) => clip,
        Err(_) => clip::all()?.into_iter().next().context("a clip")?,
    };
    let name = &clip.name;
    let wanted = clip.outline()?.first;
    let site = Site::start()?;
    let _endpoint = Endpoint::start(&site, name, &format!("fake:{}?hold={HOLD_MS}", clip.path.display()))?;
    let mut browser = Browser::start(Window { width: 1920, height: 1080, ..Window::default() })?;
    browser.open(&format!("{}?probe=1", site.console_url()))?;
    browser.fill("input[name=user]", site.user())?;
    browser.fill("input[name=password]", site.password())?;
    browser.click("button[type=submit]")?;
    let mut before = [0.0; 2];
    let (mut decode_ms, mut paint_ms) = (Vec::new(), Vec::new());
    for _ in 0..VISITS {
        browser.click("a[href='#/jump']")?;
        browser.click(&format!("button[aria-label='Jump to {name}']"))?;
        until_exact(&mut browser, &wanted)?;
        std::thread::park_timeout(COUNTED);
        let after = [counter(&mut browser, "decodeMs")?, counter(&mut browser, "paintMs")?];
        decode_ms.push(after[0] - before[0]);
        paint_ms.push(after[1] - before[1]);
        before = after;
        browser.click("button[aria-label='Close the session']")?;
        browser.click("[data-choice=end]")?;
    }
    let sums: Vec<f64> =
        decode_ms.iter().zip(&paint_ms).skip(1).map(|(decode, paint)| decode + paint).collect();
    let title = format!("decode and paint in Chromium, exact picture of {name}, median of {}", sums.len());
    Figure::new(title, quantile(&sums, 0.5)?, "ms").at_most(15.0).moonshot(8.0).print()?;
    Figure::new("… of it decoding", quantile(&decode_ms[1..], 0.5)?, "ms").print()?;
    Figure::new("… the first visit, before anything is compiled", decode_ms[0] + paint_ms[0], "ms").print()
}

fn until_exact(browser: &mut Browser, wanted: &str) -> anyhow::Result<()> {
    browser.until("window.nearhand.size !== undefined", BOUND)?;
    let end = Instant::now() + BOUND;
    while browser.value("window.nearhand.pictureHash()")?.as_str() != Some(wanted) {
        anyhow::ensure!(Instant::now() < end, "the picture is not the recording's first");
        std::thread::park_timeout(Duration::from_millis(100));
    }
    Ok(())
}

fn counter(browser: &mut Browser, name: &str) -> anyhow::Result<f64> {
    let value = browser.value(&format!("window.nearhand.counters?.{name} ?? 0"))?;
    value.as_f64().with_context(|| name.to_owned())
}
