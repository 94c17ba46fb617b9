//! Session policies: what may be done in the sessions that they rule.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::permission::{PathLimits, Permission, check_of_session};
use crate::{Desk, Refusal, SessionPolicyId, fields};

/// What may be done in a session that it rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionPolicy {
    /// How it is listed.
    pub name: String,
    /// For those who choose it.
    pub comments: String,
    /// Whether it can be chosen for people from outside.
    pub is_for_externals: bool,
    /// What is allowed; only permissions of the session kind have a meaning here.
    pub permissions: BTreeSet<Permission>,
    /// Whether command shells are recorded in the sessions that it rules.
    pub records_shells: bool,
    /// Where files may go.
    pub paths: PathLimits,
}

impl SessionPolicy {
    pub(super) fn check(&self, desk: &Desk, own: Option<SessionPolicyId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.session_policies, own, "name", &self.name, |other| &other.name)?;
        fields::text("comments", &self.comments, fields::COMMENTS_MAX)?;
        check_of_session("permissions", &self.permissions)?;
        self.paths.check()
    }
}
