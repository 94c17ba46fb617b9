//! What is true of every desk, at any time.

use desk::invitation::Invited;
use desk::session::{self, CustomerPresence, Place, Queue, Session};
use desk::{AccountId, Desk, Participant, SessionId};

/// # Panics
/// Something is not true.
pub(crate) fn check(desk: &Desk) {
    for (&id, session) in desk.sessions() {
        place(desk, id, session);
        members(desk, id, session);
    }
    invitations(desk);
    externals(desk);
    for key in desk.keys().values() {
        assert!(is_enabled(desk, key.by), "the key of an account that is gone");
    }
    for (account, record) in desk.accounts().iter() {
        assert!(record.is_enabled || desk.console(account).is_none(), "a disabled account has a console");
    }
    let jumps = desk.sessions().values().filter(|session| !is_gone(session)).filter_map(Session::item);
    let mut jumps: Vec<_> = jumps.collect();
    jumps.sort();
    assert!(jumps.windows(2).all(|pair| pair[0] != pair[1]), "two sessions with one Jump item");
}

/// A live session has one owner or one waiting place, and the one who owns it is in it.
fn place(desk: &Desk, id: SessionId, session: &Session) {
    match session.place {
        Place::Owned { owner, .. } => {
            assert!(session.has(owner.into()), "the owner of {id} is not in it");
            assert!(session.transfer.is_none_or(|offer| offer.to != Queue::Personal(owner)));
        }
        Place::Waiting { queue, .. } => {
            assert!(has_queue(desk, queue), "{id} waits where nobody looks");
            assert_eq!(session.transfer, None, "{id} waits, but is offered");
            assert!(!is_gone(session), "{id} waits without a customer");
            assert!(
                desk.invitations().values().all(|open| open.session != id),
                "nobody answers for an invitation"
            );
        }
    }
    assert!(session.transfer.is_none_or(|offer| has_queue(desk, offer.to)), "{id} is offered to nobody");
}

/// Whoever works in a session is there: an account at a console, somebody from outside by his invitation.
fn members(desk: &Desk, id: SessionId, session: &Session) {
    assert!(session.members.len() <= session::MEMBERS_MAX);
    for (&who, member) in &session.members {
        match who {
            Participant::Account(account) => {
                assert!(is_enabled(desk, account), "{account} is in {id} without an account");
                assert!(desk.console(account).is_some(), "{account} is in {id} without a console");
            }
            Participant::External(external) => {
                let state = desk.externals().get(&external).expect("an external has an invitation");
                assert_eq!(state.session, id, "an external is in another session than his own");
                assert!(state.joined.is_some());
                let inviter = member.invited_by.expect("an external has an inviter");
                let is_kept_in = session.owner().is_some() || session.has(inviter.into());
                assert!(is_kept_in, "an external is in {id} without inviter and owner");
            }
        }
    }
}

/// An invitation is by the owner, and to somebody who is not in yet; there is one of a kind.
fn invitations(desk: &Desk) {
    let open: Vec<_> = desk.invitations().values().collect();
    for (index, invitation) in open.iter().enumerate() {
        let session = desk.session(invitation.session).expect("an invitation outlives its session");
        assert_eq!(session.owner(), Some(invitation.by), "an invitation by somebody who owns nothing");
        if let Invited::Account(account) = invitation.to {
            assert!(is_enabled(desk, account), "an invitation to an account that is gone");
            assert!(!session.has(account.into()), "an invitation to somebody who is in");
        }
        let is_same = |other: &&&desk::invitation::Invitation| {
            (other.session, other.to) == (invitation.session, invitation.to)
        };
        assert_eq!(open[..index].iter().filter(is_same).count(), 0, "the same invitation twice");
    }
}

/// Somebody from outside is in the session of his invitation, or invited by its owner.
fn externals(desk: &Desk) {
    for (&id, external) in desk.externals() {
        let session = desk.session(external.session).expect("an external outlives his session");
        assert_eq!(session.has(id.into()), external.joined.is_some());
        assert!(external.joined.is_some() || session.owner() == Some(external.by));
    }
}

fn is_gone(session: &Session) -> bool {
    session.customer.presence == CustomerPresence::Gone
}

fn is_enabled(desk: &Desk, account: AccountId) -> bool {
    desk.accounts().get(account).is_some_and(|record| record.is_enabled)
}

fn has_queue(desk: &Desk, queue: Queue) -> bool {
    match queue {
        Queue::Personal(account) => is_enabled(desk, account),
        Queue::Team(team) => desk.teams().has(team),
    }
}
