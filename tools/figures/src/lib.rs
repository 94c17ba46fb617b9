//! Measuring programs for `cargo xtask figures TOPIC`: one in `src/bin` for each group of figures.
//!
//! Each starts the product's optimised programs as a user runs them, measures, checks that what it timed is
//! right, and prints [`figure::Figure`]s; what a figure is compared with is measured beside it in the same run.
//! This library has what several of them need; a rival's client is in [`rfb`] and [`tight`], the bare carrier in
//! [`hops`], the same load through it and through our relay in [`relay`], what the figures of the codec share in
//! [`codec`], a desk with years behind it in [`past`].

pub mod age;
pub mod browser;
pub mod codec;
pub mod crowd;
pub mod figure;
pub mod hops;
pub mod line;
pub mod past;
pub mod probe;
pub mod relay;
pub mod rfb;
pub mod stage;
pub mod tcp_relays;
pub mod tight;
pub mod transfer;

pub use loadgen::cpu;
