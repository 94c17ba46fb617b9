//! What the figures of the codec share: recorded desktops, how near a picture is to another, our own coder on its
//! own, and the rivals on the same frames.
//!
//! Each coder of a clip gives a [`coded::Coded`]; reading order: [`clip`], [`quality`], [`ours`], `rivals/`.

pub mod clip;
pub mod coded;
pub mod film;
pub mod ours;
pub mod play;
pub mod quality;
pub mod rivals;
