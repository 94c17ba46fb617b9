//! The only place in this crate with `unsafe`.

pub(crate) mod openh264;
