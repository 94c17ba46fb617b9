//! A session while a command is decided: each event is said and taken over at once, so that what follows from it
//! looks at the session as it will be.

use super::limits::MEMBERS_MAX;
use super::{CustomerPresence, Ended, Event, Left, Moved, Place, Queue, Session, TransferEnded};
use crate::ask::{Ask, not_found};
use crate::invitation::{self, ExternalEnded, InvitationEnded};
use crate::record::{QueueAction, QueueCondition};
use crate::{AccountId, Actor, ExternalId, InvitationId, Participant, QueueRuleId, Refusal, Rule, SessionId};

/// A session while a command is decided.
pub(crate) struct Draft<'d, 'a> {
    pub(crate) ask: &'d mut Ask<'a>,
    pub(crate) id: SessionId,
    /// As it is once all that was said so far is applied.
    pub(crate) session: Session,
    pub(crate) is_over: bool,
    /// A queue that is just being removed, with its account or its team: nothing can wait there.
    pub(super) lost_queue: Option<Queue>,
    /// Somebody whose console is just being closed: he takes no sessions.
    pub(super) absent: Option<AccountId>,
    invitations: Vec<InvitationId>,
    /// Those from outside who have not come in yet.
    awaited: Vec<ExternalId>,
}

impl<'d, 'a> Draft<'d, 'a> {
    /// A session that lives.
    pub(crate) fn of(ask: &'d mut Ask<'a>, id: SessionId) -> Result<Self, Refusal> {
        let desk = ask.desk;
        let session = desk.sessions.get(&id).ok_or_else(|| not_found("session"))?.clone();
        let invitations = desk.invitations.iter().filter(|(_, invitation)| invitation.session == id);
        let invitations = invitations.map(|(&id, _)| id).collect();
        let awaited = desk.externals.iter();
        let awaited = awaited.filter(|(_, external)| external.session == id && external.joined.is_none());
        let awaited = awaited.map(|(&id, _)| id).collect();
        Ok(Self { ask, id, session, is_over: false, lost_queue: None, absent: None, invitations, awaited })
    }

    /// A session that starts now.
    pub(super) fn start(ask: &'d mut Ask<'a>, session: Session) -> Self {
        let id = SessionId::new(ask.next_id());
        ask.push(Event::Started { session: id, state: Box::new(session.clone()) });
        Self {
            ask,
            id,
            session,
            is_over: false,
            lost_queue: None,
            absent: None,
            invitations: Vec::new(),
            awaited: Vec::new(),
        }
    }

    /// It comes to this.
    pub(crate) fn push(&mut self, event: Event) {
        self.session.apply(self.ask.now, &event);
        self.ask.push(event);
    }

    /// Gives it an owner. What only its former owner could answer for is gone.
    pub(super) fn own(&mut self, owner: AccountId) {
        let before = self.session.owner();
        self.end_invitations(InvitationEnded::InviterGone);
        self.push(Event::Owned { session: self.id, owner, before });
    }

    /// Lets it wait in a queue, where its rules act on it. Its owner, if it has one, is out by `left`.
    ///
    /// A session whose customer is gone waits for nobody: it ends.
    pub(super) fn wait(&mut self, to: Queue, why: Moved, left: Left) {
        if self.session.customer.presence == CustomerPresence::Gone {
            return self.end(Ended::CustomerLost, String::new());
        }
        let owner = self.session.owner();
        self.end_transfer(TransferEnded::Over);
        self.end_invitations(InvitationEnded::InviterGone);
        self.push(Event::Moved { session: self.id, to, why });
        if let Some(owner) = owner {
            self.take_out(Participant::Account(owner), left);
        }
        self.obey_on_arrival();
    }

    /// Lets it wait in the queue that it came from, because the technician who had it is gone.
    ///
    /// Nobody waits at an unattended endpoint: a session with one ends when nobody is left in it.
    pub(super) fn return_to_queue(&mut self, left: Left) {
        if self.session.item().is_some() && self.session.members.len() <= 1 {
            return self.end(Ended::NobodyLeft, String::new());
        }
        match self.way_back() {
            Some(queue) => self.wait(queue, Moved::TechnicianLost, left),
            None => self.end(Ended::NobodyLeft, String::new()),
        }
    }

    /// The queue that it came from; for somebody's personal queue a team of his, so that it is found.
    fn way_back(&self) -> Option<Queue> {
        let desk = self.ask.desk;
        let home = match self.session.home {
            Queue::Team(_) => None,
            Queue::Personal(account) => Some(account),
        };
        let people = home.into_iter().chain(self.session.owner());
        let teams = people
            .clone()
            .filter_map(|account| desk.teams_of(account).next())
            .map(|(team, _)| Queue::Team(team));
        std::iter::once(self.session.home)
            .filter(|home| matches!(home, Queue::Team(_)))
            .chain(teams)
            .chain(people.map(Queue::Personal))
            .find(|&queue| self.has_queue(queue))
    }

    /// Takes a member out, and with him those from outside whom nobody keeps in.
    pub(super) fn take_out(&mut self, who: Participant, why: Left) {
        if !self.session.has(who) {
            return;
        }
        self.push(Event::Left { session: self.id, who, why });
        if let Participant::External(external) = who {
            let why = match why {
                Left::Left => ExternalEnded::Left,
                Left::Removed => ExternalEnded::Removed,
                Left::Lost => ExternalEnded::Lost,
                Left::InviterGone | Left::Kept => ExternalEnded::InviterGone,
                Left::Ended => ExternalEnded::SessionEnded,
            };
            self.ask.push(invitation::Event::ExternalEnded { external, session: self.id, why });
        }
        while let Some(external) = self.unattended_external() {
            self.take_out(external, Left::InviterGone);
        }
    }

    /// Somebody from outside whose inviter is not in the session, while nobody owns it.
    fn unattended_external(&self) -> Option<Participant> {
        if self.session.owner().is_some() || self.is_over {
            return None;
        }
        let mut members = self.session.members.iter();
        members.find_map(|(&who, member)| {
            let inviter = member.invited_by.map(Participant::Account);
            let is_external = matches!(who, Participant::External(_));
            (is_external && !inviter.is_some_and(|inviter| self.session.has(inviter))).then_some(who)
        })
    }

    /// Ends it for everybody.
    pub(super) fn end(&mut self, why: Ended, reason: String) {
        self.end_transfer(TransferEnded::Over);
        self.end_invitations(InvitationEnded::SessionEnded);
        self.is_over = true;
        let members: Vec<_> = self.session.members.keys().copied().collect();
        for who in members {
            self.take_out(who, Left::Ended);
        }
        let by = self.ask.actor;
        self.push(Event::Ended { session: self.id, why, by, reason });
    }

    /// Ends the offer to own it, if there is one.
    pub(super) fn end_transfer(&mut self, why: TransferEnded) {
        if self.session.transfer.is_some() {
            self.push(Event::TransferEnded { session: self.id, why });
        }
    }

    /// Ends one invitation.
    pub(crate) fn end_invitation(&mut self, invitation: InvitationId, why: InvitationEnded) {
        self.invitations.retain(|&other| other != invitation);
        self.ask.push(invitation::Event::Ended { invitation, session: self.id, why });
    }

    /// Ends all invitations into it that are open.
    fn end_invitations(&mut self, why: InvitationEnded) {
        for invitation in std::mem::take(&mut self.invitations) {
            self.ask.push(invitation::Event::Ended { invitation, session: self.id, why });
        }
        let why = match why {
            InvitationEnded::SessionEnded => ExternalEnded::SessionEnded,
            _ => ExternalEnded::InviterGone,
        };
        for external in std::mem::take(&mut self.awaited) {
            self.ask.push(invitation::Event::ExternalEnded { external, session: self.id, why });
        }
    }

    /// Rules for queues where nobody is there. Each acts once, so this comes to an end.
    pub(super) fn obey_on_arrival(&mut self) {
        while let Some(rule) = self.rule_on_arrival() {
            self.obey(rule);
        }
    }

    fn rule_on_arrival(&self) -> Option<QueueRuleId> {
        let Place::Waiting { queue, is_kept: false, .. } = self.session.place else { return None };
        let desk = self.ask.desk;
        let mut staff = desk.staff_of(queue).filter(|&account| self.absent != Some(account));
        if self.is_over || staff.any(|account| desk.is_there(account)) {
            return None;
        }
        let mut rules = desk.queue_rules.iter();
        rules.find_map(|(id, rule)| {
            let acts = rule.queue == queue && rule.when == QueueCondition::NobodyThere;
            (acts && !self.session.rules_done.contains(&id)).then_some(id)
        })
    }

    /// Does what a rule says. What makes no sense any more is done with, too.
    pub(super) fn obey(&mut self, rule: QueueRuleId) {
        match self.ask.desk.queue_rules.get(rule).map(|rule| rule.then) {
            Some(QueueAction::End) => self.end(Ended::QueueRule, String::new()),
            Some(QueueAction::Move(to)) if self.can_move(to) => {
                self.push(Event::Moved { session: self.id, to, why: Moved::Rule { rule } });
            }
            _ => self.push(Event::RuleDone { session: self.id, rule }),
        }
    }

    fn can_move(&self, to: Queue) -> bool {
        self.session.queue() != Some(to) && self.has_queue(to)
    }

    fn has_queue(&self, queue: Queue) -> bool {
        self.lost_queue != Some(queue) && self.ask.desk.has_queue(queue)
    }

    /// Whether one more can come in.
    pub(crate) fn has_room(&self) -> Result<(), Refusal> {
        if self.session.members.len() < MEMBERS_MAX {
            Ok(())
        } else {
            Err(Refusal::new(Rule::Full, format!("{MEMBERS_MAX} people are in the session already")))
        }
    }

    /// Who acts, where the rule is for the owner only.
    pub(crate) fn owner_acts(&self) -> Result<AccountId, Refusal> {
        let (account, _) = self.ask.account()?;
        if self.session.owner() == Some(account) {
            Ok(account)
        } else {
            Err(Refusal::new(Rule::OwnerOnly, "only the owner of the session may do this"))
        }
    }

    /// Whether its customer, or a person at his computer, acts.
    pub(super) fn customer_acts(&self) -> bool {
        match self.ask.actor {
            Actor::Customer(session) => session == self.id,
            Actor::Endpoint(item) => self.session.item() == Some(item),
            _ => false,
        }
    }
}
