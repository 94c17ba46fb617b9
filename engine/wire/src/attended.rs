//! What a customer is given to start an agent by: one line of text, or a link that ends with it.
//!
//! `nha1_` and then, in base64url without padding: `pin 32 bytes | kind u8 | what | addresses varint, each: text`; of
//! kind 1, what is a session key as a text, of kind 2 `session varint | secret 32 bytes`. It says where the relay is
//! and how it is known, so that no stranger in between can be taken for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

use crate::limits::{AGENT_SECRET_BYTES, TEXT_BYTES_MAX, VARINT_MAX};
use crate::token::{PIN_BYTES, read_addresses, take, write_addresses};
use crate::{DecodeError, Reader, Writer};

const PREFIX: &str = "nha1_";

/// Where the relay is, how it is known, and the session that an agent is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendedToken {
    /// SHA-256 of the site's public key.
    pub pin: [u8; PIN_BYTES],
    /// The session.
    pub by: AttendedBy,
    /// `host:port`, in the order in which they are tried.
    pub addresses: Vec<String>,
}

/// Which session an attended agent is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttendedBy {
    /// The one that starts by a session key.
    Key(String),
    /// One that is there.
    Session {
        /// Which.
        session: u64,
        /// By which its agent is known.
        secret: [u8; AGENT_SECRET_BYTES],
    },
}

/// Why a text is nothing to start an agent by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttendedError {
    /// It begins differently.
    #[error("what starts an agent begins with {PREFIX}")]
    Prefix,
    /// It has characters that are not base64url; usually a part was not copied.
    #[error("the text is damaged: it is not base64url")]
    Text,
    /// Its fields do not add up; usually a part was not copied.
    #[error("the text is damaged: {0}")]
    Fields(#[from] DecodeError),
}

impl AttendedToken {
    /// The token as one line.
    pub fn to_text(&self) -> String {
        let mut out = Writer::new();
        out.slice(&self.pin);
        match &self.by {
            AttendedBy::Key(key) => {
                out.u8(1);
                out.text(key);
            }
            AttendedBy::Session { session, secret } => {
                out.u8(2);
                out.varint(*session);
                out.slice(secret);
            }
        }
        write_addresses(&self.addresses, &mut out);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(out.into_bytes()))
    }

    /// Reads a token; white space around it, and whatever link stands in front of it, is ignored.
    pub fn from_text(text: &str) -> Result<Self, AttendedError> {
        let (_, body) = text.trim().split_once(PREFIX).ok_or(AttendedError::Prefix)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| AttendedError::Text)?;
        let mut reader = Reader::new(Bytes::from(bytes));
        let pin = take(&mut reader)?;
        let by = match reader.u8()? {
            1 => AttendedBy::Key(reader.text("key", TEXT_BYTES_MAX)?),
            2 => AttendedBy::Session {
                session: reader.varint_max("session", VARINT_MAX)?,
                secret: take(&mut reader)?,
            },
            got => return Err(DecodeError::Unknown { field: "kind of token", got: got.into() }.into()),
        };
        let addresses = read_addresses(&mut reader)?;
        reader.end()?;
        Ok(Self { pin, by, addresses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> [AttendedToken; 2] {
        let addresses = vec!["relay.example:7443".to_owned()];
        [
            AttendedBy::Key("ABCDE-FGHJK".to_owned()),
            AttendedBy::Session { session: VARINT_MAX, secret: [9; AGENT_SECRET_BYTES] },
        ]
        .map(|by| AttendedToken { pin: [7; PIN_BYTES], by, addresses: addresses.clone() })
    }

    #[test]
    fn a_token_survives_being_copied_with_white_space_or_with_its_link() {
        for token in tokens() {
            let text = token.to_text();
            for copied in [format!(" {text}\n"), format!("https://relay.example/help#agent={text}")] {
                assert_eq!(AttendedToken::from_text(&copied), Ok(token.clone()));
            }
        }
    }

    #[test]
    fn a_token_that_lost_its_end_is_refused() {
        for text in tokens().map(|token| token.to_text()) {
            for length in 0..text.len() {
                assert!(AttendedToken::from_text(&text[..length]).is_err(), "{length} characters");
            }
        }
    }
}
