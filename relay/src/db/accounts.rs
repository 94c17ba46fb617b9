//! Who may log in.

use crate::db::{Db, DbError};
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
        let found = sqlx::query_scalar::<_, i64>("SELECT EXISTS (SELECT 1 FROM accounts)")
            .fetch_one(&self.readers)
            .await?;
        Ok(found != 0)
    }

    pub(crate) async fn add_account(&self, user: &str, name: &str, hash: &str) -> Result<(), DbError> {
        sqlx::query("INSERT INTO accounts (user, name, password_hash, created_ms) VALUES (?, ?, ?, ?)")
            .bind(user)
            .bind(name)
            .bind(hash)
            .bind(Moment::now().to_ms())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The account that `user` names, if there is one.
    pub(crate) async fn account(&self, user: &str) -> Result<Option<Account>, DbError> {
        let row = sqlx::query_as::<_, (i64, String)>("SELECT id, password_hash FROM accounts WHERE user = ?")
            .bind(user)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|(id, password_hash)| Account { id: AccountId(id), password_hash }))
    }
}
