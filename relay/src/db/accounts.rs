//! Who may log in.

use crate::db::{Db, DbError, LoginId, sql};
use crate::time::Moment;

/// Names an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub(super) i64);

impl AccountId {
    /// The account that this number names.
    pub(crate) const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub(crate) const fn get(self) -> i64 {
        self.0
    }
}

impl From<AccountId> for desk::AccountId {
    fn from(account: AccountId) -> Self {
        Self::new(account.0.cast_unsigned())
    }
}

impl From<desk::AccountId> for AccountId {
    fn from(account: desk::AccountId) -> Self {
        Self(account.get().cast_signed())
    }
}

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An account as the login needs it.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) user: String,
    /// A PHC string; empty for one who cannot log in by a password yet.
    pub(crate) password_hash: String,
    /// Whether a code is asked for beside the password.
    pub(crate) has_totp: bool,
    /// When an operator last forgave its wrong passwords.
    pub(crate) unlocked: Moment,
    /// Whether it may log in.
    pub(crate) is_enabled: bool,
}

impl Db {
    /// Whether anybody can log in at all.
    pub(crate) async fn has_accounts(&self) -> Result<bool, DbError> {
        self.holds(sql("SELECT EXISTS (SELECT 1 FROM accounts)")).await
    }

    /// Adds an account with the next number, behind the desk's back. `user` is in lower case.
    #[cfg(test)]
    pub(crate) async fn add_account(&self, user: &str, name: &str, hash: &str) -> Result<(), DbError> {
        let insert = sql("INSERT INTO accounts (id, user_name, name, password_hash, created_ms)
             SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4 FROM accounts");
        self.run(insert.bind(user).bind(name).bind(hash).bind(Moment::now())).await?;
        Ok(())
    }

    /// The account that `user`, in lower case, names, if there is one.
    pub(crate) async fn account(&self, user: &str) -> Result<Option<Account>, DbError> {
        let select = sql(
            "SELECT id, user_name, password_hash, totp_enabled_ms IS NOT NULL, unlocked_ms, is_enabled = 1
             FROM accounts
             WHERE user_name = $1",
        );
        Ok(self.first(select.bind(user)).await?.map(account))
    }

    /// The account with this number, if there is one.
    pub(crate) async fn account_by_id(&self, id: AccountId) -> Result<Option<Account>, DbError> {
        let select = sql(
            "SELECT id, user_name, password_hash, totp_enabled_ms IS NOT NULL, unlocked_ms, is_enabled = 1
             FROM accounts WHERE id = $1",
        );
        Ok(self.first(select.bind(id.0)).await?.map(account))
    }

    /// Remembers that an operator forgives the wrong passwords of an account.
    pub(crate) async fn unlock_account(&self, account: AccountId) -> Result<(), DbError> {
        let update = sql("UPDATE accounts SET unlocked_ms = $1 WHERE id = $2");
        self.run(update.bind(Moment::now()).bind(account.0)).await?;
        Ok(())
    }

    /// Gives an account another password, and ends all its logins but `keep`. Gives those that ended.
    pub(crate) async fn set_password(
        &self,
        account: AccountId,
        hash: &str,
        keep: Option<LoginId>,
    ) -> Result<Vec<LoginId>, DbError> {
        let mut tx = self.begin_write().await?;
        let update = sql("UPDATE accounts SET password_hash = $1 WHERE id = $2");
        tx.run(update.bind(hash).bind(account.0)).await?;
        let end =
            sql("UPDATE logins SET revoked_ms = $1 WHERE account = $2 AND id <> $3 AND revoked_ms IS NULL
             RETURNING id");
        let keep = keep.map_or(0, LoginId::get);
        let ended: Vec<(i64,)> = tx.all(end.bind(Moment::now()).bind(account.0).bind(keep)).await?;
        tx.commit().await?;
        Ok(ended.into_iter().map(|(id,)| LoginId(id)).collect())
    }
}

type Row = (i64, String, String, bool, i64, bool);

fn account((id, user, password_hash, has_totp, unlocked, is_enabled): Row) -> Account {
    let unlocked = Moment::from_ms(unlocked);
    Account { id: AccountId(id), user, password_hash, has_totp, unlocked, is_enabled }
}
