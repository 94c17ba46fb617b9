//! What a session costs while nothing happens: CPU of agent and relay with one viewer.

use std::time::Duration;

use e2e::technician;
use figures::cpu::Share;
use figures::figure::{Figure, or_skip};
use figures::stage::{NAME, Stage, exact};

/// After the first picture, until everybody is at rest.
const REST: Duration = Duration::from_secs(3);

/// How long is measured.
const WATCHED: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    or_skip("idle desktop", measure().await);
}

async fn measure() -> anyhow::Result<()> {
    let mut stage = Stage::set(1920, 1080)?;
    stage.desktop.terminal("quiet", "100x40+200+100", &["sh", "-c", "ls -la /; sleep 600"])?;
    let technician = technician::join(&stage.site, NAME).await?;
    exact(&technician, &stage.desktop).await?;
    tokio::time::sleep(REST).await;
    let [agent, relay] = stage.processes().map(|process| Share::start(&[process]));
    let (agent, relay) = (agent?, relay?);
    tokio::time::sleep(WATCHED).await;
    let (agent, relay) = (agent.percent()?, relay.percent()?);
    exact(&technician, &stage.desktop).await?;
    Figure::new("idle desktop with one viewer: agent", agent, "% of a core").at_most(1.0).print()?;
    Figure::new("idle desktop with one viewer: relay", relay, "% of a core").at_most(1.0).print()
}
