//! Why a link or a stream is closed, as a number that travels.

/// Application close codes of a link, and reset codes of a stream.
///
/// The same numbers are used by QUIC, WebTransport and WebSocket (there as 4000 + code).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum CloseCode {
    /// Nothing is wrong; the work is done.
    Done = 0x00,
    /// The relay stops or restarts; reconnect without backoff, within a second.
    GoingAway = 0x01,
    /// The login, key or ticket behind this link is no longer valid.
    NotAllowed = 0x02,
    /// Refused in the handshake; the refusal on the control stream says why.
    Refused = 0x03,
    /// Nothing was heard for too long.
    Silent = 0x04,
    /// A newer link of the same peer took over.
    Replaced = 0x05,
    /// The peer did not take what it must take in time.
    TooSlow = 0x06,
    /// A message that is not one.
    Malformed = 0x10,
    /// A kind of stream or message that the protocol does not have.
    Unknown = 0x11,
    /// A length or count beyond its limit.
    OverLimit = 0x12,
    /// A message at a moment at which it has no meaning.
    OutOfOrder = 0x13,
    /// A stream that was cancelled by its sender before its end.
    Cancelled = 0x14,
    /// A fault of our own.
    Internal = 0x20,
}

impl CloseCode {
    /// The number that travels.
    pub const fn to_wire(self) -> u32 {
        self as u32
    }

    /// The code of a number; what is not known counts as [`CloseCode::Internal`].
    pub const fn from_wire(raw: u32) -> Self {
        match raw {
            0x00 => Self::Done,
            0x01 => Self::GoingAway,
            0x02 => Self::NotAllowed,
            0x03 => Self::Refused,
            0x04 => Self::Silent,
            0x05 => Self::Replaced,
            0x06 => Self::TooSlow,
            0x10 => Self::Malformed,
            0x11 => Self::Unknown,
            0x12 => Self::OverLimit,
            0x13 => Self::OutOfOrder,
            0x14 => Self::Cancelled,
            _ => Self::Internal,
        }
    }
}
