//! The public side of the desk: strangers who start a session, and customers who are in one.
//!
//! A customer is known by a secret that his browser keeps as a cookie, for one session and no longer than that
//! lasts; `docs/customer-identity.md` says what he may reach by it. The rules are the desk's; here is who is there,
//! and how often a stranger may try.

mod door;
mod pages;

pub(crate) use door::{Door, Wait};
pub(crate) use pages::{Page, Pages};
