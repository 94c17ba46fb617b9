//! Files of endpoints, as the relay sees them pass: which right a request needs, what the log says of it, and
//! downloads that leave by HTTP.
//!
//! A technician's file stream is joined like any other once its first record is known ([`request`]); [`act`] then
//! listens to the answers for the log. A [`download`] is a stream that the relay opens itself, for a browser that is to
//! save a file.

pub(crate) mod act;
pub(crate) mod download;
pub(crate) mod request;
mod skim;

pub(crate) use download::Downloads;
