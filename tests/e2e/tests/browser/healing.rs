//! What breaks heals by itself, without a click; the page says what it is doing, and no key stays pressed.

use std::time::Duration;

use e2e::browser::{Detour, Window};
use e2e::shaper::{Line, Shaper};
use e2e::wait;

use crate::stage::{BOUND, Page, Stage};

/// Holds a key in the page, and waits until the desktop has it.
fn hold_shift(stage: &Stage, page: &mut Page) -> anyhow::Result<()> {
    page.click((500.0, 500.0))?;
    page.browser.hold("Shift")?;
    wait::until("Shift to be held", BOUND, || {
        stage.desktop.held_keys().ok().filter(|held| !held.is_empty())
    })?;
    Ok(())
}

/// Nothing is held, and the page shows what the desktop shows from now on.
fn assert_healed(stage: &mut Stage, page: &mut Page) -> anyhow::Result<()> {
    page.until_live()?;
    wait::until("Shift to be released", BOUND, || stage.desktop.held_keys().ok().filter(Vec::is_empty))?;
    page.browser.release("Shift")?;
    let typed = stage.terminal()?;
    page.assert_exact(&stage.desktop)?;
    page.type_line("back again", &typed)?;
    page.assert_exact(&stage.desktop)
}

#[test]
fn a_session_outlives_a_restart_of_the_relay() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut page = stage.page()?;
    hold_shift(&stage, &mut page)?;
    stage.site.process().stop();
    page.until_it_says("reconnecting")?;
    stage.site.start_again()?;
    assert_healed(&mut stage, &mut page)
}

#[test]
fn a_session_outlives_a_crash_of_the_relay() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut page = stage.page()?;
    hold_shift(&stage, &mut page)?;
    stage.site.process().kill();
    page.until_it_says("reconnecting")?;
    stage.site.start_again()?;
    assert_healed(&mut stage, &mut page)
}

#[test]
fn a_session_outlives_a_crash_of_the_agent() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut page = stage.page()?;
    hold_shift(&stage, &mut page)?;
    stage.endpoint.process().kill();
    page.until_it_says("offline")?;
    stage.endpoint.start_again()?;
    assert_healed(&mut stage, &mut page)
}

#[test]
fn a_session_outlives_ten_seconds_without_a_line() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let udp = stage.site.ready().udp;
    let line = Shaper::start(udp, Line::new(Duration::ZERO, 0.0, 0, 1))?;
    let detour = Some(Detour { from: udp, to: line.address() });
    let mut page = stage.page_in(Window { detour, ..Window::default() }, "")?;
    hold_shift(&stage, &mut page)?;
    line.cut(true);
    page.browser.set_offline(true)?;
    let mended = std::time::Instant::now() + Duration::from_secs(10);
    page.until_it_says("reconnecting")?;
    wait::until("Shift to be released meanwhile", BOUND, || {
        stage.desktop.held_keys().ok().filter(Vec::is_empty)
    })?;
    wait::until("ten seconds to pass", BOUND, || (mended <= std::time::Instant::now()).then_some(()))?;
    line.cut(false);
    page.browser.set_offline(false)?;
    assert_healed(&mut stage, &mut page)
}
