//! Teams.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::AccountId;
use crate::permission::Permissions;

/// A team of technicians. It has a queue and a chat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Team {
    /// How everybody sees it.
    pub name: String,
    /// For administrators.
    pub comments: String,
    /// Who is in it, and as what.
    pub members: BTreeMap<AccountId, TeamRole>,
    /// What its members are allowed.
    pub permissions: Permissions,
}

/// What somebody is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// Works in it.
    Member,
    /// Leads it from day to day.
    Lead,
    /// Manages it.
    Manager,
}

impl TeamRole {
    /// Whether he looks after the others.
    pub const fn is_above_members(self) -> bool {
        matches!(self, Self::Lead | Self::Manager)
    }
}
