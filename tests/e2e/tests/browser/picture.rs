//! Seeing and working: the picture is exact, and hands arrive.

use e2e::{technician, wait};
use wire::RenditionId;
use wire::control::ColorMode;

use crate::stage::{BOUND, Stage, hash};

#[test]
fn s1_s12_s160_s164_a_technician_logs_in_sees_the_desktop_types_and_drags_a_window() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let typed = stage.terminal()?;
    let mut page = stage.page()?;
    assert_eq!(page.carrier()?, "WebTransport");
    page.assert_exact(&stage.desktop)?;
    page.type_line("echo \"It's 5 o'clock\" | tr a-z A-Z; # ~@{}[]", &typed)?;
    page.assert_exact(&stage.desktop)?;

    let (left, top) = stage.desktop.window_place("typing")?;
    let title = (f64::from(left) + 120.0, f64::from(top) - 8.0);
    page.mouse("move", title.0, title.1)?;
    page.mouse("down", title.0, title.1)?;
    for step in 1..=10 {
        page.mouse("move", title.0 + 20.0 * f64::from(step), title.1 + 10.0 * f64::from(step))?;
    }
    page.mouse("up", title.0 + 200.0, title.1 + 100.0)?;
    let moved = wait::until("the window to have moved", BOUND, || {
        let place = stage.desktop.window_place("typing").ok();
        // The page is smaller than the desktop: its mouse stops at pixels of its own.
        place.filter(|(x, y)| (x - left - 200).abs() <= 1 && (y - top - 100).abs() <= 1)
    });
    moved.map_err(|error| error.context(format!("{:?}", stage.desktop.window_place("typing"))))?;
    page.assert_exact(&stage.desktop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_a_program_and_a_late_browser_see_the_same_picture() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut first = stage.page()?;
    let second = technician::join(&stage.site, crate::stage::NAME).await?;
    stage.desktop.terminal("numbers", "70x20+100+80", &["sh", "-c", "seq 200; sleep 600"])?;
    first.assert_exact(&stage.desktop)?;
    let mut late = stage.page()?;
    late.assert_exact(&stage.desktop)?;
    let shown = hash(&stage.desktop.pixels()?);
    assert_eq!(first.probe("pictureHash()")?, shown.as_str());
    let rendition = RenditionId::of(0, ColorMode::AllColors);
    wait::until("the program to see it, too", BOUND, || {
        second.hash(rendition).filter(|seen| *seen == shown)
    })?;
    Ok(())
}

#[test]
fn s163_s280_s281_who_stops_or_ends_no_longer_watches() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.page()?;
    page.browser.click("button[aria-label='Stop screen sharing']")?;
    page.browser.wait_for("[data-phase=stopped]")?;
    page.browser.click("[data-phase=stopped] button:has-text('Start screen sharing')")?;
    page.assert_exact(&stage.desktop)?;
    page.end_session()?;
    wait::until("the agent to be left alone", BOUND, || {
        stage.endpoint.output().contains("no technician is connected any more").then_some(())
    })?;
    page.show_computers()?;
    page.open_session()?;
    page.assert_exact(&stage.desktop)
}
