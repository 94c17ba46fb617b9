//! A command while it is decided: who asks, when, and what it has come to so far.

use jiff::Timestamp;

use crate::permission::Permission;
use crate::record::Account;
use crate::{AccountId, Actor, Desk, Event, Refusal, Rule};

/// A command while it is decided.
pub(crate) struct Ask<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) now: Timestamp,
    pub(crate) actor: Actor,
    events: Vec<Event>,
    last_id: u64,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(desk: &'a Desk, now: Timestamp, actor: Actor) -> Self {
        Self { desk, now, actor, events: Vec::new(), last_id: desk.last_id }
    }

    /// A number that names nothing yet.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// It comes to this, too.
    pub(crate) fn push(&mut self, event: impl Into<Event>) {
        self.events.push(event.into());
    }

    pub(crate) fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// The account that asks, which must be enabled.
    pub(crate) fn account(&self) -> Result<(AccountId, &'a Account), Refusal> {
        let id = self.actor.account().ok_or_else(|| {
            Refusal::new(Rule::WrongActor, "this is for people who are logged in to an account")
        })?;
        let account = self.desk.accounts.get(id).ok_or_else(|| not_found("account"))?;
        if account.is_enabled {
            Ok((id, account))
        } else {
            Err(Refusal::new(Rule::Disabled, format!("the account {} is disabled", account.user)))
        }
    }

    /// The account that asks, which must be logged in to a console.
    pub(crate) fn at_console(&self) -> Result<AccountId, Refusal> {
        let (id, account) = self.account()?;
        if self.desk.consoles.contains_key(&id) {
            Ok(id)
        } else {
            Err(Refusal::new(Rule::NoConsole, format!("{} is not logged in to a console", account.user)))
        }
    }

    /// The account that asks, which must have a permission.
    pub(crate) fn permitted(&self, permission: Permission) -> Result<(AccountId, &'a Account), Refusal> {
        let (id, account) = self.account()?;
        if self.desk.permission(id, permission).is_allowed {
            Ok((id, account))
        } else {
            let detail = format!("the account {} lacks the permission {permission:?}", account.user);
            Err(Refusal::new(Rule::Permission, detail))
        }
    }

    /// An administrator, or whoever has a shell on the server.
    pub(crate) fn administrator(&self) -> Result<(), Refusal> {
        if self.actor == Actor::Operator {
            return Ok(());
        }
        match self.account()? {
            (_, account) if account.is_administrator => Ok(()),
            (_, account) => Err(Refusal::new(
                Rule::Administrator,
                format!("the account {} is no administrator", account.user),
            )),
        }
    }

    /// The relay itself.
    pub(crate) fn relay(&self) -> Result<(), Refusal> {
        if self.actor == Actor::Relay {
            Ok(())
        } else {
            Err(Refusal::new(Rule::WrongActor, "only the relay itself says this"))
        }
    }
}

/// There is no such thing, or not for the one who asks.
pub(crate) fn not_found(what: &str) -> Refusal {
    Refusal::new(Rule::NotFound, format!("there is no such {what}"))
}
