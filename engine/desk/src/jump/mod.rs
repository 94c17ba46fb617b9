//! Jump items: unattended endpoints, where they are listed, who reaches them.

mod items;
mod label;
mod reach;
mod rules;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::key::Digest;
use crate::{AccountId, GroupId, InstallTokenId, ItemId, JumpPolicyId};

pub(crate) use items::Items;
use label::TEXT_MAX;
pub(crate) use reach::may_start;
pub use reach::{Access, Reached};
pub use rules::ITEMS_MAX;
pub(crate) use rules::{apply, decide, forget_usage};
pub use search::{LISTED_MAX, Listing, Query};

/// An unattended endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// Counted from 1 with each change.
    pub version: u64,
    /// Where it is listed.
    pub place: ItemPlace,
    /// What people say of it.
    pub label: Label,
    /// Whether a password is asked for. The relay keeps and compares it.
    pub has_password: bool,
    /// What its agent last said of the computer.
    pub seen: Seen,
    /// When it was enrolled.
    pub enrolled: Timestamp,
}

/// Where an item is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum ItemPlace {
    /// In a group.
    Group(GroupId),
    /// In somebody's personal list.
    Personal(AccountId),
}

/// What people say of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Label {
    /// How it is listed.
    pub name: String,
    /// For technicians.
    pub comments: String,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// Custom attributes by code name.
    pub attributes: BTreeMap<String, String>,
    /// When and how it may be reached.
    pub policy: Option<JumpPolicyId>,
}

/// What an agent says of its computer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Seen {
    /// The computer's own name.
    pub host_name: String,
    /// Operating system.
    pub os: String,
    /// Its version.
    pub os_version: String,
    /// Name and version of the agent.
    pub software: String,
    /// Who is logged in there.
    pub user: String,
    /// The address that the relay sees.
    pub public_ip: String,
    /// The addresses that the computer sees.
    pub private_ips: Vec<String>,
    /// Whether its screen can be reached with nobody present, and if not, why.
    pub unattended: Option<String>,
}

/// The right to enrol endpoints: into one place, with one label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallToken {
    /// What the secret is compared with.
    pub digest: Digest,
    /// Who made it.
    pub by: Option<AccountId>,
    /// Where its endpoints are listed.
    pub place: ItemPlace,
    /// What is said of them; an empty name becomes the computer's own.
    pub label: Label,
    /// Until when it can be used.
    pub expires: Timestamp,
    /// How many more endpoints it enrols.
    pub uses_left: u32,
}

/// How often, and when last, somebody used an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Sessions.
    pub count: u64,
    /// The last one.
    pub last: Timestamp,
}

/// What can be done with Jump items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Makes an install token.
    MakeToken {
        /// What the secret will be compared with.
        digest: Digest,
        /// Where its endpoints will be listed.
        place: ItemPlace,
        /// What will be said of them.
        label: Label,
        /// For how long it can be used.
        valid_for_s: u32,
        /// How many endpoints it enrols.
        uses_max: u32,
    },
    /// Takes an install token back.
    RevokeToken {
        /// Which.
        token: InstallTokenId,
    },
    /// An agent comes with the secret of a token. An item that is known already keeps what people say of it and
    /// moves to the token's place.
    Enrol {
        /// The token's.
        digest: Digest,
        /// The endpoint.
        item: ItemId,
        /// What its agent says.
        seen: Seen,
    },
    /// An agent says something else of its computer than before.
    Saw {
        /// Which.
        item: ItemId,
        /// What it says.
        seen: Seen,
    },
    /// Changes what is said of an item.
    Relabel {
        /// Which.
        item: ItemId,
        /// The version that was read.
        version: u64,
        /// The whole of it.
        label: Label,
    },
    /// Lists it elsewhere.
    Move {
        /// Which.
        item: ItemId,
        /// Where.
        to: ItemPlace,
    },
    /// Says whether a password is asked for; the relay has stored it.
    SetPassword {
        /// Which.
        item: ItemId,
        /// Which of both.
        has_password: bool,
    },
    /// Forgets it; its agent is told to go.
    Remove {
        /// Which.
        item: ItemId,
    },
}

/// What became of a Jump item or an install token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A token was made.
    TokenMade {
        /// Its name.
        token: InstallTokenId,
        /// The whole of it.
        state: InstallToken,
    },
    /// A token is gone.
    TokenGone {
        /// Which.
        token: InstallTokenId,
    },
    /// An endpoint is listed, for the first time or again.
    Enrolled {
        /// Which.
        item: ItemId,
        /// By which token.
        token: InstallTokenId,
        /// The whole of it.
        state: Item,
    },
    /// Its agent says something else.
    Saw {
        /// Which.
        item: ItemId,
        /// What.
        seen: Seen,
    },
    /// People say something else of it.
    Relabelled {
        /// Which.
        item: ItemId,
        /// The whole of it.
        label: Label,
    },
    /// It is listed elsewhere.
    Moved {
        /// Which.
        item: ItemId,
        /// Where.
        to: ItemPlace,
    },
    /// Its password was set or taken away.
    PasswordSet {
        /// Which.
        item: ItemId,
        /// Whether one is asked for.
        has_password: bool,
    },
    /// Somebody started a session with it.
    Used {
        /// Which.
        item: ItemId,
        /// Who.
        by: AccountId,
        /// In spite of its schedule.
        overrode_schedule: bool,
    },
    /// How often somebody used it is not known any more: it goes, or he does.
    UsageForgotten {
        /// Which.
        item: ItemId,
        /// Who.
        by: AccountId,
    },
    /// It is gone.
    Removed {
        /// Which.
        item: ItemId,
    },
}
