//! `/api/tickets`: what a page needs to open its link.

use std::time::Instant;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::Shared;
use crate::api::guest::Guest;
use crate::api::origin::link_hosts;
use crate::api::problem::Problem;
use crate::api::who::LoggedIn;
use crate::endpoint::CameBy;
use crate::tickets::{self, Holder};

#[derive(Serialize, JsonSchema)]
pub(super) struct Ticket {
    ticket: String,
    expires_in_ms: u64,
    webtransport: WebTransport,
    websocket: WebSocket,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TicketWebTransport")]
struct WebTransport {
    url: String,
    /// SHA-256, base64; empty when the certificate stands for itself.
    certificate_hashes: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TicketWebSocket")]
struct WebSocket {
    url: String,
}

/// What a page needs to open its link; good for one, and half a minute.
pub(super) async fn issue(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    uri: Uri,
    headers: HeaderMap,
    LoggedIn(login): LoggedIn,
) -> Result<Json<Ticket>, Problem> {
    ticket(&site, came_by, &uri, &headers, Holder::Login(login))
}

/// The same for somebody from outside who is in his session.
pub(super) async fn issue_to_guest(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    uri: Uri,
    headers: HeaderMap,
    guest: Guest,
) -> Result<Json<Ticket>, Problem> {
    ticket(&site, came_by, &uri, &headers, Holder::External(guest.external()))
}

fn ticket(
    site: &Shared,
    came_by: CameBy,
    uri: &Uri,
    headers: &HeaderMap,
    holder: Holder,
) -> Result<Json<Ticket>, Problem> {
    let hosts = link_hosts(site, came_by, uri, headers)
        .ok_or_else(|| Problem::bad_request("the request does not say which host it is for"))?;
    let hashes = site.certificates.browser_hashes();
    Ok(Json(Ticket {
        ticket: site.tickets.issue(Instant::now(), holder),
        expires_in_ms: tickets::LIFETIME.as_secs() * 1000,
        webtransport: WebTransport {
            url: format!("{}/link", hosts.webtransport),
            certificate_hashes: hashes.iter().map(|hash| STANDARD.encode(hash)).collect(),
        },
        websocket: WebSocket { url: format!("{}/link", hosts.websocket) },
    }))
}
