//! One stream of a tool: messages in, messages out, and the right that is looked at before each.

use std::marker::PhantomData;
use std::time::Duration;

use bytes::BytesMut;
use tokio::time::timeout;
use transport::{Priority, RecvStream, SendStream, StreamError};
use wire::control::Right;
use wire::tools::{ToolMessage, to_bytes};
use wire::{DecodeError, Seat, SessionId};

use crate::grants::Grants;

/// How long a stream may take to say what it is for.
const FIRST_MESSAGE_MAX: Duration = Duration::from_secs(5);

/// Why a stream of a tool ended before its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("no word about what it is for in {FIRST_MESSAGE_MAX:?}")]
    Silent,
    #[error("a message at a moment at which it has no meaning")]
    OutOfOrder,
    #[error("the right is gone")]
    NotAllowed,
}

/// What comes from a technician.
pub(crate) struct Heard<M> {
    stream: RecvStream,
    buffer: BytesMut,
    kind: PhantomData<M>,
}

impl<M: ToolMessage> Heard<M> {
    pub(crate) fn new(stream: RecvStream) -> Self {
        Self { stream, buffer: BytesMut::new(), kind: PhantomData }
    }

    /// The next message; `None` at the end of the stream. Safe to drop half-way.
    pub(crate) async fn next(&mut self) -> Result<Option<M>, ToolError> {
        loop {
            if let Some(message) = wire::tools::decode(&mut self.buffer)? {
                return Ok(Some(message));
            }
            match self.stream.read().await? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None if self.buffer.is_empty() => return Ok(None),
                None => return Err(DecodeError::Truncated { wanted: 1, found: 0 }.into()),
            }
        }
    }

    /// The first message, for which nobody waits long.
    pub(crate) async fn first(&mut self) -> Result<M, ToolError> {
        let first = timeout(FIRST_MESSAGE_MAX, self.next()).await.map_err(|_| ToolError::Silent)??;
        first.ok_or(ToolError::Silent)
    }
}

/// What goes to a technician.
pub(crate) struct Told(SendStream);

impl Told {
    pub(crate) fn new(mut stream: SendStream) -> Self {
        stream.set_priority(Priority::Clipboard);
        Self(stream)
    }

    pub(crate) async fn say(&mut self, message: &impl ToolMessage) -> Result<(), ToolError> {
        Ok(self.0.write(&[to_bytes(message)]).await?)
    }

    /// Nothing follows.
    pub(crate) fn finish(&mut self) -> Result<(), ToolError> {
        Ok(self.0.finish()?)
    }
}

/// What the seat of one stream may do, now and as it changes.
#[derive(Clone)]
pub(crate) struct Permit {
    pub(crate) grants: Grants,
    pub(crate) session: SessionId,
    pub(crate) seat: Seat,
}

impl Permit {
    /// Whether it may do all of this now.
    pub(crate) fn has(&self, rights: &[Right]) -> bool {
        let granted = self.grants.now(self.session, self.seat);
        granted.is_some_and(|granted| rights.iter().all(|&right| granted.has(right)))
    }

    /// Whether it may do any of this now.
    pub(crate) fn has_any(&self, rights: &[Right]) -> bool {
        rights.iter().any(|&right| self.has(&[right]))
    }

    /// Waits until it must not do all of this any more.
    pub(crate) async fn lost(&self, rights: &[Right]) {
        self.grants.changed_until(|| !self.has(rights)).await;
    }
}
