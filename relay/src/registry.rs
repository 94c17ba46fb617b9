//! Who is here: agents by endpoint.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::api::EndpointView;
use crate::db::EndpointId;
use crate::time::Moment;

pub(crate) type EndpointChanged = Arc<EndpointView>;

#[derive(Debug, Clone)]
pub(crate) struct Presence {
    pub(crate) since: Moment,
    pub(crate) address: IpAddr,
    pub(crate) displays: usize,
}

#[derive(Debug)]
pub(crate) struct Registry {
    changes: broadcast::Sender<EndpointChanged>,
}

impl Default for Registry {
    fn default() -> Self {
        Self { changes: broadcast::channel(256).0 }
    }
}

impl Registry {
    pub(crate) fn presence(&self, _id: EndpointId) -> Option<Presence> {
        None
    }
    pub(crate) fn changes(&self) -> broadcast::Receiver<EndpointChanged> {
        self.changes.subscribe()
    }
}
