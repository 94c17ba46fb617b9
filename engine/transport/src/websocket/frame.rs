//! One message of the WebSocket: a frame of the mux. Pure.

use bytes::Bytes;
use wire::close::CloseCode;
use wire::{DecodeError, Reader, Writer};

use crate::websocket::{MESSAGE_BYTES_MAX, Side};

const OPEN: u8 = 0x01;
const DATA: u8 = 0x02;
const FINISH: u8 = 0x03;
const RESET: u8 = 0x04;
const STOP: u8 = 0x05;
const CREDIT: u8 = 0x06;
const STREAMS: u8 = 0x07;
const ARRIVED: u8 = 0x08;

/// Most bytes of a stream in one frame: what is left of a message behind the kind and the longest stream number.
pub(super) const DATA_BYTES_MAX: usize = MESSAGE_BYTES_MAX - 9;

/// Whether both sides send on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Direction {
    Bi = 0,
    Uni = 1,
}

/// A stream's number: who opened it, which direction it has, and a count from 0 in each of the four kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct StreamId(u64);

impl StreamId {
    pub(super) fn new(opener: Side, direction: Direction, index: u64) -> Self {
        Self(index << 2 | (direction as u64) << 1 | u64::from(opener == Side::Acceptor))
    }

    pub(super) fn opener(self) -> Side {
        if self.0 & 1 == 0 { Side::Opener } else { Side::Acceptor }
    }

    pub(super) fn direction(self) -> Direction {
        if self.0 & 2 == 0 { Direction::Bi } else { Direction::Uni }
    }

    pub(super) fn index(self) -> u64 {
        self.0 >> 2
    }

    /// Whether `side` sends on it.
    pub(super) fn is_sent_by(self, side: Side) -> bool {
        self.direction() == Direction::Bi || self.opener() == side
    }
}

/// The message of a data frame, or of a finish frame if it `is_last`, gathered from `pieces` with one copy.
pub(super) fn payload_message(id: StreamId, is_last: bool, pieces: impl Iterator<Item = Bytes>) -> Bytes {
    let mut out = Writer::new();
    head(&mut out, if is_last { FINISH } else { DATA }, id);
    for piece in pieces {
        out.slice(&piece);
    }
    out.into_bytes()
}

/// One frame; the module above has the layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    Open(StreamId),
    Data(StreamId, Bytes),
    Finish(StreamId, Bytes),
    Reset(StreamId, CloseCode),
    Stop(StreamId, CloseCode),
    Credit(StreamId, u64),
    Streams(Direction, u64),
    Arrived(u64),
}

impl Frame {
    /// The message. At most [`MESSAGE_BYTES_MAX`] long if a payload has at most [`DATA_BYTES_MAX`] bytes.
    pub(super) fn encode(&self) -> Bytes {
        let mut out = Writer::new();
        match self {
            Self::Open(stream) => head(&mut out, OPEN, *stream),
            Self::Data(stream, bytes) => {
                head(&mut out, DATA, *stream);
                out.slice(bytes);
            }
            Self::Finish(stream, bytes) => {
                head(&mut out, FINISH, *stream);
                out.slice(bytes);
            }
            Self::Reset(stream, code) => {
                head(&mut out, RESET, *stream);
                out.varint(u64::from(code.to_wire()));
            }
            Self::Stop(stream, code) => {
                head(&mut out, STOP, *stream);
                out.varint(u64::from(code.to_wire()));
            }
            Self::Credit(stream, limit) => {
                head(&mut out, CREDIT, *stream);
                out.varint(*limit);
            }
            Self::Streams(direction, limit) => {
                out.u8(STREAMS);
                out.u8(*direction as u8);
                out.varint(*limit);
            }
            Self::Arrived(total) => {
                out.u8(ARRIVED);
                out.varint(*total);
            }
        }
        out.into_bytes()
    }

    /// Reads a message; payloads share its memory.
    pub(super) fn decode(message: Bytes) -> Result<Self, DecodeError> {
        let (got, limit) = (message.len() as u64, MESSAGE_BYTES_MAX as u64);
        if limit < got {
            return Err(DecodeError::OverLimit { field: "message", got, limit });
        }
        let mut reader = Reader::new(message);
        let kind = reader.u8()?;
        let frame = match kind {
            DATA | FINISH => return payload(kind, reader),
            OPEN => Self::Open(stream(&mut reader)?),
            RESET => Self::Reset(stream(&mut reader)?, code(&mut reader)?),
            STOP => Self::Stop(stream(&mut reader)?, code(&mut reader)?),
            CREDIT => Self::Credit(stream(&mut reader)?, reader.varint()?),
            STREAMS => Self::Streams(direction(&mut reader)?, reader.varint()?),
            ARRIVED => Self::Arrived(reader.varint()?),
            _ => return Err(DecodeError::Unknown { field: "frame", got: u64::from(kind) }),
        };
        reader.end()?;
        Ok(frame)
    }
}

fn head(out: &mut Writer, kind: u8, stream: StreamId) {
    out.u8(kind);
    out.varint(stream.0);
}

fn payload(kind: u8, mut reader: Reader) -> Result<Frame, DecodeError> {
    let stream = stream(&mut reader)?;
    let bytes = reader.rest();
    match kind {
        FINISH => Ok(Frame::Finish(stream, bytes)),
        _ if bytes.is_empty() => Err(DecodeError::Contradiction("a data frame without bytes")),
        _ => Ok(Frame::Data(stream, bytes)),
    }
}

fn stream(reader: &mut Reader) -> Result<StreamId, DecodeError> {
    Ok(StreamId(reader.varint()?))
}

fn code(reader: &mut Reader) -> Result<CloseCode, DecodeError> {
    Ok(CloseCode::from_wire(reader.varint_u32("close code")?))
}

fn direction(reader: &mut Reader) -> Result<Direction, DecodeError> {
    match reader.u8()? {
        0 => Ok(Direction::Bi),
        1 => Ok(Direction::Uni),
        got => Err(DecodeError::Unknown { field: "direction", got: u64::from(got) }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame() -> impl Strategy<Value = Frame> {
        let id = || (0..1_u64 << 61).prop_map(StreamId);
        let code = || (0..0x30_u32).prop_map(CloseCode::from_wire);
        let bytes = |min| prop::collection::vec(any::<u8>(), min..DATA_BYTES_MAX).prop_map(Bytes::from);
        prop_oneof![
            id().prop_map(Frame::Open),
            (id(), bytes(1)).prop_map(|(id, bytes)| Frame::Data(id, bytes)),
            (id(), bytes(0)).prop_map(|(id, bytes)| Frame::Finish(id, bytes)),
            (id(), code()).prop_map(|(id, code)| Frame::Reset(id, code)),
            (id(), code()).prop_map(|(id, code)| Frame::Stop(id, code)),
            (id(), 0..1_u64 << 61).prop_map(|(id, limit)| Frame::Credit(id, limit)),
            (0..1_u64 << 61).prop_map(|limit| Frame::Streams(Direction::Bi, limit)),
            (0..1_u64 << 61).prop_map(|limit| Frame::Streams(Direction::Uni, limit)),
            (0..1_u64 << 61).prop_map(Frame::Arrived),
        ]
    }

    proptest! {
        #[test]
        fn a_frame_survives_the_wire_and_fits_a_message(frame in frame()) {
            let message = frame.encode();
            prop_assert!(message.len() <= MESSAGE_BYTES_MAX);
            prop_assert_eq!(Frame::decode(message), Ok(frame));
        }

        #[test]
        fn any_bytes_are_a_frame_or_an_error(message in prop::collection::vec(any::<u8>(), 0..64)) {
            let message = Bytes::from(message);
            if let Ok(frame) = Frame::decode(message.clone()) {
                prop_assert_eq!(Frame::decode(frame.encode()), Ok(frame));
            }
        }
    }

    #[test]
    fn a_message_of_more_than_eight_kilobytes_is_refused() {
        let error = Frame::decode(vec![DATA; MESSAGE_BYTES_MAX + 1].into()).unwrap_err();
        assert_eq!(error.close_code(), CloseCode::OverLimit);
    }

    #[test]
    fn numbers_of_streams_are_those_of_quic() {
        let id = StreamId::new(Side::Acceptor, Direction::Uni, 5);
        assert_eq!(id, StreamId(0x17));
        assert_eq!((id.opener(), id.direction(), id.index()), (Side::Acceptor, Direction::Uni, 5));
        assert!(id.is_sent_by(Side::Acceptor) && !id.is_sent_by(Side::Opener));
    }
}
