//! Streams whose messages have rights of their own: clipboard and actions. They are joined like all others, and each
//! message is read on the way: what its technician may not do does not pass, and what he does is in the log.

pub(super) mod action;
pub(super) mod clipboard;

use bytes::BytesMut;
use desk::permission::Permission;
use transport::{RecvStream, SendStream, StreamError};
use wire::DecodeError;
use wire::tools::{ToolMessage, to_bytes};

use super::splice::{Ended, Splice};

/// Whole messages of one direction.
pub(super) struct Messages<'a, M> {
    stream: &'a mut RecvStream,
    buffer: BytesMut,
    kind: std::marker::PhantomData<M>,
}

impl<'a, M: ToolMessage> Messages<'a, M> {
    fn new(stream: &'a mut RecvStream) -> Self {
        Self { stream, buffer: BytesMut::new(), kind: std::marker::PhantomData }
    }

    /// The next message; `None` at the end. Safe to drop half-way.
    async fn next(&mut self, splice: &Splice) -> Result<Option<M>, Ended> {
        loop {
            if let Some(message) = wire::tools::decode(&mut self.buffer)? {
                return Ok(Some(message));
            }
            match self.stream.read().await? {
                Some(chunk) => {
                    splice.site.metrics.read(splice.kind, chunk.len());
                    self.buffer.extend_from_slice(&chunk);
                }
                None if self.buffer.is_empty() => return Ok(None),
                None => return Err(DecodeError::Truncated { wanted: 1, found: 0 }.into()),
            }
        }
    }
}

/// Passes a message on, with back pressure.
async fn pass(to: &mut SendStream, message: &impl ToolMessage) -> Result<(), StreamError> {
    to.write(&[to_bytes(message)]).await
}

/// Whether the technician may do all of this now.
fn may(splice: &Splice, needed: &[Permission]) -> bool {
    let rights = splice.rights.borrow();
    needed.iter().all(|&permission| rights.has(permission))
}
