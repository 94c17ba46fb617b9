//! Secrets at rest: sealed with a key that lies in the state folder, never in the database.
//!
//! AES-256-GCM under a random nonce. What a secret belongs to is bound in, so that one cannot be put in the place
//! of another. Relays that share a database share the key's file.

use std::io;
use std::path::Path;

use desk::key::Digest;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use crate::state::write_private;

/// Bytes of the key's file.
const KEY_BYTES: usize = 32;

/// What the keys made of the file's are for. Changing a text makes what it sealed unreadable.
const FOR_SEALING: &[u8] = b"nearhand seal v1";
const FOR_MARKS: &[u8] = b"nearhand mark v1";
const FOR_DIGESTS: &[u8] = b"nearhand digest v1";

/// Why a sealed secret cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret does not open: it is damaged, or sealed by a relay with another secrets.key")]
pub struct SealError;

/// Seals and opens secrets, and marks what the relay gave away.
pub(crate) struct Sealer {
    key: LessSafeKey,
    marks: hmac::Key,
    digests: hmac::Key,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// Reads the key's file, and makes it when it is missing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let fresh = crate::random::bytes::<KEY_BYTES>();
                write_private(path, &fresh)?;
                fresh.to_vec()
            }
            read => read?,
        };
        let problem =
            || io::Error::new(io::ErrorKind::InvalidData, format!("{} is not a key", path.display()));
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| problem())?;
        Self::new(&bytes).ok_or_else(problem)
    }

    fn new(bytes: &[u8; KEY_BYTES]) -> Option<Self> {
        let root = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let sealing = hmac::sign(&root, FOR_SEALING);
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, sealing.as_ref()).ok()?);
        let marks = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, FOR_MARKS).as_ref());
        let digests = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, FOR_DIGESTS).as_ref());
        Some(Self { key, marks, digests })
    }

    /// Seals a secret that belongs to `owner`.
    pub(crate) fn seal(&self, owner: &str, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = crate::random::bytes::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        let aad = Aad::from(owner.as_bytes());
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .map_err(|_| SealError)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for `owner`.
    pub(crate) fn open_sealed(&self, owner: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SealError)?;
        let mut secret = sealed.to_vec();
        let aad = Aad::from(owner.as_bytes());
        let opened = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), aad, &mut secret)
            .map_err(|_| SealError)?;
        Ok(opened.to_vec())
    }

    /// The digest by which a short secret is known again, such as a session key: without the key's file nobody can
    /// try all of them.
    pub(super) fn digest(&self, secret: &str) -> Digest {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&self.digests, secret.as_bytes()).as_ref());
        Digest::new(bytes)
    }

    /// The secret by which the agent of a session is known; `own` tells sessions apart whose numbers are the same.
    pub(super) fn agent_secret(&self, session: u64, own: &Digest) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.mark(&agent_of(session, own)).as_ref());
        bytes
    }

    /// Whether it is that secret.
    pub(super) fn is_agent_secret(&self, secret: &[u8], session: u64, own: &Digest) -> bool {
        self.is_mark_of(secret, &agent_of(session, own))
    }

    /// A mark by which the relay later knows that it gave this away.
    pub(super) fn mark(&self, what: &[u8]) -> hmac::Tag {
        hmac::sign(&self.marks, what)
    }

    /// Whether it is the mark of `what`.
    pub(super) fn is_mark_of(&self, mark: &[u8], what: &[u8]) -> bool {
        hmac::verify(&self.marks, what, mark).is_ok()
    }
}

fn agent_of(session: u64, own: &Digest) -> Vec<u8> {
    [b"agent".as_slice(), &session.to_be_bytes(), own.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_owner_with_the_same_key_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secrets.key");
        let sealed = Sealer::open(&path).expect("made").seal("account 1", b"secret").expect("sealed");
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        let again = Sealer::open(&path).expect("read");
        assert_eq!(again.open_sealed("account 1", &sealed).as_deref(), Ok(&b"secret"[..]));
        assert_eq!(again.open_sealed("account 2", &sealed), Err(SealError));
        assert_eq!(again.open_sealed("account 1", &sealed[..20]), Err(SealError));
        let other = Sealer::open(&folder.path().join("other.key")).expect("made");
        assert_eq!(other.open_sealed("account 1", &sealed), Err(SealError));
        assert_eq!(std::fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o600);
    }
}
