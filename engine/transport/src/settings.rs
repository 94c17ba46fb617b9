//! Every tuned value of the carriers in one place, each with its reason.
//!
//! "Measured" means on loopback with `quinn` 0.11: CPU seconds for each GB sent and received.

use std::time::Duration;

/// The ALPN of our own programs, over QUIC and over TLS on TCP.
pub const ALPN_NATIVE: &[u8] = b"nearhand/1";

/// The ALPN of browsers' WebTransport.
pub const ALPN_BROWSER: &[u8] = b"h3";

/// Label of the TLS exporter that an agent signs.
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-nearhand-agent";

/// The path of the WebSocket upgrade and of the WebTransport session.
pub const LINK_PATH: &str = "/link";

/// Streams of each direction that a peer may have open while no session runs. quinn keeps memory for each
/// permitted stream: an idle link takes 30.7 kB with 2, 236 kB with 4096.
pub const STREAMS_IDLE: u32 = 2;

/// The same in a session: screen updates are a stream each, and a round trip's worth of them is under way.
pub const STREAMS_LIVE: u32 = 64;

/// Streams that HTTP/3 keeps open beside ours, of each direction: settings and two of QPACK one way, the CONNECT
/// request the other. Granted to every QUIC peer, since the first grant is made before the ALPN is known.
pub const STREAMS_HTTP: u32 = 3;

/// Bytes of one stream that may wait for its reader. Bounds bulk on a line of 1 MB/s and 1 s, and one update fits.
pub const STREAM_WINDOW_BYTES: u32 = 1_500_000;

/// Bytes of all streams that may wait for their readers: several full streams, so that a slow reader of one does
/// not stop the others, and little enough for thousands of links.
pub const RECEIVE_WINDOW_BYTES: u32 = 8 << 20;

/// Bytes written and not acknowledged, of all streams. It must stay above the sum of what bulk streams may hold:
/// at or below one stream's window a saturating bulk stream starves input for good, because quinn wakes blocked
/// streams last in, first out, blind to priority. What is under way is bounded by `proto::rate` long before.
pub const SEND_WINDOW_BYTES: u64 = 16 << 20;

/// Kernel buffer of the UDP socket, each direction. With the usual 212 kB, packets are lost even on loopback
/// (1.49 + 1.39 s for each GB instead of 1.40 + 1.25).
pub const SOCKET_BUFFER_BYTES: usize = 4 << 20;

/// Largest UDP payload tried by path MTU discovery: Ethernet's 1500 without IPv6 and UDP headers. Without
/// discovery 1.63 s instead of 1.40. Ten segments of it stay far below the 64 kB that one GSO call may carry.
pub const MTU_MAX: u16 = 1452;

/// Round trip assumed before one is measured. quinn's 333 ms makes the first lost packet of a handshake cost a
/// second; 100 ms covers most of a continent and at worst repeats a packet.
pub const INITIAL_RTT: Duration = Duration::from_millis(100);

/// When QUIC itself gives a silent peer up. `proto::liveness` finds out within 5 s in a session and 20 s
/// otherwise; this only clears up after a process that is not running its own timers.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(40);

/// How long a server lets a handshake take, the WebTransport request included.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(8);

/// How long a refused browser may take to read its answer before the connection is closed.
pub const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a client tries QUIC before it takes UDP to be blocked. Two repeats of a first packet fit.
pub const QUIC_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a client tries TCP, TLS and the upgrade together.
pub const WEBSOCKET_TIMEOUT: Duration = Duration::from_secs(8);

/// Buffer with which a client reads a WebSocket: two messages. The library's own 128 kB would be most of an idle
/// link's memory.
pub const WEBSOCKET_READ_BYTES: usize = 16 << 10;

/// Handshakes under way from which on a client must first prove its address (one more round trip for it). A
/// handshake costs 0.4 ms of a core, so this is 0.1 s of work.
pub const HANDSHAKES_BEFORE_RETRY: usize = 256;

/// Handshakes under way beyond which new ones are refused.
pub const HANDSHAKES_MAX: usize = 2048;

/// Links that are ready and wait for [`crate::server::Endpoint::accept`].
pub const READY_LINKS_MAX: usize = 64;

/// How long one message may take to be written to a control stream. A peer that does not read its control stream
/// for as long is gone or stuck.
pub const CONTROL_WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// Who decides how much a QUIC connection may have under way.
///
/// On clean lines they cost and carry the same (1.40 against 1.42 s for each GB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Congestion {
    /// `proto::rate`: what the path delivers, and a short queue. A packet lost now and then changes nothing.
    #[default]
    Budget,
    /// RFC 9438. Takes a lost packet for a full line, and fills the queue until one is lost.
    Cubic,
    /// quinn's first version of BBR. Measures what the line carries; its authors call it experimental.
    Bbr,
}
