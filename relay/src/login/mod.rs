//! Who is logged in: passwords in, cookies out, and what ends them.
//!
//! A login is a random token in a cookie; the database knows only its hash. Ending a login also ends the links
//! that were opened with it. Start at [`Logins`].

mod cookie;
mod live;
mod password;
mod throttle;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::config::{ConfigError, within};
use crate::db::{Account, AccountId, Db, DbError, Login, LoginId, NewLogin};
use crate::time::Moment;

pub(crate) use cookie::{clear_cookie, set_cookie, token_of};
use live::LiveLogins;
pub use password::PasswordError;
use password::Passwords;
pub(crate) use password::readable_password;
use throttle::{Throttle, Wait};

/// Characters of a user name.
const USER_MAX: usize = 64;

/// Bytes of a password: argon2 takes any length, a limit keeps the work bounded.
const PASSWORD_BYTES_MAX: usize = 1024;

/// Characters that are kept of what a browser says of itself.
const DEVICE_MAX: usize = 200;

/// `last seen` is written at most this often, so that reading pages does not write to the disk.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// An address from which somebody logged in this recently cannot be locked out by others' guesses.
const FAMILIAR_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// How logins work.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// How long a login lasts. A stolen cookie is worth something for as long.
    pub lifetime_hours: u32,
    /// Passwords that are hashed at the same time; each costs 19 MB and 20 to 50 ms of a core.
    pub hashing_at_once: u32,
    /// Wrong passwords from one address for one account, before it must wait.
    pub tries_of_pair: u32,
    /// Wrong passwords from one address, before it must wait. Many people may share it.
    pub tries_of_address: u32,
    /// Wrong passwords for one account from addresses that never logged in to it, before they must wait.
    pub tries_of_account: u32,
    /// After that many, one more try for each of these.
    pub try_again_s: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            lifetime_hours: 12,
            hashing_at_once: 2,
            tries_of_pair: 5,
            tries_of_address: 30,
            tries_of_account: 50,
            try_again_s: 10,
        }
    }
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within("login.lifetime_hours", self.lifetime_hours, 1, 24 * 365)?;
        within("login.hashing_at_once", self.hashing_at_once, 1, 64)?;
        within("login.tries_of_pair", self.tries_of_pair, 1, 1000)?;
        within("login.tries_of_address", self.tries_of_address, 1, 100_000)?;
        within("login.tries_of_account", self.tries_of_account, 1, 100_000)?;
        within("login.try_again_s", self.try_again_s, 1, 3600)
    }

    /// How long a login lasts.
    pub(crate) fn lifetime(&self) -> Duration {
        Duration::from_secs(u64::from(self.lifetime_hours) * 3600)
    }
}

/// What somebody typed, and from where.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) device: &'a str,
    pub(crate) address: IpAddr,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("user or password is wrong")]
    Wrong,
    #[error("too many wrong passwords; try again in {} s", .0.as_secs().max(1))]
    Throttled(Duration),
    #[error("too many logins at once; try again in a moment")]
    Busy,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// All logins of this relay.
#[derive(Debug)]
pub(crate) struct Logins {
    config: Config,
    db: Db,
    passwords: Passwords,
    throttle: Mutex<Throttle>,
    live: LiveLogins,
}

impl Logins {
    pub(crate) fn new(config: Config, db: Db) -> Result<Self, PasswordError> {
        let passwords = Passwords::new(config.hashing_at_once as usize)?;
        let throttle = Mutex::new(Throttle::new(&config));
        Ok(Self { config, db, passwords, throttle, live: LiveLogins::default() })
    }

    /// Hashes a password for a new account.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        self.passwords.hash(password).await
    }

    /// How long a new login lasts.
    pub(crate) fn lifetime(&self) -> Duration {
        self.config.lifetime()
    }

    /// Checks a password and gives the token for the cookie.
    ///
    /// Takes as long for a user that does not exist as for a wrong password.
    pub(crate) async fn log_in(&self, attempt: &Attempt<'_>) -> Result<String, LoginError> {
        let user = attempt.user.to_lowercase();
        let typed = user.chars().count() <= USER_MAX && attempt.password.len() <= PASSWORD_BYTES_MAX;
        let account = if typed { self.db.account(&user).await? } else { None };
        let address = attempt.address.to_string();
        let familiar = self.is_familiar(account.as_ref(), &address).await?;
        let tried = throttle::Tried { user: &user, address: attempt.address, familiar };
        self.throttle
            .lock()
            .attempt(Instant::now(), &tried)
            .map_err(|Wait(left)| LoginError::Throttled(left))?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let password = if typed { attempt.password } else { "" };
        let right = self.passwords.verify(password, hash).await.map_err(|_| LoginError::Busy)?;
        let Some(account) = account.filter(|_| right) else { return Err(LoginError::Wrong) };
        self.throttle.lock().succeeded(&tried);
        self.remember(account.id, attempt.device, &address).await
    }

    /// Whether somebody logged in to the account from there not long ago.
    async fn is_familiar(&self, account: Option<&Account>, address: &str) -> Result<bool, DbError> {
        let Some(account) = account else { return Ok(false) };
        let since = Moment::now().minus(FAMILIAR_FOR);
        self.db.has_logged_in(account.id, address, since).await
    }

    /// Makes the token of a new login.
    async fn remember(&self, account: AccountId, device: &str, address: &str) -> Result<String, LoginError> {
        let token = URL_SAFE_NO_PAD.encode(crate::random::bytes::<32>());
        let device: String = device.chars().take(DEVICE_MAX).collect();
        let expires = Moment::now().plus(self.config.lifetime());
        let new = NewLogin { account, token_hash: hash_of(&token), device: &device, address, expires };
        self.db.add_login(&new).await?;
        Ok(token)
    }

    /// The valid login behind a cookie's token, if there is one.
    pub(crate) async fn check(&self, token: &str) -> Result<Option<Login>, DbError> {
        let now = Moment::now();
        let Some((login, seen)) = self.db.login(&hash_of(token), now).await? else { return Ok(None) };
        if SEEN_EVERY < now.after(seen) {
            self.db.saw_login(login.id, now).await?;
        }
        Ok(Some(login))
    }

    /// Ends a login and all that was opened with it.
    pub(crate) async fn log_out(&self, login: LoginId) -> Result<(), DbError> {
        self.db.revoke_login(login, Moment::now()).await?;
        self.live.end(login);
        Ok(())
    }

    /// Whether a login is still valid. Ask after [`Logins::ended`], so that no end is missed in between.
    pub(crate) async fn is_valid(&self, login: LoginId) -> Result<bool, DbError> {
        self.db.has_login(login, Moment::now()).await
    }

    /// Fires when the login ends by logout or revocation; expiry is for the holder to watch.
    pub(crate) fn ended(&self, login: LoginId) -> std::sync::Arc<CancellationToken> {
        self.live.token(login)
    }

    /// Forgets logins that ended a while ago.
    pub(crate) async fn tidy(&self) -> Result<(), DbError> {
        self.db.forget_logins(Moment::now().minus(FAMILIAR_FOR)).await
    }
}

fn hash_of(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::db::on_each_database;

    fn attempt(user: &'static str, password: &'static str) -> Attempt<'static> {
        Attempt { user, password, device: "test", address: IpAddr::V4(Ipv4Addr::LOCALHOST) }
    }

    async fn logins(db: &Db) -> Logins {
        let logins = Logins::new(Config::default(), db.clone()).expect("logins");
        let hash = logins.hash("right").await.expect("hashed");
        db.add_account("admin", "Administrator", &hash).await.expect("added");
        logins
    }

    #[tokio::test]
    async fn a_login_lasts_until_it_is_ended() {
        on_each_database(async |db| {
            let logins = logins(&db).await;
            let token = logins.log_in(&attempt("Admin", "right")).await.expect("let in");
            let login = logins.check(&token).await.expect("asked").expect("valid");
            assert_eq!(login.user, "admin");
            let ended = logins.ended(login.id);
            logins.log_out(login.id).await.expect("ended");
            assert!(ended.is_cancelled());
            assert!(logins.check(&token).await.expect("asked").is_none());
        })
        .await;
    }

    #[tokio::test]
    async fn a_wrong_password_and_an_unknown_user_sound_the_same() {
        on_each_database(async |db| {
            let logins = logins(&db).await;
            for (user, password) in [("admin", "wrong"), ("nobody", "right")] {
                let refused = logins.log_in(&attempt(user, password)).await;
                assert!(matches!(refused, Err(LoginError::Wrong)), "{refused:?}");
            }
        })
        .await;
    }

    #[tokio::test]
    async fn guessing_is_slowed_down() {
        on_each_database(async |db| {
            let logins = logins(&db).await;
            for _ in 0..Config::default().tries_of_pair {
                let refused = logins.log_in(&attempt("admin", "wrong")).await;
                assert!(matches!(refused, Err(LoginError::Wrong)), "{refused:?}");
            }
            let refused = logins.log_in(&attempt("admin", "right")).await;
            assert!(matches!(refused, Err(LoginError::Throttled(_))), "{refused:?}");
        })
        .await;
    }
}
