//! Invitations into a session: of a technician, of a team, of helpers by an issue, and of people from outside.
//!
//! One ends in just five ways: cancelled, its inviter gone or no longer the owner, the session over, accepted,
//! declined. Time alone ends none, but the key of an external invitation can be used only for a while.

mod limits;
mod rules;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::key::Digest;
use crate::{AccountId, ExternalId, InvitationId, IssueId, SessionId, SessionPolicyId, TeamId};

pub use limits::*;
pub(crate) use rules::{apply, decide};

/// An invitation that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invitation {
    /// Into which session.
    pub session: SessionId,
    /// Who invites.
    pub by: AccountId,
    /// Whom.
    pub to: Invited,
    /// Since when.
    pub since: Timestamp,
}

/// Who is invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Invited {
    /// One technician; it is in his personal queue.
    Account(AccountId),
    /// Any technician of a team; it is in the team's queue.
    Team(TeamId),
    /// Any technician of the team that owns an issue.
    Help(IssueId),
}

/// Somebody from outside who may come into one session, or is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct External {
    /// Into which session.
    pub session: SessionId,
    /// Who invites.
    pub by: AccountId,
    /// What he is called.
    pub name: String,
    /// What he is told.
    pub comments: String,
    /// What he may do; none: see, and nothing else.
    pub policy: Option<SessionPolicyId>,
    /// The key of his link.
    pub key: Digest,
    /// Until when the key lets him in.
    pub expires: Timestamp,
    /// Since when he is in, if he is.
    pub joined: Option<Timestamp>,
    /// How often the address of his invitation was sent by mail.
    #[serde(default)]
    pub letters: u32,
}

/// What can be done with invitations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// The owner invites.
    Invite {
        /// Into which session.
        session: SessionId,
        /// Whom.
        to: Invited,
    },
    /// The inviter cancels.
    Cancel {
        /// Which.
        invitation: InvitationId,
    },
    /// Somebody who is invited comes in.
    Accept {
        /// Which.
        invitation: InvitationId,
    },
    /// The one who is invited does not want to.
    Decline {
        /// Which.
        invitation: InvitationId,
    },
    /// The owner invites somebody from outside.
    InviteExternal {
        /// Into which session.
        session: SessionId,
        /// The key of the link.
        key: Digest,
        /// What he is called.
        name: String,
        /// What he is told.
        comments: String,
        /// What he may do.
        policy: Option<SessionPolicyId>,
        /// For how long the key lets him in.
        valid_for_s: u32,
    },
    /// The inviter takes an external invitation back that was not used.
    CancelExternal {
        /// Which.
        external: ExternalId,
    },
    /// The inviter sends the address of an external invitation to somebody by mail.
    MailExternal {
        /// Which.
        external: ExternalId,
        /// The key as it was shown to the inviter; nobody else knows it any more.
        key: Digest,
        /// The address of the one who gets it.
        to: String,
    },
    /// A visitor comes in by the key of an external invitation.
    JoinExternal {
        /// The key of the link.
        key: Digest,
    },
}

/// Why an invitation is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationEnded {
    /// Its inviter cancelled it.
    Cancelled,
    /// Its inviter left, was lost, or is not the owner any more.
    InviterGone,
    /// The session ended.
    SessionEnded,
    /// It was accepted.
    Accepted,
    /// It was declined.
    Declined,
}

/// Why somebody from outside is out, or cannot come in any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalEnded {
    /// His inviter took the invitation back before it was used.
    Cancelled,
    /// His inviter is gone: not the owner any more while the invitation was open, or not in the session any more
    /// while nobody owns it.
    InviterGone,
    /// The session ended.
    SessionEnded,
    /// He left.
    Left,
    /// The owner removed him.
    Removed,
    /// His connection was lost for too long.
    Lost,
}

/// What became of an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Somebody is invited.
    Invited {
        /// Its name.
        invitation: InvitationId,
        /// The whole of it.
        state: Invitation,
    },
    /// It is gone.
    Ended {
        /// Which.
        invitation: InvitationId,
        /// From which session.
        session: SessionId,
        /// Why.
        why: InvitationEnded,
    },
    /// Somebody from outside is invited.
    ExternalInvited {
        /// His name on the desk.
        external: ExternalId,
        /// The whole of it.
        state: External,
    },
    /// The address of his invitation goes to somebody by mail.
    ExternalMailed {
        /// Which.
        external: ExternalId,
        /// To whom.
        to: String,
    },
    /// He came in; [`crate::session::Event::Joined`] follows.
    ExternalJoined {
        /// Who.
        external: ExternalId,
    },
    /// He is out, or his invitation is gone.
    ExternalEnded {
        /// Who.
        external: ExternalId,
        /// From which session.
        session: SessionId,
        /// Why.
        why: ExternalEnded,
    },
}
