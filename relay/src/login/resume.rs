//! Tokens with which technicians come back after the relay said that it goes away.
//!
//! A ticket lives in the memory of the relay that made it. This one outlives it: the login and the time, sealed with
//! the site's key. It is worth one link, for two minutes, while its login is valid.

use std::collections::HashMap;
use std::time::Duration;

use super::Logins;
use crate::db::{DbError, Login, LoginId};
use crate::time::Moment;

/// How long a relay may take to restart.
const LIFETIME: Duration = Duration::from_secs(120);

/// Clocks of relays that share a site's key may differ by this much.
const SKEW: Duration = Duration::from_secs(5);

/// What the seal binds it to.
const OWNER: &str = "resume";

/// Tokens whose use is remembered: more technicians than one relay serves. Beyond it a ticket is needed.
const USED_MAX: usize = 16 << 10;

/// Tokens that were used, until they are worthless anyway.
#[derive(Debug, Default)]
pub(super) struct Used(HashMap<[u8; 16], Moment>);

impl Used {
    /// Uses a token up; `false` when it was used before, or there is no memory to know that again.
    fn take(&mut self, token: [u8; 16], now: Moment) -> bool {
        if USED_MAX <= self.0.len() {
            self.0.retain(|_, until| now < *until);
        }
        if USED_MAX <= self.0.len() || self.0.contains_key(&token) {
            return false;
        }
        self.0.insert(token, now.plus(LIFETIME + SKEW));
        true
    }
}

impl Logins {
    /// A token for a link under a login; `None` where sealing fails, and a ticket has to do.
    pub(crate) fn resume_token(&self, login: LoginId) -> Option<Vec<u8>> {
        self.resume_token_at(login, Moment::now())
    }

    fn resume_token_at(&self, login: LoginId, now: Moment) -> Option<Vec<u8>> {
        let number = crate::random::bytes::<16>();
        let inside = [&login.get().to_be_bytes()[..], &now.to_ms().to_be_bytes(), &number].concat();
        self.sealer.seal(OWNER, &inside).ok()
    }

    /// The login of a token, once; `None` when it is worth nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn resume(&self, token: &[u8]) -> Result<Option<Login>, DbError> {
        let now = Moment::now();
        let Some((login, made, number)) = self.open_resume(token) else { return Ok(None) };
        let is_fresh = made <= now.plus(SKEW) && now < made.plus(LIFETIME);
        if !is_fresh || !self.resumed.lock().take(number, now) {
            return Ok(None);
        }
        self.db.login_by_id(login, now).await
    }

    fn open_resume(&self, token: &[u8]) -> Option<(LoginId, Moment, [u8; 16])> {
        let inside = self.sealer.open_sealed(OWNER, token).ok()?;
        let (login, rest) = inside.split_first_chunk::<8>()?;
        let (made, number) = rest.split_first_chunk::<8>()?;
        let made = Moment::from_ms(i64::from_be_bytes(*made));
        Some((LoginId::new(i64::from_be_bytes(*login)), made, number.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{attempt, logins_with_ada};
    use super::*;

    #[tokio::test]
    async fn a_token_brings_its_login_back_once() {
        let (_folder, logins) = logins_with_ada().await;
        let admitted = logins.log_in(&attempt("ada", "right")).await.expect("let in");
        let login = logins.check(&admitted.token).await.expect("asked").expect("a login");
        let token = logins.resume_token(login.id).expect("a token");
        let back = logins.resume(&token).await.expect("asked").expect("known");
        assert_eq!((back.id, back.user.as_str()), (login.id, "ada"));
        assert!(logins.resume(&token).await.expect("asked").is_none(), "used twice");
    }

    #[tokio::test]
    async fn a_token_that_is_old_damaged_or_of_an_ended_login_is_worth_nothing() {
        let (_folder, logins) = logins_with_ada().await;
        let admitted = logins.log_in(&attempt("ada", "right")).await.expect("let in");
        let login = logins.check(&admitted.token).await.expect("asked").expect("a login");
        let now = Moment::now();
        let old = logins.resume_token_at(login.id, now.minus(LIFETIME)).expect("a token");
        let early = logins.resume_token_at(login.id, now.plus(2 * LIFETIME)).expect("a token");
        let mut damaged = logins.resume_token(login.id).expect("a token");
        damaged[20] ^= 1;
        for token in [old, early, damaged, Vec::new(), vec![0; 300]] {
            assert!(logins.resume(&token).await.expect("asked").is_none(), "{token:?}");
        }
        let token = logins.resume_token(LoginId::new(login.id.get() + 1)).expect("a token");
        assert!(logins.resume(&token).await.expect("asked").is_none(), "no such login");
    }

    #[test]
    fn what_was_used_is_forgotten_only_when_it_is_worthless() {
        let (mut used, now) = (Used::default(), Moment::from_ms(0));
        for number in 0..USED_MAX as u128 {
            assert!(used.take(number.to_be_bytes(), now));
        }
        assert!(!used.take([0xff; 16], now), "full");
        assert!(!used.take([0; 16], now), "used");
        assert!(used.take([0xff; 16], now.plus(2 * LIFETIME)));
    }
}
