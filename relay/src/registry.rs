//! Who is here: agents by their endpoint, sessions by their number, and the news of both.
//!
//! The tables are touched when somebody comes or goes and when a peer names a session; forwarding then works on
//! the session itself. A session's lock may be taken while the tables are locked, never the other way round.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::broadcast;
use wire::control::RefusalCode;
use wire::{Seat, SessionId};

use crate::api::EndpointView;
use crate::db::{Endpoint, EndpointId};
use crate::gate::NotAdmitted;
use crate::metrics::Metrics;
use crate::peer::Agent;
use crate::session::{Session, Technician};
use crate::time::Moment;

/// Events that a slow reader may be behind before it gets the whole list again.
const CHANGES_MAX: usize = 256;

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
}

#[derive(Debug, Default)]
struct Tables {
    agents: HashMap<EndpointId, Arc<Agent>>,
    sessions: HashMap<SessionId, Arc<Session>>,
    of_endpoint: HashMap<EndpointId, Arc<Session>>,
    last_session: u64,
}

impl Default for Registry {
    fn default() -> Self {
        Self { tables: Mutex::default(), changes: broadcast::channel(CHANGES_MAX).0 }
    }
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

    /// The session of a number, while it lasts.
    pub(crate) fn session(&self, id: SessionId) -> Option<Arc<Session>> {
        self.tables.lock().sessions.get(&id).cloned()
    }

    /// A technician comes into the session of an endpoint; into a new one, if nobody was there.
    pub(crate) fn join(
        &self,
        endpoint: &Endpoint,
        technician: Technician,
        metrics: &Metrics,
    ) -> Result<Place, NotAdmitted> {
        let mut tables = self.tables.lock();
        if let Some(session) = tables.of_endpoint.get(&endpoint.id) {
            return Ok(Place { seat: session.join(technician)?, session: Arc::clone(session) });
        }
        let agent = tables.agents.get(&endpoint.id).cloned().ok_or_else(|| NotAdmitted {
            code: RefusalCode::Offline,
            detail: format!("{} is not connected", endpoint.name),
        })?;
        tables.last_session += 1;
        let id = SessionId::from_wire(tables.last_session);
        let session = Arc::new(Session::new(id, endpoint.id, endpoint.name.clone()));
        let seat = session.join(technician)?;
        session.agent_came(&agent);
        tables.sessions.insert(id, Arc::clone(&session));
        tables.of_endpoint.insert(endpoint.id, Arc::clone(&session));
        metrics.sessions.increment(1.0);
        Ok(Place { session, seat })
    }

    /// A technician leaves; with the last one the session is over.
    pub(crate) fn leave(&self, place: &Place, metrics: &Metrics) {
        let mut tables = self.tables.lock();
        place.session.leave(place.seat);
        if place.session.is_empty() && tables.sessions.remove(&place.session.id).is_some() {
            tables.of_endpoint.remove(&place.session.endpoint);
            place.session.close();
            metrics.sessions.decrement(1.0);
        }
    }

    /// News of endpoints from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<EndpointChanged> {
        self.changes.subscribe()
    }

    /// Tells everybody who listens how an endpoint is now.
    pub(crate) fn announce(&self, endpoint: &Endpoint) {
        let view = EndpointView::new(endpoint, self.presence(endpoint.id).as_ref());
        // Nobody may be listening, which is no failure.
        let _ = self.changes.send(Arc::new(view));
    }
}
