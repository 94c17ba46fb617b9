//! One connection between two of our programs, over whichever carrier reached.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use futures_util::FutureExt;
use wire::close::CloseCode;

use crate::error::LinkError;
use crate::meter::Meter;
use crate::settings;
use crate::stream::{RecvCarrier, RecvStream, SendCarrier, SendStream};
use crate::websocket;

/// What a link travels on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// QUIC with the ALPN `nearhand/1`: agents and tools.
    Quic,
    /// WebTransport over HTTP/3: browsers.
    WebTransport,
    /// Our own mux over a WebSocket: where UDP is blocked.
    WebSocket,
}

impl Carrier {
    /// The carrier in words, as a label of a metric and in the quality overlay.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quic => "quic",
            Self::WebTransport => "webtransport",
            Self::WebSocket => "websocket",
        }
    }
}

/// One connection to a peer; clones share it. It stays open until one side closes it or the last clone and the
/// last stream are gone.
#[derive(Debug, Clone)]
pub struct Link {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    connection: Connection,
    meter: Meter,
    exporter: Option<[u8; 32]>,
    /// The socket of a link that was made from here, to wait on while it says goodbye.
    endpoint: Option<quinn::Endpoint>,
    /// Whether [`Link::close`] was called: WebTransport says "closed locally" also when the peer just went.
    is_closed_here: AtomicBool,
}

#[derive(Debug)]
pub(crate) enum Connection {
    Quic(quinn::Connection),
    WebTransport(Box<web_transport_quinn::Session>),
    WebSocket(websocket::Session),
}

impl Link {
    pub(crate) fn new(connection: Connection, meter: Meter, exporter: Option<[u8; 32]>) -> Self {
        Self::with_endpoint(connection, None, meter, exporter)
    }

    /// A link that was made from here, over a UDP socket of its own.
    pub(crate) fn dialed(
        connection: Connection,
        endpoint: quinn::Endpoint,
        meter: Meter,
        exporter: Option<[u8; 32]>,
    ) -> Self {
        Self::with_endpoint(connection, Some(endpoint), meter, exporter)
    }

    fn with_endpoint(
        connection: Connection,
        endpoint: Option<quinn::Endpoint>,
        meter: Meter,
        exporter: Option<[u8; 32]>,
    ) -> Self {
        let is_closed_here = AtomicBool::new(false);
        Self { shared: Arc::new(Shared { connection, meter, exporter, endpoint, is_closed_here }) }
    }

    /// Opens a bidirectional stream; waits while the peer permits no more of them. The peer hears of it with the
    /// first bytes written. Safe to drop half-way.
    ///
    /// # Errors
    /// When the link ended.
    pub async fn open_bi(&self) -> Result<(SendStream, RecvStream), LinkError> {
        let (send, recv) = match &self.shared.connection {
            Connection::Quic(connection) => {
                let (send, recv) = connection.open_bi().await?;
                (SendCarrier::Quic(send), RecvCarrier::Quic(recv))
            }
            Connection::WebTransport(session) => {
                let (send, recv) = session.open_bi().await.map_err(|error| self.ended(error))?;
                (SendCarrier::WebTransport(send), RecvCarrier::WebTransport(recv))
            }
            Connection::WebSocket(session) => {
                let (send, recv) = session.open_bi().await?;
                (SendCarrier::WebSocket(send), RecvCarrier::WebSocket(recv))
            }
        };
        Ok((self.sender(send), RecvStream::new(recv)))
    }

    /// Opens a unidirectional stream; waits while the peer permits no more of them. Safe to drop half-way.
    ///
    /// # Errors
    /// When the link ended.
    pub async fn open_uni(&self) -> Result<SendStream, LinkError> {
        let send = match &self.shared.connection {
            Connection::Quic(connection) => SendCarrier::Quic(connection.open_uni().await?),
            Connection::WebTransport(session) => {
                SendCarrier::WebTransport(session.open_uni().await.map_err(|error| self.ended(error))?)
            }
            Connection::WebSocket(session) => SendCarrier::WebSocket(session.open_uni().await?),
        };
        Ok(self.sender(send))
    }

    /// Opens a unidirectional stream if the peer permits one now; `None` means that the link is full.
    ///
    /// # Errors
    /// When the link ended.
    pub fn try_open_uni(&self) -> Result<Option<SendStream>, LinkError> {
        self.open_uni().now_or_never().transpose()
    }

    /// The next bidirectional stream that the peer opened. Safe to drop half-way.
    ///
    /// # Errors
    /// When the link ended.
    pub async fn accept_bi(&self) -> Result<(SendStream, RecvStream), LinkError> {
        let (send, recv) = match &self.shared.connection {
            Connection::Quic(connection) => {
                let (send, recv) = connection.accept_bi().await?;
                (SendCarrier::Quic(send), RecvCarrier::Quic(recv))
            }
            Connection::WebTransport(session) => {
                let (send, recv) = session.accept_bi().await.map_err(|error| self.ended(error))?;
                (SendCarrier::WebTransport(send), RecvCarrier::WebTransport(recv))
            }
            Connection::WebSocket(session) => {
                let (send, recv) = session.accept_bi().await?;
                (SendCarrier::WebSocket(send), RecvCarrier::WebSocket(recv))
            }
        };
        Ok((self.sender(send), RecvStream::new(recv)))
    }

    /// The next unidirectional stream that the peer opened. Safe to drop half-way.
    ///
    /// # Errors
    /// When the link ended.
    pub async fn accept_uni(&self) -> Result<RecvStream, LinkError> {
        let recv = match &self.shared.connection {
            Connection::Quic(connection) => RecvCarrier::Quic(connection.accept_uni().await?),
            Connection::WebTransport(session) => {
                RecvCarrier::WebTransport(session.accept_uni().await.map_err(|error| self.ended(error))?)
            }
            Connection::WebSocket(session) => RecvCarrier::WebSocket(session.accept_uni().await?),
        };
        Ok(RecvStream::new(recv))
    }

    /// Closes the link at once and says why. What was written just before may not arrive: after a refusal on the
    /// control stream, give the peer a moment to go by itself. [`Link::drain`] also waits for the goodbye.
    pub fn close(&self, code: CloseCode, reason: &str) {
        self.shared.is_closed_here.store(true, Relaxed);
        match &self.shared.connection {
            Connection::Quic(connection) => connection.close(code.to_wire().into(), reason.as_bytes()),
            Connection::WebTransport(session) => session.close(code.to_wire(), reason.as_bytes()),
            Connection::WebSocket(session) => session.close(code, reason),
        }
    }

    /// Waits until the link ended, and says why.
    pub async fn closed(&self) -> LinkError {
        match &self.shared.connection {
            Connection::Quic(connection) => connection.closed().await.into(),
            Connection::WebTransport(session) => self.ended(session.closed().await),
            Connection::WebSocket(session) => session.closed().await,
        }
    }

    /// Closes the link and waits, at most `deadline`, until the goodbye is out and the connection is gone. Says
    /// whether it was within the deadline. Of a native link that the peer made, [`crate::server::Endpoint`] sees to
    /// the rest, and this does not wait.
    pub async fn drain(&self, code: CloseCode, reason: &str, deadline: Duration) -> bool {
        self.close(code, reason);
        let gone = async {
            match (&self.shared.connection, &self.shared.endpoint) {
                (Connection::WebSocket(session), _) => session.gone().await,
                (_, Some(endpoint)) => endpoint.wait_idle().await,
                (_, None) => drop(self.closed().await),
            }
        };
        tokio::time::timeout(deadline, gone).await.is_ok()
    }

    /// What the link travels on.
    pub fn carrier(&self) -> Carrier {
        match &self.shared.connection {
            Connection::Quic(_) => Carrier::Quic,
            Connection::WebTransport(_) => Carrier::WebTransport,
            Connection::WebSocket(_) => Carrier::WebSocket,
        }
    }

    /// Where the peer is now; a peer that changes networks changes it.
    pub fn peer(&self) -> SocketAddr {
        match &self.shared.connection {
            Connection::Quic(connection) => connection.remote_address(),
            Connection::WebTransport(session) => session.remote_address(),
            Connection::WebSocket(session) => session.peer(),
        }
    }

    /// A secret that only the two ends of this TLS connection know, different on each connection: what an agent
    /// signs to prove its key. `None` on a WebSocket without TLS.
    pub fn exporter(&self) -> Option<[u8; 32]> {
        self.shared.exporter
    }

    /// What was written, what arrived, and what the path gives.
    pub fn meter(&self) -> &Meter {
        &self.shared.meter
    }

    /// Says whether a session runs over the link, which permits the peer more streams. What was permitted in a
    /// session is not taken back, only not renewed.
    pub fn set_live(&self, live: bool) {
        let permitted = if live { settings::STREAMS_LIVE } else { settings::STREAMS_IDLE };
        let (connection, permitted) = match &self.shared.connection {
            Connection::Quic(connection) => (connection, permitted),
            Connection::WebTransport(session) => (&***session, permitted + settings::STREAMS_HTTP),
            Connection::WebSocket(session) => return session.permit(permitted),
        };
        connection.set_max_concurrent_uni_streams(permitted.into());
        connection.set_max_concurrent_bi_streams(permitted.into());
    }

    /// Why a WebTransport session ended.
    fn ended(&self, error: web_transport_quinn::SessionError) -> LinkError {
        match error.into() {
            LinkError::ClosedHere if !self.shared.is_closed_here.load(Relaxed) => {
                LinkError::Closed { code: CloseCode::Done, reason: String::new() }
            }
            error => error,
        }
    }

    fn sender(&self, carrier: SendCarrier) -> SendStream {
        SendStream::new(carrier, self.shared.meter.clone())
    }
}
