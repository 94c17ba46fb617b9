//! QUIC, WebTransport and WebSocket behind one Link.
