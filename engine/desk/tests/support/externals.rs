//! People from outside: invited into one session, and never the owner of anything.

use desk::invitation::{self, ExternalEnded, Invited};
use desk::permission::{Permission, Setting};
use desk::record::{Record, SessionPolicy};
use desk::session::{self, Left, Queue};
use desk::{Actor, Event, ExternalId, Participant, Rule, SessionId};

use crate::house::{
    GRACE_S, House, accept, digest, end, external_invitation, invite, keep, leave, offer, remove, say, send,
};

fn out(external: ExternalId, session: SessionId, why: ExternalEnded) -> Event {
    invitation::Event::ExternalEnded { external, session, why }.into()
}

fn comes(number: u8) -> invitation::Command {
    invitation::Command::JoinExternal { key: digest(number) }
}

#[test]
fn s41_s266_somebody_from_outside_is_invited_into_one_session_and_comes() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guest = house.joins_from_outside(house.ann, session, 1);
    assert_eq!(house.session(session).members[&guest.into()].invited_by, Some(house.ann));
    assert_eq!(house.refused(Actor::Visitor, comes(1)).rule, Rule::Used, "it is for one");
    assert_eq!(house.refused(Actor::Visitor, comes(2)).rule, Rule::NotFound);
    assert_eq!(house.refused(house.bob, comes(1)).rule, Rule::WrongActor);
}

#[test]
fn s257_only_the_owner_who_is_permitted_invites_from_outside() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    house.allows(house.bob, Permission::InviteExternals);
    assert_eq!(house.refused(house.bob, external_invitation(session, 1)).rule, Rule::OwnerOnly);
    house.sets(house.ann, Permission::InviteExternals, Setting::Denied);
    assert_eq!(house.refused(house.ann, external_invitation(session, 1)).rule, Rule::Permission);
}

#[test]
fn s267_a_policy_for_people_from_outside_can_be_chosen() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let other = SessionPolicy { name: "Inside".to_owned(), ..SessionPolicy::default() };
    let other = desk::SessionPolicyId::new(house.creates(Record::SessionPolicy(other)));
    let with = |chosen| {
        let mut command = external_invitation(session, 1);
        if let invitation::Command::InviteExternal { policy, .. } = &mut command {
            *policy = Some(chosen);
        }
        command
    };
    assert_eq!(house.refused(house.ann, with(other)).field, Some("policy"));
    house.does(house.ann, with(house.guests));
}

#[test]
fn s268_an_external_invitation_carries_a_name_and_comments() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guest = house.invites_external(house.ann, session, 1);
    let state = &house.desk.externals()[&guest];
    assert_eq!((&state.name[..], &state.comments[..]), ("Vendor", "Please look at the driver."));
    let mut nameless = external_invitation(session, 2);
    if let invitation::Command::InviteExternal { name, .. } = &mut nameless {
        name.clear();
    }
    assert_eq!(house.refused(house.ann, nameless).field, Some("name"));
}

#[test]
fn s269_the_key_of_an_external_invitation_lets_one_in_for_a_while() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.invites_external(house.ann, session, 1);
    assert_eq!(house.refused(house.ann, external_invitation(session, 1)).rule, Rule::Taken);
    house.passes(3599);
    let mut early = house.clone();
    early.does(Actor::Visitor, comes(1));
    house.passes(1);
    assert_eq!(house.refused(Actor::Visitor, comes(1)).rule, Rule::Expired);
    let mut for_ever = external_invitation(session, 2);
    if let invitation::Command::InviteExternal { valid_for_s, .. } = &mut for_ever {
        *valid_for_s = u32::MAX;
    }
    assert_eq!(house.refused(house.ann, for_ever).field, Some("valid_for_s"));
}

#[test]
fn s44_somebody_from_outside_has_only_the_session_into_which_he_was_invited() {
    let mut house = House::new();
    let (session, other) = (house.owned_by(house.ann), house.owned_by(house.ann));
    let guest = house.joins_from_outside(house.ann, session, 1);
    house.does(guest, say(session, "Hello."));
    assert_eq!(house.refused(guest, say(other, "Hello.")).rule, Rule::MembersOnly);
    assert_eq!(house.refused(guest, leave(other)).rule, Rule::MembersOnly);
    assert!(house.desk.rights(other, guest.into()).permissions.is_empty());
    assert!(!house.desk.reads_chat(guest.into(), other));
}

#[test]
fn s45_somebody_from_outside_may_look_on_or_do_what_his_policy_says() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guest = house.joins_from_outside(house.ann, session, 1);
    let rights = house.desk.rights(session, guest.into());
    assert_eq!(rights.permissions.into_iter().collect::<Vec<_>>(), [Permission::View]);
    let mut command = external_invitation(session, 2);
    if let invitation::Command::InviteExternal { policy, .. } = &mut command {
        *policy = Some(house.guests);
    }
    house.does(house.ann, command);
    house.does(Actor::Visitor, comes(2));
    let (&other, _) = house.desk.externals().last_key_value().expect("he is invited");
    let rights = house.desk.rights(session, other.into());
    assert_eq!(rights.permissions.into_iter().collect::<Vec<_>>(), [Permission::View, Permission::Control]);
}

#[test]
fn s46_somebody_from_outside_never_owns_a_session() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guest = house.joins_from_outside(house.ann, session, 1);
    house.does(house.ann, offer(session, Queue::Team(house.first)));
    assert_eq!(house.refused(guest, accept(session)).rule, Rule::ExternalOwner);
    let waiting = house.waits(house.printers);
    assert_eq!(house.refused(guest, accept(waiting)).rule, Rule::ExternalOwner);
    let refused = [
        house.refused(guest, end(session)),
        house.refused(guest, keep(session)),
        house.refused(guest, offer(session, Queue::Team(house.first))),
        house.refused(guest, send(waiting, Queue::Team(house.second))),
        house.refused(guest, remove(session, house.ann)),
        house.refused(guest, invite(session, Invited::Team(house.first))),
        house.refused(guest, external_invitation(session, 2)),
    ];
    assert!(refused.iter().all(|refusal| refusal.rule == Rule::WrongActor), "{refused:?}");
}

#[test]
fn s47_somebody_from_outside_is_out_when_his_inviter_leaves_and_nobody_owns_the_session() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guest = house.joins_from_outside(house.ann, session, 1);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    let events = house.does(house.ann, leave(session));
    assert!(events.contains(&out(guest, session, ExternalEnded::InviterGone)));
    let who = Participant::External(guest);
    assert!(events.contains(&session::Event::Left { session, who, why: Left::InviterGone }.into()));
    assert!(!house.has(session, guest));
}

#[test]
fn s47_somebody_from_outside_is_out_when_his_inviter_keeps_the_session_or_is_lost() {
    let ways: [fn(&mut House, SessionId) -> Vec<Event>; 3] = [
        |house, session| house.does(house.ann, keep(session)),
        |house, _| house.logs_out(house.ann),
        |house, _| {
            house.is_lost(house.ann);
            house.passes(GRACE_S)
        },
    ];
    for way in ways {
        let mut house = House::new();
        let session = house.owned_by(house.ann);
        let guest = house.joins_from_outside(house.ann, session, 1);
        let events = way(&mut house, session);
        assert!(events.contains(&out(guest, session, ExternalEnded::InviterGone)), "{events:?}");
    }
}

#[test]
fn s47_somebody_from_outside_stays_while_another_owns_the_session() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guest = house.joins_from_outside(house.ann, session, 1);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    house.does(house.bob, accept(session));
    house.does(house.ann, leave(session));
    assert!(house.has(session, guest), "bob owns it now");
    let events = house.does(house.bob, keep(session));
    assert!(events.contains(&out(guest, session, ExternalEnded::InviterGone)), "now neither is there");
}

#[test]
fn s47_somebody_from_outside_stays_while_his_inviter_does() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guest = house.joins_from_outside(house.ann, session, 1);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    house.does(house.bob, accept(session));
    house.does(house.bob, keep(session));
    assert!(house.has(session, guest), "ann is still in it");
    let events = house.does(house.ann, leave(session));
    assert!(events.contains(&out(guest, session, ExternalEnded::InviterGone)));
}

#[test]
fn s260_an_external_invitation_is_taken_back_before_it_is_used() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guest = house.invites_external(house.ann, session, 1);
    let cancel = |external| invitation::Command::CancelExternal { external };
    assert_eq!(house.refused(house.bob, cancel(guest)).rule, Rule::OwnerOnly);
    assert_eq!(house.does(house.ann, cancel(guest)), [out(guest, session, ExternalEnded::Cancelled)]);
    assert_eq!(house.refused(Actor::Visitor, comes(1)).rule, Rule::NotFound);
    let guest = house.joins_from_outside(house.ann, session, 2);
    assert_eq!(house.refused(house.ann, cancel(guest)).rule, Rule::Used);
}

#[test]
fn s261_an_external_invitation_that_is_open_goes_with_its_inviter() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let (guest, awaited) =
        (house.joins_from_outside(house.ann, session, 1), house.invites_external(house.ann, session, 2));
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    let events = house.does(house.bob, accept(session));
    assert!(events.contains(&out(awaited, session, ExternalEnded::InviterGone)));
    assert!(house.has(session, guest));
}

#[test]
fn somebody_from_outside_leaves_is_removed_or_is_lost_and_needs_a_new_invitation() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let guests = [1, 2, 3].map(|number| house.joins_from_outside(house.ann, session, number));
    let events = house.does(guests[0], leave(session));
    assert_eq!(events.last(), Some(&out(guests[0], session, ExternalEnded::Left)));
    let events = house.does(house.ann, remove(session, guests[1]));
    assert_eq!(events.last(), Some(&out(guests[1], session, ExternalEnded::Removed)));
    house.is_lost(guests[2]);
    let events = house.passes(GRACE_S);
    assert_eq!(events.last(), Some(&out(guests[2], session, ExternalEnded::Lost)));
    for number in [1, 2, 3] {
        assert_eq!(house.refused(Actor::Visitor, comes(number)).rule, Rule::NotFound);
    }
}
