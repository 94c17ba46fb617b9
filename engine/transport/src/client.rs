//! Reaching a relay: QUIC first, and a WebSocket over TLS where UDP does not get through.

use std::error::Error;
use std::fmt::Display;
use std::future::ready;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select_ok;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use quinn::crypto::rustls::QuicClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};
use url::Url;
use web_transport_quinn::Session;
use web_transport_quinn::proto::ConnectRequest;

use crate::error::LinkError;
use crate::link::{Connection, Link};
use crate::meter::Meter;
use crate::settings::{self, ALPN_BROWSER, ALPN_NATIVE, Congestion};
pub use crate::tls::Trust;
use crate::websocket::{self, Message, Side};
use crate::{quic, socket, tls};

/// Which carriers to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preference {
    /// QUIC, and where it does not get through in 3 s, WebSocket.
    #[default]
    Auto,
    /// QUIC only.
    Quic,
    /// WebTransport only, as a browser would on a page of the site itself: for tools that measure that path.
    WebTransport,
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
    let addresses = resolve(&options.address).await?;
    match options.preference {
        Preference::Quic => Ok(first(by_quic(&addresses, options).await?)),
        Preference::WebTransport => Ok(first(by_web_transport(&addresses, options).await?)),
        Preference::WebSocket => Ok(first(by_websocket(&addresses, options, true).await?)),
        Preference::PlainWebSocket => Ok(first(by_websocket(&addresses, options, false).await?)),
        Preference::Auto => {
            let quic = match by_quic(&addresses, options).await {
                Ok(link) => return Ok(first(link)),
                Err(error) => error,
            };
            match by_websocket(&addresses, options, true).await {
                Ok(link) => Ok(Connected { link, quic_failed: Some(quic) }),
                Err(websocket) => Err(ConnectError::Both { quic, websocket }),
            }
        }
    }
}

fn first(link: Link) -> Connected {
    Connected { link, quic_failed: None }
}

async fn by_quic(addresses: &[SocketAddr], options: &ConnectOptions) -> Result<Link, LinkError> {
    race(addresses, settings::QUIC_TIMEOUT, |address| quic_link(address, options)).await
}

async fn by_web_transport(addresses: &[SocketAddr], options: &ConnectOptions) -> Result<Link, LinkError> {
    race(addresses, settings::QUIC_TIMEOUT, |address| web_transport_link(address, options)).await
}

async fn by_websocket(
    addresses: &[SocketAddr],
    options: &ConnectOptions,
    is_secret: bool,
) -> Result<Link, LinkError> {
    let limit = settings::WEBSOCKET_TIMEOUT;
    race(addresses, limit, |address| websocket_link(address, options, is_secret)).await
}

/// Tries all addresses at once; the first that answers wins.
///
/// The attempts are boxed: TLS and the upgrade hold 24 kB of state, which every caller's task would carry for good.
async fn race<F: Future<Output = Result<Link, LinkError>>>(
    addresses: &[SocketAddr],
    limit: Duration,
    attempt: impl Fn(SocketAddr) -> F,
) -> Result<Link, LinkError> {
    let attempts = addresses.iter().map(|address| Box::pin(attempt(*address)));
    let (link, _losers) = timeout(limit, select_ok(attempts)).await.map_err(|_| LinkError::TimedOut)??;
    Ok(link)
}

async fn quic_link(address: SocketAddr, options: &ConnectOptions) -> Result<Link, LinkError> {
    let meter = Meter::default();
    let (endpoint, connection) = quic_connection(address, options, ALPN_NATIVE, &meter).await?;
    let exporter = tls::quic_exporter(&connection);
    let link = Link::dialed(Connection::Quic(connection), endpoint, meter, exporter);
    link.set_live(false);
    Ok(link)
}

async fn web_transport_link(address: SocketAddr, options: &ConnectOptions) -> Result<Link, LinkError> {
    let meter = Meter::default();
    let (endpoint, connection) = quic_connection(address, options, ALPN_BROWSER, &meter).await?;
    let exporter = tls::quic_exporter(&connection);
    let origin = format!("https://{}", options.address);
    let url = Url::parse(&format!("{origin}{}", settings::LINK_PATH)).map_err(refused)?;
    let mut request = ConnectRequest::new(url);
    request.headers.insert(http::header::ORIGIN, origin.parse().map_err(refused)?);
    let session = Session::connect(connection, request).await.map_err(refused)?;
    Ok(Link::dialed(Connection::WebTransport(Box::new(session)), endpoint, meter, exporter))
}

/// A QUIC connection over a socket of its own.
async fn quic_connection(
    address: SocketAddr,
    options: &ConnectOptions,
    alpn: &[u8],
    meter: &Meter,
) -> Result<(quinn::Endpoint, quinn::Connection), LinkError> {
    let tls = tls_config(options, alpn)?;
    let mut config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).map_err(refused)?));
    config.transport_config(quic::transport(options.congestion, meter));
    let socket = socket::bind_udp(any_port_towards(address)).map_err(lost)?;
    let runtime = Arc::new(quinn::TokioRuntime);
    let endpoint =
        quinn::Endpoint::new(quinn::EndpointConfig::default(), None, socket, runtime).map_err(lost)?;
    let connecting = endpoint.connect_with(config, address, server_name(options)).map_err(refused)?;
    Ok((endpoint, connecting.await?))
}

async fn websocket_link(
    address: SocketAddr,
    options: &ConnectOptions,
    is_secret: bool,
) -> Result<Link, LinkError> {
    let tcp = TcpStream::connect(address).await.map_err(lost)?;
    socket::tune_tcp(&tcp);
    if !is_secret {
        let socket = upgrade(tcp, options).await?;
        return Ok(websocket::link(socket, Side::Opener, address, None));
    }
    let name = ServerName::try_from(server_name(options).to_owned()).map_err(refused)?;
    let connector = TlsConnector::from(Arc::new(tls_config(options, ALPN_NATIVE)?));
    let secret = connector.connect(name, tcp).await.map_err(tls_failed)?;
    let exporter = tls::exporter(secret.get_ref().1);
    let socket = upgrade(secret, options).await?;
    Ok(websocket::link(socket, Side::Opener, address, exporter))
}

/// Asks for the upgrade, and fits the socket to what the mux speaks.
async fn upgrade<S>(
    stream: S,
    options: &ConnectOptions,
) -> Result<impl Stream<Item = Result<Message, WsError>> + Sink<Message, Error = WsError> + use<S>, LinkError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = format!("ws://{}{}", options.address, settings::LINK_PATH);
    let config = WebSocketConfig::default()
        .max_message_size(Some(websocket::MESSAGE_BYTES_MAX))
        .max_frame_size(Some(websocket::MESSAGE_BYTES_MAX))
        .read_buffer_size(settings::WEBSOCKET_READ_BYTES);
    let upgrading = client_async_with_config(request, stream, Some(config));
    let (socket, _response) = upgrading.await.map_err(|error| match error {
        WsError::Http(response) => LinkError::Refused(format!("HTTP status {}", response.status())),
        other => LinkError::Lost(other.to_string()),
    })?;
    Ok(socket.with(|message| ready(Ok(outgoing(message)))).filter_map(|message| ready(incoming(message))))
}

fn outgoing(message: Message) -> WsMessage {
    match message {
        Message::Binary(bytes) => WsMessage::Binary(bytes),
        Message::Text => WsMessage::text(""),
        Message::Close { status, reason } => {
            WsMessage::Close(Some(CloseFrame { code: status.into(), reason: reason.into() }))
        }
    }
}

/// `None` for what the library answers by itself.
fn incoming(message: Result<WsMessage, WsError>) -> Option<Result<Message, WsError>> {
    let message = match message {
        Ok(message) => message,
        Err(error) => return Some(Err(error)),
    };
    Some(Ok(match message {
        WsMessage::Binary(bytes) => Message::Binary(bytes),
        WsMessage::Text(_) => Message::Text,
        WsMessage::Close(None) => Message::Close { status: CloseCode::Status.into(), reason: String::new() },
        WsMessage::Close(Some(frame)) => {
            Message::Close { status: frame.code.into(), reason: frame.reason.to_string() }
        }
        WsMessage::Ping(_) | WsMessage::Pong(_) | WsMessage::Frame(_) => return None,
    }))
}

fn tls_config(options: &ConnectOptions, alpn: &[u8]) -> Result<rustls::ClientConfig, LinkError> {
    let mut config = tls::client(&options.trust).map_err(refused)?;
    config.alpn_protocols = vec![alpn.to_vec()];
    Ok(config)
}

fn refused(error: impl Display) -> LinkError {
    LinkError::Refused(error.to_string())
}

fn lost(error: impl Display) -> LinkError {
    LinkError::Lost(error.to_string())
}

/// A TLS alert or a certificate that is not trusted comes wrapped in an I/O error.
fn tls_failed(error: std::io::Error) -> LinkError {
    match error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>) {
        true => refused(error),
        false => lost(error),
    }
}

/// The first address of each family, so that a host with a broken or an unused one of them is still reached.
async fn resolve(address: &str) -> Result<Vec<SocketAddr>, ConnectError> {
    let failed = |reason: String| ConnectError::Address { address: address.to_owned(), reason };
    let found: Vec<_> =
        tokio::net::lookup_host(address).await.map_err(|error| failed(error.to_string()))?.collect();
    let families = [SocketAddr::is_ipv6, SocketAddr::is_ipv4];
    let first: Vec<_> =
        families.into_iter().filter_map(|family| found.iter().copied().find(family)).collect();
    if first.is_empty() { Err(failed("the name has no address".to_owned())) } else { Ok(first) }
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
