//! The enrolment token: what an administrator hands to a new agent, as one line of text.
//!
//! `nh1_` and then, in base64url without padding: `pin 32 bytes | secret 16 bytes | addresses varint, each: text`.
//! Whoever holds it can enrol one computer, once, until it expires; the secret is all that the relay checks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

use crate::{DecodeError, Reader, Writer};

/// Bytes of the one-time secret: guessing 2^128 is hopeless even unthrottled.
pub const SECRET_BYTES: usize = 16;

/// Bytes of a pin: the SHA-256 of the site's public key (SubjectPublicKeyInfo, DER).
pub const PIN_BYTES: usize = 32;

/// Addresses that one token may carry; an agent tries them in order.
const ADDRESSES_MAX: u64 = 8;

/// Bytes of one address: the longest host name (253) and a port.
const ADDRESS_BYTES_MAX: usize = 260;

const PREFIX: &str = "nh1_";

/// Where the relay is, how it is known, and the right to enrol one agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentToken {
    /// SHA-256 of the site's public key.
    pub pin: [u8; PIN_BYTES],
    /// Proves the right to enrol.
    pub secret: [u8; SECRET_BYTES],
    /// `host:port`, in the order in which they are tried.
    pub addresses: Vec<String>,
}

/// Why a text is not an enrolment token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It begins differently.
    #[error("an enrolment token begins with {PREFIX}")]
    Prefix,
    /// It has characters that are not base64url; usually a part was not copied.
    #[error("the enrolment token is damaged: it is not base64url")]
    Text,
    /// Its fields do not add up; usually a part was not copied.
    #[error("the enrolment token is damaged: {0}")]
    Fields(#[from] DecodeError),
}

impl EnrolmentToken {
    /// The token as one line.
    pub fn to_text(&self) -> String {
        let mut out = Writer::new();
        out.slice(&self.pin);
        out.slice(&self.secret);
        write_addresses(&self.addresses, &mut out);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(out.into_bytes()))
    }

    /// Reads a token; white space around it is ignored.
    pub fn from_text(text: &str) -> Result<Self, TokenError> {
        let body = text.trim().strip_prefix(PREFIX).ok_or(TokenError::Prefix)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| TokenError::Text)?;
        let mut reader = Reader::new(Bytes::from(bytes));
        let (pin, secret) = (take(&mut reader)?, take(&mut reader)?);
        let addresses = read_addresses(&mut reader)?;
        reader.end()?;
        Ok(Self { pin, secret, addresses })
    }
}

pub(crate) fn write_addresses(addresses: &[String], out: &mut Writer) {
    out.varint(addresses.len() as u64);
    for address in addresses {
        out.text(address);
    }
}

/// At least one address.
pub(crate) fn read_addresses(reader: &mut Reader) -> Result<Vec<String>, DecodeError> {
    let count = reader.varint_max("addresses", ADDRESSES_MAX)?;
    if count == 0 {
        return Err(DecodeError::Contradiction("a token without an address"));
    }
    (0..count).map(|_| reader.text("address", ADDRESS_BYTES_MAX)).collect()
}

pub(crate) fn take<const N: usize>(reader: &mut Reader) -> Result<[u8; N], DecodeError> {
    let mut field = [0; N];
    field.copy_from_slice(&reader.bytes(N)?);
    Ok(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> EnrolmentToken {
        let addresses = vec!["relay.example:7443".to_owned(), "192.0.2.7:7443".to_owned()];
        EnrolmentToken { pin: [7; PIN_BYTES], secret: [9; SECRET_BYTES], addresses }
    }

    #[test]
    fn a_token_survives_being_copied_with_white_space() {
        assert_eq!(EnrolmentToken::from_text(&format!("  {}\n", token().to_text())), Ok(token()));
    }

    #[test]
    fn a_token_that_lost_its_end_is_refused() {
        let text = token().to_text();
        for length in 0..text.len() {
            assert!(EnrolmentToken::from_text(&text[..length]).is_err(), "{length} characters");
        }
    }
}
