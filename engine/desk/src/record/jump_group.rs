//! Jump groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AccountId, RoleId, TeamId};

/// A group of Jump items, and who may do what with them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JumpGroup {
    /// How it is listed.
    pub name: String,
    /// For administrators.
    pub comments: String,
    /// The role of each account and team that reaches it. Who comes to it by several has the rights of all.
    pub access: Vec<Grant>,
}

/// One line of a group's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who.
    pub to: Grantee,
    /// As what.
    pub role: RoleId,
}

/// Who is given access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Grantee {
    /// One account.
    Account(AccountId),
    /// Every member of a team.
    Team(TeamId),
}

impl JumpGroup {
    /// The access lines as a map, for lookups.
    pub fn roles(&self) -> BTreeMap<Grantee, RoleId> {
        self.access.iter().map(|grant| (grant.to, grant.role)).collect()
    }
}
