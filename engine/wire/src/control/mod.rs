//! The control stream: protobuf messages, each behind its length.
//!
//! The types are generated from `proto/control.proto`, which says what each field means.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;

use crate::DecodeError;
use crate::limits::CONTROL_BYTES_MAX;

pub(crate) mod check;
mod greeting;

pub use generated::*;
pub use greeting::{PUBLIC_KEY_BYTES, SIGNATURE_BYTES};

#[expect(missing_docs, reason = "generated; the .proto file documents each field")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/nearhand.control.v1.rs"));
}

/// Bytes of the length in front of each message.
const LENGTH_BYTES: usize = 4;

/// Appends `message` with its length in front: `length u32 | Control`.
pub fn encode(message: &Control, out: &mut BytesMut) {
    let length = message.encoded_len();
    debug_assert!(length <= CONTROL_BYTES_MAX, "a control message of {length} bytes");
    out.reserve(LENGTH_BYTES + length);
    out.put_u32(length as u32);
    message.encode_raw(out);
}

/// Takes the first whole message off `buffer`; `None` while it is not all there.
///
/// A message whose body this build does not know comes back without a body and is to be ignored. The fields of all
/// others are within their limits, except a hello's: it may come from a program too old or too new to know them, so
/// [`Hello::check`] is called once the versions are known to agree.
///
/// # Errors
/// When the length is over [`CONTROL_BYTES_MAX`], the bytes are not protobuf, or a field is over its limit.
pub fn decode(buffer: &mut BytesMut) -> Result<Option<Control>, DecodeError> {
    let Some(mut head) = buffer.get(..LENGTH_BYTES) else { return Ok(None) };
    let length = head.get_u32() as usize;
    if CONTROL_BYTES_MAX < length {
        let (got, limit) = (length as u64, CONTROL_BYTES_MAX as u64);
        return Err(DecodeError::OverLimit { field: "control message", got, limit });
    }
    if buffer.len() < LENGTH_BYTES + length {
        return Ok(None);
    }
    buffer.advance(LENGTH_BYTES);
    let message = Control::decode(buffer.split_to(length).freeze())?;
    if let Some(body) = &message.body {
        check::body(body)?;
    }
    Ok(Some(message))
}

/// One message as bytes, ready to be written.
pub fn to_bytes(body: control::Body) -> Bytes {
    let mut out = BytesMut::new();
    encode(&Control { body: Some(body) }, &mut out);
    out.freeze()
}
