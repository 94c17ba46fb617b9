//! What a technician does in Chromium, against a real relay and a real agent on a desktop with real programs.
//!
//! One test is one short story. [`stage`] sets it up and has the technician's hands; the stories are told by
//! subject in the other modules.

mod administration;
mod carriers;
mod day;
mod files;
mod films;
mod frame;
mod guest;
mod healing;
mod pages;
mod picture;
mod portal;
mod shell;
mod stage;
mod toolbar;
mod tools;
