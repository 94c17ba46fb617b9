//! What happens when somebody is lost: technicians, customers, accounts, teams; and when a schedule closes.

use std::collections::BTreeSet;

use desk::invitation::Invited;
use desk::jump::{self, ItemPlace, Label};
use desk::permission::Permission;
use desk::record::{self, JumpPolicy, Record, RecordId};
use desk::schedule::{Schedule, Window};
use desk::session::{self, CustomerPresence, Ended, Left, Moved, PasswordProof, Queue};
use desk::{Actor, Event, ItemId, Rule, SessionId};

use crate::house::{
    CUSTOMER_GRACE_S, GRACE_S, House, accept, customer, digest, keep, leave, offer, started_session,
};

/// Eve jumps to a computer of her own, which may be reached from 8 to 9 only; sessions end at 9.
pub(crate) fn jumped(house: &mut House, overrides_schedule: bool) -> (ItemId, SessionId) {
    let item = enrolled(house);
    let command = session::Command::Jump { item, password: PasswordProof::None, overrides_schedule };
    (item, started_session(&house.does(house.eve, command)))
}

pub(crate) fn enrolled(house: &mut House) -> ItemId {
    for permission in [Permission::Jump, Permission::InstallJumpItems] {
        house.allows(house.eve, permission);
    }
    let window = Window { days: (1..=7).collect(), opens_min: 8 * 60, closes_min: 9 * 60 };
    let policy = JumpPolicy {
        name: "Mornings".to_owned(),
        schedule: Some(Schedule { time_zone: "UTC".to_owned(), windows: vec![window] }),
        ends_sessions: true,
        ..JumpPolicy::default()
    };
    let policy = Some(desk::JumpPolicyId::new(house.creates(Record::JumpPolicy(policy))));
    let label = Label { name: "Till 3".to_owned(), policy, tags: BTreeSet::new(), ..Label::default() };
    let place = ItemPlace::Personal(house.eve);
    let make = jump::Command::MakeToken { digest: digest(99), place, label, valid_for_s: 3600, uses_max: 1 };
    house.does(house.eve, make);
    let item = ItemId::new(0x17);
    let enrol = jump::Command::Enrol { digest: digest(99), item, seen: jump::Seen::default() };
    house.does(Actor::Endpoint(item), enrol);
    item
}

fn moved(session: SessionId, to: Queue) -> Event {
    session::Event::Moved { session, to, why: Moved::TechnicianLost }.into()
}

#[test]
fn s67_a_lost_technician_can_come_back_within_his_grace() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.is_lost(house.ann);
    assert_eq!(house.is_lost(house.ann), [], "said once");
    house.passes(GRACE_S - 1);
    assert_eq!(house.session(session).owner(), Some(house.ann));
    let who = house.ann.into();
    house.does(Actor::Relay, session::Command::MemberBack { who });
    assert_eq!(house.does(Actor::Relay, session::Command::MemberBack { who }), []);
    house.passes(3600);
    assert_eq!(house.session(session).owner(), Some(house.ann));
}

#[test]
fn s67_the_session_of_a_lost_technician_returns_to_the_team_queue_that_it_came_from() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    house.is_lost(house.ann);
    let events = house.passes(GRACE_S);
    assert!(events.contains(&moved(session, Queue::Team(house.first))));
    let who = house.ann.into();
    assert!(events.contains(&session::Event::Left { session, who, why: Left::Lost }.into()));
    assert!(!house.has(session, house.ann) && house.has(session, house.bob));
    house.does(house.cleo, accept(session));
}

#[test]
fn s67_a_session_by_a_personal_key_returns_to_that_technicians_team() {
    let mut house = House::new();
    house.team("Third", &[house.ann]);
    house.makes_key(house.ann, 1, 600);
    let command = session::Command::StartByKey { key: digest(1), customer: customer(session::Client::Agent) };
    let session = started_session(&house.does(Actor::Visitor, command));
    house.comes(session);
    house.does(house.ann, accept(session));
    house.is_lost(house.ann);
    assert!(
        house.passes(GRACE_S).contains(&moved(session, Queue::Team(house.first))),
        "the first of her teams"
    );
}

#[test]
fn s67_the_session_of_a_technician_without_a_team_returns_to_his_own_queue() {
    let mut house = House::new();
    let (portal, account) = (house.portal, house.eve);
    let customer = customer(session::Client::Agent);
    let command = session::Command::StartByTechnician { portal, account, customer };
    let session = started_session(&house.does(Actor::Visitor, command));
    house.comes(session);
    house.does(house.eve, accept(session));
    house.is_lost(house.eve);
    assert!(house.passes(GRACE_S).contains(&moved(session, Queue::Personal(house.eve))));
}

#[test]
fn s67_a_session_that_was_transferred_returns_to_where_it_was_taken_from() {
    let mut house = House::new();
    house.allows(house.ann, Permission::ShareWithOtherTeams);
    let session = house.owned_by(house.ann);
    house.does(house.ann, offer(session, Queue::Team(house.second)));
    house.does(house.dan, accept(session));
    house.does(house.ann, leave(session));
    house.is_lost(house.dan);
    assert!(house.passes(GRACE_S).contains(&moved(session, Queue::Team(house.second))));
}

#[test]
fn s67_a_session_that_was_kept_returns_to_the_team_and_not_to_the_lost_technician() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.does(house.ann, keep(session));
    house.does(house.ann, accept(session));
    house.is_lost(house.ann);
    assert!(house.passes(GRACE_S).contains(&moved(session, Queue::Team(house.first))));
}

#[test]
fn s67_who_shares_a_session_and_is_lost_is_out_of_it() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    house.is_lost(house.bob);
    let events = house.passes(GRACE_S);
    let who = house.bob.into();
    assert_eq!(events, [session::Event::Left { session, who, why: Left::Lost }.into()]);
    assert_eq!(house.session(session).owner(), Some(house.ann));
}

#[test]
fn s66_s67_rules_act_on_a_session_that_returns_while_nobody_else_is_there() {
    let mut house = House::new();
    let (first, second) = (Queue::Team(house.first), Queue::Team(house.second));
    house.rule(first, desk::record::QueueCondition::NobodyThere, desk::record::QueueAction::Move(second));
    let session = house.owned_by(house.ann);
    house.logs_out(house.bob);
    house.logs_out(house.cleo);
    house.logs_out(house.ann);
    assert_eq!(house.session(session).queue(), Some(second), "who logs out is not there either");
}

#[test]
fn a_lost_customer_is_waited_for_by_his_owner_but_not_in_a_queue() {
    let mut house = House::new();
    let (waiting, owned) = (house.waits(house.printers), house.owned_by(house.ann));
    for session in [waiting, owned] {
        house.does(Actor::Relay, session::Command::CustomerLost { session });
        assert_eq!(house.does(Actor::Relay, session::Command::CustomerLost { session }), []);
    }
    house.passes(CUSTOMER_GRACE_S - 1);
    assert!(house.desk.session(waiting).is_some());
    let events = house.passes(1);
    assert!(matches!(events[..], [Event::Session(session::Event::Ended { why: Ended::CustomerLost, .. })]));
    assert!(matches!(house.session(owned).customer.presence, CustomerPresence::Lost { .. }));
    house.does(house.ann, keep(owned));
    house.passes(CUSTOMER_GRACE_S - 1);
    assert!(house.desk.session(owned).is_some(), "his grace counts from when nobody owns it");
    house.passes(1);
    assert!(house.desk.session(owned).is_none());
}

#[test]
fn only_the_relay_says_who_is_lost_and_what_time_it_is() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let who = house.ann.into();
    let commands = [
        session::Command::MemberLost { who },
        session::Command::MemberBack { who },
        session::Command::CustomerLost { session },
        session::Command::Tick,
    ];
    for command in commands {
        assert_eq!(house.refused(house.bob, command.clone()).rule, Rule::WrongActor);
        assert_eq!(house.refused(Actor::Customer(session), command).rule, Rule::WrongActor);
    }
    assert_eq!(house.refused(house.root, desk::key::Command::Tick).rule, Rule::WrongActor);
}

#[test]
fn an_account_that_is_disabled_is_in_no_session_and_nothing_waits_for_it() {
    let mut house = House::new();
    let (owned, shared, sent) =
        (house.owned_by(house.bob), house.owned_by(house.ann), house.waits(house.printers));
    house.joins(house.ann, shared, house.bob);
    let (offered, invited) = (house.owned_by(house.ann), house.owned_by(house.ann));
    house.does(house.ann, offer(offered, Queue::Personal(house.bob)));
    house.invites(house.ann, invited, Invited::Account(house.bob));
    house.does(house.ann, crate::house::send(sent, Queue::Personal(house.bob)));
    house.disables(house.bob);
    assert_eq!(house.session(owned).queue(), Some(Queue::Team(house.first)));
    assert!(!house.has(shared, house.bob));
    assert_eq!(house.session(offered).transfer, None);
    assert!(house.desk.invitations().is_empty());
    assert_eq!(house.session(sent).queue(), Some(Queue::Team(house.first)));
}

#[test]
fn a_session_that_nobody_is_left_to_take_ends() {
    let mut house = House::new();
    let (portal, account) = (house.portal, house.eve);
    let customer = customer(session::Client::Agent);
    let command = session::Command::StartByTechnician { portal, account, customer };
    let session = started_session(&house.does(Actor::Visitor, command));
    let events = house.disables(house.eve);
    assert!(events.iter().any(|event| {
        matches!(event, Event::Session(session::Event::Ended { why: Ended::NobodyLeft, .. }))
    }));
    assert!(house.desk.session(session).is_none());
}

#[test]
fn what_waits_for_a_team_that_is_removed_goes_elsewhere() {
    let mut house = House::new();
    let third = house.team("Third", &[house.ann]);
    let (sent, offered, invited) =
        (house.owned_by(house.ann), house.owned_by(house.ann), house.owned_by(house.ann));
    house.does(house.ann, offer(sent, Queue::Team(third)));
    house.does(house.ann, leave(sent));
    house.does(house.ann, offer(offered, Queue::Team(third)));
    house.invites(house.ann, invited, Invited::Team(third));
    house.does(Actor::Operator, record::Command::Remove { id: RecordId::Team(third) });
    assert!(house.desk.session(sent).is_none(), "its only queue is gone");
    assert_eq!(house.session(offered).transfer, None);
    assert!(house.desk.invitations().is_empty());
}

#[test]
fn s93_who_jumps_owns_the_session_at_once() {
    let mut house = House::new();
    let (item, session) = jumped(&mut house, false);
    let state = house.session(session);
    assert_eq!((state.owner(), state.item()), (Some(house.eve), Some(item)));
    assert!(house.has(session, house.eve));
    let again = session::Command::Jump { item, password: PasswordProof::None, overrides_schedule: false };
    assert_eq!(house.refused(house.eve, again.clone()).rule, Rule::Already);
    house.does(Actor::Endpoint(item), session::Command::CustomerEnds);
    assert_eq!(house.session(session).customer.presence, CustomerPresence::Gone);
    house.does(house.eve, again.clone());
    house.logs_out(house.eve);
    assert_eq!(house.refused(house.eve, again).rule, Rule::NoConsole);
}

#[test]
fn s109_a_session_that_is_open_when_its_schedule_closes_is_ended() {
    let mut house = House::new();
    let (_, session) = jumped(&mut house, false);
    assert_eq!(house.desk.due(house.now), Some("2026-03-02T09:00:00Z".parse().expect("a time")));
    house.passes(3599);
    assert!(house.desk.session(session).is_some());
    let events = house.passes(1);
    let ended = events
        .iter()
        .any(|event| matches!(event, Event::Session(session::Event::Ended { why: Ended::Schedule, .. })));
    assert!(ended && house.desk.session(session).is_none());
}

#[test]
fn s111_a_session_that_overrode_its_schedule_is_not_ended_by_it() {
    let mut house = House::new();
    house.allows(house.eve, Permission::EditJumpPolicies);
    let item = enrolled(&mut house);
    house.passes(3600);
    let jump = |overrides_schedule| session::Command::Jump {
        item,
        password: PasswordProof::None,
        overrides_schedule,
    };
    let refusal = house.refused(house.eve, jump(false));
    assert_eq!(refusal.rule, Rule::Schedule);
    assert_eq!(refusal.allowed_at, Some("2026-03-03T08:00:00Z".parse().expect("a time")));
    let session = started_session(&house.does(house.eve, jump(true)));
    house.passes(3600);
    assert!(house.desk.session(session).is_some());
}
