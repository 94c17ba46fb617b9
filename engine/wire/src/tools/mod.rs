//! What travels on the streams of tools beside the screen: system information, clipboard and actions. Protobuf
//! messages, each behind its length.
//!
//! The types are generated from `proto/tools.proto`, which says what each field means.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;

use crate::DecodeError;
use crate::limits::TOOL_MESSAGE_BYTES_MAX;

mod check;

pub use generated::*;

#[expect(missing_docs, reason = "generated; the .proto file documents each field")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/nearhand.tools.v1.rs"));
}

/// Bytes of the length in front of each message.
const LENGTH_BYTES: usize = 4;

/// What is sent on a stream of a tool.
pub trait ToolMessage: Message + Default {
    /// Whether every field is within its limit: protobuf has none of its own.
    ///
    /// # Errors
    /// Names the field, and the limit.
    fn check(&self) -> Result<(), DecodeError>;
}

/// Appends `message` with its length in front: `length u32 | message`.
pub fn encode(message: &impl ToolMessage, out: &mut BytesMut) {
    let length = message.encoded_len();
    debug_assert!(length <= TOOL_MESSAGE_BYTES_MAX, "a message of {length} bytes");
    out.reserve(LENGTH_BYTES + length);
    out.put_u32(length as u32);
    message.encode_raw(out);
}

/// Takes the first whole message off `buffer`; `None` while it is not all there.
///
/// # Errors
/// When the length is over [`TOOL_MESSAGE_BYTES_MAX`], the bytes are not protobuf, or a field is over its limit.
pub fn decode<M: ToolMessage>(buffer: &mut BytesMut) -> Result<Option<M>, DecodeError> {
    let Some(mut head) = buffer.get(..LENGTH_BYTES) else { return Ok(None) };
    let length = head.get_u32() as usize;
    if TOOL_MESSAGE_BYTES_MAX < length {
        let (got, limit) = (length as u64, TOOL_MESSAGE_BYTES_MAX as u64);
        return Err(DecodeError::OverLimit { field: "message of a tool", got, limit });
    }
    if buffer.len() < LENGTH_BYTES + length {
        return Ok(None);
    }
    buffer.advance(LENGTH_BYTES);
    let message = M::decode(buffer.split_to(length).freeze())?;
    message.check()?;
    Ok(Some(message))
}

/// One message as bytes, ready to be written.
pub fn to_bytes(message: &impl ToolMessage) -> Bytes {
    let mut out = BytesMut::new();
    encode(message, &mut out);
    out.freeze()
}

/// Bytes of all items together, if their sum can be counted.
pub fn bytes_of(items: &[Item]) -> usize {
    items.iter().fold(0, |sum: usize, item| sum.saturating_add(item.bytes as usize))
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_prints_an_action_prints_no_password() {
        let credentials = Some(Credentials { user: "ada".to_owned(), password: "geheim".to_owned() });
        let special = RunSpecial { id: "lock".to_owned(), credentials };
        let printed = format!("{:?}", ToAction { body: Some(to_action::Body::Special(special)) });
        assert!(printed.contains("ada") && !printed.contains("geheim"), "{printed}");
    }
}
