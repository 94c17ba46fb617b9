//! One stream of the mux.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::websocket::frame::{Frame, StreamId};
use crate::websocket::incoming::Incoming;
use crate::websocket::outgoing::Outgoing;

/// Both halves of a stream, and what the peer is to be told of it.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) outgoing: Option<Outgoing>,
    pub(super) incoming: Option<Incoming>,
    pub(super) is_open_due: bool,
    /// Whether the mux has it among those to speak of.
    pub(super) is_due: bool,
}

/// A stream that was opened or accepted, with what wakes its two ends.
#[derive(Debug)]
pub(in crate::websocket) struct Opened {
    pub(in crate::websocket) id: StreamId,
    pub(in crate::websocket) writable: Option<Arc<Notify>>,
    pub(in crate::websocket) readable: Option<Arc<Notify>>,
}

impl Stream {
    pub(super) fn opened(&self, id: StreamId) -> Opened {
        Opened {
            id,
            writable: self.outgoing.as_ref().map(|outgoing| outgoing.changed.clone()),
            readable: self.incoming.as_ref().map(|incoming| incoming.changed.clone()),
        }
    }

    /// The next thing to tell; `None` when nothing is due any more.
    pub(super) fn next_due(&mut self, id: StreamId) -> Option<Frame> {
        if std::mem::take(&mut self.is_open_due) {
            return Some(Frame::Open(id));
        }
        if let Some(code) = self.outgoing.as_mut().and_then(Outgoing::take_reset) {
            return Some(Frame::Reset(id, code));
        }
        if let Some(incoming) = &mut self.incoming {
            if let Some(code) = incoming.take_stop() {
                return Some(Frame::Stop(id, code));
            }
            if let Some(limit) = incoming.take_credit() {
                return Some(Frame::Credit(id, limit));
            }
        }
        self.is_due = false;
        None
    }

    pub(super) fn is_over(&self) -> bool {
        !self.is_open_due
            && self.outgoing.as_ref().is_none_or(Outgoing::is_over)
            && self.incoming.as_ref().is_none_or(Incoming::is_over)
    }

    pub(super) fn wake(&self) {
        if let Some(outgoing) = &self.outgoing {
            outgoing.changed.notify_waiters();
        }
        if let Some(incoming) = &self.incoming {
            incoming.changed.notify_waiters();
        }
    }
}
