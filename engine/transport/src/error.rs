//! Why a link or a stream ended, in the same words for every carrier.

use wire::DecodeError;
use wire::close::CloseCode;

/// Why a link cannot be used, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The peer closed it, and said why.
    #[error("closed by the peer: {code:?} {reason:?}")]
    Closed {
        /// What the peer gave as its reason.
        code: CloseCode,
        /// The same for people; empty when there is nothing to add.
        reason: String,
    },
    /// This side closed it.
    #[error("closed here")]
    ClosedHere,
    /// Nothing was heard for too long, or a handshake took too long.
    #[error("timed out")]
    TimedOut,
    /// The two sides could not agree on a connection: TLS, a certificate, a version of QUIC, an HTTP status.
    #[error("refused: {0}")]
    Refused(String),
    /// The connection broke, or a peer broke its carrier's rules.
    #[error("lost: {0}")]
    Lost(String),
}

/// Why a stream cannot be read or written any further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// Its sender gave it up.
    #[error("reset by its sender: {0:?}")]
    Reset(CloseCode),
    /// Its receiver no longer wants it.
    #[error("stopped by its receiver: {0:?}")]
    Stopped(CloseCode),
    /// It was finished, reset or stopped on this side before.
    #[error("already closed on this side")]
    Closed,
    /// It is longer than its reader allows.
    #[error("longer than {limit} bytes")]
    OverLimit {
        /// The largest length allowed.
        limit: usize,
    },
    /// What it carries is not what was to come.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The whole link ended.
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl StreamError {
    /// The code with which a link is closed when this error means that its peer broke the protocol; `None` where
    /// only the stream is concerned or the link is gone anyway.
    pub fn close_code(&self) -> Option<CloseCode> {
        match self {
            Self::OverLimit { .. } => Some(CloseCode::OverLimit),
            Self::Decode(error) => Some(error.close_code()),
            Self::Reset(_) | Self::Stopped(_) | Self::Closed | Self::Link(_) => None,
        }
    }
}

impl From<quinn::ConnectionError> for LinkError {
    fn from(error: quinn::ConnectionError) -> Self {
        use quinn::ConnectionError as E;
        match error {
            E::ApplicationClosed(close) => Self::Closed {
                code: code_from_quic(close.error_code),
                reason: String::from_utf8_lossy(&close.reason).into_owned(),
            },
            E::LocallyClosed => Self::ClosedHere,
            E::TimedOut => Self::TimedOut,
            E::ConnectionClosed(close) if is_crypto(close.error_code) => Self::Refused(close.to_string()),
            E::TransportError(error) if is_crypto(error.code) => Self::Refused(error.to_string()),
            E::ConnectionClosed(close)
                if close.error_code == quinn_proto::TransportErrorCode::CONNECTION_REFUSED =>
            {
                Self::Refused(close.to_string())
            }
            E::VersionMismatch => Self::Refused("no common version of QUIC".to_owned()),
            other => Self::Lost(other.to_string()),
        }
    }
}

impl From<web_transport_quinn::SessionError> for LinkError {
    fn from(error: web_transport_quinn::SessionError) -> Self {
        use web_transport_quinn::{SessionError as E, WebTransportError};
        match error {
            E::ConnectionError(quinn::ConnectionError::ApplicationClosed(close)) => closed_by_http(&close),
            E::ConnectionError(error) => error.into(),
            E::WebTransportError(WebTransportError::Closed(code, reason)) => {
                Self::Closed { code: CloseCode::from_wire(code), reason }
            }
            other => Self::Lost(other.to_string()),
        }
    }
}

impl From<quinn::WriteError> for StreamError {
    fn from(error: quinn::WriteError) -> Self {
        use quinn::WriteError as E;
        match error {
            E::Stopped(code) => Self::Stopped(code_from_quic(code)),
            E::ConnectionLost(error) => Self::Link(error.into()),
            E::ClosedStream | E::ZeroRttRejected => Self::Closed,
        }
    }
}

impl From<quinn::ReadError> for StreamError {
    fn from(error: quinn::ReadError) -> Self {
        use quinn::ReadError as E;
        match error {
            E::Reset(code) => Self::Reset(code_from_quic(code)),
            E::ConnectionLost(error) => Self::Link(error.into()),
            E::ClosedStream | E::IllegalOrderedRead | E::ZeroRttRejected => Self::Closed,
        }
    }
}

impl From<web_transport_quinn::WriteError> for StreamError {
    fn from(error: web_transport_quinn::WriteError) -> Self {
        use web_transport_quinn::WriteError as E;
        match error {
            E::Stopped(code) => Self::Stopped(CloseCode::from_wire(code)),
            E::InvalidStopped(_) => Self::Stopped(CloseCode::Internal),
            E::SessionError(error) => Self::Link(error.into()),
            E::ClosedStream => Self::Closed,
        }
    }
}

impl From<web_transport_quinn::ReadError> for StreamError {
    fn from(error: web_transport_quinn::ReadError) -> Self {
        use web_transport_quinn::ReadError as E;
        match error {
            E::Reset(code) => Self::Reset(CloseCode::from_wire(code)),
            E::InvalidReset(_) => Self::Reset(CloseCode::Internal),
            E::SessionError(error) => Self::Link(error.into()),
            E::ClosedStream | E::IllegalOrderedRead => Self::Closed,
        }
    }
}

/// A browser that ends the whole HTTP/3 connection, not the session: a closed tab, mostly.
fn closed_by_http(close: &quinn::ApplicationClose) -> LinkError {
    const H3_NO_ERROR: quinn::VarInt = quinn::VarInt::from_u32(0x100);
    let reason = String::from_utf8_lossy(&close.reason).into_owned();
    if close.error_code == H3_NO_ERROR {
        return LinkError::Closed { code: CloseCode::Done, reason };
    }
    LinkError::Lost(format!("HTTP/3 error {} {reason:?}", close.error_code))
}

/// The close code in a number of QUIC's application space.
fn code_from_quic(code: quinn::VarInt) -> CloseCode {
    u32::try_from(code.into_inner()).map_or(CloseCode::Internal, CloseCode::from_wire)
}

/// Whether a transport error code is a TLS alert (RFC 9001 §4.8: 0x0100 to 0x01ff).
fn is_crypto(code: quinn_proto::TransportErrorCode) -> bool {
    (0x100..0x200).contains(&u64::from(code))
}
