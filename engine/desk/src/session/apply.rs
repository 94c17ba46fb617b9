//! What an event changes in a session, and nothing else.

use jiff::Timestamp;

use super::{CustomerPresence, Event, Member, Moved, Place, Session, Transfer, TransferEnded};
use crate::{AccountId, Desk, EntityId, Participant, SessionId};

/// Takes over what happened.
pub(crate) fn apply(desk: &mut Desk, at: Timestamp, event: &Event) {
    match event {
        Event::Started { session, state } => {
            desk.dealt(session.get());
            desk.sessions.insert(*session, Session::clone(state));
        }
        Event::Ended { session, .. } => {
            desk.sessions.remove(session);
        }
        event => {
            if let Some(session) = desk.sessions.get_mut(&event.session()) {
                session.apply(at, event);
            }
        }
    }
}

impl Event {
    /// The session that it is about.
    pub const fn session(&self) -> SessionId {
        match self {
            Self::Started { session, .. }
            | Self::Moved { session, .. }
            | Self::Owned { session, .. }
            | Self::TransferOffered { session, .. }
            | Self::TransferEnded { session, .. }
            | Self::Joined { session, .. }
            | Self::Left { session, .. }
            | Self::MemberLost { session, .. }
            | Self::MemberBack { session, .. }
            | Self::CustomerCame { session, .. }
            | Self::CustomerLost { session }
            | Self::CustomerGone { session }
            | Self::RuleDone { session, .. }
            | Self::Acted { session, .. }
            | Self::Ended { session, .. } => *session,
        }
    }

    /// Who is a member by it and was perhaps none before.
    pub fn comes_in(&self) -> Vec<Participant> {
        match self {
            Self::Started { state, .. } => state.members.keys().copied().collect(),
            Self::Owned { owner, .. } => vec![Participant::Account(*owner)],
            Self::Joined { who, .. } => vec![*who],
            _ => Vec::new(),
        }
    }

    pub(crate) fn touches(&self) -> Vec<EntityId> {
        let session = EntityId::Session(self.session());
        match self {
            Self::Started { .. } => vec![EntityId::Counter, session],
            Self::Acted { .. } => Vec::new(),
            _ => vec![session],
        }
    }
}

impl Session {
    /// What an event changes in it. That it started or ended is its keeper's business.
    pub(super) fn apply(&mut self, at: Timestamp, event: &Event) {
        match *event {
            Event::Started { .. } | Event::Ended { .. } | Event::Acted { .. } => {}
            Event::Moved { to, why, .. } => self.moved(at, to, why),
            Event::Owned { owner, .. } => self.owned(at, owner),
            Event::TransferOffered { to, .. } => self.transfer = Some(Transfer { to, since: at }),
            Event::TransferEnded { why, .. } => {
                let transfer = self.transfer.take();
                if let (TransferEnded::Accepted, Some(transfer)) = (why, transfer) {
                    self.home = transfer.to;
                }
            }
            Event::Joined { who, invited_by, .. } => {
                self.members.insert(who, Member { joined: at, lost: None, invited_by });
            }
            Event::Left { who, .. } => {
                self.members.remove(&who);
            }
            Event::MemberLost { who, .. } => self.connection(who, Some(at)),
            Event::MemberBack { who, .. } => self.connection(who, None),
            Event::CustomerCame { client, .. } => {
                self.customer.presence = CustomerPresence::Here;
                self.customer.client = client;
            }
            Event::CustomerLost { .. } => self.customer.presence = CustomerPresence::Lost { since: at },
            Event::CustomerGone { .. } => self.customer.presence = CustomerPresence::Gone,
            Event::RuleDone { rule, .. } => {
                self.rules_done.insert(rule);
            }
        }
    }

    fn moved(&mut self, at: Timestamp, to: super::Queue, why: Moved) {
        self.place = Place::Waiting { queue: to, since: at, is_kept: why == Moved::Kept };
        if let Moved::Rule { rule } = why {
            self.rules_done.insert(rule);
        } else {
            self.rules_done.clear();
        }
        if why != Moved::Kept {
            self.home = to;
        }
    }

    fn owned(&mut self, at: Timestamp, owner: AccountId) {
        self.place = Place::Owned { owner, since: at };
        self.rules_done.clear();
        self.members.entry(Participant::Account(owner)).or_insert(Member {
            joined: at,
            lost: None,
            invited_by: None,
        });
    }

    fn connection(&mut self, who: Participant, lost: Option<Timestamp>) {
        if let Some(member) = self.members.get_mut(&who) {
            member.lost = lost;
        }
    }
}
