//! The sockets: QUIC on UDP, HTTPS on the same number over TCP, and plain HTTP on loopback if it is wanted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls::server::ResolvesServerCert;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::ConfigError;

/// How long a TLS handshake may take.
const TLS_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a browser may take to send the headers of a request.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(15);

/// Bytes of a request's headers.
const HEADERS_BYTES_MAX: usize = 32 << 10;

/// Streams that one HTTP/2 connection may have open.
const HTTP2_STREAMS_MAX: u32 = 64;

/// TCP connections at the same time, with and without TLS. Each costs some 40 kB.
const CONNECTIONS_MAX: usize = 8192;

/// How long the listener rests when the system has no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where the relay listens, and how others reach it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// UDP and TCP port for agents and browsers. `[::]:7443` serves IPv6 and IPv4.
    pub listen: SocketAddr,
    /// A plain HTTP port for browsers on this very machine; only loopback addresses are allowed.
    pub http: Option<SocketAddr>,
    /// `host:port` under which agents reach the relay, best first; they go into enrolment tokens. Without any,
    /// the addresses of this machine.
    pub addresses: Vec<String>,
    /// Further origins whose pages may open links, such as `https://support.example`.
    pub origins: Vec<String>,
    /// Who decides how much may be under way towards a peer over QUIC.
    pub congestion: Congestion,
}

/// As the carriers have it, with its names in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Congestion {
    /// What the line delivers, and a short queue: for screens, and for lines that lose packets.
    #[default]
    Budget,
    /// What most of the internet does. Long queues, and slow on lines that lose packets.
    Cubic,
    /// The BBR that comes with the QUIC library.
    Bbr,
}

impl From<Congestion> for transport::settings::Congestion {
    fn from(congestion: Congestion) -> Self {
        match congestion {
            Congestion::Budget => Self::Budget,
            Congestion::Cubic => Self::Cubic,
            Congestion::Bbr => Self::Bbr,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let listen = SocketAddr::from(([0, 0, 0, 0], 7443));
        let congestion = Congestion::default();
        Self { listen, http: None, addresses: Vec::new(), origins: Vec::new(), congestion }
    }
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |field, problem| Err(ConfigError::Field { field, problem });
        if let Some(http) = self.http.filter(|http| !http.ip().is_loopback()) {
            return wrong(
                "endpoint.http",
                format!("{http} is not a loopback address, and plain HTTP shows all"),
            );
        }
        for address in &self.addresses {
            let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
            if port.is_none_or(|port| port == 0) {
                return wrong("endpoint.addresses", format!("{address:?} is not host:port"));
            }
        }
        for origin in &self.origins {
            let uri = origin.parse::<axum::http::Uri>().ok();
            let bare = uri.is_some_and(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https"))
                    && uri.path_and_query().is_none_or(|rest| rest.as_str() == "/")
                    && !origin.ends_with('/')
            });
            if !bare {
                return wrong(
                    "endpoint.origins",
                    format!("{origin:?} is not scheme://host or scheme://host:port"),
                );
            }
        }
        Ok(())
    }
}

/// What a request came in on; an extension of each request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CameBy {
    /// Who asks.
    pub(crate) peer: SocketAddr,
    /// Which of our addresses was asked.
    pub(crate) local: SocketAddr,
    /// Over TLS, or plain on loopback.
    pub(crate) over_tls: bool,
    /// What an agent signs to prove its key on this connection.
    pub(crate) exporter: Option<[u8; 32]>,
}

/// Listens on TCP and answers HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpServer {
    router: Router,
    tracker: TaskTracker,
    stop: CancellationToken,
    places: Arc<Semaphore>,
}

impl HttpServer {
    pub(crate) fn new(router: Router, tracker: TaskTracker, stop: CancellationToken) -> Self {
        Self { router, tracker, stop, places: Arc::new(Semaphore::new(CONNECTIONS_MAX)) }
    }

    /// Accepts connections until `stop`; with `tls`, only those that speak it.
    pub(crate) fn listen(&self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let server = self.clone();
        self.tracker.spawn(async move { server.accept(listener, tls).await });
    }

    async fn accept(self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        loop {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            let accepted = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let (server, tls) = (self.clone(), tls.clone());
            self.tracker.spawn(async move {
                server.serve(stream, peer, tls).await;
                drop(place);
            });
        }
    }

    async fn serve(&self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        let Ok(local) = stream.local_addr() else { return };
        transport::tune_tcp(&stream);
        let Some(tls) = tls else {
            let came_by = CameBy { peer, local, over_tls: false, exporter: None };
            return self.answer(stream, came_by).await;
        };
        match tokio::time::timeout(TLS_TIMEOUT, tls.accept(stream)).await {
            Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
            Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
            Ok(Ok(stream)) => {
                let exporter = transport::tls::exporter(stream.get_ref().1);
                self.answer(stream, CameBy { peer, local, over_tls: true, exporter }).await;
            }
        }
    }

    /// Answers the requests of one connection; at `stop` the one that is running may end.
    async fn answer<S>(&self, stream: S, came_by: CameBy)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router = self.router.clone().layer(Extension(came_by));
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_TIMEOUT)
            .max_buf_size(HEADERS_BYTES_MAX)
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(HEADERS_BYTES_MAX as u32)
            .max_concurrent_streams(HTTP2_STREAMS_MAX)
            .keep_alive_interval(Some(HEADERS_TIMEOUT));
        let connection =
            builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(router));
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            biased;
            ended = connection.as_mut() => ended,
            () = self.stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(peer = %came_by.peer, error = %error, "HTTP connection ended");
        }
    }
}

/// TLS 1.3 for HTTPS, and for agents whose UDP is blocked.
pub(crate) fn tls_acceptor(certificates: Arc<dyn ResolvesServerCert>) -> Result<TlsAcceptor, rustls::Error> {
    let mut config = rustls::ServerConfig::builder_with_provider(transport::tls::provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    let native = transport::settings::ALPN_NATIVE.to_vec();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), native];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
