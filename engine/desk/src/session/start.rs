//! How sessions start: by a key, by an issue, by a technician's name, by a Jump.

use std::collections::{BTreeMap, BTreeSet};

use super::limits::{OWNED_MAX, QUESTION_MAX, QUEUE_MAX, SESSIONS_MAX};
use super::{
    Client, Customer, CustomerPresence, Draft, Event, Member, NewCustomer, Origin, PasswordProof, Place,
    Queue, Session,
};
use crate::ask::{Ask, not_found};
use crate::key::Digest;
use crate::{
    AccountId, Actor, Desk, IssueId, ItemId, Participant, PortalId, Refusal, Rule, SessionId,
    SessionPolicyId, fields, jump, key,
};

pub(super) fn by_key(ask: &mut Ask<'_>, digest: Digest, customer: NewCustomer) -> Result<(), Refusal> {
    visitor(ask)?;
    let (&id, key) =
        ask.desk.keys.iter().find(|(_, key)| key.digest == digest).ok_or_else(|| not_found("key"))?;
    if key.used.is_some() {
        return Err(Refusal::new(Rule::Used, "this key has started a session already"));
    }
    if key.expires <= ask.now {
        return Err(Refusal::new(Rule::Expired, format!("this key could be used until {}", key.expires)));
    }
    let origin = Origin::Key { key: id, by: key.by };
    let session = wait_for(ask, Queue::Personal(key.by), origin, customer)?;
    ask.push(key::Event::Used { key: id, session });
    Ok(())
}

pub(super) fn by_issue(
    ask: &mut Ask<'_>,
    portal: PortalId,
    issue: IssueId,
    customer: NewCustomer,
) -> Result<(), Refusal> {
    visitor(ask)?;
    let page = ask.desk.portals.get(portal).ok_or_else(|| not_found("portal"))?;
    let team = ask.desk.issues.get(issue).filter(|_| page.issues.contains(&issue));
    let team = team.ok_or_else(|| not_found("issue on this portal"))?.team;
    wait_for(ask, Queue::Team(team), Origin::Issue { portal, issue }, customer)?;
    Ok(())
}

pub(super) fn by_technician(
    ask: &mut Ask<'_>,
    portal: PortalId,
    account: AccountId,
    customer: NewCustomer,
) -> Result<(), Refusal> {
    visitor(ask)?;
    let page = ask.desk.portals.get(portal).ok_or_else(|| not_found("portal"))?;
    let shown = ask.desk.accounts.get(account).filter(|shown| page.shows_technicians && shown.is_on_portals);
    shown.ok_or_else(|| not_found("technician on this portal"))?;
    if !ask.desk.is_there(account) {
        return Err(Refusal::new(Rule::NobodyThere, "this technician takes no sessions now"));
    }
    wait_for(ask, Queue::Personal(account), Origin::Technician { portal, account }, customer)?;
    Ok(())
}

/// Lets a customer wait in a queue. Until his page or agent is there he counts as lost, so that a start that
/// nothing follows ends by itself.
fn wait_for(
    ask: &mut Ask<'_>,
    queue: Queue,
    origin: Origin,
    customer: NewCustomer,
) -> Result<crate::SessionId, Refusal> {
    check(&customer)?;
    has_room(ask.desk)?;
    if !ask.desk.has_queue(queue) {
        return Err(not_found("queue"));
    }
    if ask.desk.waiting_in(queue).count() >= QUEUE_MAX {
        return Err(Refusal::new(Rule::Full, format!("{QUEUE_MAX} sessions wait in this queue already")));
    }
    let since = ask.now;
    let NewCustomer { name, question, language, client, secret } = customer;
    let presence = CustomerPresence::Lost { since };
    let session = Session {
        origin,
        home: queue,
        started: since,
        customer: Customer { name, question, language, client, secret: Some(secret), presence },
        place: Place::Waiting { queue, since, is_kept: false },
        members: BTreeMap::new(),
        transfer: None,
        rules_done: BTreeSet::new(),
        policy: None,
    };
    let mut draft = Draft::start(ask, session);
    draft.obey_on_arrival();
    Ok(draft.id)
}

pub(super) fn by_jump(
    ask: &mut Ask<'_>,
    item: ItemId,
    password: PasswordProof,
    overrides_schedule: bool,
) -> Result<(), Refusal> {
    let by = ask.at_console()?;
    jump::may_start(ask, item, password, overrides_schedule)?;
    let mut sessions = ask.desk.sessions.iter();
    let with_it =
        |state: &Session| state.item() == Some(item) && state.customer.presence != CustomerPresence::Gone;
    if let Some((&session, _)) = sessions.find(|(_, state)| with_it(state)) {
        return join_by_jump(ask, item, session, by);
    }
    has_room(ask.desk)?;
    may_own_one_more(ask.desk, by)?;
    let listed = ask.desk.items.get(&item).ok_or_else(|| not_found("Jump item"))?;
    let policy = listed.label.policy.and_then(|policy| ask.desk.jump_policies.get(policy));
    let is_closed =
        policy.and_then(|policy| policy.schedule.as_ref()).is_some_and(|open| !open.is_open(ask.now));
    let name = listed.label.name.clone();
    let session = jumped(ask, item, by, name, is_closed, policy.and_then(|policy| policy.session_policy));
    Draft::start(ask, session);
    ask.push(jump::Event::Used { item, by, overrode_schedule: is_closed });
    Ok(())
}

/// An endpoint has one session at a time: whoever may jump there, too, comes into it. One that nobody owns is his
/// from then on.
fn join_by_jump(ask: &mut Ask<'_>, item: ItemId, session: SessionId, by: AccountId) -> Result<(), Refusal> {
    let who = Participant::Account(by);
    let desk = ask.desk;
    let mut draft = Draft::of(ask, session)?;
    if draft.session.has(who) {
        return Err(Refusal::new(Rule::Already, format!("this account is in session {session} with {item}")));
    }
    draft.has_room()?;
    if draft.session.owner().is_some() {
        draft.push(Event::Joined { session, who, invited_by: None, invitation: None });
    } else {
        may_own_one_more(desk, by)?;
        draft.own(by);
    }
    ask.push(jump::Event::Used { item, by, overrode_schedule: false });
    Ok(())
}

fn jumped(
    ask: &Ask<'_>,
    item: ItemId,
    by: AccountId,
    name: String,
    overrode_schedule: bool,
    policy: Option<SessionPolicyId>,
) -> Session {
    let customer = Customer {
        name,
        question: String::new(),
        language: None,
        client: Client::Installed,
        secret: None,
        // Whoever jumps has been told that the computer is connected.
        presence: CustomerPresence::Here,
    };
    let owner = Member { joined: ask.now, lost: None, invited_by: None };
    Session {
        origin: Origin::Jump { item, by, overrode_schedule },
        home: Queue::Personal(by),
        started: ask.now,
        customer,
        place: Place::Owned { owner: by, since: ask.now },
        members: BTreeMap::from([(Participant::Account(by), owner)]),
        transfer: None,
        rules_done: BTreeSet::new(),
        policy,
    }
}

fn visitor(ask: &Ask<'_>) -> Result<(), Refusal> {
    if ask.actor == Actor::Visitor {
        Ok(())
    } else {
        Err(Refusal::new(Rule::WrongActor, "this is for visitors of the public pages"))
    }
}

fn check(customer: &NewCustomer) -> Result<(), Refusal> {
    fields::name("name", &customer.name)?;
    fields::text("question", &customer.question, QUESTION_MAX)?;
    if customer.language.as_deref().is_some_and(|language| !fields::is_plausible_language(language)) {
        return Err(Refusal::field("language", "language is no language tag, such as fr or pt-BR"));
    }
    if customer.client == Client::Installed {
        return Err(Refusal::field("client", "an installed agent starts no session by itself"));
    }
    Ok(())
}

fn has_room(desk: &Desk) -> Result<(), Refusal> {
    if desk.sessions.len() < SESSIONS_MAX {
        Ok(())
    } else {
        Err(Refusal::new(Rule::Full, format!("{SESSIONS_MAX} sessions live already")))
    }
}

/// Whether an account may own another session.
pub(super) fn may_own_one_more(desk: &Desk, account: AccountId) -> Result<(), Refusal> {
    if desk.sessions.values().filter(|session| session.owner() == Some(account)).count() < OWNED_MAX {
        Ok(())
    } else {
        Err(Refusal::new(Rule::Full, format!("{OWNED_MAX} sessions are in one hand already")))
    }
}
