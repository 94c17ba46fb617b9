//! Jump policies: when an item may be reached, and whether somebody there is asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schedule::Schedule;
use crate::{Desk, JumpPolicyId, Refusal, SessionPolicyId, fields};

/// How long somebody at the endpoint may be asked: from a glance at the screen to ten minutes, after which
/// nobody waits at the other end.
const CONSENT_TIMEOUT_S: (u32, u32) = (5, 600);

/// When and how a Jump item may be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JumpPolicy {
    /// How it is listed.
    pub name: String,
    /// When sessions may start; none: always.
    pub schedule: Option<Schedule>,
    /// Whether a session that is open when the schedule closes is ended.
    pub ends_sessions: bool,
    /// Whether somebody at the endpoint is asked.
    pub consent: Consent,
    /// What may be done in its sessions; none: what account and role allow.
    pub session_policy: Option<SessionPolicyId>,
}

/// Whether a person at the endpoint is asked before a session starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Consent {
    /// Whether anybody is asked.
    pub is_asked: bool,
    /// How long an answer may take.
    pub timeout_s: u32,
    /// What is true when nobody answers.
    pub nobody_answers: ConsentDefault,
}

impl Default for Consent {
    fn default() -> Self {
        // A minute to walk back to the desk; silence is not consent.
        Self { is_asked: false, timeout_s: 60, nobody_answers: ConsentDefault::Deny }
    }
}

impl Consent {
    pub(super) fn check(&self, field: &'static str) -> Result<(), Refusal> {
        let (min, max) = CONSENT_TIMEOUT_S;
        fields::seconds(field, self.timeout_s, min, max)
    }
}

/// What silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentDefault {
    /// The session starts.
    Allow,
    /// It does not.
    #[default]
    Deny,
}

impl JumpPolicy {
    pub(super) fn check(&self, desk: &Desk, own: Option<JumpPolicyId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.jump_policies, own, "name", &self.name, |other| &other.name)?;
        if let Some(schedule) = &self.schedule {
            schedule.check()?;
        } else if self.ends_sessions {
            return Err(Refusal::field("ends_sessions", "ends_sessions needs a schedule that closes"));
        }
        self.consent.check("consent.timeout_s")?;
        let has_policy = self.session_policy.is_none_or(|policy| desk.session_policies.has(policy));
        fields::exists("session_policy", has_policy, "session policy")
    }
}
