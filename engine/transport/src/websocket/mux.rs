//! The machine of a WebSocket link: takes messages in, says what goes out next. Pure but for waking those who wait.
//!
//! It never holds more than its windows allow: what a peer may send is bounded by credit, what is written waits in
//! the streams up to their bound, and what the peer is to be told is kept as marks on the streams, not as a queue.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::Notify;
use wire::DecodeError;
use wire::close::CloseCode;

use crate::error::{LinkError, StreamError};
use crate::meter::Meter;
use crate::priority::Priority;
use crate::websocket::Side;
use crate::websocket::credit::{Exceeded, RecvWindow, SendWindow};
use crate::websocket::flow::{Flow, LINK_WINDOW_BYTES};
use crate::websocket::frame::{Direction, Frame, StreamId};
use crate::websocket::incoming::{End, Found, Incoming};
use crate::websocket::outgoing::Outgoing;

/// Bytes that may come on a half before its reader took any. A busy full screen of text fits, so that an update does
/// not wait for a round trip in its middle.
const STREAM_WINDOW_BYTES: u64 = 256 << 10;

/// Streams of each direction that either side may open at first, and while no session runs.
const STREAMS_AT_FIRST: u64 = 4;

/// Both directions, as an index has them.
const DIRECTIONS: [Direction; 2] = [Direction::Bi, Direction::Uni];

/// A rule of the mux that the peer broke.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Violation {
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
    pub(super) fn close_code(&self) -> CloseCode {
        match self {
            Self::Decode(error) => error.close_code(),
            Self::Text => CloseCode::Unknown,
            Self::OverLimit { .. } => CloseCode::OverLimit,
            Self::OutOfOrder(_) => CloseCode::OutOfOrder,
            Self::NeverSent(_) => CloseCode::Malformed,
        }
    }
}

/// Those who wait for something that concerns the link as a whole.
#[derive(Debug, Default)]
pub(super) struct News {
    /// There may be something to send.
    pub(super) work: Notify,
    /// The peer opened a stream.
    pub(super) accepted: [Notify; 2],
    /// The peer permits more streams.
    pub(super) permitted: [Notify; 2],
}

/// One side of a link.
#[derive(Debug)]
pub(super) struct Mux {
    side: Side,
    meter: Meter,
    news: Arc<News>,
    ended: Option<LinkError>,
    streams: HashMap<StreamId, Stream>,
    /// Streams opened here, in each direction.
    opened: [SendWindow; 2],
    /// Streams opened by the peer, in each direction.
    permitted: [RecvWindow; 2],
    /// Of those, the ones that nobody accepted yet.
    waiting: [VecDeque<StreamId>; 2],
    /// Streams of which the peer is to be told something beside their bytes; each is in here once.
    due: VecDeque<StreamId>,
    flow: Flow,
    /// Bytes that wait in all streams.
    pending_bytes: u64,
    turns: u64,
}

#[derive(Debug)]
struct Stream {
    outgoing: Option<Outgoing>,
    incoming: Option<Incoming>,
    is_open_due: bool,
    is_due: bool,
}

/// A stream that was opened or accepted, with what wakes its two ends.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) id: StreamId,
    pub(super) writable: Option<Arc<Notify>>,
    pub(super) readable: Option<Arc<Notify>>,
}

/// What the application does.
impl Mux {
    pub(super) fn new(side: Side, meter: Meter, news: Arc<News>) -> Self {
        meter.set_window(LINK_WINDOW_BYTES);
        Self {
            side,
            meter,
            news,
            ended: None,
            streams: HashMap::new(),
            opened: [SendWindow::new(STREAMS_AT_FIRST); 2],
            permitted: [RecvWindow::new(STREAMS_AT_FIRST); 2],
            waiting: [VecDeque::new(), VecDeque::new()],
            due: VecDeque::new(),
            flow: Flow::default(),
            pending_bytes: 0,
            turns: 0,
        }
    }

    /// Opens a stream; `None` while the peer permits no more.
    pub(super) fn open(&mut self, direction: Direction) -> Result<Option<Opened>, LinkError> {
        self.check_open()?;
        let window = &mut self.opened[direction as usize];
        let id = StreamId::new(self.side, direction, window.used());
        if window.take(1) == 0 {
            return Ok(None);
        }
        let opened = self.insert(id);
        self.mark(id, |stream| stream.is_open_due = true);
        Ok(Some(opened))
    }

    /// The next stream that the peer opened.
    pub(super) fn accept(&mut self, direction: Direction) -> Result<Option<Opened>, LinkError> {
        self.check_open()?;
        let id = self.waiting[direction as usize].pop_front();
        Ok(id.and_then(|id| Some(self.streams.get(&id)?.opened(id))))
    }

    /// Takes what there is room for off the front of `chunks`; says how many bytes and how many whole chunks.
    pub(super) fn write(
        &mut self,
        id: StreamId,
        chunks: &mut [Bytes],
    ) -> Result<(usize, usize), StreamError> {
        self.check_open()?;
        let outgoing = self.outgoing(id).ok_or(StreamError::Closed)?;
        let (bytes, whole) = outgoing.write(chunks)?;
        self.pending_bytes += bytes as u64;
        self.news.work.notify_one();
        Ok((bytes, whole))
    }

    /// Ends a half after what was written.
    pub(super) fn finish(&mut self, id: StreamId) -> Result<(), StreamError> {
        self.check_open()?;
        let outgoing = self.outgoing(id).ok_or(StreamError::Closed)?;
        if let Some(code) = outgoing.let_go() {
            self.remove_if_over(id);
            return Err(StreamError::Stopped(code));
        }
        outgoing.finish();
        self.news.work.notify_one();
        Ok(())
    }

    /// Gives up a half that is sent here. Nothing happens if it ended before.
    pub(super) fn reset(&mut self, id: StreamId, code: CloseCode) {
        // Who resets needs not be told that the peer had asked for it.
        let _ = self.outgoing(id).and_then(Outgoing::let_go);
        self.reset_outgoing(id, code, false);
        self.remove_if_over(id);
    }

    /// Puts a half that is sent here at its place in the sending order.
    pub(super) fn set_priority(&mut self, id: StreamId, priority: i32) {
        if let Some(outgoing) = self.outgoing(id) {
            outgoing.priority = priority;
        }
    }

    /// The next bytes of a half that the peer sends.
    pub(super) fn read(&mut self, id: StreamId) -> Result<Found, StreamError> {
        self.check_open()?;
        let incoming = self.incoming(id).ok_or(StreamError::Closed)?;
        let (found, is_due) = incoming.read();
        if is_due {
            self.mark(id, |_| {});
        }
        if let Found::End(_) = found {
            self.remove_if_over(id);
        }
        Ok(found)
    }

    /// Lets go of a half that the peer sends.
    pub(super) fn stop(&mut self, id: StreamId, code: CloseCode) {
        if self.incoming(id).is_some_and(|incoming| incoming.stop(code)) {
            self.mark(id, |_| {});
        }
        self.remove_if_over(id);
    }

    /// Lets the peer have `count` streams of each direction open.
    pub(super) fn permit(&mut self, count: u64) {
        for window in &mut self.permitted {
            window.resize(count.max(STREAMS_AT_FIRST));
        }
        self.news.work.notify_one();
    }

    /// Ends the link, once; everybody who waits hears of it. Says whether it had not ended before.
    pub(super) fn end(&mut self, why: LinkError) -> bool {
        if self.ended.is_some() {
            return false;
        }
        self.ended = Some(why);
        // Each stream's waiters find the link ended; nothing of what waits can still be sent.
        for (_, stream) in self.streams.drain() {
            stream.wake();
        }
        for direction in DIRECTIONS {
            self.waiting[direction as usize].clear();
            self.news.accepted[direction as usize].notify_waiters();
            self.news.permitted[direction as usize].notify_waiters();
        }
        self.due.clear();
        self.news.work.notify_one();
        true
    }

    /// Why the link ended, if it did.
    pub(super) fn ended(&self) -> Option<&LinkError> {
        self.ended.as_ref()
    }
}

/// What comes from the peer.
impl Mux {
    /// Takes one message.
    pub(super) fn receive(&mut self, now: Instant, message: Bytes) -> Result<(), Violation> {
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
    pub(super) fn is_report_late(&self) -> bool {
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
        self.meter.publish();
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

/// What goes to the peer.
impl Mux {
    /// The next message, if there is one that may go now.
    pub(super) fn next_message(&mut self, now: Instant) -> Option<Bytes> {
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
            ready.max_by_key(|(_, outgoing)| (outgoing.priority, std::cmp::Reverse(outgoing.turn)))?;
        self.turns += 1;
        outgoing.turn = self.turns;
        let (message, length) = outgoing.take_message(id, room);
        self.pending_bytes -= length as u64;
        self.flow.send(now, length as u64);
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

impl Mux {
    fn check_open(&self) -> Result<(), LinkError> {
        self.ended.clone().map_or(Ok(()), Err)
    }

    fn outgoing(&mut self, id: StreamId) -> Option<&mut Outgoing> {
        self.streams.get_mut(&id)?.outgoing.as_mut()
    }

    fn incoming(&mut self, id: StreamId) -> Option<&mut Incoming> {
        self.streams.get_mut(&id)?.incoming.as_mut()
    }

    fn insert(&mut self, id: StreamId) -> Opened {
        let peer = if self.side == Side::Opener { Side::Acceptor } else { Side::Opener };
        let priority = Priority::Bulk.to_number();
        let stream = Stream {
            outgoing: id.is_sent_by(self.side).then(|| Outgoing::new(STREAM_WINDOW_BYTES, priority)),
            incoming: id.is_sent_by(peer).then(|| Incoming::new(STREAM_WINDOW_BYTES)),
            is_open_due: false,
            is_due: false,
        };
        let opened = stream.opened(id);
        self.streams.insert(id, stream);
        opened
    }

    /// Notes that the peer is to be told something of a stream.
    fn mark(&mut self, id: StreamId, change: impl FnOnce(&mut Stream)) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        change(stream);
        if !stream.is_due {
            stream.is_due = true;
            self.due.push_back(id);
        }
        self.news.work.notify_one();
    }

    fn reset_outgoing(&mut self, id: StreamId, code: CloseCode, by_peer: bool) {
        if let Some(dropped) = self.outgoing(id).and_then(|outgoing| outgoing.reset(code, by_peer)) {
            self.pending_bytes -= dropped as u64;
            self.mark(id, |_| {});
        }
    }

    /// Forgets a stream of which both halves are over, and counts it as ended if the peer had opened it.
    fn remove_if_over(&mut self, id: StreamId) {
        if !self.streams.get(&id).is_some_and(Stream::is_over) {
            return;
        }
        self.streams.remove(&id);
        if id.opener() != self.side {
            self.permitted[id.direction() as usize].take(1);
            self.news.work.notify_one();
        }
    }
}

impl Stream {
    fn opened(&self, id: StreamId) -> Opened {
        Opened {
            id,
            writable: self.outgoing.as_ref().map(|outgoing| outgoing.changed.clone()),
            readable: self.incoming.as_ref().map(|incoming| incoming.changed.clone()),
        }
    }

    /// The next thing to tell; `None` when nothing is due any more.
    fn next_due(&mut self, id: StreamId) -> Option<Frame> {
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

    fn is_over(&self) -> bool {
        !self.is_open_due
            && self.outgoing.as_ref().is_none_or(Outgoing::is_over)
            && self.incoming.as_ref().is_none_or(Incoming::is_over)
    }

    fn wake(&self) {
        for outgoing in &self.outgoing {
            outgoing.changed.notify_waiters();
        }
        for incoming in &self.incoming {
            incoming.changed.notify_waiters();
        }
    }
}

fn over(what: &'static str, exceeded: Exceeded) -> Violation {
    Violation::OverLimit { what, got: exceeded.got, limit: exceeded.limit }
}
