//! An agent without a desktop: speaks to a relay as the real one does, and shows [`Content`].
//!
//! It is slowed by its link as the real one is: what it shows waits in a store, and leaves while the budget has room.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use agent::connect::{Connected, reach};
use agent::identity::Identity;
use anyhow::Context;
use bytes::BytesMut;
use proto::screen::{Store, View};
use tokio::sync::mpsc;
use tokio::time::timeout;
use transport::client::Preference;
use transport::control::Control;
use transport::{Link, Priority, RecvStream, SendStream};
use wire::control::{Display, Displays, Pong, control::Body};
use wire::input::{Event, Record};
use wire::screen::{SeatInput, Update};
use wire::stream::StreamKind;
use wire::token::EnrolmentToken;
use wire::{Epoch, Seat, SessionId, TileIndex};

use crate::content::{Content, Player, rendition};
use crate::stamps::{Stamps, now_us};
use crate::tally::Tally;

/// Bytes of one update, as the real agent has it.
const UPDATE_BYTES_MAX: usize = 256 << 10;

/// How long an update may take to be given to the carrier.
const WRITE_MAX: Duration = Duration::from_secs(5);

/// While the link is full, room is looked for this often: acknowledgements usually wake sooner.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Inputs that wait for the agent's next look.
const INPUTS_MAX: usize = 256;

/// Enrols an agent with a fresh key and lets it connect.
///
/// # Errors
/// When the token is none, or the relay refuses.
pub async fn enrol(token: &str, address: &str) -> anyhow::Result<Connected> {
    let folder = tempfile::tempdir()?;
    enrol_in(folder.path(), token, address).await
}

/// Enrols an agent whose key is kept in a folder, to come back with.
///
/// # Errors
/// When the token is none, or the relay refuses.
pub async fn enrol_in(folder: &Path, token: &str, address: &str) -> anyhow::Result<Connected> {
    let token = EnrolmentToken::from_text(token)?;
    let identity = Identity::load_or_create(folder)?;
    let address = [address.to_owned()];
    Ok(reach(&address, token.pin, Preference::Quic, &identity, Some(&token.secret)).await?)
}

/// Connects an agent that was enrolled before.
///
/// # Errors
/// When the relay refuses.
pub async fn come_back(folder: &Path, pin: [u8; 32], address: &str) -> anyhow::Result<Connected> {
    let identity = Identity::load_or_create(folder)?;
    Ok(reach(&[address.to_owned()], pin, Preference::Quic, &identity, None).await?)
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

/// Shows `content` in the session that is opened, while somebody watches, until the link ends.
///
/// # Errors
/// When the link ends, or the relay says something that it must not.
pub async fn show(
    agent: Connected,
    content: Content,
    seed: u64,
    stamps: Arc<Stamps>,
    tally: Arc<Tally>,
) -> anyhow::Result<()> {
    let (inputs, received) = mpsc::channel(INPUTS_MAX);
    let player = Player::new(content, seed)?;
    let Connected { link, control, .. } = agent;
    let shown = Shown { link, control, player, stamps, tally, on: None, inputs };
    // Not all agents capture at the same moment.
    let start = Instant::now() + Duration::from_millis(seed % 33);
    shown.run(start, received).await
}

struct Shown {
    link: Link,
    control: Control,
    player: Player,
    stamps: Arc<Stamps>,
    tally: Arc<Tally>,
    on: Option<Stage>,
    inputs: mpsc::Sender<Arrived>,
}

/// An input that reached the agent.
#[derive(Debug, Clone, Copy)]
struct Arrived(SeatInput);

/// The session, for as long as it lasts, and what the relay has of the picture.
struct Stage {
    is_watched: bool,
    store: Store,
    view: View,
    spare: Option<SendStream>,
}

impl Stage {
    fn new(session: SessionId) -> Self {
        let view = View::new(session, rendition(), None);
        Self { is_watched: false, store: Store::new(), view, spare: None }
    }
}

impl Shown {
    async fn run(mut self, start: Instant, mut received: mpsc::Receiver<Arrived>) -> anyhow::Result<()> {
        let mut next = tokio::time::Instant::from_std(start);
        let link = self.link.clone();
        loop {
            let revision = link.meter().revision();
            let is_full = self.send().await?;
            tokio::select! {
                body = self.control.recv() => self.heard(body?).await?,
                stream = link.accept_uni() => self.read_input(stream?),
                Some(input) = received.recv() => self.echo(input)?,
                () = link.meter().changed(revision), if is_full => {}
                () = tokio::time::sleep(look_again(&link)), if is_full => {}
                () = tokio::time::sleep_until(next), if self.is_watched() => {
                    // Captures that are late are left out, as a real one would be.
                    next = tokio::time::Instant::now().max(next + self.player.pause());
                    self.capture()?;
                }
            }
        }
    }

    fn is_watched(&self) -> bool {
        self.on.as_ref().is_some_and(|stage| stage.is_watched)
    }

    fn capture(&mut self) -> anyhow::Result<()> {
        let Some(stage) = &mut self.on else { return Ok(()) };
        let capture = self.player.capture();
        self.stamps.note(capture.version.to_wire());
        self.tally.captured();
        Ok(stage.store.put(capture)?)
    }

    /// The input shows in the next capture, which is made at once.
    fn echo(&mut self, Arrived(input): Arrived) -> anyhow::Result<()> {
        let Some(stage) = self.on.as_mut().filter(|stage| stage.is_watched) else { return Ok(()) };
        let mut capture = self.player.echo();
        self.stamps.note(capture.version.to_wire());
        capture.inputs.push(input);
        Ok(stage.store.put(capture)?)
    }

    async fn heard(&mut self, body: Body) -> anyhow::Result<()> {
        answer_ping(&mut self.control, &body).await?;
        match body {
            Body::SessionOpened(opened) => {
                self.on = Some(Stage::new(SessionId::from_wire(opened.session)));
                self.link.set_live(true);
                let extent = self.player.extent();
                let (width, height) = (extent.width().into(), extent.height().into());
                let display = Display { id: 0, width, height, primary: true, ..Display::default() };
                let displays = Displays { session: opened.session, displays: vec![display] };
                self.control.send(Body::Displays(displays)).await?;
            }
            Body::SessionClosed(_) => {
                self.on = None;
                self.link.set_live(false);
            }
            body => self.follow(body)?,
        }
        Ok(())
    }

    fn follow(&mut self, body: Body) -> anyhow::Result<()> {
        let Some(stage) = &mut self.on else { return Ok(()) };
        match body {
            Body::Demand(demand) => {
                let is_watched = !demand.wanted.is_empty();
                if stage.is_watched && !is_watched {
                    stage.view.forget();
                    stage.store = Store::new();
                }
                if !stage.is_watched && is_watched {
                    stage.store.put(self.player.again(&every_tile(&self.player)))?;
                }
                stage.is_watched = is_watched;
            }
            Body::Answer(answer) => stage.view.answer(answer.applied),
            Body::Refresh(refresh) => {
                let index = |tile: &u32| u16::try_from(*tile).ok().map(TileIndex::from_wire);
                let tiles: Vec<_> = refresh.tiles.iter().filter_map(index).collect();
                stage.store.put(self.player.again(&tiles))?;
                stage.view.refresh(Epoch::from_wire(refresh.epoch), &tiles);
            }
            _ => {}
        }
        Ok(())
    }

    /// Sends what is due and has room. Whether something is left because the link is full.
    async fn send(&mut self) -> anyhow::Result<bool> {
        let Some(stage) = self.on.as_mut().filter(|stage| stage.is_watched) else { return Ok(false) };
        while stage.view.is_due(&stage.store) {
            let room = self.link.meter().room();
            if room == 0 {
                return Ok(true);
            }
            let stream = match stage.spare.take() {
                Some(stream) => Some(stream),
                None => self.link.try_open_uni()?,
            };
            let Some(mut stream) = stream else { return Ok(true) };
            let Some(update) = stage.view.take(&mut stage.store, Instant::now(), room.min(UPDATE_BYTES_MAX))
            else {
                stage.spare = Some(stream);
                return Ok(false);
            };
            give(&mut stream, &update).await?;
        }
        Ok(false)
    }

    fn read_input(&self, stream: RecvStream) {
        let (inputs, tally) = (self.inputs.clone(), Arc::clone(&self.tally));
        // It ends with its stream, and that with the link.
        tokio::spawn(async move { read_records(stream, &inputs, &tally).await });
    }
}

/// Sends an update on a new stream.
///
/// # Errors
/// When the link ends, or does not take it in time.
pub async fn send(link: &Link, update: &Update) -> anyhow::Result<()> {
    give(&mut link.open_uni().await?, update).await
}

/// Gives an update to a stream of its own.
///
/// # Errors
/// When the link ends, or does not take it in time.
async fn give(stream: &mut SendStream, update: &Update) -> anyhow::Result<()> {
    stream.set_priority(Priority::Screen(update.header.number));
    timeout(WRITE_MAX, stream.write(&update.encode())).await.context("an update is not taken")??;
    Ok(stream.finish()?)
}

/// Answers a ping; a load's clock is no link clock, so nothing is translated by it.
///
/// # Errors
/// When the link ends.
pub async fn answer_ping(control: &mut Control, body: &Body) -> anyhow::Result<()> {
    if let Body::Ping(ping) = body {
        let pong = Pong { number: ping.number, sent_us: ping.sent_us, clock_us: ping.sent_us };
        control.send(Body::Pong(pong)).await?;
    }
    Ok(())
}

async fn read_records(
    mut stream: RecvStream,
    inputs: &mpsc::Sender<Arrived>,
    tally: &Tally,
) -> anyhow::Result<()> {
    let header = stream.take_header().await?;
    anyhow::ensure!(header.kind == StreamKind::Input, "a stream of kind {:?}", header.kind);
    let mut buffer = BytesMut::new();
    while let Some(chunk) = stream.read().await? {
        buffer.extend_from_slice(&chunk);
        while let Some(record) = Record::decode(&mut buffer)? {
            if let Some(sent_us) = sent_us(&record.event) {
                tally.input(now_us().saturating_sub(sent_us));
            }
            let seat: Seat = header.seat;
            if inputs.send(Arrived(SeatInput { seat, number: record.number })).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// When room is looked for although no acknowledgement came.
fn look_again(link: &Link) -> Duration {
    Some(link.meter().pause()).filter(|pause| !pause.is_zero()).unwrap_or(LOOK_AGAIN)
}

/// What a technician here writes into a key's name: the moment of the press.
fn sent_us(event: &Event) -> Option<u64> {
    if let Event::Key { key, .. } = event { key.parse().ok() } else { None }
}

fn every_tile(player: &Player) -> Vec<TileIndex> {
    (0..player.extent().grid().tiles()).filter_map(TileIndex::from_usize).collect()
}
