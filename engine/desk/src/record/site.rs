//! Settings of the whole site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Consent;
use crate::permission::Permissions;
use crate::{Refusal, fields};

/// How long a lost technician keeps a session: from a hiccup of the line to an hour, which a customer would not
/// wait.
const TECHNICIAN_GRACE_S: (u32, u32) = (5, 3600);

/// How long a lost customer keeps a session: up to a day, for a computer that installs updates.
const CUSTOMER_GRACE_S: (u32, u32) = (5, 24 * 3600);

/// How long session keys may live: from what it takes to read one aloud, to 90 days.
const KEY_LIFETIME_S: (u32, u32) = (60, 90 * 24 * 3600);

/// How long recordings may be kept where they are not kept for ever: ten years.
const RECORDINGS_KEPT_DAYS_MAX: u32 = 3650;

/// Languages that people can choose from.
const LANGUAGES_MAX: usize = 50;

/// Settings of the whole site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// The organisation's name.
    pub name: String,
    /// Whether technicians may log in to web consoles at all. The administration stays open.
    pub allows_web_consoles: bool,
    /// How long a technician whose connection is lost keeps a session before it goes back to a queue.
    pub lost_technician_grace_s: u32,
    /// How long a customer whose connection is lost keeps the session.
    pub lost_customer_grace_s: u32,
    /// The longest time for which session keys and external invitations can be made.
    pub key_lifetime_max_s: u32,
    /// Languages that people can choose, the first where nothing fits (BCP 47).
    pub languages: Vec<String>,
    /// Whether all command shells are recorded.
    pub records_shells: bool,
    /// Days for which recordings are kept after something was last recorded; then they are deleted. 0: for ever.
    pub recordings_kept_days: u32,
    /// Whether customers who came by themselves, with an agent, are asked for each technician before he sees anything
    /// of their computer; what Jump policies say is another matter.
    pub attended_consent: Consent,
    /// What everybody is allowed whom nothing denies it.
    pub permissions: Permissions,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            name: "Nearhand".to_owned(),
            allows_web_consoles: true,
            lost_technician_grace_s: 60,
            lost_customer_grace_s: 600,
            key_lifetime_max_s: 7 * 24 * 3600,
            languages: vec!["en".to_owned(), "fr".to_owned()],
            records_shells: false,
            recordings_kept_days: 0,
            // Who calls for help and starts a program for it has said that he wants it.
            attended_consent: Consent::default(),
            permissions: Permissions::default(),
        }
    }
}

impl Site {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        let (min, max) = TECHNICIAN_GRACE_S;
        fields::seconds("lost_technician_grace_s", self.lost_technician_grace_s, min, max)?;
        let (min, max) = CUSTOMER_GRACE_S;
        fields::seconds("lost_customer_grace_s", self.lost_customer_grace_s, min, max)?;
        let (min, max) = KEY_LIFETIME_S;
        fields::seconds("key_lifetime_max_s", self.key_lifetime_max_s, min, max)?;
        fields::number("recordings_kept_days", self.recordings_kept_days, RECORDINGS_KEPT_DAYS_MAX)?;
        self.attended_consent.check("attended_consent.timeout_s")?;
        fields::count("languages", self.languages.len(), LANGUAGES_MAX)?;
        if self.languages.is_empty() {
            return Err(Refusal::field("languages", "languages is empty, pages need at least one"));
        }
        match self.languages.iter().find(|language| !fields::is_plausible_language(language)) {
            None => Ok(()),
            Some(language) => {
                Err(Refusal::field("languages", format!("{language:?} is no language such as fr or pt-BR")))
            }
        }
    }
}
