//! Links over real loopback sockets, on port 0, by every carrier.

mod flood;
mod order;
mod quic;
mod site;
mod streams;
mod websocket;
