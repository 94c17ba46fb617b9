//! `/api/me/…`: what people do for their own security; `/api/accounts/{account}/…`: what administrators do for theirs.
//!
//! Tokens have no access here: whoever finds one cannot make another, or change a password with it.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::logins::device_of;
use crate::api::openapi::{Api, Argument, delete, get, post};
use crate::api::problem::Problem;
use crate::api::who::{Administrator, Json, LoggedIn, Path};
use crate::db::{Account, AccountId, Login, LoginId, LoginLine, TokenId, TokenLine};
use crate::endpoint::CameBy;
use crate::login::{Asker, Attempt, Logins, Scopes, TokenWish, browser_of};
use crate::site::Site;
use crate::time::Moment;

/// The routes of this file.
pub(super) fn routes() -> Api {
    Api::default()
        .route("/api/me/password", post(change_password))
        .route("/api/me/logins", get(my_logins))
        .route("/api/me/logins/{login}", delete(end_my_login))
        .route("/api/me/totp", post(propose_totp))
        .route("/api/me/totp/confirm", post(confirm_totp))
        .route("/api/me/totp/disable", post(disable_my_totp))
        .route("/api/me/tokens", get(my_tokens).post(make_token))
        .route("/api/me/tokens/{token}", delete(revoke_token))
        .route("/api/accounts/{account}/logins", get(logins_of))
        .route("/api/accounts/{account}/logins/{login}", delete(end_login))
        .route("/api/accounts/{account}/password", post(reset_password))
        .route("/api/accounts/{account}/totp", delete(disable_totp))
}

/// A login in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Login")]
struct LoginView {
    id: i64,
    device: String,
    address: String,
    created: String,
    last_seen: String,
    expires: String,
    /// Whether it is the one that asks.
    is_this: bool,
}

impl LoginView {
    fn new(line: LoginLine, this: LoginId) -> Self {
        Self {
            id: line.id.get(),
            device: line.device,
            address: line.address,
            created: line.created.to_rfc3339(),
            last_seen: line.last_seen.to_rfc3339(),
            expires: line.expires.to_rfc3339(),
            is_this: line.id == this,
        }
    }
}

/// A token in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
struct TokenView {
    id: i64,
    name: String,
    scopes: Scopes,
    created: String,
    expires: String,
    last_used: Option<String>,
    address: String,
}

impl From<TokenLine> for TokenView {
    fn from(line: TokenLine) -> Self {
        Self {
            id: line.id.get(),
            name: line.name,
            scopes: Scopes::from_words(&line.scopes),
            created: line.created.to_rfc3339(),
            expires: line.expires.to_rfc3339(),
            last_used: line.last_used.map(Moment::to_rfc3339),
            address: line.address,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PasswordChange")]
struct NewPassword {
    current: String,
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    /// The password, typed again.
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TotpCode")]
struct Code {
    code: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TokenWish")]
struct ConfirmedWish {
    /// The password, typed again.
    password: String,
    name: String,
    scopes: Scopes,
    days: u32,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TotpProposal")]
struct Proposed {
    secret: String,
    url: String,
}

#[derive(Serialize, JsonSchema)]
struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TokenMade")]
struct MadeToken {
    token: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PasswordMade")]
struct MadePassword {
    password: String,
}

fn asker(login: &Login, came_by: CameBy) -> Asker {
    Logins::asker(login, came_by.peer.ip().to_canonical())
}

/// What is there was ended; what is not there cannot be.
fn ended(was_there: bool) -> Result<StatusCode, Problem> {
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::gone()) }
}

/// Where a confirmation comes from.
struct Whence {
    came_by: CameBy,
    headers: HeaderMap,
    jar: CookieJar,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Whence {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, Problem> {
        let came_by = *parts.extensions.get::<CameBy>().ok_or_else(Problem::internal)?;
        let jar = CookieJar::from_headers(&parts.headers);
        Ok(Self { came_by, headers: parts.headers.clone(), jar })
    }
}

/// Nothing that a caller has to know: his browser sends it.
impl Argument for Whence {}

impl Whence {
    /// The account, after its owner has typed the password again.
    async fn confirm(&self, site: &Site, login: &Login, password: &str) -> Result<Account, Problem> {
        let attempt = Attempt {
            user: &login.user,
            password,
            code: None,
            device: device_of(&self.headers),
            address: self.came_by.peer.ip().to_canonical(),
            browser: browser_of(&self.jar, self.came_by.over_tls),
        };
        Ok(site.logins.confirm_password(login, &attempt).await?)
    }
}

/// Changes one's own password.
async fn change_password(
    State(site): State<Shared>,
    from: Whence,
    LoggedIn(login): LoggedIn,
    Json(new): Json<NewPassword>,
) -> Result<StatusCode, Problem> {
    let account = from.confirm(&site, &login, &new.current).await?;
    site.logins.change_password(asker(&login, from.came_by), &account, &new.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list(site: &Site, account: AccountId, this: LoginId) -> Result<axum::Json<Vec<LoginView>>, Problem> {
    let lines = site.logins.logins_of(account).await?;
    Ok(axum::Json(lines.into_iter().map(|line| LoginView::new(line, this)).collect()))
}

/// Where one is logged in.
async fn my_logins(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
) -> Result<axum::Json<Vec<LoginView>>, Problem> {
    list(&site, login.account, login.id).await
}

/// Ends a login of one's own.
async fn end_my_login(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    LoggedIn(login): LoggedIn,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    ended(site.logins.revoke(asker(&login, came_by), login.account, LoginId::new(id)).await?)
}

/// Proposes a second factor. It counts once it is confirmed.
async fn propose_totp(
    State(site): State<Shared>,
    from: Whence,
    LoggedIn(login): LoggedIn,
    Json(confirmation): Json<Confirmation>,
) -> Result<axum::Json<Proposed>, Problem> {
    let account = from.confirm(&site, &login, &confirmation.password).await?;
    let proposal = site.logins.propose_totp(&account).await?;
    Ok(axum::Json(Proposed { secret: proposal.secret, url: proposal.url }))
}

/// Confirms a second factor by its first code; gives the recovery codes.
async fn confirm_totp(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    LoggedIn(login): LoggedIn,
    Json(typed): Json<Code>,
) -> Result<axum::Json<RecoveryCodes>, Problem> {
    let account = site.logins.account_of(&login).await?;
    let recovery_codes = site.logins.confirm_totp(asker(&login, came_by), &account, &typed.code).await?;
    Ok(axum::Json(RecoveryCodes { recovery_codes }))
}

/// Takes one's own second factor away.
async fn disable_my_totp(
    State(site): State<Shared>,
    from: Whence,
    LoggedIn(login): LoggedIn,
    Json(confirmation): Json<Confirmation>,
) -> Result<StatusCode, Problem> {
    let account = from.confirm(&site, &login, &confirmation.password).await?;
    ended(site.logins.disable_totp(asker(&login, from.came_by), account.id).await?)
}

/// One's own API tokens.
async fn my_tokens(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
) -> Result<axum::Json<Vec<TokenView>>, Problem> {
    let lines = site.logins.tokens_of(login.account).await?;
    Ok(axum::Json(lines.into_iter().map(TokenView::from).collect()))
}

/// Makes an API token, told this once.
async fn make_token(
    State(site): State<Shared>,
    from: Whence,
    LoggedIn(login): LoggedIn,
    Json(wish): Json<ConfirmedWish>,
) -> Result<(StatusCode, axum::Json<MadeToken>), Problem> {
    from.confirm(&site, &login, &wish.password).await?;
    let wish = TokenWish { name: wish.name, scopes: wish.scopes, days: wish.days };
    let token = site.logins.make_token(asker(&login, from.came_by), login.account, &wish).await?;
    Ok((StatusCode::CREATED, axum::Json(MadeToken { token })))
}

/// Revokes an API token of one's own.
async fn revoke_token(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    LoggedIn(login): LoggedIn,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    ended(site.logins.revoke_token(asker(&login, came_by), login.account, TokenId::new(id)).await?)
}

/// The logins of somebody's account.
async fn logins_of(
    State(site): State<Shared>,
    Administrator(login): Administrator,
    Path(account): Path<i64>,
) -> Result<axum::Json<Vec<LoginView>>, Problem> {
    list(&site, AccountId::new(account), login.id).await
}

/// Ends a login of somebody's account.
async fn end_login(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    Administrator(login): Administrator,
    Path((account, id)): Path<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    ended(site.logins.revoke(asker(&login, came_by), AccountId::new(account), LoginId::new(id)).await?)
}

/// Gives somebody a new password, told this once.
async fn reset_password(
    State(site): State<Shared>,
    from: Whence,
    Administrator(login): Administrator,
    Path(account): Path<i64>,
    Json(confirmation): Json<Confirmation>,
) -> Result<axum::Json<MadePassword>, Problem> {
    from.confirm(&site, &login, &confirmation.password).await?;
    let account = site.db.account_by_id(AccountId::new(account)).await?.ok_or_else(Problem::gone)?;
    let password = site.logins.reset_password(asker(&login, from.came_by), &account).await?;
    Ok(axum::Json(MadePassword { password }))
}

/// Takes somebody's second factor away.
async fn disable_totp(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    Administrator(login): Administrator,
    Path(account): Path<i64>,
) -> Result<StatusCode, Problem> {
    ended(site.logins.disable_totp(asker(&login, came_by), AccountId::new(account)).await?)
}
