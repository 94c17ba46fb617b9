//! Who sends a request, and bodies that say what is wrong with them.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use serde::de::DeserializeOwned;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::db::Login;
use crate::endpoint::CameBy;
use crate::login::token_of;

/// The login behind a request; without one the request is refused.
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
