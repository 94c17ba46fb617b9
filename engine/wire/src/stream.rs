//! What opens every stream: its kind, its session, and the fields of its kind.

use crate::{DecodeError, Reader, Seat, SessionId, Writer};

/// What travels on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum StreamKind {
    /// One bidirectional stream a link, opened first by the side that connected.
    Control = 0x00,
    /// Unidirectional, one an update.
    Screen = 0x01,
    /// Unidirectional, one a technician.
    Input = 0x02,
    /// Unidirectional, one a session.
    Cursor = 0x03,
    /// Bidirectional, one a shell.
    Shell = 0x04,
    /// Bidirectional, one an operation.
    File = 0x05,
    /// Bidirectional.
    Clipboard = 0x06,
    /// Bidirectional.
    SystemInformation = 0x07,
    /// Bidirectional.
    Action = 0x08,
    /// Bidirectional.
    Chat = 0x09,
    /// Bidirectional.
    Consent = 0x0a,
}

impl StreamKind {
    /// The kind of a number.
    pub fn from_wire(raw: u8) -> Result<Self, DecodeError> {
        Ok(match raw {
            0x00 => Self::Control,
            0x01 => Self::Screen,
            0x02 => Self::Input,
            0x03 => Self::Cursor,
            0x04 => Self::Shell,
            0x05 => Self::File,
            0x06 => Self::Clipboard,
            0x07 => Self::SystemInformation,
            0x08 => Self::Action,
            0x09 => Self::Chat,
            0x0a => Self::Consent,
            _ => return Err(DecodeError::Unknown { field: "stream kind", got: u64::from(raw) }),
        })
    }

    /// Whether both sides send on such a stream.
    pub fn is_bidirectional(self) -> bool {
        !matches!(self, Self::Screen | Self::Input | Self::Cursor)
    }

    /// Whether such a stream is one technician's, so that its header says whose.
    pub fn has_seat(self) -> bool {
        !matches!(self, Self::Control | Self::Screen | Self::Cursor)
    }
}

/// The start of every stream: `kind u8 | session varint`, and where a technician acts `seat varint`.
///
/// A screen stream goes on with the rest of [`crate::screen::Header`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamHeader {
    /// What travels.
    pub kind: StreamKind,
    /// Whose it is; [`SessionId::LINK`] for control.
    pub session: SessionId,
    /// Who acts, on [kinds that have a seat](StreamKind::has_seat). A technician sends 0, the relay fills it in.
    /// Always 0 on other streams.
    pub seat: Seat,
}

impl StreamHeader {
    /// Bytes that hold any header, so that a reader knows when to stop waiting for more.
    pub const BYTES_MAX: usize = 1 + 8 + 8;

    /// A header without a seat.
    pub fn new(kind: StreamKind, session: SessionId) -> Self {
        Self { kind, session, seat: Seat::default() }
    }

    /// Writes the header.
    pub fn encode(&self, out: &mut Writer) {
        out.u8(self.kind as u8);
        out.varint(self.session.to_wire());
        if self.kind.has_seat() {
            out.varint(u64::from(self.seat.to_wire()));
        }
    }

    /// Reads a header off the front.
    pub fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let kind = StreamKind::from_wire(reader.u8()?)?;
        let session = SessionId::from_wire(reader.varint()?);
        let seat = if kind.has_seat() { reader.varint_u32("seat")? } else { 0 };
        Ok(Self { kind, session, seat: Seat::from_wire(seat) })
    }
}
