//! The greeting on a control stream: hello, and a welcome or a refusal.
//!
//! The side that connects runs an [`Opener`], the relay an [`Acceptor`]. Both check that they share a protocol, and a
//! refusal says which side is too old. Neither checks a proof: the acceptor hands it out as [`acceptor::Output::Verify`] and
//! waits, within its deadline, for what the caller found. Every ending is an output, so a caller only has to do
//! what [`Opener::poll`] and [`Acceptor::poll`] say.

pub mod acceptor;
pub mod opener;
#[cfg(test)]
mod tests;

use std::time::Duration;

use wire::close::CloseCode;
use wire::control::RefusalCode;
use wire::version::TooOld;

pub use acceptor::Acceptor;
pub use opener::Opener;

/// A whole handshake, from the open link to the welcome. A relay answers within milliseconds; a path that
/// takes longer than this could carry no session.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// What an agent's signature begins with, so that it can never stand for anything else.
const STATEMENT: [u8; 16] = *b"nearhand agent 1";

/// The bytes that an agent signs with its own key: a fixed text, and the exporter of this very TLS connection.
pub fn statement(exporter: &[u8; 32]) -> [u8; 48] {
    let mut bytes = [0; 48];
    let (text, rest) = bytes.split_at_mut(STATEMENT.len());
    text.copy_from_slice(&STATEMENT);
    rest.copy_from_slice(exporter);
    bytes
}

/// Why a handshake failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The peer did not answer within [`HANDSHAKE_TIMEOUT`].
    #[error("no answer to the greeting within {} s", HANDSHAKE_TIMEOUT.as_secs())]
    TimedOut,
    /// The two sides share no protocol.
    #[error(transparent)]
    TooOld(#[from] TooOld),
    /// Refused for a reason other than the protocol.
    #[error("refused: {detail}")]
    Refused {
        /// The reason as a number.
        code: RefusalCode,
        /// The reason as a person reads it.
        detail: String,
        /// When another try may succeed, in milliseconds; 0: not by waiting.
        retry_after_ms: u32,
    },
    /// The relay's welcome names a protocol that it was not offered.
    #[error("the relay chose protocol {chosen}, offered were {min} to {max}")]
    NotOffered {
        /// The protocol of the welcome.
        chosen: u32,
        /// The oldest protocol of the hello.
        min: u32,
        /// The newest protocol of the hello.
        max: u32,
    },
    /// A message that has no place in a greeting.
    #[error("a message in the greeting that is not part of it")]
    OutOfOrder,
}

impl HandshakeError {
    /// The code with which the link is closed.
    pub fn close_code(&self) -> CloseCode {
        match self {
            Self::TimedOut => CloseCode::Silent,
            Self::TooOld(_) | Self::Refused { .. } => CloseCode::Refused,
            Self::NotOffered { .. } => CloseCode::Malformed,
            Self::OutOfOrder => CloseCode::OutOfOrder,
        }
    }
}
