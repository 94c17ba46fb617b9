//! Takes fields off the front of a received buffer, without copying payloads.

use bytes::{Buf, Bytes, BytesMut};

use crate::DecodeError;

/// Reads fields from the front of a buffer; each call says what is wrong instead of panicking.
#[derive(Debug, Clone)]
pub struct Reader {
    rest: Bytes,
}

impl Reader {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: Bytes) -> Self {
        Self { rest: bytes }
    }

    /// Bytes not read yet.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The bytes not read yet, shared with the buffer.
    pub fn rest(self) -> Bytes {
        self.rest
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        self.rest.try_get_u8().map_err(|error| truncated(&error))
    }

    /// Two bytes, big endian.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.rest.try_get_u16().map_err(|error| truncated(&error))
    }

    /// Two bytes, big endian, signed.
    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        self.rest.try_get_i16().map_err(|error| truncated(&error))
    }

    /// Four bytes, big endian.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.rest.try_get_u32().map_err(|error| truncated(&error))
    }

    /// Eight bytes, big endian.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        self.rest.try_get_u64().map_err(|error| truncated(&error))
    }

    /// A variable-length integer of RFC 9000 §16, below 2^62.
    pub fn varint(&mut self) -> Result<u64, DecodeError> {
        let first = self.u8()?;
        let value = u64::from(first & 0x3f);
        let more = (1_usize << (first >> 6)) - 1;
        if self.rest.len() < more {
            return Err(DecodeError::Truncated { wanted: more, found: self.rest.len() });
        }
        if more == 0 { Ok(value) } else { Ok(value << (8 * more) | self.rest.get_uint(more)) }
    }

    /// A varint of at most `limit`.
    pub fn varint_max(&mut self, field: &'static str, limit: u64) -> Result<u64, DecodeError> {
        let got = self.varint()?;
        if got <= limit { Ok(got) } else { Err(DecodeError::OverLimit { field, got, limit }) }
    }

    /// A varint that fits 16 bits.
    pub fn varint_u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        let got = self.varint()?;
        let limit = u64::from(u16::MAX);
        u16::try_from(got).map_err(|_| DecodeError::OverLimit { field, got, limit })
    }

    /// A varint that fits 32 bits.
    pub fn varint_u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        let got = self.varint()?;
        let limit = u64::from(u32::MAX);
        u32::try_from(got).map_err(|_| DecodeError::OverLimit { field, got, limit })
    }

    /// A length as varint, at most `limit`, and that many bytes, shared with the buffer.
    pub fn block(&mut self, field: &'static str, limit: usize) -> Result<Bytes, DecodeError> {
        let length = self.varint_max(field, limit as u64)? as usize;
        self.bytes(length)
    }

    /// `length` bytes, shared with the buffer.
    pub fn bytes(&mut self, length: usize) -> Result<Bytes, DecodeError> {
        if self.rest.len() < length {
            return Err(DecodeError::Truncated { wanted: length, found: self.rest.len() });
        }
        Ok(self.rest.split_to(length))
    }

    /// A length as varint, at most `limit`, and that much UTF-8.
    pub fn text(&mut self, field: &'static str, limit: usize) -> Result<String, DecodeError> {
        let block = self.block(field, limit)?;
        std::str::from_utf8(&block).map(str::to_owned).map_err(|_| DecodeError::NotText(field))
    }

    /// Ends the reading: nothing may be left.
    pub fn end(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing(self.rest.len())) }
    }
}

fn truncated(error: &bytes::TryGetError) -> DecodeError {
    DecodeError::Truncated { wanted: error.requested, found: error.available }
}

/// Takes a length as varint and that many bytes off the front of a stream's buffer; `None` while they are not
/// all there. A length over `limit` is an error at once.
pub(crate) fn take_block(
    buffer: &mut BytesMut,
    field: &'static str,
    limit: usize,
) -> Result<Option<Bytes>, DecodeError> {
    let Some(first) = buffer.first() else { return Ok(None) };
    let size = 1_usize << (first >> 6);
    let Some(head) = buffer.get(..size) else { return Ok(None) };
    let length = Reader::new(Bytes::copy_from_slice(head)).varint_max(field, limit as u64)? as usize;
    if buffer.len() < size + length {
        return Ok(None);
    }
    buffer.advance(size);
    Ok(Some(buffer.split_to(length).freeze()))
}
