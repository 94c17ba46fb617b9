//! What comes from the peer: each frame is checked against what the peer may do, then done.

use std::time::Instant;

use bytes::Bytes;
use proto::rate::Sample;
use wire::DecodeError;
use wire::close::CloseCode;

use super::Mux;
use crate::websocket::credit::Exceeded;
use crate::websocket::flow::LINK_WINDOW_BYTES;
use crate::websocket::frame::{Frame, StreamId};
use crate::websocket::incoming::{End, Incoming};

/// A rule of the mux that the peer broke.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::websocket) enum Violation {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("a text message")]
    Text,
    #[error("{what} {got}, the limit is {limit}")]
    OverLimit { what: &'static str, got: u64, limit: u64 },
    #[error("{0}")]
    OutOfOrder(&'static str),
    #[error("{0} bytes are said to have arrived that were not sent")]
    NeverSent(u64),
}

impl Violation {
    pub(in crate::websocket) fn close_code(&self) -> CloseCode {
        match self {
            Self::Decode(error) => error.close_code(),
            Self::Text => CloseCode::Unknown,
            Self::OverLimit { .. } => CloseCode::OverLimit,
            Self::OutOfOrder(_) => CloseCode::OutOfOrder,
            Self::NeverSent(_) => CloseCode::Malformed,
        }
    }
}

impl Mux {
    /// Takes one message.
    pub(in crate::websocket) fn receive(&mut self, now: Instant, message: Bytes) -> Result<(), Violation> {
        match Frame::decode(message)? {
            Frame::Open(id) => self.receive_open(id)?,
            Frame::Data(id, bytes) => self.receive_bytes(id, bytes, false)?,
            Frame::Finish(id, bytes) => self.receive_bytes(id, bytes, true)?,
            Frame::Reset(id, code) => {
                self.open_incoming(id)?.end(End::Reset(code));
                self.remove_if_over(id);
            }
            Frame::Stop(id, code) => {
                self.check_known(id)?;
                self.reset_outgoing(id, code, true);
            }
            Frame::Credit(id, limit) => {
                self.check_known(id)?;
                if let Some(outgoing) = self.outgoing(id) {
                    outgoing.raise(limit);
                }
            }
            Frame::Streams(direction, limit) => {
                self.opened[direction as usize].raise(limit);
                self.news.permitted[direction as usize].notify_waiters();
            }
            Frame::Arrived(total) => self.receive_report(now, total)?,
        }
        self.news.work.notify_one();
        Ok(())
    }

    /// Whether a report of what arrived must go out before more is taken in.
    pub(in crate::websocket) fn is_report_late(&self) -> bool {
        self.flow.is_report_late()
    }

    fn receive_open(&mut self, id: StreamId) -> Result<(), Violation> {
        let window = &mut self.permitted[id.direction() as usize];
        if id.opener() == self.side || id.index() != window.received() {
            return Err(Violation::OutOfOrder("a stream that is not the next of its kind"));
        }
        window.receive(1).map_err(|exceeded| over("streams opened", exceeded))?;
        self.insert(id);
        self.waiting[id.direction() as usize].push_back(id);
        self.news.accepted[id.direction() as usize].notify_waiters();
        Ok(())
    }

    fn receive_bytes(&mut self, id: StreamId, bytes: Bytes, is_last: bool) -> Result<(), Violation> {
        let length = bytes.len() as u64;
        let incoming = self.open_incoming(id)?;
        incoming.receive(bytes).map_err(|exceeded| over("bytes of a stream", exceeded))?;
        if is_last {
            incoming.end(End::Finished);
        }
        self.flow.receive(length);
        self.remove_if_over(id);
        Ok(())
    }

    fn receive_report(&mut self, now: Instant, total: u64) -> Result<(), Violation> {
        let more = self.flow.arrive(now, total).ok_or(Violation::NeverSent(total))?;
        self.meter.delivered(more);
        if let Some((smoothed, min)) = self.flow.round_trip() {
            self.meter.set_rtt(smoothed, min);
        }
        self.meter.set_in_flight(self.flow.under_way() + self.pending_bytes, true);
        let sample = Sample {
            rtt: self.flow.take_measured().unwrap_or_default(),
            window_bytes: LINK_WINDOW_BYTES,
            delivered_bytes_total: self.meter.delivered_bytes_total(),
            lost_bytes_total: 0,
        };
        self.budget.handle(now, sample);
        self.meter.publish(&self.budget);
        Ok(())
    }

    /// A half that the peer sends and has not ended.
    fn open_incoming(&mut self, id: StreamId) -> Result<&mut Incoming, Violation> {
        self.incoming(id)
            .filter(|incoming| !incoming.has_ended())
            .ok_or(Violation::OutOfOrder("bytes or an end on a stream that the peer does not send on"))
    }

    /// Whether this side sends, or sent, on a stream.
    fn check_known(&self, id: StreamId) -> Result<(), Violation> {
        let direction = id.direction() as usize;
        let opened = if id.opener() == self.side {
            self.opened[direction].used()
        } else {
            self.permitted[direction].received()
        };
        if id.is_sent_by(self.side) && id.index() < opened {
            Ok(())
        } else {
            Err(Violation::OutOfOrder("a word on a stream that is not sent on here"))
        }
    }
}

fn over(what: &'static str, exceeded: Exceeded) -> Violation {
    Violation::OverLimit { what, got: exceeded.got, limit: exceeded.limit }
}
