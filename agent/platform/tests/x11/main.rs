//! The X11 platform against real X servers with real programs on them.
//!
//! Each test starts a server of its own on a free display number, so they run side by side. Where a server or
//! a program is missing the test says how to get it, and passes.
#![cfg(target_os = "linux")]

mod capture;
mod clipboard;
mod cursor;
mod displays;
mod input;
mod server;
mod wallpaper;
