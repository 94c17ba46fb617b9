//! Accounts, and what they choose for themselves.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::permission::{PathLimits, Permissions};
use crate::{AccountId, Desk, Refusal, TeamId, fields};

/// Characters of a user name: short enough to type.
const USER_MAX: usize = 64;

/// Somebody who can log in. Passwords and second factors are the login's business, not the desk's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// Language of the pages (BCP 47); none: what the browser says.
    pub language: Option<String>,
    /// Whether it can be invited while it is not logged in, by mail.
    pub extended_availability: bool,
    /// Teams whose queues carry a star.
    pub favorites: BTreeSet<TeamId>,
}

impl Account {
    pub(super) fn check(&self, desk: &Desk, own: Option<AccountId>) -> Result<(), Refusal> {
        self.check_user()?;
        fields::unique(&desk.accounts, own, "user", &self.user, |other| &other.user)?;
        fields::name("name", &self.name)?;
        if self.email.as_deref().is_some_and(|email| !fields::is_plausible_email(email)) {
            return Err(Refusal::field("email", "email is no address such as ana@example.org"));
        }
        self.paths.check()
    }

    fn check_user(&self) -> Result<(), Refusal> {
        if self.user.is_empty() {
            return Err(Refusal::field("user", "user is empty"));
        }
        if self.user.contains(char::is_whitespace) {
            return Err(Refusal::field("user", "user has a space in it"));
        }
        fields::line("user", &self.user, USER_MAX)
    }

    /// Whether it can change everything now.
    pub(super) fn administers(&self) -> bool {
        self.is_enabled && self.is_administrator
    }
}

impl Preferences {
    pub(super) fn check(&self, desk: &Desk, own: AccountId, account: &Account) -> Result<(), Refusal> {
        let languages = &desk.site.record.languages;
        if self.language.as_ref().is_some_and(|language| !languages.contains(language)) {
            let detail = format!("language is none of {}", languages.join(", "));
            return Err(Refusal::field("language", detail));
        }
        if self.extended_availability && account.email.is_none() {
            let detail = "extended_availability needs an e-mail address, where invitations go";
            return Err(Refusal::field("extended_availability", detail));
        }
        let is_own =
            |team: &TeamId| desk.teams.get(*team).is_some_and(|team| team.members.contains_key(&own));
        match self.favorites.iter().find(|team| !is_own(team)) {
            None => Ok(()),
            Some(_) => Err(Refusal::field("favorites", "favorites names a team that you are not in")),
        }
    }
}
