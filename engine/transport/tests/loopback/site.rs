//! A site on loopback with a certificate of its own, and links into it by each carrier.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};
use transport::client::{ConnectOptions, Connected, Preference, Trust, connect};
use transport::server::{BindError, Endpoint, EndpointOptions, HandshakeCounts, Incoming};
use transport::settings::{ALPN_NATIVE, Congestion};
use transport::websocket::{self, Message, Side};
use transport::{Carrier, Link, tls, tune_tcp};

/// No wait in these tests is longer; a test that hits it failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Always the same certificate.
#[derive(Debug)]
struct One(Arc<CertifiedKey>);

impl ResolvesServerCert for One {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

/// A listening endpoint, and what a client needs to trust it.
pub(crate) struct Site {
    pub(crate) endpoint: Endpoint,
    pub(crate) address: SocketAddr,
    pub(crate) pin: [u8; 32],
    pub(crate) counts: Arc<HandshakeCounts>,
    certified: Arc<CertifiedKey>,
}

impl Site {
    pub(crate) fn open() -> Self {
        let (certified, pin) = certified_key();
        let counts = Arc::<HandshakeCounts>::default();
        let endpoint = bind((Ipv4Addr::LOCALHOST, 0).into(), &certified, &counts).unwrap();
        let address = endpoint.local_address().unwrap();
        Self { endpoint, address, pin, counts, certified }
    }

    /// The same site once more on the same port, as after a restart.
    pub(crate) async fn reopen(self) -> Self {
        let Self { endpoint, address, pin, counts, certified } = self;
        drop(endpoint);
        let again = async {
            loop {
                // The port is free once the driver of the socket has seen the end.
                match bind(address, &certified, &counts) {
                    Ok(endpoint) => return endpoint,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        let endpoint = tokio::time::timeout(PATIENCE, again).await.expect("the same port");
        Self { endpoint, address, pin, counts, certified }
    }

    pub(crate) fn options(&self) -> ConnectOptions {
        ConnectOptions {
            address: self.address.to_string(),
            server_name: None,
            trust: Trust::Pin(self.pin),
            preference: Preference::Quic,
            congestion: Congestion::default(),
        }
    }

    /// The site's end of a link by `carrier`, and the other.
    pub(crate) async fn link(&self, carrier: Carrier) -> (Link, Link) {
        match carrier {
            Carrier::Quic => self.native().await,
            Carrier::WebTransport => self.browser().await,
            Carrier::WebSocket => self.websocket().await,
        }
    }

    async fn native(&self) -> (Link, Link) {
        let options = self.options();
        let (arrived, connected) = tokio::join!(self.endpoint.accept(), connect(&options));
        let Some(Incoming::Native(here)) = arrived else { panic!("not a native link: {arrived:?}") };
        let Connected { link: there, .. } = connected.unwrap();
        (here, there)
    }

    async fn browser(&self) -> (Link, Link) {
        let mut options = self.options();
        options.preference = Preference::WebTransport;
        let accept = async {
            let arrived = self.endpoint.accept().await;
            let Some(Incoming::Browser(request)) = arrived else { panic!("not a browser: {arrived:?}") };
            request.accept().await.unwrap()
        };
        let (here, connected) = tokio::join!(accept, connect(&options));
        (here, connected.unwrap().link)
    }

    async fn websocket(&self) -> (Link, Link) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let mut options = self.options();
        options.address = listener.local_addr().unwrap().to_string();
        options.preference = Preference::WebSocket;
        let (here, there) = tokio::join!(self.accept_websocket(&listener), connect(&options));
        (here, there.unwrap().link)
    }

    /// Takes one WebSocket link over TLS off a listener, as the relay's HTTP server would.
    pub(crate) async fn accept_websocket(&self, listener: &TcpListener) -> Link {
        let mut config = rustls::ServerConfig::builder_with_provider(tls::provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(One(self.certified.clone())));
        config.alpn_protocols = vec![ALPN_NATIVE.to_vec()];
        let (tcp, peer) = listener.accept().await.unwrap();
        tune_tcp(&tcp);
        let secret = TlsAcceptor::from(Arc::new(config)).accept(tcp).await.unwrap();
        let exporter = tls::exporter(secret.get_ref().1);
        websocket::link(fit(secret).await, Side::Acceptor, peer, exporter)
    }
}

fn bind(
    address: SocketAddr,
    certified: &Arc<CertifiedKey>,
    counts: &Arc<HandshakeCounts>,
) -> Result<Endpoint, BindError> {
    Endpoint::bind(&EndpointOptions {
        address,
        certificates: Arc::new(One(certified.clone())),
        congestion: Congestion::default(),
        counts: Arc::clone(counts),
    })
}

/// Answers the upgrade, and fits the socket to what the mux speaks.
pub(crate) async fn fit<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
) -> impl Stream<Item = Result<Message, WsError>> + Sink<Message, Error = WsError> {
    let socket = accept_async(stream).await.unwrap();
    socket.with(async |message| Ok(outgoing(message))).filter_map(async |message| incoming(message))
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

fn incoming(message: Result<WsMessage, WsError>) -> Option<Result<Message, WsError>> {
    Some(message.map(|message| match message {
        WsMessage::Binary(bytes) => Message::Binary(bytes),
        WsMessage::Close(Some(frame)) => {
            Message::Close { status: frame.code.into(), reason: frame.reason.to_string() }
        }
        _ => Message::Text,
    }))
}

/// A self-made certificate for localhost, and its pin.
pub(crate) fn certified_key() -> (Arc<CertifiedKey>, [u8; 32]) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let chain = vec![made.cert.der().clone()];
    let pin = tls::pin(&chain[0]).unwrap();
    let certified = CertifiedKey::from_der(chain, key, &tls::provider()).unwrap();
    (Arc::new(certified), pin)
}
