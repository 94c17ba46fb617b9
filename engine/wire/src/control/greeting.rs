//! What a hello must hold before anybody looks at its proof.

use super::{AgentKey, Attended, Device, Enrolment, Hello, Role, attended, check, hello};
use crate::DecodeError;
use crate::limits::{DETAIL_BYTES_MAX, TEXT_BYTES_MAX};
use crate::token::SECRET_BYTES;

/// Bytes of an Ed25519 public key.
pub const PUBLIC_KEY_BYTES: usize = 32;

/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

impl Hello {
    /// Whether its fields are within their limits, and its proof has the form that its role needs.
    ///
    /// # Errors
    /// Names the field at fault. Whether the proof is right is for the relay to find out.
    pub fn check(&self) -> Result<(), DecodeError> {
        check::length("software", self.software.len(), TEXT_BYTES_MAX)?;
        check::capabilities(&self.capabilities)?;
        if let Some(Device { host_name, os, os_version, user }) = &self.device {
            let texts = [("host name", host_name), ("os", os), ("os version", os_version), ("user", user)];
            for (field, text) in texts {
                check::length(field, text.len(), TEXT_BYTES_MAX)?;
            }
        }
        check::length("resume token", self.resume_token.len(), TEXT_BYTES_MAX)?;
        if self.protocol_max < self.protocol_min {
            return Err(DecodeError::Contradiction("a newest protocol that is older than the oldest"));
        }
        if self.role() == Role::Technician && self.proof.is_none() && !self.resume_token.is_empty() {
            return Ok(());
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
        (Role::Agent, Some(hello::Proof::Attended(own))) => check_attended(own),
        (Role::Technician, Some(hello::Proof::Ticket(ticket))) => {
            check::length("ticket", ticket.len(), TEXT_BYTES_MAX)
        }
        _ => Err(DecodeError::Contradiction("a hello whose proof is not the one that its role needs")),
    }
}

fn check_attended(own: &Attended) -> Result<(), DecodeError> {
    check::length("name", own.name.len(), TEXT_BYTES_MAX)?;
    check::length("question", own.question.len(), DETAIL_BYTES_MAX)?;
    check::length("language", own.language.len(), TEXT_BYTES_MAX)?;
    match &own.by {
        Some(attended::By::Key(key)) => check::length("key", key.len(), TEXT_BYTES_MAX),
        Some(attended::By::Session(session)) => check::attended(session),
        None => Err(DecodeError::Contradiction("an attended agent without a key or a session")),
    }
}

fn check_key(key: &AgentKey) -> Result<(), DecodeError> {
    check_bytes("a public key that has not 32 bytes", key.public_key.len(), PUBLIC_KEY_BYTES)?;
    check_bytes("a signature that has not 64 bytes", key.signature.len(), SIGNATURE_BYTES)
}

fn check_bytes(fault: &'static str, got: usize, wanted: usize) -> Result<(), DecodeError> {
    if got == wanted { Ok(()) } else { Err(DecodeError::Contradiction(fault)) }
}
