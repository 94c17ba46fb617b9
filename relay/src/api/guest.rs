//! `/api/guest`: somebody from outside who was invited into one session. He is known by the key of his invitation, which
//! his browser keeps as a cookie once he came in, and reaches this session and nothing else.

use std::convert::Infallible;

use axum::Json;
use axum::extract::{Extension, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Sse;
use axum::response::sse::Event as Frame;
use axum_extra::extract::CookieJar;
use desk::invitation::{Command as InvitationCommand, Event as InvitationEvent, External, ExternalEnded};
use desk::session::{Client, Command as SessionCommand, Customer, CustomerPresence, Session};
use desk::{Actor, Desk, Event, ExternalId, Participant, Rule, SessionId, chat};
use futures_util::Stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::listen::{self, Listener, name_of, participant_of};
use crate::api::problem::Problem;
use crate::api::who;
use crate::attendance::Present;
use crate::endpoint::CameBy;
use crate::keeper::{AskError, Caller, Happened, digest_of};
use crate::login::{clear_guest, guest_of, set_guest};

/// Somebody from outside who is in his session, by the key in his cookie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guest {
    external: ExternalId,
    session: SessionId,
}

impl FromRequestParts<Shared> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let over_tls = parts.extensions.get::<CameBy>().is_some_and(|came_by| came_by.over_tls);
        let jar = CookieJar::from_headers(&parts.headers);
        let key = guest_of(&jar, over_tls).ok_or_else(Problem::no_session)?;
        let digest = digest_of(key.as_bytes());
        let desk = site.keeper.read();
        let own = desk.externals().iter().find(|(_, open)| open.key == digest && open.joined.is_some());
        own.map(|(&external, open)| Self { external, session: open.session }).ok_or_else(Problem::no_session)
    }
}

impl Guest {
    /// Who he is on the desk.
    pub(super) fn external(self) -> ExternalId {
        self.external
    }

    fn who(self) -> Participant {
        Participant::External(self.external)
    }

    fn caller(self, came_by: CameBy) -> Caller {
        Caller::at(Actor::External(self.external), came_by.peer.ip().to_canonical())
    }
}

/// An invitation by its key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GuestKey")]
pub(super) struct Key {
    key: String,
}

/// What somebody reads before he comes in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GuestInvitation")]
pub(super) struct Invitation {
    /// What he is called.
    name: String,
    inviter: String,
    comments: String,
    /// What the site is called.
    site: String,
}

/// Shows an invitation that can still be used.
pub(super) async fn invitation(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    who::Json(Key { key }): who::Json<Key>,
) -> Result<Json<Invitation>, Problem> {
    let address = came_by.peer.ip().to_canonical();
    site.door.knock(address)?;
    let digest = digest_of(key.as_bytes());
    let now = crate::keeper::now();
    let found = {
        let desk = site.keeper.read();
        let is_open = |open: &&External| open.key == digest && open.joined.is_none() && now < open.expires;
        desk.externals().values().find(is_open).map(|open| Invitation {
            name: open.name.clone(),
            inviter: name_of(&desk, Participant::Account(open.by)),
            comments: open.comments.clone(),
            site: desk.site().record.name.clone(),
        })
    };
    match found {
        Some(invitation) => Ok(Json(invitation)),
        None => {
            Err(site.door.wrong_key(address).map_or_else(Problem::from, |()| Problem::missing("invitation")))
        }
    }
}

/// He comes in. The key becomes his cookie: it lets nobody else in any more.
pub(super) async fn join(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    jar: CookieJar,
    who::Json(Key { key }): who::Json<Key>,
) -> Result<(StatusCode, CookieJar), Problem> {
    let address = came_by.peer.ip().to_canonical();
    site.door.knock(address)?;
    let command = InvitationCommand::JoinExternal { key: digest_of(key.as_bytes()) };
    site.keeper.ask(Caller::at(Actor::Visitor, address), command).await.map_err(|error| match error {
        AskError::Refused(refusal) if refusal.rule == Rule::NotFound => {
            site.door.wrong_key(address).map_or_else(Problem::from, |()| refusal.into())
        }
        error => error.into(),
    })?;
    Ok((StatusCode::CREATED, set_guest(jar, key, came_by.over_tls)))
}

/// How the session stands for him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "GuestSession")]
pub(super) struct View {
    session: SessionId,
    /// What he is called.
    name: String,
    inviter: String,
    comments: String,
    customer: String,
    /// What the customer asked for.
    question: String,
    /// Who else works in it, the owner first.
    others: Vec<String>,
    /// What he may do in it.
    rights: desk::permission::Rights,
    /// Whether there is a computer to be seen.
    has_agent: bool,
}

impl View {
    /// Nothing where he is out.
    fn of(desk: &Desk, guest: Guest) -> Option<Self> {
        let own = desk.externals().get(&guest.external)?;
        let state = desk.session(guest.session).filter(|state| state.has(guest.who()))?;
        let owner = state.owner().map(Participant::Account);
        let members = state.members.keys().copied().filter(|&who| Some(who) != owner && who != guest.who());
        Some(Self {
            session: guest.session,
            name: own.name.clone(),
            inviter: name_of(desk, Participant::Account(own.by)),
            comments: own.comments.clone(),
            customer: state.customer.name.clone(),
            question: state.customer.question.clone(),
            others: owner.into_iter().chain(members).map(|who| name_of(desk, who)).collect(),
            rights: desk.rights(guest.session, guest.who()),
            has_agent: has_agent(state),
        })
    }
}

/// Whether a session has an agent: a Jump has one, a customer may have started his.
fn has_agent(state: &Session) -> bool {
    let Customer { client, presence, .. } = &state.customer;
    state.item().is_some() || (*client == Client::Agent && *presence == CustomerPresence::Here)
}

impl Listener for Guest {
    type View = View;

    fn session(&self) -> SessionId {
        self.session
    }

    fn view(&self, desk: &Desk) -> Option<View> {
        View::of(desk, *self)
    }

    fn speaker(&self, desk: &Desk, by: &str) -> Option<String> {
        match participant_of(by) {
            Some(who) if who == self.who() => None,
            Some(who) => Some(name_of(desk, who)),
            None => {
                Some(desk.session(self.session).map(|state| state.customer.name.clone()).unwrap_or_default())
            }
        }
    }

    fn why_over(&self, happened: &Happened) -> Option<&'static str> {
        match happened.event()? {
            Event::Invitation(InvitationEvent::ExternalEnded { external, why, .. })
                if *external == self.external =>
            {
                Some(match why {
                    ExternalEnded::Cancelled | ExternalEnded::Removed => "removed",
                    ExternalEnded::InviterGone => "inviter_gone",
                    ExternalEnded::SessionEnded => "ended",
                    ExternalEnded::Left => "left",
                    ExternalEnded::Lost => "lost",
                })
            }
            _ => None,
        }
    }
}

/// How the session stands for somebody from outside.
pub(super) async fn view(State(site): State<Shared>, guest: Guest) -> Result<Json<View>, Problem> {
    View::of(&site.keeper.read(), guest).map(Json).ok_or_else(Problem::no_session)
}

/// All that happens in his session. He is there while he listens.
pub(super) async fn follow(
    State(site): State<Shared>,
    guest: Guest,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Frame, Infallible>>>, Problem> {
    let present = Present::new(&site, guest.who());
    listen::follow(site, guest, listen::last_of(&headers), present).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GuestMessage")]
pub(super) struct Message {
    text: String,
}

/// Somebody from outside says something.
pub(super) async fn say(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    guest: Guest,
    who::Json(Message { text }): who::Json<Message>,
) -> Result<StatusCode, Problem> {
    site.keeper.ask(guest.caller(came_by), chat::Command::Say { session: guest.session, text }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// He leaves, and cannot come back.
pub(super) async fn leave(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    guest: Guest,
    jar: CookieJar,
) -> Result<(StatusCode, CookieJar), Problem> {
    site.keeper.ask(guest.caller(came_by), SessionCommand::Leave { session: guest.session }).await?;
    Ok((StatusCode::NO_CONTENT, clear_guest(jar, came_by.over_tls)))
}
