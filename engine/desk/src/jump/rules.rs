//! Who may do what with Jump items and install tokens, and what it comes to.

use jiff::{SignedDuration, Timestamp};

use super::reach::{item_for, place_for};
use super::{Command, Event, InstallToken, Item, ItemPlace, Label, Seen, Usage};
use crate::ask::{Ask, not_found};
use crate::key::Digest;
use crate::permission::Permission;
use crate::record::JumpRight;
use crate::{AccountId, Actor, Desk, EntityId, InstallTokenId, ItemId, Refusal, Rule, fields};

/// Jump items of a site; lists and searches stay quick up to here.
pub const ITEMS_MAX: usize = 200_000;

/// Install tokens of a site that can be used.
const TOKENS_MAX: usize = 1000;

/// How long an install token lives: from a minute, for the computer in front of one, to a year, for an image from
/// which computers are made.
const TOKEN_LIFETIME_S: (u32, u32) = (60, 365 * 24 * 3600);

/// Endpoints that one token may enrol.
const TOKEN_USES_MAX: u32 = 100_000;

pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    match command {
        Command::MakeToken { digest, place, label, valid_for_s, uses_max } => {
            make_token(ask, NewToken { digest, place, label, valid_for_s, uses_max })
        }
        Command::RevokeToken { token } => revoke_token(ask, token),
        Command::Enrol { digest, item, seen } => enrol(ask, digest, item, seen),
        Command::Saw { item, seen } => saw(ask, item, seen),
        Command::Relabel { item, version, label } => relabel(ask, item, version, label),
        Command::Move { item, to } => move_item(ask, item, to),
        Command::SetPassword { item, has_password } => set_password(ask, item, has_password),
        Command::Remove { item } => remove(ask, item),
    }
}

struct NewToken {
    digest: Digest,
    place: ItemPlace,
    label: Label,
    valid_for_s: u32,
    uses_max: u32,
}

fn make_token(ask: &mut Ask<'_>, new: NewToken) -> Result<(), Refusal> {
    let by = ask.actor.account();
    if ask.actor != Actor::Operator {
        ask.permitted(Permission::InstallJumpItems)?;
    }
    place_for(ask, new.place, JumpRight::Add)?;
    new.label.check(ask.desk)?;
    fields::seconds("valid_for_s", new.valid_for_s, TOKEN_LIFETIME_S.0, TOKEN_LIFETIME_S.1)?;
    if !(1..=TOKEN_USES_MAX).contains(&new.uses_max) {
        let detail = format!("uses_max is {}, it must be 1 to {TOKEN_USES_MAX}", new.uses_max);
        return Err(Refusal::field("uses_max", detail));
    }
    forget_expired(ask);
    let count = ask.desk.tokens.values().filter(|token| ask.now < token.expires).count();
    if TOKENS_MAX <= count {
        return Err(Refusal::new(
            Rule::Full,
            format!("there are {count} install tokens, the limit is {TOKENS_MAX}"),
        ));
    }
    if find_token(ask.desk, new.digest).is_some() {
        return Err(Refusal::new(Rule::Taken, "there is an install token with this secret"));
    }
    let expires = ask.now + SignedDuration::from_secs(i64::from(new.valid_for_s));
    let (digest, place, label, uses_left) = (new.digest, new.place, new.label, new.uses_max);
    let token = InstallTokenId::new(ask.next_id());
    ask.push(Event::TokenMade {
        token,
        state: InstallToken { digest, by, place, label, expires, uses_left },
    });
    Ok(())
}

/// Tokens that enrol nothing any more go when the next one is made.
fn forget_expired(ask: &mut Ask<'_>) {
    let (desk, now) = (ask.desk, ask.now);
    for (&token, _) in desk.tokens.iter().filter(|(_, token)| token.expires <= now) {
        ask.push(Event::TokenGone { token });
    }
}

fn find_token(desk: &Desk, digest: Digest) -> Option<(InstallTokenId, &InstallToken)> {
    desk.tokens.iter().find(|(_, token)| token.digest == digest).map(|(&id, token)| (id, token))
}

/// Whoever made it takes it back; administrators take back any.
fn revoke_token(ask: &mut Ask<'_>, id: InstallTokenId) -> Result<(), Refusal> {
    let none = || not_found("install token");
    let token = ask.desk.tokens.get(&id).ok_or_else(none)?;
    let made_it = ask.actor != Actor::Operator && token.by == Some(ask.account()?.0);
    if !made_it && ask.administrator().is_err() {
        return Err(none());
    }
    ask.push(Event::TokenGone { token: id });
    Ok(())
}

fn enrol(ask: &mut Ask<'_>, digest: Digest, id: ItemId, seen: Seen) -> Result<(), Refusal> {
    is_agent(ask, id)?;
    let (token, found) = find_token(ask.desk, digest).ok_or_else(|| not_found("install token"))?;
    if found.expires <= ask.now {
        return Err(Refusal::new(Rule::Expired, format!("the install token expired at {}", found.expires)));
    }
    seen.check()?;
    let before = ask.desk.items.get(&id);
    let count = ask.desk.items.all().len();
    if before.is_none() && ITEMS_MAX <= count {
        return Err(Refusal::new(
            Rule::Full,
            format!("there are {count} Jump items, the limit is {ITEMS_MAX}"),
        ));
    }
    let state = match before {
        Some(before) => Item { version: before.version + 1, place: found.place, seen, ..before.clone() },
        None => new_item(id, found, seen, ask.now),
    };
    let is_used_up = found.uses_left <= 1;
    ask.push(Event::Enrolled { item: id, token, state });
    if is_used_up {
        ask.push(Event::TokenGone { token });
    }
    Ok(())
}

fn new_item(id: ItemId, token: &InstallToken, seen: Seen, now: Timestamp) -> Item {
    let mut label = token.label.clone();
    if label.name.is_empty() {
        label.name = if seen.host_name.is_empty() { id.to_string() } else { seen.host_name.clone() };
    }
    Item { version: 1, place: token.place, label, has_password: false, seen, enrolled: now }
}

/// What an agent says of its computer comes from itself, or from the relay to which it is linked.
fn is_agent(ask: &Ask<'_>, item: ItemId) -> Result<(), Refusal> {
    match ask.actor {
        Actor::Relay => Ok(()),
        Actor::Endpoint(own) if own == item => Ok(()),
        _ => Err(Refusal::new(Rule::WrongActor, "only the item's own agent says this")),
    }
}

fn saw(ask: &mut Ask<'_>, id: ItemId, seen: Seen) -> Result<(), Refusal> {
    is_agent(ask, id)?;
    let item = ask.desk.items.get(&id).ok_or_else(|| not_found("Jump item"))?;
    seen.check()?;
    if item.seen != seen {
        ask.push(Event::Saw { item: id, seen });
    }
    Ok(())
}

fn relabel(ask: &mut Ask<'_>, id: ItemId, version: u64, label: Label) -> Result<(), Refusal> {
    let item = item_for(ask, id, JumpRight::Edit)?;
    if item.version != version {
        let detail = format!("this was made from version {version}, it is at version {} now", item.version);
        return Err(Refusal::new(Rule::Stale, detail));
    }
    fields::name("name", &label.name)?;
    label.check(ask.desk)?;
    if item.label != label {
        ask.push(Event::Relabelled { item: id, label });
    }
    Ok(())
}

fn move_item(ask: &mut Ask<'_>, id: ItemId, to: ItemPlace) -> Result<(), Refusal> {
    let item = item_for(ask, id, JumpRight::Remove)?;
    place_for(ask, to, JumpRight::Add)?;
    if item.place != to {
        ask.push(Event::Moved { item: id, to });
    }
    Ok(())
}

fn set_password(ask: &mut Ask<'_>, id: ItemId, has_password: bool) -> Result<(), Refusal> {
    item_for(ask, id, JumpRight::Edit)?;
    // Also where there was one before: it is another password now.
    ask.push(Event::PasswordSet { item: id, has_password });
    Ok(())
}

/// Whoever may takes it away; so does its own agent when it is uninstalled at the computer.
fn remove(ask: &mut Ask<'_>, id: ItemId) -> Result<(), Refusal> {
    if ask.actor == Actor::Endpoint(id) {
        ask.desk.items.get(&id).ok_or_else(|| not_found("Jump item"))?;
    } else {
        item_for(ask, id, JumpRight::Remove)?;
    }
    forget_usage(ask, |_, item| item == id);
    ask.push(Event::Removed { item: id });
    Ok(())
}

/// How often an item was used goes with it, and with the account.
pub(crate) fn forget_usage(ask: &mut Ask<'_>, is_gone: impl Fn(AccountId, ItemId) -> bool) {
    let desk = ask.desk;
    for &(by, item) in desk.usage.keys().filter(|(by, item)| is_gone(*by, *item)) {
        ask.push(Event::UsageForgotten { item, by });
    }
}

pub(crate) fn apply(desk: &mut Desk, at: Timestamp, event: &Event) {
    match event {
        Event::TokenMade { token, state } => {
            desk.dealt(token.get());
            desk.tokens.insert(*token, state.clone());
        }
        Event::TokenGone { token } => {
            desk.tokens.remove(token);
        }
        Event::Enrolled { item, token, state } => {
            if let Some(token) = desk.tokens.get_mut(token) {
                token.uses_left = token.uses_left.saturating_sub(1);
            }
            desk.items.insert(*item, state.clone());
        }
        Event::Saw { item, seen } => desk.items.change(*item, |item| item.seen = seen.clone()),
        Event::Relabelled { item, label } => desk.items.change(*item, |item| item.label = label.clone()),
        Event::Moved { item, to } => desk.items.change(*item, |item| item.place = *to),
        Event::PasswordSet { item, has_password } => {
            desk.items.change(*item, |item| item.has_password = *has_password);
        }
        Event::Used { item, by, .. } => count_use(desk, at, *by, *item),
        Event::UsageForgotten { item, by } => {
            desk.usage.remove(&(*by, *item));
        }
        Event::Removed { item } => desk.items.remove(*item),
    }
}

fn count_use(desk: &mut Desk, at: Timestamp, by: AccountId, item: ItemId) {
    if desk.items.get(&item).is_none() || !desk.accounts.has(by) {
        return;
    }
    let usage = desk.usage.entry((by, item)).or_insert(Usage { count: 0, last: at });
    usage.count += 1;
    usage.last = at;
}

impl Event {
    pub(crate) fn touches(&self) -> Vec<EntityId> {
        match self {
            Self::TokenMade { token, .. } => vec![EntityId::Counter, EntityId::Token(*token)],
            Self::TokenGone { token } => vec![EntityId::Token(*token)],
            Self::Enrolled { item, token, .. } => vec![EntityId::Item(*item), EntityId::Token(*token)],
            Self::Saw { item, .. }
            | Self::Relabelled { item, .. }
            | Self::Moved { item, .. }
            | Self::PasswordSet { item, .. }
            | Self::Removed { item } => vec![EntityId::Item(*item)],
            Self::Used { item, by, .. } | Self::UsageForgotten { item, by } => {
                vec![EntityId::Usage(*by, *item)]
            }
        }
    }
}
