//! Key press to painted canvas in Chromium: on loopback, and through a poor line while a terminal scrolls.
//!
//! The page's own clock counts, from the key event that it gets until a pixel of the canvas has another colour.

use std::time::Duration;

use anyhow::Context;
use e2e::browser::{Browser, Detour, Window};
use e2e::shaper::Shaper;
use figures::figure::{Figure, or_skip, quantile};
use figures::line::{POOR, POOR_NAME};
use figures::probe::{EXTENT, PLACE, Probe};
use figures::stage::{BOUND, NAME, Stage};

/// Key presses of each run.
const PRESSES: usize = 60;

/// The first ones warm up what is compiled late, and are left out.
const WARM_UP: usize = 10;

/// A terminal that scrolls 40 lines a second.
const SCROLL: &str =
    "while :; do ls -la /usr/bin | while IFS= read -r line; do echo \"$line\"; sleep 0.02; done; done";

const WIDTH: u16 = 1024;
const HEIGHT: u16 = 640;

/// Looks at the middle of the window that changes its colour, as often as the page may; a pixel of the canvas is
/// read as the browser would show it.
const LOOKING: &str = "
(() => {
  const canvas = document.querySelector('.stage canvas');
  const one = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const pixel = () => {
    one.drawImage(canvas, AT, AT, 1, 1, 0, 0, 1, 1);
    return one.getImageData(0, 0, 1, 1).data.join();
  };
  const channel = new MessageChannel();
  addEventListener('keydown', (event) => { window.keyAt = event.timeStamp; }, true);
  window.arm = () => {
    const before = pixel();
    window.keyAt = undefined;
    window.flipped = new Promise((resolve, reject) => {
      const end = performance.now() + 15000;
      channel.port1.onmessage = () => {
        const now = performance.now();
        if (window.keyAt !== undefined && pixel() !== before) resolve(performance.now() - window.keyAt);
        else if (end < now) reject(new Error('the colour does not change'));
        else channel.port2.postMessage(0);
      };
      channel.port2.postMessage(0);
    });
  };
})()";

#[tokio::main]
async fn main() {
    or_skip("Chromium", measure());
}

fn measure() -> anyhow::Result<()> {
    let mut stage = Stage::set(WIDTH, HEIGHT)?;
    let probe = Probe::show(stage.desktop.display())?;
    let times_ms = presses(&stage, None)?;
    figure("key press to painted canvas, loopback", &times_ms)?;
    stage.desktop.terminal("scroll", "100x40+260+40", &["sh", "-c", SCROLL])?;
    probe.take_keyboard()?;
    let shaper = Shaper::start(stage.site.ready().udp, POOR)?;
    let detour = Detour { from: stage.site.ready().udp, to: shaper.address() };
    let times_ms = presses(&stage, Some(detour))?;
    figure(&format!("key press to painted canvas, {POOR_NAME}, a terminal scrolls"), &times_ms)
}

fn figure(name: &str, times_ms: &[f64]) -> anyhow::Result<()> {
    Figure::new(format!("{name}: median"), quantile(times_ms, 0.5)?, "ms").print()?;
    Figure::new(format!("{name}: p95"), quantile(times_ms, 0.95)?, "ms").print()
}

fn presses(stage: &Stage, detour: Option<Detour>) -> anyhow::Result<Vec<f64>> {
    let mut browser = Browser::start(Window { detour, ..Window::default() })?;
    browser.open(&format!("{}?probe=1", stage.site.console_url()))?;
    browser.fill("input[name=user]", stage.site.user())?;
    browser.fill("input[name=password]", stage.site.password())?;
    browser.click("button[type=submit]")?;
    browser.click("a[href='#/jump']")?;
    browser.click(&format!("button[aria-label='Jump to {NAME}']"))?;
    browser.until("window.nearhand.size && window.nearhand.hasControl", BOUND)?;
    browser.value("document.querySelector('.stage textarea').focus()")?;
    browser.value(&LOOKING.replace("AT", &(PLACE + EXTENT / 2).to_string()))?;
    let mut times_ms = Vec::new();
    for _ in 0..PRESSES {
        browser.value("window.arm()")?;
        browser.press("a")?;
        let took = browser.value("window.flipped")?;
        times_ms.push(took.as_f64().context("a time")?);
        // Presses of a person come apart.
        std::thread::park_timeout(Duration::from_millis(30));
    }
    Ok(times_ms.split_off(WARM_UP))
}
