//! Agents and technicians without a desktop: they speak to a relay as the real ones do, and send and take updates
//! of a given size. What is in the tiles is noise, since a relay never looks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use agent::connect::{Connected, reach};
use agent::identity::Identity;
use anyhow::Context;
use bytes::Bytes;
use e2e::site::Site;
use proto::screen::{Capture, Inbox, Store, View};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::task::JoinSet;
use transport::client::Preference;
use transport::control::Control;
use transport::{Link, Priority};
use view::access::Entry;
use wire::control::{Answer, ColorMode, Demand, Display, Displays, Join, Pong, Wanted, control::Body, join};
use wire::screen::{Coding, EXACT, Extent, Operation, Tile, Update};
use wire::token::EnrolmentToken;
use wire::{Epoch, RenditionId, SessionId, TileIndex, Version};

/// Tiles of one update, and the bytes of each: 20 kB together.
const TILES: usize = 5;
const TILE_BYTES: usize = 4000;

/// Pictures of a second.
pub const PICTURES_PER_SECOND: u32 = 30;

/// Payloads at random places of this much noise.
const NOISE_BYTES: usize = 1 << 20;

/// Enrols an agent and lets it connect.
///
/// # Errors
/// When the relay refuses.
pub async fn enrol(site: &Site, name: &str) -> anyhow::Result<Connected> {
    let token = EnrolmentToken::from_text(&site.token(name)?)?;
    let state = tempfile::tempdir()?;
    let identity = Identity::load_or_create(state.path())?;
    let address = [site.ready().udp.to_string()];
    Ok(reach(&address, token.pin, Preference::Quic, &identity, Some(&token.secret)).await?)
}

/// Keeps an idle agent's link alive for as long as it is polled.
///
/// # Errors
/// When the link ends.
pub async fn idle(mut agent: Connected) -> anyhow::Result<()> {
    loop {
        let body = agent.control.recv().await?;
        answer_ping(&mut agent.control, &body).await?;
    }
}

/// Shows noise to the first session that is opened, at [`PICTURES_PER_SECOND`], until the link ends.
///
/// # Errors
/// When the link ends.
pub async fn show(mut agent: Connected, seed: u64) -> anyhow::Result<()> {
    let mut shown: Option<Noise> = None;
    let start = Instant::now() + Duration::from_millis(seed % 33);
    let mut beat = tokio::time::interval_at(start.into(), Duration::from_secs(1) / PICTURES_PER_SECOND);
    loop {
        tokio::select! {
            body = agent.control.recv() => {
                let body = body?;
                answer_ping(&mut agent.control, &body).await?;
                match body {
                    Body::SessionOpened(opened) => {
                        let display = Display { id: 0, width: 640, height: 320, primary: true, ..Display::default() };
                        let displays = Displays { session: opened.session, displays: vec![display] };
                        agent.control.send(Body::Displays(displays)).await?;
                        agent.link.set_live(true);
                    }
                    Body::Demand(demand) if shown.is_none() => {
                        shown = Some(Noise::new(SessionId::from_wire(demand.session), seed)?);
                    }
                    Body::Answer(answer) => {
                        if let Some(noise) = &mut shown {
                            noise.view.answer(answer.applied);
                        }
                    }
                    _ => {}
                }
            }
            _ = beat.tick() => {
                if let Some(update) = shown.as_mut().map(Noise::next_update).transpose()?.flatten() {
                    send(&agent.link, &update).await?;
                }
            }
        }
    }
}

/// What the agent shows.
pub struct Noise {
    store: Store,
    view: View,
    version: Version,
    random: StdRng,
    bytes: Vec<u8>,
}

impl Noise {
    /// For one session.
    ///
    /// # Errors
    /// When the display is too large, which it is not.
    pub fn new(session: SessionId, seed: u64) -> anyhow::Result<Self> {
        let mut random = StdRng::seed_from_u64(seed);
        let bytes = (0..NOISE_BYTES).map(|_| random.random()).collect();
        let view = View::new(session, rendition(), None);
        Ok(Self { store: Store::new(), view, version: Version::NONE, random, bytes })
    }

    /// The next update: the same five tiles, always with other bytes.
    ///
    /// # Errors
    /// When the store refuses, which would be a fault of ours.
    pub fn next_update(&mut self) -> anyhow::Result<Option<Update>> {
        self.version = self.version.next().context("versions")?;
        let operations = (0..TILES).filter_map(TileIndex::from_usize).map(|index| {
            let from = self.random.random_range(0..NOISE_BYTES - TILE_BYTES);
            let payload = Bytes::copy_from_slice(&self.bytes[from..from + TILE_BYTES]);
            let (version, coding) = (self.version, Coding(5));
            Operation::Tile(Tile {
                index,
                version,
                quality: EXACT,
                coding,
                dictionary: None,
                keep: None,
                payload,
            })
        });
        let capture = Capture {
            epoch: Epoch::from_wire(1),
            extent: Extent::new(640, 320)?,
            version: self.version,
            captured_us: 0,
            operations: operations.collect(),
            inputs: Vec::new(),
        };
        self.store.put(capture)?;
        Ok(self.view.take(&mut self.store, Instant::now(), usize::MAX))
    }
}

/// Sends an update on a stream of its own.
///
/// # Errors
/// When the link ends.
pub async fn send(link: &Link, update: &Update) -> anyhow::Result<()> {
    let mut stream = link.open_uni().await?;
    stream.set_priority(Priority::Screen(update.header.number));
    stream.write(&update.encode()).await?;
    Ok(stream.finish()?)
}

/// What sinks got, together.
#[derive(Debug, Default)]
pub struct Got {
    /// Updates.
    pub updates: AtomicU64,
    /// Their bytes.
    pub bytes: AtomicU64,
}

/// Joins a session, takes updates and answers each, until the link ends.
///
/// # Errors
/// When the link ends, or an update is not one.
pub async fn watch(entry: Arc<Entry>, endpoint: String, got: Arc<Got>) -> anyhow::Result<()> {
    let (link, mut control) = entry.link().await?;
    link.set_live(true);
    let target = Some(join::Target::EndpointId(endpoint));
    control.send(Body::Join(Join { request: 1, target })).await?;
    let session = loop {
        let body = control.recv().await?;
        answer_ping(&mut control, &body).await?;
        if let Body::Joined(joined) = body {
            break joined.session;
        }
    };
    let wanted = Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 };
    control.send(Body::Demand(Demand { session, wanted: vec![wanted] })).await?;
    let mut inbox = Inbox::new();
    let mut streams = JoinSet::new();
    loop {
        tokio::select! {
            body = control.recv() => answer_ping(&mut control, &body?).await?,
            stream = link.accept_uni() => {
                let mut stream = stream?;
                streams.spawn(async move { stream.read_to_end(Update::BYTES_MAX).await });
            }
            Some(read) = streams.join_next(), if !streams.is_empty() => {
                let bytes = read??;
                count(&got, bytes.len());
                inbox.receive(Update::decode(bytes)?)?;
                while inbox.poll().is_some() {}
                let rendition = u32::from(rendition().to_wire());
                let applied = inbox.applied();
                control.send(Body::Answer(Answer { session, rendition, applied, decode_us: 0, paint_us: 0 })).await?;
            }
        }
    }
}

/// Takes streams and only counts them, until the link ends.
///
/// # Errors
/// When the link ends.
pub async fn count_streams(link: Link, got: Arc<Got>) -> anyhow::Result<()> {
    loop {
        let bytes = link.accept_uni().await?.read_to_end(Update::BYTES_MAX).await?;
        count(&got, bytes.len());
    }
}

fn count(got: &Got, bytes: usize) {
    got.updates.fetch_add(1, Relaxed);
    got.bytes.fetch_add(bytes as u64, Relaxed);
}

fn rendition() -> RenditionId {
    RenditionId::of(0, ColorMode::AllColors)
}

async fn answer_ping(control: &mut Control, body: &Body) -> anyhow::Result<()> {
    if let Body::Ping(ping) = body {
        let pong = Pong { number: ping.number, sent_us: ping.sent_us, clock_us: ping.sent_us };
        control.send(Body::Pong(pong)).await?;
    }
    Ok(())
}
