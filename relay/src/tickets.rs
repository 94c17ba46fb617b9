//! Tickets: how a page, which is known by a cookie, opens a link, which carries none.
//!
//! A ticket is worth one link, for half a minute, for the login that asked for it, or for somebody from outside.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk::ExternalId;
use parking_lot::Mutex;
use ring::digest::{SHA256, digest};

use crate::db::Login;

/// How long a ticket may be used. A page uses it at once; this leaves time for a slow handshake.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30);

/// Tickets that wait to be used. Beyond it the oldest is worthless.
const TICKETS_MAX: usize = 4096;

/// Whose page opens a link.
#[derive(Debug, Clone)]
pub(crate) enum Holder {
    /// A technician's.
    Login(Login),
    /// That of somebody from outside, who is in one session.
    External(ExternalId),
}

/// All tickets that nobody has used yet.
#[derive(Debug, Default)]
pub(crate) struct Tickets {
    waiting: Mutex<HashMap<[u8; 32], Ticket>>,
}

#[derive(Debug)]
struct Ticket {
    holder: Holder,
    until: Instant,
}

impl Tickets {
    /// Makes a ticket.
    pub(crate) fn issue(&self, now: Instant, holder: Holder) -> String {
        let text = URL_SAFE_NO_PAD.encode(crate::random::bytes::<32>());
        let mut waiting = self.waiting.lock();
        if TICKETS_MAX <= waiting.len() {
            waiting.retain(|_, ticket| now < ticket.until);
        }
        if TICKETS_MAX <= waiting.len() {
            let oldest = waiting.iter().min_by_key(|(_, ticket)| ticket.until).map(|(key, _)| *key);
            oldest.and_then(|key| waiting.remove(&key));
        }
        waiting.insert(key_of(&text), Ticket { holder, until: now + LIFETIME });
        text
    }

    /// Uses a ticket up; who asked for it, if the ticket is good.
    ///
    /// Whether that login is still valid is for the caller to ask.
    pub(crate) fn redeem(&self, now: Instant, text: &str) -> Option<Holder> {
        let ticket = self.waiting.lock().remove(&key_of(text))?;
        (now < ticket.until).then_some(ticket.holder)
    }
}

/// Looked up by hash, so that comparing tells nothing about how much of a guess was right.
fn key_of(text: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::login_for_tests;

    fn admin() -> Holder {
        Holder::Login(login_for_tests("admin"))
    }

    #[test]
    fn a_ticket_opens_one_link() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        let text = tickets.issue(now, admin());
        assert!(matches!(tickets.redeem(now, &text), Some(Holder::Login(login)) if login.user == "admin"));
        assert!(tickets.redeem(now, &text).is_none(), "used twice");
        assert!(tickets.redeem(now, "guess").is_none());
    }

    #[test]
    fn a_ticket_is_worthless_after_half_a_minute() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        let text = tickets.issue(now, admin());
        assert!(tickets.redeem(now + LIFETIME, &text).is_none());
    }

    #[test]
    fn tickets_that_nobody_uses_do_not_fill_the_memory() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        let first = tickets.issue(now, admin());
        for number in 1..=TICKETS_MAX {
            tickets.issue(now + Duration::from_micros(number as u64), admin());
        }
        assert_eq!(tickets.waiting.lock().len(), TICKETS_MAX);
        assert!(tickets.redeem(now, &first).is_none(), "the oldest went");
    }
}
