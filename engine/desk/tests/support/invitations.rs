//! Invitations of technicians and teams: who may send them, and their five endings.

use desk::invitation::{self, InvitationEnded, Invited};
use desk::permission::Permission;
use desk::session::{self, Queue};
use desk::{Entry, Event, InvitationId, Rule, SessionId};

use crate::house::{GRACE_S, House, accept, come_in, end, invite, keep, leave, offer};

fn ended(invitation: InvitationId, session: SessionId, why: InvitationEnded) -> Event {
    invitation::Event::Ended { invitation, session, why }.into()
}

/// A session of ann's, and an invitation of bob into it.
fn invited(house: &mut House) -> (SessionId, InvitationId) {
    let session = house.owned_by(house.ann);
    let invitation = house.invites(house.ann, session, Invited::Account(house.bob));
    (session, invitation)
}

#[test]
fn s61_s247_an_invitation_of_a_person_is_in_his_personal_queue() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    let entry = Entry::Invited { invitation, session, by: house.ann, help: None, since: house.now };
    let queue = |account| house.desk.queue(house.now, account, Queue::Personal(account)).expect("his own");
    assert_eq!(queue(house.bob), [entry]);
    assert_eq!(queue(house.cleo), []);
    let (now, bob) = (house.now, house.bob);
    assert_eq!(house.desk.queue(now, bob, Queue::Team(house.first)).expect("his team's"), []);
    assert_eq!(house.refused(house.cleo, come_in(invitation)).rule, Rule::QueueOutOfReach);
}

#[test]
fn s68_s248_any_technician_of_a_team_comes_in_by_an_invitation_of_the_team() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let invitation = house.invites(house.ann, session, Invited::Team(house.first));
    let entry = Entry::Invited { invitation, session, by: house.ann, help: None, since: house.now };
    for account in [house.ann, house.bob, house.cleo] {
        assert_eq!(house.desk.queue(house.now, account, Queue::Team(house.first)), Ok(vec![entry]));
    }
    assert_eq!(house.refused(house.dan, come_in(invitation)).rule, Rule::QueueOutOfReach);
    house.does(house.cleo, come_in(invitation));
    assert!(house.has(session, house.cleo));
}

#[test]
fn s154_who_invites_stays_the_owner() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    house.joins(house.ann, session, house.cleo);
    assert_eq!(house.session(session).owner(), Some(house.ann));
    assert_eq!(house.session(session).members.len(), 3);
}

#[test]
fn s249_several_invitations_are_open_at_once() {
    let mut house = House::new();
    let (session, _) = invited(&mut house);
    house.invites(house.ann, session, Invited::Account(house.cleo));
    house.invites(house.ann, session, Invited::Team(house.first));
    assert_eq!(house.desk.invitations().len(), 3);
}

#[test]
fn s250_help_is_asked_for_by_an_issue_from_the_team_that_owns_it() {
    let mut house = House::new();
    let session = house.owned_by(house.dan);
    let invitation = house.invites(house.dan, session, Invited::Help(house.printers));
    let queue = house.desk.queue(house.now, house.bob, Queue::Team(house.first)).expect("his team's");
    assert!(matches!(queue[..], [Entry::Invited { help: Some(issue), .. }] if issue == house.printers));
    assert_eq!(house.refused(house.eve, come_in(invitation)).rule, Rule::QueueOutOfReach);
    house.does(house.bob, come_in(invitation));
    assert!(house.has(session, house.bob));
}

#[test]
fn s251_only_issues_that_let_one_ask_for_help_can_be_used() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let command = invite(session, Invited::Help(house.networks));
    assert_eq!(house.refused(house.ann, command).rule, Rule::NotFound);
    assert_eq!(house.desk.targets(house.ann).issues.into_iter().collect::<Vec<_>>(), [house.printers]);
}

#[test]
fn s252_people_are_listed_if_they_are_logged_in_or_can_be_reached_otherwise() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.extends_availability(house.cleo);
    house.logs_out(house.bob);
    house.logs_out(house.cleo);
    assert_eq!(house.desk.targets(house.ann).accounts.into_iter().collect::<Vec<_>>(), [house.cleo]);
    let bob = Invited::Account(house.bob);
    assert_eq!(house.refused(house.ann, invite(session, bob)).rule, Rule::NobodyThere);
    house.invites(house.ann, session, Invited::Account(house.cleo));
    house.logs_in(house.bob);
    house.is_available(house.bob, false);
    house.invites(house.ann, session, bob);
}

#[test]
fn s253_other_teams_are_listed_to_whom_it_is_permitted_and_if_somebody_there_can_be_reached() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let teams = |house: &House| house.desk.targets(house.ann).teams.into_iter().collect::<Vec<_>>();
    let dan = Invited::Account(house.dan);
    assert_eq!(teams(&house), [house.first]);
    for to in [Invited::Team(house.second), dan] {
        assert_eq!(house.refused(house.ann, invite(session, to)).rule, Rule::Permission);
    }
    for to in [Queue::Team(house.second), Queue::Personal(house.dan)] {
        assert_eq!(house.refused(house.ann, offer(session, to)).rule, Rule::Permission);
    }
    house.allows(house.ann, Permission::ShareWithOtherTeams);
    assert_eq!(teams(&house), [house.first, house.second]);
    house.logs_out(house.dan);
    assert_eq!(teams(&house), [house.first], "nobody is there");
    let refusal = house.refused(house.ann, invite(session, Invited::Team(house.second)));
    assert_eq!(refusal.rule, Rule::NobodyThere);
    house.logs_in(house.dan);
    house.extends_availability(house.dan);
    house.logs_out(house.dan);
    assert_eq!(teams(&house), [house.first, house.second], "he can be reached by mail");
    house.invites(house.ann, session, Invited::Team(house.second));
    house.invites(house.ann, session, dan);
}

#[test]
fn s253_ones_own_team_is_listed_even_with_nobody_there() {
    let mut house = House::new();
    house.logs_out(house.bob);
    house.logs_out(house.cleo);
    assert!(house.desk.targets(house.ann).teams.contains(&house.first));
}

#[test]
fn s254_a_person_with_extended_availability_is_told_by_mail() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.extends_availability(house.bob);
    house.extends_availability(house.ann);
    let before = house.desk.clone();
    let mails = |events: &[Event]| events.iter().flat_map(|event| event.mails(&before)).collect::<Vec<_>>();
    let events = house.does(house.ann, invite(session, Invited::Account(house.bob)));
    assert_eq!(mails(&events), [house.bob]);
    let events = house.does(house.ann, invite(session, Invited::Account(house.cleo)));
    assert_eq!(mails(&events), []);
    let events = house.does(house.ann, invite(session, Invited::Team(house.first)));
    assert_eq!(mails(&events), [house.bob], "not who is in already");
}

#[test]
fn s257_only_the_owner_invites() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    let command = invite(session, Invited::Account(house.cleo));
    assert_eq!(house.refused(house.bob, command).rule, Rule::OwnerOnly);
    let waiting = house.waits(house.printers);
    let command = invite(waiting, Invited::Account(house.cleo));
    assert_eq!(house.refused(house.ann, command).rule, Rule::OwnerOnly, "nobody owns it yet");
}

#[test]
fn s258_an_invitation_does_not_expire_as_long_as_its_inviter_owns_the_session() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    house.passes(30 * 24 * 3600);
    house.does(house.bob, come_in(invitation));
    assert!(house.has(session, house.bob));
}

#[test]
fn s259_nobody_holds_two_invitations_to_the_same_session() {
    let mut house = House::new();
    let (session, _) = invited(&mut house);
    let again = invite(session, Invited::Account(house.bob));
    assert_eq!(house.refused(house.ann, again).rule, Rule::Already);
    house.joins(house.ann, session, house.cleo);
    let inside = invite(session, Invited::Account(house.cleo));
    assert_eq!(house.refused(house.ann, inside).rule, Rule::Already);
    let other = house.owned_by(house.ann);
    house.invites(house.ann, other, Invited::Account(house.bob));
}

#[test]
fn s259_who_comes_in_with_his_team_is_not_invited_in_person_any_more() {
    let mut house = House::new();
    let (session, in_person) = invited(&mut house);
    let with_team = house.invites(house.ann, session, Invited::Team(house.first));
    let cleo = house.invites(house.ann, session, Invited::Account(house.cleo));
    let events = house.does(house.bob, come_in(with_team));
    assert!(events.contains(&ended(in_person, session, InvitationEnded::Accepted)));
    assert_eq!(house.desk.invitations().keys().copied().collect::<Vec<_>>(), [cleo]);
}

#[test]
fn s256_s260_an_invitation_ends_when_its_inviter_cancels_it() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    let cancel = invitation::Command::Cancel { invitation };
    assert_eq!(house.refused(house.bob, cancel.clone()).rule, Rule::OwnerOnly);
    let events = house.does(house.ann, cancel);
    assert_eq!(events, [ended(invitation, session, InvitationEnded::Cancelled)]);
    assert_eq!(house.refused(house.bob, come_in(invitation)).rule, Rule::NotFound);
}

#[test]
fn s261_an_invitation_ends_when_its_inviter_transfers_the_session() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    house.does(house.ann, offer(session, Queue::Personal(house.cleo)));
    assert!(house.desk.invitations().contains_key(&invitation), "an offer is no transfer yet");
    let events = house.does(house.cleo, accept(session));
    assert!(events.contains(&ended(invitation, session, InvitationEnded::InviterGone)));
}

#[test]
fn s261_an_invitation_ends_when_its_inviter_leaves_keeps_or_is_lost() {
    let ways: [fn(&mut House, SessionId) -> Vec<Event>; 4] = [
        |house, session| {
            house.does(house.ann, offer(session, Queue::Team(house.first)));
            house.does(house.ann, leave(session))
        },
        |house, session| house.does(house.ann, keep(session)),
        |house, _| house.logs_out(house.ann),
        |house, _| {
            house.is_lost(house.ann);
            house.passes(GRACE_S)
        },
    ];
    for way in ways {
        let mut house = House::new();
        let (session, invitation) = invited(&mut house);
        let events = way(&mut house, session);
        assert!(events.contains(&ended(invitation, session, InvitationEnded::InviterGone)), "{events:?}");
    }
}

#[test]
fn s262_an_invitation_ends_with_its_session() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    let events = house.does(house.ann, end(session));
    assert!(events.contains(&ended(invitation, session, InvitationEnded::SessionEnded)));
}

#[test]
fn s263_an_invitation_ends_when_it_is_accepted() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    let events = house.does(house.bob, come_in(invitation));
    let (who, invited_by) = (house.bob.into(), Some(house.ann));
    let joined = session::Event::Joined { session, who, invited_by, invitation: Some(invitation) };
    assert_eq!(events, [ended(invitation, session, InvitationEnded::Accepted), joined.into()]);
}

#[test]
fn s264_an_invitation_ends_when_it_is_declined() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    let decline = |invitation| invitation::Command::Decline { invitation };
    assert_eq!(house.refused(house.cleo, decline(invitation)).rule, Rule::QueueOutOfReach);
    let events = house.does(house.bob, decline(invitation));
    assert_eq!(events, [ended(invitation, session, InvitationEnded::Declined)]);
    let with_team = house.invites(house.ann, session, Invited::Team(house.first));
    assert_eq!(house.refused(house.bob, decline(with_team)).rule, Rule::WrongActor);
}

#[test]
fn invitations_are_accepted_at_a_console_by_who_is_not_in_yet() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    house.extends_availability(house.bob);
    house.logs_out(house.bob);
    assert_eq!(house.refused(house.bob, come_in(invitation)).rule, Rule::NoConsole);
    let with_team = house.invites(house.ann, session, Invited::Team(house.first));
    assert_eq!(house.refused(house.ann, come_in(with_team)).rule, Rule::Already);
}

#[test]
fn who_owns_a_session_that_was_offered_to_him_is_not_invited_any_more() {
    let mut house = House::new();
    let (session, invitation) = invited(&mut house);
    house.does(house.ann, offer(session, Queue::Personal(house.bob)));
    house.does(house.bob, accept(session));
    assert!(!house.desk.invitations().contains_key(&invitation));
}
