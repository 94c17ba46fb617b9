//! What administrators keep: accounts, teams, issues, portals, rules, groups, roles, policies and scripts.
//!
//! All kinds are made, changed and removed alike: a [`Record`] comes whole, its rules are checked, and a change
//! names the version that it was made from. One file a kind says what the record holds and what must be true of
//! it; `rules.rs` holds the commands.

mod account;
mod issue;
mod jump_group;
mod jump_policy;
mod portal;
mod queue_rule;
mod removal;
mod role;
mod rules;
mod script;
mod session_policy;
mod site;
mod store;
mod table;
mod team;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, GroupId, IssueId, JumpPolicyId, PortalId, QueueRuleId, RoleId, ScriptId, SessionPolicyId,
    TeamId,
};

pub use account::{Account, Preferences};
pub use issue::Issue;
pub use jump_group::{Grant, Grantee, JumpGroup};
pub use jump_policy::{Consent, ConsentDefault, JumpPolicy};
pub use portal::{Brand, Portal};
pub use queue_rule::{QueueAction, QueueCondition, QueueRule};
pub use role::{JumpRight, Role};
pub(crate) use rules::{apply, decide};
pub use script::{Interpreter, Os, Parameter, Script, ScriptBody};
pub use session_policy::SessionPolicy;
pub use site::Site;
pub use table::{Stored, Table};
pub use team::{Team, TeamRole};

macro_rules! kinds {
    ($($name:ident($record:ty, $id:ty),)+) => {
        /// A record of any kind, as it is made and changed.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", content = "record", rename_all = "snake_case")]
        pub enum Record {
            $(#[doc = concat!("See [`", stringify!($record), "`].")] $name($record),)+
        }

        /// Names a record of any kind.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(tag = "kind", content = "id", rename_all = "snake_case")]
        pub enum RecordId {
            $(#[doc = concat!("A [`", stringify!($record), "`].")] $name($id),)+
        }

        /// A kind of record.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
        #[serde(rename_all = "snake_case")]
        pub enum RecordKind {
            $(#[doc = concat!("[`", stringify!($record), "`].")] $name,)+
        }

        impl RecordKind {
            /// The record of this kind with a number.
            pub const fn id(self, number: u64) -> RecordId {
                match self {
                    $(Self::$name => RecordId::$name(<$id>::new(number)),)+
                }
            }
        }

        impl RecordId {
            /// The number by which a record of the same kind as `record` is named.
            pub const fn of(record: &Record, number: u64) -> Self {
                match record {
                    $(Record::$name(_) => Self::$name(<$id>::new(number)),)+
                }
            }

            /// The number.
            pub const fn number(self) -> u64 {
                match self {
                    $(Self::$name(id) => id.get(),)+
                }
            }
        }
    };
}

kinds! {
    Account(Account, AccountId),
    Team(Team, TeamId),
    Issue(Issue, IssueId),
    Portal(Portal, PortalId),
    QueueRule(QueueRule, QueueRuleId),
    JumpGroup(JumpGroup, GroupId),
    Role(Role, RoleId),
    JumpPolicy(JumpPolicy, JumpPolicyId),
    SessionPolicy(SessionPolicy, SessionPolicyId),
    Script(Script, ScriptId),
}

/// What administrators, and people for themselves, change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Makes a record.
    Create {
        /// The whole of it.
        record: Record,
    },
    /// Replaces a record of the same kind.
    Change {
        /// Which.
        id: RecordId,
        /// The version that was read; another one is [`crate::Rule::Stale`].
        version: u64,
        /// The whole of it.
        record: Record,
    },
    /// Removes a record that nothing uses any more.
    Remove {
        /// Which.
        id: RecordId,
    },
    /// Replaces the settings of the whole site.
    ChangeSite {
        /// The version that was read.
        version: u64,
        /// The whole of them.
        site: Site,
    },
    /// Replaces what the account chooses for itself.
    Prefer {
        /// The whole of it.
        preferences: Preferences,
    },
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It is there.
    Created {
        /// Its name from now on.
        id: RecordId,
        /// The whole of it.
        record: Record,
    },
    /// It is another now.
    Changed {
        /// Which.
        id: RecordId,
        /// Its version from now on.
        version: u64,
        /// The whole of it.
        record: Record,
    },
    /// It is gone.
    Removed {
        /// Which.
        id: RecordId,
    },
    /// The settings of the site are others now.
    SiteChanged {
        /// Their version from now on.
        version: u64,
        /// The whole of them.
        site: Site,
    },
    /// An account chose for itself.
    Preferred {
        /// Whose.
        account: AccountId,
        /// The whole of it.
        preferences: Preferences,
    },
}
