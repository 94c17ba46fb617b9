//! Settings of the whole site.

use serde::{Deserialize, Serialize};

use crate::permission::Permissions;

/// Settings of the whole site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
            permissions: Permissions::default(),
        }
    }
}
