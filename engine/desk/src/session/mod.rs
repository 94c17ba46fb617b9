//! Support sessions: where one waits, who owns it, who else is in it, and how it ends.
//!
//! A live session waits in one queue or has one owner, never both. Everybody who works in it is a member, the
//! owner too; the customer is not. `docs/session-states.md` shows the states and what leads from one to another.

mod act;
mod apply;
mod customer;
mod draft;
mod limits;
mod own;
mod rules;
mod seats;
mod start;
mod time;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::key::Digest;
use crate::{
    AccountId, Actor, InvitationId, IssueId, ItemId, KeyId, Participant, PortalId, QueueRuleId, SessionId,
    SessionPolicyId, TeamId,
};

pub use act::{Deed, Step};
pub(crate) use apply::apply;
pub(crate) use draft::Draft;
pub use limits::*;
pub(crate) use own::{account_gone, console_gone, team_gone};
pub(crate) use rules::decide;
pub(crate) use time::due;

/// Where sessions wait, and where invitations and transfer offers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Queue {
    /// One technician's.
    Personal(AccountId),
    /// A team's.
    Team(TeamId),
}

/// A session that lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// How it came about.
    pub origin: Origin,
    /// The queue to which it came last, or would have; where an owner put it aside does not count. A lost
    /// technician's session returns there, or to a team of the technician whose queue it is.
    pub home: Queue,
    /// When it started.
    pub started: Timestamp,
    /// The person, or computer, that is helped.
    pub customer: Customer,
    /// Where it waits, or who owns it.
    pub place: Place,
    /// Everybody who works in it; written as a list.
    #[serde(with = "seats")]
    pub members: BTreeMap<Participant, Member>,
    /// An offer to somebody else to own it.
    pub transfer: Option<Transfer>,
    /// Rules that have acted on it since a person last decided where it waits: each acts once, so that two rules
    /// cannot send it to and fro for ever.
    pub rules_done: BTreeSet<QueueRuleId>,
    /// What may be done in it at most; none: what accounts allow.
    pub policy: Option<SessionPolicyId>,
}

impl Session {
    /// The technician who owns it, if somebody does.
    pub fn owner(&self) -> Option<AccountId> {
        match self.place {
            Place::Owned { owner, .. } => Some(owner),
            Place::Waiting { .. } => None,
        }
    }

    /// The queue in which it waits, if it waits.
    pub fn queue(&self) -> Option<Queue> {
        match self.place {
            Place::Waiting { queue, .. } => Some(queue),
            Place::Owned { .. } => None,
        }
    }

    /// The Jump item that it is with, if it is with one.
    pub fn item(&self) -> Option<ItemId> {
        match self.origin {
            Origin::Jump { item, .. } => Some(item),
            Origin::Key { .. } | Origin::Issue { .. } | Origin::Technician { .. } => None,
        }
    }

    /// Whether somebody works in it.
    pub fn has(&self, who: Participant) -> bool {
        self.members.contains_key(&who)
    }
}

/// How a session came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// The customer typed a key, or followed its link.
    Key {
        /// Which.
        key: KeyId,
        /// Who made it.
        by: AccountId,
    },
    /// The customer chose an issue.
    Issue {
        /// Where.
        portal: PortalId,
        /// Which.
        issue: IssueId,
    },
    /// The customer chose a technician.
    Technician {
        /// Where.
        portal: PortalId,
        /// Whom.
        account: AccountId,
    },
    /// A technician jumped to an endpoint.
    Jump {
        /// Which.
        item: ItemId,
        /// Who.
        by: AccountId,
        /// In spite of its schedule, which ends the session at no time then.
        overrode_schedule: bool,
    },
}

/// Who is helped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// What he calls himself; an item's name for a Jump.
    pub name: String,
    /// What he asks for.
    pub question: String,
    /// Language of his pages (BCP 47).
    pub language: Option<String>,
    /// What he came with.
    pub client: Client,
    /// The secret by which he is known again; none for a Jump.
    pub secret: Option<Digest>,
    /// Whether he is there.
    pub presence: CustomerPresence,
}

/// What the customer has at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// A page: chat and nothing else.
    Chat,
    /// An agent that he started.
    Agent,
    /// An agent that was installed before.
    Installed,
}

/// Whether the customer, or his computer, is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum CustomerPresence {
    /// He is.
    Here,
    /// His connection is lost; he may come back.
    Lost {
        /// Since when.
        since: Timestamp,
    },
    /// He was disconnected or left; technicians may still write up.
    Gone,
}

/// Where a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Place {
    /// In a queue, without an owner.
    Waiting {
        /// Which.
        queue: Queue,
        /// Since when.
        since: Timestamp,
        /// Its owner put it aside.
        is_kept: bool,
    },
    /// With its owner.
    Owned {
        /// Whose it is.
        owner: AccountId,
        /// Since when.
        since: Timestamp,
    },
}

/// Somebody who works in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// When he came in.
    pub joined: Timestamp,
    /// Since when his connection is lost.
    pub lost: Option<Timestamp>,
    /// Who invited him; an external leaves with his inviter when no owner stays.
    pub invited_by: Option<AccountId>,
}

/// An offer to own a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transfer {
    /// To whom.
    pub to: Queue,
    /// Since when.
    pub since: Timestamp,
}

/// What a customer says of himself when he starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCustomer {
    /// What he calls himself.
    pub name: String,
    /// What he asks for.
    pub question: String,
    /// Language of his pages (BCP 47).
    pub language: Option<String>,
    /// What he came with.
    pub client: Client,
    /// The secret by which he will be known again.
    pub secret: Digest,
}

/// What is known of the password of a Jump item when somebody jumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordProof {
    /// None was given.
    None,
    /// It was right.
    Right,
    /// It was wrong.
    Wrong,
}

/// What can be done with sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// A visitor starts one by a session key.
    StartByKey {
        /// The key as it was typed.
        key: Digest,
        /// Who he is.
        customer: NewCustomer,
    },
    /// A visitor starts one by the issue form of a portal.
    StartByIssue {
        /// Where.
        portal: PortalId,
        /// Which.
        issue: IssueId,
        /// Who he is.
        customer: NewCustomer,
    },
    /// A visitor starts one with a technician whom a portal shows.
    StartByTechnician {
        /// Where.
        portal: PortalId,
        /// Whom.
        account: AccountId,
        /// Who he is.
        customer: NewCustomer,
    },
    /// A technician starts one with an unattended endpoint. He owns it at once; where others are in one with it
    /// already, he comes into that; where he is in it himself, he is refused with [`crate::Rule::Already`].
    Jump {
        /// Which.
        item: ItemId,
        /// What he said of its password.
        password: PasswordProof,
        /// Whether he starts in spite of its schedule.
        overrides_schedule: bool,
    },
    /// A technician takes a session that waits for him, or that is offered to him.
    Accept {
        /// Which.
        session: SessionId,
    },
    /// A technician sends a waiting session to another queue.
    Move {
        /// Which.
        session: SessionId,
        /// Where to.
        to: Queue,
    },
    /// The owner offers it to somebody else.
    Transfer {
        /// Which.
        session: SessionId,
        /// To whom.
        to: Queue,
    },
    /// The owner takes his offer back.
    CancelTransfer {
        /// Which.
        session: SessionId,
    },
    /// The one to whom it is offered does not want it; only a personal offer can be declined.
    DeclineTransfer {
        /// Which.
        session: SessionId,
    },
    /// The owner removes a member.
    Remove {
        /// From which.
        session: SessionId,
        /// Whom.
        who: Participant,
    },
    /// A member leaves. An owner can leave only a session that he has offered to somebody else, who finds it
    /// waiting in his queue then.
    Leave {
        /// Which.
        session: SessionId,
    },
    /// The owner puts it aside: it waits in his personal queue, members stay.
    Keep {
        /// Which.
        session: SessionId,
    },
    /// The owner, or an administrator with a reason, ends it for everybody.
    End {
        /// Which.
        session: SessionId,
        /// Why, where an administrator says so.
        reason: String,
    },
    /// The owner disconnects the customer and stays.
    DisconnectCustomer {
        /// Which.
        session: SessionId,
    },
    /// The customer ends it. It is over where it waits; an owner may still write up.
    CustomerEnds,
    /// The customer's agent, or page, is there: for the first time or again.
    CustomerCame {
        /// Which.
        session: SessionId,
        /// With what.
        client: Client,
    },
    /// The customer's connection is lost.
    CustomerLost {
        /// Which.
        session: SessionId,
    },
    /// A member's last connection is lost.
    MemberLost {
        /// Whose.
        who: Participant,
    },
    /// A member is there again.
    MemberBack {
        /// Who.
        who: Participant,
    },
    /// Somebody did something at the endpoint, as the relay saw it.
    Act {
        /// Where.
        session: SessionId,
        /// Who.
        who: Participant,
        /// What.
        deed: Deed,
        /// How far it came.
        step: Step,
    },
    /// Time has passed: graces end, rules of queues act.
    Tick,
}

/// Why a session moved to a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Moved {
    /// A technician sent it there.
    Sent,
    /// A rule did.
    Rule {
        /// Which.
        rule: QueueRuleId,
    },
    /// Its technician's connection was lost for too long.
    TechnicianLost,
    /// Its owner put it aside.
    Kept,
    /// Its owner offered it and left.
    OwnerLeft,
}

/// Why somebody is no member any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WhyLeft")]
pub enum Left {
    /// He left.
    Left,
    /// The owner removed him.
    Removed,
    /// His connection was lost for too long.
    Lost,
    /// Whoever invited him is gone and nobody owns the session.
    InviterGone,
    /// The owner put the session aside, which closes it for him.
    Kept,
    /// The session ended.
    Ended,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WhyEnded")]
pub enum Ended {
    /// Its owner ended it.
    Owner,
    /// An administrator ended it.
    Administrator,
    /// The customer ended it.
    Customer,
    /// The customer was lost, or gone before, while nobody owned it.
    CustomerLost,
    /// A rule of its queue.
    QueueRule,
    /// The schedule of its Jump policy closed.
    Schedule,
    /// The queue in which it waited is gone, and there is nobody else to whom it could go.
    NobodyLeft,
}

/// Why an offer is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferEnded {
    /// Somebody accepted it.
    Accepted,
    /// The owner took it back.
    Cancelled,
    /// It was declined.
    Declined,
    /// The session ended, was put aside or went to a queue.
    Over,
}

/// What became of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It started.
    Started {
        /// Its number.
        session: SessionId,
        /// The whole of it.
        state: Box<Session>,
    },
    /// It waits in a queue from now on.
    Moved {
        /// Which.
        session: SessionId,
        /// Where.
        to: Queue,
        /// Why.
        why: Moved,
    },
    /// It has another owner, or one at all. He is a member from now on, if he was none; who owned it before stays
    /// one.
    Owned {
        /// Which.
        session: SessionId,
        /// Whose it is.
        owner: AccountId,
        /// Whose it was.
        before: Option<AccountId>,
    },
    /// It is offered.
    TransferOffered {
        /// Which.
        session: SessionId,
        /// To whom.
        to: Queue,
    },
    /// The offer is gone.
    TransferEnded {
        /// Which.
        session: SessionId,
        /// Why.
        why: TransferEnded,
    },
    /// Somebody came in.
    Joined {
        /// Where.
        session: SessionId,
        /// Who.
        who: Participant,
        /// By whose invitation.
        invited_by: Option<AccountId>,
        /// By which, where it was one to an account.
        invitation: Option<InvitationId>,
    },
    /// Somebody is out.
    Left {
        /// Where.
        session: SessionId,
        /// Who.
        who: Participant,
        /// Why.
        why: Left,
    },
    /// A member's connection is lost.
    MemberLost {
        /// Where.
        session: SessionId,
        /// Whose.
        who: Participant,
    },
    /// A member is there again.
    MemberBack {
        /// Where.
        session: SessionId,
        /// Who.
        who: Participant,
    },
    /// The customer is there, for the first time or again.
    CustomerCame {
        /// Where.
        session: SessionId,
        /// With what.
        client: Client,
    },
    /// The customer's connection is lost.
    CustomerLost {
        /// Where.
        session: SessionId,
    },
    /// The customer is gone for good; the session stays open for its owner.
    CustomerGone {
        /// Where.
        session: SessionId,
    },
    /// A rule of the queue has acted, or found nothing to do.
    RuleDone {
        /// On which.
        session: SessionId,
        /// Which.
        rule: QueueRuleId,
    },
    /// Somebody did something at the endpoint.
    Acted {
        /// Where.
        session: SessionId,
        /// Who.
        who: Participant,
        /// What.
        deed: Deed,
        /// How far it came.
        step: Step,
    },
    /// It is over for everybody.
    Ended {
        /// Which.
        session: SessionId,
        /// Why.
        why: Ended,
        /// Who ended it.
        by: Actor,
        /// What he said.
        reason: String,
    },
}
