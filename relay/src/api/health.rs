//! `/healthz` and `/metrics`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::api::Shared;
use crate::api::problem::Problem;

/// 200 while the relay serves and its database answers; 503 once it is stopping.
pub(super) async fn healthz(State(site): State<Shared>) -> Result<impl IntoResponse, Problem> {
    if site.stop.is_cancelled() {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    }
    site.db.has_accounts().await?;
    Ok((StatusCode::OK, "ok\n"))
}

pub(super) async fn metrics(State(site): State<Shared>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], site.metrics.render())
}
