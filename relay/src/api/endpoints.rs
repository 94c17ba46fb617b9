//! `/api/endpoints`: the computers, and which of them are there.

use axum::Json;
use axum::extract::State;
use desk::{AccountId, Desk};
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::Who;
use crate::db::{DbError, Endpoint, EndpointId};
use crate::login::Scope;
use crate::registry::Presence;

/// An endpoint as the console shows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Endpoint")]
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

/// The endpoints that an account reaches, as they are now.
pub(super) async fn all(site: &Shared, account: AccountId) -> Result<Vec<EndpointView>, DbError> {
    let endpoints = site.db.endpoints().await?;
    let desk = site.keeper.read();
    let view = |mut endpoint: Endpoint| {
        endpoint.name = name_for(&desk, account, endpoint.id)?;
        Some(EndpointView::new(&endpoint, site.registry.presence(endpoint.id).as_ref()))
    };
    Ok(endpoints.into_iter().filter_map(view).collect())
}

/// News of an endpoint for an account; `None` where it does not reach it.
pub(super) fn seen_by(site: &Shared, account: AccountId, news: &EndpointView) -> Option<EndpointView> {
    let name = name_for(&site.keeper.read(), account, news.id.parse().ok()?)?;
    Some(EndpointView { name, ..news.clone() })
}

/// What an endpoint is called, for an account that reaches it.
fn name_for(desk: &Desk, account: AccountId, endpoint: EndpointId) -> Option<String> {
    let item = desk.items().get(&endpoint.into())?;
    desk.access(account, item.place).sees().then(|| item.label.name.clone())
}

/// The computers that one reaches, and which of them are there.
pub(super) async fn list(State(site): State<Shared>, who: Who) -> Result<Json<Vec<EndpointView>>, Problem> {
    who.needs(Scope::Read)?;
    Ok(Json(all(&site, who.account.into()).await?))
}
