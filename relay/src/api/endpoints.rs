//! `/api/endpoints`: the computers, and which of them are there.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::Who;
use crate::db::{DbError, Endpoint};
use crate::login::Scope;
use crate::registry::Presence;

/// An endpoint as the console shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EndpointView {
    id: String,
    name: String,
    os: String,
    /// Name and version of its agent.
    version: String,
    online: bool,
    /// Since when it is there; when it is not, when it was last seen. RFC 3339.
    since: String,
    /// Where its agent connects from; empty while it does not.
    address: String,
    displays: usize,
}

impl EndpointView {
    pub(crate) fn new(endpoint: &Endpoint, presence: Option<&Presence>) -> Self {
        Self {
            id: endpoint.id.to_string(),
            name: endpoint.name.clone(),
            os: endpoint.os.clone(),
            version: endpoint.software.clone(),
            online: presence.is_some(),
            since: presence.map_or(endpoint.last_seen, |presence| presence.since).to_rfc3339(),
            address: presence.map_or_else(String::new, |presence| presence.address.to_string()),
            displays: presence.map_or(0, |presence| presence.displays),
        }
    }
}

/// All endpoints as they are now.
pub(super) async fn all(site: &Shared) -> Result<Vec<EndpointView>, DbError> {
    let endpoints = site.db.endpoints().await?;
    let view =
        |endpoint: &Endpoint| EndpointView::new(endpoint, site.registry.presence(endpoint.id).as_ref());
    Ok(endpoints.iter().map(view).collect())
}

pub(super) async fn list(State(site): State<Shared>, who: Who) -> Result<Json<Vec<EndpointView>>, Problem> {
    who.needs(Scope::Read)?;
    Ok(Json(all(&site).await?))
}
