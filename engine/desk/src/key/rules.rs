//! Who makes session keys, and when they are forgotten.

use jiff::{SignedDuration, Timestamp};

use super::{Command, Digest, Event, KEYS_MAX, Key, LETTERS_MAX};
use crate::ask::{Ask, not_found};
use crate::permission::Permission;
use crate::{Desk, EntityId, KeyId, PortalId, Refusal, Rule, fields};

pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Make { digest, portal, valid_for_s } => make(ask, digest, portal, valid_for_s),
        Command::Revoke { key } => revoke(ask, key),
        Command::Mail { key, digest, to } => mail(ask, key, digest, to),
        Command::Tick => tick(ask),
    }
}

fn make(ask: &mut Ask<'_>, digest: Digest, portal: PortalId, valid_for_s: u32) -> Result<(), Refusal> {
    let (by, _) = ask.permitted(Permission::GenerateKeys)?;
    let desk = ask.desk;
    let takes_keys = desk.portals.get(portal).is_some_and(|portal| portal.takes_keys);
    fields::exists("portal", takes_keys, "portal that takes session keys")?;
    fields::seconds("valid_for_s", valid_for_s, 1, desk.site.record.key_lifetime_max_s)?;
    if desk.keys.values().any(|other| other.digest == digest) {
        return Err(Refusal::new(Rule::Taken, "there is such a key already"));
    }
    if desk.keys.values().filter(|other| other.by == by && other.used.is_none()).count() >= KEYS_MAX {
        return Err(Refusal::new(
            Rule::Full,
            format!("{KEYS_MAX} keys of this account wait to be used already"),
        ));
    }
    let made = ask.now;
    let expires = made.checked_add(SignedDuration::from_secs(valid_for_s.into())).unwrap_or(Timestamp::MAX);
    let key = KeyId::new(ask.next_id());
    ask.push(Event::Made { key, state: Key { digest, by, portal, made, expires, used: None, letters: 0 } });
    Ok(())
}

fn revoke(ask: &mut Ask<'_>, id: KeyId) -> Result<(), Refusal> {
    let (account, _) = ask.account()?;
    let key = ask.desk.keys.get(&id).filter(|key| key.by == account).ok_or_else(|| not_found("key"))?;
    if key.used.is_some() {
        return Err(Refusal::new(Rule::Used, "this key has started a session already"));
    }
    ask.push(Event::Forgotten { key: id });
    Ok(())
}

fn mail(ask: &mut Ask<'_>, id: KeyId, digest: Digest, to: String) -> Result<(), Refusal> {
    let (account, _) = ask.permitted(Permission::GenerateKeys)?;
    let key = ask.desk.keys.get(&id).filter(|key| key.by == account).ok_or_else(|| not_found("key"))?;
    if key.digest != digest {
        return Err(Refusal::field("code", "code is not that of this key"));
    }
    if key.used.is_some() {
        return Err(Refusal::new(Rule::Used, "this key has started a session already"));
    }
    may_mail(&to, key.letters)?;
    ask.push(Event::Mailed { key: id, to });
    Ok(())
}

/// Whether one more letter with a key may go to an address.
pub(crate) fn may_mail(to: &str, letters: u32) -> Result<(), Refusal> {
    if !fields::is_plausible_email(to) {
        return Err(Refusal::field("to", "to is no address such as ana@example.org"));
    }
    if letters < LETTERS_MAX {
        Ok(())
    } else {
        Err(Refusal::new(Rule::Full, format!("{LETTERS_MAX} letters with this key are sent already")))
    }
}

/// A key that was used is kept until it would have expired: who types it again is told what became of it.
fn tick(ask: &mut Ask<'_>) -> Result<(), Refusal> {
    ask.relay()?;
    for (&key, state) in &ask.desk.keys {
        if state.expires <= ask.now {
            ask.push(Event::Forgotten { key });
        }
    }
    Ok(())
}

pub(crate) fn apply(desk: &mut Desk, event: &Event) {
    match event {
        Event::Made { key, state } => {
            desk.dealt(key.get());
            desk.keys.insert(*key, state.clone());
        }
        Event::Used { key, session } => {
            if let Some(key) = desk.keys.get_mut(key) {
                key.used = Some(*session);
            }
        }
        Event::Mailed { key, .. } => {
            if let Some(key) = desk.keys.get_mut(key) {
                key.letters += 1;
            }
        }
        Event::Forgotten { key } => {
            desk.keys.remove(key);
        }
    }
}

impl Event {
    pub(crate) fn touches(&self) -> Vec<EntityId> {
        match self {
            &Self::Made { key, .. } => vec![EntityId::Counter, EntityId::Key(key)],
            Self::Used { key, .. } | Self::Mailed { key, .. } | Self::Forgotten { key } => {
                vec![EntityId::Key(*key)]
            }
        }
    }
}
