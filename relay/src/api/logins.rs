//! `/api/login`, `/api/logout`, `/api/me`.

use axum::extract::{Extension, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{Json, LoggedIn};
use crate::db::Login;
use crate::endpoint::CameBy;
use crate::login::{Attempt, LoginError, clear_cookie, set_cookie, token_of};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    user: String,
    password: String,
}

/// Who is logged in.
#[derive(Serialize)]
pub(super) struct Me {
    user: String,
    name: String,
}

impl From<Login> for Me {
    fn from(login: Login) -> Self {
        Self { user: login.user, name: login.name }
    }
}

/// Who came in with a token that was valid a moment ago.
async fn owner(site: &Shared, token: &str) -> Result<Login, Problem> {
    site.logins.check(token).await?.ok_or_else(Problem::not_logged_in)
}

pub(super) async fn log_in(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    headers: HeaderMap,
    jar: CookieJar,
    Json(typed): Json<Credentials>,
) -> Result<(CookieJar, axum::Json<Me>), Problem> {
    let device = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let address = came_by.peer.ip().to_canonical();
    let attempt = Attempt { user: &typed.user, password: &typed.password, device, address };
    let token = site.logins.log_in(&attempt).await.inspect_err(|error| {
        site.metrics.logins_refused.increment(1);
        let throttled = matches!(error, LoginError::Throttled(_));
        tracing::warn!(target: "relay::login", user = ?typed.user, %address, throttled, "login failed");
    })?;
    // Whoever logs in again does not leave the old login behind.
    if let Some(old) = token_of(&jar, came_by.over_tls)
        && let Some(old) = site.logins.check(old).await?
    {
        site.logins.log_out(old.id).await?;
    }
    let login = owner(&site, &token).await?;
    site.metrics.logins_accepted.increment(1);
    tracing::info!(target: "relay::login", user = login.user, %address, "logged in");
    let jar = set_cookie(jar, token, came_by.over_tls, site.logins.lifetime());
    Ok((jar, axum::Json(login.into())))
}

pub(super) async fn log_out(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    jar: CookieJar,
    LoggedIn(login): LoggedIn,
) -> Result<(CookieJar, StatusCode), Problem> {
    site.logins.log_out(login.id).await?;
    tracing::info!(target: "relay::login", user = login.user, "logged out");
    Ok((clear_cookie(jar, came_by.over_tls), StatusCode::NO_CONTENT))
}

pub(super) async fn me(LoggedIn(login): LoggedIn) -> axum::Json<Me> {
    axum::Json(login.into())
}
