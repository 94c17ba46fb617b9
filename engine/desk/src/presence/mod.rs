//! Who is at a console, and who can be reached.
//!
//! An account has one console at a time: a second one takes over, and the first is told.

mod rules;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::AccountId;

pub(crate) use rules::{apply, decide};

/// A console that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Console {
    /// What kind.
    pub kind: ConsoleKind,
    /// Names the opened console; a later one has another.
    pub login: u64,
    /// Since when.
    pub since: Timestamp,
    /// Whether its technician takes sessions.
    pub is_available: bool,
}

/// Kinds of consoles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleKind {
    /// In a browser.
    Web,
    /// A program.
    Desktop,
}

/// What can be done at a console's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// An account opens a console; an older one of the same account is closed. The same login again is no change.
    Open {
        /// What kind.
        kind: ConsoleKind,
        /// Names it.
        login: u64,
    },
    /// It is closed: logout, or lost for good.
    Close {
        /// Whose.
        account: AccountId,
        /// Which; an older one that was taken over changes nothing.
        login: u64,
    },
    /// Its technician takes sessions, or does not.
    SetAvailable {
        /// Which of both.
        is_available: bool,
    },
}

/// Why a console is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// Its technician logged out, or its login is over.
    LoggedOut,
    /// Another console of the account took over.
    TakenOver,
}

/// What became of a console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It is open.
    Opened {
        /// Whose.
        account: AccountId,
        /// What kind.
        kind: ConsoleKind,
        /// Names it.
        login: u64,
    },
    /// It is closed.
    Closed {
        /// Whose.
        account: AccountId,
        /// Which.
        login: u64,
        /// Why.
        why: Closed,
    },
    /// Its technician takes sessions, or does not.
    Available {
        /// Whose.
        account: AccountId,
        /// Which of both.
        is_available: bool,
    },
}
