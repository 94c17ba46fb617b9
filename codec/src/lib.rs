//! Pixels to tile payloads and back: exactly, but for photographs that change.
//!
//! A [`wire::screen::Coding`] says how a payload is coded; `docs/coding.md` is the normative description and
//! [`Layout`] its mirror. Nothing here reads a clock, opens a socket or starts a thread; [`Encoder`] works on
//! the rayon pool that it is called in. Decoding is total: any payload gives just the pixels asked for or a
//! [`PayloadError`].
//!
//! Reading order: [`Layout`] and `layout/` for the bytes, [`Decoder`], [`Painter`] for whole updates,
//! then, with the feature `encode`, [`damage`] and [`Encoder`].

#[cfg(feature = "encode")]
mod arch;
mod coding;
#[cfg(feature = "encode")]
pub mod damage;
mod decode;
#[cfg(feature = "encode")]
mod encode;
mod error;
mod geometry;
mod layout;
#[cfg(feature = "encode")]
pub mod moves;
mod paint;
#[cfg(feature = "encode")]
mod photo;
#[cfg(feature = "encode")]
mod tone;
#[cfg(feature = "video")]
pub mod video;

pub use coding::Layout;
pub use decode::Decoder;
#[cfg(feature = "encode")]
pub use encode::{EncodeError, Encoder};
pub use error::PayloadError;
pub use paint::{Counters, Painted, Painter};
#[cfg(feature = "encode")]
pub use tone::Toner;
