//! Who is here: agents by their endpoint, sessions by their number, and the news of both.
//!
//! The tables are touched when somebody comes or goes and when a peer names a session; forwarding then works on
//! the session itself. A session's lock may be taken while the tables are locked, never the other way round.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use desk::Participant;
use parking_lot::Mutex;
use tokio::sync::broadcast;
use wire::control::{SessionClosed, control::Body};
use wire::{Seat, SessionId};

use crate::admission::{Admission, NotAdmitted};
use crate::api::EndpointView;
use crate::db::{Endpoint, EndpointId};
use crate::metrics::Metrics;
use crate::peer::Agent;
use crate::session::{Session, Technician};
use crate::time::Moment;

/// Events that a slow reader may be behind before it gets the whole list again.
const CHANGES_MAX: usize = 256;

/// Changes of control that a slow reader may be behind before it is told of all sessions again.
const CONTROLS_MAX: usize = 256;

/// An endpoint came, went or changed; made once for all readers.
pub(crate) type EndpointChanged = Arc<EndpointView>;

/// That an endpoint's agent is here.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    pub(crate) since: Moment,
    pub(crate) address: IpAddr,
    pub(crate) displays: usize,
}

/// A technician's place in a session.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) session: Arc<Session>,
    pub(crate) seat: Seat,
}

/// Everybody who is here.
#[derive(Debug)]
pub(crate) struct Registry {
    tables: Mutex<Tables>,
    changes: broadcast::Sender<EndpointChanged>,
    controls: broadcast::Sender<SessionId>,
}

#[derive(Debug, Default)]
struct Tables {
    agents: HashMap<EndpointId, Arc<Agent>>,
    sessions: HashMap<SessionId, Arc<Session>>,
    of_endpoint: HashMap<EndpointId, Arc<Session>>,
    /// Agents that customers started, by the session that they came for.
    attended: HashMap<desk::SessionId, EndpointId>,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            tables: Mutex::default(),
            changes: broadcast::channel(CHANGES_MAX).0,
            controls: broadcast::channel(CONTROLS_MAX).0,
        }
    }
}

impl Tables {
    /// The agent that a customer started for a session, which has no part in it any more.
    fn take_attended(&mut self, session: SessionId) -> Option<Arc<Agent>> {
        let endpoint = self.attended.remove(&desk::SessionId::new(session.to_wire()))?;
        self.agents.get(&endpoint).cloned()
    }
}

/// Tells an agent that nobody joined yet that its session is over.
fn dismiss(agent: &Agent, session: SessionId, reason: &str) {
    let detail = reason.to_owned();
    let closed = SessionClosed { session: session.to_wire(), detail, for_good: true };
    agent.outbox.send(Body::SessionClosed(closed));
}

impl Registry {
    /// An agent is here from now on. Its session, if technicians wait in one, goes on; an older link of the same
    /// agent is given back, to be closed.
    pub(crate) fn agent_came(&self, agent: &Arc<Agent>) -> Option<Arc<Agent>> {
        let mut tables = self.tables.lock();
        let old = tables.agents.insert(agent.endpoint.id, Arc::clone(agent));
        if let Some(session) = tables.of_endpoint.get(&agent.endpoint.id) {
            session.agent_came(agent);
        }
        old
    }

    /// An agent's link is gone. Says whether it was the one that counts.
    pub(crate) fn agent_went(&self, agent: &Arc<Agent>) -> bool {
        let mut tables = self.tables.lock();
        let counts = tables.agents.get(&agent.endpoint.id).is_some_and(|known| Arc::ptr_eq(known, agent));
        if counts {
            tables.agents.remove(&agent.endpoint.id);
        }
        if let Some(session) = tables.of_endpoint.get(&agent.endpoint.id) {
            session.agent_went(agent);
        }
        counts
    }

    /// Whether and how an endpoint is here.
    pub(crate) fn presence(&self, endpoint: EndpointId) -> Option<Presence> {
        self.tables.lock().agents.get(&endpoint).map(|agent| agent.presence())
    }

    /// How many agents of each version are here.
    pub(crate) fn versions(&self) -> BTreeMap<String, usize> {
        let mut versions = BTreeMap::new();
        for agent in self.tables.lock().agents.values() {
            *versions.entry(agent.endpoint.software.clone()).or_default() += 1;
        }
        versions
    }

    /// The session of a number, while it lasts.
    pub(crate) fn session(&self, id: SessionId) -> Option<Arc<Session>> {
        self.tables.lock().sessions.get(&id).cloned()
    }

    /// All sessions in which somebody has been since they began.
    pub(crate) fn sessions(&self) -> Vec<Arc<Session>> {
        self.tables.lock().sessions.values().cloned().collect()
    }

    /// The agent of an endpoint, while it is here.
    pub(crate) fn agent(&self, endpoint: EndpointId) -> Option<Arc<Agent>> {
        self.tables.lock().agents.get(&endpoint).cloned()
    }

    /// A customer's agent comes for a session: the name under which it is here for as long as the session lasts.
    pub(crate) fn attend(&self, session: desk::SessionId) -> EndpointId {
        *self.tables.lock().attended.entry(session).or_insert_with(EndpointId::random)
    }

    /// A session has no agent of its customer after all.
    pub(crate) fn forget_attended(&self, session: desk::SessionId) {
        self.tables.lock().attended.remove(&session);
    }

    /// Whether the agent that a customer started for a session is here.
    pub(crate) fn is_attended(&self, session: desk::SessionId) -> bool {
        let tables = self.tables.lock();
        tables.attended.get(&session).is_some_and(|endpoint| tables.agents.contains_key(endpoint))
    }

    /// The endpoint whose agent a customer started for a session.
    pub(crate) fn attended(&self, session: desk::SessionId) -> Option<EndpointId> {
        self.tables.lock().attended.get(&session).copied()
    }

    /// A technician takes a place that the desk gave him. The first one opens the session at the agent.
    ///
    /// # Errors
    /// When the session has as many places as it may have.
    pub(crate) fn join(
        &self,
        admission: &Admission,
        technician: Technician,
        metrics: &Metrics,
    ) -> Result<Place, NotAdmitted> {
        let mut tables = self.tables.lock();
        if let Some(session) = tables.sessions.get(&admission.session) {
            return Ok(Place { seat: session.join(technician)?, session: Arc::clone(session) });
        }
        let (id, endpoint) = (admission.session, admission.endpoint);
        let session = Arc::new(Session::new(id, endpoint, admission.name.clone()));
        let seat = session.join(technician)?;
        if let Some(agent) = tables.agents.get(&endpoint) {
            session.agent_came(agent);
        }
        tables.sessions.insert(id, Arc::clone(&session));
        tables.of_endpoint.insert(endpoint, Arc::clone(&session));
        metrics.sessions.increment(1.0);
        Ok(Place { session, seat })
    }

    /// A technician gives up a place, `for_good` or because his link is gone. The session goes on for as long as the
    /// desk has it.
    pub(crate) fn leave(&self, place: &Place, for_good: bool) {
        place.session.leave(place.seat, for_good);
    }

    /// The session is over: everybody in it is told why, and its agent, too.
    pub(crate) fn end(&self, session: SessionId, reason: &str, metrics: &Metrics) {
        let mut tables = self.tables.lock();
        let attended = tables.take_attended(session);
        let Some(session) = tables.sessions.remove(&session) else {
            return attended.iter().for_each(|agent| dismiss(agent, session, reason));
        };
        tables.of_endpoint.retain(|_, other| !Arc::ptr_eq(other, &session));
        session.close(reason);
        metrics.plane(session.counted());
        metrics.sessions.decrement(1.0);
    }

    /// Somebody is out of a session: his places are gone, and he is told why.
    pub(crate) fn remove(&self, session: SessionId, who: Participant, reason: &str) {
        if let Some(session) = self.session(session) {
            session.remove(who, reason);
        }
    }

    /// The customer is gone from a session: its agent has no part in it any more.
    pub(crate) fn customer_gone(&self, session: SessionId) {
        let reason = "the customer is disconnected";
        let mut tables = self.tables.lock();
        let attended = tables.take_attended(session);
        let Some(session) = tables.sessions.get(&session).cloned() else {
            return attended.iter().for_each(|agent| dismiss(agent, session, reason));
        };
        tables.of_endpoint.retain(|_, other| !Arc::ptr_eq(other, &session));
        session.dismiss_agent(reason);
    }

    /// News of endpoints from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<EndpointChanged> {
        self.changes.subscribe()
    }

    /// The sessions in which somebody takes control or gives it up, from now on.
    pub(crate) fn controls(&self) -> broadcast::Receiver<SessionId> {
        self.controls.subscribe()
    }

    /// Tells everybody who listens that others have control in a session than before.
    pub(crate) fn announce_control(&self, session: SessionId) {
        // Nobody may be listening, which is no failure.
        let _ = self.controls.send(session);
    }

    /// Tells everybody who listens how an endpoint is now.
    pub(crate) fn announce(&self, endpoint: &Endpoint) {
        let view = EndpointView::new(endpoint, self.presence(endpoint.id).as_ref());
        // Nobody may be listening, which is no failure.
        let _ = self.changes.send(Arc::new(view));
    }
}
