//! What happens at the door, for the audit log.

use std::net::IpAddr;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::db::{AccountId, LoginId};

/// Things that happen at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoginEvent {
    LoggedIn,
    LoginFailed,
    LoginThrottled,
    LoggedOut,
    LoginRevoked,
    PasswordChanged,
    PasswordReset,
    TotpEnabled,
    TotpDisabled,
    RecoveryCodeUsed,
    TokenMade,
    TokenRevoked,
    TokenUsedFromNewAddress,
    Unlocked,
    ItemPasswordWrong,
}

/// Who did something at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Somebody who is logged in, or has just proved who they are.
    Account(AccountId),
    /// Somebody who has not.
    Visitor,
    /// Whoever has a shell on the server.
    Operator,
}

/// Who asks, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asker {
    pub(crate) by: By,
    /// The login by which they are known, where they have one.
    pub(crate) login: Option<LoginId>,
    pub(crate) address: Option<IpAddr>,
}

impl Asker {
    /// Whoever has a shell on the server.
    pub(crate) const OPERATOR: Self = Self { by: By::Operator, login: None, address: None };

    /// Somebody who is not known yet.
    pub(crate) fn visitor(address: IpAddr) -> Self {
        Self { by: By::Visitor, login: None, address: Some(address) }
    }
}

/// A line for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) event: LoginEvent,
    pub(crate) asker: Asker,
    /// Whose account it is about, where there is one.
    pub(crate) account: Option<AccountId>,
    /// What was typed as a user's name, or what else explains it. Never a secret.
    pub(crate) detail: String,
}

/// The log could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the audit log cannot be written: {0}")]
pub struct NoteError(pub String);

/// Where notes go. An act that must be in the log waits for it, and fails when it cannot be written.
pub(crate) trait Notebook: Send + Sync + std::fmt::Debug {
    /// Writes a note; it is on the disk when this is ready.
    fn note(&self, note: Note) -> BoxFuture<'_, Result<(), NoteError>>;
}
