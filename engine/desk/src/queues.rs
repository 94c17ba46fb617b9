//! What a technician sees in his queues, and to whom he can send sessions and invitations.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ask::not_found;
use crate::permission::Permission;
use crate::record::Preferences;
use crate::session::{Place, Queue, Session};
use crate::{AccountId, Desk, InvitationId, IssueId, Participant, Refusal, Rule, SessionId, TeamId};

/// One line of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "entry", rename_all = "snake_case")]
#[schemars(rename = "QueueEntry")]
pub enum Entry {
    /// A session that waits here.
    Waiting {
        /// Which.
        session: SessionId,
        /// Counted from 1, who waits longest first.
        position: usize,
        /// For how long.
        waited_s: u64,
        /// Its owner put it aside.
        is_kept: bool,
    },
    /// A session that its owner offers.
    Offered {
        /// Which.
        session: SessionId,
        /// Since when.
        since: Timestamp,
    },
    /// An invitation into a session.
    Invited {
        /// Which.
        invitation: InvitationId,
        /// Into which session.
        session: SessionId,
        /// Who invites.
        by: AccountId,
        /// The issue by which help is asked for, if it is.
        help: Option<IssueId>,
        /// Since when.
        since: Timestamp,
    },
    /// In the personal queue: a session in which one is.
    Joined {
        /// Which.
        session: SessionId,
        /// Whether one owns it.
        is_owner: bool,
    },
}

impl Entry {
    /// The session that it is about.
    pub const fn session(&self) -> SessionId {
        match self {
            Self::Waiting { session, .. }
            | Self::Offered { session, .. }
            | Self::Invited { session, .. }
            | Self::Joined { session, .. } => *session,
        }
    }
}

/// A queue in the list of queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ListedQueue")]
pub struct Listed {
    /// Which.
    pub queue: Queue,
    /// Whether it carries a star.
    pub is_favorite: bool,
    /// Sessions that wait in it.
    pub waiting: usize,
    /// Transfer offers and invitations in it.
    pub offers: usize,
}

/// To whom somebody can send sessions, transfer offers and invitations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Targets {
    /// Teams: one's own, and others with somebody in them who can be reached.
    pub teams: BTreeSet<TeamId>,
    /// Technicians who can be reached: of one's own teams, or of all.
    pub accounts: BTreeSet<AccountId>,
    /// Issues by which help can be asked for; for invitations only.
    pub issues: BTreeSet<IssueId>,
}

impl Desk {
    /// What is in a queue: waiting sessions first, who waits longest at the top, then offers and invitations, then
    /// for the personal queue the sessions in which one is.
    ///
    /// # Errors
    /// An account sees its own queue and those of its teams.
    pub fn queue(&self, now: Timestamp, account: AccountId, queue: Queue) -> Result<Vec<Entry>, Refusal> {
        if !self.has_queue(queue) {
            return Err(not_found("queue"));
        }
        if !self.works(account, queue) {
            return Err(Refusal::new(Rule::QueueOutOfReach, "this account does not work in this queue"));
        }
        let mut waiting: Vec<_> = self.waiting_in(queue).collect();
        waiting.sort_by_key(|&(id, since, _)| (since, id));
        let waiting = waiting.into_iter().zip(1..).map(|((session, since, is_kept), position)| {
            let waited_s = u64::try_from(now.duration_since(since).as_secs()).unwrap_or(0);
            Entry::Waiting { session, position, waited_s, is_kept }
        });
        let joined =
            self.sessions.iter().filter(|_| queue == Queue::Personal(account)).filter_map(|(&id, state)| {
                let is_owner = state.owner() == Some(account);
                state.has(Participant::Account(account)).then_some(Entry::Joined { session: id, is_owner })
            });
        Ok(waiting.chain(self.offers_in(queue)).chain(joined).collect())
    }

    /// The queues of an account: its own first, then those of its teams, with a star or without.
    pub fn queues(&self, account: AccountId) -> Vec<Listed> {
        let favorites = self.preferences.get(&account).map(|own: &Preferences| &own.favorites);
        let own = std::iter::once((Queue::Personal(account), false));
        let teams = self.teams_of(account).map(|(team, _)| {
            (Queue::Team(team), favorites.is_some_and(|favorites| favorites.contains(&team)))
        });
        own.chain(teams)
            .map(|(queue, is_favorite)| Listed {
                queue,
                is_favorite,
                waiting: self.waiting_in(queue).count(),
                offers: self.offers_in(queue).count(),
            })
            .collect()
    }

    /// To whom an account can send sessions, transfer offers and invitations. All of these are accepted.
    pub fn targets(&self, account: AccountId) -> Targets {
        let accounts = self
            .accounts
            .iter()
            .map(|(other, _)| other)
            .filter(|&other| other != account && self.may_send(account, Queue::Personal(other)).is_ok());
        let teams = self.teams.iter().map(|(team, _)| team);
        Targets {
            teams: teams.filter(|&team| self.may_send(account, Queue::Team(team)).is_ok()).collect(),
            accounts: accounts.collect(),
            issues: self
                .issues
                .iter()
                .filter(|(_, issue)| issue.may_ask_for_help)
                .map(|(id, _)| id)
                .collect(),
        }
    }

    /// Whether an account takes sessions now: it is at a console, and available.
    pub fn is_there(&self, account: AccountId) -> bool {
        self.consoles.get(&account).is_some_and(|console| console.is_available)
    }

    /// Whether an account can be reached: at a console, or by mail.
    pub fn is_reachable(&self, account: AccountId) -> bool {
        self.accounts.get(account).is_some_and(|own| own.is_enabled)
            && (self.consoles.contains_key(&account) || self.is_reachable_by_mail(account))
    }

    pub(crate) fn is_reachable_by_mail(&self, account: AccountId) -> bool {
        self.preferences.get(&account).is_some_and(|own| own.extended_availability)
    }
}

/// What the rules ask of queues.
impl Desk {
    /// Whether there is such a queue, with somebody who could ever look into it.
    pub(crate) fn has_queue(&self, queue: Queue) -> bool {
        match queue {
            Queue::Personal(account) => self.accounts.get(account).is_some_and(|own| own.is_enabled),
            Queue::Team(team) => self.teams.has(team),
        }
    }

    /// Whether a queue is one of an account's.
    pub fn works(&self, account: AccountId, queue: Queue) -> bool {
        self.staff_of(queue).any(|other| other == account)
    }

    /// Everybody who works in a queue.
    pub(crate) fn staff_of(&self, queue: Queue) -> impl Iterator<Item = AccountId> {
        let (account, team) = match queue {
            Queue::Personal(account) => (Some(account), None),
            Queue::Team(team) => (None, self.teams.get(team)),
        };
        account.into_iter().chain(team.into_iter().flat_map(|team| team.members.keys().copied()))
    }

    /// The sessions that wait in a queue: which, since when, and whether it was put aside.
    pub(crate) fn waiting_in(&self, queue: Queue) -> impl Iterator<Item = (SessionId, Timestamp, bool)> {
        self.sessions.iter().filter_map(move |(&id, session)| match session.place {
            Place::Waiting { queue: place, since, is_kept } if place == queue => Some((id, since, is_kept)),
            Place::Waiting { .. } | Place::Owned { .. } => None,
        })
    }

    fn offers_in(&self, queue: Queue) -> impl Iterator<Item = Entry> {
        let offers = self.sessions.iter().filter_map(move |(&session, state): (_, &Session)| {
            let offer = state.transfer.filter(|transfer| transfer.to == queue)?;
            Some(Entry::Offered { session, since: offer.since })
        });
        let invitations =
            self.invitations.iter().filter(move |(_, open)| self.queue_of(open.to) == Some(queue));
        offers.chain(invitations.map(|(&invitation, open)| {
            let help = match open.to {
                crate::invitation::Invited::Help(issue) => Some(issue),
                _ => None,
            };
            Entry::Invited { invitation, session: open.session, by: open.by, help, since: open.since }
        }))
    }

    /// Whether an account may send sessions, offers and invitations to a queue: to its own teams and whom it can
    /// reach in them; with a permission to all others in whom it can reach somebody.
    pub(crate) fn may_send(&self, account: AccountId, to: Queue) -> Result<(), Refusal> {
        if !self.has_queue(to) {
            return Err(not_found("queue"));
        }
        let is_near = match to {
            Queue::Team(_) => self.works(account, to),
            Queue::Personal(other) => {
                self.teams_of(account).any(|(_, team)| team.members.contains_key(&other))
            }
        };
        if !is_near && !self.permission(account, Permission::ShareWithOtherTeams).is_allowed {
            return Err(Refusal::new(
                Rule::Permission,
                "this account may send nothing to other teams than its own",
            ));
        }
        let own_team = is_near && matches!(to, Queue::Team(_));
        if !own_team && !self.staff_of(to).any(|other| self.is_reachable(other)) {
            return Err(Refusal::new(
                Rule::NobodyThere,
                "nobody there is logged in, or can be reached by mail",
            ));
        }
        Ok(())
    }
}
