//! Why bytes from a peer are not a message.

use crate::close::CloseCode;

/// Why bytes from a peer are not a message.
///
/// Each variant is the peer's doing and is answered by closing the link with [`DecodeError::close_code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The message ends before its fields do.
    #[error("message ends early: wanted {wanted} bytes, found {found}")]
    Truncated {
        /// Bytes that the next field needs.
        wanted: usize,
        /// Bytes that are left.
        found: usize,
    },
    /// Bytes follow the last field.
    #[error("{0} bytes follow the message")]
    Trailing(usize),
    /// A kind, operation or tag that this protocol does not have.
    #[error("unknown {field} {got:#04x}")]
    Unknown {
        /// What was being read.
        field: &'static str,
        /// The value found.
        got: u64,
    },
    /// A length, count or coordinate beyond its limit.
    #[error("{field} is {got}, the limit is {limit}")]
    OverLimit {
        /// What was being read.
        field: &'static str,
        /// The value found.
        got: u64,
        /// The largest value allowed.
        limit: u64,
    },
    /// Fields that contradict each other.
    #[error("{0}")]
    Contradiction(&'static str),
    /// Text that is not UTF-8.
    #[error("{0} is not UTF-8")]
    NotText(&'static str),
    /// A control message that protobuf cannot read.
    #[error("control message: {0}")]
    Control(#[from] prost::DecodeError),
}

impl DecodeError {
    /// The application close code that this error is answered with.
    pub fn close_code(&self) -> CloseCode {
        match self {
            Self::OverLimit { .. } => CloseCode::OverLimit,
            Self::Unknown { .. } => CloseCode::Unknown,
            _ => CloseCode::Malformed,
        }
    }
}
