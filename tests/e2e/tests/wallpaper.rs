//! The wallpaper, seen on the X server itself while technicians come and go and the agent crashes.

use std::time::{Duration, Instant};

use e2e::desktop::Desktop;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use e2e::technician;
use transport::client::Preference;
use wire::control::ColorMode;

const NAME: &str = "papered";

/// How long anything may take on a loaded machine.
const BOUND: Duration = Duration::from_secs(20);

async fn until_shown(desktop: &Desktop, wanted: &[u8], is_wanted: bool) -> anyhow::Result<()> {
    let end = Instant::now() + BOUND;
    while (desktop.pixels()? == wanted) != is_wanted {
        anyhow::ensure!(Instant::now() < end, "the wallpaper is not as wanted: shown {is_wanted}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

#[tokio::test]
async fn s183_the_wallpaper_is_hidden_for_few_colours_and_comes_back_also_after_a_crash() -> anyhow::Result<()>
{
    let (desktop, site) = (Desktop::start(640, 480)?, Site::start()?);
    desktop.set_wallpaper()?;
    let papered = desktop.pixels()?;
    let mut endpoint = Endpoint::start(&site, NAME, &format!("x11:{}", desktop.display()))?;
    let entry = technician::log_in(&site, Preference::Quic).await?;
    let first = technician::join_in(&entry, NAME, ColorMode::BlackAndWhite).await?;
    until_shown(&desktop, &papered, false).await?;
    let hidden = desktop.pixels()?;
    assert!(hidden.chunks_exact(3).all(|pixel| pixel == &hidden[..3]), "one colour");

    let second = technician::join_in(&entry, NAME, ColorMode::AllColors).await?;
    until_shown(&desktop, &papered, true).await?;
    drop(second);
    until_shown(&desktop, &papered, false).await?;

    endpoint.process().kill();
    drop(first);
    assert!(desktop.pixels()? == hidden, "who is killed cannot clean up");
    endpoint.start_again()?;
    until_shown(&desktop, &papered, true).await
}
