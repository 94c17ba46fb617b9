//! The question to the person at an endpoint, where a Jump policy wants it, or the site for customers who came by
//! themselves: asked once for each technician and session, over the agent's control stream. The agent keeps the answer,
//! too, and lets nobody act against it.
//!
//! Silence is answered by the agent; where even that does not come, by the relay, with what the policy says of silence.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use desk::Participant;
use desk::record::{Consent, ConsentDefault};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::timeout;
use wire::SessionId;
use wire::control::{ConsentAnswer, ConsentAsk, ConsentBy, control::Body};

use crate::admission::{Admission, participant_on_wire, rights_on_wire};
use crate::peer::Agent;
use crate::site::Site;

/// What an answer may take on the way, beyond the time that the person has.
const WAY_MAX: Duration = Duration::from_secs(5);

/// Questions that are open, and answers that hold as long as their sessions.
#[derive(Debug, Default)]
pub(crate) struct Consents {
    last: AtomicU32,
    open: Mutex<HashMap<(SessionId, u32), oneshot::Sender<ConsentAnswer>>>,
    allowed: Mutex<HashSet<(SessionId, Participant)>>,
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Allowed,
    /// The person said no.
    Denied,
    /// Nobody answered, and that is a no.
    Silence,
    /// The computer went away meanwhile.
    Offline,
}

impl Answer {
    /// What the technician is told.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Allowed => "the person at the computer agreed",
            Self::Denied => "the person at the computer declined",
            Self::Silence => "nobody at the computer answered",
            Self::Offline => "the computer is not connected any more",
        }
    }
}

impl Consents {
    /// An agent's answer. One that nobody waits for changes nothing.
    pub(crate) fn answer(&self, answer: ConsentAnswer) {
        let key = (SessionId::from_wire(answer.session), answer.request);
        if let Some(asked) = self.open.lock().remove(&key) {
            // Whoever asked has gone.
            let _ = asked.send(answer);
        }
    }

    /// A session is over.
    pub(crate) fn forget(&self, session: SessionId) {
        self.allowed.lock().retain(|(of, _)| *of != session);
    }
}

/// How the person at a session's endpoint is to be asked for somebody; `None` where he is not, or has agreed already.
pub(crate) fn needed(site: &Site, session: SessionId, who: Participant) -> Option<Consent> {
    let consent = site.keeper.read().consent(desk::SessionId::new(session.to_wire()))?;
    (!site.consents.allowed.lock().contains(&(session, who))).then_some(consent)
}

/// Asks, and waits for the answer.
pub(crate) async fn ask(
    site: &Site,
    agent: &Arc<Agent>,
    admission: &Admission,
    (who, name): (Participant, String),
    consent: Consent,
) -> Answer {
    let (session, request) = (admission.session, site.consents.last.fetch_add(1, Relaxed) + 1);
    let (sender, receiver) = oneshot::channel();
    site.consents.open.lock().insert((session, request), sender);
    let _forget = Forget { consents: &site.consents, key: (session, request) };
    let silence_allows = consent.nobody_answers == ConsentDefault::Allow;
    agent.outbox.send(Body::ConsentAsk(ConsentAsk {
        session: session.to_wire(),
        request,
        participant: participant_on_wire(who),
        name,
        rights: rights_on_wire(&admission.rights),
        timeout_ms: consent.timeout_s.saturating_mul(1000),
        silence_allows,
    }));
    let longest = Duration::from_secs(consent.timeout_s.into()) + WAY_MAX;
    let answer = tokio::select! {
        biased;
        answer = timeout(longest, receiver) => match answer {
            Ok(Ok(answer)) if answer.is_allowed => Answer::Allowed,
            Ok(Ok(answer)) if answer.by() == ConsentBy::Person => Answer::Denied,
            Ok(Ok(_) | Err(_)) => Answer::Silence,
            Err(_) if silence_allows => Answer::Allowed,
            Err(_) => Answer::Silence,
        },
        _ = agent.link.closed() => Answer::Offline,
    };
    if answer == Answer::Allowed {
        site.consents.allowed.lock().insert((session, who));
    }
    answer
}

/// A question that nobody waits for is closed.
struct Forget<'a> {
    consents: &'a Consents,
    key: (SessionId, u32),
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.consents.open.lock().remove(&self.key);
    }
}
