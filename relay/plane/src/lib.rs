//! The data plane of one support session: what came from the agent, and what each viewer is sent next.
//!
//! A [`Session`] is called by the agent's task with what arrives and by each viewer's task for what is to go; it
//! answers at once and never waits. It opens no socket, reads no clock, knows no task and never looks into a
//! payload. The caller wraps it in a lock and wakes the viewers that [`Changed`] names.
//!
//! Reading order: [`Session`], then [`Limits`] for what it may hold; `proto::screen` has the rules of the picture.
//!
//! Invariants:
//! - a rendition has a store exactly while somebody watches it: no old pixels wait for the next technician;
//! - a view lives as long as its viewer's link, so that the numbers of its updates go on;
//! - at most two colour modes of a display are watched at once.

mod demand;
mod feed;
mod limits;
mod session;
mod watcher;

pub use limits::Limits;
pub use session::{Changed, Counters, DemandError, JoinError, Refused, Replaced, Session, Viewer};
