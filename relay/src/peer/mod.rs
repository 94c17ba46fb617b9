//! Links: agents and technicians.

use std::sync::Arc;

use serde::Deserialize;

use crate::config::{ConfigError, within};
use crate::site::Site;

/// Bounds of links and sessions.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes taken for one update of one viewer.
    pub update_bytes_max: usize,
    /// How long a peer may take nothing of what it is sent before it is closed.
    pub write_timeout_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        // 256 kB is a busy full screen of text; more would only sit in front of the next one.
        Self { update_bytes_max: 256 << 10, write_timeout_ms: 5_000 }
    }
}

impl Limits {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within("links.update_bytes_max", self.update_bytes_max, 16 << 10, wire::limits::UPDATE_BYTES_MAX)?;
        within("links.write_timeout_ms", self.write_timeout_ms, 100, 60_000)
    }
}

pub(crate) async fn accept(_site: Arc<Site>, _endpoint: Arc<transport::server::Endpoint>) {}
