//! Who is logged in: passwords in, cookies out, and what ends them.
//!
//! A login is a random token in a cookie; the database knows only its hash. Ending a login also ends the links
//! that were opened with it. What matters for security is written to a [`Notebook`]. Start at [`Logins`].

mod cookie;
mod item;
mod known;
mod live;
mod notes;
mod own;
mod password;
mod resume;
mod rules;
mod seal;
mod second;
mod throttle;
mod tokens;

use std::collections::HashMap;
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

pub(crate) use cookie::{
    browser_of, clear_cookie, clear_customer, clear_guest, customer_of, guest_of, set_browser, set_cookie,
    set_customer, set_guest, token_of,
};
use known::Browser;
pub(crate) use live::LiveLogins;
pub use notes::NoteError;
pub(crate) use notes::{Asker, By, LoginEvent, Note, Notebook};
pub use password::PasswordError;
use password::Passwords;
pub(crate) use password::readable_password;
use rules::PASSWORD_BYTES_MAX;
pub use rules::RuleError;
pub use seal::SealError;
pub(crate) use seal::Sealer;
pub(crate) use throttle::network_of;
use throttle::{Throttle, Wait};
pub(crate) use tokens::{Scope, Scopes, TokenWish};

/// Characters of a user name.
const USER_MAX: usize = 64;

/// Characters that are kept of what a browser says of itself.
const DEVICE_MAX: usize = 200;

/// `last seen` is written at most this often, so that reading pages does not write to the disk.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// An address from which somebody logged in this recently cannot be locked out by others' guesses.
const FAMILIAR_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// Refusals for trying too often are noted at most this often; the figures count them all.
const NOTE_THROTTLED_EVERY: Duration = Duration::from_secs(1);

/// How logins work.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// How long a login lasts. A stolen cookie is worth something for as long.
    pub lifetime_hours: u32,
    /// Characters of a new password, at least.
    pub password_characters_min: u32,
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
            password_characters_min: 12,
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
        within("login.password_characters_min", self.password_characters_min, 8, 128)?;
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
    /// Of the second factor.
    pub(crate) code: Option<&'a str>,
    pub(crate) device: &'a str,
    pub(crate) address: IpAddr,
    /// The cookie by which the account knows its browser.
    pub(crate) browser: Option<&'a str>,
}

/// What somebody gets who is let in.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// For the cookie of the login.
    pub(crate) token: String,
    /// For the cookie by which the account knows its browser.
    pub(crate) browser: String,
}

/// Why somebody is not let in, or may not do what they want.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("user or password is wrong")]
    Wrong,
    #[error("a code of the second factor is wanted")]
    CodeWanted,
    #[error("the code is wrong, or was used before")]
    WrongCode,
    #[error("too many wrong passwords; try again in {} s", .0.as_secs().max(1))]
    Throttled(Duration),
    #[error("too many logins at once; try again in a moment")]
    Busy,
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error("{1}")]
    Field(&'static str, String),
    #[error("there is a second factor already; turn it off first")]
    TotpThere,
    #[error("second factor: {0}")]
    Totp(String),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<PasswordError> for LoginError {
    fn from(_: PasswordError) -> Self {
        Self::Busy
    }
}

/// All logins of this relay.
#[derive(Debug)]
pub(crate) struct Logins {
    config: Config,
    db: Db,
    sealer: Sealer,
    notebook: Box<dyn Notebook>,
    passwords: Passwords,
    throttle: Mutex<Throttle>,
    /// When this relay last did what an operator's `unlock` asks for, for each account that has one.
    forgiven: Mutex<HashMap<AccountId, Moment>>,
    throttled_noted: Mutex<Option<Instant>>,
    live: LiveLogins,
    /// Tokens with which technicians came back.
    resumed: Mutex<resume::Used>,
}

impl Logins {
    pub(crate) fn new(
        config: Config,
        db: Db,
        sealer: Sealer,
        notebook: Box<dyn Notebook>,
    ) -> Result<Self, PasswordError> {
        Ok(Self {
            passwords: Passwords::new(config.hashing_at_once as usize)?,
            throttle: Mutex::new(Throttle::new(&config)),
            forgiven: Mutex::default(),
            throttled_noted: Mutex::default(),
            live: LiveLogins::default(),
            resumed: Mutex::default(),
            config,
            db,
            sealer,
            notebook,
        })
    }

    /// The digest of a session key, typed with or without spaces and dashes, in letters of any case.
    pub(crate) fn digest(&self, code: &str) -> desk::key::Digest {
        let plain: String = code.chars().filter(|letter| letter.is_alphanumeric()).collect();
        self.sealer.digest(&plain.to_uppercase())
    }

    /// The secret by which the agent that a customer starts for a session is known.
    pub(crate) fn agent_secret(&self, session: u64, own: &desk::key::Digest) -> [u8; 32] {
        self.sealer.agent_secret(session, own)
    }

    /// Whether it is that secret. Takes as long for one that is nearly right as for any other.
    pub(crate) fn is_agent_secret(&self, secret: &[u8], session: u64, own: &desk::key::Digest) -> bool {
        self.sealer.is_agent_secret(secret, session, own)
    }

    /// Hashes a password for an account.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        self.passwords.hash(password).await
    }

    /// How long a new login lasts.
    pub(crate) fn lifetime(&self) -> Duration {
        self.config.lifetime()
    }

    /// Checks a password, and a code where one is wanted, and gives what goes into cookies.
    ///
    /// Takes as long for a user that does not exist as for a wrong password.
    pub(crate) async fn log_in(&self, attempt: &Attempt<'_>) -> Result<Admitted, LoginError> {
        let user = attempt.user.to_lowercase();
        let is_typed = user.chars().count() <= USER_MAX && attempt.password.len() <= PASSWORD_BYTES_MAX;
        let account = if is_typed { self.db.account(&user).await? } else { None };
        // Whoever may not log in hears what somebody hears who does not exist.
        let account = account.filter(|account| account.is_enabled);
        let asker = Asker::visitor(attempt.address);
        let (account, browser) = self.prove(asker, &user, account, attempt).await?;
        let browser = browser.unwrap_or_else(|| Browser::new(account.id)).to_cookie(&self.sealer);
        let token = self.remember(account.id, attempt).await?;
        Ok(Admitted { token, browser })
    }

    /// Whether they are who they say, by all that they typed. Each try is charged.
    async fn prove(
        &self,
        asker: Asker,
        user: &str,
        account: Option<Account>,
        attempt: &Attempt<'_>,
    ) -> Result<(Account, Option<Browser>), LoginError> {
        let known = account.as_ref().zip(attempt.browser);
        let browser =
            known.and_then(|(account, value)| Browser::from_cookie(value, account.id, &self.sealer));
        let familiar = self.is_familiar(account.as_ref(), &attempt.address.to_string()).await?;
        let tried = throttle::Tried { user, address: attempt.address, familiar, browser };
        let of = account.as_ref().map(|account| account.id);
        self.forgive(account.as_ref());
        let charged = self.throttle.lock().attempt(Instant::now(), &tried);
        if let Err(Wait(left)) = charged {
            self.note_throttled(asker, of).await?;
            return Err(LoginError::Throttled(left));
        }
        match self.compare(asker, account, attempt).await {
            Ok(account) => {
                self.throttle.lock().succeeded(&tried);
                Ok((account, browser))
            }
            Err(error) => {
                if matches!(error, LoginError::Wrong | LoginError::WrongCode) {
                    // A name that no account has may be a password, typed into the wrong field.
                    let detail = if of.is_some() { error.to_string() } else { "no such user".to_owned() };
                    self.note(LoginEvent::LoginFailed, asker, of, &detail).await?;
                }
                Err(error)
            }
        }
    }

    async fn compare(
        &self,
        asker: Asker,
        account: Option<Account>,
        attempt: &Attempt<'_>,
    ) -> Result<Account, LoginError> {
        // An account without a password takes as long to refuse as one with another.
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let hash = hash.filter(|hash| !hash.is_empty());
        let right = self.passwords.verify(attempt.password, hash).await?;
        let account = account.filter(|_| right).ok_or(LoginError::Wrong)?;
        if account.has_totp {
            let code = attempt.code.ok_or(LoginError::CodeWanted)?;
            if !self.takes_code(asker, &account, code).await? {
                return Err(LoginError::WrongCode);
            }
        }
        Ok(account)
    }

    /// Does what an operator's `unlock` asks for, once.
    fn forgive(&self, account: Option<&Account>) {
        let Some(account) = account.filter(|account| Moment::from_ms(0) < account.unlocked) else { return };
        if self.forgiven.lock().insert(account.id, account.unlocked) != Some(account.unlocked) {
            self.throttle.lock().forgive(&account.user);
        }
    }

    async fn note_throttled(&self, asker: Asker, account: Option<AccountId>) -> Result<(), NoteError> {
        let now = Instant::now();
        let is_due = {
            let mut noted = self.throttled_noted.lock();
            let is_due = noted.is_none_or(|at| NOTE_THROTTLED_EVERY <= now.duration_since(at));
            if is_due {
                *noted = Some(now);
            }
            is_due
        };
        if is_due { self.note(LoginEvent::LoginThrottled, asker, account, "").await } else { Ok(()) }
    }

    /// Whether somebody logged in to the account from there not long ago.
    async fn is_familiar(&self, account: Option<&Account>, address: &str) -> Result<bool, DbError> {
        let Some(account) = account else { return Ok(false) };
        let since = Moment::now().minus(FAMILIAR_FOR);
        self.db.has_logged_in(account.id, address, since).await
    }

    /// Makes the token of a new login.
    async fn remember(&self, account: AccountId, attempt: &Attempt<'_>) -> Result<String, LoginError> {
        let token = URL_SAFE_NO_PAD.encode(crate::random::bytes::<32>());
        let device: String = attempt.device.chars().take(DEVICE_MAX).collect();
        let address = attempt.address.to_string();
        let expires = Moment::now().plus(self.config.lifetime());
        let token_hash = hash_of(&token);
        self.db
            .add_login(&NewLogin { account, token_hash, device: &device, address: &address, expires })
            .await?;
        let asker = Asker { by: By::Account(account), ..Asker::visitor(attempt.address) };
        self.note(LoginEvent::LoggedIn, asker, Some(account), &device).await?;
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

    /// Whether a login is still valid. Ask after [`Logins::ended`], so that no end is missed in between.
    pub(crate) async fn is_valid(&self, login: LoginId) -> Result<bool, DbError> {
        self.db.has_login(login, Moment::now()).await
    }

    /// Fires when the login ends by logout or revocation; expiry is for the holder to watch.
    pub(crate) fn ended(&self, login: LoginId) -> std::sync::Arc<CancellationToken> {
        self.live.token(login)
    }

    /// Ends what is open under logins that another process ended: `relay admin`, or a relay beside this one.
    pub(crate) async fn end_revoked(&self) -> Result<(), DbError> {
        for login in self.live.open() {
            if !self.is_valid(login).await? {
                self.live.end(login);
            }
        }
        Ok(())
    }

    /// Forgets logins that ended a while ago.
    pub(crate) async fn tidy(&self) -> Result<(), DbError> {
        self.db.forget_logins(Moment::now().minus(FAMILIAR_FOR)).await
    }

    async fn note(
        &self,
        event: LoginEvent,
        asker: Asker,
        account: Option<AccountId>,
        detail: &str,
    ) -> Result<(), NoteError> {
        self.notebook.note(Note { event, asker, account, detail: detail.to_owned() }).await
    }
}

fn hash_of(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests;
