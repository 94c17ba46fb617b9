//! The endpoint's mouse pointer: its shape, and its place when it moves without the technician.
//!
//! A cursor stream is a [`crate::stream::StreamHeader`] and then records: `length varint | kind u8 | fields`.

use bytes::{Bytes, BytesMut};

use crate::input::Pointer;
use crate::limits::{CURSOR_BYTES_MAX, CURSOR_EXTENT_MAX};
use crate::{DecodeError, Reader, Writer};

/// What the pointer looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Pixels from left to right, 1 to 256.
    pub width: u16,
    /// Pixels from top to bottom, 1 to 256.
    pub height: u16,
    /// The pixel that points, from the left; inside the shape.
    pub hot_x: u16,
    /// The pixel that points, from the top; inside the shape.
    pub hot_y: u16,
    /// RGBA, straight alpha, rows from the top, as one zstd frame of `width × height × 4` bytes.
    pub pixels: Bytes,
}

/// One change of the pointer.
///
/// ```text
/// 1 Shape   width u16, height u16, hot x u16, hot y u16, pixels to the end
/// 2 At      display u8, x u16, y u16
/// 3 Hidden  –
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// It looks like this from now on.
    Shape(Shape),
    /// It is here, and no technician moved it there.
    At(Pointer),
    /// Nothing is shown.
    Hidden,
}

const SHAPE: u8 = 1;
const AT: u8 = 2;
const HIDDEN: u8 = 3;

impl Cursor {
    /// Writes the record with its length in front.
    pub fn encode(&self, out: &mut Writer) {
        let mut body = Writer::new();
        match self {
            Self::Shape(shape) => {
                body.u8(SHAPE);
                for field in [shape.width, shape.height, shape.hot_x, shape.hot_y] {
                    body.u16(field);
                }
                body.shared(&shape.pixels);
            }
            Self::At(at) => {
                body.u8(AT);
                at.encode(&mut body);
            }
            Self::Hidden => body.u8(HIDDEN),
        }
        out.varint(body.len() as u64);
        for chunk in body.into_chunks() {
            out.shared(&chunk);
        }
    }

    /// Takes the first whole record off `buffer`; `None` while it is not all there.
    pub fn decode(buffer: &mut BytesMut) -> Result<Option<Self>, DecodeError> {
        let Some(body) = crate::read::take_block(buffer, "cursor record", CURSOR_BYTES_MAX)? else {
            return Ok(None);
        };
        let mut reader = Reader::new(body);
        let kind = reader.u8()?;
        let cursor = match kind {
            SHAPE => return Shape::decode(reader).map(|shape| Some(Self::Shape(shape))),
            AT => Self::At(Pointer::decode(&mut reader)?),
            HIDDEN => Self::Hidden,
            _ => return Err(DecodeError::Unknown { field: "cursor record", got: u64::from(kind) }),
        };
        reader.end()?;
        Ok(Some(cursor))
    }
}

impl Shape {
    fn decode(mut reader: Reader) -> Result<Self, DecodeError> {
        let (width, height) = (extent(&mut reader)?, extent(&mut reader)?);
        let (hot_x, hot_y) = (reader.u16()?, reader.u16()?);
        if width <= hot_x || height <= hot_y {
            return Err(DecodeError::Contradiction("a cursor that points outside itself"));
        }
        Ok(Self { width, height, hot_x, hot_y, pixels: reader.rest() })
    }
}

fn extent(reader: &mut Reader) -> Result<u16, DecodeError> {
    match reader.u16()? {
        0 => Err(DecodeError::Contradiction("a cursor without pixels")),
        got if CURSOR_EXTENT_MAX < got => {
            let limit = u64::from(CURSOR_EXTENT_MAX);
            Err(DecodeError::OverLimit { field: "cursor", got: u64::from(got), limit })
        }
        got => Ok(got),
    }
}
