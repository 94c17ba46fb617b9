//! The machines of an agent, relays and viewers on one seeded network in virtual time.
//!
//! A toy codec really copies and patches small arrays, so that a wrong order shows as wrong pixels. Checkers hold
//! that a version is never right with wrong pixels, at any viewer and at any time; that an input is told only
//! where its effect is seen; that no film goes before the tiles beneath are there; that inputs come in order; that memory is bounded; and that in the end everybody
//! shows the agent's picture and nothing more is sent.
//!
//! Start at [`scenario::run`]. A failure names its seed; `SIM_SEED=… cargo nextest run -p tests-sim replay` runs
//! it again under every theme.

pub mod agent;
pub mod coding;
pub mod desktop;
pub mod film;
pub mod layers;
pub mod net;
pub mod picture;
pub mod receiver;
pub mod rng;
pub mod scenario;
pub mod share;
pub mod truth;
pub mod world;
