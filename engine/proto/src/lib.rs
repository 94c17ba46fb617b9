//! Protocol machines that speak [`wire`]: what an end does next, never how the bytes travel.
//!
//! Each machine takes inputs stamped with the caller's clock and queues outputs until it has nothing left to say:
//! `handle(now, input)`, `poll()`, `deadline()`. It opens no socket, reads no clock and spawns no task, so the same
//! code runs under tokio, in the simulator and in a fuzz target.
//!
//! Reading order: [`handshake`] for the shape that the machines share, [`liveness`], [`input`] and [`rate`].
//!
//! Invariants:
//! - every queue is bounded, by a named constant;
//! - time enters only through an argument called `now`;
//! - a machine that has ended stays ended.

pub mod handshake;
pub mod input;
pub mod liveness;
pub mod rate;
pub mod screen;
