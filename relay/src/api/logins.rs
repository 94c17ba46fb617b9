//! `/api/login`, `/api/logout`, `/api/me`.

use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum_extra::extract::CookieJar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{Json, LoggedIn};
use crate::db::Login;
use crate::endpoint::CameBy;
use crate::login::{Attempt, Logins, browser_of, clear_cookie, set_browser, set_cookie, token_of};
use crate::site::Site;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    user: String,
    password: String,
    /// Of the second factor, where the account has one.
    code: Option<String>,
}

/// Who is logged in.
#[derive(Serialize, JsonSchema)]
pub(super) struct Me {
    account: i64,
    user: String,
    name: String,
    /// Whether the account has a second factor.
    has_totp: bool,
    /// Whether it may change everything.
    is_administrator: bool,
    /// What the site is called.
    site: String,
    /// The languages that people can choose (BCP 47).
    languages: Vec<String>,
}

/// What happened, by the name of the text that a page shows for it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LoggedOut")]
pub(super) struct Done {
    message: &'static str,
}

impl Me {
    fn new(shared: &Site, login: Login) -> Self {
        let desk = shared.keeper.read();
        let own = desk.accounts().get(login.account.into());
        let site = &desk.site().record;
        Self {
            account: login.account.get(),
            user: login.user,
            name: login.name,
            has_totp: login.has_totp,
            is_administrator: own.is_some_and(|own| own.is_enabled && own.is_administrator),
            site: site.name.clone(),
            languages: site.languages.clone(),
        }
    }
}

/// Who came in with a token that was valid a moment ago.
async fn owner(site: &Shared, token: &str) -> Result<Login, Problem> {
    site.logins.check(token).await?.ok_or_else(Problem::not_logged_in)
}

/// Logs in: the answer brings the cookie.
pub(super) async fn log_in(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    headers: HeaderMap,
    jar: CookieJar,
    Json(typed): Json<Credentials>,
) -> Result<(CookieJar, axum::Json<Me>), Problem> {
    let address = came_by.peer.ip().to_canonical();
    let attempt = Attempt {
        user: &typed.user,
        password: &typed.password,
        code: typed.code.as_deref(),
        device: device_of(&headers),
        address,
        browser: browser_of(&jar, came_by.over_tls),
    };
    let admitted =
        site.logins.log_in(&attempt).await.inspect_err(|_| site.metrics.logins_refused.increment(1))?;
    // Whoever logs in again does not leave the old login behind.
    if let Some(old) = token_of(&jar, came_by.over_tls)
        && let Some(old) = site.logins.check(old).await?
    {
        site.logins.log_out(Logins::asker(&old, address), &old).await?;
    }
    let login = owner(&site, &admitted.token).await?;
    site.metrics.logins_accepted.increment(1);
    let jar = set_cookie(jar, admitted.token, came_by.over_tls, site.logins.lifetime());
    let jar = set_browser(jar, admitted.browser, came_by.over_tls);
    Ok((jar, axum::Json(Me::new(&site, login))))
}

/// What a browser says of itself.
pub(super) fn device_of(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// Logs out, at once.
pub(super) async fn log_out(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    jar: CookieJar,
    LoggedIn(login): LoggedIn,
) -> Result<(CookieJar, axum::Json<Done>), Problem> {
    let asker = Logins::asker(&login, came_by.peer.ip().to_canonical());
    site.logins.log_out(asker, &login).await?;
    Ok((clear_cookie(jar, came_by.over_tls), axum::Json(Done { message: "logged-out" })))
}

/// Who is logged in.
pub(super) async fn me(State(site): State<Shared>, LoggedIn(login): LoggedIn) -> axum::Json<Me> {
    axum::Json(Me::new(&site, login))
}
