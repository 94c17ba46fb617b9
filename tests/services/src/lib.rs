//! Real services that tests start for themselves: no mock, no fixed port, nothing left behind.
//!
//! A service that is not installed fails the test that wants it, and the message says how to get it.

pub mod postgres;
pub mod schemathesis;
pub mod smtp;
