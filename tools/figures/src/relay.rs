//! The same load through our relay and through bare quinn, and what each makes of it.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use loadgen::agent;
use loadgen::content::{Content, Feed};
use loadgen::cpu::{Share, memory_bytes};
use loadgen::crowd::Crowd;
use loadgen::stamps::Stamps;
use loadgen::tally::{Counted, Tally};
use loadgen::target::Relay;
use loadgen::technician::Habit;
use tokio::task::JoinSet;
use transport::Link;
use wire::SessionId;
use wire::screen::Update;

use crate::hops::{Forwarder, Side};

/// Until links know their path. What a relay keeps of content that never repeats grows for longer: see [`FILLED`].
pub const WARM_UP: Duration = Duration::from_secs(2);

/// Until what is kept for later of content that never repeats is full: 8 MB at 600 kB/s. Before that a relay takes new
/// memory with each update, which it does once in a session and not for as long as it lasts.
pub const FILLED: Duration = Duration::from_secs(16);

/// Less of what was sent than this, and the figure would be of something else.
const DELIVERED_MIN: f64 = 0.95;

/// Sessions, technicians in each, and what is shown.
#[derive(Debug, Clone)]
pub struct Load {
    /// Sessions at the same time.
    pub sessions: usize,
    /// Technicians in each.
    pub technicians: usize,
    /// What agents show.
    pub content: Content,
    /// How long the load runs before it is measured.
    pub warm_up: Duration,
    /// How long is measured.
    pub watched: Duration,
}

/// What a load cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// CPU seconds of what is between agents and technicians.
    pub cpu_seconds: f64,
    /// How long was measured.
    pub seconds: f64,
    /// What technicians got, and when.
    pub counted: Counted,
}

impl Cost {
    /// CPU seconds for each GB that arrived.
    pub fn per_gb(&self) -> f64 {
        self.cpu_seconds / (self.counted.bytes as f64 / 1e9)
    }

    /// CPU microseconds for each update that arrived.
    pub fn per_update_us(&self) -> f64 {
        1e6 * self.cpu_seconds / self.counted.updates as f64
    }

    /// Share of one core.
    pub fn cores(&self) -> f64 {
        self.cpu_seconds / self.seconds
    }
}

/// Through our relay.
///
/// # Errors
/// When a peer ends, or too little arrives.
pub async fn ours(load: &Load) -> anyhow::Result<Cost> {
    let relay = Relay::start().await?;
    let process = relay.process().unwrap_or_default();
    let (mut crowd, tally) = (Crowd::default(), Arc::new(Tally::default()));
    crowd.add_actors(&relay, load.sessions, &load.content, Duration::ZERO, &tally).await?;
    let places: Vec<_> =
        (0..load.sessions).flat_map(|agent| vec![(agent, Habit::PROMPT); load.technicians]).collect();
    let entries = relay.entries(load.sessions, relay.address()).await?;
    crowd.add_technicians(&entries, &places, Duration::ZERO, &tally).await?;
    let cost = measure(process, load, &tally, pending()).await?;
    crowd.all_there()?;
    Ok(cost)
}

/// Through a process that only forwards.
///
/// # Errors
/// As [`ours`].
pub async fn bare(load: &Load) -> anyhow::Result<Cost> {
    let forwarder = Forwarder::start()?;
    let tally = Arc::new(Tally::default());
    let mut tasks = JoinSet::new();
    let all_stamps: Vec<_> = (0..load.sessions).map(|_| Arc::new(Stamps::default())).collect();
    for (number, stamps) in all_stamps.iter().enumerate() {
        for _ in 0..load.technicians {
            let sink = forwarder.link(Side::Sink, u32::try_from(number)?).await?;
            tasks.spawn(sink_updates(sink, Arc::clone(stamps), Arc::clone(&tally)));
        }
    }
    for (number, stamps) in all_stamps.into_iter().enumerate() {
        let source = forwarder.link(Side::Source, u32::try_from(number)?).await?;
        tasks.spawn(send_updates(source, load.content.clone(), number as u64, stamps, Arc::clone(&tally)));
    }
    let ended = async {
        match tasks.join_next().await {
            Some(ended) => anyhow::anyhow!("a link ended: {ended:?}"),
            None => pending().await,
        }
    };
    measure(forwarder.id(), load, &tally, ended).await
}

async fn measure(
    process: u32,
    load: &Load,
    tally: &Tally,
    ended: impl Future<Output = anyhow::Error>,
) -> anyhow::Result<Cost> {
    let watched = async {
        tokio::time::sleep(load.warm_up).await;
        tally.take();
        let (cpu, start) = (Share::start(&[process])?, Instant::now());
        tokio::time::sleep(load.watched).await;
        let counted = tally.take();
        anyhow::Ok(Cost { cpu_seconds: cpu.seconds()?, seconds: start.elapsed().as_secs_f64(), counted })
    };
    let cost = tokio::select! {
        cost = watched => cost?,
        error = ended => return Err(error),
    };
    let sent = cost.counted.captures as f64 * load.technicians as f64;
    let arrived = cost.counted.updates as f64;
    anyhow::ensure!(DELIVERED_MIN * sent < arrived, "{arrived} of {sent:.0} updates arrived");
    Ok(cost)
}

/// Sends captures on the same schedule as an agent, without what an agent listens to.
async fn send_updates(
    link: Link,
    content: Content,
    seed: u64,
    stamps: Arc<Stamps>,
    tally: Arc<Tally>,
) -> anyhow::Result<()> {
    let mut feed = Feed::new(SessionId::from_wire(1), content, seed)?;
    let mut next = tokio::time::Instant::now() + Duration::from_millis(seed % 33);
    loop {
        tokio::time::sleep_until(next).await;
        next = tokio::time::Instant::now().max(next + feed.pause());
        let (version, update) = feed.next_update()?;
        stamps.note(version.to_wire());
        tally.captured();
        if let Some(update) = update {
            agent::send(&link, &update).await?;
        }
    }
}

async fn sink_updates(link: Link, stamps: Arc<Stamps>, tally: Arc<Tally>) -> anyhow::Result<()> {
    loop {
        let bytes = link.accept_uni().await?.read_to_end(Update::BYTES_MAX).await?;
        let length = bytes.len();
        let update = Update::decode(bytes)?;
        tally.shown(length, stamps.age_us(update.header.newest.to_wire()));
    }
}

/// The relay's memory before and after `count` idle agents came, for each of them, in bytes.
///
/// # Errors
/// When one is refused or ends.
pub async fn idle_link_bytes(relay: &Relay, crowd: &mut Crowd, count: usize) -> anyhow::Result<f64> {
    let process = relay.process().unwrap_or_default();
    let before = memory_bytes(process)?;
    crowd.add_idle(relay, count, Duration::ZERO, |_| {}).await?;
    tokio::time::sleep(WARM_UP).await;
    crowd.all_there()?;
    Ok((memory_bytes(process)? - before) / count as f64)
}
