//! How much there may be of everything, and what is said where there is no more room.

use desk::invitation::{self, EXTERNALS_MAX, Invited};
use desk::key::{self, KEYS_MAX};
use desk::record::Record;
use desk::session::{self, Client, MEMBERS_MAX, OWNED_MAX, QUESTION_MAX};
use desk::{AccountId, Actor, Rule};

use crate::house::{House, accept, account, come_in, customer, digest, external_invitation, invite};

#[test]
fn one_account_owns_a_limited_number_of_sessions() {
    let mut house = House::new();
    for _ in 0..OWNED_MAX {
        house.owned_by(house.ann);
    }
    let session = house.waits(house.printers);
    assert_eq!(house.refused(house.ann, accept(session)).rule, Rule::Full);
    house.does(house.bob, accept(session));
}

#[test]
fn a_session_has_room_for_a_limited_number_of_people_and_invitations() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let people: Vec<_> = (0..=MEMBERS_MAX)
        .map(|n| AccountId::new(house.creates(Record::Account(account(&format!("user{n}"), &[])))))
        .collect();
    house.team("Crowd", &[&people[..], &[house.ann]].concat());
    for &account in &people {
        house.logs_in(account);
    }
    let open: Vec<_> = people[1..]
        .iter()
        .map(|&account| house.invites(house.ann, session, Invited::Account(account)))
        .collect();
    let one_more = invite(session, Invited::Account(people[0]));
    assert_eq!(house.refused(house.ann, one_more).rule, Rule::Full, "so many invitations are open");
    for (&account, &invitation) in people[1..].iter().zip(&open).take(MEMBERS_MAX - 1) {
        house.does(account, come_in(invitation));
    }
    assert_eq!(house.session(session).members.len(), MEMBERS_MAX);
    assert_eq!(house.refused(people[MEMBERS_MAX], come_in(open[MEMBERS_MAX - 1])).rule, Rule::Full);
    house.invites_external(house.ann, session, 1);
    let comes = invitation::Command::JoinExternal { key: digest(1) };
    assert_eq!(house.refused(Actor::Visitor, comes).rule, Rule::Full);
    house.does(house.ann, crate::house::offer(session, session::Queue::Personal(people[MEMBERS_MAX])));
    assert_eq!(house.refused(people[MEMBERS_MAX], accept(session)).rule, Rule::Full);
}

#[test]
fn a_session_has_room_for_a_limited_number_of_people_from_outside() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    for number in 0..EXTERNALS_MAX {
        house.invites_external(house.ann, session, number as u8);
    }
    assert_eq!(house.refused(house.ann, external_invitation(session, 200)).rule, Rule::Full);
    let other = house.owned_by(house.ann);
    house.invites_external(house.ann, other, 200);
}

#[test]
fn an_account_has_a_limited_number_of_keys_that_wait() {
    let mut house = House::new();
    for number in 0..KEYS_MAX {
        house.makes_key(house.ann, number as u8, 600);
    }
    let make = key::Command::Make { digest: digest(200), portal: house.portal, valid_for_s: 60 };
    assert_eq!(house.refused(house.ann, make.clone()).rule, Rule::Full);
    let command = session::Command::StartByKey { key: digest(0), customer: customer(Client::Chat) };
    house.does(Actor::Visitor, command);
    house.does(house.ann, make);
}

#[test]
fn what_a_customer_says_of_himself_has_limits() {
    let mut house = House::new();
    let (portal, issue) = (house.portal, house.printers);
    let good = customer(Client::Chat);
    let long = "x".repeat(QUESTION_MAX + 1);
    let wrong = [
        ("name", session::NewCustomer { name: String::new(), ..good.clone() }),
        ("name", session::NewCustomer { name: "x".repeat(101), ..good.clone() }),
        ("question", session::NewCustomer { question: long, ..good.clone() }),
        ("language", session::NewCustomer { language: Some("not one".to_owned()), ..good.clone() }),
        ("client", session::NewCustomer { client: Client::Installed, ..good }),
    ];
    for (field, customer) in wrong {
        let command = session::Command::StartByIssue { portal, issue, customer };
        assert_eq!(house.refused(Actor::Visitor, command).field, Some(field));
    }
}

#[test]
fn a_reason_has_a_limit() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let reason = "x".repeat(session::REASON_MAX + 1);
    assert_eq!(house.refused(house.ann, session::Command::End { session, reason }).field, Some("reason"));
}
