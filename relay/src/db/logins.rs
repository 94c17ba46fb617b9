//! Logins: who holds a cookie, from where, and until when.

use crate::db::{AccountId, Db, DbError, sql};
use crate::time::Moment;

/// Names a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LoginId(pub(super) i64);

impl LoginId {
    /// The login that this number names.
    pub(crate) const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub(crate) const fn get(self) -> i64 {
        self.0
    }
}

impl std::fmt::Display for LoginId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A login that is valid now.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) id: LoginId,
    pub(crate) account: AccountId,
    pub(crate) user: String,
    pub(crate) name: String,
    /// Whether its account has a second factor.
    pub(crate) has_totp: bool,
    pub(crate) expires: Moment,
}

/// A login as its owner sees it.
#[derive(Debug, Clone)]
pub(crate) struct LoginLine {
    pub(crate) id: LoginId,
    /// What the browser says of itself.
    pub(crate) device: String,
    pub(crate) address: String,
    pub(crate) created: Moment,
    pub(crate) last_seen: Moment,
    pub(crate) expires: Moment,
}

/// What is remembered of a new login. The token itself is not.
#[derive(Debug)]
pub(crate) struct NewLogin<'a> {
    pub(crate) account: AccountId,
    pub(crate) token_hash: [u8; 32],
    /// What the browser says of itself.
    pub(crate) device: &'a str,
    pub(crate) address: &'a str,
    pub(crate) expires: Moment,
}

impl Db {
    pub(crate) async fn add_login(&self, new: &NewLogin<'_>) -> Result<(), DbError> {
        let now = Moment::now();
        let insert = sql(
            "INSERT INTO logins (account, token_hash, device, address, created_ms, last_seen_ms, expires_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(new.account.0)
        .bind(&new.token_hash)
        .bind(new.device)
        .bind(new.address)
        .bind(now)
        .bind(now)
        .bind(new.expires);
        self.run(insert).await?;
        Ok(())
    }

    /// The valid login behind a token, if there is one, and when it was last seen.
    pub(crate) async fn login(
        &self,
        token_hash: &[u8; 32],
        now: Moment,
    ) -> Result<Option<(Login, Moment)>, DbError> {
        let select =
            sql("SELECT logins.id, account, user_name, name, totp_enabled_ms IS NOT NULL, expires_ms,
                last_seen_ms
             FROM logins JOIN accounts ON accounts.id = account AND is_enabled = 1
             WHERE token_hash = $1 AND revoked_ms IS NULL AND $2 < expires_ms");
        let row = self.first(select.bind(token_hash).bind(now)).await?;
        Ok(row.map(|(id, account, user, name, has_totp, expires, seen)| {
            let (id, account, expires) = (LoginId(id), AccountId(account), Moment::from_ms(expires));
            let login = Login { id, account, user, name, has_totp, expires };
            (login, Moment::from_ms(seen))
        }))
    }

    /// The valid login of a number, for whoever proved that the relay gave it to him.
    pub(crate) async fn login_by_id(&self, id: LoginId, now: Moment) -> Result<Option<Login>, DbError> {
        let select = sql("SELECT account, user_name, name, totp_enabled_ms IS NOT NULL, expires_ms
             FROM logins JOIN accounts ON accounts.id = account AND is_enabled = 1
             WHERE logins.id = $1 AND revoked_ms IS NULL AND $2 < expires_ms");
        let row = self.first(select.bind(id.0).bind(now)).await?;
        Ok(row.map(|(account, user, name, has_totp, expires)| {
            let (account, expires) = (AccountId(account), Moment::from_ms(expires));
            Login { id, account, user, name, has_totp, expires }
        }))
    }

    /// The valid logins of an account, the one that was seen last first.
    pub(crate) async fn logins_of(&self, account: AccountId, now: Moment) -> Result<Vec<LoginLine>, DbError> {
        let select = sql("SELECT id, device, address, created_ms, last_seen_ms, expires_ms FROM logins
             WHERE account = $1 AND revoked_ms IS NULL AND $2 < expires_ms ORDER BY last_seen_ms DESC, id");
        let rows = self.all(select.bind(account.0).bind(now)).await?;
        Ok(rows
            .into_iter()
            .map(|(id, device, address, created, last_seen, expires)| LoginLine {
                id: LoginId(id),
                device,
                address,
                created: Moment::from_ms(created),
                last_seen: Moment::from_ms(last_seen),
                expires: Moment::from_ms(expires),
            })
            .collect())
    }

    /// Whether a login is still valid.
    pub(crate) async fn has_login(&self, id: LoginId, now: Moment) -> Result<bool, DbError> {
        let select = sql("SELECT EXISTS (
                SELECT 1 FROM logins JOIN accounts ON accounts.id = account AND is_enabled = 1
                WHERE logins.id = $1 AND revoked_ms IS NULL AND $2 < expires_ms)");
        self.holds(select.bind(id.0).bind(now)).await
    }

    pub(crate) async fn saw_login(&self, id: LoginId, now: Moment) -> Result<(), DbError> {
        self.run(sql("UPDATE logins SET last_seen_ms = $1 WHERE id = $2").bind(now).bind(id.0)).await?;
        Ok(())
    }

    /// Ends a login of an account; its token is worthless from now on. Whether there was one to end.
    pub(crate) async fn revoke_login(
        &self,
        account: AccountId,
        id: LoginId,
        now: Moment,
    ) -> Result<bool, DbError> {
        let update =
            sql("UPDATE logins SET revoked_ms = $1 WHERE id = $2 AND account = $3 AND revoked_ms IS NULL");
        Ok(self.run(update.bind(now).bind(id.0).bind(account.0)).await? == 1)
    }

    /// Whether somebody logged in to `account` from `address` since `since`.
    pub(crate) async fn has_logged_in(
        &self,
        account: AccountId,
        address: &str,
        since: Moment,
    ) -> Result<bool, DbError> {
        let select = sql(
            "SELECT EXISTS (SELECT 1 FROM logins WHERE account = $1 AND address = $2 AND $3 <= created_ms)",
        );
        self.holds(select.bind(account.0).bind(address).bind(since)).await
    }

    /// Forgets logins that ended before `before`.
    pub(crate) async fn forget_logins(&self, before: Moment) -> Result<(), DbError> {
        self.run(sql("DELETE FROM logins WHERE expires_ms < $1").bind(before)).await?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) fn login_for_tests(user: &str) -> Login {
    let expires = Moment::now().plus(std::time::Duration::from_secs(3600));
    Login {
        id: LoginId(1),
        account: AccountId::new(1),
        user: user.to_owned(),
        name: user.to_owned(),
        has_totp: false,
        expires,
    }
}
