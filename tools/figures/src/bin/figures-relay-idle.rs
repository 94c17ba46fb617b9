//! What an agent costs the relay that is only there: memory and CPU, with as many as this machine can hold.

use std::time::Duration;

use figures::figure::{Figure, or_skip};
use figures::relay::idle_link_bytes;
use loadgen::cpu::Share;
use loadgen::crowd::Crowd;
use loadgen::target::Relay;

/// Agents that come before: caches fill and threads start.
const BEFORE: usize = 100;

/// Agents that are measured.
const IDLE: usize = 10_000;

/// Files that the two programs have open beside a socket for each agent.
const FILES: usize = 500;

const WATCHED: Duration = Duration::from_secs(40);

#[tokio::main]
async fn main() {
    or_skip("idle links", measure().await);
}

async fn measure() -> anyhow::Result<()> {
    let count = IDLE.min(files_max()?.saturating_sub(FILES));
    if count < IDLE {
        eprintln!("only {count} idle links: that many files may be open");
    }
    let relay = Relay::start().await?;
    let mut crowd = Crowd::default();
    idle_link_bytes(&relay, &mut crowd, BEFORE).await?;
    let each = idle_link_bytes(&relay, &mut crowd, count).await?;
    Figure::new(format!("memory of an idle agent link, {count} of them"), each / 1e3, "kB")
        .at_most(28.0)
        .moonshot(16.0)
        .print()?;
    let cpu = Share::start(&[relay.process().unwrap_or_default()])?;
    tokio::time::sleep(WATCHED).await;
    crowd.all_there()?;
    Figure::new(format!("CPU of {count} idle agent links"), cpu.percent()?, "% of a core").print()
}

/// How many files this process may have open.
fn files_max() -> anyhow::Result<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3));
    Ok(soft.and_then(|soft| soft.parse().ok()).unwrap_or(1024))
}
