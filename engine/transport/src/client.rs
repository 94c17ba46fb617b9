//! Reaching a relay: QUIC first, and a WebSocket over TLS where UDP does not get through.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use quinn::crypto::rustls::QuicClientConfig;
use tokio::time::timeout;

use crate::error::LinkError;
use crate::link::{Connection, Link};
use crate::meter::Meter;
use crate::settings::{self, Congestion};
pub use crate::tls::Trust;
use crate::{quic, socket, tls};

/// Which carriers to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preference {
    /// QUIC, and where it does not get through in 3 s, WebSocket.
    #[default]
    Auto,
    /// QUIC only.
    Quic,
    /// WebSocket over TLS only.
    WebSocket,
    /// WebSocket without TLS, for tests on loopback: nothing is secret, and there is no exporter.
    PlainWebSocket,
}

/// Where and how to connect.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// `host:port`; UDP and TCP use the same number.
    pub address: String,
    /// The name that the certificate is to carry, where it is not the host of `address`.
    pub server_name: Option<String>,
    /// Whom to take for the site.
    pub trust: Trust,
    /// Which carriers to try.
    pub preference: Preference,
    /// Who decides how much may be under way.
    pub congestion: Congestion,
}

/// A link and how it came about.
#[derive(Debug)]
pub struct Connected {
    /// The link; [`Link::carrier`] says what it travels on.
    pub link: Link,
    /// Why QUIC was given up, when the link is the second choice.
    pub quic_failed: Option<LinkError>,
}

/// Why no carrier reached the relay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is not one, or its name is not known.
    #[error("no such address {address}: {reason}")]
    Address {
        /// What was asked for.
        address: String,
        /// What the resolver says.
        reason: String,
    },
    /// TLS cannot be set up with what was given.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
    /// The one carrier that was asked for failed.
    #[error("{0}")]
    Link(#[from] LinkError),
    /// QUIC and WebSocket both failed.
    #[error("over QUIC: {quic}; over WebSocket: {websocket}")]
    Both {
        /// Why QUIC failed.
        quic: LinkError,
        /// Why WebSocket failed.
        websocket: LinkError,
    },
}

/// Connects to a relay. Safe to drop half-way. Bounded by [`settings::QUIC_TIMEOUT`] and
/// [`settings::WEBSOCKET_TIMEOUT`].
///
/// # Errors
/// When the address cannot be resolved, or no carrier that may be tried reaches a peer that is to be trusted.
pub async fn connect(options: &ConnectOptions) -> Result<Connected, ConnectError> {
    let address = resolve(&options.address).await?;
    let link = timeout(settings::QUIC_TIMEOUT, connect_quic(address, options)).await;
    Ok(Connected { link: link.unwrap_or(Err(LinkError::TimedOut.into()))?, quic_failed: None })
}

async fn connect_quic(address: SocketAddr, options: &ConnectOptions) -> Result<Link, ConnectError> {
    let tls = tls::client(&options.trust).map_err(|error| ConnectError::Tls(error.to_string()))?;
    let tls = QuicClientConfig::try_from(tls).map_err(|error| ConnectError::Tls(error.to_string()))?;
    let meter = Meter::default();
    let mut config = quinn::ClientConfig::new(Arc::new(tls));
    config.transport_config(quic::transport(options.congestion, &meter));
    let broken = |error: std::io::Error| LinkError::Lost(error.to_string());
    let socket = socket::bind_udp(any_port_towards(address)).map_err(broken)?;
    let runtime = Arc::new(quinn::TokioRuntime);
    let endpoint =
        quinn::Endpoint::new(quinn::EndpointConfig::default(), None, socket, runtime).map_err(broken)?;
    let connecting = endpoint
        .connect_with(config, address, server_name(options))
        .map_err(|error| LinkError::Refused(error.to_string()))?;
    let connection = connecting.await.map_err(LinkError::from)?;
    let exporter = tls::quic_exporter(&connection);
    let link = Link::new(Connection::Quic(connection), meter, exporter);
    link.set_live(false);
    Ok(link)
}

async fn resolve(address: &str) -> Result<SocketAddr, ConnectError> {
    let failed = |reason: String| ConnectError::Address { address: address.to_owned(), reason };
    let mut found = tokio::net::lookup_host(address).await.map_err(|error| failed(error.to_string()))?;
    found.next().ok_or_else(|| failed("the name has no address".to_owned()))
}

/// The name to ask for: the one given, or the host of the address without its port and brackets.
fn server_name(options: &ConnectOptions) -> &str {
    let host = || {
        let host = options.address.rsplit_once(':').map_or(options.address.as_str(), |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']')
    };
    options.server_name.as_deref().unwrap_or_else(host)
}

fn any_port_towards(address: SocketAddr) -> SocketAddr {
    let any: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    SocketAddr::new(any, 0)
}
