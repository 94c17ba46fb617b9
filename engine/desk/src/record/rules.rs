//! Who may change records, and what a change takes along.

use super::store::RECORDS_MAX;
use super::{Account, Command, Event, Preferences, Record, RecordId, Site, removal};
use crate::ask::{Ask, not_found};
use crate::{AccountId, Desk, EntityId, Refusal, Rule, session};

pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Create { record } => create(ask, record),
        Command::Change { id, version, record } => change(ask, id, version, record),
        Command::Remove { id } => remove(ask, id),
        Command::ChangeSite { version, site } => change_site(ask, version, site),
        Command::Prefer { preferences } => prefer(ask, preferences),
    }
}

fn create(ask: &mut Ask<'_>, record: Record) -> Result<(), Refusal> {
    ask.administrator()?;
    let count = record.count(ask.desk);
    if RECORDS_MAX <= count {
        return Err(Refusal::new(
            Rule::Full,
            format!("there are {count} of the kind, the limit is {RECORDS_MAX}"),
        ));
    }
    record.check(ask.desk, None)?;
    let id = RecordId::of(&record, ask.next_id());
    ask.push(Event::Created { id, record });
    Ok(())
}

fn change(ask: &mut Ask<'_>, id: RecordId, version: u64, record: Record) -> Result<(), Refusal> {
    ask.administrator()?;
    let (current, before) = ask.desk.record(id).ok_or_else(|| not_found(id.words()))?;
    if RecordId::of(&record, id.number()) != id {
        return Err(Refusal::field("record", format!("record is no {}", id.words())));
    }
    check_version(current, version)?;
    record.check(ask.desk, Some(id.number()))?;
    if before == record {
        return Ok(());
    }
    let is_disabled = match (id, &before, &record) {
        (RecordId::Account(account), Record::Account(before), Record::Account(after)) => {
            if before.administers() && !after.administers() {
                another_administers(ask.desk, account)?;
            }
            before.is_enabled && !after.is_enabled
        }
        _ => false,
    };
    ask.push(Event::Changed { id, version: current + 1, record });
    if let (true, RecordId::Account(account)) = (is_disabled, id) {
        session::account_gone(ask, account)?;
    }
    Ok(())
}

fn remove(ask: &mut Ask<'_>, id: RecordId) -> Result<(), Refusal> {
    ask.administrator()?;
    if !ask.desk.has_record(id) {
        return Err(not_found(id.words()));
    }
    if let RecordId::Account(account) = id
        && ask.desk.accounts.get(account).is_some_and(Account::administers)
    {
        another_administers(ask.desk, account)?;
    }
    removal::check(ask.desk, id)?;
    removal::take_along(ask, id)?;
    ask.push(Event::Removed { id });
    Ok(())
}

fn change_site(ask: &mut Ask<'_>, version: u64, site: Site) -> Result<(), Refusal> {
    ask.administrator()?;
    let current = &ask.desk.site;
    check_version(current.version, version)?;
    site.check()?;
    if current.record != site {
        ask.push(Event::SiteChanged { version: version + 1, site });
    }
    Ok(())
}

/// Everybody chooses for himself, administrators too.
fn prefer(ask: &mut Ask<'_>, preferences: Preferences) -> Result<(), Refusal> {
    let (id, account) = ask.account()?;
    preferences.check(ask.desk, id, account)?;
    if ask.desk.preferences(id) != preferences {
        ask.push(Event::Preferred { account: id, preferences });
    }
    Ok(())
}

fn check_version(current: u64, read: u64) -> Result<(), Refusal> {
    if current == read {
        Ok(())
    } else {
        let detail = format!("this was made from version {read}, it is at version {current} now");
        Err(Refusal::new(Rule::Stale, detail))
    }
}

/// Without an administrator, only a shell on the server would be left.
fn another_administers(desk: &Desk, account: AccountId) -> Result<(), Refusal> {
    if desk.accounts.iter().any(|(id, other)| id != account && other.administers()) {
        Ok(())
    } else {
        Err(Refusal::new(Rule::LastAdministrator, "this is the last administrator who can log in"))
    }
}

pub(crate) fn apply(desk: &mut Desk, event: &Event) {
    match event {
        Event::Created { id, record } => {
            desk.dealt(id.number());
            desk.put_record(*id, 1, record.clone());
        }
        Event::Changed { id, version, record } => {
            if desk.has_record(*id) {
                desk.put_record(*id, *version, record.clone());
            }
        }
        Event::Removed { id } => {
            desk.remove_record(*id);
            if let RecordId::Account(account) = id {
                desk.preferences.remove(account);
            }
        }
        Event::SiteChanged { version, site } => {
            (desk.site.version, desk.site.record) = (*version, site.clone());
        }
        Event::Preferred { account, preferences } => {
            if desk.accounts.has(*account) {
                desk.preferences.insert(*account, preferences.clone());
            }
        }
    }
}

impl Event {
    pub(crate) fn touches(&self) -> Vec<EntityId> {
        match self {
            Self::Created { id, .. } => vec![EntityId::Counter, EntityId::Record(*id)],
            Self::Changed { id, .. } => vec![EntityId::Record(*id)],
            Self::Removed { id: id @ RecordId::Account(account) } => {
                vec![EntityId::Record(*id), EntityId::Preferences(*account)]
            }
            Self::Removed { id } => vec![EntityId::Record(*id)],
            Self::SiteChanged { .. } => vec![EntityId::Site],
            Self::Preferred { account, .. } => vec![EntityId::Preferences(*account)],
        }
    }
}
