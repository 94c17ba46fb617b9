//! The control stream of a link: protobuf messages, each behind its length.

use bytes::{Bytes, BytesMut};
use tokio::time::timeout;
use wire::DecodeError;
use wire::close::CloseCode;
use wire::control::{self, control::Body};
use wire::stream::{StreamHeader, StreamKind};
use wire::{SessionId, Writer};

use crate::error::{LinkError, StreamError};
use crate::link::Link;
use crate::priority::Priority;
use crate::settings::CONTROL_WRITE_TIMEOUT;
use crate::stream::{RecvStream, SendStream};

/// Why the control stream cannot go on. Whoever gets one closes the link with [`ControlError::close_code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The peer ended its half; the link has no purpose without it.
    #[error("the control stream ended")]
    Ended,
    /// The peer opened a stream of another kind first.
    #[error("a stream of kind {0:?} came instead of the control stream")]
    Unexpected(StreamKind),
    /// The peer does not read its control stream.
    #[error("the peer did not take a control message within {CONTROL_WRITE_TIMEOUT:?}")]
    TooSlow,
    /// The stream or the link failed, or what came is not a message.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

impl ControlError {
    /// The code to close the link with.
    pub fn close_code(&self) -> CloseCode {
        match self {
            Self::Ended => CloseCode::Done,
            Self::Unexpected(_) => CloseCode::OutOfOrder,
            Self::TooSlow => CloseCode::TooSlow,
            Self::Stream(error) => error.close_code().unwrap_or(CloseCode::Cancelled),
        }
    }
}

impl From<LinkError> for ControlError {
    fn from(error: LinkError) -> Self {
        Self::Stream(error.into())
    }
}

impl From<DecodeError> for ControlError {
    fn from(error: DecodeError) -> Self {
        Self::Stream(error.into())
    }
}

/// Both halves of a link's control stream. [`Control::split`] gives them to different owners.
#[derive(Debug)]
pub struct Control {
    sender: Sender,
    receiver: Receiver,
}

impl Control {
    /// Opens the control stream: what the side that connected does first thing.
    ///
    /// # Errors
    /// When the link ended, or the peer takes no stream in time.
    pub async fn open(link: &Link) -> Result<Self, ControlError> {
        let opening = timeout(CONTROL_WRITE_TIMEOUT, link.open_bi());
        let (mut send, recv) = opening.await.map_err(|_| ControlError::TooSlow)??;
        send.set_priority(Priority::Control);
        let mut sender = Sender { stream: send };
        let mut header = Writer::new();
        StreamHeader::new(StreamKind::Control, SessionId::LINK).encode(&mut header);
        sender.write(header.into_bytes()).await?;
        Ok(Self { sender, receiver: Receiver::new(recv) })
    }

    /// Waits for the control stream, which must be the first that the peer opens. The caller bounds the wait.
    ///
    /// # Errors
    /// When the link ended or another kind of stream came.
    pub async fn accept(link: &Link) -> Result<Self, ControlError> {
        let (mut send, mut recv) = link.accept_bi().await?;
        let header = recv.take_header().await?;
        if header.kind != StreamKind::Control {
            return Err(ControlError::Unexpected(header.kind));
        }
        send.set_priority(Priority::Control);
        Ok(Self { sender: Sender { stream: send }, receiver: Receiver::new(recv) })
    }

    /// See [`Sender::send`].
    ///
    /// # Errors
    /// As [`Sender::send`].
    pub async fn send(&mut self, body: Body) -> Result<(), ControlError> {
        self.sender.send(body).await
    }

    /// See [`Receiver::recv`]. Safe to drop half-way.
    ///
    /// # Errors
    /// As [`Receiver::recv`].
    pub async fn recv(&mut self) -> Result<Body, ControlError> {
        self.receiver.recv().await
    }

    /// The two halves, for different owners.
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }
}

/// The half that sends control messages.
#[derive(Debug)]
pub struct Sender {
    stream: SendStream,
}

impl Sender {
    /// Sends one message. Not to be dropped half-way: the stream would be torn.
    ///
    /// # Errors
    /// When the peer does not take it within [`CONTROL_WRITE_TIMEOUT`], or the stream or link ended.
    pub async fn send(&mut self, body: Body) -> Result<(), ControlError> {
        self.write(control::to_bytes(body)).await
    }

    /// Ends this half after what was sent.
    ///
    /// # Errors
    /// When it ended before.
    pub fn finish(&mut self) -> Result<(), ControlError> {
        Ok(self.stream.finish()?)
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), ControlError> {
        let message = [bytes];
        let writing = timeout(CONTROL_WRITE_TIMEOUT, self.stream.write(&message));
        Ok(writing.await.map_err(|_| ControlError::TooSlow)??)
    }
}

/// The half that receives control messages.
#[derive(Debug)]
pub struct Receiver {
    stream: RecvStream,
    /// Bytes of messages that are not whole yet: kept here, so that `recv` can be dropped half-way.
    buffer: BytesMut,
}

impl Receiver {
    fn new(stream: RecvStream) -> Self {
        Self { stream, buffer: BytesMut::new() }
    }

    /// The next message that this build knows; others are skipped. Safe to drop half-way.
    ///
    /// # Errors
    /// When the peer ended its half, sent what is no message, or the link ended.
    pub async fn recv(&mut self) -> Result<Body, ControlError> {
        loop {
            while let Some(message) = control::decode(&mut self.buffer)? {
                if let Some(body) = message.body {
                    return Ok(body);
                }
                tracing::debug!("skipped a control message of a kind that is not known here");
            }
            let bytes = self.stream.read().await?.ok_or(ControlError::Ended)?;
            self.buffer.extend_from_slice(&bytes);
        }
    }
}
