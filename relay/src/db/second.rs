//! Second factors: the sealed secret behind an account's codes, and its recovery codes.

use crate::db::{AccountId, Db, DbError, sql};
use crate::time::Moment;

impl Db {
    /// Remembers a sealed secret that its owner has yet to confirm. One that is in use stays.
    pub(crate) async fn propose_totp(&self, account: AccountId, sealed: &[u8]) -> Result<bool, DbError> {
        let update = sql("UPDATE accounts SET totp_secret = $1 WHERE id = $2 AND totp_enabled_ms IS NULL");
        Ok(self.run(update.bind(sealed).bind(account.0)).await? == 1)
    }

    /// The sealed secret of an account, confirmed or not.
    pub(crate) async fn totp_secret(&self, account: AccountId) -> Result<Option<Vec<u8>>, DbError> {
        let select = sql("SELECT totp_secret FROM accounts WHERE id = $1");
        let row: Option<(Option<Vec<u8>>,)> = self.first(select.bind(account.0)).await?;
        Ok(row.and_then(|(secret,)| secret))
    }

    /// Uses up a step: `false` when this one or a later one was used before.
    pub(crate) async fn use_totp_step(&self, account: AccountId, step: i64) -> Result<bool, DbError> {
        let update = sql("UPDATE accounts SET totp_last_step = $1 WHERE id = $2 AND totp_last_step < $1");
        Ok(self.run(update.bind(step).bind(account.0)).await? == 1)
    }

    /// From now on the account's login asks for a code; the recovery codes replace those there were.
    pub(crate) async fn enable_totp(
        &self,
        account: AccountId,
        recovery_hashes: &[[u8; 32]],
    ) -> Result<(), DbError> {
        let mut tx = self.begin_write().await?;
        let update =
            sql("UPDATE accounts SET totp_enabled_ms = $1 WHERE id = $2 AND totp_enabled_ms IS NULL");
        tx.run(update.bind(Moment::now()).bind(account.0)).await?;
        tx.run(sql("DELETE FROM recovery_codes WHERE account = $1").bind(account.0)).await?;
        for hash in recovery_hashes {
            let insert = sql("INSERT INTO recovery_codes (account, code_hash) VALUES ($1, $2)");
            tx.run(insert.bind(account.0).bind(hash)).await?;
        }
        tx.commit().await
    }

    /// Uses up a recovery code: `false` when there is no such code, or it was used before.
    pub(crate) async fn use_recovery_code(
        &self,
        account: AccountId,
        hash: &[u8; 32],
    ) -> Result<bool, DbError> {
        let update = sql(
            "UPDATE recovery_codes SET used_ms = $1 WHERE account = $2 AND code_hash = $3 AND used_ms IS NULL",
        );
        Ok(self.run(update.bind(Moment::now()).bind(account.0).bind(hash)).await? == 1)
    }

    /// Forgets the account's secret and recovery codes. Whether it had a second factor.
    pub(crate) async fn disable_totp(&self, account: AccountId) -> Result<bool, DbError> {
        let mut tx = self.begin_write().await?;
        let update = sql("UPDATE accounts SET totp_secret = NULL, totp_enabled_ms = NULL
             WHERE id = $1 AND totp_enabled_ms IS NOT NULL");
        let had = tx.run(update.bind(account.0)).await? == 1;
        tx.run(sql("DELETE FROM recovery_codes WHERE account = $1").bind(account.0)).await?;
        tx.commit().await?;
        Ok(had)
    }
}
