//! Tokens by which programs use the API.

use crate::db::{AccountId, Db, DbError, sql};
use crate::time::Moment;

/// Names a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TokenId(i64);

impl TokenId {
    /// The token that this number names.
    pub(crate) const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub(crate) const fn get(self) -> i64 {
        self.0
    }
}

/// A token that is valid now, and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) id: TokenId,
    pub(crate) account: AccountId,
    pub(crate) user: String,
    /// Words with a space between.
    pub(crate) scopes: String,
    pub(crate) last_used: Option<Moment>,
    /// Where it was used last; empty before its first use.
    pub(crate) address: String,
}

/// A token as its owner sees it.
#[derive(Debug, Clone)]
pub(crate) struct TokenLine {
    pub(crate) id: TokenId,
    pub(crate) name: String,
    pub(crate) scopes: String,
    pub(crate) created: Moment,
    pub(crate) expires: Moment,
    pub(crate) last_used: Option<Moment>,
    pub(crate) address: String,
}

/// What is remembered of a new token. The token itself is not.
#[derive(Debug)]
pub(crate) struct NewToken<'a> {
    pub(crate) account: AccountId,
    pub(crate) name: &'a str,
    pub(crate) token_hash: [u8; 32],
    pub(crate) scopes: &'a str,
    pub(crate) expires: Moment,
}

impl Db {
    pub(crate) async fn add_token(&self, new: &NewToken<'_>) -> Result<Option<TokenId>, DbError> {
        let insert = sql("INSERT INTO api_tokens (account, name, token_hash, scopes, created_ms, expires_ms)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id")
        .bind(new.account.get())
        .bind(new.name)
        .bind(&new.token_hash)
        .bind(new.scopes)
        .bind(Moment::now())
        .bind(new.expires);
        Ok(self.run_returning(insert).await?.map(|(id,)| TokenId(id)))
    }

    /// The valid token with this hash, if there is one.
    pub(crate) async fn token(&self, token_hash: &[u8; 32], now: Moment) -> Result<Option<Token>, DbError> {
        let select = sql("SELECT api_tokens.id, account, user_name, scopes, last_used_ms, address
             FROM api_tokens JOIN accounts ON accounts.id = account AND is_enabled = 1
             WHERE token_hash = $1 AND revoked_ms IS NULL AND $2 < expires_ms");
        let row = self.first(select.bind(token_hash).bind(now)).await?;
        Ok(row.map(|(id, account, user, scopes, last_used, address)| Token {
            id: TokenId(id),
            account: AccountId::new(account),
            user,
            scopes,
            last_used: Option::map(last_used, Moment::from_ms),
            address,
        }))
    }

    /// Remembers that a token was used, and from where.
    pub(crate) async fn used_token(&self, id: TokenId, address: &str, now: Moment) -> Result<(), DbError> {
        let update = sql("UPDATE api_tokens SET last_used_ms = $1, address = $2 WHERE id = $3");
        self.run(update.bind(now).bind(address).bind(id.0)).await?;
        Ok(())
    }

    /// The tokens of an account that are not revoked, expired ones too, newest first.
    pub(crate) async fn tokens_of(&self, account: AccountId) -> Result<Vec<TokenLine>, DbError> {
        let select =
            sql("SELECT id, name, scopes, created_ms, expires_ms, last_used_ms, address FROM api_tokens
             WHERE account = $1 AND revoked_ms IS NULL ORDER BY id DESC");
        let rows = self.all(select.bind(account.get())).await?;
        Ok(rows
            .into_iter()
            .map(|(id, name, scopes, created, expires, last_used, address)| TokenLine {
                id: TokenId(id),
                name,
                scopes,
                created: Moment::from_ms(created),
                expires: Moment::from_ms(expires),
                last_used: Option::map(last_used, Moment::from_ms),
                address,
            })
            .collect())
    }

    /// Ends a token of an account. Whether there was one to end.
    pub(crate) async fn revoke_token(&self, account: AccountId, id: TokenId) -> Result<bool, DbError> {
        let update = sql(
            "UPDATE api_tokens SET revoked_ms = $1 WHERE id = $2 AND account = $3 AND revoked_ms IS NULL",
        );
        Ok(self.run(update.bind(Moment::now()).bind(id.0).bind(account.get())).await? == 1)
    }
}
