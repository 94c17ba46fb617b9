//! The link's streams in one WebSocket, for where UDP does not get through.
//!
//! Reading order: the layout below, `frame` for its bytes, `credit` for the windows, `mux` for the machine that
//! decides what goes next, `driver` for the task that waits on the socket, `half` for the ends of a stream.
//!
//! # Layout
//!
//! Every binary message of the WebSocket is one frame of at most 8,192 bytes. Numbers are varints of RFC 9000 §16;
//! `bytes` runs to the end of the message. Text messages, and messages that break a rule, close the link.
//!
//! ```text
//! open     0x01 | stream varint                   a stream begins
//! data     0x02 | stream varint | bytes           1 byte or more
//! finish   0x03 | stream varint | bytes           the last bytes of this half, possibly none
//! reset    0x04 | stream varint | code varint     its sender gives this half up
//! stop     0x05 | stream varint | code varint     its receiver no longer wants this half
//! credit   0x06 | stream varint | limit varint    bytes in all that the peer may send on this half
//! streams  0x07 | direction u8  | limit varint    streams in all that the peer may open (0 bi, 1 uni)
//! arrived  0x08 | total varint                    bytes of data and finish that came here in all
//! ```
//!
//! *Stream numbers* are QUIC's: bit 0 says who opened it (0 the side that connected, 1 the other), bit 1 is set on a
//! unidirectional one, and the rest counts from 0 in each of the four kinds, in order and without gaps, else
//! `OutOfOrder`. Both sides send on a bidirectional stream: two halves, each ended by its own `finish` or `reset`.
//!
//! *Credit for bytes.* On each half the sender may send 262,144 bytes without being told; `credit` raises that (a
//! lower limit than before means nothing) as the reader takes bytes off. More bytes than the limit: `OverLimit`.
//!
//! *Credit for streams.* Each side may open 4 streams of each direction at first; `streams` raises the total. A
//! stream ends when its halves have ended and their reader has let go. A stream beyond the limit: `OverLimit`.
//!
//! *Stop.* Who is told to stop sends no more data but answers with `reset` (the same code), unless the half had
//! ended. What is still on its way is dropped by the receiver. `stop` and `credit` for a half that ended mean
//! nothing; any other frame for a stream that is not there: `OutOfOrder`.
//!
//! *Window of the link.* A side has at most 1,048,576 bytes of `data` and `finish` under way that the other has not
//! reported by `arrived`. The receiver reports after every message or, when several came at once, after the last of
//! them, and at the latest every 65,536 bytes. A report of more than was sent: `Malformed`.
//!
//! *Order.* `open`, `reset`, `stop`, `credit`, `streams` and `arrived` go before bytes. Bytes of the highest
//! priority go first, a frame at a time, in turn among equals.
//!
//! *The end.* The WebSocket's own close frame carries 4000 + the close code, and the reason (at most 123 bytes).
//! Nothing is compressed.

mod credit;
mod driver;
mod flow;
mod frame;
mod half;
mod incoming;
mod mux;
mod outgoing;

use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::{Sink, Stream};

use crate::link::{Connection, Link};

pub(crate) use driver::Session;
pub(crate) use half::{RecvHalf, SendHalf};

/// Bytes of one message. A longer one would hold up what is more urgent: 8 kB take 13 ms at 5 Mb/s.
pub const MESSAGE_BYTES_MAX: usize = 8192;

/// What is added to a [`wire::close::CloseCode`] to make a status of the WebSocket's close frame.
pub const STATUS_BASE: u16 = 4000;

/// What travels over a WebSocket. Pings and pongs are for whoever owns the socket to answer and to leave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A binary message: one frame.
    Binary(Bytes),
    /// A text message, which has no meaning here.
    Text,
    /// The close frame.
    Close {
        /// Its status; 1005 where there was none.
        status: u16,
        /// Its reason, at most 123 bytes.
        reason: String,
    },
}

/// Which end of the connection this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It connected.
    Opener,
    /// It was connected to.
    Acceptor,
}

/// Makes a link of a WebSocket whose upgrade is done, and drives it in a task of its own. Needs a tokio runtime.
///
/// The socket must not accept messages longer than [`MESSAGE_BYTES_MAX`]. `exporter` is that of the TLS connection
/// below (see [`crate::tls::exporter`]), `None` without TLS. See [`crate::tune_tcp`] for the TCP connection.
pub fn link<S, E>(socket: S, side: Side, peer: SocketAddr, exporter: Option<[u8; 32]>) -> Link
where
    S: Stream<Item = Result<Message, E>> + Sink<Message, Error = E> + Send + 'static,
    E: std::fmt::Display + Send + 'static,
{
    let session = Session::start(socket, side, peer);
    let meter = session.meter().clone();
    Link::new(Connection::WebSocket(session), meter, exporter)
}
