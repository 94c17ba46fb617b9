//! What goes to the peer: words about streams first, then bytes in the sending order.

use std::cmp::Reverse;
use std::time::Instant;

use bytes::Bytes;

use super::{DIRECTIONS, Mux};
use crate::websocket::frame::Frame;

impl Mux {
    /// The next message, if there is one that may go now.
    pub(in crate::websocket) fn next_message(&mut self, now: Instant) -> Option<Bytes> {
        if self.ended.is_some() {
            return None;
        }
        let urgent = self.next_due().or_else(|| self.next_permission());
        let urgent = urgent.or_else(|| self.flow.report().map(Frame::Arrived));
        if let Some(frame) = urgent {
            return Some(frame.encode());
        }
        let room = self.flow.room();
        let ready = self.streams.iter_mut().filter_map(|(id, stream)| {
            let outgoing = stream.outgoing.as_mut().filter(|outgoing| outgoing.is_ready(room))?;
            Some((*id, outgoing))
        });
        let (id, outgoing) =
            ready.max_by_key(|(id, outgoing)| (outgoing.priority, Reverse(outgoing.turn), Reverse(*id)))?;
        self.turns += 1;
        outgoing.turn = self.turns;
        let (message, length) = outgoing.take_message(id, room);
        self.pending_bytes -= length as u64;
        let before = self.flow.under_way();
        self.flow.send(now, length as u64);
        self.budget.sent(now, before, self.flow.under_way());
        self.remove_if_over(id);
        Some(message)
    }

    /// What the peer is to be told of a stream beside its bytes.
    fn next_due(&mut self) -> Option<Frame> {
        while let Some(id) = self.due.front().copied() {
            let frame = self.streams.get_mut(&id).and_then(|stream| stream.next_due(id));
            if frame.is_some() {
                self.remove_if_over(id);
                return frame;
            }
            self.due.pop_front();
        }
        None
    }

    fn next_permission(&mut self) -> Option<Frame> {
        DIRECTIONS.into_iter().find_map(|direction| {
            let limit = self.permitted[direction as usize].raise()?;
            Some(Frame::Streams(direction, limit))
        })
    }
}
