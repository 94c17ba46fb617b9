//! QUIC, WebTransport and WebSocket behind one [`Link`].
//!
//! A link carries streams with a sending order, a control stream, and figures about the path. Which carrier is
//! below it shows only in [`Link::carrier`]. This crate opens the sockets and drives the TLS; it knows nothing of
//! sessions, never looks into a stream beyond its header, and decides nothing about the screen.
//!
//! Reading order: [`Link`] and the streams in [`stream`](SendStream), [`priority`](Priority) for what goes first,
//! [`settings`] for every tuned value with its reason, [`server`] and [`client`] for how links come about,
//! [`websocket`] for the carrier that is our own.
//!
//! Invariants:
//! - a stream that is dropped before it was finished is reset, on every carrier;
//! - every wait that a peer can prolong has a bound, named in [`settings`];
//! - nothing is sent before TLS 1.3 is up; there is no 0-RTT.

pub mod client;
pub mod control;
mod error;
mod link;
mod meter;
mod priority;
pub mod quic;
pub mod server;
pub mod settings;
mod socket;
mod stream;
pub mod tls;
pub mod websocket;

pub use error::{LinkError, StreamError};
pub use link::{Carrier, Link};
pub use meter::{Meter, Path};
pub use priority::{Class, Priority};
pub use socket::tune_tcp;
pub use stream::{RecvStream, SendStream};
