//! A desktop, a relay and an agent that shows the one through the other.

use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::desktop::Desktop;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use view::technician::Technician;
use wire::RenditionId;
use wire::control::ColorMode;

/// How the endpoint is called.
pub const NAME: &str = "front desk";

/// How long anything may take on a loaded machine.
pub const BOUND: Duration = Duration::from_secs(20);

/// The parts of a session, without its technician.
pub struct Stage {
    /// What is shown.
    pub desktop: Desktop,
    /// The relay.
    pub site: Site,
    /// The agent.
    pub endpoint: Endpoint,
}

impl Stage {
    /// A desktop of this size, shown.
    ///
    /// # Errors
    /// When a part is missing or does not start.
    pub fn set(width: u16, height: u16) -> anyhow::Result<Self> {
        let desktop = Desktop::start(width, height)?;
        let site = Site::start()?;
        let endpoint = Endpoint::start(&site, NAME, &format!("x11:{}", desktop.display()))?;
        Ok(Self { desktop, site, endpoint })
    }

    /// The processes of agent and relay.
    pub fn processes(&mut self) -> [u32; 2] {
        [self.endpoint.process().id(), self.site.process().id()]
    }
}

/// The only display of a virtual desktop, in all colours.
pub fn rendition() -> RenditionId {
    RenditionId::of(0, ColorMode::AllColors)
}

/// Waits until a technician's picture is, pixel for pixel, what the X server shows.
///
/// # Errors
/// When it is not within [`BOUND`].
pub async fn exact(technician: &Technician, desktop: &Desktop) -> anyhow::Result<()> {
    let end = Instant::now() + BOUND;
    loop {
        let shown = desktop.pixels()?;
        let has = technician.rgb(rendition()).context("a picture")?;
        if has == shown {
            return Ok(());
        }
        let differing = has.iter().zip(&shown).filter(|(has, shown)| has != shown).count();
        anyhow::ensure!(Instant::now() < end, "{differing} of {} bytes differ", shown.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
