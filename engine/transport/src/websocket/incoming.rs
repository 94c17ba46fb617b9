//! The half of a stream that the peer sends. Pure.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;
use wire::close::CloseCode;

use crate::websocket::credit::{Exceeded, RecvWindow};

/// Payloads up to this size are gathered: kept one by one, a peer that sends single bytes could make a window cost a
/// hundred times its size.
const GATHERED_BYTES_MAX: usize = 256;

/// What came and was not read yet, and how the half ended.
#[derive(Debug)]
pub(super) struct Incoming {
    queue: VecDeque<Bytes>,
    /// Small payloads behind the queue.
    gathered: BytesMut,
    window: RecvWindow,
    end: Option<End>,
    /// Somebody still reads; else what comes is dropped.
    is_read: bool,
    /// A limit to tell the sender.
    credit_due: Option<u64>,
    /// The sender is to be told to stop.
    stop_due: Option<CloseCode>,
    /// Tells the reader that there is something.
    pub(super) changed: Arc<Notify>,
}

/// How the sender ended its half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Finished,
    Reset(CloseCode),
}

/// What a reader finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Bytes(Bytes),
    End(End),
    Nothing,
}

impl Incoming {
    pub(super) fn new(window_bytes: u64) -> Self {
        Self {
            queue: VecDeque::new(),
            gathered: BytesMut::new(),
            window: RecvWindow::new(window_bytes),
            end: None,
            is_read: true,
            credit_due: None,
            stop_due: None,
            changed: Arc::new(Notify::new()),
        }
    }

    /// Bytes came; not to be called once the half ended.
    pub(super) fn receive(&mut self, bytes: Bytes) -> Result<(), Exceeded> {
        self.window.receive(bytes.len() as u64)?;
        if !self.is_read || bytes.is_empty() {
            return Ok(());
        }
        if bytes.len() <= GATHERED_BYTES_MAX {
            self.gathered.extend_from_slice(&bytes);
        } else {
            let before = self.take_gathered();
            self.queue.extend(before);
            self.queue.push_back(bytes);
        }
        self.changed.notify_waiters();
        Ok(())
    }

    /// The sender ended its half. A reset drops what was not read.
    pub(super) fn end(&mut self, end: End) {
        self.end = Some(end);
        (self.credit_due, self.stop_due) = (None, None);
        if end != End::Finished {
            self.queue.clear();
            self.gathered.clear();
        }
        self.changed.notify_waiters();
    }

    /// Whether the sender ended its half.
    pub(super) fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Whether nothing more can come of it: the sender ended it and the reader let go.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_some() && !self.is_read
    }

    /// The next bytes, or the end. Says also whether the sender is to hear of new credit.
    pub(super) fn read(&mut self) -> (Found, bool) {
        let Some(bytes) = self.queue.pop_front().or_else(|| self.take_gathered()) else {
            self.is_read &= self.end.is_none();
            return (self.end.map_or(Found::Nothing, Found::End), false);
        };
        self.window.take(bytes.len() as u64);
        if self.end.is_none()
            && let Some(limit) = self.window.raise()
        {
            self.credit_due = Some(limit);
        }
        (Found::Bytes(bytes), self.credit_due.is_some())
    }

    /// Nobody reads any more. Says whether the sender is to be told.
    pub(super) fn stop(&mut self, code: CloseCode) -> bool {
        self.is_read = false;
        self.queue.clear();
        self.gathered.clear();
        self.credit_due = None;
        if self.end.is_none() && self.stop_due.is_none() {
            self.stop_due = Some(code);
        }
        self.stop_due.is_some()
    }

    /// What the sender is to be told, once.
    pub(super) fn take_stop(&mut self) -> Option<CloseCode> {
        self.stop_due.take()
    }

    /// What the sender may send in all, if it has not been told.
    pub(super) fn take_credit(&mut self) -> Option<u64> {
        self.credit_due.take()
    }

    fn take_gathered(&mut self) -> Option<Bytes> {
        if self.gathered.is_empty() { None } else { Some(self.gathered.split().freeze()) }
    }
}
