//! What the relay costs beside bare quinn that forwards the same load over as many links: CPU for each GB and for each
//! small update, and the time that it adds.

use std::time::Duration;

use figures::figure::{Figure, or_skip};
use figures::hops;
use figures::relay::{FILLED, Load, WARM_UP, bare, ours};
use loadgen::content::Content;

/// How long each load is measured.
const WATCHED: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(hops::ARGUMENT) {
        return hops::serve().await;
    }
    or_skip("CPU, a technician each", over_the_floor(100, 1, 1.3, 1.05).await);
    or_skip("CPU, five technicians each", over_the_floor(20, 5, 1.25, 1.1).await);
    or_skip("small updates", small_updates().await);
    or_skip("added latency", added_latency().await);
    Ok(())
}

fn load(sessions: usize, technicians: usize, content: Content) -> Load {
    Load { sessions, technicians, content, warm_up: WARM_UP, watched: WATCHED }
}

async fn over_the_floor(sessions: usize, technicians: usize, goal: f64, moonshot: f64) -> anyhow::Result<()> {
    let load = load(sessions, technicians, Content::USUAL);
    let (bare, ours) = (bare(&load).await?, ours(&Load { warm_up: FILLED, ..load }).await?);
    let name = format!("relay, {sessions} sessions × {technicians}, 20 kB × 30/s");
    Figure::new(name.clone(), ours.per_gb(), "CPU s/GB").beside("bare quinn", bare.per_gb()).print()?;
    Figure::new(name + ": over bare quinn", ours.per_gb() / bare.per_gb(), "×")
        .at_most(goal)
        .moonshot(moonshot)
        .print()?;
    Ok(())
}

async fn small_updates() -> anyhow::Result<()> {
    for technicians in [1, 5] {
        let load = load(100 / technicians, technicians, Content::Noise { bytes: 500, per_second: 30 });
        let (bare, ours) = (bare(&load).await?, ours(&load).await?);
        let name = format!("relay, 500 B update and technician, {technicians} of a session");
        Figure::new(name, ours.per_update_us(), "CPU µs")
            .beside("bare quinn", bare.per_update_us())
            .print()?;
    }
    Ok(())
}

async fn added_latency() -> anyhow::Result<()> {
    let load = load(10, 1, Content::USUAL);
    let (bare, ours) = (bare(&load).await?.counted.latency, ours(&load).await?.counted.latency);
    // Bare quinn forwards an update's first packets before it has the last; what is compared is the whole update.
    let added = |ours: f64, bare: f64| (ours - bare).max(0.0);
    Figure::new("from capture to technician, 10 sessions, p50", ours.p50, "ms")
        .beside("bare quinn", bare.p50)
        .print()?;
    Figure::new("from capture to technician, 10 sessions, p99", ours.p99, "ms")
        .beside("bare quinn", bare.p99)
        .print()?;
    Figure::new("… added to bare quinn, p50", added(ours.p50, bare.p50), "ms")
        .at_most(0.10)
        .moonshot(0.07)
        .print()?;
    Figure::new("… added to bare quinn, p99", added(ours.p99, bare.p99), "ms")
        .at_most(0.25)
        .moonshot(0.15)
        .print()
}
