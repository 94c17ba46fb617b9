//! Roles on Jump groups.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::permission::{Permission, check_of_session};
use crate::{Desk, Refusal, RoleId, fields};

/// What somebody may do with the items of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Role {
    /// How it is listed.
    pub name: String,
    /// What he may do with the items.
    pub rights: BTreeSet<JumpRight>,
    /// What he may do in sessions with them; what his account is not allowed stays forbidden.
    pub session: BTreeSet<Permission>,
}

/// Something that a role allows. Whoever has a right beyond adding sees the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JumpRight {
    /// Start sessions.
    Start,
    /// Add items, or move them here.
    Add,
    /// Change name, tags, comments, attributes, password and policy.
    Edit,
    /// Remove items, or move them away.
    Remove,
}

impl JumpRight {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Start, Self::Add, Self::Edit, Self::Remove];
}

impl Role {
    pub(super) fn check(&self, desk: &Desk, own: Option<RoleId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.roles, own, "name", &self.name, |other| &other.name)?;
        check_of_session("session", &self.session)
    }
}
