//! Agents that customers start: in by a session key or by the secret of a session, and there for that one session.
//!
//! Such an agent has no key and no row in the database. The desk has the session; here is who is there, and how an
//! agent that lost its line comes back. Guessed keys are counted as on the portal.

use std::sync::Arc;

use bytes::Bytes;
use desk::key::Digest;
use desk::session::{Client, Command, CustomerPresence, Event as SessionEvent, NewCustomer};
use desk::{Actor, Event, Rule, SessionId};
use transport::Link;
use wire::control::{Attended, AttendedSession, Refusal, RefusalCode, attended};

use crate::admission::NotAdmitted;
use crate::db::{Device, Endpoint};
use crate::keeper::{AskError, Caller, digest_of};
use crate::peer::proof::{failed, refusal};
use crate::portal::Wait;
use crate::site::Site;

/// What a customer is called who does not say.
const NAMELESS: &str = "customer";

/// An attended agent that is let in.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) endpoint: Endpoint,
    /// Its session, and how it comes back.
    pub(super) own: AttendedSession,
}

impl Guest {
    pub(super) fn session(&self) -> SessionId {
        SessionId::new(self.own.session)
    }
}

/// Lets an attended agent in.
pub(super) async fn admit(
    site: &Site,
    link: &Link,
    asked: Attended,
    device: &Device,
) -> Result<Guest, Refusal> {
    let session = match &asked.by {
        Some(attended::By::Key(key)) => start(site, link, key, &asked).await?,
        Some(attended::By::Session(own)) => come_back(site, own)?,
        None => return Err(refusal(RefusalCode::Malformed, "neither a key nor a session")),
    };
    let secret = secret_of(site, session).ok_or_else(refused_session)?;
    let name = site.keeper.read().session(session).map(|state| state.customer.name.clone());
    let endpoint = Endpoint::passing(site.registry.attend(session), name.unwrap_or_default(), device);
    let secret = Bytes::copy_from_slice(&secret);
    Ok(Guest { endpoint, own: AttendedSession { session: session.get(), secret } })
}

/// A session starts by a key.
async fn start(site: &Site, link: &Link, key: &str, asked: &Attended) -> Result<SessionId, Refusal> {
    let address = link.peer().ip().to_canonical();
    site.door.knock(address).map_err(waiting)?;
    let name = Some(asked.name.trim()).filter(|name| !name.is_empty()).unwrap_or(NAMELESS);
    let customer = NewCustomer {
        name: name.to_owned(),
        question: asked.question.clone(),
        language: Some(asked.language.clone()).filter(|language| !language.is_empty()),
        client: Client::Agent,
        // Nobody has it: this customer has no page. It makes the agent's own secret.
        secret: digest_of(crate::random::text().as_bytes()),
    };
    let command = Command::StartByKey { key: site.logins.digest(key), customer };
    match site.keeper.ask(Caller::at(Actor::Visitor, address), command).await {
        Ok(happened) => {
            let started = happened.iter().find_map(|news| match news.event() {
                Some(Event::Session(SessionEvent::Started { session, .. })) => Some(*session),
                _ => None,
            });
            started.ok_or_else(refused_session)
        }
        Err(AskError::Refused(refused)) => {
            if refused.rule == Rule::NotFound {
                site.door.wrong_key(address).map_err(waiting)?;
            }
            let NotAdmitted { code, detail, retry_after_ms } = refused.into();
            Err(Refusal { retry_after_ms, ..refusal(code, &detail) })
        }
        Err(error) => Err(failed(&error)),
    }
}

/// The session of a secret, while its customer has not gone.
fn come_back(site: &Site, own: &AttendedSession) -> Result<SessionId, Refusal> {
    let session = SessionId::new(own.session);
    let is_right = secret_behind(site, session)
        .is_some_and(|behind| site.logins.is_agent_secret(&own.secret, session.get(), &behind));
    if is_right { Ok(session) } else { Err(refused_session()) }
}

/// The secret by which the agent of a session is known; none where the session is over for its customer, or where he
/// has no part in it, as in a Jump.
pub(crate) fn secret_of(site: &Site, session: SessionId) -> Option<[u8; 32]> {
    secret_behind(site, session).map(|behind| site.logins.agent_secret(session.get(), &behind))
}

/// What the secret of a session's agent is made from: the digest of its customer's own.
fn secret_behind(site: &Site, session: SessionId) -> Option<Digest> {
    let desk = site.keeper.read();
    let customer = &desk.session(session)?.customer;
    customer.secret.filter(|_| customer.presence != CustomerPresence::Gone)
}

fn refused_session() -> Refusal {
    refusal(RefusalCode::NotKnown, "there is no such session, or it is over")
}

fn waiting(Wait(wait): Wait) -> Refusal {
    let retry_after_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
    Refusal { retry_after_ms, ..refusal(RefusalCode::Full, "too many attempts from this network") }
}

/// The customer's agent is there.
pub(super) async fn came(site: &Site, session: SessionId) -> Result<(), AskError> {
    let client = Client::Agent;
    site.keeper.ask(Caller::RELAY, Command::CustomerCame { session, client }).await.map(drop)
}

/// The customer's agent is gone. He is still there if his page is.
pub(super) async fn went(site: &Arc<Site>, session: SessionId) {
    if site.stop.is_cancelled() || site.registry.is_attended(session) || site.pages.has(session) {
        return;
    }
    match site.keeper.ask(Caller::RELAY, Command::CustomerLost { session }).await {
        Ok(_) | Err(AskError::Stopped | AskError::Refused(_)) => {}
        Err(error) => tracing::error!(%error, %session, "the desk does not hear that a customer is gone"),
    }
}
