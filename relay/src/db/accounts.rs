//! Who may log in.

use crate::db::{Db, DbError, sql};
use crate::time::Moment;

/// Names an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub(super) i64);

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An account as the login needs it.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    /// A PHC string.
    pub(crate) password_hash: String,
}

impl Db {
    /// Whether anybody can log in at all.
    pub(crate) async fn has_accounts(&self) -> Result<bool, DbError> {
        self.holds(sql("SELECT EXISTS (SELECT 1 FROM accounts)")).await
    }

    /// `user` is in lower case.
    pub(crate) async fn add_account(&self, user: &str, name: &str, hash: &str) -> Result<(), DbError> {
        let insert =
            sql("INSERT INTO accounts (user_name, name, password_hash, created_ms) VALUES ($1, $2, $3, $4)");
        self.run(insert.bind(user).bind(name).bind(hash).bind(Moment::now())).await?;
        Ok(())
    }

    /// The account that `user`, in lower case, names, if there is one.
    pub(crate) async fn account(&self, user: &str) -> Result<Option<Account>, DbError> {
        let select = sql("SELECT id, password_hash FROM accounts WHERE user_name = $1");
        let row = self.first(select.bind(user)).await?;
        Ok(row.map(|(id, password_hash)| Account { id: AccountId(id), password_hash }))
    }
}
