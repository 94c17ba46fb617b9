//! A relay restarts under two hundred sessions, as an operator restarts it: how long until everybody sees again, what
//! it costs on the lines, and whether what was typed stays in order.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use agent::connect::{Connected, reach};
use agent::identity::Identity;
use anyhow::Context;
use bytes::{Bytes, BytesMut};
use e2e::site::Site;
use e2e::technician;
use figures::figure::{Figure, quantile};
use loadgen::agent::send;
use loadgen::content::{Content, Feed};
use rand::RngExt as _;
use tokio::task::JoinSet;
use transport::client::Preference;
use transport::control::Control;
use transport::{Link, Priority, SendStream};
use view::access::Entry;
use wire::control::{
    ColorMode, ControlWish, Demand, Display, Displays, GoingAway, Join, Pong, Wanted, control::Body, join,
};
use wire::input::{Event, Record};
use wire::screen::Update;
use wire::stream::{StreamHeader, StreamKind};
use wire::token::EnrolmentToken;
use wire::{SessionId, Writer};

const SESSIONS: usize = 200;

/// Sessions of one technician: what one link may be in.
const SESSIONS_EACH: usize = 16;

/// Until all see, at first and again.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often each session's picture changes: somebody works there.
const PICTURE_EVERY: Duration = Duration::from_millis(250);

/// How often each technician types.
const TYPE_EVERY: Duration = Duration::from_millis(100);

/// What all share.
#[derive(Default)]
struct Stage {
    /// When each session was seen last.
    seen: Mutex<HashMap<SessionId, Instant>>,
    /// The last key of each session that its agent heard.
    typed: Mutex<HashMap<SessionId, u64>>,
    out_of_order: AtomicU64,
    heard: AtomicU64,
    bytes: AtomicU64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut site = Site::start()?;
    let stage = Arc::new(Stage::default());
    let mut tasks: JoinSet<anyhow::Result<()>> = JoinSet::new();
    let mut endpoints = Vec::new();
    for number in 0..SESSIONS {
        let (endpoint, life) = agent(&site, number, Arc::clone(&stage)).await?;
        endpoints.push(endpoint);
        tasks.spawn(life);
    }
    for group in endpoints.chunks(SESSIONS_EACH) {
        let entry = technician::log_in(&site, Preference::Quic).await?;
        tasks.spawn(technician_life(entry, group.to_vec(), Arc::clone(&stage)));
    }
    all_seen(&stage, Instant::now(), &mut tasks).await?;

    let bytes_before = stage.bytes.load(Relaxed);
    let stopped = Instant::now();
    tokio::task::block_in_place(|| site.restart())?;
    let ready = Instant::now();
    let healed = all_seen(&stage, ready, &mut tasks).await?;
    let from = |start: Instant| -> Vec<f64> {
        healed.values().map(|at| at.saturating_duration_since(start).as_secs_f64()).collect()
    };
    let (since_stop, since_ready) = (from(stopped), from(ready));
    Figure::new("restart: the process is gone", (ready - stopped).as_secs_f64(), "s").print()?;
    Figure::new("… sessions seen again after it is ready, p50", quantile(&since_ready, 0.5)?, "s").print()?;
    Figure::new("… the last of 200", quantile(&since_ready, 1.0)?, "s").at_most(2.0).print()?;
    Figure::new("… the last, from the stop on", quantile(&since_stop, 1.0)?, "s").print()?;
    let bytes = stage.bytes.load(Relaxed) - bytes_before;
    Figure::new("… bytes of pictures until then", bytes as f64 / 1e6, "MB").print()?;
    Figure::new("… keys heard", stage.heard.load(Relaxed) as f64, "keys").print()?;
    Figure::new("… of these out of order", stage.out_of_order.load(Relaxed) as f64, "keys")
        .at_most(0.0)
        .print()
}

/// Waits until every session was seen after a moment; when each was first.
async fn all_seen(
    stage: &Stage,
    after: Instant,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<HashMap<SessionId, Instant>> {
    let mut first = HashMap::new();
    let end = Instant::now() + PATIENCE;
    while first.len() < SESSIONS {
        if let Some(ended) = tasks.try_join_next() {
            anyhow::bail!("somebody gave up: {ended:?}");
        }
        anyhow::ensure!(Instant::now() < end, "{} of {SESSIONS} sessions are seen", first.len());
        for (session, at) in &*lock(&stage.seen) {
            if after < *at {
                first.entry(*session).or_insert(*at);
            }
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(first)
}

/// An enrolled agent, and its life: it shows noise, hears keys, and comes back when the relay is gone.
async fn agent(
    site: &Site,
    number: usize,
    stage: Arc<Stage>,
) -> anyhow::Result<(String, impl Future<Output = anyhow::Result<()>> + use<>)> {
    let token = EnrolmentToken::from_text(&site.token(&format!("noise {number}"))?)?;
    let state = tempfile::tempdir()?;
    let identity = Identity::load_or_create(state.path())?;
    let address = [site.ready().udp.to_string()];
    let first = reach(&address, token.pin, Preference::Quic, &identity, Some(&token.secret)).await?;
    let endpoint = first.welcome.endpoint_id.clone();
    let life = async move {
        let mut connected = Some(first);
        loop {
            if let Some(connected) = connected.take() {
                let going = serve(connected, number as u64, &stage).await;
                spread(going.ok()).await;
            }
            connected = reach(&address, token.pin, Preference::Quic, &identity, None).await.ok();
        }
    };
    Ok((endpoint, life))
}

/// The part of the spread that chance gives; at once when the link just broke.
async fn spread(going: Option<GoingAway>) {
    let jitter_ms = going.map_or(0, |going| going.jitter_ms);
    let wait_ms = rand::rng().random_range(0..=jitter_ms);
    tokio::time::sleep(Duration::from_millis(wait_ms.into())).await;
}

/// Serves one link, until the relay says that it goes.
async fn serve(mut agent: Connected, seed: u64, stage: &Arc<Stage>) -> anyhow::Result<GoingAway> {
    let mut shown: Option<Feed> = None;
    let mut beat = tokio::time::interval(PICTURE_EVERY);
    let mut inputs = JoinSet::new();
    loop {
        tokio::select! {
            body = agent.control.recv() => match body? {
                Body::Ping(ping) => pong(&mut agent.control, ping.number, ping.sent_us).await?,
                Body::SessionOpened(opened) => {
                    let display = Display { width: 640, height: 320, primary: true, ..Display::default() };
                    let displays = Displays { session: opened.session, displays: vec![display] };
                    agent.control.send(Body::Displays(displays)).await?;
                    agent.link.set_live(true);
                }
                Body::Demand(demand) if shown.is_none() && !demand.wanted.is_empty() => {
                    shown = Some(Feed::new(SessionId::from_wire(demand.session), Content::USUAL, seed)?);
                }
                Body::GoingAway(going) => {
                    agent.link.close(wire::close::CloseCode::Done, "the relay goes away");
                    return Ok(going);
                }
                _ => {}
            },
            stream = agent.link.accept_uni() => drop(inputs.spawn(hear(stream?, Arc::clone(stage)))),
            _ = beat.tick() => if let Some(noise) = &mut shown
                && 0 < agent.link.meter().room()
                && let (_, Some(update)) = noise.next_update()?
            {
                send(&agent.link, &update).await?;
            }
        }
    }
}

/// Notes the keys of one input stream.
async fn hear(mut stream: transport::RecvStream, stage: Arc<Stage>) -> anyhow::Result<()> {
    let session = stream.take_header().await?.session;
    let mut buffer = BytesMut::new();
    while let Some(chunk) = stream.read().await? {
        buffer.extend_from_slice(&chunk);
        while let Some(record) = Record::decode(&mut buffer)? {
            let Event::Text(text) = record.event else { continue };
            let key: u64 = text.parse()?;
            let last = lock(&stage.typed).insert(session, key);
            stage.heard.fetch_add(1, Relaxed);
            stage.out_of_order.fetch_add(u64::from(last.is_some_and(|last| key <= last)), Relaxed);
        }
    }
    Ok(())
}

/// A technician in several sessions, who types in all of them and comes back when the relay is gone.
async fn technician_life(entry: Entry, endpoints: Vec<String>, stage: Arc<Stage>) -> anyhow::Result<()> {
    let mut keys = 0;
    let mut link = Some(entry.link().await?);
    let mut token = Bytes::new();
    loop {
        if let Some((link, control)) = link.take() {
            let going = attend(&link, control, &endpoints, &mut keys, &stage).await.ok();
            token = going.as_ref().map(|going| going.resume_token.clone()).unwrap_or_default();
            spread(going).await;
        }
        let again = if token.is_empty() { entry.link().await } else { entry.link_again(&token).await };
        link = again.ok();
    }
}

/// One link of a technician, until the relay says that it goes.
async fn attend(
    link: &Link,
    mut control: Control,
    endpoints: &[String],
    keys: &mut u64,
    stage: &Arc<Stage>,
) -> anyhow::Result<GoingAway> {
    link.set_live(true);
    for (request, endpoint) in (1..).zip(endpoints) {
        let target = Some(join::Target::EndpointId(endpoint.clone()));
        control.send(Body::Join(Join { request, target, watch: None })).await?;
    }
    let (mut streams, mut inputs) = (JoinSet::new(), Vec::new());
    let mut typing = tokio::time::interval(TYPE_EVERY);
    loop {
        tokio::select! {
            body = control.recv() => match body? {
                Body::Ping(ping) => pong(&mut control, ping.number, ping.sent_us).await?,
                Body::Joined(joined) => {
                    let session = joined.session;
                    let wanted = vec![Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 }];
                    control.send(Body::Demand(Demand { session, wanted })).await?;
                    control.send(Body::ControlWish(ControlWish { session, wanted: true })).await?;
                    inputs.push(Typing::begin(link, SessionId::from_wire(session)).await?);
                }
                Body::JoinRefused(refused) => anyhow::bail!("refused: {}", refused.detail),
                Body::GoingAway(going) => {
                    link.close(wire::close::CloseCode::Done, "the relay goes away");
                    return Ok(going);
                }
                _ => {}
            },
            stream = link.accept_uni() => drop(streams.spawn(see(stream?, Arc::clone(stage)))),
            _ = typing.tick() => for input in &mut inputs {
                *keys += 1;
                input.key(*keys).await?;
            },
        }
    }
}

/// What one technician types in one session.
struct Typing {
    stream: SendStream,
    number: u32,
}

impl Typing {
    async fn begin(link: &Link, session: SessionId) -> anyhow::Result<Self> {
        let mut stream = link.open_uni().await?;
        stream.set_priority(Priority::Input);
        let mut out = Writer::new();
        StreamHeader::new(StreamKind::Input, session).encode(&mut out);
        stream.write(&out.into_chunks()).await?;
        Ok(Self { stream, number: 0 })
    }

    async fn key(&mut self, key: u64) -> anyhow::Result<()> {
        self.number += 1;
        let mut out = Writer::new();
        Record { number: self.number, event: Event::Text(key.to_string()) }.encode(&mut out);
        Ok(self.stream.write(&out.into_chunks()).await?)
    }
}

/// Reads one update and notes that its session is seen.
async fn see(mut stream: transport::RecvStream, stage: Arc<Stage>) -> anyhow::Result<()> {
    if stream.peek_header().await?.kind != StreamKind::Screen {
        return Ok(());
    }
    let bytes = stream.read_to_end(Update::BYTES_MAX).await?;
    stage.bytes.fetch_add(bytes.len() as u64, Relaxed);
    let update = Update::decode(bytes)?;
    if !update.operations.is_empty() {
        lock(&stage.seen).insert(update.header.session, Instant::now());
    }
    Ok(())
}

async fn pong(control: &mut Control, number: u32, sent_us: u32) -> anyhow::Result<()> {
    control.send(Body::Pong(Pong { number, sent_us, clock_us: sent_us })).await.context("a pong")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
