//! API tokens: how programs prove themselves. Each has an owner, a name, scopes and an end.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::db::{AccountId, NewToken, Token, TokenId, TokenLine};
use crate::login::notes::{Asker, By, LoginEvent};
use crate::login::{LoginError, Logins, SEEN_EVERY, hash_of};
use crate::time::Moment;

/// How a token begins, so that people and scanners for leaked secrets know it.
const PREFIX: &str = "nhp_";

/// Characters of a token's name.
const NAME_MAX: usize = 100;

/// Tokens of one account that are not revoked.
const TOKENS_MAX: usize = 50;

/// How long a token may last.
const DAYS_MAX: u32 = 366;

/// What a token may be used for. Its owner's permissions bound it, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// Look at everything that its owner sees.
    Read,
    /// Work with sessions: take, transfer, invite, chat, end.
    Sessions,
    /// Work with Jump items: enrol, change, remove.
    Jump,
    /// Change records: accounts, teams, policies, the site.
    Admin,
}

impl Scope {
    const ALL: [Self; 4] = [Self::Read, Self::Sessions, Self::Jump, Self::Admin];

    /// The word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Sessions => "sessions",
            Self::Jump => "jump",
            Self::Admin => "admin",
        }
    }
}

/// What a token may be used for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Whether a scope is one of them.
    pub(crate) fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Reads what [`Scopes::to_words`] wrote. Words of a newer relay are left out, and allow nothing.
    pub(crate) fn from_words(words: &str) -> Self {
        let words: BTreeSet<&str> = words.split(' ').collect();
        Self(Scope::ALL.into_iter().filter(|scope| words.contains(scope.word())).collect())
    }

    fn to_words(&self) -> String {
        self.0.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
    }
}

/// A wish for a token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenWish {
    pub(crate) name: String,
    pub(crate) scopes: Scopes,
    pub(crate) days: u32,
}

impl Logins {
    /// Makes a token. It is shown this once; only its hash is kept.
    pub(crate) async fn make_token(
        &self,
        asker: Asker,
        account: AccountId,
        wish: &TokenWish,
    ) -> Result<String, LoginError> {
        let name = wish.name.trim();
        if name.is_empty() || NAME_MAX < name.chars().count() || name.chars().any(char::is_control) {
            return Err(LoginError::Field("name", "a name has 1 to 100 characters".to_owned()));
        }
        if wish.scopes.0.is_empty() {
            return Err(LoginError::Field("scopes", "a token has at least one scope".to_owned()));
        }
        if !(1..=DAYS_MAX).contains(&wish.days) {
            return Err(LoginError::Field("days", format!("a token lasts 1 to {DAYS_MAX} days")));
        }
        if TOKENS_MAX <= self.db.tokens_of(account).await?.len() {
            return Err(LoginError::Field("name", format!("an account has at most {TOKENS_MAX} tokens")));
        }
        let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(crate::random::bytes::<32>()));
        let expires = Moment::now().plus(Duration::from_secs(u64::from(wish.days) * 24 * 3600));
        let scopes = wish.scopes.to_words();
        let new = NewToken { account, name, token_hash: hash_of(&token), scopes: &scopes, expires };
        self.db.add_token(&new).await?;
        self.note(LoginEvent::TokenMade, asker, Some(account), &format!("{name} ({scopes})")).await?;
        Ok(token)
    }

    /// The valid token with this text, if there is one. Remembers that it was used.
    pub(crate) async fn check_token(&self, text: &str, address: IpAddr) -> Result<Option<Token>, LoginError> {
        if !text.starts_with(PREFIX) {
            return Ok(None);
        }
        let now = Moment::now();
        let Some(token) = self.db.token(&hash_of(text), now).await? else { return Ok(None) };
        let from = address.to_string();
        let is_new_address = from != token.address;
        if is_new_address || token.last_used.is_none_or(|used| SEEN_EVERY < now.after(used)) {
            self.db.used_token(token.id, &from, now).await?;
        }
        if is_new_address {
            let asker = Asker { by: By::Account(token.account), login: None, address: Some(address) };
            let detail = format!("token {}", token.id.get());
            self.note(LoginEvent::TokenUsedFromNewAddress, asker, Some(token.account), &detail).await?;
        }
        Ok(Some(token))
    }

    /// The tokens of an account.
    pub(crate) async fn tokens_of(&self, account: AccountId) -> Result<Vec<TokenLine>, LoginError> {
        Ok(self.db.tokens_of(account).await?)
    }

    /// Ends a token of an account. Whether there was one to end.
    pub(crate) async fn revoke_token(
        &self,
        asker: Asker,
        account: AccountId,
        id: TokenId,
    ) -> Result<bool, LoginError> {
        let ended = self.db.revoke_token(account, id).await?;
        if ended {
            let detail = format!("token {}", id.get());
            self.note(LoginEvent::TokenRevoked, asker, Some(account), &detail).await?;
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::tests::{HERE, logins_with_ada};

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn scopes_read_back_and_what_is_not_known_allows_nothing() {
        let all = Scopes(Scope::ALL.into());
        assert_eq!(Scopes::from_words(&all.to_words()), all);
        assert_eq!(Scopes::from_words("read fly"), Scopes(BTreeSet::from([Scope::Read])));
        assert_eq!(Scopes::from_words(""), Scopes::default());
    }

    #[tokio::test]
    async fn a_token_works_until_it_is_revoked() {
        let (_folder, logins) = logins_with_ada().await;
        let ada = logins.db.account("ada").await.expect("asked").expect("known").id;
        let scopes = Scopes(BTreeSet::from([Scope::Read]));
        let wish = TokenWish { name: "backup".to_owned(), scopes, days: 30 };
        let text = logins.make_token(HERE, ada, &wish).await.expect("made");
        assert!(text.starts_with("nhp_") && text.len() == 47, "{text}");
        let token = logins.check_token(&text, ADDRESS).await.expect("asked").expect("valid");
        assert_eq!((token.user.as_str(), token.scopes.as_str()), ("ada", "read"));
        let listed = logins.tokens_of(ada).await.expect("listed");
        assert_eq!((listed.len(), listed[0].address.as_str()), (1, "127.0.0.1"));
        assert!(logins.revoke_token(HERE, ada, token.id).await.expect("ended"));
        assert!(logins.check_token(&text, ADDRESS).await.expect("asked").is_none());
        assert!(logins.check_token("nhp_x", ADDRESS).await.expect("asked").is_none());
    }
}
