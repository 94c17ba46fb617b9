//! Accounts, and what they choose for themselves.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::TeamId;
use crate::permission::{PathLimits, Permissions};

/// Somebody who can log in. Passwords and second factors are the login's business, not the desk's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// What is typed to log in; compared without regard to case.
    pub user: String,
    /// How others see it.
    pub name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// Whether it may log in.
    pub is_enabled: bool,
    /// Whether it may change everything.
    pub is_administrator: bool,
    /// Whether customers may choose it on public pages.
    pub is_on_portals: bool,
    /// What it is allowed.
    pub permissions: Permissions,
    /// Where files may go.
    pub paths: PathLimits,
}

/// What an account chooses for itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// Language of the pages (BCP 47); none: what the browser says.
    pub language: Option<String>,
    /// Whether it can be invited while it is not logged in, by mail.
    pub extended_availability: bool,
    /// Teams whose queues carry a star.
    pub favorites: BTreeSet<TeamId>,
}
