//! The least that forwarding can cost: quinn with our settings and nothing else, in a process of its own.
//!
//! Its peers are links of our own, as the relay's are. The first stream of a link says what it is: a source, whose
//! every further stream is passed on to all sinks with the same number, or such a sink.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use e2e::process::Process;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{Connection, Endpoint, EndpointConfig, MtuDiscoveryConfig, ServerConfig, TransportConfig};
use rustls_pki_types::PrivateKeyDer;
use transport::Link;
use transport::client::{ConnectOptions, Preference, Trust, connect};
use transport::settings;

/// The argument that makes a measuring program a forwarder instead.
pub const ARGUMENT: &str = "forward";

const START_MAX: Duration = Duration::from_secs(10);

/// Bytes read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Its streams are passed on.
    Source,
    /// It gets them.
    Sink,
}

/// A running forwarder.
pub struct Forwarder {
    process: Process,
    address: SocketAddr,
    pin: [u8; 32],
}

impl Forwarder {
    /// Starts this very program with [`ARGUMENT`].
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start() -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = Process::start("forwarder", command.arg(ARGUMENT))?;
        let ready = |line: &str| {
            let (address, pin) = line.strip_prefix("ready ")?.split_once(' ')?;
            Some((address.parse().ok()?, pin_from(pin)?))
        };
        let (address, pin) = process.line("its ready line", START_MAX, ready)?;
        Ok(Self { process, address, pin })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Opens a link; sinks come before their sources.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn link(&self, side: Side, number: u32) -> anyhow::Result<Link> {
        let options = ConnectOptions {
            address: self.address.to_string(),
            server_name: Some("localhost".to_owned()),
            trust: Trust::Pin(self.pin),
            preference: Preference::Quic,
            congestion: settings::Congestion::default(),
        };
        let link = connect(&options).await?.link;
        link.set_live(true);
        let mut hello = vec![u8::from(side == Side::Source)];
        hello.extend(number.to_be_bytes());
        let mut stream = link.open_uni().await?;
        stream.write(&[Bytes::from(hello)]).await?;
        stream.finish()?;
        Ok(link)
    }
}

/// Forwards until the process is killed.
///
/// # Errors
/// When no socket can be had.
pub async fn serve() -> anyhow::Result<()> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let pin = transport::tls::pin(&certificate)?;
    let mut tls = rustls::ServerConfig::builder_with_provider(transport::tls::provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    tls.alpn_protocols = vec![settings::ALPN_NATIVE.to_vec()];
    let mut config = ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    config.transport_config(Arc::new(transport_config()));
    let runtime = Arc::new(quinn::TokioRuntime);
    let endpoint = Endpoint::new(EndpointConfig::default(), Some(config), socket()?, runtime)?;
    let hexadecimal: String = pin.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("ready {} {hexadecimal}", endpoint.local_addr()?);
    let sinks = Sinks::default();
    while let Some(incoming) = endpoint.accept().await {
        let sinks = Arc::clone(&sinks);
        tokio::spawn(async move {
            let connection = incoming.await?;
            forward(&connection, &sinks).await
        });
    }
    Ok(())
}

type Sinks = Arc<Mutex<HashMap<u32, Vec<Connection>>>>;

async fn forward(source: &Connection, sinks: &Sinks) -> anyhow::Result<()> {
    let hello = source.accept_uni().await?.read_to_end(5).await?;
    let (side, number) = hello.split_first().context("an empty hello")?;
    let number = u32::from_be_bytes(number.try_into()?);
    if *side == 0 {
        sinks.lock().unwrap_or_else(PoisonError::into_inner).entry(number).or_default().push(source.clone());
        return Ok(());
    }
    let to = sinks.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
    let to = to.context("a source before its sinks")?;
    loop {
        pass_on(source.accept_uni().await?, &to).await?;
    }
}

async fn pass_on(mut from: quinn::RecvStream, sinks: &[Connection]) -> anyhow::Result<()> {
    let mut streams = Vec::with_capacity(sinks.len());
    for sink in sinks {
        streams.push(sink.open_uni().await?);
    }
    while let Some(chunk) = from.read_chunk(CHUNK_BYTES, true).await? {
        for stream in &mut streams {
            stream.write_chunk(chunk.bytes.clone()).await?;
        }
    }
    for stream in &mut streams {
        stream.finish()?;
    }
    Ok(())
}

/// The settings of our own links, without what measures them.
fn transport_config() -> TransportConfig {
    let mut config = TransportConfig::default();
    let mut mtu = MtuDiscoveryConfig::default();
    mtu.upper_bound(settings::MTU_MAX);
    config
        .max_concurrent_uni_streams(settings::STREAMS_LIVE.into())
        .stream_receive_window(settings::STREAM_WINDOW_BYTES.into())
        .receive_window(settings::RECEIVE_WINDOW_BYTES.into())
        .send_window(settings::SEND_WINDOW_BYTES)
        .mtu_discovery_config(Some(mtu))
        .initial_rtt(settings::INITIAL_RTT);
    config
}

fn socket() -> anyhow::Result<std::net::UdpSocket> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    socket.set_recv_buffer_size(settings::SOCKET_BUFFER_BYTES)?;
    socket.set_send_buffer_size(settings::SOCKET_BUFFER_BYTES)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    Ok(socket.into())
}

fn pin_from(text: &str) -> Option<[u8; 32]> {
    let mut pin = [0; 32];
    for (place, byte) in pin.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(pin)
}
