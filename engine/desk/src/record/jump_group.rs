//! Jump groups.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Desk, GroupId, Refusal, RoleId, TeamId, fields};

/// Access lines of a group. Whoever needs more has teams.
const ACCESS_MAX: usize = 1000;

/// A group of Jump items, and who may do what with them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who.
    pub to: Grantee,
    /// As what.
    pub role: RoleId,
}

/// Who is given access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Grantee {
    /// One account.
    Account(AccountId),
    /// Every member of a team.
    Team(TeamId),
}

impl JumpGroup {
    pub(super) fn check(&self, desk: &Desk, own: Option<GroupId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.groups, own, "name", &self.name, |other| &other.name)?;
        fields::text("comments", &self.comments, fields::COMMENTS_MAX)?;
        fields::count("access", self.access.len(), ACCESS_MAX)?;
        let mut seen = BTreeSet::new();
        for grant in &self.access {
            fields::exists("access", desk.roles.has(grant.role), "role")?;
            match grant.to {
                Grantee::Account(id) => fields::exists("access", desk.accounts.has(id), "account")?,
                Grantee::Team(id) => fields::exists("access", desk.teams.has(id), "team")?,
            }
            if !seen.insert(grant.to) {
                return Err(Refusal::field("access", "access names an account or a team twice"));
            }
        }
        Ok(())
    }
}
