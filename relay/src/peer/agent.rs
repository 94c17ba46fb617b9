//! An agent's link: updates and the pointer come in, demands and input go out.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use desk::{Actor, chat};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use proto::screen::ANSWER_WITHIN;
use tokio::time::timeout;
use transport::control::Control;
use transport::{Link, RecvStream, StreamError};
use wire::close::CloseCode;
use wire::control::{Answer, ConsentAnswer, Displays, Notice, Role, control::Body};
use wire::cursor::Cursor;
use wire::screen::Update;
use wire::stream::StreamKind;
use wire::{DecodeError, SessionId};

use crate::db::Endpoint;
use crate::keeper::Caller;
use crate::peer::attended;
use crate::peer::ended::Ended;
use crate::peer::talk::{Event, Talk};
use crate::registry::Presence;
use crate::session::{Ending, Outbox, Session};
use crate::site::Site;
use crate::time::Moment;

/// Streams of one agent that are read at the same time: what it may have open in a session.
const READINGS_MAX: usize = transport::settings::STREAMS_LIVE as usize;

/// Displays that are kept of what an agent says.
const DISPLAYS_MAX: usize = 64;

/// An agent that is here, for everybody else.
#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) endpoint: Endpoint,
    pub(crate) link: Link,
    /// To its control stream.
    pub(crate) outbox: Outbox,
    since: Moment,
    displays: AtomicUsize,
}

impl Agent {
    pub(crate) fn presence(&self) -> Presence {
        let address = self.link.peer().ip().to_canonical();
        Presence { since: self.since, address, displays: self.displays.load(Relaxed) }
    }
}

/// Stays with an agent until its link ends. One that a customer started is there for `attended` alone.
pub(super) async fn run(
    site: Arc<Site>,
    link: Link,
    control: Control,
    endpoint: Endpoint,
    attended: Option<desk::SessionId>,
) {
    let (peer, carrier) = (link.peer(), link.carrier());
    let end = Ending::under(&site.stop);
    let (outbox, outgoing) = Outbox::new(end.clone());
    let talk = Talk::new(&site, link.clone(), control, outgoing, end);
    let agent = Arc::new(Agent {
        outbox,
        since: Moment::now(),
        displays: AtomicUsize::new(0),
        endpoint: endpoint.clone(),
        link,
    });

    if let Some(old) = site.registry.agent_came(&agent) {
        old.outbox.end(CloseCode::Replaced);
    }
    if attended.is_none() {
        site.registry.announce(&endpoint);
    }
    site.metrics.links(carrier, Role::Agent).increment(1.0);
    tracing::info!(
        endpoint = %endpoint.id, name = endpoint.name, %peer, carrier = carrier.name(),
        software = endpoint.software, "agent online"
    );

    let (session, owed) = (None, Vec::new());
    let task = AgentTask { site: &site, agent: &agent, talk, session, is_live: false, attended, owed };
    let reason = task.run().await;

    site.metrics.links(carrier, Role::Agent).decrement(1.0);
    let counts = site.registry.agent_went(&agent);
    match attended {
        Some(session) if counts => attended::went(&site, session).await,
        None if counts => went(&site, endpoint.clone()).await,
        _ => {}
    }
    tracing::info!(endpoint = %endpoint.id, name = endpoint.name, %peer, %reason, "agent offline");
}

async fn went(site: &Site, mut endpoint: Endpoint) {
    endpoint.last_seen = Moment::now();
    if let Err(error) = site.db.endpoint_went(endpoint.id).await {
        tracing::error!(%error, "cannot write when an agent was last seen");
    }
    site.registry.announce(&endpoint);
}

/// What was read off a stream of the agent.
enum Arrived {
    Update(Box<Update>),
    /// One record of the pointer, and the stream that goes on.
    Cursor(Cursor, SessionId, CursorStream),
    /// A stream ended in good order.
    Nothing,
}

type Readings<'a> = FuturesUnordered<BoxFuture<'a, Result<Arrived, Ended>>>;

struct AgentTask<'a> {
    site: &'a Site,
    agent: &'a Arc<Agent>,
    talk: Talk,
    /// The session that the last update was for.
    session: Option<Arc<Session>>,
    is_live: bool,
    /// The session for which a customer started this agent.
    attended: Option<desk::SessionId>,
    /// Answers that the agent did not hear yet, one a rendition.
    owed: Vec<Answer>,
}

impl AgentTask<'_> {
    async fn run(mut self) -> Ended {
        if let Some(session) = self.attended
            && let Err(error) = attended::came(self.site, session).await
        {
            self.site.registry.forget_attended(session);
            let ended = Ended::Desk(error);
            self.talk.goodbye(self.site, &ended).await;
            return ended;
        }
        let site = self.site;
        let link = self.agent.link.clone();
        let mut readings = Readings::new();
        let mut accepting = pin!(link.accept_uni());
        let mut answering = pin!(tokio::time::sleep(Duration::ZERO));
        let ended = loop {
            let had_none = self.owed.is_empty();
            let step = tokio::select! {
                biased;
                event = self.talk.wait() => self.control(event).await,
                Some(arrived) = readings.next(), if !readings.is_empty() => match arrived {
                    Ok(arrived) => self.arrived(arrived, &mut readings),
                    Err(ended) => Err(ended),
                },
                stream = accepting.as_mut(), if readings.len() < READINGS_MAX => match stream {
                    Ok(stream) => {
                        accepting.set(link.accept_uni());
                        readings.push(Box::pin(read(site, stream)));
                        Ok(())
                    }
                    Err(error) => Err(error.into()),
                },
                () = answering.as_mut(), if !had_none => self.answer().await,
            };
            if let Err(ended) = step {
                break ended;
            }
            if had_none && !self.owed.is_empty() {
                answering.as_mut().reset(tokio::time::Instant::now() + ANSWER_WITHIN);
            }
        };
        drop(readings);
        self.talk.goodbye(site, &ended).await;
        ended
    }

    async fn control(&mut self, event: Event) -> Result<(), Ended> {
        let mut is_over = false;
        if let Event::Outgoing(body) = &event {
            self.follow(body).await?;
            is_over = self.ends_with(body);
        }
        match self.talk.handle(self.site, event).await? {
            None if is_over => Err(Ended::SessionOver),
            None => Ok(()),
            Some(Body::Displays(displays)) => self.displays(displays),
            Some(Body::Notice(Notice { session, text })) => {
                if let Some(session) = self.session(SessionId::from_wire(session))? {
                    session.notice(&text);
                }
                Ok(())
            }
            Some(Body::ConsentAnswer(answer)) => {
                if self.session(SessionId::from_wire(answer.session))?.is_some() || self.is_asked(&answer) {
                    self.site.consents.answer(answer);
                }
                Ok(())
            }
            Some(Body::ChatSay(said)) => {
                let (session, text) = (said.session, said.text);
                let say = chat::Command::Say { session: desk::SessionId::new(session), text };
                self.customer_says(session, say).await
            }
            Some(Body::CustomerEnds(ends)) => {
                self.customer_says(ends.session, desk::session::Command::CustomerEnds).await
            }
            Some(Body::GoingAway(_)) => Ok(()),
            Some(_) => Err(Ended::OutOfOrder("a control message that no agent sends")),
        }
    }

    /// Whether a session without anybody in it yet is with this very endpoint.
    fn is_asked(&self, answer: &ConsentAnswer) -> bool {
        if self.attended.map(desk::SessionId::get) == Some(answer.session) {
            return true;
        }
        let desk = self.site.keeper.read();
        let session = desk.session(desk::SessionId::new(answer.session));
        session
            .and_then(desk::session::Session::item)
            .is_some_and(|item| crate::db::EndpointId::from(item) == self.agent.endpoint.id)
    }

    /// The person at the endpoint says or wants something in a session of his.
    async fn customer_says(&self, session: u64, command: impl Into<desk::Command>) -> Result<(), Ended> {
        let is_own = self.attended.map(desk::SessionId::get) == Some(session);
        if !is_own && self.session(SessionId::from_wire(session))?.is_none() {
            // It may have ended while this was on its way.
            return Ok(());
        }
        let actor = Actor::Customer(desk::SessionId::new(session));
        let caller = Caller::at(actor, self.agent.link.peer().ip().to_canonical());
        if let Err(error) = self.site.keeper.ask(caller, command).await {
            tracing::info!(%error, session, "the desk does not take what an endpoint's person says");
        }
        Ok(())
    }

    /// Whether a message tells an attended agent that it has nothing left to do here.
    fn ends_with(&self, outgoing: &Body) -> bool {
        let own = self.attended.map(desk::SessionId::get);
        matches!(outgoing, Body::SessionClosed(closed) if closed.for_good && Some(closed.session) == own)
    }

    /// A link is live while it carries a session.
    async fn follow(&mut self, outgoing: &Body) -> Result<(), Ended> {
        let live = match outgoing {
            Body::SessionOpened(_) => true,
            Body::SessionClosed(_) => false,
            _ => return Ok(()),
        };
        if self.is_live != live {
            self.is_live = live;
            self.talk.set_live(live).await?;
        }
        Ok(())
    }

    fn displays(&self, message: Displays) -> Result<(), Ended> {
        let mut displays = message.displays;
        displays.truncate(DISPLAYS_MAX);
        self.agent.displays.store(displays.len(), Relaxed);
        self.site.registry.announce(&self.agent.endpoint);
        if let Some(session) = self.session(SessionId::from_wire(message.session))? {
            session.set_displays(displays);
        }
        Ok(())
    }

    fn arrived<'a>(&mut self, arrived: Arrived, readings: &mut Readings<'a>) -> Result<(), Ended> {
        self.talk.heard();
        match arrived {
            Arrived::Nothing => Ok(()),
            Arrived::Update(update) => self.update(*update),
            Arrived::Cursor(cursor, session, stream) => {
                if let Some(session) = self.session(session)? {
                    session.set_cursor(&cursor);
                }
                readings.push(Box::pin(stream.next()));
                Ok(())
            }
        }
    }

    fn update(&mut self, update: Update) -> Result<(), Ended> {
        let id = update.header.session;
        if self.session.as_ref().is_none_or(|session| session.id != id) {
            self.session = self.session(id)?;
        }
        // The session may have ended while the update was on its way.
        let Some(session) = &self.session else { return Ok(()) };
        self.site.metrics.updates_in.increment(1);
        let captured_us = self.talk.to_ours(update.header.captured_us);
        if let Some(answer) = session.receive(Instant::now(), self.agent, update, captured_us)? {
            self.owed.retain(|owed| (owed.session, owed.rendition) != (answer.session, answer.rendition));
            self.owed.push(answer);
        }
        Ok(())
    }

    async fn answer(&mut self) -> Result<(), Ended> {
        for answer in std::mem::take(&mut self.owed) {
            self.talk.send(Body::Answer(answer)).await?;
        }
        Ok(())
    }

    /// A session of this very endpoint, if it still lasts.
    fn session(&self, id: SessionId) -> Result<Option<Arc<Session>>, Ended> {
        match self.site.registry.session(id) {
            Some(session) if session.endpoint != self.agent.endpoint.id => {
                Err(Ended::OutOfOrder("an agent named the session of another endpoint"))
            }
            session => Ok(session),
        }
    }
}

/// Reads an update to its end, or the first record of a pointer stream.
async fn read(site: &Site, mut stream: RecvStream) -> Result<Arrived, Ended> {
    let limits = &site.config.links;
    let header = match timeout(limits.header_timeout(), stream.peek_header()).await {
        Ok(Ok(header)) => header,
        Ok(Err(error)) => return given_up("stream", error),
        Err(_) => return Err(Ended::Slow("a stream's header")),
    };
    match header.kind {
        StreamKind::Screen => match timeout(limits.update_timeout(), stream.read_to_end(Update::BYTES_MAX))
            .await
        {
            Ok(Ok(bytes)) => {
                site.metrics.read(StreamKind::Screen, bytes.len());
                Ok(Arrived::Update(Box::new(Update::decode(bytes).map_err(|error| wrong("update", error))?)))
            }
            Ok(Err(error)) => given_up("update", error),
            Err(_) => Err(Ended::Slow("an update")),
        },
        StreamKind::Cursor => {
            stream.take_header().await.map_err(|error| Ended::stream("pointer", error))?;
            CursorStream { session: header.session, stream, buffer: BytesMut::new() }.next().await
        }
        _ => Err(wrong("stream", DecodeError::Unknown { field: "stream kind", got: header.kind as u64 })),
    }
}

/// An agent that gives a stream up after its session ended has done nothing wrong; what a gap in the updates means
/// is for the plane to find.
fn given_up(what: &'static str, error: StreamError) -> Result<Arrived, Ended> {
    match error {
        StreamError::Reset(_) => Ok(Arrived::Nothing),
        error => Err(Ended::stream(what, error)),
    }
}

fn wrong(what: &'static str, error: DecodeError) -> Ended {
    Ended::Stream { what, error: error.into() }
}

/// The pointer of a session, record by record.
struct CursorStream {
    session: SessionId,
    stream: RecvStream,
    buffer: BytesMut,
}

impl CursorStream {
    async fn next(mut self) -> Result<Arrived, Ended> {
        loop {
            let decoded = Cursor::decode(&mut self.buffer).map_err(|error| wrong("pointer", error))?;
            if let Some(cursor) = decoded {
                return Ok(Arrived::Cursor(cursor, self.session, self));
            }
            match self.stream.read().await {
                Ok(Some(chunk)) => self.buffer.extend_from_slice(&chunk),
                Ok(None) => return Ok(Arrived::Nothing),
                Err(error) => return given_up("pointer", error),
            }
        }
    }
}
