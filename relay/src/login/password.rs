//! Passwords: argon2id in a bounded pool, so that guessing costs the guesser and not the relay.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// How long a login waits for a place in the pool.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Why a password was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many others are in front.
    #[error("too many passwords are being checked")]
    Busy,
    /// argon2 failed, which no input of a user can cause.
    #[error("password hashing: {0}")]
    Hash(argon2::password_hash::Error),
}

/// Hashes and checks passwords, a few at a time.
#[derive(Debug)]
pub(super) struct Passwords {
    places: Arc<Semaphore>,
    /// What the password of an unknown user is compared with, so that it takes as long.
    nobody: Arc<str>,
}

impl Passwords {
    pub(super) fn new(at_once: usize) -> Result<Self, PasswordError> {
        let nobody = hash(&crate::random::bytes::<16>())?.into();
        Ok(Self { places: Arc::new(Semaphore::new(at_once)), nobody })
    }

    /// A PHC string of the password with a fresh salt.
    pub(super) async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = password.as_bytes().to_owned();
        self.run(move || hash(&password)).await?
    }

    /// Whether `password` is the one behind `expected`; never, but as slowly, when there is none.
    pub(super) async fn verify(
        &self,
        password: &str,
        expected: Option<String>,
    ) -> Result<bool, PasswordError> {
        let password = password.as_bytes().to_owned();
        let nobody = Arc::clone(&self.nobody);
        self.run(move || {
            let known = expected.is_some();
            let text = expected.as_deref().unwrap_or(&nobody);
            let Ok(expected) = PasswordHash::new(text) else { return false };
            Argon2::default().verify_password(&password, &expected).is_ok() && known
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = tokio::time::timeout(WAIT_MAX, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(PasswordError::Busy) };
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        done.await.map_err(|_| PasswordError::Busy)
    }
}

fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let hash = Argon2::default().hash_password(password).map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// A password that can be read aloud and typed: 16 letters and digits in groups, 79 bits.
pub(crate) fn readable_password() -> String {
    // 31 characters that are not taken for one another; bytes beyond a multiple of 31 are thrown again.
    const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
    const GROUPS: usize = 4;
    const IN_GROUP: usize = 4;
    let mut letters = std::iter::repeat_with(crate::random::bytes::<32>)
        .flatten()
        .filter(|byte| *byte < 248)
        .map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    let groups: Vec<String> = (0..GROUPS).map(|_| letters.by_ref().take(IN_GROUP).collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_behind_a_hash_is_right() {
        let passwords = Passwords::new(1).expect("pool");
        let hash = passwords.hash("right").await.expect("hashed");
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(passwords.verify("right", Some(hash.clone())).await.expect("checked"));
        assert!(!passwords.verify("wrong", Some(hash)).await.expect("checked"));
        assert!(!passwords.verify("right", None).await.expect("checked"));
    }

    #[test]
    fn a_made_password_can_be_read_aloud() {
        let (one, two) = (readable_password(), readable_password());
        assert_ne!(one, two);
        assert_eq!(one.len(), 19);
        assert!(one.chars().all(|letter| letter == '-' || letter.is_ascii_alphanumeric()), "{one}");
    }
}
