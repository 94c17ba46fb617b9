//! Who sends a request, and bodies that say what is wrong with them.

use std::net::IpAddr;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use desk::permission::Permission;
use desk::record::Account;
use desk::{Refusal, Rule};
use serde::de::DeserializeOwned;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::db::{AccountId, Login};
use crate::endpoint::CameBy;
use crate::login::{Asker, By, Logins, Scope, Scopes, token_of};

/// The login behind a request, by its cookie; without one the request is refused.
#[derive(Debug)]
pub(super) struct LoggedIn(pub(super) Login);

impl FromRequestParts<Shared> for LoggedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let over_tls = parts.extensions.get::<CameBy>().is_some_and(|came_by| came_by.over_tls);
        let jar = CookieJar::from_headers(&parts.headers);
        let token = token_of(&jar, over_tls).ok_or_else(Problem::not_logged_in)?;
        site.logins.check(token).await?.map(Self).ok_or_else(Problem::not_logged_in)
    }
}

/// A login whose account is an administrator's.
#[derive(Debug)]
pub(super) struct Administrator(pub(super) Login);

impl FromRequestParts<Shared> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let LoggedIn(login) = LoggedIn::from_request_parts(parts, site).await?;
        let account = desk::AccountId::from(login.account);
        let administers = |account: &Account| account.is_enabled && account.is_administrator;
        let is_one = site.keeper.read().accounts().get(account).is_some_and(administers);
        if is_one { Ok(Self(login)) } else { Err(Problem::not_administrator()) }
    }
}

/// Who sends a request: by the cookie of a login, or as a program by `Authorization: Bearer` and an API token.
///
/// A handler that takes this one says what a token must be for. One that takes [`LoggedIn`] is for people.
#[derive(Debug)]
pub(super) struct Who {
    pub(super) account: AccountId,
    pub(super) user: String,
    /// For the log.
    pub(super) asker: Asker,
    /// What the token is for; a login is for everything.
    scopes: Option<Scopes>,
}

impl Who {
    /// Refuses a token that is not for this.
    pub(super) fn needs(&self, scope: Scope) -> Result<(), Problem> {
        match &self.scopes {
            Some(scopes) if !scopes.has(scope) => Err(Problem::not_in_scope(scope)),
            _ => Ok(()),
        }
    }

    /// Refuses an account that lacks a permission.
    pub(super) fn permitted(&self, site: &Shared, permission: Permission) -> Result<(), Problem> {
        if site.keeper.read().permission(self.account.into(), permission).is_allowed {
            return Ok(());
        }
        let detail = format!("the account {} lacks the permission {permission:?}", self.user);
        Err(Refusal::new(Rule::Permission, detail).into())
    }
}

impl FromRequestParts<Shared> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let address = address_of(parts)?;
        let Some(text) = bearer(&parts.headers) else {
            let LoggedIn(login) = LoggedIn::from_request_parts(parts, site).await?;
            let asker = Logins::asker(&login, address);
            return Ok(Self { account: login.account, user: login.user, asker, scopes: None });
        };
        let token = site.logins.check_token(text, address).await?.ok_or_else(Problem::not_logged_in)?;
        let asker = Asker { by: By::Account(token.account), login: None, address: Some(address) };
        let scopes = Some(Scopes::from_words(&token.scopes));
        Ok(Self { account: token.account, user: token.user, asker, scopes })
    }
}

/// The text behind `Authorization: Bearer`. Whoever sends one is not asked for a cookie.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, text) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(text.trim())
}

fn address_of(parts: &Parts) -> Result<IpAddr, Problem> {
    let came_by = parts.extensions.get::<CameBy>().ok_or_else(Problem::internal)?;
    Ok(came_by.peer.ip().to_canonical())
}

/// A JSON body.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Shared) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, site).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(Problem::body(JsonRejection::status(&rejection), rejection.body_text())),
        }
    }
}

/// What an address asks for behind its question mark.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(has_nul) {
            return Err(Problem::bad_request("the query has a NUL in it, which no text here has".to_owned()));
        }
        let query = axum::extract::Query::<T>::from_request_parts(parts, site).await;
        query
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| Problem::bad_request(error.body_text()))
    }
}

/// The parts of an address. What cannot be one names nothing.
#[derive(Debug)]
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Shared> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        if has_nul(parts.uri.path()) {
            return Err(Problem::gone());
        }
        let path = axum::extract::Path::<T>::from_request_parts(parts, site).await;
        path.map(|axum::extract::Path(parts)| Self(parts)).map_err(|_| Problem::gone())
    }
}

/// Whether there is a character in a part of an address that PostgreSQL takes in no text.
fn has_nul(part: &str) -> bool {
    part.contains("%00")
}
