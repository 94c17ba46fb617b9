//! `/api/customer`: the customer's own session, known by his cookie: how it stands, the chat, and its end.
//!
//! He reaches nothing else: not who else is on the desk, not what technicians say to each other. An open
//! `/api/customer/events` is what makes him present.

use std::convert::Infallible;

use axum::Json;
use axum::extract::{Extension, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Sse;
use axum::response::sse::Event as Frame;
use axum_extra::extract::CookieJar;
use desk::session::{Client, Command, CustomerPresence, Ended, Event as SessionEvent, Place, Session};
use desk::{Actor, Desk, Event, Participant, SessionId, chat};
use futures_util::Stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::attended::{AttendedBy, AttendedToken};

use crate::api::Shared;
use crate::api::listen::{self, Listener, name_of, participant_of};
use crate::api::problem::Problem;
use crate::api::who;
use crate::endpoint::CameBy;
use crate::keeper::{Caller, Happened, digest_of};
use crate::login::{customer_of, set_customer};
use crate::peer::secret_of;
use crate::portal::Page;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CustomerSession")]
pub(super) struct View {
    session: SessionId,
    /// What he calls himself.
    name: String,
    #[serde(flatten)]
    phase: Phase,
    /// Whether his agent is running, so that his screen can be seen.
    has_agent: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
#[schemars(rename = "CustomerPhase")]
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

/// How his session stands.
pub(super) async fn view(
    State(site): State<Shared>,
    Customer(session): Customer,
) -> Result<Json<View>, Problem> {
    View::of(&site.keeper.read(), session).map(Json).ok_or_else(Problem::no_session)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CustomerMessage")]
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

/// What starts an agent in a customer's session.
#[derive(Serialize, JsonSchema)]
pub(super) struct AgentToken {
    /// Says where the relay is, how it is known, and which session it is.
    token: String,
    /// What is run where the agent is.
    command: String,
}

impl AgentToken {
    pub(super) fn new(site: &Shared, by: AttendedBy) -> Self {
        let addresses = site.listening.addresses_for_agents(&site.config.endpoint);
        let token = AttendedToken { pin: site.certificates.pin(), by, addresses }.to_text();
        let command = format!("agent --key {token}");
        Self { token, command }
    }
}

/// What starts an agent in his session, so that technicians see his screen. The secret in it is good until he goes.
pub(super) async fn agent(
    State(site): State<Shared>,
    Customer(session): Customer,
) -> Result<(StatusCode, Json<AgentToken>), Problem> {
    let secret = secret_of(&site, session).ok_or_else(Problem::no_session)?;
    let by = AttendedBy::Session { session: session.get(), secret };
    Ok((StatusCode::CREATED, Json(AgentToken::new(&site, by))))
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

fn caller(session: SessionId, came_by: CameBy) -> Caller {
    Caller::at(Actor::Customer(session), came_by.peer.ip().to_canonical())
}

impl Listener for Customer {
    type View = View;

    fn session(&self) -> SessionId {
        self.0
    }

    fn view(&self, desk: &Desk) -> Option<View> {
        View::of(desk, self.0)
    }

    fn speaker(&self, desk: &Desk, by: &str) -> Option<String> {
        participant_of(by).map(|who| name_of(desk, who))
    }

    fn why_over(&self, happened: &Happened) -> Option<&'static str> {
        match happened.event()? {
            Event::Session(SessionEvent::CustomerGone { session }) if *session == self.0 => {
                let himself = matches!(happened.line.by, Actor::Customer(_));
                Some(if himself { "customer" } else { "helper" })
            }
            Event::Session(SessionEvent::Ended { session, why, .. }) if *session == self.0 => {
                Some(match why {
                    Ended::Customer => "customer",
                    Ended::CustomerLost => "lost",
                    Ended::QueueRule | Ended::NobodyLeft => "nobody",
                    Ended::Owner | Ended::Administrator | Ended::Schedule => "helper",
                })
            }
            _ => None,
        }
    }
}

/// All that happens in his session. He is there while he listens.
pub(super) async fn follow(
    State(site): State<Shared>,
    customer: Customer,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Frame, Infallible>>>, Problem> {
    let page = Page::open(&site, customer.0).await?;
    listen::follow(site, customer, listen::last_of(&headers), page).await
}
