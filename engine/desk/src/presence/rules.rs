//! Who opens and closes consoles, and what closing one comes to.

use jiff::Timestamp;

use super::{Closed, Command, Console, ConsoleKind, Event};
use crate::ask::Ask;
use crate::{AccountId, Actor, Desk, EntityId, Refusal, Rule, session};

pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Open { kind, login } => open(ask, kind, login),
        Command::Close { account, login } => close(ask, account, login),
        Command::SetAvailable { is_available } => set_available(ask, is_available),
    }
}

fn open(ask: &mut Ask<'_>, kind: ConsoleKind, login: u64) -> Result<(), Refusal> {
    let (account, _) = ask.account()?;
    if kind == ConsoleKind::Web && !ask.desk.site.record.allows_web_consoles {
        return Err(Refusal::new(Rule::ConsolesOff, "web consoles are switched off on this site"));
    }
    let before = ask.desk.consoles.get(&account).copied();
    if before.is_some_and(|console| (console.login, console.kind) == (login, kind)) {
        return Ok(());
    }
    if let Some(console) = before {
        ask.push(Event::Closed { account, login: console.login, why: Closed::TakenOver });
    }
    ask.push(Event::Opened { account, kind, login });
    if before.is_some_and(|console| !console.is_available) {
        ask.push(Event::Available { account, is_available: false });
    }
    Ok(())
}

fn close(ask: &mut Ask<'_>, account: AccountId, login: u64) -> Result<(), Refusal> {
    if ask.actor != Actor::Relay && ask.actor != Actor::Account(account) {
        ask.administrator()?;
    }
    if ask.desk.consoles.get(&account).is_none_or(|console| console.login != login) {
        return Ok(());
    }
    ask.push(Event::Closed { account, login, why: Closed::LoggedOut });
    session::console_gone(ask, account)
}

fn set_available(ask: &mut Ask<'_>, is_available: bool) -> Result<(), Refusal> {
    let account = ask.at_console()?;
    if ask.desk.consoles.get(&account).is_some_and(|console| console.is_available != is_available) {
        ask.push(Event::Available { account, is_available });
    }
    Ok(())
}

pub(crate) fn apply(desk: &mut Desk, at: Timestamp, event: &Event) {
    match *event {
        Event::Opened { account, kind, login } => {
            desk.consoles.insert(account, Console { kind, login, since: at, is_available: true });
        }
        Event::Closed { account, login, .. } => {
            if desk.consoles.get(&account).is_some_and(|console| console.login == login) {
                desk.consoles.remove(&account);
            }
        }
        Event::Available { account, is_available } => {
            if let Some(console) = desk.consoles.get_mut(&account) {
                console.is_available = is_available;
            }
        }
    }
}

impl Event {
    pub(crate) fn touches(&self) -> Vec<EntityId> {
        match *self {
            Self::Opened { account, .. } | Self::Closed { account, .. } | Self::Available { account, .. } => {
                vec![EntityId::Console(account)]
            }
        }
    }
}
