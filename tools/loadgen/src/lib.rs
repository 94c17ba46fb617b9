//! Puts a load on a relay and measures what it makes of it: agents without a desktop, technicians without a screen.
//!
//! Both speak to the relay as the real ones do. They live in one process, so that the time from an agent's capture to
//! a technician's picture is read off one clock. What a relay costs is read from the outside, off its process.
//!
//! Reading order: [`content`] for what agents show, [`agent`] and [`technician`] for those who speak, [`crowd`] for
//! many of them, [`run`] for a whole run with its ramp, its churn and its end, [`report`] for what is left of it.
//!
//! Nothing here decides anything about the picture: stores, views and budgets are those of `proto`.

pub mod agent;
pub mod churn;
pub mod content;
pub mod cpu;
pub mod crowd;
pub mod held;
pub mod options;
pub mod recording;
pub mod report;
pub mod run;
pub mod stamps;
pub mod tally;
pub mod target;
pub mod technician;
