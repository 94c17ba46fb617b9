//! Oracles of the fuzz targets: what must hold for any bytes that a peer sends.
//!
//! A target in `targets/` is one line that calls one of them. Reading order: [`messages`] for bytes that are damaged in
//! any way, [`updates`] for updates that are well formed and senseless, [`screen`] and [`pixels`] for what takes them.

pub mod messages;
pub mod pixels;
pub mod screen;
pub mod updates;
