//! Session keys: made by a technician, typed by a customer, good for one session.
//!
//! The desk never sees a key, only its [`Digest`]: the relay makes keys at random, digests them with a secret
//! that is not in the database, and slows down guessing.

mod rules;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccountId, KeyId, PortalId, SessionId};

pub(crate) use rules::{apply, decide, may_mail};

/// Keys of one account that wait to be used: more than anybody reads aloud in the time for which they are good.
pub const KEYS_MAX: usize = 100;

/// Letters with one key, or one external invitation: some for addresses that were mistyped, and no post office.
pub const LETTERS_MAX: u32 = 5;

/// The keyed digest of a secret, 32 bytes, written in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// A digest.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("a digest has 64 hexadecimal digits");
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

/// A session key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// What it is compared with.
    pub digest: Digest,
    /// Who made it; its session comes to his personal queue.
    pub by: AccountId,
    /// The portal whose address goes with it.
    pub portal: PortalId,
    /// When it was made.
    pub made: Timestamp,
    /// Until when it can start a session. How long that lasts is another matter.
    pub expires: Timestamp,
    /// The session that it started.
    pub used: Option<SessionId>,
    /// How often its address was sent by mail.
    #[serde(default)]
    pub letters: u32,
}

/// What can be done with keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// A technician makes one.
    Make {
        /// What it will be compared with.
        digest: Digest,
        /// The portal whose address goes with it.
        portal: PortalId,
        /// For how long it can start a session.
        valid_for_s: u32,
    },
    /// Whoever made it takes it back.
    Revoke {
        /// Which.
        key: KeyId,
    },
    /// Whoever made it sends its address to somebody by mail.
    Mail {
        /// Which.
        key: KeyId,
        /// The key as it was shown to its maker; nobody else knows it any more.
        digest: Digest,
        /// The address of the one who gets it.
        to: String,
    },
    /// Keys that can start nothing any more are forgotten.
    Tick,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It was made.
    Made {
        /// Its name.
        key: KeyId,
        /// The whole of it.
        state: Key,
    },
    /// It started a session.
    Used {
        /// Which.
        key: KeyId,
        /// Which session.
        session: SessionId,
    },
    /// Its address goes to somebody by mail.
    Mailed {
        /// Which.
        key: KeyId,
        /// To whom.
        to: String,
    },
    /// It is gone: taken back, used up or expired.
    Forgotten {
        /// Which.
        key: KeyId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_from_its_digits() {
        let digest = Digest::new(std::array::from_fn(|index| index as u8 * 7));
        let json = serde_json::to_string(&digest).expect("written");
        assert_eq!(serde_json::from_str::<Digest>(&json).expect("read"), digest);
        for wrong in ["\"\"", "\"zz\"", "\"é\""] {
            assert!(serde_json::from_str::<Digest>(wrong).is_err());
        }
    }
}
