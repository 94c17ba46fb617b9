//! Why the desk refuses a command.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A command that came to nothing: which rule forbids it, in words, and when it will be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// Which rule.
    pub rule: Rule,
    /// For people; names what was asked for and the limit.
    pub detail: String,
    /// The field at fault, where the command is one that somebody typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// From when on the same command will be allowed, where waiting helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_at: Option<Timestamp>,
}

impl Refusal {
    /// A refusal by a rule.
    pub fn new(rule: Rule, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into(), field: None, allowed_at: None }
    }

    /// A refusal of what somebody typed into `field`.
    pub fn field(field: &'static str, detail: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::new(Rule::BadField, detail) }
    }

    /// The same with the time from which on it is allowed.
    #[must_use]
    pub fn until(self, allowed_at: Option<Timestamp>) -> Self {
        Self { allowed_at, ..self }
    }
}

/// The rules by which commands are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// There is no such thing, or not for the one who asks.
    NotFound,
    /// A field is empty, too long, or contradicts another.
    BadField,
    /// The name is taken.
    Taken,
    /// Something else still uses it.
    InUse,
    /// It was changed by somebody else meanwhile.
    Stale,
    /// The actor is of a kind that cannot do this.
    WrongActor,
    /// The account lacks the permission.
    Permission,
    /// The account is disabled.
    Disabled,
    /// Only for administrators.
    Administrator,
    /// The last administrator must stay one.
    LastAdministrator,
    /// Web consoles are switched off.
    ConsolesOff,
    /// Only while logged in to a console.
    NoConsole,
    /// Only the session's owner may.
    OwnerOnly,
    /// The session's owner cannot do this: he ends it, keeps it or offers it to somebody else first.
    IsOwner,
    /// An external technician can never own a session.
    ExternalOwner,
    /// Only who is in the session may.
    MembersOnly,
    /// The session does not wait.
    NotWaiting,
    /// The session, or the thing in it, has come to its end.
    Over,
    /// He is in already, or invited already.
    Already,
    /// The queue cannot be reached by this account.
    QueueOutOfReach,
    /// Nobody is there who could answer.
    NobodyThere,
    /// The key or invitation has expired.
    Expired,
    /// The key was used.
    Used,
    /// The password of a Jump item is missing or wrong.
    Password,
    /// The schedule of a Jump policy forbids it now.
    Schedule,
    /// The endpoint's policy forbids it.
    Policy,
    /// There are as many as there may be.
    Full,
}
