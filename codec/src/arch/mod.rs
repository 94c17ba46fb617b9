//! The only place in this crate with `unsafe`.

#[cfg(feature = "video")]
pub(crate) mod openh264;
pub(crate) mod wide;
