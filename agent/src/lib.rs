//! The agent: shows one computer to technicians of one relay, and lets them control it.
//!
//! It wires `platform` (what the operating system gives), `codec` (pixels to tiles) and `proto` (what is sent
//! when) together. Nothing waits in a queue on the way to the relay: while the link is full no picture is taken.
//!
//! Reading order: [`run`] for an agent's life, [`connect`] and [`serve`] for one link, [`session`] and [`show`]
//! for what a technician sees, [`desktop`] for what he does, `tools` for whatever else he opens, such as a [`shell`] or
//! [`files`].
//!
//! Threads: one each for input, pointer, displays and every display that is shown, all blocking on the
//! operating system; the rest are tasks. Each thread ends with the handle that started it.

pub mod attended;
pub mod backoff;
pub mod cli;
pub mod connect;
pub mod desktop;
pub mod files;
mod grants;
pub mod identity;
pub mod person;
pub mod run;
pub mod serve;
pub mod session;
pub mod shell;
pub mod show;
pub mod tools;
