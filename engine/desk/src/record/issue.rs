//! Issues: kinds of problems that customers choose and technicians ask help for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Desk, IssueId, Refusal, TeamId, fields};

/// A kind of problem. Whoever chooses it comes to the team that owns it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Issue {
    /// How customers see it.
    pub name: String,
    /// The team that owns it.
    pub team: TeamId,
    /// Whether a technician may ask that team for help by it.
    pub may_ask_for_help: bool,
}

impl Issue {
    pub(super) fn check(&self, desk: &Desk, own: Option<IssueId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.issues, own, "name", &self.name, |other| &other.name)?;
        fields::exists("team", desk.teams.has(self.team), "team")
    }
}
