//! What stands in front of an update's operations.

use crate::limits::{SEATS_MAX, UPDATE_BYTES_MAX};
use crate::screen::Extent;
use crate::stream::{StreamHeader, StreamKind};
use crate::{DecodeError, Epoch, Reader, RenditionId, Seat, SessionId, Version, Writer};

/// The last input of a technician whose effect a viewer sees once it has applied an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatInput {
    /// Whose input.
    pub seat: Seat,
    /// Its number on that technician's input stream.
    pub number: u32,
}

/// The front of an update stream.
///
/// ```text
/// kind u8 = 0x01 | session varint | rendition u16 | epoch u64 | width u16 | height u16
/// | number varint | after varint (0: at once, else number − after) | captured_us u32
/// | newest varint (version that operations count back from)
/// | inputs varint, each: seat varint, number varint | length varint
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Whose picture.
    pub session: SessionId,
    /// Which rendition of it.
    pub rendition: RenditionId,
    /// Which run of the display.
    pub epoch: Epoch,
    /// Size of the display.
    pub extent: Extent,
    /// Counts updates of a rendition on a link: 1, 2, 3 … without gaps.
    pub number: u64,
    /// Apply once all updates up to this one are applied; 0: at once. Below `number`.
    pub after: u64,
    /// The oldest capture among the operations, in microseconds of the sender's link clock, wrapping.
    pub captured_us: u32,
    /// The newest version among the operations.
    pub newest: Version,
    /// What a viewer that has applied this update, and all before, sees the effect of.
    pub inputs: Vec<SeatInput>,
}

impl Header {
    /// Writes the header of an update with `length` bytes of operations.
    pub(super) fn encode(&self, length: usize, out: &mut Writer) {
        StreamHeader::new(StreamKind::Screen, self.session).encode(out);
        out.u16(self.rendition.to_wire());
        out.u64(self.epoch.to_wire());
        self.extent.encode(out);
        out.varint(self.number);
        out.varint(if self.after == 0 { 0 } else { self.number - self.after });
        out.u32(self.captured_us);
        out.varint(u64::from(self.newest.to_wire()));
        out.varint(self.inputs.len() as u64);
        for input in &self.inputs {
            out.varint(u64::from(input.seat.to_wire()));
            out.varint(u64::from(input.number));
        }
        out.varint(length as u64);
    }

    /// Reads a header and the length of the operations behind it.
    pub(super) fn decode(reader: &mut Reader) -> Result<(Self, usize), DecodeError> {
        let stream = StreamHeader::decode(reader)?;
        if stream.kind != StreamKind::Screen {
            return Err(DecodeError::Unknown { field: "kind of an update", got: stream.kind as u64 });
        }
        let rendition = RenditionId::from_wire(reader.u16()?);
        let epoch = Epoch::from_wire(reader.u64()?);
        let extent = Extent::decode(reader)?;
        let (number, after) = decode_place(reader)?;
        let captured_us = reader.u32()?;
        let newest = Version::from_wire(reader.varint_u32("version")?);
        let inputs = decode_inputs(reader)?;
        let length = reader.varint_max("update", UPDATE_BYTES_MAX as u64)? as usize;
        let session = stream.session;
        let header = Self { session, rendition, epoch, extent, number, after, captured_us, newest, inputs };
        Ok((header, length))
    }
}

fn decode_place(reader: &mut Reader) -> Result<(u64, u64), DecodeError> {
    let number = reader.varint()?;
    let back = reader.varint()?;
    if number == 0 {
        return Err(DecodeError::Contradiction("an update with the number 0"));
    }
    match number.checked_sub(back) {
        Some(after) if 0 < back => Ok((number, after)),
        Some(_) => Ok((number, 0)),
        None => Err(DecodeError::Contradiction("an update that waits for one before the first")),
    }
}

fn decode_inputs(reader: &mut Reader) -> Result<Vec<SeatInput>, DecodeError> {
    let count = reader.varint_max("seats", SEATS_MAX as u64)?;
    (0..count)
        .map(|_| {
            let seat = Seat::from_wire(reader.varint_u32("seat")?);
            Ok(SeatInput { seat, number: reader.varint_u32("input")? })
        })
        .collect()
}
