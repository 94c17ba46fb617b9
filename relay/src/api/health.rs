//! `/healthz` and `/metrics`.

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::LoggedIn;
use crate::endpoint::CameBy;

/// 200 while the relay serves and its database answers; 503 once it is stopping.
pub(super) async fn healthz(State(site): State<Shared>) -> Result<impl IntoResponse, Problem> {
    if site.stop.is_cancelled() {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    }
    site.db.has_accounts().await?;
    Ok((StatusCode::OK, "ok\n"))
}

/// For programs on this machine, and for whoever is logged in: the figures tell how much goes on here.
pub(super) async fn metrics(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    login: Result<LoggedIn, Problem>,
) -> Result<impl IntoResponse, Problem> {
    if !came_by.peer.ip().to_canonical().is_loopback() {
        login?;
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], site.metrics.render()))
}
