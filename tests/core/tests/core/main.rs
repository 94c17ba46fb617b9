//! Tests of the crates that decide and never wait, in one binary.
//!
//! [`wire`] holds each message to its bytes: round trips, claimed sizes, damaged and truncated bytes as properties,
//! and the golden vectors that the console reads, too.

mod wire;
