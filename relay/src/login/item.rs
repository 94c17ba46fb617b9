//! Passwords of Jump items: asked for when somebody jumps, hashed like those of accounts, guessed as slowly.

use desk::session::PasswordProof;
use desk::{AccountId, ItemId};

use crate::db::Statement;
use crate::login::notes::{Asker, LoginEvent};
use crate::login::throttle::{Tried, Wait};
use crate::login::{LoginError, Logins};

/// Bytes of a Jump item's password: more is no password but an attempt to keep argon2 busy.
const BYTES: std::ops::RangeInclusive<usize> = 4..=256;

impl Logins {
    /// What to write for the password that an item gets.
    pub(crate) async fn item_password(&self, item: ItemId, password: &str) -> Result<Statement, LoginError> {
        if !BYTES.contains(&password.len()) {
            let detail = format!("a Jump item's password has {} to {} bytes", BYTES.start(), BYTES.end());
            return Err(LoginError::Field("password", detail));
        }
        let hash = self.passwords.hash(password).await?;
        Ok(crate::db::set_item_password(item, &hash))
    }

    /// Compares what somebody typed with an item's password. Each try is charged, and a wrong one is in the log.
    pub(crate) async fn prove_item(
        &self,
        asker: Asker,
        account: AccountId,
        item: ItemId,
        typed: &str,
    ) -> Result<PasswordProof, LoginError> {
        let Some(address) = asker.address else { return Err(LoginError::Wrong) };
        let user = format!("{account}@{item}");
        let tried = Tried { user: &user, address, familiar: false, browser: None };
        let charged = self.throttle.lock().attempt(std::time::Instant::now(), &tried);
        if let Err(Wait(left)) = charged {
            return Err(LoginError::Throttled(left));
        }
        let hash = self.db.item_password(item).await?;
        if BYTES.contains(&typed.len()) && self.passwords.verify(typed, hash).await? {
            self.throttle.lock().succeeded(&tried);
            return Ok(PasswordProof::Right);
        }
        let account = Some(crate::db::AccountId::from(account));
        self.note(LoginEvent::ItemPasswordWrong, asker, account, &format!("item {item}")).await?;
        Ok(PasswordProof::Wrong)
    }
}
