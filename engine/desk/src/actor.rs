//! Who gives a command.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AccountId, ExternalId, ItemId, SessionId};

/// Who gives a command. The relay has made sure of it; the desk decides what he may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody who is logged in.
    Account(AccountId),
    /// Somebody from outside, who came by an external invitation.
    External(ExternalId),
    /// The customer of a session, known by the session's own secret.
    Customer(SessionId),
    /// The agent of an enrolled endpoint.
    Endpoint(ItemId),
    /// Anybody on the public pages.
    Visitor,
    /// The relay itself: time that passes, links that are lost.
    Relay,
    /// Whoever has a shell on the server (`relay admin …`).
    Operator,
}

/// Somebody who works in a session beside its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Participant {
    /// A technician with an account.
    Account(AccountId),
    /// Somebody from outside.
    External(ExternalId),
}

impl Actor {
    /// The account that acts, where it is one.
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(id) => Some(id),
            _ => None,
        }
    }

    /// Who he is inside of a session, where he can be in one.
    pub fn participant(self) -> Option<Participant> {
        match self {
            Self::Account(id) => Some(Participant::Account(id)),
            Self::External(id) => Some(Participant::External(id)),
            _ => None,
        }
    }
}

impl Participant {
    /// The account, where it is one.
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(id) => Some(id),
            Self::External(_) => None,
        }
    }
}

impl From<AccountId> for Actor {
    fn from(account: AccountId) -> Self {
        Self::Account(account)
    }
}

impl From<ExternalId> for Actor {
    fn from(external: ExternalId) -> Self {
        Self::External(external)
    }
}

impl From<AccountId> for Participant {
    fn from(account: AccountId) -> Self {
        Self::Account(account)
    }
}

impl From<ExternalId> for Participant {
    fn from(external: ExternalId) -> Self {
        Self::External(external)
    }
}
