//! The relay's UDP port: native links and browsers' WebTransport on one socket, told apart by ALPN.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use quinn::crypto::rustls::{HandshakeData, QuicServerConfig};
use rustls::server::ResolvesServerCert;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::close::CloseCode;

use crate::error::LinkError;
use crate::link::{Connection, Link};
use crate::meter::Meter;
use crate::settings::{self, Congestion};
use crate::{quic, socket, tls};

/// What an [`Endpoint`] is made of.
#[derive(Debug, Clone)]
pub struct EndpointOptions {
    /// Where to listen; port 0 takes any.
    pub address: SocketAddr,
    /// Gives the certificate for a ClientHello: by its ALPN the site's own for `nearhand/1`, and for `h3` one that
    /// browsers accept. It may change its answer at any time.
    pub certificates: Arc<dyn ResolvesServerCert>,
    /// Who decides how much may be under way.
    pub congestion: Congestion,
    /// Counts what becomes of those who knock.
    pub counts: Arc<HandshakeCounts>,
}

/// What became of handshakes that did not become links at once.
#[derive(Debug, Default)]
pub struct HandshakeCounts {
    retried: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    unheard: AtomicU64,
}

impl HandshakeCounts {
    /// Clients that were asked to prove their address first, because many handshakes were under way.
    pub fn retried(&self) -> u64 {
        self.retried.load(Relaxed)
    }

    /// Clients that were turned away, because as many as may be were under way.
    pub fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    /// Packets of clients that knocked after [`Endpoint::turn_away`].
    pub fn unheard(&self) -> u64 {
        self.unheard.load(Relaxed)
    }

    /// Handshakes that were begun and came to nothing.
    pub fn failed(&self) -> u64 {
        self.failed.load(Relaxed)
    }
}

/// Why an endpoint could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on UDP {address}: {error}")]
    Socket {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// The TLS configuration is impossible.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// What arrives at an [`Endpoint`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// An agent or a tool; the link is ready.
    Native(Link),
    /// A browser that asks for a session; look at it, then accept or refuse it.
    Browser(BrowserRequest),
}

/// One UDP port that takes links. Dropping it closes them all; [`Endpoint::close`] says goodbye first.
#[derive(Debug)]
pub struct Endpoint {
    endpoint: quinn::Endpoint,
    ready: Mutex<mpsc::Receiver<Incoming>>,
    turns_away: CancellationToken,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Endpoint {
    /// Opens the port and begins to take handshakes. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the port cannot be had, or TLS cannot be set up.
    pub fn bind(options: &EndpointOptions) -> Result<Self, BindError> {
        let config = server_config(tls::quic_server(options.certificates.clone())?);
        let address = options.address;
        let endpoint =
            bind_quic(address, config.clone()).map_err(|error| BindError::Socket { address, error })?;
        let (sender, ready) = mpsc::channel(settings::READY_LINKS_MAX);
        let (turns_away, stop, tasks) =
            (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
        let porter = Porter {
            config,
            congestion: options.congestion,
            counts: Arc::clone(&options.counts),
            handshakes: Arc::new(Semaphore::new(settings::HANDSHAKES_MAX)),
            ready: sender,
            turns_away: turns_away.clone(),
            stop: stop.clone(),
            tasks: tasks.clone(),
        };
        tasks.spawn(porter.run(endpoint.clone()));
        Ok(Self { endpoint, ready: Mutex::new(ready), turns_away, stop, tasks })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.endpoint.local_addr()
    }

    /// The next link or request; `None` once the endpoint is closed. Safe to drop half-way.
    pub async fn accept(&self) -> Option<Incoming> {
        self.ready.lock().await.recv().await
    }

    /// Hears no first packet any more, and gives up handshakes that are under way; links that are open go on. Who
    /// knocks is not told: he knocks again soon, and finds the program that comes after this one. Refused, or let in to
    /// be closed again, he would come back later.
    pub fn turn_away(&self) {
        self.turns_away.cancel();
    }

    /// Takes no more links, closes those that are open, and waits at most `deadline` until the peers can have heard
    /// of it. Says whether all of them did.
    pub async fn close(&self, code: CloseCode, reason: &str, deadline: Duration) -> bool {
        self.turn_away();
        self.stop.cancel();
        self.tasks.close();
        self.endpoint.close(code.to_wire().into(), reason.as_bytes());
        let idle = async {
            self.tasks.wait().await;
            self.endpoint.wait_idle().await;
        };
        timeout(deadline, idle).await.is_ok()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.turn_away();
        self.stop.cancel();
        self.endpoint.close(CloseCode::GoingAway.to_wire().into(), b"");
    }
}

/// A browser's wish for a session. Dropping it closes the connection.
pub struct BrowserRequest {
    request: Box<web_transport_quinn::Request>,
    meter: Meter,
}

impl BrowserRequest {
    /// The path that was asked for.
    pub fn path(&self) -> &str {
        self.request.url.path()
    }

    /// The host, and the port where it is not 443, that the browser believes to talk to.
    pub fn authority(&self) -> &str {
        self.request.url.authority()
    }

    /// The origin of the page that asks, from a header that pages cannot set.
    pub fn origin(&self) -> Option<&str> {
        self.headers().get(http::header::ORIGIN)?.to_str().ok()
    }

    /// All headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        &self.request.headers
    }

    /// Where the browser is.
    pub fn peer(&self) -> SocketAddr {
        self.request.conn().remote_address()
    }

    /// Opens the session.
    ///
    /// # Errors
    /// When the browser is gone or does not take the answer in time.
    pub async fn accept(self) -> Result<Link, LinkError> {
        let exporter = tls::quic_exporter(self.request.conn());
        let answer = timeout(settings::HANDSHAKE_TIMEOUT, self.request.ok());
        let session = answer.await.map_err(|_| LinkError::TimedOut)?.map_err(lost)?;
        Ok(Link::new(Connection::WebTransport(Box::new(session)), self.meter, exporter))
    }

    /// Refuses it with an HTTP status and closes the connection.
    pub async fn refuse(self, status: StatusCode) {
        let connection = self.request.conn().clone();
        let answer = async {
            // A browser that is gone needs no answer.
            let _ = self.request.reject(status).await.is_ok();
            connection.closed().await;
        };
        let _ = timeout(settings::REFUSAL_TIMEOUT, answer).await.is_ok();
        connection.close(CloseCode::Refused.to_wire().into(), b"");
    }
}

impl std::fmt::Debug for BrowserRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrowserRequest").field("url", &self.request.url.as_str()).finish_non_exhaustive()
    }
}

/// Takes connections off the socket and sees each through its handshake, all at once.
struct Porter {
    config: quinn::ServerConfig,
    congestion: Congestion,
    counts: Arc<HandshakeCounts>,
    handshakes: Arc<Semaphore>,
    ready: mpsc::Sender<Incoming>,
    turns_away: CancellationToken,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Porter {
    async fn run(self, endpoint: quinn::Endpoint) {
        loop {
            let incoming = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                incoming = endpoint.accept() => incoming,
            };
            let Some(incoming) = incoming else { return };
            self.admit(incoming);
        }
    }

    /// Starts a handshake, or asks the client to prove its address first, or turns it away.
    fn admit(&self, incoming: quinn::Incoming) {
        if self.turns_away.is_cancelled() {
            self.counts.unheard.fetch_add(1, Relaxed);
            return incoming.ignore();
        }
        let under_way = settings::HANDSHAKES_MAX - self.handshakes.available_permits();
        if settings::HANDSHAKES_BEFORE_RETRY <= under_way && incoming.may_retry() {
            self.counts.retried.fetch_add(1, Relaxed);
            // Only fails where a retry was made already, and `may_retry` said otherwise.
            let _ = incoming.retry().is_ok();
            return;
        }
        let Ok(permit) = self.handshakes.clone().try_acquire_owned() else {
            tracing::debug!(peer = %incoming.remote_address(), "refused a handshake: {under_way} are under way");
            self.counts.refused.fetch_add(1, Relaxed);
            incoming.refuse();
            return;
        };
        let meter = Meter::default();
        let config = self.config(&meter);
        let (ready, turns_away) = (self.ready.clone(), self.turns_away.clone());
        let counts = Arc::clone(&self.counts);
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = turns_away.cancelled() => {}
                is_ready = greet(incoming, config, meter, ready, permit) => {
                    counts.failed.fetch_add(u64::from(!is_ready), Relaxed);
                }
            }
        });
    }

    fn config(&self, meter: &Meter) -> Arc<quinn::ServerConfig> {
        let mut config = self.config.clone();
        config.transport_config(quic::transport(self.congestion, meter));
        Arc::new(config)
    }
}

/// Sees one connection through its handshake and hands it over. Says whether it came to that.
async fn greet(
    incoming: quinn::Incoming,
    config: Arc<quinn::ServerConfig>,
    meter: Meter,
    ready: mpsc::Sender<Incoming>,
    permit: OwnedSemaphorePermit,
) -> bool {
    let peer = incoming.remote_address();
    let greeting = timeout(settings::HANDSHAKE_TIMEOUT, shake_hands(incoming, config, meter));
    let is_ready = match greeting.await.unwrap_or(Err(LinkError::TimedOut)) {
        Ok(arrived) => {
            // Only fails when the endpoint is gone, and the link with it.
            let _ = ready.send(arrived).await.is_ok();
            true
        }
        Err(error) => {
            tracing::debug!(%peer, %error, "a handshake failed");
            false
        }
    };
    // Held until here: links that nobody takes count as handshakes, or they would pile up.
    drop(permit);
    is_ready
}

async fn shake_hands(
    incoming: quinn::Incoming,
    config: Arc<quinn::ServerConfig>,
    meter: Meter,
) -> Result<Incoming, LinkError> {
    let connection = incoming.accept_with(config)?.await?;
    if is_browser(&connection) {
        let request = web_transport_quinn::Request::accept(connection).await.map_err(lost)?;
        return Ok(Incoming::Browser(BrowserRequest { request: Box::new(request), meter }));
    }
    let exporter = tls::quic_exporter(&connection);
    let link = Link::new(Connection::Quic(connection), meter, exporter);
    link.set_live(false);
    Ok(Incoming::Native(link))
}

/// TLS only lets the two ALPNs of the configuration through.
fn is_browser(connection: &quinn::Connection) -> bool {
    connection
        .handshake_data()
        .and_then(|data| data.downcast::<HandshakeData>().ok())
        .is_some_and(|data| data.protocol.as_deref() == Some(settings::ALPN_BROWSER))
}

fn server_config(tls: QuicServerConfig) -> quinn::ServerConfig {
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(tls));
    // Tokens that spare a returning client the proof of its address: links last for days, and their log costs memory.
    let mut tokens = quinn::ValidationTokenConfig::default();
    tokens.sent(0);
    config.validation_token_config(tokens);
    config
}

fn bind_quic(address: SocketAddr, config: quinn::ServerConfig) -> io::Result<quinn::Endpoint> {
    let socket = socket::bind_udp(address)?;
    let runtime = Arc::new(quinn::TokioRuntime);
    quinn::Endpoint::new(quinn::EndpointConfig::default(), Some(config), socket, runtime)
}

fn lost(error: web_transport_quinn::ServerError) -> LinkError {
    use web_transport_quinn::ServerError as E;
    match error {
        E::Connection(error) => error.into(),
        other => LinkError::Lost(other.to_string()),
    }
}
