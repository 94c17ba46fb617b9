//! Records that carry a stretch of raw bytes: what shell and file streams have in common. Which kinds of record
//! there are, and what else is in them, is the streams' own.

use bytes::{Bytes, BytesMut};

use crate::read::take_block;
use crate::{DecodeError, Reader, Writer};

/// Takes the body of a whole record off the front; `None` while it is not all there.
pub(crate) fn take(
    buffer: &mut BytesMut,
    field: &'static str,
    limit: usize,
) -> Result<Option<Reader>, DecodeError> {
    Ok(take_block(buffer, field, limit)?.map(Reader::new))
}

/// Bytes in as many records of a kind as they need, each of at most `max`; none for no bytes.
pub(crate) fn encode_bytes(kind: u8, bytes: &Bytes, max: usize, out: &mut Writer) {
    let mut rest = bytes.clone();
    while !rest.is_empty() {
        let part = rest.split_to(rest.len().min(max));
        out.varint(1 + part.len() as u64);
        out.u8(kind);
        out.shared(&part);
    }
}

/// The bytes that are the rest of a record; never none.
pub(crate) fn decode_bytes(reader: Reader) -> Result<Bytes, DecodeError> {
    let bytes = reader.rest();
    if bytes.is_empty() { Err(DecodeError::Truncated { wanted: 1, found: 0 }) } else { Ok(bytes) }
}
