//! Teams.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::permission::Permissions;
use crate::{AccountId, Desk, Refusal, TeamId, fields};

/// Members of a team: all accounts of a large site, once more than anybody leads.
const MEMBERS_MAX: usize = 2000;

/// A team of technicians. It has a queue and a chat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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

impl Team {
    pub(super) fn check(&self, desk: &Desk, own: Option<TeamId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.teams, own, "name", &self.name, |other| &other.name)?;
        fields::text("comments", &self.comments, fields::COMMENTS_MAX)?;
        fields::count("members", self.members.len(), MEMBERS_MAX)?;
        let all_exist = self.members.keys().all(|&account| desk.accounts.has(account));
        fields::exists("members", all_exist, "account")
    }

    /// Whether an account looks after the others in it.
    pub(crate) fn is_led_by(&self, account: AccountId) -> bool {
        self.members.get(&account).is_some_and(|role| role.is_above_members())
    }
}
