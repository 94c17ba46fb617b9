//! Passwords of Jump items. Whether an item asks for one is the desk's to say; the hash is here.

use desk::ItemId;

use crate::db::{Db, DbError, Statement, sql};

/// What to write for an item's new password, beside the event that says there is one.
pub(crate) fn set_item_password(item: ItemId, hash: &str) -> Statement {
    sql("INSERT INTO item_passwords (item, password_hash) VALUES ($1, $2)
         ON CONFLICT (item) DO UPDATE SET password_hash = excluded.password_hash")
    .bind(item.get().cast_signed())
    .bind(hash)
}

impl Db {
    /// The hash of an item's password, where it has one.
    pub(crate) async fn item_password(&self, item: ItemId) -> Result<Option<String>, DbError> {
        let select = sql("SELECT password_hash FROM item_passwords WHERE item = $1");
        let row: Option<(String,)> = self.first(select.bind(item.get().cast_signed())).await?;
        Ok(row.map(|(hash,)| hash))
    }
}
