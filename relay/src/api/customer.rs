//! `/api/customer`: the customer's own session, known by his cookie: how it stands, the chat, and its end.
//!
//! He reaches nothing else: not who else is on the desk, not what technicians say to each other. An open
//! `/api/customer/events` is what makes him present.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Sse;
use axum::response::sse::{Event as Frame, KeepAlive};
use axum_extra::extract::CookieJar;
use desk::session::{Client, Command, CustomerPresence, Ended, Event as SessionEvent, Place, Session};
use desk::{Actor, Desk, Event, Participant, SessionId, chat};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who;
use crate::endpoint::CameBy;
use crate::keeper::store::{self, Said};
use crate::keeper::{Caller, Happened, digest_of};
use crate::login::{customer_of, set_customer};
use crate::portal::Page;

/// A comment goes out this often, so that a proxy does not take the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Messages that are read at once.
const MESSAGES: u16 = 500;

/// A customer, by the secret in his cookie.
#[derive(Debug)]
pub(super) struct Customer(SessionId);

impl FromRequestParts<Shared> for Customer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let over_tls = parts.extensions.get::<CameBy>().is_some_and(|came_by| came_by.over_tls);
        let jar = CookieJar::from_headers(&parts.headers);
        let secret = customer_of(&jar, over_tls).ok_or_else(Problem::no_session)?;
        let digest = digest_of(secret.as_bytes());
        let desk = site.keeper.read();
        let own = desk.sessions().iter().find(|(_, state)| state.customer.secret == Some(digest));
        let lives = own.filter(|(_, state)| state.customer.presence != CustomerPresence::Gone);
        lives.map(|(&id, _)| Self(id)).ok_or_else(Problem::no_session)
    }
}

/// Gives a customer the secret of his session.
pub(super) fn give_cookie(jar: CookieJar, secret: String, over_tls: bool) -> CookieJar {
    set_customer(jar, secret, over_tls)
}

/// How a session stands, as its customer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct View {
    session: SessionId,
    /// What he calls himself.
    name: String,
    #[serde(flatten)]
    phase: Phase,
    /// Whether his agent is running, so that his screen can be seen.
    has_agent: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Phase {
    /// Nobody has taken it yet, or it was put aside.
    Waiting {
        /// Counted from 1.
        position: usize,
        is_kept: bool,
    },
    /// Somebody works on it.
    Served {
        /// Their names, the owner's first.
        by: Vec<String>,
    },
}

impl View {
    /// Nothing where the session is over for its customer.
    fn of(desk: &Desk, session: SessionId) -> Option<Self> {
        let state = desk.session(session)?;
        let Session { customer, .. } = state;
        if customer.presence == CustomerPresence::Gone {
            return None;
        }
        let has_agent = customer.client == Client::Agent && customer.presence == CustomerPresence::Here;
        Some(Self { session, name: customer.name.clone(), phase: Phase::of(desk, session, state), has_agent })
    }
}

impl Phase {
    fn of(desk: &Desk, session: SessionId, state: &Session) -> Self {
        match state.place {
            Place::Waiting { queue, since, is_kept } => {
                let ahead = |&(&other, state): &(&SessionId, &Session)| match state.place {
                    Place::Waiting { queue: at, since: theirs, .. } => {
                        at == queue && (theirs, other) < (since, session)
                    }
                    Place::Owned { .. } => false,
                };
                let sessions = desk.sessions().iter();
                Self::Waiting { position: 1 + sessions.filter(ahead).count(), is_kept }
            }
            Place::Owned { owner, .. } => {
                let owner = Participant::Account(owner);
                let others = state.members.keys().copied().filter(|&who| who != owner);
                Self::Served {
                    by: std::iter::once(owner).chain(others).map(|who| name_of(desk, who)).collect(),
                }
            }
        }
    }
}

fn name_of(desk: &Desk, who: Participant) -> String {
    let name = match who {
        Participant::Account(id) => desk.accounts().get(id).map(|account| account.name.clone()),
        Participant::External(id) => desk.externals().get(&id).map(|external| external.name.clone()),
    };
    name.unwrap_or_default()
}

/// How his session stands.
pub(super) async fn view(
    State(site): State<Shared>,
    Customer(session): Customer,
) -> Result<Json<View>, Problem> {
    View::of(&site.keeper.read(), session).map(Json).ok_or_else(Problem::no_session)
}

/// What was said, as the customer reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    message: u64,
    at: String,
    /// None: he himself.
    by: Option<String>,
    text: String,
}

impl Line {
    fn of(desk: &Desk, said: Said) -> Self {
        let Said { message, at, by, text } = said;
        let number = |kind: &str| by.strip_prefix(kind)?.strip_prefix(':')?.parse::<u64>().ok();
        let account = number("account").map(|id| Participant::Account(desk::AccountId::new(id)));
        let external = number("external").map(|id| Participant::External(desk::ExternalId::new(id)));
        let by = account.or(external).map(|who| name_of(desk, who));
        Self { message, at, by, text }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    text: String,
}

/// The customer says something.
pub(super) async fn say(
    State(site): State<Shared>,
    Customer(session): Customer,
    Extension(came_by): Extension<CameBy>,
    who::Json(Message { text }): who::Json<Message>,
) -> Result<StatusCode, Problem> {
    site.keeper.ask(caller(session, came_by), chat::Command::Say { session, text }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The customer ends the session. His cookie is good for one thing after that: to rate it.
pub(super) async fn end(
    State(site): State<Shared>,
    Customer(session): Customer,
    Extension(came_by): Extension<CameBy>,
) -> Result<StatusCode, Problem> {
    site.keeper.ask(caller(session, came_by), Command::CustomerEnds).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why it is over for him.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Over {
    /// He ended it himself.
    Customer,
    /// Whoever helped him did.
    Helper,
    /// Nobody was there to help.
    Nobody,
    /// His line was lost for too long.
    Lost,
}

impl Over {
    /// Where an event ends a session for its customer.
    fn of(happened: &Happened, session: SessionId) -> Option<Self> {
        match happened.event()? {
            Event::Session(SessionEvent::CustomerGone { session: gone }) if *gone == session => {
                let himself = matches!(happened.line.by, Actor::Customer(_));
                Some(if himself { Self::Customer } else { Self::Helper })
            }
            Event::Session(SessionEvent::Ended { session: ended, why, .. }) if *ended == session => {
                Some(match why {
                    Ended::Customer => Self::Customer,
                    Ended::CustomerLost => Self::Lost,
                    Ended::QueueRule | Ended::NobodyLeft => Self::Nobody,
                    Ended::Owner | Ended::Administrator | Ended::Schedule => Self::Helper,
                })
            }
            _ => None,
        }
    }
}

#[derive(Serialize)]
struct Farewell {
    session: SessionId,
    /// None: that was not heard of, as after a gap.
    why: Option<Over>,
}

fn caller(session: SessionId, came_by: CameBy) -> Caller {
    Caller::at(Actor::Customer(session), came_by.peer.ip().to_canonical())
}

/// All that happens in his session, as it happens: `state` when it stands otherwise, `said` for each message, with
/// its number as the event's id, and `over`. Who comes back with the last id gets what was said since.
pub(super) async fn follow(
    State(site): State<Shared>,
    Customer(session): Customer,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Frame, Infallible>>>, Problem> {
    let news = site.keeper.follow();
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    let page = Page::open(&site, session).await?;
    let mut follower = Follower {
        site,
        session,
        last,
        shown: None,
        news,
        waiting: VecDeque::new(),
        is_over: false,
        why_over: None,
        _page: page,
    };
    follower.look();
    follower.read().await?;
    let frames = futures_util::stream::unfold(follower, |mut follower| async {
        follower.next().await.map(|frame| (Ok(frame), follower))
    });
    Ok(Sse::new(frames).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Follower {
    site: Shared,
    session: SessionId,
    /// The last message that went out.
    last: u64,
    /// How the page takes it to stand.
    shown: Option<View>,
    news: broadcast::Receiver<Happened>,
    waiting: VecDeque<Frame>,
    is_over: bool,
    why_over: Option<Over>,
    /// As long as this lives the customer is there.
    _page: Page,
}

impl Follower {
    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Some(frame);
            }
            if self.is_over {
                return None;
            }
            let heard = tokio::select! {
                biased;
                () = self.site.stop.cancelled() => return None,
                heard = self.news.recv() => heard,
            };
            let missed_some = match heard {
                Ok(happened) => self.hear(&happened),
                Err(RecvError::Closed) => return None,
                Err(RecvError::Lagged(_)) => {
                    self.site.metrics.events_lagged.increment(1);
                    self.look();
                    true
                }
            };
            // What the database does not give now is read with the next message, or after the page is back.
            if missed_some && let Err(problem) = self.read().await {
                tracing::warn!(session = %self.session, ?problem, "a customer's messages cannot be read");
            }
        }
    }

    /// Says whether there is something to be read.
    fn hear(&mut self, happened: &Happened) -> bool {
        match happened.event() {
            Some(Event::Chat(chat::Event::Said { session, .. })) => *session == self.session,
            // Others' sessions change the place in the queue.
            Some(Event::Session(_) | Event::Invitation(_)) => {
                self.why_over = self.why_over.or_else(|| Over::of(happened, self.session));
                self.look();
                false
            }
            _ => false,
        }
    }

    /// Looks how the session stands now.
    fn look(&mut self) {
        let now = View::of(&self.site.keeper.read(), self.session);
        match now {
            Some(view) if self.shown.as_ref() == Some(&view) => {}
            Some(view) => {
                self.waiting.push_back(frame("state", &view));
                self.shown = Some(view);
            }
            None => {
                let farewell = Farewell { session: self.session, why: self.why_over };
                self.waiting.push_back(frame("over", &farewell));
                self.is_over = true;
            }
        }
    }

    /// Reads what was said since the last message.
    async fn read(&mut self) -> Result<(), Problem> {
        let said = store::said_in_session(&self.site.db, self.session, self.last, MESSAGES).await?;
        let desk = self.site.keeper.read();
        for said in said {
            self.last = self.last.max(said.message);
            let line = Line::of(&desk, said);
            self.waiting.push_back(frame("said", &line).id(line.message.to_string()));
        }
        Ok(())
    }
}

fn frame(name: &str, data: &impl Serialize) -> Frame {
    Frame::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
