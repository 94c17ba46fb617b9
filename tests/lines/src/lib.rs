//! The carriers' own QUIC, unchanged, with its controller and budget, on shaped lines in virtual time.
//!
//! A run takes as long as its computing does, not as the line would, and what happens on the line is drawn from a seed,
//! so that what is measured here is the same on a busy machine. Sockets, TLS on TCP and the relay's tasks are not in
//! it. Start at [`run::run`].

pub mod line;
pub mod pair;
pub mod run;
pub mod screen;
