//! What is in queues, the rules that watch them, and who is told of what arrives.

use desk::record::{Preferences, QueueAction, QueueCondition};
use desk::session::{self, Ended, Moved, Queue};
use desk::{Actor, Entry, Event, QueueRuleId, Rule, SessionId, record};

use crate::house::{House, accept, customer, keep, leave, offer, send, started_session};

fn by_rule(session: SessionId, to: Queue, rule: QueueRuleId) -> Event {
    session::Event::Moved { session, to, why: Moved::Rule { rule } }.into()
}

#[test]
fn s56_the_personal_queue_shows_who_waits_for_one_and_with_whom_one_is() {
    let mut house = House::new();
    let (waiting, owned, shared) =
        (house.waits(house.printers), house.owned_by(house.ann), house.owned_by(house.bob));
    house.does(house.ann, send(waiting, Queue::Personal(house.ann)));
    house.joins(house.bob, shared, house.ann);
    house.passes(5);
    let queue = house.desk.queue(house.now, house.ann, Queue::Personal(house.ann)).expect("her own");
    let waits = Entry::Waiting { session: waiting, position: 1, waited_s: 5, is_kept: false };
    let (mine, his) = (
        Entry::Joined { session: owned, is_owner: true },
        Entry::Joined { session: shared, is_owner: false },
    );
    assert_eq!(queue, [waits, mine, his]);
}

#[test]
fn s55_who_waits_longest_stands_first() {
    let mut house = House::new();
    let first = house.waits(house.printers);
    house.passes(10);
    let second = house.waits(house.printers);
    house.passes(10);
    let queue = house.desk.queue(house.now, house.bob, Queue::Team(house.first)).expect("his team's");
    let waits = |session, position, waited_s| Entry::Waiting { session, position, waited_s, is_kept: false };
    assert_eq!(queue, [waits(first, 1, 20), waits(second, 2, 10)]);
    house.does(house.ann, send(first, Queue::Personal(house.ann)));
    house.does(house.ann, send(first, Queue::Team(house.first)));
    let queue = house.desk.queue(house.now, house.bob, Queue::Team(house.first)).expect("his team's");
    assert_eq!(
        queue,
        [waits(second, 1, 10), waits(first, 2, 0)],
        "waiting here counts from when it came here"
    );
}

#[test]
fn s62_an_account_has_its_own_queue_and_one_for_each_of_its_teams() {
    let mut house = House::new();
    house.team("Third", &[house.ann]);
    house.waits(house.printers);
    let session = house.owned_by(house.bob);
    house.does(house.bob, offer(session, Queue::Team(house.first)));
    let queues = house.desk.queues(house.ann);
    let counts: Vec<_> = queues.iter().map(|listed| (listed.waiting, listed.offers)).collect();
    assert_eq!(queues[0].queue, Queue::Personal(house.ann));
    assert_eq!(queues[1].queue, Queue::Team(house.first));
    assert_eq!(counts, [(0, 0), (1, 1), (0, 0)]);
    assert_eq!(house.desk.queues(house.eve).len(), 1);
}

#[test]
fn s62_nobody_looks_into_the_queues_of_others() {
    let house = House::new();
    for queue in [Queue::Personal(house.ann), Queue::Team(house.first)] {
        let refusal = house.desk.queue(house.now, house.dan, queue).expect_err("not his");
        assert_eq!(refusal.rule, Rule::QueueOutOfReach);
    }
    let nowhere = Queue::Team(desk::TeamId::new(999));
    assert_eq!(house.desk.queue(house.now, house.dan, nowhere).expect_err("none").rule, Rule::NotFound);
}

#[test]
fn s69_a_favourite_queue_carries_a_star() {
    let mut house = House::new();
    let preferences = Preferences { favorites: [house.first].into(), ..Preferences::default() };
    house.does(house.ann, record::Command::Prefer { preferences });
    let stars =
        |account| house.desk.queues(account).iter().map(|listed| listed.is_favorite).collect::<Vec<_>>();
    assert_eq!(stars(house.ann), [false, true]);
    assert_eq!(stars(house.bob), [false, false]);
}

#[test]
fn s65_a_session_enters_a_queue_by_intentional_transfer() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.allows(house.ann, desk::permission::Permission::ShareWithOtherTeams);
    house.does(house.ann, offer(session, Queue::Team(house.second)));
    house.does(house.ann, leave(session));
    assert_eq!(house.session(session).queue(), Some(Queue::Team(house.second)));
}

#[test]
fn s66_a_rule_moves_a_session_that_waited_for_too_long() {
    let mut house = House::new();
    let (from, to) = (Queue::Team(house.first), Queue::Team(house.second));
    let rule = house.rule(from, QueueCondition::WaitedFor(120), QueueAction::Move(to));
    let session = house.waits(house.printers);
    assert_eq!(house.desk.due(house.now), Some(house.now + jiff::SignedDuration::from_secs(120)));
    assert_eq!(house.passes(119), []);
    assert_eq!(house.passes(1), [by_rule(session, to, rule)]);
    assert_eq!(house.session(session).queue(), Some(to));
}

#[test]
fn s66_a_rule_ends_a_session_that_waited_for_too_long() {
    let mut house = House::new();
    house.rule(Queue::Team(house.first), QueueCondition::WaitedFor(120), QueueAction::End);
    let session = house.waits(house.printers);
    let events = house.passes(120);
    assert!(matches!(events[..], [Event::Session(session::Event::Ended { why: Ended::QueueRule, .. })]));
    assert!(house.desk.session(session).is_none());
}

#[test]
fn s66_a_rule_moves_a_session_on_when_nobody_is_there() {
    let mut house = House::new();
    let (from, to) = (Queue::Team(house.second), Queue::Team(house.first));
    let rule = house.rule(from, QueueCondition::NobodyThere, QueueAction::Move(to));
    let there = house.waits(house.networks);
    assert_eq!(house.session(there).queue(), Some(from), "dan is there");
    house.is_available(house.dan, false);
    let (portal, issue) = (house.portal, house.networks);
    let customer = customer(session::Client::Agent);
    let events = house.does(Actor::Visitor, session::Command::StartByIssue { portal, issue, customer });
    let session = started_session(&events);
    assert_eq!(events.last(), Some(&by_rule(session, to, rule)));
    assert_eq!(house.session(there).queue(), Some(from), "the rule acts on arrival");
}

#[test]
fn s66_a_customer_is_told_at_once_when_a_rule_ends_what_nobody_can_take() {
    let mut house = House::new();
    house.rule(Queue::Team(house.second), QueueCondition::NobodyThere, QueueAction::End);
    house.logs_out(house.dan);
    let session = house.waits(house.networks);
    assert!(house.desk.session(session).is_none());
}

#[test]
fn s66_rules_send_no_session_to_and_fro_for_ever() {
    let mut house = House::new();
    let (first, second) = (Queue::Team(house.first), Queue::Team(house.second));
    for (from, to) in [(first, second), (second, first)] {
        house.rule(from, QueueCondition::WaitedFor(10), QueueAction::Move(to));
    }
    let session = house.waits(house.printers);
    assert_eq!(house.passes(10).len(), 1);
    assert_eq!(house.passes(10).len(), 1);
    assert_eq!(house.session(session).queue(), Some(first));
    assert_eq!(house.passes(1000), [], "each rule has acted");
    house.does(house.ann, send(session, Queue::Personal(house.ann)));
    house.does(house.ann, send(session, first));
    assert_eq!(house.passes(10).len(), 1, "a person sent it, so rules act again");
}

#[test]
fn s66_a_chain_of_empty_queues_ends_where_somebody_is_or_no_rule_is_left() {
    let mut house = House::new();
    let (first, second, ann) =
        (Queue::Team(house.first), Queue::Team(house.second), Queue::Personal(house.ann));
    for (from, to) in [(first, second), (second, ann), (ann, first)] {
        house.rule(from, QueueCondition::NobodyThere, QueueAction::Move(to));
    }
    for account in [house.bob, house.cleo, house.dan] {
        house.logs_out(account);
    }
    let session = house.waits(house.networks);
    assert_eq!(house.session(session).queue(), Some(ann), "she is there");
    house.logs_out(house.ann);
    let session = house.waits(house.networks);
    assert_eq!(house.session(session).queue(), Some(second), "round once, and then it waits");
}

#[test]
fn s66_rules_are_tried_in_the_order_of_their_numbers() {
    let mut house = House::new();
    let from = Queue::Team(house.first);
    house.rule(from, QueueCondition::WaitedFor(10), QueueAction::Move(Queue::Team(house.second)));
    house.rule(from, QueueCondition::WaitedFor(10), QueueAction::End);
    let session = house.waits(house.printers);
    house.passes(60);
    assert_eq!(house.session(session).queue(), Some(Queue::Team(house.second)));
}

#[test]
fn s66_a_rule_that_makes_no_sense_any_more_is_done_with() {
    let mut house = House::new();
    let to = Queue::Personal(house.eve);
    let rule = house.rule(Queue::Team(house.first), QueueCondition::WaitedFor(10), QueueAction::Move(to));
    let session = house.waits(house.printers);
    house.disables(house.eve);
    assert_eq!(house.passes(10), [session::Event::RuleDone { session, rule }.into()]);
    assert_eq!(house.passes(10), []);
}

#[test]
fn s284_rules_leave_alone_what_its_owner_put_aside() {
    let mut house = House::new();
    let own = Queue::Personal(house.ann);
    house.rule(own, QueueCondition::WaitedFor(10), QueueAction::End);
    house.rule(own, QueueCondition::NobodyThere, QueueAction::Move(Queue::Team(house.first)));
    house.is_available(house.ann, false);
    let session = house.owned_by(house.ann);
    house.does(house.ann, keep(session));
    house.passes(3600);
    assert_eq!(house.session(session).queue(), Some(own));
    let other = house.waits(house.printers);
    house.does(house.ann, send(other, own));
    assert_eq!(house.session(other).queue(), Some(Queue::Team(house.first)));
}

#[test]
fn s76_whoever_works_in_a_queue_is_told_of_what_arrives_there() {
    let mut house = House::new();
    let before = house.desk.clone();
    let (portal, issue) = (house.portal, house.printers);
    let customer = customer(session::Client::Agent);
    let events = house.does(Actor::Visitor, session::Command::StartByIssue { portal, issue, customer });
    let session = started_session(&events);
    assert_eq!(events[0].arrives_in(&before), Some(Queue::Team(house.first)));
    let accounts =
        |event: &Event, before: &desk::Desk| event.audience(before).accounts.into_iter().collect::<Vec<_>>();
    assert_eq!(accounts(&events[0], &before), [house.ann, house.bob, house.cleo]);
    house.comes(session);
    let before = house.desk.clone();
    let events = house.does(house.bob, accept(session));
    assert_eq!(events[0].arrives_in(&before), None);
    assert_eq!(
        accounts(&events[0], &before),
        [house.ann, house.bob, house.cleo],
        "it is gone from their queue"
    );
    let before = house.desk.clone();
    let events = house.does(house.bob, offer(session, Queue::Personal(house.cleo)));
    assert_eq!(events[0].arrives_in(&before), Some(Queue::Personal(house.cleo)));
    assert_eq!(accounts(&events[0], &before), [house.bob, house.cleo]);
    let before = house.desk.clone();
    let events = house.does(house.bob, keep(session));
    assert!(events.iter().all(|event| event.arrives_in(&before).is_none()), "he knows");
}
