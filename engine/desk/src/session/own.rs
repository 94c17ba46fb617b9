//! Who owns a session, who else is in it, and what technicians do with it.

use super::limits::REASON_MAX;
use super::start::may_own_one_more;
use super::{CustomerPresence, Draft, Ended, Event, Left, Moved, Queue, TransferEnded};
use crate::ask::Ask;
use crate::invitation::{self, InvitationEnded, Invited};
use crate::{AccountId, Actor, Participant, Refusal, Rule, SessionId, TeamId, fields, key, presence};

pub(super) fn accept(ask: &mut Ask<'_>, session: SessionId) -> Result<(), Refusal> {
    if matches!(ask.actor, Actor::External(_)) {
        return Err(Refusal::new(Rule::ExternalOwner, "somebody from outside cannot own a session"));
    }
    let account = ask.at_console()?;
    let desk = ask.desk;
    let mut draft = Draft::of(ask, session)?;
    if draft.session.owner() == Some(account) {
        return Err(Refusal::new(Rule::Already, "this session is yours already"));
    }
    let offered = draft.session.transfer.map(|transfer| transfer.to);
    let queue =
        draft.session.queue().or(offered).ok_or_else(|| {
            Refusal::new(Rule::NotWaiting, "the session has an owner, who offers it to nobody")
        })?;
    if !desk.works(account, queue) {
        return Err(out_of_reach());
    }
    may_own_one_more(desk, account)?;
    if !draft.session.has(Participant::Account(account)) {
        draft.has_room()?;
    }
    draft.end_transfer(TransferEnded::Accepted);
    draft.own(account);
    Ok(())
}

pub(super) fn send(ask: &mut Ask<'_>, session: SessionId, to: Queue) -> Result<(), Refusal> {
    let (account, _) = ask.account()?;
    let desk = ask.desk;
    let mut draft = Draft::of(ask, session)?;
    let from = draft.session.queue();
    let from =
        from.ok_or_else(|| Refusal::new(Rule::NotWaiting, "the session has an owner, who can transfer it"))?;
    if !desk.works(account, from) {
        return Err(out_of_reach());
    }
    if from == to {
        return Err(Refusal::new(Rule::Already, "the session waits there already"));
    }
    if to != Queue::Personal(account) {
        desk.may_send(account, to)?;
    }
    draft.wait(to, Moved::Sent, Left::Left);
    Ok(())
}

pub(super) fn offer(ask: &mut Ask<'_>, session: SessionId, to: Queue) -> Result<(), Refusal> {
    let desk = ask.desk;
    let mut draft = Draft::of(ask, session)?;
    let owner = draft.owner_acts()?;
    if to == Queue::Personal(owner) {
        return Err(Refusal::field("to", "the session is yours already"));
    }
    if draft.session.transfer.is_some() {
        return Err(Refusal::new(Rule::Already, "the session is offered to somebody already"));
    }
    desk.may_send(owner, to)?;
    draft.push(Event::TransferOffered { session, to });
    Ok(())
}

pub(super) fn cancel_offer(ask: &mut Ask<'_>, session: SessionId) -> Result<(), Refusal> {
    let mut draft = Draft::of(ask, session)?;
    draft.owner_acts()?;
    if draft.session.transfer.is_none() {
        return Err(not_offered());
    }
    draft.end_transfer(TransferEnded::Cancelled);
    Ok(())
}

pub(super) fn decline_offer(ask: &mut Ask<'_>, session: SessionId) -> Result<(), Refusal> {
    let (account, _) = ask.account()?;
    let mut draft = Draft::of(ask, session)?;
    match draft.session.transfer.map(|transfer| transfer.to) {
        Some(to) if to == Queue::Personal(account) => draft.end_transfer(TransferEnded::Declined),
        Some(Queue::Team(_)) => {
            return Err(Refusal::new(Rule::WrongActor, "nobody can decline for a whole team"));
        }
        Some(Queue::Personal(_)) => return Err(out_of_reach()),
        None => return Err(not_offered()),
    }
    Ok(())
}

pub(super) fn remove(ask: &mut Ask<'_>, session: SessionId, who: Participant) -> Result<(), Refusal> {
    let mut draft = Draft::of(ask, session)?;
    let owner = draft.owner_acts()?;
    if who == Participant::Account(owner) {
        return Err(Refusal::new(
            Rule::IsOwner,
            "the owner ends or keeps the session, or offers it to somebody",
        ));
    }
    if !draft.session.has(who) {
        return Err(Refusal::field("who", "he is not in the session"));
    }
    draft.take_out(who, Left::Removed);
    Ok(())
}

pub(super) fn leave(ask: &mut Ask<'_>, session: SessionId) -> Result<(), Refusal> {
    let mut draft = Draft::of(ask, session)?;
    let who = draft.member_acts()?;
    if draft.session.owner().map(Participant::Account) != Some(who) {
        draft.take_out(who, Left::Left);
        return Ok(());
    }
    let offered = draft.session.transfer.ok_or_else(|| {
        Refusal::new(Rule::IsOwner, "the owner ends or keeps the session, or offers it to somebody first")
    })?;
    draft.customer_is_not_gone()?;
    draft.wait(offered.to, Moved::OwnerLeft, Left::Left);
    Ok(())
}

pub(super) fn keep(ask: &mut Ask<'_>, session: SessionId) -> Result<(), Refusal> {
    let mut draft = Draft::of(ask, session)?;
    let owner = draft.owner_acts()?;
    draft.customer_is_not_gone()?;
    draft.wait(Queue::Personal(owner), Moved::Kept, Left::Kept);
    Ok(())
}

pub(super) fn end(ask: &mut Ask<'_>, session: SessionId, reason: String) -> Result<(), Refusal> {
    fields::text("reason", &reason, REASON_MAX)?;
    let mut draft = Draft::of(ask, session)?;
    match draft.owner_acts() {
        Ok(_) => draft.end(Ended::Owner, reason),
        Err(refusal) => {
            draft.ask.administrator().map_err(|_| refusal)?;
            if reason.trim().is_empty() {
                return Err(Refusal::field("reason", "reason is empty: it is read later"));
            }
            draft.end(Ended::Administrator, reason);
        }
    }
    Ok(())
}

pub(super) fn member_lost(ask: &mut Ask<'_>, who: Participant) -> Result<(), Refusal> {
    ask.relay()?;
    for (&session, state) in &ask.desk.sessions {
        if state.members.get(&who).is_some_and(|member| member.lost.is_none()) {
            ask.push(Event::MemberLost { session, who });
        }
    }
    Ok(())
}

pub(super) fn member_back(ask: &mut Ask<'_>, who: Participant) -> Result<(), Refusal> {
    ask.relay()?;
    for (&session, state) in &ask.desk.sessions {
        if state.members.get(&who).is_some_and(|member| member.lost.is_some()) {
            ask.push(Event::MemberBack { session, who });
        }
    }
    Ok(())
}

/// An account closes its console for good: it is in no session any more, and its sessions go back to the queues
/// that they came from. Nobody waits for it to come back.
pub(crate) fn console_gone(ask: &mut Ask<'_>, account: AccountId) -> Result<(), Refusal> {
    let who = Participant::Account(account);
    for (&id, state) in &ask.desk.sessions {
        if state.has(who) {
            let mut draft = Draft::of(ask, id)?;
            draft.absent = Some(account);
            draft.lose(who);
        }
    }
    Ok(())
}

/// An account is disabled or removed: its console and its keys end, it is in no session, and nothing is offered
/// to it or waits for it any more.
pub(crate) fn account_gone(ask: &mut Ask<'_>, account: AccountId) -> Result<(), Refusal> {
    let desk = ask.desk;
    if let Some(console) = desk.consoles.get(&account) {
        let why = presence::Closed::LoggedOut;
        ask.push(presence::Event::Closed { account, login: console.login, why });
    }
    for (&key, _) in desk.keys.iter().filter(|(_, key)| key.by == account) {
        ask.push(key::Event::Forgotten { key });
    }
    for (&invitation, open) in
        desk.invitations.iter().filter(|(_, open)| open.to == Invited::Account(account))
    {
        let (session, why) = (open.session, InvitationEnded::Declined);
        ask.push(invitation::Event::Ended { invitation, session, why });
    }
    queue_gone(ask, Queue::Personal(account), Some(account))
}

/// A team is removed: what waits in its queue, or is offered to it, goes on without it.
pub(crate) fn team_gone(ask: &mut Ask<'_>, team: TeamId) -> Result<(), Refusal> {
    let desk = ask.desk;
    for (&invitation, open) in desk.invitations.iter().filter(|(_, open)| open.to == Invited::Team(team)) {
        let (session, why) = (open.session, InvitationEnded::Declined);
        ask.push(invitation::Event::Ended { invitation, session, why });
    }
    queue_gone(ask, Queue::Team(team), None)
}

fn queue_gone(ask: &mut Ask<'_>, queue: Queue, account: Option<AccountId>) -> Result<(), Refusal> {
    for (&id, state) in &ask.desk.sessions {
        let who = account.map(Participant::Account).filter(|&who| state.has(who));
        let is_offered = state.transfer.is_some_and(|transfer| transfer.to == queue);
        let waits = state.queue() == Some(queue);
        if who.is_none() && !is_offered && !waits {
            continue;
        }
        let mut draft = Draft::of(ask, id)?;
        (draft.lost_queue, draft.absent) = (Some(queue), account);
        if is_offered {
            draft.end_transfer(TransferEnded::Over);
        }
        if let Some(who) = who {
            draft.lose(who);
        }
        if waits && !draft.is_over {
            draft.return_to_queue(Left::Lost);
        }
    }
    Ok(())
}

impl Draft<'_, '_> {
    /// A member is lost for good.
    pub(super) fn lose(&mut self, who: Participant) {
        if self.session.owner().map(Participant::Account) == Some(who) {
            self.return_to_queue(Left::Lost);
        } else {
            self.take_out(who, Left::Lost);
        }
    }

    fn member_acts(&self) -> Result<Participant, Refusal> {
        let who = self.ask.actor.participant().filter(|&who| self.session.has(who));
        who.ok_or_else(|| Refusal::new(Rule::MembersOnly, "only who is in the session may do this"))
    }

    fn customer_is_not_gone(&self) -> Result<(), Refusal> {
        if self.session.customer.presence == CustomerPresence::Gone {
            return Err(Refusal::new(Rule::Over, "the customer is gone; the session can only be ended"));
        }
        Ok(())
    }
}

fn out_of_reach() -> Refusal {
    Refusal::new(Rule::QueueOutOfReach, "the session is in a queue in which this account does not work")
}

fn not_offered() -> Refusal {
    Refusal::new(Rule::Over, "the session is offered to nobody")
}
