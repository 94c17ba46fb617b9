//! Stores and views of all sessions, without a socket.
