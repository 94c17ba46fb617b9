//! What the relay costs: CPU for each GB that it passes on, against bare quinn with the same links and schedule,
//! and memory of an agent that is only there.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use e2e::site::Site;
use e2e::technician;
use figures::cpu::{Share, memory_bytes};
use figures::figure::{Figure, or_skip};
use figures::hops::{self, Forwarder, Side};
use figures::synthetic::{self, Got, Noise, PICTURES_PER_SECOND};
use tokio::task::JoinSet;
use transport::client::Preference;
use wire::SessionId;

/// Sessions at the same time, one technician each.
const SESSIONS: u32 = 30;

/// Until all have joined and links know their path.
const WARM_UP: Duration = Duration::from_secs(2);

/// How long is measured.
const WATCHED: Duration = Duration::from_secs(8);

/// Less of what was sent than this, and the figure would be of something else.
const DELIVERED_MIN: f64 = 0.95;

/// Idle agents, before and in what is measured.
const IDLE_BEFORE: usize = 50;
const IDLE: usize = 300;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(hops::ARGUMENT) {
        return hops::serve().await;
    }
    or_skip("relay CPU", forwarding().await);
    or_skip("relay memory", memory().await);
    Ok(())
}

async fn forwarding() -> anyhow::Result<()> {
    let ours = through_relay().await?;
    let bare = through_bare_quinn().await?;
    Figure::new(format!("relay, {SESSIONS} sessions of 20 kB × 30/s"), ours, "CPU s/GB")
        .beside("bare quinn", bare)
        .print()?;
    Figure::new("… over bare quinn", ours / bare, "×").at_most(1.3).moonshot(1.05).print()
}

async fn through_relay() -> anyhow::Result<f64> {
    let mut site = Site::start()?;
    let mut tasks = JoinSet::new();
    for number in 0..SESSIONS {
        let agent = synthetic::enrol(&site, &format!("synthetic {number}")).await?;
        tasks.spawn(synthetic::show(agent, number.into()));
    }
    let entry = Arc::new(technician::log_in(&site, Preference::Quic).await?);
    let got = Arc::new(Got::default());
    for endpoint in entry.endpoints().await? {
        if endpoint.online {
            tasks.spawn(synthetic::watch(Arc::clone(&entry), endpoint.id, Arc::clone(&got)));
        }
    }
    cost(site.process().id(), &got, &mut tasks).await
}

async fn through_bare_quinn() -> anyhow::Result<f64> {
    let forwarder = Forwarder::start()?;
    let got = Arc::new(Got::default());
    let mut tasks = JoinSet::new();
    for number in 0..SESSIONS {
        let sink = forwarder.link(Side::Sink, number).await?;
        tasks.spawn(synthetic::count_streams(sink, Arc::clone(&got)));
    }
    for number in 0..SESSIONS {
        let source = forwarder.link(Side::Source, number).await?;
        tasks.spawn(async move {
            let mut noise = Noise::new(SessionId::from_wire(1), number.into())?;
            let start = Instant::now() + Duration::from_millis(u64::from(number) % 33);
            let mut beat =
                tokio::time::interval_at(start.into(), Duration::from_secs(1) / PICTURES_PER_SECOND);
            loop {
                beat.tick().await;
                if let Some(update) = noise.next_update()? {
                    synthetic::send(&source, &update).await?;
                }
            }
        });
    }
    cost(forwarder.id(), &got, &mut tasks).await
}

/// CPU seconds for each GB that arrives while it is watched.
async fn cost(process: u32, got: &Got, tasks: &mut JoinSet<anyhow::Result<()>>) -> anyhow::Result<f64> {
    tokio::time::sleep(WARM_UP).await;
    let (cpu, start) = (Share::start(&[process])?, Instant::now());
    let (updates, bytes) = (got.updates.load(Relaxed), got.bytes.load(Relaxed));
    tokio::select! {
        () = tokio::time::sleep(WATCHED) => {}
        Some(ended) = tasks.join_next() => anyhow::bail!("a link ended: {ended:?}"),
    }
    let sent = start.elapsed().as_secs_f64() * f64::from(SESSIONS * PICTURES_PER_SECOND);
    let arrived = (got.updates.load(Relaxed) - updates) as f64;
    anyhow::ensure!(DELIVERED_MIN * sent < arrived, "{arrived} of {sent:.0} updates arrived");
    Ok(cpu.seconds()? / ((got.bytes.load(Relaxed) - bytes) as f64 / 1e9))
}

async fn memory() -> anyhow::Result<()> {
    let mut site = Site::start()?;
    let mut tasks = JoinSet::new();
    for number in 0..IDLE_BEFORE {
        tasks.spawn(synthetic::idle(synthetic::enrol(&site, &format!("before {number}")).await?));
    }
    let before = memory_bytes(site.process().id())?;
    for number in 0..IDLE {
        tasks.spawn(synthetic::idle(synthetic::enrol(&site, &format!("idle {number}")).await?));
    }
    tokio::time::sleep(WARM_UP).await;
    let each = (memory_bytes(site.process().id())? - before) / IDLE as f64;
    if let Some(ended) = tasks.try_join_next() {
        anyhow::bail!("an idle link ended: {ended:?}");
    }
    Figure::new("memory of an idle agent link", each / 1e3, "kB").at_most(28.0).moonshot(16.0).print()
}
