//! A technician in one session: a task keeps the picture, and the caller looks, types and waits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use frame::Picture;
use proto::liveness::{Input, LinkClock, Liveness, Output};
use proto::screen::ANSWER_WITHIN;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep_until, timeout};
use transport::control::Control;
use transport::{Link, Priority, RecvStream, SendStream};
use wire::control::{
    Answer, ColorMode, ControlWish, Demand, Display, Join, Joined, Leave, Wanted, control::Body, join,
};
use wire::input::{Event, Record};
use wire::screen::Update;
use wire::shell::{Size, ToShell};
use wire::stream::{StreamHeader, StreamKind};
use wire::{RenditionId, SessionId, ShellId, Writer};

use crate::access::Entry;
use crate::figures::Figures;
use crate::files::Files;
use crate::screen::Screen;
use crate::shell::Shell;
use crate::tools::Talk;

/// How long a join may take.
const JOIN_MAX: Duration = Duration::from_secs(10);

/// Messages that wait to be sent, from the caller and from streams.
const QUEUE_MAX: usize = 256;

/// A technician in a session. Dropping it closes the link.
pub struct Technician {
    link: Link,
    shared: Arc<Shared>,
    messages: mpsc::Sender<Body>,
    input: SendStream,
    inputs: u32,
    joined: Joined,
    task: JoinHandle<anyhow::Result<()>>,
}

#[derive(Default)]
struct Shared {
    state: parking_lot::Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    screens: BTreeMap<RenditionId, Screen>,
    displays: Vec<Display>,
    has_control: bool,
    figures: Figures,
    last_input: u32,
    notices: Vec<String>,
    ended: Option<String>,
}

impl Technician {
    /// Opens a link and joins the session of an endpoint.
    ///
    /// # Errors
    /// When the relay refuses or does not answer in time.
    pub async fn join(entry: &Entry, endpoint_id: &str) -> anyhow::Result<Self> {
        let (link, mut control) = entry.link().await?;
        link.set_live(true);
        let target = Some(join::Target::EndpointId(endpoint_id.to_owned()));
        control.send(Body::Join(Join { request: 1, target, watch: None })).await?;
        let joined =
            timeout(JOIN_MAX, await_joined(&mut control)).await.context("no answer to the join")??;
        let input = open_input(&link, SessionId::from_wire(joined.session)).await?;
        let shared = Arc::new(Shared::default());
        let (messages, queue) = mpsc::channel(QUEUE_MAX);
        let session = Session {
            link: link.clone(),
            id: SessionId::from_wire(joined.session),
            clock: LinkClock::starting(Instant::now()),
            shared: Arc::clone(&shared),
            messages: messages.clone(),
        };
        let task = tokio::spawn(session.run(control, queue));
        Ok(Self { link, shared, messages, input, inputs: 0, joined, task })
    }

    /// What the relay said to the join.
    pub fn joined(&self) -> &Joined {
        &self.joined
    }

    /// Waits for the list of displays and gives the primary one, or else the first.
    ///
    /// # Errors
    /// When there is none within `bound`.
    pub async fn primary_display(&self, bound: Duration) -> anyhow::Result<Display> {
        let primary = |state: &State| {
            let displays = &state.displays;
            displays.iter().find(|display| display.primary).or(displays.first()).cloned()
        };
        self.until("displays", bound, primary).await
    }

    /// Asks to see these displays in these modes, and nothing else.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn watch(&self, wanted: &[(u8, ColorMode)]) -> anyhow::Result<()> {
        let wanted = wanted.iter().map(|&(display, mode)| Wanted {
            display: u32::from(display),
            mode: mode.into(),
            bytes_per_second: 0,
        });
        let demand = Demand { session: self.joined.session, wanted: wanted.collect() };
        self.send(Body::Demand(demand)).await
    }

    /// Takes or gives up control, and waits for the relay's answer.
    ///
    /// # Errors
    /// When the relay does not grant it within `bound`.
    pub async fn control(&self, wanted: bool, bound: Duration) -> anyhow::Result<()> {
        self.send(Body::ControlWish(ControlWish { session: self.joined.session, wanted })).await?;
        self.until("control", bound, |state| (state.has_control == wanted).then_some(())).await
    }

    /// Sends one event; returns its number.
    ///
    /// # Errors
    /// When the link is gone.
    pub async fn input(&mut self, event: Event) -> anyhow::Result<u32> {
        self.inputs += 1;
        let mut out = Writer::new();
        Record { number: self.inputs, event }.encode(&mut out);
        self.input.write(&out.into_chunks()).await?;
        Ok(self.inputs)
    }

    /// Presses and releases a key by its W3C names.
    ///
    /// # Errors
    /// When the link is gone.
    pub async fn key(&mut self, code: &str, key: &str) -> anyhow::Result<u32> {
        self.input(Event::Key { down: true, code: code.to_owned(), key: key.to_owned() }).await?;
        self.input(Event::Key { down: false, code: code.to_owned(), key: key.to_owned() }).await
    }

    /// Waits until the picture of a rendition satisfies `is_there`; gives how long that took.
    ///
    /// # Errors
    /// When it does not within `bound`, or the session ends.
    pub async fn until_picture(
        &self,
        rendition: RenditionId,
        bound: Duration,
        is_there: impl Fn(&Picture) -> bool,
    ) -> anyhow::Result<Duration> {
        let start = Instant::now();
        let seen = |state: &State| {
            let shown = state.screens.get(&rendition)?.shown()?;
            is_there(&shown).then_some(())
        };
        self.until("the picture", bound, seen).await?;
        Ok(start.elapsed())
    }

    /// Looks at the picture of a rendition; `None` before the first update. What looks holds up what paints.
    pub fn look<T>(&self, rendition: RenditionId, look: impl FnOnce(&Picture) -> T) -> Option<T> {
        let state = self.shared.state.lock();
        let shown = state.screens.get(&rendition)?.shown()?;
        Some(look(&shown))
    }

    /// The picture of a rendition as bytes of red, green and blue, row by row; `None` before the first update.
    pub fn rgb(&self, rendition: RenditionId) -> Option<Vec<u8>> {
        self.look(rendition, |picture| {
            let pixels = picture.pixels().chunks_exact(4);
            pixels.flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect()
        })
    }

    /// The SHA-256 of [`Technician::rgb`] in hexadecimal: what the console's probe gives, too.
    pub fn hash(&self, rendition: RenditionId) -> Option<String> {
        let digest = Sha256::digest(self.rgb(rendition)?);
        Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What was measured so far.
    pub fn figures(&self) -> Figures {
        self.shared.state.lock().figures.clone()
    }

    /// Starts the measurements over.
    pub fn reset_figures(&self) {
        self.shared.state.lock().figures = Figures::default();
    }

    /// The number of the last own input whose effect is shown.
    pub fn last_input(&self) -> u32 {
        self.shared.state.lock().last_input
    }

    /// The link that it came by.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Opens a new shell of the endpoint.
    ///
    /// # Errors
    /// When the relay or the agent refuses.
    pub async fn shell(&self, size: Size) -> anyhow::Result<Shell> {
        Shell::open(&self.link, self.session(), ToShell::Start(size)).await
    }

    /// Goes back to a shell that was opened in the same session, from a place in its output on.
    ///
    /// # Errors
    /// When the relay or the agent refuses.
    pub async fn shell_again(&self, shell: ShellId, from: u64, size: Size) -> anyhow::Result<Shell> {
        Shell::open(&self.link, self.session(), ToShell::Attach { shell, from, size }).await
    }

    /// The endpoint's files.
    pub fn files(&self) -> Files {
        Files::new(self.link.clone(), self.session())
    }

    /// Opens a stream of messages to the endpoint: its clipboard, its system information, or one action.
    ///
    /// # Errors
    /// When the link is gone.
    pub async fn talk(&self, kind: StreamKind) -> anyhow::Result<Talk> {
        Talk::open(&self.link, self.session(), kind).await
    }

    /// The session that it is in.
    pub fn session(&self) -> SessionId {
        SessionId::from_wire(self.joined.session)
    }

    /// Leaves the session and closes the link.
    ///
    /// # Errors
    /// When the session ended with an error before.
    pub async fn leave(mut self) -> anyhow::Result<()> {
        self.send(Body::Leave(Leave { session: self.joined.session })).await?;
        let ended = |state: &State| state.ended.is_some().then_some(());
        self.until("the end of the session", JOIN_MAX, ended).await?;
        self.link.drain(wire::close::CloseCode::Done, "left", Duration::from_secs(2)).await;
        timeout(JOIN_MAX, &mut self.task).await.context("the session does not end")??.or(Ok(()))
    }

    async fn send(&self, body: Body) -> anyhow::Result<()> {
        self.messages.send(body).await.ok().context("the session is over")
    }

    async fn until<T>(
        &self,
        what: &str,
        bound: Duration,
        look: impl Fn(&State) -> Option<T>,
    ) -> anyhow::Result<T> {
        let looking = async {
            loop {
                let changed = self.shared.changed.notified();
                {
                    let state = self.shared.state.lock();
                    if let Some(seen) = look(&state) {
                        return Ok(seen);
                    }
                    if let Some(why) = &state.ended {
                        anyhow::bail!("waited for {what}: {why}");
                    }
                }
                changed.await;
            }
        };
        timeout(bound, looking).await.with_context(|| format!("{what}: not within {bound:?}"))?
    }
}

impl Drop for Technician {
    fn drop(&mut self) {
        self.link.close(wire::close::CloseCode::Done, "left");
        self.task.abort();
    }
}

/// What the task works with.
struct Session {
    link: Link,
    id: SessionId,
    clock: LinkClock,
    shared: Arc<Shared>,
    messages: mpsc::Sender<Body>,
}

impl Session {
    async fn run(self, mut control: Control, mut queue: mpsc::Receiver<Body>) -> anyhow::Result<()> {
        let ended = self.serve(&mut control, &mut queue).await;
        let why = ended.as_ref().err().map_or_else(|| "over".to_owned(), |error| format!("{error:#}"));
        self.shared.state.lock().ended = Some(why);
        self.shared.changed.notify_waiters();
        ended
    }

    async fn serve(&self, control: &mut Control, queue: &mut mpsc::Receiver<Body>) -> anyhow::Result<()> {
        let mut liveness = Liveness::new(Instant::now(), self.clock);
        liveness.handle(Instant::now(), Input::SetLive(true));
        let mut streams = tokio::task::JoinSet::new();
        let (send_update, mut updates) = mpsc::channel(QUEUE_MAX);
        let mut owed = Owed::default();
        loop {
            while let Some(output) = liveness.poll() {
                match output {
                    Output::Send(body) => control.send(body).await?,
                    Output::Dead => anyhow::bail!("the relay is silent"),
                }
            }
            let deadline = liveness.deadline().unwrap_or_else(|| Instant::now() + JOIN_MAX);
            tokio::select! {
                biased;
                message = control.recv() => self.message(message?, &mut liveness)?,
                Some(body) = queue.recv() => control.send(body).await?,
                Some(update) = updates.recv() => self.update(update, &liveness, &mut owed)?,
                stream = self.link.accept_uni() => {
                    streams.spawn(read_stream(stream?, send_update.clone(), Arc::clone(&self.shared)));
                }
                Some(done) = streams.join_next(), if !streams.is_empty() => done??,
                () = sleep_until(owed.until.unwrap_or(deadline).into()), if owed.until.is_some() => {
                    for answer in owed.take() {
                        control.send(Body::Answer(answer)).await?;
                    }
                }
                () = sleep_until(deadline.into()) => liveness.handle(Instant::now(), Input::Tick),
            }
        }
    }

    fn message(&self, body: Body, liveness: &mut Liveness) -> anyhow::Result<()> {
        let now = Instant::now();
        liveness.handle(now, Input::Heard);
        let mut state = self.shared.state.lock();
        match body {
            Body::Ping(ping) => liveness.handle(now, Input::Ping(ping)),
            Body::Pong(pong) => liveness.handle(now, Input::Pong(pong)),
            Body::Displays(displays) => state.displays = displays.displays,
            Body::ControlState(control) => state.has_control = control.granted,
            Body::Notice(notice) => state.notices.push(notice.text),
            Body::SessionEnded(ended) => anyhow::bail!("session ended: {}", ended.detail),
            Body::GoingAway(_) => anyhow::bail!("the relay goes away"),
            other => tracing::debug!(?other, "message ignored"),
        }
        drop(state);
        self.shared.changed.notify_waiters();
        Ok(())
    }

    fn update(&self, update: Update, liveness: &Liveness, owed: &mut Owed) -> anyhow::Result<()> {
        let start = Instant::now();
        let rendition = update.header.rendition;
        let mut state = self.shared.state.lock();
        let screen = state.screens.entry(rendition).or_insert_with(|| Screen::new(self.id, rendition));
        let painted = screen.receive(update)?;
        let took = start.elapsed();
        let answer = screen.answer(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        let refresh = screen.take_refresh();
        let refinement_bytes = screen.take_refinement_bytes();
        for update in &painted {
            if let Some(captured_us) = liveness.to_ours(update.header.captured_us) {
                state.figures.age.add(self.clock.age(Instant::now(), captured_us));
            }
            if let Some(input) = update.header.inputs.first() {
                state.last_input = input.number;
            }
        }
        state.figures.updates += painted.len() as u64;
        state.figures.refinement_bytes += refinement_bytes;
        state.figures.paint.add(took);
        state.figures.refreshed += refresh.as_ref().map_or(0, |refresh| refresh.tiles.len() as u64);
        drop(state);
        self.shared.changed.notify_waiters();
        owed.note(rendition, answer);
        if let Some(refresh) = refresh {
            // With a full queue it is asked for again with the next update.
            let _ = self.messages.try_send(Body::Refresh(refresh));
        }
        Ok(())
    }
}

/// Answers that the relay did not hear yet.
#[derive(Default)]
struct Owed {
    answers: BTreeMap<RenditionId, Answer>,
    /// When it hears them.
    until: Option<Instant>,
}

impl Owed {
    fn note(&mut self, rendition: RenditionId, answer: Answer) {
        self.answers.insert(rendition, answer);
        self.until.get_or_insert_with(|| Instant::now() + ANSWER_WITHIN);
    }

    fn take(&mut self) -> impl Iterator<Item = Answer> + use<> {
        self.until = None;
        std::mem::take(&mut self.answers).into_values()
    }
}

/// Reads one stream of the relay: an update to its end, or a cursor stream for as long as it lasts.
async fn read_stream(
    mut stream: RecvStream,
    updates: mpsc::Sender<Update>,
    shared: Arc<Shared>,
) -> anyhow::Result<()> {
    match stream.peek_header().await?.kind {
        StreamKind::Screen => {
            let bytes = stream.read_to_end(Update::BYTES_MAX).await?;
            shared.state.lock().figures.screen_bytes += bytes.len() as u64;
            // The receiver is gone only when the session is over.
            let _ = updates.send(Update::decode(bytes)?).await;
        }
        StreamKind::Cursor => {
            while let Ok(Some(bytes)) = stream.read().await {
                shared.state.lock().figures.cursor_bytes += bytes.len() as u64;
            }
        }
        other => anyhow::bail!("the relay opened a stream of kind {other:?}"),
    }
    Ok(())
}

async fn await_joined(control: &mut Control) -> anyhow::Result<Joined> {
    loop {
        match control.recv().await? {
            Body::Joined(joined) => return Ok(joined),
            Body::JoinRefused(refused) => anyhow::bail!("refused: {}", refused.detail),
            Body::Ping(ping) => {
                let pong = wire::control::Pong { number: ping.number, sent_us: ping.sent_us, clock_us: 0 };
                control.send(Body::Pong(pong)).await?;
            }
            other => tracing::debug!(?other, "message before the join ignored"),
        }
    }
}

async fn open_input(link: &Link, session: SessionId) -> anyhow::Result<SendStream> {
    let mut stream = link.open_uni().await?;
    stream.set_priority(Priority::Input);
    let mut out = Writer::new();
    StreamHeader::new(StreamKind::Input, session).encode(&mut out);
    stream.write(&out.into_chunks()).await?;
    Ok(stream)
}
