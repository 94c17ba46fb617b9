//! Who owns a session: accept, transfer, keep, leave, end, remove.

use desk::invitation::{self, InvitationEnded, Invited};
use desk::session::{self, CustomerPresence, Ended, Left, Moved, Queue, TransferEnded};
use desk::{Actor, Event, Participant, Rule};

use crate::house::{House, accept, end, invite, keep, leave, offer, remove, send};

#[test]
fn s81_several_sessions_are_run_at_the_same_time() {
    let mut house = House::new();
    let sessions = [house.owned_by(house.ann), house.owned_by(house.ann), house.owned_by(house.ann)];
    assert!(sessions.iter().all(|&session| house.session(session).owner() == Some(house.ann)));
}

#[test]
fn s80_a_session_is_accepted_by_who_works_in_its_queue() {
    let mut house = House::new();
    let session = house.waits(house.printers);
    for outsider in [house.dan, house.eve, house.root] {
        let rule = house.refused(outsider, accept(session)).rule;
        assert!(matches!(rule, Rule::QueueOutOfReach | Rule::NoConsole), "{rule:?}");
    }
    assert_eq!(house.refused(house.dan, accept(session)).rule, Rule::QueueOutOfReach);
    house.does(house.bob, accept(session));
    assert_eq!(house.session(session).owner(), Some(house.bob));
    assert_eq!(house.refused(house.bob, accept(session)).rule, Rule::Already);
    assert_eq!(house.refused(house.ann, accept(session)).rule, Rule::NotWaiting);
}

#[test]
fn sessions_are_accepted_at_a_console() {
    let mut house = House::new();
    let session = house.waits(house.printers);
    house.logs_out(house.bob);
    assert_eq!(house.refused(house.bob, accept(session)).rule, Rule::NoConsole);
}

#[test]
fn s82_a_waiting_session_is_sent_to_another_queue() {
    let mut house = House::new();
    let (session, bob) = (house.waits(house.printers), Queue::Personal(house.bob));
    assert_eq!(house.refused(house.dan, send(session, bob)).rule, Rule::QueueOutOfReach);
    house.does(house.ann, send(session, bob));
    assert_eq!(house.session(session).queue(), Some(bob));
    assert_eq!(house.refused(house.ann, accept(session)).rule, Rule::QueueOutOfReach);
    assert_eq!(house.refused(house.bob, send(session, bob)).rule, Rule::Already);
    house.does(house.bob, accept(session));
    assert_eq!(house.refused(house.bob, send(session, Queue::Team(house.first))).rule, Rule::NotWaiting);
}

#[test]
fn s82_who_works_in_a_team_takes_a_waiting_session_into_his_own_queue() {
    let mut house = House::new();
    let session = house.waits(house.printers);
    house.does(house.ann, send(session, Queue::Personal(house.ann)));
    assert_eq!(house.session(session).queue(), Some(Queue::Personal(house.ann)));
}

#[test]
fn s243_only_the_owner_may_transfer() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    let to = Queue::Personal(house.cleo);
    for other in [house.bob, house.cleo, house.root] {
        assert_eq!(house.refused(other, offer(session, to)).rule, Rule::OwnerOnly);
    }
    assert_eq!(house.refused(Actor::Customer(session), offer(session, to)).rule, Rule::WrongActor);
    house.does(house.ann, offer(session, to));
}

#[test]
fn s57_s150_a_session_that_is_transferred_waits_in_the_other_ones_queue_while_its_owner_owns_it() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    assert_eq!(
        house.session(session).owner(),
        Some(house.ann),
        "ownership moves on acceptance, not on request"
    );
    let queue = house.desk.queue(house.now, house.bob, Queue::Personal(house.bob)).expect("his own");
    assert_eq!(queue, [desk::Entry::Offered { session, since: house.now }]);
    assert_eq!(house.refused(house.cleo, accept(session)).rule, Rule::QueueOutOfReach);
    house.does(house.bob, accept(session));
    assert_eq!(house.session(session).owner(), Some(house.bob));
}

#[test]
fn s150_anybody_of_a_team_takes_what_is_offered_to_it() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.does(house.ann, offer(session, Queue::Team(house.first)));
    house.does(house.cleo, accept(session));
    assert_eq!(house.session(session).owner(), Some(house.cleo));
}

#[test]
fn s151_s245_the_former_owner_stays_as_a_participant_once_the_transfer_is_accepted() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    let events = house.does(house.bob, accept(session));
    let (owner, before) = (house.bob, Some(house.ann));
    assert!(events.contains(&session::Event::Owned { session, owner, before }.into()));
    assert!(house.has(session, house.ann) && house.has(session, house.bob));
    house.does(house.ann, leave(session));
    assert!(!house.has(session, house.ann), "or he leaves it to its new owner");
    assert_eq!(house.session(session).owner(), Some(house.bob));
}

#[test]
fn s151_an_owner_leaves_what_he_has_offered_and_it_waits_there() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    assert_eq!(house.refused(house.ann, leave(session)).rule, Rule::IsOwner);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    let events = house.does(house.ann, leave(session));
    let to = Queue::Personal(house.bob);
    assert!(events.contains(&session::Event::Moved { session, to, why: Moved::OwnerLeft }.into()));
    assert_eq!(house.session(session).queue(), Some(to));
    assert!(!house.has(session, house.ann));
}

#[test]
fn s152_after_a_transfer_the_former_owner_can_neither_transfer_nor_share_nor_remove() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.cleo);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    house.does(house.bob, accept(session));
    let refused = [
        house.refused(house.ann, offer(session, Queue::Team(house.first))),
        house.refused(house.ann, invite(session, Invited::Team(house.first))),
        house.refused(house.ann, crate::house::external_invitation(session, 1)),
        house.refused(house.ann, remove(session, house.cleo)),
        house.refused(house.ann, keep(session)),
        house.refused(house.ann, end(session)),
        house.refused(house.ann, session::Command::DisconnectCustomer { session }),
    ];
    assert!(refused.iter().all(|refusal| refusal.rule == Rule::OwnerOnly), "{refused:?}");
}

#[test]
fn s153_the_session_persists_until_its_new_owner_ends_it() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    house.does(house.bob, accept(session));
    house.does(house.ann, leave(session));
    house.logs_out(house.ann);
    house.passes(3600);
    assert!(house.desk.session(session).is_some());
    house.does(house.bob, end(session));
    assert!(house.desk.session(session).is_none());
}

#[test]
fn an_offer_is_taken_back_or_declined() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let (cancel, decline) =
        (session::Command::CancelTransfer { session }, session::Command::DeclineTransfer { session });
    assert_eq!(house.refused(house.ann, cancel.clone()).rule, Rule::Over);
    assert_eq!(house.refused(house.bob, decline.clone()).rule, Rule::Over);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    assert_eq!(house.refused(house.ann, offer(session, Queue::Team(house.first))).rule, Rule::Already);
    assert_eq!(house.refused(house.bob, cancel.clone()).rule, Rule::OwnerOnly);
    assert_eq!(house.refused(house.cleo, decline.clone()).rule, Rule::QueueOutOfReach);
    let events = house.does(house.bob, decline.clone());
    assert_eq!(events, [session::Event::TransferEnded { session, why: TransferEnded::Declined }.into()]);
    house.does(house.ann, offer(session, Queue::Team(house.first)));
    assert_eq!(house.refused(house.bob, decline).rule, Rule::WrongActor);
    house.does(house.ann, cancel);
    assert_eq!(house.session(session).transfer, None);
    assert_eq!(house.refused(house.bob, accept(session)).rule, Rule::NotWaiting);
    let to_herself = house.refused(house.ann, offer(session, Queue::Personal(house.ann)));
    assert_eq!(to_herself.field, Some("to"));
}

#[test]
fn s155_s272_only_the_owner_removes_another_member() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    house.joins(house.ann, session, house.cleo);
    assert_eq!(house.refused(house.bob, remove(session, house.cleo)).rule, Rule::OwnerOnly);
    assert_eq!(house.refused(house.ann, remove(session, house.ann)).rule, Rule::IsOwner);
    assert_eq!(house.refused(house.ann, remove(session, house.dan)).field, Some("who"));
    let events = house.does(house.ann, remove(session, house.bob));
    let who = Participant::Account(house.bob);
    assert_eq!(events, [session::Event::Left { session, who, why: Left::Removed }.into()]);
    assert!(!house.has(session, house.bob) && house.has(session, house.cleo));
}

#[test]
fn s156_the_owner_disconnects_the_customer_and_stays() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    let disconnect = session::Command::DisconnectCustomer { session };
    assert_eq!(house.refused(house.bob, disconnect.clone()).rule, Rule::OwnerOnly);
    house.does(house.ann, disconnect.clone());
    assert_eq!(house.session(session).customer.presence, CustomerPresence::Gone);
    assert_eq!(house.session(session).owner(), Some(house.ann));
    assert_eq!(house.refused(house.ann, disconnect).rule, Rule::Over);
    let client = session::Client::Agent;
    let back = session::Command::CustomerCame { session, client };
    assert_eq!(house.refused(Actor::Customer(session), back).rule, Rule::Over);
}

#[test]
fn s156_a_session_without_its_customer_waits_for_nobody() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.does(house.ann, session::Command::DisconnectCustomer { session });
    assert_eq!(house.refused(house.ann, keep(session)).rule, Rule::Over);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    assert_eq!(house.refused(house.ann, leave(session)).rule, Rule::Over);
    house.logs_out(house.ann);
    assert!(house.desk.session(session).is_none(), "its owner is gone, and nobody could help anybody");
}

#[test]
fn s281_when_its_owner_ends_a_session_the_others_are_removed_and_nothing_stays_open() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    let guest = house.joins_from_outside(house.ann, session, 1);
    let invitation = house.invites(house.ann, session, Invited::Account(house.cleo));
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    let events = house.does(house.ann, end(session));
    let gone = |who| Event::Session(session::Event::Left { session, who, why: Left::Ended });
    for who in [house.ann.into(), house.bob.into(), Participant::External(guest)] {
        assert!(events.contains(&gone(who)), "{who:?}");
    }
    let why = InvitationEnded::SessionEnded;
    assert!(events.contains(&invitation::Event::Ended { invitation, session, why }.into()));
    let why = invitation::ExternalEnded::SessionEnded;
    assert!(events.contains(&invitation::Event::ExternalEnded { external: guest, session, why }.into()));
    assert!(events.contains(&session::Event::TransferEnded { session, why: TransferEnded::Over }.into()));
    assert!(matches!(events.last(), Some(Event::Session(session::Event::Ended { why: Ended::Owner, .. }))));
    assert!(house.desk.session(session).is_none());
    assert!(house.desk.externals().is_empty() && house.desk.invitations().is_empty());
}

#[test]
fn s281_nobody_but_its_owner_ends_a_session() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    let guest = house.joins_from_outside(house.ann, session, 1);
    assert_eq!(house.refused(house.bob, end(session)).rule, Rule::OwnerOnly);
    assert_eq!(house.refused(house.dan, end(session)).rule, Rule::OwnerOnly);
    assert_eq!(house.refused(guest, end(session)).rule, Rule::WrongActor);
}

#[test]
fn an_administrator_ends_a_session_with_a_reason() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    assert_eq!(house.refused(house.root, end(session)).field, Some("reason"));
    let reason = "Maintenance".to_owned();
    let events = house.does(house.root, session::Command::End { session, reason: reason.clone() });
    let (why, by) = (Ended::Administrator, Actor::Account(house.root));
    assert_eq!(events.last(), Some(&session::Event::Ended { session, why, by, reason }.into()));
}

#[test]
fn s283_a_jump_item_stays_when_its_session_ends() {
    let mut house = House::new();
    let (item, session) = crate::losses::jumped(&mut house, false);
    house.does(house.eve, end(session));
    assert!(house.desk.items().contains_key(&item));
}

#[test]
fn s284_a_session_that_is_kept_waits_in_the_owners_personal_queue() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    assert_eq!(house.refused(house.bob, keep(session)).rule, Rule::OwnerOnly);
    house.does(house.ann, keep(session));
    assert_eq!(house.session(session).queue(), Some(Queue::Personal(house.ann)));
    assert!(!house.has(session, house.ann), "it closes in her console");
    assert_eq!(house.refused(house.bob, accept(session)).rule, Rule::QueueOutOfReach);
    house.logs_out(house.ann);
    house.passes(3600);
    house.logs_in(house.ann);
    house.does(house.ann, accept(session));
    assert_eq!(house.session(session).owner(), Some(house.ann));
}

#[test]
fn s285_other_technicians_remain_in_a_session_that_is_kept() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    house.does(house.ann, keep(session));
    assert!(house.has(session, house.bob));
    house.does(house.bob, crate::house::say(session, "She will be back."));
}

#[test]
fn s286_who_is_not_the_owner_leaves_alone() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    house.joins(house.ann, session, house.cleo);
    let events = house.does(house.bob, leave(session));
    let who = Participant::Account(house.bob);
    assert_eq!(events, [session::Event::Left { session, who, why: Left::Left }.into()]);
    assert_eq!(house.session(session).owner(), Some(house.ann));
    assert!(house.has(session, house.cleo));
    assert_eq!(house.refused(house.bob, leave(session)).rule, Rule::MembersOnly);
    assert_eq!(house.refused(house.dan, leave(session)).rule, Rule::MembersOnly);
}

#[test]
fn the_customer_ends_a_session_that_waits_and_leaves_one_that_is_owned() {
    let mut house = House::new();
    let waiting = house.waits(house.printers);
    house.does(Actor::Customer(waiting), session::Command::CustomerEnds);
    assert!(house.desk.session(waiting).is_none());
    let owned = house.owned_by(house.ann);
    house.does(Actor::Customer(owned), session::Command::CustomerEnds);
    assert_eq!(house.session(owned).customer.presence, CustomerPresence::Gone);
    assert_eq!(house.refused(Actor::Customer(owned), session::Command::CustomerEnds).rule, Rule::Over);
    assert_eq!(house.refused(house.ann, session::Command::CustomerEnds).rule, Rule::WrongActor);
}
