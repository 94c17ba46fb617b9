//! The audit log: every event, in order, each line bound to the one before by its hash.
//!
//! A line's hash is SHA-256 over the hash before, the number, the time, who, from where, and the fact as JSON, each
//! with its length in front. Whoever changes, removes or inserts a line has to change every hash behind it, and the
//! last one is known elsewhere: it stands in each export, and `relay audit verify` prints it. Retention removes the
//! oldest lines and keeps the hash at which the rest begins.

mod actor;
mod export;
mod verify;

use desk::rating::Rating;
use desk::{Actor, Event, SessionId};
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use crate::db::AccountId;
use crate::keeper::Caller;
use crate::login::LoginEvent;

pub(crate) use actor::{actor_of, text_of};
pub(crate) use export::{Filter, Format, Order, Pages, Stored, forget_before, select};
pub(crate) use verify::{Verdict, verify};

/// The hash before the first line.
pub(crate) const FIRST: Hash = Hash([0; 32]);

/// A link of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hash(pub(crate) [u8; 32]);

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Line {
    /// Counted from 1 without gaps.
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: Actor,
    /// The address of the one who asked.
    pub(crate) address: Option<String>,
    /// The login by which he was known.
    pub(crate) login: Option<i64>,
    pub(crate) fact: Fact,
}

impl Line {
    pub(crate) fn new(seq: u64, at: Timestamp, caller: &Caller, fact: Fact) -> Self {
        let address = caller.address.map(|address| address.to_string());
        let login = caller.login.map(crate::db::LoginId::get);
        Self { seq, at, by: caller.actor, address, login, fact }
    }
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Fact {
    /// Something on the desk.
    Desk(Event),
    /// Something at the door, about which the desk has no rules.
    Login(LoginFact),
    /// What a customer said of a session that is over, of which the desk knows nothing any more.
    Rating(RatingFact),
    /// Something that was done at an endpoint.
    Act(ActFact),
}

/// What happened at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "subject", rename = "login")]
pub(crate) struct LoginFact {
    /// What.
    pub(crate) event: LoginEvent,
    /// Whose account, where there is one.
    pub(crate) account: Option<i64>,
    /// What was typed as a user's name, or what else explains it.
    pub(crate) detail: String,
}

impl LoginFact {
    pub(crate) fn new(event: LoginEvent, account: Option<AccountId>, detail: impl Into<String>) -> Self {
        Self { event, account: account.map(AccountId::get), detail: detail.into() }
    }
}

/// A customer rated a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "subject", rename = "rating")]
pub(crate) struct RatingFact {
    /// Always [`RATED`].
    pub(crate) event: String,
    pub(crate) session: SessionId,
    pub(crate) rating: Rating,
}

/// How the log calls it.
pub(crate) const RATED: &str = "rated";

impl RatingFact {
    pub(crate) fn new(session: SessionId, rating: Rating) -> Self {
        Self { event: RATED.to_owned(), session, rating }
    }
}

/// What a technician did at an endpoint beside looking and typing: with its files, in its shells, by its actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "subject", rename = "act")]
pub(crate) struct ActFact {
    /// What, such as `file_upload_begun`.
    pub(crate) event: String,
    /// In which session.
    pub(crate) session: desk::SessionId,
    /// What it was done to, such as a path.
    pub(crate) object: String,
    /// How it went, and what else explains it.
    pub(crate) detail: String,
}

/// A line's stored parts, over which its hash goes.
pub(crate) struct Parts<'a> {
    pub(crate) seq: u64,
    pub(crate) at_ms: i64,
    pub(crate) by: &'a str,
    pub(crate) address: &'a str,
    pub(crate) login: i64,
    pub(crate) fact: &'a str,
}

impl Parts<'_> {
    /// The hash of this line behind the line of `before`.
    pub(crate) fn hash(&self, before: Hash) -> Hash {
        let mut context = Context::new(&SHA256);
        let mut add = |bytes: &[u8]| {
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        };
        add(&before.0);
        add(&self.seq.to_be_bytes());
        add(&self.at_ms.to_be_bytes());
        add(self.by.as_bytes());
        add(self.address.as_bytes());
        add(&self.login.to_be_bytes());
        add(self.fact.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Hash(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Parts<'static> =
        Parts { seq: 1, at_ms: 2, by: "relay", address: "::1", login: 3, fact: "{}" };

    #[test]
    fn every_part_of_a_line_is_in_its_hash() {
        let hash = LINE.hash(FIRST);
        let changed = [
            Parts { seq: 2, ..LINE }.hash(FIRST),
            Parts { at_ms: 3, ..LINE }.hash(FIRST),
            Parts { by: "operator", ..LINE }.hash(FIRST),
            Parts { address: "::2", ..LINE }.hash(FIRST),
            Parts { login: 4, ..LINE }.hash(FIRST),
            Parts { fact: "[]", ..LINE }.hash(FIRST),
            LINE.hash(hash),
        ];
        for other in changed {
            assert_ne!(other, hash);
        }
    }

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        let one = Parts { by: "ab", address: "c", ..LINE }.hash(FIRST);
        let other = Parts { by: "a", address: "bc", ..LINE }.hash(FIRST);
        assert_ne!(one, other);
    }

    #[test]
    fn a_fact_reads_back_as_what_it_was() {
        let facts = [
            Fact::Login(LoginFact::new(LoginEvent::LoginFailed, None, "nobody")),
            Fact::Rating(RatingFact::new(SessionId::new(7), Rating { stars: 4, comment: "kind".to_owned() })),
            Fact::Desk(Event::Jump(desk::jump::Event::Removed { item: desk::ItemId::new(5) })),
            Fact::Act(ActFact {
                event: "file_upload_begun".to_owned(),
                session: desk::SessionId::new(7),
                object: "/srv/in/a".to_owned(),
                detail: "12 bytes".to_owned(),
            }),
        ];
        for fact in facts {
            let json = serde_json::to_string(&fact).expect("written");
            assert_eq!(serde_json::from_str::<Fact>(&json).expect("read"), fact, "{json}");
        }
    }
}
