//! Links: who comes in, and the task that stays with each of them.
//!
//! A link is greeted ([`mod@greet`]), proves itself ([`proof`]), and is then an [`agent`] or a [`technician`]: one task
//! each, one loop, one `select!`. What a technician sees is sent by a task of its own for each session ([`viewer`]),
//! what he does goes to the agent through another ([`input`]), so that nobody waits for somebody else's link.

mod agent;
mod attended;
mod ended;
mod greet;
mod input;
mod proof;
mod rights;
mod splice;
mod talk;
mod technician;
mod tools;
mod viewer;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::FutureExt as _;
use serde::Deserialize;
use transport::server::{BrowserRequest, Endpoint, Incoming};
use transport::settings::LINK_PATH;
use wire::close::CloseCode;

use crate::caps::Allowance;
use crate::config::{ConfigError, within};
use crate::site::Site;

pub(crate) use agent::Agent;
pub(crate) use attended::secret_of;
pub(crate) use greet::greet;

/// Bounds of links and sessions.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes taken for one update of one viewer.
    pub update_bytes_max: usize,
    /// How long a peer may take nothing of what it is sent before it is closed.
    pub write_timeout_ms: u64,
    /// Sessions that one technician's link may be in.
    pub sessions_of_link_max: usize,
    /// Links at the same time, agents and technicians together: an idle one costs some 30 kB.
    pub links_max: usize,
    /// Shells, files and other streams beside the screen that one session may have. Each holds at most 1.5 MB on its
    /// way from the one who is fast to the one who is slow.
    pub streams_of_session_max: usize,
    /// The same for one account or external, in all its sessions.
    pub streams_of_account_max: usize,
    /// Control messages that a link may send each second, and four times as many at once. A page that shows sixteen
    /// sessions sends some 200.
    pub messages_per_second_max: u32,
    /// How long a stream's header may take to come.
    pub header_timeout_ms: u64,
    /// How long an update may take to come, all of it: a full screen of text on a line of 64 kb/s.
    pub update_timeout_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        // 256 kB is a busy full screen of text; more would only sit in front of the next one.
        Self {
            update_bytes_max: 256 << 10,
            write_timeout_ms: 5_000,
            sessions_of_link_max: 16,
            links_max: 50_000,
            streams_of_session_max: 64,
            streams_of_account_max: 128,
            messages_per_second_max: 1_000,
            header_timeout_ms: 5_000,
            update_timeout_ms: 60_000,
        }
    }
}

impl Limits {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within("links.update_bytes_max", self.update_bytes_max, 16 << 10, wire::limits::UPDATE_BYTES_MAX)?;
        within("links.write_timeout_ms", self.write_timeout_ms, 100, 60_000)?;
        within("links.sessions_of_link_max", self.sessions_of_link_max, 1, 64)?;
        within("links.links_max", self.links_max, 1, 1_000_000)?;
        within("links.streams_of_session_max", self.streams_of_session_max, 1, 4_096)?;
        within("links.streams_of_account_max", self.streams_of_account_max, 1, 4_096)?;
        within("links.messages_per_second_max", self.messages_per_second_max, 10, 1_000_000)?;
        within("links.header_timeout_ms", self.header_timeout_ms, 100, 60_000)?;
        within("links.update_timeout_ms", self.update_timeout_ms, 1_000, 600_000)
    }

    /// How long a stream's header may take to come.
    pub(crate) fn header_timeout(&self) -> Duration {
        Duration::from_millis(self.header_timeout_ms)
    }

    /// How many control messages a link may send.
    pub(crate) fn messages(&self) -> Allowance {
        let each = Duration::from_secs(1) / self.messages_per_second_max;
        Allowance::new(self.messages_per_second_max.saturating_mul(4), each)
    }

    /// How long an update may take to come.
    pub(crate) fn update_timeout(&self) -> Duration {
        Duration::from_millis(self.update_timeout_ms)
    }

    /// How long a peer may take nothing.
    pub(crate) fn write_timeout(&self) -> Duration {
        Duration::from_millis(self.write_timeout_ms)
    }
}

/// Takes links off the UDP port until the relay stops.
pub(crate) async fn accept(site: Arc<Site>, endpoint: Arc<Endpoint>) {
    loop {
        let incoming = tokio::select! {
            biased;
            () = site.stop.cancelled() => return turn_away(&endpoint),
            incoming = endpoint.accept() => incoming,
        };
        match incoming {
            None => return,
            Some(Incoming::Native(link)) => drop(site.tasks.spawn(greet(Arc::clone(&site), link))),
            Some(Incoming::Browser(request)) => {
                drop(site.tasks.spawn(greet_browser(Arc::clone(&site), request)));
            }
            Some(other) => tracing::debug!(?other, "came in on a way that is not known here"),
        }
    }
}

/// The relay stops: who came in last and waits to be greeted is told so, and comes back.
fn turn_away(endpoint: &Endpoint) {
    while let Some(Some(incoming)) = endpoint.accept().now_or_never() {
        if let Incoming::Native(link) = incoming {
            link.close(CloseCode::GoingAway, "the relay stops");
        }
    }
}

/// Lets a browser's page in if it is one of ours.
async fn greet_browser(site: Arc<Site>, request: BrowserRequest) {
    if request.path() != LINK_PATH {
        return request.refuse(StatusCode::NOT_FOUND).await;
    }
    if !site.origins.may_open(request.origin(), &format!("https://{}", request.authority())) {
        let (peer, origin) = (request.peer(), request.origin());
        tracing::warn!(%peer, origin, "refused a page of another site");
        return request.refuse(StatusCode::FORBIDDEN).await;
    }
    let peer = request.peer();
    match request.accept().await {
        Ok(link) => greet(site, link).await,
        Err(error) => tracing::debug!(%peer, %error, "a browser went before its link was open"),
    }
}
