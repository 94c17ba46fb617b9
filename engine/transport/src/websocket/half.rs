//! The ends of a stream that the application holds: they wait, the mux decides.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Notify;
use wire::close::CloseCode;

use crate::error::StreamError;
use crate::websocket::driver::Session;
use crate::websocket::frame::StreamId;
use crate::websocket::incoming::{End, Found};

/// The sending half of a stream over the mux.
#[derive(Debug)]
pub(crate) struct SendHalf {
    session: Session,
    id: StreamId,
    changed: Arc<Notify>,
}

impl SendHalf {
    pub(super) fn new(session: Session, id: StreamId, changed: Arc<Notify>) -> Self {
        Self { session, id, changed }
    }

    /// Writes what there is room for, at least a byte; gives the bytes and the whole chunks that were taken.
    pub(crate) async fn write_chunks(&mut self, chunks: &mut [Bytes]) -> Result<(usize, usize), StreamError> {
        loop {
            let changed = self.changed.notified();
            let (bytes, whole) = self.session.mux().write(self.id, chunks)?;
            if 0 < bytes || whole == chunks.len() {
                return Ok((bytes, whole));
            }
            changed.await;
        }
    }

    pub(crate) fn finish(&mut self) -> Result<(), StreamError> {
        self.session.mux().finish(self.id)
    }

    pub(crate) fn reset(&mut self, code: CloseCode) {
        self.session.mux().reset(self.id, code);
    }

    pub(crate) fn set_priority(&mut self, priority: i32) {
        self.session.mux().set_priority(self.id, priority);
    }
}

/// The receiving half of a stream over the mux.
#[derive(Debug)]
pub(crate) struct RecvHalf {
    session: Session,
    id: StreamId,
    changed: Arc<Notify>,
}

impl RecvHalf {
    pub(super) fn new(session: Session, id: StreamId, changed: Arc<Notify>) -> Self {
        Self { session, id, changed }
    }

    /// The next bytes; `None` at the end. Safe to drop half-way.
    pub(crate) async fn read(&mut self) -> Result<Option<Bytes>, StreamError> {
        loop {
            let changed = self.changed.notified();
            let found = self.session.mux().read(self.id)?;
            match found {
                Found::Bytes(bytes) => return Ok(Some(bytes)),
                Found::End(End::Finished) => return Ok(None),
                Found::End(End::Reset(code)) => return Err(StreamError::Reset(code)),
                Found::Nothing => changed.await,
            }
        }
    }

    pub(crate) fn stop(&mut self, code: CloseCode) {
        self.session.mux().stop(self.id, code);
    }
}
