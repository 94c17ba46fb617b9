//! The rules of the support desk, and nothing else: commands in; events, or a refusal, out.
//!
//! [`Desk::handle`] decides what a command comes to and changes nothing; [`Desk::apply`] takes over what was
//! decided. Whoever keeps a desk stores the events in between. Time comes in as an argument, secrets only as
//! digests; there is no clock, no socket, no randomness and no database here.
//!
//! Reading order: [`Desk`], then [`session`] for the life of a support session, [`invitation`], [`jump`],
//! [`record`] for what administrators keep, [`permission`] for who may do what, and [`Refusal`].
//!
//! Invariants, held by the tests in `tests/`:
//! - a live session has one owner or one waiting place;
//! - somebody from outside never owns a session;
//! - who left a session has no place in it, and no invitation outlives its five endings;
//! - an account that is disabled or removed is in no session and at no console.

pub mod chat;
pub mod invitation;
pub mod jump;
pub mod key;
pub mod permission;
pub mod presence;
pub mod rating;
pub mod record;
pub mod schedule;
pub mod session;

mod actor;
mod ask;
mod audience;
mod desk;
mod entity;
mod fields;
mod ids;
mod message;
mod queues;
mod refusal;
mod rights;

pub use actor::{Actor, Participant};
pub use audience::Audience;
pub use desk::Desk;
pub use entity::{EntityId, Snapshot};
pub use ids::{
    AccountId, ExternalId, GroupId, InstallTokenId, InvitationId, IssueId, ItemId, JumpPolicyId, KeyId,
    MessageId, PortalId, QueueRuleId, RoleId, ScriptId, SessionId, SessionPolicyId, TeamId,
};
pub use message::{Command, Event};
pub use queues::{Entry, Listed, Targets};
pub use refusal::{Refusal, Rule};
