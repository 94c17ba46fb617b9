//! Keys, pointer, wheel and text, from a technician to an endpoint.
//!
//! An input stream is a [`crate::stream::StreamHeader`] and then records, one behind the other:
//! `length varint | number varint | kind u8 | fields`. Numbers grow; merged moves leave gaps.

use crate::limits::{INPUT_BYTES_MAX, INPUT_TEXT_BYTES_MAX, KEY_NAME_BYTES_MAX};
use crate::{DecodeError, Reader, Writer};

/// A place on a display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer {
    /// Which display.
    pub display: u8,
    /// Physical pixels from its left edge.
    pub x: u16,
    /// Physical pixels from its top edge.
    pub y: u16,
}

/// A button of the mouse, numbered as in the browser's `MouseEvent.button`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Button {
    /// The main button.
    Left = 0,
    /// The wheel's button.
    Middle = 1,
    /// The button of the context menu.
    Right = 2,
    /// The fourth button, usually back.
    Back = 3,
    /// The fifth button, usually forward.
    Forward = 4,
}

/// What a technician did.
///
/// ```text
/// 1 Move     display u8, x u16, y u16
/// 2 Button   display u8, x u16, y u16, button u8, down u8
/// 3 Wheel    display u8, x u16, y u16, dx i16, dy i16
/// 4 Key      down u8, code text, key text
/// 5 Text     text
/// 6 Release  –
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The pointer moved. The only event that may be merged with the next of its kind.
    Move(Pointer),
    /// A button went down or up, at this place.
    Button {
        /// Where.
        at: Pointer,
        /// Which.
        button: Button,
        /// Down, or up.
        down: bool,
    },
    /// The wheel turned, at this place.
    Wheel {
        /// Where.
        at: Pointer,
        /// To the right, in 120ths of a notch.
        dx: i16,
        /// Downwards, in 120ths of a notch.
        dy: i16,
    },
    /// A key went down or up.
    Key {
        /// Down, or up.
        down: bool,
        /// The physical key: W3C `KeyboardEvent.code`; may be empty.
        code: String,
        /// What it means to the technician: W3C `KeyboardEvent.key`; may be empty.
        key: String,
    },
    /// Text that no single key makes: dead keys, input methods, pasted lines.
    Text(String),
    /// Everything that is held is released, as when the technician's window loses focus.
    Release,
}

/// One event with its number on its technician's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Grows from event to event; the picture is answered with it.
    pub number: u32,
    /// What happened.
    pub event: Event,
}

const MOVE: u8 = 1;
const BUTTON: u8 = 2;
const WHEEL: u8 = 3;
const KEY: u8 = 4;
const TEXT: u8 = 5;
const RELEASE: u8 = 6;

impl Record {
    /// Writes the record with its length in front.
    pub fn encode(&self, out: &mut Writer) {
        let mut body = Writer::new();
        body.varint(u64::from(self.number));
        self.event.encode(&mut body);
        out.block(&body.into_bytes());
    }

    /// Takes the first whole record off `buffer`; `None` while it is not all there.
    pub fn decode(buffer: &mut bytes::BytesMut) -> Result<Option<Self>, DecodeError> {
        let Some(body) = crate::read::take_block(buffer, "input record", INPUT_BYTES_MAX)? else {
            return Ok(None);
        };
        let mut reader = Reader::new(body);
        let number = reader.varint_u32("input")?;
        let event = Event::decode(&mut reader)?;
        reader.end()?;
        Ok(Some(Self { number, event }))
    }
}

impl Event {
    fn encode(&self, out: &mut Writer) {
        match self {
            Self::Move(at) => {
                out.u8(MOVE);
                at.encode(out);
            }
            Self::Button { at, button, down } => {
                out.u8(BUTTON);
                at.encode(out);
                out.u8(*button as u8);
                out.u8(u8::from(*down));
            }
            Self::Wheel { at, dx, dy } => {
                out.u8(WHEEL);
                at.encode(out);
                out.i16(*dx);
                out.i16(*dy);
            }
            Self::Key { down, code, key } => {
                out.u8(KEY);
                out.u8(u8::from(*down));
                out.text(code);
                out.text(key);
            }
            Self::Text(text) => {
                out.u8(TEXT);
                out.text(text);
            }
            Self::Release => out.u8(RELEASE),
        }
    }

    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let kind = reader.u8()?;
        Ok(match kind {
            MOVE => Self::Move(Pointer::decode(reader)?),
            BUTTON => Self::Button {
                at: Pointer::decode(reader)?,
                button: Button::from_wire(reader.u8()?)?,
                down: flag(reader)?,
            },
            WHEEL => Self::Wheel { at: Pointer::decode(reader)?, dx: reader.i16()?, dy: reader.i16()? },
            KEY => Self::Key {
                down: flag(reader)?,
                code: reader.text("code of a key", KEY_NAME_BYTES_MAX)?,
                key: reader.text("key", KEY_NAME_BYTES_MAX)?,
            },
            TEXT => Self::Text(reader.text("text", INPUT_TEXT_BYTES_MAX)?),
            RELEASE => Self::Release,
            _ => return Err(DecodeError::Unknown { field: "input event", got: u64::from(kind) }),
        })
    }
}

impl Pointer {
    pub(crate) fn encode(self, out: &mut Writer) {
        out.u8(self.display);
        out.u16(self.x);
        out.u16(self.y);
    }

    pub(crate) fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Self { display: reader.u8()?, x: reader.u16()?, y: reader.u16()? })
    }
}

impl Button {
    /// The button of a number.
    pub fn from_wire(raw: u8) -> Result<Self, DecodeError> {
        Ok(match raw {
            0 => Self::Left,
            1 => Self::Middle,
            2 => Self::Right,
            3 => Self::Back,
            4 => Self::Forward,
            _ => return Err(DecodeError::Unknown { field: "button", got: u64::from(raw) }),
        })
    }
}

fn flag(reader: &mut Reader) -> Result<bool, DecodeError> {
    match reader.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        got => Err(DecodeError::Unknown { field: "flag", got: u64::from(got) }),
    }
}
