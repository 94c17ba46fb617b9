//! Two ends of a QUIC connection and the line between them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::BytesMut;
use quinn_proto::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn_proto::{
    ClientConfig, Connection, ConnectionHandle, DatagramEvent, Dir, Endpoint, EndpointConfig, Event,
    ServerConfig, TransportConfig,
};
use rustls_pki_types::PrivateKeyDer;
use transport::Meter;
use transport::client::Trust;
use transport::settings::{ALPN_NATIVE, Congestion, STREAMS_LIVE};

use crate::line::{Direction, Line};

/// Datagrams that one call may give, as under tokio.
const BATCH: usize = 10;

/// One end.
struct End {
    endpoint: Endpoint,
    connection: Option<(ConnectionHandle, Connection)>,
    address: SocketAddr,
}

/// A packet on its way: when it arrives, in which order it was sent, at which end, and its bytes.
type Flight = Reverse<(u64, u64, usize, Vec<u8>)>;

/// The two ends: 0 sends the screen, and was connected to; 1 shows it.
pub struct Pair {
    ends: [End; 2],
    /// From each end to the other.
    pub directions: [Direction; 2],
    flights: BinaryHeap<Flight>,
    sent: u64,
    start: Instant,
    /// Virtual time.
    pub now_us: u64,
    /// What the sender knows of the line.
    pub meter: Meter,
}

impl Pair {
    /// Connects both, and permits a session's streams.
    ///
    /// # Errors
    /// When they do not come together.
    pub fn connect(line: Line, congestion: Congestion, seed: u64) -> anyhow::Result<Self> {
        let meter = Meter::default();
        let (server, client) = configs(
            transport::quic::transport(congestion, &meter),
            transport::quic::transport(congestion, &Meter::default()),
        )?;
        let mut viewer = End::new(1, None);
        let start = Instant::now();
        let address = address(0);
        let connecting = viewer.endpoint.connect(start, client, address, "localhost")?;
        viewer.connection = Some(connecting);
        let mut pair = Self {
            ends: [End::new(0, Some(Arc::new(server))), viewer],
            directions: [Direction::down(line, seed), Direction::up(line, seed)],
            flights: BinaryHeap::new(),
            sent: 0,
            start,
            now_us: 0,
            meter,
        };
        pair.transmit();
        while pair.is_handshaking() {
            let next_us = pair.next_us().context("nothing happens any more")?;
            anyhow::ensure!(next_us < 10_000_000, "no handshake within 10 s");
            pair.advance(next_us)?;
        }
        let viewer = pair.connection(1)?;
        viewer.set_max_concurrent_streams(Dir::Uni, STREAMS_LIVE.into());
        pair.transmit();
        Ok(pair)
    }

    /// One end's connection.
    ///
    /// # Errors
    /// Before it is there.
    pub fn connection(&mut self, end: usize) -> anyhow::Result<&mut Connection> {
        let connection = self.ends[end].connection.as_mut();
        Ok(&mut connection.context("no connection yet")?.1)
    }

    /// The moment that machines are given.
    pub fn now(&self) -> Instant {
        self.start + Duration::from_micros(self.now_us)
    }

    /// When something happens next by itself.
    pub fn next_us(&mut self) -> Option<u64> {
        let arrival = self.flights.peek().map(|Reverse(flight)| flight.0);
        let start = self.start;
        let timers = self.ends.iter_mut().filter_map(|end| {
            let due = end.connection.as_mut()?.1.poll_timeout()?;
            u64::try_from(due.saturating_duration_since(start).as_micros() + 1).ok()
        });
        timers.chain(arrival).min().map(|next| next.max(self.now_us))
    }

    /// Lets time pass up to a moment at which something happens: packets arrive, timers fire.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn advance(&mut self, to_us: u64) -> anyhow::Result<()> {
        self.now_us = to_us;
        while self.flights.peek().is_some_and(|Reverse(flight)| flight.0 <= to_us) {
            let Some(Reverse((_, _, end, packet))) = self.flights.pop() else { break };
            self.arrive(end, &packet)?;
        }
        let now = self.now();
        for end in &mut self.ends {
            if let Some((_, connection)) = &mut end.connection
                && connection.poll_timeout().is_some_and(|due| due <= now)
            {
                connection.handle_timeout(now);
            }
        }
        self.transmit();
        for end in &mut self.ends {
            let Some((_, connection)) = &mut end.connection else { continue };
            while let Some(event) = connection.poll() {
                if let Event::ConnectionLost { reason } = event {
                    anyhow::bail!("the connection was lost: {reason}");
                }
            }
        }
        Ok(())
    }

    /// Puts on the line what the ends want to send.
    pub fn transmit(&mut self) {
        let now = self.now();
        for from in 0..2 {
            let End { endpoint, connection, .. } = &mut self.ends[from];
            let Some((handle, connection)) = connection else { continue };
            while let Some(event) = connection.poll_endpoint_events() {
                if let Some(event) = endpoint.handle_event(*handle, event) {
                    connection.handle_event(event);
                }
            }
            let mut buffer = Vec::new();
            while let Some(transmit) = connection.poll_transmit(now, BATCH, &mut buffer) {
                let segment = transmit.segment_size.unwrap_or(transmit.size);
                for packet in buffer[..transmit.size].chunks(segment) {
                    self.sent += 1;
                    if let Some(at_us) = self.directions[from].pass(self.now_us, packet.len()) {
                        self.flights.push(Reverse((at_us, self.sent, 1 - from, packet.to_vec())));
                    }
                }
                buffer.clear();
            }
        }
    }

    fn is_handshaking(&self) -> bool {
        let is_ready = |end: &End| end.connection.as_ref().is_some_and(|(_, it)| !it.is_handshaking());
        !self.ends.iter().all(is_ready)
    }

    fn arrive(&mut self, at: usize, packet: &[u8]) -> anyhow::Result<()> {
        let now = self.now();
        let from = self.ends[1 - at].address;
        let end = &mut self.ends[at];
        let mut answer = Vec::new();
        match end.endpoint.handle(now, from, None, None, BytesMut::from(packet), &mut answer) {
            Some(DatagramEvent::ConnectionEvent(_, event)) => {
                if let Some((_, connection)) = &mut end.connection {
                    connection.handle_event(event);
                }
            }
            Some(DatagramEvent::NewConnection(incoming)) => {
                let accepted = end.endpoint.accept(incoming, now, &mut answer, None);
                end.connection = Some(accepted.map_err(|error| error.cause)?);
            }
            Some(DatagramEvent::Response(_)) | None => {}
        }
        Ok(())
    }
}

impl End {
    fn new(end: usize, server: Option<Arc<ServerConfig>>) -> Self {
        let mut config = EndpointConfig::default();
        config.rng_seed(Some([end as u8; 32]));
        let endpoint = Endpoint::new(Arc::new(config), server, true, None);
        Self { endpoint, connection: None, address: address(end) }
    }
}

fn address(end: usize) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 1 + end as u16))
}

fn configs(
    server_transport: Arc<TransportConfig>,
    client_transport: Arc<TransportConfig>,
) -> anyhow::Result<(ServerConfig, ClientConfig)> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let pin = transport::tls::pin(&certificate)?;
    let mut tls = rustls::ServerConfig::builder_with_provider(transport::tls::provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    tls.alpn_protocols = vec![ALPN_NATIVE.to_vec()];
    let mut server = ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    server.transport_config(server_transport);
    let mut tls = transport::tls::client(&Trust::Pin(pin))?;
    tls.alpn_protocols = vec![ALPN_NATIVE.to_vec()];
    let mut client = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
    client.transport_config(client_transport);
    Ok((server, client))
}
