//! Who must hear of an event.

use std::collections::BTreeSet;

use crate::invitation::{self, Invited};
use crate::session::{Queue, Session};
use crate::{
    AccountId, Desk, Event, ExternalId, Participant, SessionId, chat, key, presence, record, session,
};

/// Whom an event concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    /// Everybody who is logged in: what all of them look at has changed.
    pub everybody: bool,
    /// Administrators.
    pub administrators: bool,
    /// These accounts.
    pub accounts: BTreeSet<AccountId>,
    /// These people from outside.
    pub externals: BTreeSet<ExternalId>,
    /// The customers of these sessions.
    pub customers: BTreeSet<SessionId>,
}

impl Event {
    /// Who must hear of it. `before` is the desk to which it was not applied yet: it still has who just leaves.
    pub fn audience(&self, before: &Desk) -> Audience {
        let mut audience = Audience::default();
        match self {
            Self::Record(event) => audience.record(event),
            // Lists of people show who is there.
            Self::Presence(presence::Event::Opened { .. } | presence::Event::Closed { .. })
            | Self::Presence(presence::Event::Available { .. }) => audience.everybody = true,
            Self::Session(event) => audience.session(before, event),
            Self::Invitation(event) => audience.invitation(before, event),
            Self::Key(event) => audience.accounts.extend(key_owner(before, event)),
            // Who reaches an item is asked of the desk when he looks.
            Self::Jump(_) => audience.everybody = true,
            Self::Chat(chat::Event::Said { session, .. }) => audience.people_of(before, *session),
            Self::Chat(chat::Event::SaidToTeam { team, .. }) => {
                audience.accounts.extend(before.staff_of(Queue::Team(*team)));
            }
        }
        audience
    }

    /// The queue in which something arrives by it, for the alert that its people see: a session that waits, an
    /// offer or an invitation. `before` is as in [`Event::audience`].
    pub fn arrives_in(&self, before: &Desk) -> Option<Queue> {
        match self {
            Self::Session(session::Event::Started { state, .. }) => state.queue(),
            // Who put a session aside needs no alert.
            Self::Session(session::Event::Moved { why: session::Moved::Kept, .. }) => None,
            Self::Session(session::Event::Moved { to, .. } | session::Event::TransferOffered { to, .. }) => {
                Some(*to)
            }
            Self::Invitation(invitation::Event::Invited { state, .. }) => before.queue_of(state.to),
            _ => None,
        }
    }

    /// Who is told of it by mail: people who are invited and can be reached that way.
    pub fn mails(&self, before: &Desk) -> Vec<AccountId> {
        let Self::Invitation(invitation::Event::Invited { state, .. }) = self else { return Vec::new() };
        let staff = before.queue_of(state.to).into_iter().flat_map(|queue| before.staff_of(queue));
        let is_in = |account| {
            let session = before.sessions.get(&state.session);
            session.is_some_and(|session| session.has(Participant::Account(account)))
        };
        staff.filter(|&account| before.is_reachable_by_mail(account) && !is_in(account)).collect()
    }
}

impl Audience {
    fn record(&mut self, event: &record::Event) {
        match event {
            record::Event::Preferred { account, .. } => {
                self.accounts.insert(*account);
                // Who can be reached by mail stands in everybody's lists.
                self.everybody = true;
            }
            record::Event::Created { .. }
            | record::Event::Changed { .. }
            | record::Event::Removed { .. }
            | record::Event::SiteChanged { .. } => {
                self.administrators = true;
                self.everybody = true;
            }
        }
    }

    fn session(&mut self, before: &Desk, event: &session::Event) {
        match event {
            session::Event::Started { session, state } => {
                self.customers.insert(*session);
                self.people_in(before, state);
            }
            session::Event::Moved { to, .. } | session::Event::TransferOffered { to, .. } => {
                self.accounts.extend(before.staff_of(*to));
            }
            session::Event::Owned { owner, .. } => {
                self.accounts.insert(*owner);
            }
            session::Event::Joined { who, .. } | session::Event::Left { who, .. } => self.participant(*who),
            _ => {}
        }
        self.people_of(before, event.session());
        if let session::Event::Acted { session, .. } = event {
            // What technicians do is theirs; the endpoint itself shows what the customer must know.
            self.customers.remove(session);
        }
    }

    fn invitation(&mut self, before: &Desk, event: &invitation::Event) {
        match event {
            invitation::Event::Invited { state, .. } => {
                self.people_of(before, state.session);
                self.invited(before, state.to);
            }
            invitation::Event::Ended { invitation, session, .. } => {
                self.people_of(before, *session);
                if let Some(open) = before.invitations.get(invitation) {
                    self.invited(before, open.to);
                }
            }
            invitation::Event::ExternalInvited { state, .. } => self.people_of(before, state.session),
            invitation::Event::ExternalMailed { external, .. } => {
                if let Some(state) = before.externals.get(external) {
                    self.people_of(before, state.session);
                }
            }
            invitation::Event::ExternalJoined { external }
            | invitation::Event::ExternalEnded { external, .. } => {
                self.externals.insert(*external);
                if let Some(state) = before.externals.get(external) {
                    self.people_of(before, state.session);
                }
            }
        }
    }

    fn invited(&mut self, before: &Desk, to: Invited) {
        let staff = before.queue_of(to).into_iter().flat_map(|queue| before.staff_of(queue));
        self.accounts.extend(staff);
    }

    /// Everybody who sees a session: its people, its customer, and who works in the queues where it waits or is
    /// offered.
    fn people_of(&mut self, before: &Desk, session: SessionId) {
        if let Some(state) = before.sessions.get(&session) {
            self.customers.insert(session);
            self.people_in(before, state);
        }
    }

    fn people_in(&mut self, before: &Desk, session: &Session) {
        let queues = session.queue().into_iter().chain(session.transfer.map(|transfer| transfer.to));
        self.accounts.extend(queues.flat_map(|queue| before.staff_of(queue)));
        for &who in session.members.keys() {
            self.participant(who);
        }
    }

    fn participant(&mut self, who: Participant) {
        match who {
            Participant::Account(account) => {
                self.accounts.insert(account);
            }
            Participant::External(external) => {
                self.externals.insert(external);
            }
        }
    }
}

fn key_owner(before: &Desk, event: &key::Event) -> Option<AccountId> {
    match event {
        key::Event::Made { state, .. } => Some(state.by),
        key::Event::Used { key, .. } | key::Event::Mailed { key, .. } | key::Event::Forgotten { key } => {
            before.keys.get(key).map(|key| key.by)
        }
    }
}
