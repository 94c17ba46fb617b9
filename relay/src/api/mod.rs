//! The HTTP side: what browsers and tools ask for, as JSON, and the links that come in as WebSockets.
//!
//! Every failure is an `application/problem+json`. Who asks is known by the cookie of [`crate::login`]; writes
//! that come from another site's page are refused. Handlers only translate: what they decide is decided elsewhere.

mod audit;
mod customer;
mod endpoints;
mod enrolments;
mod events;
mod files;
mod guard;
mod guest;
mod health;
mod install;
mod invitations;
mod jump;
mod keys;
mod link;
mod listen;
mod logins;
mod names;
mod openapi;
mod origin;
mod portal;
mod problem;
mod queues;
mod rating;
mod recordings;
mod records;
mod reports;
mod security;
mod sessions;
mod status;
mod tickets;
mod who;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing;
use serde::Deserialize;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config::{ConfigError, within};
use crate::console;
use crate::site::Site;

pub(crate) use endpoints::EndpointView;
pub(crate) use enrolments::make_token;
use openapi::{Api, delete, get, post, put};
pub(crate) use origin::{Origins, link_hosts};
pub(crate) use problem::Problem;

/// What every handler works with.
pub(crate) type Shared = Arc<Site>;

/// Bounds of the HTTP side.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a request's body. The largest is a portal with its logo.
    pub body_bytes_max: usize,
    /// How long a request may take, apart from events and links.
    pub request_timeout_ms: u64,
    /// How long an enrolment token may be used.
    pub enrolment_hours: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body_bytes_max: 256 << 10, request_timeout_ms: 15_000, enrolment_hours: 24 }
    }
}

impl Limits {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within("api.body_bytes_max", self.body_bytes_max, 1 << 10, 16 << 20)?;
        within("api.request_timeout_ms", self.request_timeout_ms, 1000, 600_000)?;
        within("api.enrolment_hours", self.enrolment_hours, 1, 24 * 365)
    }

    /// How long an enrolment token may be used.
    pub(crate) fn enrolment_lifetime(&self) -> Duration {
        Duration::from_secs(u64::from(self.enrolment_hours) * 3600)
    }
}

/// Everything that the relay answers over HTTP.
pub(crate) fn router(site: &Shared) -> Router {
    let limits = &site.config.api;
    let bounded = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            Duration::from_millis(limits.request_timeout_ms),
        ))
        .layer(RequestBodyLimitLayer::new(limits.body_bytes_max))
        .layer(CsrfLayer::new().with_rejection_response(|_| Problem::cross_site().into_plain()));
    let short = answers()
        .into_router()
        .route("/api/openapi.json", routing::get(openapi))
        .route("/healthz", routing::get(health::healthz))
        .route("/metrics", routing::get(health::metrics))
        .route("/api", routing::any(Problem::not_found))
        .route("/api/{*path}", routing::any(Problem::not_found))
        .merge(console::routes())
        .layer(bounded);
    streams()
        .into_router()
        .route("/link", routing::get(link::open))
        .route("/api/files/{id}/content", routing::get(files::content))
        .merge(short)
        .fallback(console::portal_or_nothing)
        .method_not_allowed_fallback(Problem::method_not_allowed)
        .layer(middleware::from_fn(guard::guard))
        .layer(CatchPanicLayer::custom(|_| Problem::internal().into_plain::<axum::body::Body>()))
        .with_state(Arc::clone(site))
}

/// The API: every route that the document describes.
fn described() -> Api {
    answers().merge(streams())
}

/// The document itself.
async fn openapi() -> impl IntoResponse {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| described().document().to_string().into());
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.clone())
}

/// What is answered for as long as somebody listens.
fn streams() -> Api {
    Api::default()
        .route("/api/events", get(events::follow))
        .route("/api/customer/events", get(customer::follow))
        .route("/api/guest/events", get(guest::follow))
}

/// What is answered at once.
fn answers() -> Api {
    Api::default()
        .route("/api/login", post(logins::log_in))
        .route("/api/logout", post(logins::log_out))
        .route("/api/me", get(logins::me))
        .merge(security::routes())
        .route("/api/tickets", post(tickets::issue))
        .route("/api/portal", get(portal::page))
        .route("/api/portal/sessions", post(portal::start))
        .route("/api/customer", get(customer::view))
        .route("/api/customer/messages", post(customer::say))
        .route("/api/customer/agent", post(customer::agent))
        .route("/api/customer/end", post(customer::end))
        .route("/api/customer/rating", post(rating::rate))
        .route("/api/guest/invitation", post(guest::invitation))
        .route("/api/guest", get(guest::view).post(guest::join))
        .route("/api/guest/messages", post(guest::say))
        .route("/api/guest/leave", post(guest::leave))
        .route("/api/guest/tickets", post(tickets::issue_to_guest))
        .route("/api/me/permissions", get(records::my_permissions))
        .route("/api/me/presence", get(records::presence).put(records::be_available))
        .route("/api/me/preferences", get(records::preferences).put(records::prefer))
        .merge(work())
        .merge(jump())
        .merge(administration())
}

/// What a technician works with all day.
fn work() -> Api {
    Api::default()
        .route("/api/queues", get(queues::list))
        .route("/api/queues/personal", get(queues::personal))
        .route("/api/queues/teams/{team}", get(queues::of_team))
        .route("/api/targets", get(queues::targets))
        .route("/api/teams", get(queues::teams))
        .route("/api/teams/{team}/messages", get(queues::messages).post(queues::say))
        .route("/api/keys", get(keys::list).post(keys::make))
        .route("/api/keys/{id}", delete(keys::revoke))
        .route("/api/keys/{id}/letters", post(keys::mail))
        .route("/api/invitations/{id}", post(invitations::act))
        .route("/api/externals/{id}", delete(invitations::cancel_external))
        .route("/api/externals/{id}/letters", post(invitations::mail_external))
        .route("/api/sessions/{id}/invitations", get(invitations::opened).post(invitations::invite))
        .route("/api/sessions/{id}/externals", post(invitations::invite_external))
        .route("/api/files", post(files::issue))
        .route("/api/files/{id}", get(files::fare).post(files::change).delete(files::cancel))
        .route("/api/sessions", get(sessions::mine))
        .route("/api/sessions/live", get(sessions::live))
        .route("/api/sessions/{id}", get(sessions::one).post(sessions::act))
        .route("/api/sessions/{id}/messages", get(sessions::messages).post(sessions::say))
        .route("/api/sessions/{id}/scripts", get(sessions::scripts))
}

/// Computers that can be reached without anybody there.
fn jump() -> Api {
    Api::default()
        .route("/api/jump/places", get(jump::places))
        .route("/api/jump/tokens", get(install::list).post(install::make))
        .route("/api/jump/tokens/{id}", delete(install::revoke))
        .route("/api/jump/frequent", get(jump::frequent))
        .route("/api/jump/items", get(jump::list))
        .route("/api/jump/items/{id}", get(jump::one).delete(jump::remove))
        .route("/api/jump/items/{id}/password", put(jump::set_password))
        .route("/api/jump/items/{id}/label", put(jump::relabel))
        .route("/api/jump/items/{id}/place", put(jump::move_to))
        .route("/api/jump/items/{id}/sessions", post(jump::start))
}

/// What is set up, and what is read about what happened.
fn administration() -> Api {
    Api::default()
        .route("/api/endpoints", get(endpoints::list))
        .route("/api/enrolments", post(enrolments::make))
        .route("/api/audit", get(audit::list))
        .route("/api/audit/export", get(audit::export))
        .route("/api/reports/sessions", get(reports::list))
        .route("/api/reports/sessions/{id}", get(reports::one))
        .route("/api/reports/sessions/{id}/recordings", get(recordings::of_report))
        .route("/api/recordings/{id}/cast", get(recordings::cast))
        .route("/api/recordings/{id}/transcript", get(recordings::transcript))
        .route("/api/reports/sessions/{id}/events", get(reports::events))
        .route("/api/reports/sessions/{id}/messages", get(reports::messages))
        .route("/api/status", get(status::status))
        .route("/api/names/{kind}", get(names::list))
        .route("/api/records/{kind}", get(records::list))
        .route("/api/records", post(records::create))
        .route("/api/records/{kind}/{id}", get(records::one).put(records::change).delete(records::remove))
        .route("/api/site", get(records::site).put(records::change_site))
        .route("/api/accounts/{id}/permissions", get(records::permissions))
}
