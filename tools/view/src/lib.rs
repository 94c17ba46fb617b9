//! A technician without a screen: joins a session, decodes what it shows, injects, and measures.
//!
//! For tests, figures and operators. It speaks to a relay just as the console does: logs in over HTTP, gets a
//! ticket, opens one link, joins. What it measures is said in [`figures`].
//!
//! Reading order: [`access::Access`] for the way in, [`technician::Technician`] for the session.

pub mod access;
pub mod figures;
pub mod files;
mod screen;
pub mod shell;
pub mod technician;
pub mod tools;
