//! The half of a stream that this side sends. Pure.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use tokio::sync::Notify;
use wire::close::CloseCode;

use crate::error::StreamError;
use crate::websocket::credit::SendWindow;
use crate::websocket::frame::{DATA_BYTES_MAX, StreamId, payload_message};

/// Bytes of one stream that may wait to be sent; a writer waits beyond it.
const PENDING_BYTES_MAX: usize = 256 << 10;

/// What was written and not sent yet, and how the half ends.
#[derive(Debug)]
pub(super) struct Outgoing {
    pending: VecDeque<Bytes>,
    pending_bytes: usize,
    window: SendWindow,
    /// The place in the sending order; higher goes first.
    pub(super) priority: i32,
    /// When it last had its turn among equals.
    pub(super) turn: u64,
    state: State,
    /// Tells the writer that there is room again, or that the half ended.
    pub(super) changed: Arc<Notify>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Finishing,
    /// To be reset with this code; `by_peer` when it asked for it.
    Resetting {
        code: CloseCode,
        by_peer: bool,
    },
    /// The last frame is out; `stopped` when the peer had asked for it and the writer does not know.
    Over {
        stopped: Option<CloseCode>,
    },
}

impl Outgoing {
    pub(super) fn new(window_bytes: u64, priority: i32) -> Self {
        Self {
            pending: VecDeque::new(),
            pending_bytes: 0,
            window: SendWindow::new(window_bytes),
            priority,
            turn: 0,
            state: State::Open,
            changed: Arc::new(Notify::new()),
        }
    }

    /// Takes what there is room for off the front of `chunks`; says how many bytes and how many whole chunks.
    pub(super) fn write(&mut self, chunks: &mut [Bytes]) -> Result<(usize, usize), StreamError> {
        match self.state {
            State::Open => {}
            State::Resetting { code, by_peer: true } | State::Over { stopped: Some(code) } => {
                return Err(StreamError::Stopped(code));
            }
            _ => return Err(StreamError::Closed),
        }
        let (mut bytes, mut whole) = (0, 0);
        for chunk in chunks {
            let room = PENDING_BYTES_MAX - self.pending_bytes;
            let part = chunk.split_to(chunk.len().min(room));
            bytes += part.len();
            self.pending_bytes += part.len();
            if !part.is_empty() {
                self.pending.push_back(part);
            }
            if !chunk.is_empty() {
                break;
            }
            whole += 1;
        }
        Ok((bytes, whole))
    }

    /// Ends the half after what was written.
    pub(super) fn finish(&mut self) {
        if self.state == State::Open {
            self.state = State::Finishing;
        }
    }

    /// Gives the half up; says how many bytes were dropped, or `None` if there is nothing to reset.
    pub(super) fn reset(&mut self, code: CloseCode, by_peer: bool) -> Option<usize> {
        if !matches!(self.state, State::Open | State::Finishing) {
            return None;
        }
        self.state = State::Resetting { code, by_peer };
        self.pending.clear();
        self.changed.notify_waiters();
        Some(std::mem::take(&mut self.pending_bytes))
    }

    /// The writer lets go; gives the code if the peer had asked it to stop and it did not know.
    pub(super) fn let_go(&mut self) -> Option<CloseCode> {
        let (state, code) = match self.state {
            State::Resetting { code, by_peer: true } => (State::Resetting { code, by_peer: false }, code),
            State::Over { stopped: Some(code) } => (State::Over { stopped: None }, code),
            _ => return None,
        };
        self.state = state;
        Some(code)
    }

    /// The code to reset with, if that is due; the half is over with it.
    pub(super) fn take_reset(&mut self) -> Option<CloseCode> {
        let State::Resetting { code, by_peer } = self.state else { return None };
        self.state = State::Over { stopped: by_peer.then_some(code) };
        Some(code)
    }

    /// The peer permits `limit` bytes in all.
    pub(super) fn raise(&mut self, limit: u64) {
        self.window.raise(limit);
    }

    /// Whether its last frame is out, and the writer does not still have to hear that the peer stopped it.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over { stopped: None }
    }

    /// Whether it has a frame to send when the link has room for `room` bytes.
    pub(super) fn is_ready(&self, room: u64) -> bool {
        match self.state {
            State::Open => 0 < self.pending_bytes && 0 < self.window.room().min(room),
            State::Finishing => self.pending_bytes == 0 || 0 < self.window.room().min(room),
            State::Resetting { .. } | State::Over { .. } => false,
        }
    }

    /// The next message of at most `room` bytes of payload, and the length of that.
    pub(super) fn take_message(&mut self, id: StreamId, room: u64) -> (Bytes, usize) {
        let wanted = (self.pending_bytes as u64).min(room).min(DATA_BYTES_MAX as u64);
        // At most DATA_BYTES_MAX, so it fits.
        let length = self.window.take(wanted) as usize;
        self.pending_bytes -= length;
        let is_last = self.state == State::Finishing && self.pending_bytes == 0;
        let message = payload_message(id, is_last, take_pieces(&mut self.pending, length));
        if is_last {
            self.state = State::Over { stopped: None };
        }
        self.changed.notify_waiters();
        (message, length)
    }
}

/// Takes `length` bytes off the front of `chunks`, piece by piece.
fn take_pieces(chunks: &mut VecDeque<Bytes>, mut length: usize) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let front = chunks.front_mut().filter(|_| 0 < length)?;
        let piece = front.slice(..front.len().min(length));
        length -= piece.len();
        front.advance(piece.len());
        if front.is_empty() {
            chunks.pop_front();
        }
        Some(piece)
    })
}
