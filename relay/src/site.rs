//! What all tasks of one relay share.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use desk::record::Portal;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::Origins;
use crate::attendance::Attendance;
use crate::caps::Caps;
use crate::certificates::Certificates;
use crate::config::Config;
use crate::consent::Consents;
use crate::db::Db;
use crate::endpoint;
use crate::files::Downloads;
use crate::keeper::Keeper;
use crate::login::{LiveLogins, Logins};
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::portal::{Door, Pages};
use crate::record::Recorder;
use crate::record::retention::Shelf;
use crate::registry::Registry;
use crate::tap::Taps;
use crate::tickets::Tickets;

/// One running relay.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) config: Config,
    /// Where the relay keeps its state.
    pub(crate) state_folder: PathBuf,
    pub(crate) db: Db,
    pub(crate) certificates: Certificates,
    pub(crate) keeper: Keeper,
    pub(crate) logins: Logins,
    pub(crate) mailer: Mailer,
    pub(crate) tickets: Tickets,
    /// Files that browsers save.
    pub(crate) downloads: Downloads,
    pub(crate) registry: Registry,
    pub(crate) attendance: Attendance,
    pub(crate) consents: Consents,
    /// Customers whose page is open.
    pub(crate) pages: Pages,
    /// How often strangers may try.
    pub(crate) door: Door,
    /// Consoles that have something open, so that one that takes over can end it.
    pub(crate) consoles: LiveLogins,
    pub(crate) metrics: Metrics,
    pub(crate) caps: Arc<Caps>,
    /// Who listens in on streams.
    pub(crate) taps: Taps,
    /// What is recorded.
    pub(crate) recorder: Recorder,
    pub(crate) origins: Origins,
    pub(crate) listening: Listening,
    /// All link clocks of this relay start here, so that times need no translation from link to link.
    pub(crate) started: Instant,
    /// Fires when the relay is to stop.
    pub(crate) stop: CancellationToken,
    /// Every task of the relay.
    pub(crate) tasks: TaskTracker,
}

/// Where a relay listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    /// Agents and WebTransport.
    pub udp: SocketAddr,
    /// Console, API and WebSocket.
    pub https: SocketAddr,
    /// The same without TLS, on this machine only.
    pub http: Option<SocketAddr>,
}

impl Site {
    /// What recordings are kept by.
    pub(crate) fn shelf(&self) -> Shelf<'_> {
        let Self { db, keeper, recorder, state_folder, .. } = self;
        Shelf { db, keeper, recorder, state_folder }
    }

    /// What figures need now and then, read or not.
    pub(crate) fn upkeep(&self) {
        self.registry.sessions().iter().for_each(|session| self.metrics.plane(session.counted()));
        self.metrics.upkeep();
    }

    /// Where the console is, as letters say it: the first origin of the configuration, or where HTTPS is served.
    pub(crate) fn console_url(&self) -> String {
        format!("{}/console/", self.base_url())
    }

    /// The address that starts a session by a key. The key is in the fragment, which stays in the browser and out of
    /// logs.
    pub(crate) fn key_url(&self, portal: &Portal, key: &str) -> String {
        let base = match &portal.host {
            Some(host) => format!("https://{host}"),
            None => format!("{}{}", self.base_url(), portal.path),
        };
        format!("{base}#key={key}")
    }

    /// The address that lets somebody from outside into one session.
    pub(crate) fn external_url(&self, key: &str) -> String {
        format!("{}/join#key={key}", self.base_url())
    }

    fn base_url(&self) -> String {
        let https = || format!("https://{}", self.listening.https);
        self.config.endpoint.origins.first().cloned().unwrap_or_else(https)
    }
}

impl Listening {
    /// `host:port` under which agents find the relay, as they go into enrolment tokens.
    pub(crate) fn addresses_for_agents(self, config: &endpoint::Config) -> Vec<String> {
        addresses_for_agents(self.udp, config)
    }
}

impl std::fmt::Display for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "udp={} https={} http=", self.udp, self.https)?;
        match self.http {
            Some(http) => write!(f, "{http}"),
            None => write!(f, "-"),
        }
    }
}

/// What the configuration says; without it, this machine's address towards others, and loopback.
pub(crate) fn addresses_for_agents(listening: SocketAddr, config: &endpoint::Config) -> Vec<String> {
    if !config.addresses.is_empty() {
        return config.addresses.clone();
    }
    if !listening.ip().is_unspecified() {
        return vec![listening.to_string()];
    }
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let outward = outward_address().filter(|address| !address.is_loopback());
    let hosts = outward.into_iter().chain([loopback]);
    hosts.map(|host| SocketAddr::new(host, listening.port()).to_string()).collect()
}

/// The address from which this machine would talk to the world. Connecting a UDP socket sends nothing.
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address for documentation (RFC 5737): the default route leads there.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_carry_what_the_operator_says() {
        let mut config = endpoint::Config::default();
        let listening = SocketAddr::from(([0, 0, 0, 0], 7443));
        let guessed = addresses_for_agents(listening, &config);
        assert_eq!(guessed.last().map(String::as_str), Some("127.0.0.1:7443"));
        config.addresses = vec!["relay.example:443".to_owned()];
        assert_eq!(addresses_for_agents(listening, &config), config.addresses);
    }
}
