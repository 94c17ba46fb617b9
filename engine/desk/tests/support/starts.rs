//! How sessions come about, and where they wait.

use desk::record::{Portal, Record, RecordId};
use desk::session::{self, Client, CustomerPresence, Origin, Queue};
use desk::{Actor, Rule};

use crate::house::{House, customer, digest, started_session};

fn by_name(house: &House, account: desk::AccountId) -> session::Command {
    session::Command::StartByTechnician { portal: house.portal, account, customer: customer(Client::Chat) }
}

#[test]
fn s59_a_customer_who_chose_a_name_waits_in_that_technicians_queue() {
    let mut house = House::new();
    let started = house.does(Actor::Visitor, by_name(&house, house.bob));
    let session = started_session(&started);
    assert_eq!(house.session(session).queue(), Some(Queue::Personal(house.bob)));
    assert!(
        matches!(house.session(session).origin, Origin::Technician { account, .. } if account == house.bob)
    );
}

#[test]
fn s59_only_technicians_who_show_themselves_and_are_there_can_be_chosen() {
    let mut house = House::new();
    let bob = house.bob;
    house.is_available(bob, false);
    assert_eq!(house.refused(Actor::Visitor, by_name(&house, bob)).rule, Rule::NobodyThere);
    house.is_available(bob, true);
    house.logs_out(bob);
    assert_eq!(house.refused(Actor::Visitor, by_name(&house, bob)).rule, Rule::NobodyThere);
    house.changes(RecordId::Account(house.cleo), |record| {
        let Record::Account(cleo) = record else { panic!("no account") };
        cleo.is_on_portals = false;
    });
    assert_eq!(house.refused(Actor::Visitor, by_name(&house, house.cleo)).rule, Rule::NotFound);
    house.changes(RecordId::Portal(house.portal), |record| {
        let Record::Portal(portal) = record else { panic!("no portal") };
        portal.shows_technicians = false;
    });
    assert_eq!(house.refused(Actor::Visitor, by_name(&house, house.ann)).rule, Rule::NotFound);
}

#[test]
fn s63_a_customer_who_chose_an_issue_waits_in_the_queue_of_the_team_that_owns_it() {
    let mut house = House::new();
    let (printer, network) = (house.waits(house.printers), house.waits(house.networks));
    assert_eq!(house.session(printer).queue(), Some(Queue::Team(house.first)));
    assert_eq!(house.session(network).queue(), Some(Queue::Team(house.second)));
}

#[test]
fn s63_only_issues_of_the_portals_form_can_be_chosen() {
    let mut house = House::new();
    let other = Portal { name: "Other".to_owned(), path: "/other".to_owned(), ..Portal::default() };
    let portal = desk::PortalId::new(house.creates(Record::Portal(other)));
    let (issue, customer) = (house.printers, customer(Client::Chat));
    let command = session::Command::StartByIssue { portal, issue, customer };
    assert_eq!(house.refused(Actor::Visitor, command).rule, Rule::NotFound);
}

#[test]
fn technicians_start_no_sessions_as_customers() {
    let mut house = House::new();
    let (portal, issue) = (house.portal, house.printers);
    let command = session::Command::StartByIssue { portal, issue, customer: customer(Client::Chat) };
    assert_eq!(house.refused(house.ann, command).rule, Rule::WrongActor);
    assert_eq!(house.refused(house.ann, by_name(&house, house.bob)).rule, Rule::WrongActor);
    let command = session::Command::StartByKey { key: digest(1), customer: customer(Client::Chat) };
    assert_eq!(house.refused(house.ann, command).rule, Rule::WrongActor);
}

#[test]
fn a_customer_who_never_comes_is_not_waited_for() {
    let mut house = House::new();
    let (portal, issue) = (house.portal, house.printers);
    let command = session::Command::StartByIssue { portal, issue, customer: customer(Client::Agent) };
    let session = started_session(&house.does(Actor::Visitor, command));
    house.passes(crate::house::CUSTOMER_GRACE_S - 1);
    assert!(house.desk.session(session).is_some());
    house.passes(1);
    assert!(house.desk.session(session).is_none());
}

#[test]
fn a_customer_comes_to_his_own_session_and_says_what_with() {
    let mut house = House::new();
    let (one, other) = (house.waits(house.printers), house.waits(house.printers));
    let came = |session, client| session::Command::CustomerCame { session, client };
    assert_eq!(house.refused(Actor::Customer(other), came(one, Client::Chat)).rule, Rule::WrongActor);
    assert_eq!(house.refused(house.ann, came(one, Client::Agent)).rule, Rule::WrongActor);
    let refusal = house.refused(Actor::Customer(one), came(one, Client::Installed));
    assert_eq!(refusal.field, Some("client"));
    assert_eq!(
        house.does(Actor::Relay, came(one, Client::Chat)),
        [],
        "his agent is here: its page changes nothing"
    );
    house.does(Actor::Relay, session::Command::CustomerLost { session: one });
    assert!(matches!(house.session(one).customer.presence, CustomerPresence::Lost { .. }));
    house.does(Actor::Relay, came(one, Client::Chat));
    assert_eq!(house.session(one).customer.client, Client::Chat);
    house.does(Actor::Customer(one), came(one, Client::Agent));
    assert_eq!(house.session(one).customer.client, Client::Agent);
}

#[test]
fn s237_a_session_that_began_as_a_chat_offers_chat_only() {
    let mut house = House::new();
    let portal = house.portal;
    house.changes_site(|site| {
        let view = desk::permission::Permission::View;
        site.permissions = site.permissions.clone().with(view, desk::permission::Setting::Allowed);
    });
    let (issue, customer) = (house.printers, customer(Client::Chat));
    let started = house.does(Actor::Visitor, session::Command::StartByIssue { portal, issue, customer });
    let session = started_session(&started);
    house.comes(session);
    house.does(house.ann, session::Command::Accept { session });
    assert!(house.desk.rights(session, house.ann.into()).permissions.is_empty());
    house.does(house.ann, crate::house::say(session, "How can I help?"));
    let client = Client::Agent;
    house.does(Actor::Customer(session), session::Command::CustomerCame { session, client });
    assert!(!house.desk.rights(session, house.ann.into()).permissions.is_empty(), "now he has an agent");
}
