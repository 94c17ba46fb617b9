//! The control stream: protobuf messages, each behind its length.
//!
//! The types are generated from `proto/control.proto`, which says what each field means.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;

use crate::DecodeError;
use crate::limits::{CAPABILITIES_MAX, CONTROL_BYTES_MAX, HELLO_TEXT_BYTES_MAX};
use crate::token::SECRET_BYTES;

pub use generated::*;

#[expect(missing_docs, reason = "generated; the .proto file documents each field")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/nearhand.control.v1.rs"));
}

/// Bytes of the length in front of each message.
const LENGTH_BYTES: usize = 4;

/// Bytes of an Ed25519 public key.
pub const PUBLIC_KEY_BYTES: usize = 32;

/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

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
/// A message whose body this build does not know comes back without a body and is to be ignored.
///
/// # Errors
/// When the length is over [`CONTROL_BYTES_MAX`] or the bytes are not protobuf.
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
    Ok(Some(Control::decode(buffer.split_to(length).freeze())?))
}

/// One message as bytes, ready to be written.
pub fn to_bytes(body: control::Body) -> Bytes {
    let mut out = BytesMut::new();
    encode(&Control { body: Some(body) }, &mut out);
    out.freeze()
}

impl Hello {
    /// Whether its fields are within their limits, and its proof has the form that its role needs.
    ///
    /// # Errors
    /// Names the field at fault. Whether the proof is right is for the relay to find out.
    pub fn check(&self) -> Result<(), DecodeError> {
        check_length("software", self.software.len(), HELLO_TEXT_BYTES_MAX)?;
        check_length("capabilities", self.capabilities.len(), CAPABILITIES_MAX)?;
        for capability in &self.capabilities {
            check_length("capability", capability.len(), HELLO_TEXT_BYTES_MAX)?;
        }
        if let Some(Device { host_name, os, os_version, user }) = &self.device {
            let texts = [("host name", host_name), ("os", os), ("os version", os_version), ("user", user)];
            for (field, text) in texts {
                check_length(field, text.len(), HELLO_TEXT_BYTES_MAX)?;
            }
        }
        check_length("resume token", self.resume_token.len(), HELLO_TEXT_BYTES_MAX)?;
        if self.protocol_max < self.protocol_min {
            return Err(DecodeError::Contradiction("a newest protocol that is older than the oldest"));
        }
        check_proof(self.role(), self.proof.as_ref())
    }
}

fn check_proof(role: Role, proof: Option<&hello::Proof>) -> Result<(), DecodeError> {
    match (role, proof) {
        (Role::Agent | Role::Relay, Some(hello::Proof::AgentKey(key))) => check_key(key),
        (Role::Agent, Some(hello::Proof::Enrolment(Enrolment { secret, key: Some(key) }))) => {
            check_bytes("an enrolment secret that has not 16 bytes", secret.len(), SECRET_BYTES)?;
            check_key(key)
        }
        (Role::Technician, Some(hello::Proof::Ticket(ticket))) => {
            check_length("ticket", ticket.len(), HELLO_TEXT_BYTES_MAX)
        }
        _ => Err(DecodeError::Contradiction("a hello whose proof is not the one that its role needs")),
    }
}

fn check_key(key: &AgentKey) -> Result<(), DecodeError> {
    check_bytes("a public key that has not 32 bytes", key.public_key.len(), PUBLIC_KEY_BYTES)?;
    check_bytes("a signature that has not 64 bytes", key.signature.len(), SIGNATURE_BYTES)
}

fn check_bytes(fault: &'static str, got: usize, wanted: usize) -> Result<(), DecodeError> {
    if got == wanted { Ok(()) } else { Err(DecodeError::Contradiction(fault)) }
}

fn check_length(field: &'static str, got: usize, limit: usize) -> Result<(), DecodeError> {
    let (got, limit) = (got as u64, limit as u64);
    if got <= limit { Ok(()) } else { Err(DecodeError::OverLimit { field, got, limit }) }
}
