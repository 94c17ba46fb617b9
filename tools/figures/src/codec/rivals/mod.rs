//! Other coders on the same frames: TigerVNC's server, x264 as a process, openh264 and JPEG in this one.
//!
//! Each gives a [`crate::codec::coded::Cost`] of the same meaning, and fails aloud where it cannot be had.

pub mod jpeg;
pub mod openh264;
pub mod tight;
pub mod x264;
