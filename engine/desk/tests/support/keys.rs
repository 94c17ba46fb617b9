//! Session keys.

use desk::key;
use desk::permission::{Permission, Setting};
use desk::session::{self, Client, Origin, Queue};
use desk::{Actor, Event, Rule, SessionId};

use crate::house::{House, accept, customer, digest, started_session};

fn typed(number: u8) -> session::Command {
    session::Command::StartByKey { key: digest(number), customer: customer(Client::Agent) }
}

fn types(house: &mut House, number: u8) -> SessionId {
    started_session(&house.does(Actor::Visitor, typed(number)))
}

#[test]
fn s58_s92_whoever_types_a_key_waits_in_the_queue_of_the_technician_who_made_it() {
    let mut house = House::new();
    let key = house.makes_key(house.ann, 1, 600);
    let session = types(&mut house, 1);
    assert_eq!(house.session(session).queue(), Some(Queue::Personal(house.ann)));
    assert_eq!(house.session(session).origin, Origin::Key { key, by: house.ann });
    let queue = house.desk.queue(house.now, house.ann, Queue::Personal(house.ann)).expect("her own");
    assert!(matches!(queue[..], [desk::Entry::Waiting { session: waiting, .. }] if waiting == session));
}

#[test]
fn s83_a_key_starts_one_session() {
    let mut house = House::new();
    house.makes_key(house.ann, 1, 600);
    types(&mut house, 1);
    assert_eq!(house.refused(Actor::Visitor, typed(1)).rule, Rule::Used);
    assert_eq!(house.refused(Actor::Visitor, typed(2)).rule, Rule::NotFound);
    let (portal, valid_for_s) = (house.portal, 600);
    let again = key::Command::Make { digest: digest(1), portal, valid_for_s };
    assert_eq!(house.refused(house.ann, again).rule, Rule::Taken);
}

#[test]
fn s84_only_who_is_permitted_makes_keys() {
    let mut house = House::new();
    let (portal, valid_for_s) = (house.portal, 600);
    let make = key::Command::Make { digest: digest(1), portal, valid_for_s };
    assert_eq!(house.refused(house.bob, make.clone()).rule, Rule::Permission);
    house.allows(house.bob, Permission::GenerateKeys);
    house.does(house.bob, make.clone());
    house.sets(house.ann, Permission::GenerateKeys, Setting::Denied);
    assert_eq!(house.refused(house.ann, make.clone()).rule, Rule::Permission);
    assert_eq!(house.refused(Actor::Visitor, make).rule, Rule::WrongActor);
}

#[test]
fn s86_a_key_can_be_used_for_as_long_as_its_maker_said() {
    let mut house = House::new();
    house.makes_key(house.ann, 1, 600);
    house.makes_key(house.ann, 2, 600);
    house.passes(599);
    types(&mut house, 1);
    house.now += jiff::SignedDuration::from_secs(1);
    assert_eq!(house.refused(Actor::Visitor, typed(2)).rule, Rule::Expired);
    assert_eq!(house.desk.due(house.now), Some(house.now), "keys are forgotten in time");
    house.passes(0);
    assert!(house.desk.keys().is_empty());
    assert_eq!(house.refused(Actor::Visitor, typed(2)).rule, Rule::NotFound);
}

#[test]
fn s86_a_key_lives_no_longer_than_the_site_allows() {
    let mut house = House::new();
    house.changes_site(|site| site.key_lifetime_max_s = 3600);
    let portal = house.portal;
    let make = |valid_for_s| key::Command::Make { digest: digest(1), portal, valid_for_s };
    for wrong in [0, 3601] {
        assert_eq!(house.refused(house.ann, make(wrong)).field, Some("valid_for_s"));
    }
    house.does(house.ann, make(3600));
}

#[test]
fn s87_the_expiry_of_a_key_does_not_limit_the_session() {
    let mut house = House::new();
    house.makes_key(house.ann, 1, 60);
    let session = types(&mut house, 1);
    house.comes(session);
    house.passes(61);
    assert!(house.desk.keys().is_empty());
    house.does(house.ann, accept(session));
    house.passes(24 * 3600);
    assert_eq!(house.session(session).owner(), Some(house.ann));
}

#[test]
fn s88_a_key_goes_with_a_portal_that_takes_keys() {
    let mut house = House::new();
    let other = desk::record::Portal { name: "O".to_owned(), path: "/o".to_owned(), ..Default::default() };
    let portal = desk::PortalId::new(house.creates(desk::record::Record::Portal(other)));
    let make = key::Command::Make { digest: digest(1), portal, valid_for_s: 60 };
    assert_eq!(house.refused(house.ann, make).field, Some("portal"));
}

#[test]
fn whoever_made_a_key_takes_it_back() {
    let mut house = House::new();
    house.allows(house.bob, Permission::GenerateKeys);
    let key = house.makes_key(house.ann, 1, 600);
    assert_eq!(house.refused(house.bob, key::Command::Revoke { key }).rule, Rule::NotFound);
    house.does(house.ann, key::Command::Revoke { key });
    assert_eq!(house.refused(Actor::Visitor, typed(1)).rule, Rule::NotFound);
    let key = house.makes_key(house.ann, 1, 600);
    types(&mut house, 1);
    assert_eq!(house.refused(house.ann, key::Command::Revoke { key }).rule, Rule::Used);
}

#[test]
fn the_keys_of_an_account_that_is_disabled_are_gone() {
    let mut house = House::new();
    let key = house.makes_key(house.ann, 1, 600);
    let events = house.disables(house.ann);
    assert!(events.contains(&Event::Key(key::Event::Forgotten { key })));
    assert_eq!(house.refused(Actor::Visitor, typed(1)).rule, Rule::NotFound);
}
