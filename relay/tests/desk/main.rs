//! The desk over HTTP, on both databases: what technicians and administrators do, as their programs do it.

mod attended;
#[path = "../common/mod.rs"]
mod common;
mod customers;
mod desk;
mod doors;
mod guests;
mod install;
mod letters;
mod log;
mod passwords;
