//! The machine of a WebSocket link: takes messages in, says what goes out next. Pure but for waking those who wait.
//!
//! Here is what it holds and what the application does with it; `receive` is what comes from the peer, `send` what
//! goes there, `stream` one stream.
//!
//! It never holds more than its windows allow: what a peer may send is bounded by credit, what is written waits in
//! the streams up to their bound, and what the peer is to be told is kept as marks on the streams, not as a queue.

mod receive;
mod send;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use proto::rate::Budget;
use tokio::sync::Notify;
use wire::close::CloseCode;

use crate::error::{LinkError, StreamError};
use crate::meter::Meter;
use crate::priority::Priority;
use crate::websocket::Side;
use crate::websocket::credit::{RecvWindow, SendWindow};
use crate::websocket::flow::{Flow, LINK_WINDOW_BYTES};
use crate::websocket::frame::{Direction, StreamId};
use crate::websocket::incoming::{Found, Incoming};
use crate::websocket::outgoing::Outgoing;

pub(in crate::websocket) use receive::Violation;
pub(in crate::websocket) use stream::Opened;
use stream::Stream;

/// Bytes that may come on a half before its reader took any. A busy full screen of text fits, so that an update does
/// not wait for a round trip in its middle.
const STREAM_WINDOW_BYTES: u64 = 256 << 10;

/// Streams of each direction that either side may open at first, and while no session runs.
const STREAMS_AT_FIRST: u64 = 4;

/// Both directions, as an index has them.
const DIRECTIONS: [Direction; 2] = [Direction::Bi, Direction::Uni];

/// Those who wait for something that concerns the link as a whole.
#[derive(Debug, Default)]
pub(in crate::websocket) struct News {
    /// There may be something to send.
    pub(in crate::websocket) work: Notify,
    /// The peer opened a stream.
    pub(in crate::websocket) accepted: [Notify; 2],
    /// The peer permits more streams.
    pub(in crate::websocket) permitted: [Notify; 2],
}

/// One side of a link.
#[derive(Debug)]
pub(in crate::websocket) struct Mux {
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
    budget: Budget,
    /// Bytes that wait in all streams.
    pending_bytes: u64,
    turns: u64,
}

impl Mux {
    pub(in crate::websocket) fn new(side: Side, meter: Meter, news: Arc<News>) -> Self {
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
            budget: Budget::default(),
            pending_bytes: 0,
            turns: 0,
        }
    }

    /// Opens a stream; `None` while the peer permits no more.
    pub(in crate::websocket) fn open(&mut self, direction: Direction) -> Result<Option<Opened>, LinkError> {
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
    pub(in crate::websocket) fn accept(&mut self, direction: Direction) -> Result<Option<Opened>, LinkError> {
        self.check_open()?;
        let id = self.waiting[direction as usize].pop_front();
        Ok(id.and_then(|id| Some(self.streams.get(&id)?.opened(id))))
    }

    /// Takes what there is room for off the front of `chunks`; says how many bytes and how many whole chunks.
    pub(in crate::websocket) fn write(
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
    pub(in crate::websocket) fn finish(&mut self, id: StreamId) -> Result<(), StreamError> {
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
    pub(in crate::websocket) fn reset(&mut self, id: StreamId, code: CloseCode) {
        // Who resets needs not be told that the peer had asked for it.
        let _ = self.outgoing(id).and_then(Outgoing::let_go);
        self.reset_outgoing(id, code, false);
        self.remove_if_over(id);
    }

    /// Puts a half that is sent here at its place in the sending order.
    pub(in crate::websocket) fn set_priority(&mut self, id: StreamId, priority: i32) {
        if let Some(outgoing) = self.outgoing(id) {
            outgoing.priority = priority;
        }
    }

    /// The next bytes of a half that the peer sends.
    pub(in crate::websocket) fn read(&mut self, id: StreamId) -> Result<Found, StreamError> {
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
    pub(in crate::websocket) fn stop(&mut self, id: StreamId, code: CloseCode) {
        if self.incoming(id).is_some_and(|incoming| incoming.stop(code)) {
            self.mark(id, |_| {});
        }
        self.remove_if_over(id);
    }

    /// Lets the peer have `count` streams of each direction open.
    pub(in crate::websocket) fn permit(&mut self, count: u64) {
        for window in &mut self.permitted {
            window.resize(count.max(STREAMS_AT_FIRST));
        }
        self.news.work.notify_one();
    }

    /// Ends the link, once; everybody who waits hears of it. Says whether it had not ended before.
    pub(in crate::websocket) fn end(&mut self, why: LinkError) -> bool {
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
    pub(in crate::websocket) fn ended(&self) -> Option<&LinkError> {
        self.ended.as_ref()
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
