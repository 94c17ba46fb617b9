//! How old the picture is that a technician has, sampled over time: noise from a synthetic agent, through a relay and
//! over a shaped line.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use agent::connect::Connected;
use anyhow::Context;
use loadgen::agent::send;
use loadgen::content::{Content, Feed};
use proto::screen::Inbox;
use tokio::task::JoinSet;
use view::access::Entry;
use wire::control::{Answer, ColorMode, Demand, Display, Displays, Join, Pong, Wanted, control::Body, join};
use wire::screen::{Operation, Update};
use wire::{RenditionId, SessionId, TileIndex, Version};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(2);

/// When each version was captured.
#[derive(Clone, Default)]
pub struct Captures(Arc<Mutex<Vec<Instant>>>);

impl Captures {
    fn note(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
    }

    fn age(&self, version: Version, now: Instant) -> Option<Duration> {
        let captures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let captured = captures.get((version.to_wire() as usize).checked_sub(1)?)?;
        Some(now.saturating_duration_since(*captured))
    }
}

/// Shows noise to the first session, and notes when, until the link ends.
///
/// # Errors
/// When the link ends.
pub async fn show(mut agent: Connected, captures: Captures) -> anyhow::Result<()> {
    let mut shown: Option<Feed> = None;
    let mut beat = tokio::time::interval(Duration::from_secs_f64(1.0 / Content::USUAL.per_second()));
    loop {
        tokio::select! {
            body = agent.control.recv() => match body? {
                Body::Ping(ping) => {
                    let pong = Pong { number: ping.number, sent_us: ping.sent_us, clock_us: ping.sent_us };
                    agent.control.send(Body::Pong(pong)).await?;
                }
                Body::SessionOpened(opened) => {
                    let display = Display { width: 640, height: 320, primary: true, ..Display::default() };
                    let displays = Displays { session: opened.session, displays: vec![display] };
                    agent.control.send(Body::Displays(displays)).await?;
                    agent.link.set_live(true);
                }
                Body::Demand(demand) if shown.is_none() => {
                    shown = Some(Feed::new(SessionId::from_wire(demand.session), Content::USUAL, 7)?);
                }
                _ => {}
            },
            _ = beat.tick() => {
                if let Some(feed) = &mut shown {
                    captures.note();
                    if let (_, Some(update)) = feed.next_update()? {
                        send(&agent.link, &update).await?;
                    }
                }
            }
        }
    }
}

/// Joins a session and looks for so long after a warm-up; gives the ages in milliseconds.
///
/// # Errors
/// When the link ends, or an update is not one.
pub async fn watch(
    entry: &Entry,
    endpoint: &str,
    captures: &Captures,
    warm_up: Duration,
    long: Duration,
) -> anyhow::Result<Vec<f64>> {
    let (link, mut control) = entry.link().await?;
    link.set_live(true);
    let target = Some(join::Target::EndpointId(endpoint.to_owned()));
    control.send(Body::Join(Join { request: 1, target, watch: None })).await?;
    let session = loop {
        match control.recv().await? {
            Body::Joined(joined) => break joined.session,
            Body::JoinRefused(refused) => anyhow::bail!("refused: {}", refused.detail),
            _ => {}
        }
    };
    let wanted = Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 };
    control.send(Body::Demand(Demand { session, wanted: vec![wanted] })).await?;
    let (mut inbox, mut streams) = (Inbox::new(), JoinSet::new());
    let mut shown: HashMap<TileIndex, Version> = HashMap::new();
    let mut ages = Vec::new();
    let (begin, mut look) = (Instant::now() + warm_up, tokio::time::interval(LOOK));
    while Instant::now() < begin + long {
        tokio::select! {
            body = control.recv() => if let Body::Ping(ping) = body? {
                let pong = Pong { number: ping.number, sent_us: ping.sent_us, clock_us: ping.sent_us };
                control.send(Body::Pong(pong)).await?;
            },
            stream = link.accept_uni() => {
                let mut stream = stream?;
                streams.spawn(async move { stream.read_to_end(Update::BYTES_MAX).await });
            }
            Some(read) = streams.join_next(), if !streams.is_empty() => {
                inbox.receive(Update::decode(read??)?)?;
                while let Some(update) = inbox.poll() {
                    note(&mut shown, &update);
                }
                let rendition = u32::from(RenditionId::of(0, ColorMode::AllColors).to_wire());
                let applied = inbox.applied();
                control.send(Body::Answer(Answer { session, rendition, applied, decode_us: 0, paint_us: 0 })).await?;
            }
            _ = look.tick() => {
                let now = Instant::now();
                let oldest = shown.values().filter_map(|version| captures.age(*version, now)).max();
                if begin <= now {
                    ages.push(oldest.context("nothing is shown")?.as_secs_f64() * 1e3);
                }
            }
        }
    }
    Ok(ages)
}

fn note(shown: &mut HashMap<TileIndex, Version>, update: &Update) {
    for operation in &update.operations {
        if let Operation::Tile(tile) = operation {
            let version = shown.entry(tile.index).or_insert(tile.version);
            *version = tile.version.max(*version);
        }
    }
}
