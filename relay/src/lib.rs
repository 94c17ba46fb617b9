//! The relay: joins agents and technicians, and never decodes what it forwards.
//!
//! [`Relay::load`] is the whole start, in order; [`Relay::stop`] is the whole end. Agents and
//! technicians come in through [`endpoint`], prove themselves in `peer`, and meet in a session of `registry`; the
//! HTTP side is in [`api`]. What decides about pixels is the crate `plane`, what decides about links is `proto`:
//! here are only tasks, sockets and storage.

pub mod admission;
mod api;
mod attendance;
mod caps;
pub mod certificates;
pub mod cli;
pub mod config;
mod consent;
mod console;
pub mod db;
pub mod endpoint;
mod files;
mod first;
mod follow;
mod keeper;
mod load;
pub mod login;
pub mod mail;
mod metrics;
pub mod peer;
mod portal;
mod random;
mod record;
mod registry;
mod session;
mod shutdown;
mod site;
mod state;
pub mod tap;
mod tickets;
mod time;

pub use load::{LoadError, Ready, Relay};
