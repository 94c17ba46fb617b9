//! What the relay granted to each seat: the agent checks every stream against it, a second time.
//!
//! A grant travels on the control stream and may be overtaken by the stream that needs it; so who asks for one that
//! is not there waits a moment.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::sync::watch;
use wire::control::{PathLimits, Right, SeatGranted};
use wire::{Seat, SessionId};

use crate::person::Person;
use crate::shell::Owner;

/// How long a stream may be ahead of the grant that it needs. A relay sends the grant first; only loss delays it.
const LATE_MAX: Duration = Duration::from_secs(2);

/// What concerns files.
const OF_FILES: [Right; 4] = [Right::ListFiles, Right::Upload, Right::Download, Right::ChangeFiles];

/// What one seat may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    /// Who has the seat.
    pub(crate) owner: Owner,
    /// What this computer calls him.
    pub(crate) name: String,
    /// Where files may go.
    pub(crate) paths: Vec<PathLimits>,
    rights: BTreeSet<i32>,
}

impl Granted {
    /// Whether he may.
    pub(crate) fn has(&self, right: Right) -> bool {
        self.rights.contains(&right.into())
    }
}

/// The grants of one link. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Grants {
    table: watch::Sender<HashMap<(SessionId, Seat), Granted>>,
    /// Who has the last word.
    person: Person,
}

impl Grants {
    /// No grants yet; whatever comes holds as far as the person at this computer lets it.
    pub(crate) fn new(person: Person) -> Self {
        Self { table: watch::Sender::new(HashMap::new()), person }
    }

    /// What of a grant the person at this computer lets hold.
    fn held_to_account(&self, session: SessionId, mut granted: Granted) -> Granted {
        if !self.person.may(session, &granted.owner.participant) {
            granted.rights.clear();
        }
        granted
    }

    /// Whether anybody in a session may do something now.
    pub(crate) fn anybody_may(&self, session: SessionId, right: Right) -> bool {
        let table = self.table.borrow();
        let mut granted = table.iter().filter(|((of, _), granted)| *of == session && granted.has(right));
        granted.any(|(_, granted)| self.person.may(session, &granted.owner.participant))
    }

    /// A seat has these rights from now on. Gives what it had before.
    pub(crate) fn set(&self, message: SeatGranted) -> Option<Granted> {
        let seat = (SessionId::from_wire(message.session), Seat::from_wire(message.seat));
        let owner = Owner { session: seat.0, participant: message.participant };
        let rights = message.rights.into_iter().collect();
        let granted = Granted { owner, name: message.name, paths: message.paths, rights };
        let mut before = None;
        self.table.send_modify(|grants| before = grants.insert(seat, granted));
        before
    }

    /// A seat is empty.
    pub(crate) fn forget(&self, session: SessionId, seat: Seat) -> Option<Granted> {
        let mut before = None;
        self.table.send_modify(|grants| before = grants.remove(&(session, seat)));
        before
    }

    /// A session is over.
    pub(crate) fn forget_session(&self, session: SessionId) {
        self.table.send_modify(|grants| grants.retain(|(of, _), _| *of != session));
    }

    /// What a seat may do now; nobody waits for a grant that is late.
    pub(crate) fn now(&self, session: SessionId, seat: Seat) -> Option<Granted> {
        let granted = self.table.borrow().get(&(session, seat)).cloned()?;
        Some(self.held_to_account(session, granted))
    }

    /// Waits until something is true of the grants.
    pub(crate) async fn changed_until(&self, is_true: impl Fn() -> bool) {
        let (mut grants, mut person) = (self.table.subscribe(), self.person.changes());
        while !is_true() {
            // Both senders are in this very handle.
            let is_over = tokio::select! {
                changed = grants.changed() => changed.is_err(),
                changed = person.changed() => changed.is_err(),
            };
            if is_over {
                return;
            }
        }
    }

    /// Waits until a seat may not do all with files that it might: a right less, other limits on paths, or nobody in it.
    pub(crate) async fn narrowed(&self, session: SessionId, seat: Seat, had: &Granted) {
        let mut grants = self.table.subscribe();
        let lost = |grants: &HashMap<(SessionId, Seat), Granted>| {
            let now = grants.get(&(session, seat));
            let keeps = |now: &Granted, right: Right| !had.has(right) || now.has(right);
            now.is_none_or(|now| {
                !OF_FILES.into_iter().all(|right| keeps(now, right)) || now.paths != had.paths
            })
        };
        // The sender is gone with the link, and so is whoever waits.
        if grants.wait_for(lost).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What a seat may do now; waits for a grant that is late. `None` for a seat that nobody was given.
    pub(crate) async fn of(&self, session: SessionId, seat: Seat) -> Option<Granted> {
        let mut grants = self.table.subscribe();
        let come = grants.wait_for(|grants| grants.contains_key(&(session, seat)));
        let grants = tokio::time::timeout(LATE_MAX, come).await.ok()?.ok()?;
        let granted = grants.get(&(session, seat)).cloned()?;
        Some(self.held_to_account(session, granted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(rights: &[Right]) -> SeatGranted {
        let rights = rights.iter().map(|&right| right.into()).collect();
        let (participant, name) = ("account 1".to_owned(), "Ada".to_owned());
        SeatGranted { session: 7, seat: 1, participant, name, rights, paths: Vec::new() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_overtook_its_grant_waits_for_it() {
        let (grants, session, seat) =
            (Grants::new(Person::nobody()), SessionId::from_wire(7), Seat::from_wire(1));
        let asked = grants.clone();
        let asking = tokio::spawn(async move { asked.of(session, seat).await });
        tokio::task::yield_now().await;
        grants.set(message(&[Right::Shell]));
        let granted = asking.await.expect("no panic").expect("a grant");
        assert!(granted.has(Right::Shell) && !granted.has(Right::Control));
    }

    #[tokio::test(start_paused = true)]
    async fn a_seat_that_nobody_was_given_has_no_grant() {
        let grants = Grants::new(Person::nobody());
        assert_eq!(grants.of(SessionId::from_wire(7), Seat::from_wire(1)).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_less_than_he_had_is_found_at_once() {
        let (grants, session, seat) =
            (Grants::new(Person::nobody()), SessionId::from_wire(7), Seat::from_wire(1));
        grants.set(message(&[Right::Upload, Right::View]));
        let had = grants.of(session, seat).await.expect("a grant");
        let narrowed = async |grants: &Grants| {
            let waiting = grants.narrowed(session, seat, &had);
            tokio::time::timeout(Duration::from_secs(1), waiting).await.is_ok()
        };
        grants.set(message(&[Right::Upload, Right::View, Right::Shell]));
        assert!(!narrowed(&grants).await, "more is not less");
        let paths = vec![PathLimits { allow: vec!["/srv".to_owned()], deny: Vec::new() }];
        grants.set(SeatGranted { paths, ..message(&[Right::Upload, Right::View]) });
        assert!(narrowed(&grants).await, "other limits");
        grants.set(message(&[Right::View]));
        assert!(narrowed(&grants).await, "a right less");
        grants.forget(session, seat);
        assert!(narrowed(&grants).await, "nobody");
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_grant_replaces_the_old_one_whole() {
        let (grants, session, seat) =
            (Grants::new(Person::nobody()), SessionId::from_wire(7), Seat::from_wire(1));
        grants.set(message(&[Right::Shell, Right::Control]));
        let before = grants.set(message(&[Right::View])).expect("the grant before");
        assert!(before.has(Right::Shell));
        let now = grants.of(session, seat).await.expect("a grant");
        assert!(now.has(Right::View) && !now.has(Right::Shell) && !now.has(Right::Control));
    }
}
