//! Technicians without a browser, on a real desktop through a real relay.

use std::time::Duration;

use anyhow::Context;
use e2e::desktop::Desktop;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use e2e::{technician, wait};
use view::technician::Technician;
use wire::RenditionId;
use wire::control::ColorMode;
use wire::input::{Button, Event, Pointer};

/// The only display of a virtual desktop, in all colours.
fn rendition() -> RenditionId {
    RenditionId::of(0, ColorMode::AllColors)
}

/// How long anything may take on a loaded machine.
const BOUND: Duration = Duration::from_secs(20);

struct Stage {
    desktop: Desktop,
    site: Site,
    endpoint: Endpoint,
}

impl Stage {
    fn set() -> anyhow::Result<Self> {
        let desktop = Desktop::start(1024, 700)?;
        let site = Site::start()?;
        let endpoint = Endpoint::start(&site, "front desk", &format!("x11:{}", desktop.display()))?;
        Ok(Self { desktop, site, endpoint })
    }

    async fn technician(&self) -> anyhow::Result<Technician> {
        technician::join(&self.site, "front desk").await
    }
}

/// Waits until a technician's picture is, pixel for pixel, what the X server shows.
async fn assert_exact(technician: &Technician, desktop: &Desktop) -> anyhow::Result<()> {
    let end = std::time::Instant::now() + BOUND;
    loop {
        let shown = desktop.pixels()?;
        let has = technician.rgb(rendition()).context("a picture")?;
        if has == shown {
            return Ok(());
        }
        let differing = has.iter().zip(&shown).filter(|(has, shown)| has != shown).count();
        anyhow::ensure!(std::time::Instant::now() < end, "{differing} of {} bytes differ", shown.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s160_s164_what_a_technician_types_reaches_a_terminal_and_its_pixels_come_back() -> anyhow::Result<()>
{
    let mut stage = Stage::set()?;
    let typed = stage.desktop.scratch()?.join("typed");
    stage.desktop.terminal_into(&typed)?;
    let mut technician = stage.technician().await?;
    technician.control(true, BOUND).await?;
    assert_exact(&technician, &stage.desktop).await?;
    let at = Pointer { display: 0, x: 200, y: 200 };
    for down in [true, false] {
        technician.input(Event::Button { at, button: Button::Left, down }).await?;
    }
    technician.input(Event::Text("naïve Ж 日 €\n".to_owned())).await?;
    let line = wait::until("the typed line", BOUND, || {
        std::fs::read_to_string(&typed).ok().filter(|text| text.ends_with('\n'))
    })?;
    assert_eq!(line, "naïve Ж 日 €\n");
    assert_exact(&technician, &stage.desktop).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_technicians_and_a_late_third_see_what_the_desktop_shows() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let (first, second) = (stage.technician().await?, stage.technician().await?);
    stage.desktop.terminal("numbers", "70x20+100+80", &["sh", "-c", "seq 200; sleep 600"])?;
    assert_exact(&first, &stage.desktop).await?;
    assert_exact(&second, &stage.desktop).await?;
    let third = stage.technician().await?;
    assert_exact(&third, &stage.desktop).await?;
    assert_eq!(first.hash(rendition()), third.hash(rendition()));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_technician_who_only_looks_types_nothing() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let typed = stage.desktop.scratch()?.join("typed");
    stage.desktop.terminal_into(&typed)?;
    let (mut looking, mut working) = (stage.technician().await?, stage.technician().await?);
    working.control(true, BOUND).await?;
    looking.input(Event::Text("not this\n".to_owned())).await?;
    let at = Pointer { display: 0, x: 200, y: 200 };
    for down in [true, false] {
        working.input(Event::Button { at, button: Button::Left, down }).await?;
    }
    working.input(Event::Text("this\n".to_owned())).await?;
    let line = wait::until("the typed line", BOUND, || {
        std::fs::read_to_string(&typed).ok().filter(|text| text.ends_with('\n'))
    })?;
    assert_eq!(line, "this\n");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_display_that_nobody_watched_for_a_while_is_exact_again_on_the_same_link() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let technician = stage.technician().await?;
    assert_exact(&technician, &stage.desktop).await?;
    for turn in ["first", "second", "third"] {
        technician.watch(&[]).await?;
        stage.desktop.terminal(turn, "60x20+60+60", &["sleep", "600"])?;
        technician.watch(&[(0, ColorMode::AllColors)]).await?;
        assert_exact(&technician, &stage.desktop).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crashed_agent_comes_back_into_the_session() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let technician = stage.technician().await?;
    assert_exact(&technician, &stage.desktop).await?;
    stage.endpoint.crash_and_restart()?;
    stage.desktop.terminal("after", "60x20+60+60", &["sleep", "600"])?;
    assert_exact(&technician, &stage.desktop).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_finds_its_crashed_relay_again() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    drop(stage.technician().await?);
    stage.site.crash_and_restart()?;
    let technician = technician::join_when_online(&stage.site, "front desk", BOUND).await?;
    assert_exact(&technician, &stage.desktop).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_a_lost_technician_held_is_released() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut lost = stage.technician().await?;
    lost.control(true, BOUND).await?;
    lost.input(Event::Key { down: true, code: "ShiftLeft".to_owned(), key: "Shift".to_owned() }).await?;
    wait::until("Shift to be held", BOUND, || {
        stage.desktop.held_keys().ok().filter(|held| !held.is_empty())
    })?;
    drop(lost);
    wait::until("Shift to be released", BOUND, || stage.desktop.held_keys().ok().filter(Vec::is_empty))?;
    Ok(())
}

#[test]
fn a_link_without_a_session_stays_open() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let end = std::time::Instant::now() + proto::liveness::DEAD_AFTER + Duration::from_secs(1);
    wait::until("the time of a silent peer to pass", BOUND, || {
        (end <= std::time::Instant::now()).then_some(())
    })?;
    let said = stage.endpoint.output();
    assert!(!said.contains("offline"), "{said}");
    Ok(())
}
