//! Links over real loopback sockets, on port 0, by every carrier.

mod quic;
mod site;
mod streams;
