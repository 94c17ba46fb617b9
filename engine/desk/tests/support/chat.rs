//! Chats.

use desk::chat::{self, MESSAGE_MAX};
use desk::{Actor, Event, Rule};

use crate::house::{House, keep, leave, say};

#[test]
fn s71_members_of_a_team_chat_and_nobody_else_does() {
    let mut house = House::new();
    let say = |team| chat::Command::SayToTeam { team, text: "Lunch?".to_owned() };
    for account in [house.ann, house.bob, house.cleo] {
        house.does(account, say(house.first));
    }
    for outsider in [house.dan, house.eve, house.root] {
        assert_eq!(house.refused(outsider, say(house.first)).rule, Rule::MembersOnly);
        assert!(!house.desk.reads_team_chat(outsider.into(), house.first));
    }
    assert_eq!(house.refused(Actor::Visitor, say(house.first)).rule, Rule::WrongActor);
}

#[test]
fn s70_everybody_of_a_team_hears_what_is_said_in_it() {
    let mut house = House::new();
    let before = house.desk.clone();
    let events = house.does(house.ann, chat::Command::SayToTeam { team: house.first, text: "Hi".to_owned() });
    let audience = events[0].audience(&before);
    assert_eq!(audience.accounts.into_iter().collect::<Vec<_>>(), [house.ann, house.bob, house.cleo]);
    assert!(!audience.everybody);
}

#[test]
fn s255_s277_technicians_who_share_a_session_chat_with_each_other_and_the_customer() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.joins(house.ann, session, house.bob);
    let guest = house.joins_from_outside(house.ann, session, 1);
    for who in [house.ann.into(), house.bob.into(), Actor::External(guest), Actor::Customer(session)] {
        let before = house.desk.clone();
        let events = house.does(who, say(session, "Hello."));
        let audience = events[0].audience(&before);
        assert!([house.ann, house.bob].iter().all(|account| audience.accounts.contains(account)));
        assert!(audience.externals.contains(&guest) && audience.customers.contains(&session));
        assert!(!audience.accounts.contains(&house.cleo));
    }
}

#[test]
fn s274_a_chat_needs_no_permission_to_see_the_screen() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let rights = house.desk.rights(session, house.ann.into());
    assert!(!rights.has(desk::permission::Permission::View));
    house.does(house.ann, say(session, "How can I help?"));
}

#[test]
fn s265_who_joins_reads_the_whole_chat_and_who_left_reads_nothing() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.does(house.ann, say(session, "Before he came."));
    assert!(!house.desk.reads_chat(house.bob.into(), session));
    house.joins(house.ann, session, house.bob);
    assert!(house.desk.reads_chat(house.bob.into(), session));
    house.does(house.bob, leave(session));
    assert!(!house.desk.reads_chat(house.bob.into(), session));
    assert!(house.desk.reads_chat(Actor::Customer(session), session));
    let other = house.waits(house.printers);
    assert!(!house.desk.reads_chat(Actor::Customer(other), session));
}

#[test]
fn who_is_not_in_a_session_says_nothing_in_it() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    for who in [house.bob, house.dan, house.root] {
        assert_eq!(house.refused(who, say(session, "Hi")).rule, Rule::MembersOnly);
    }
    let other = house.waits(house.printers);
    assert_eq!(house.refused(Actor::Customer(other), say(session, "Hi")).rule, Rule::MembersOnly);
    assert_eq!(house.refused(Actor::Visitor, say(session, "Hi")).rule, Rule::MembersOnly);
    house.does(house.ann, keep(session));
    assert_eq!(house.refused(house.ann, say(session, "Hi")).rule, Rule::MembersOnly);
}

#[test]
fn a_customer_who_is_gone_says_nothing_more() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    house.does(house.ann, desk::session::Command::DisconnectCustomer { session });
    assert_eq!(house.refused(Actor::Customer(session), say(session, "Hi")).rule, Rule::Over);
    house.does(house.ann, say(session, "He restarted it."));
}

#[test]
fn a_message_is_not_empty_and_not_longer_than_it_may_be() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    for wrong in ["", " \n", &"x".repeat(MESSAGE_MAX + 1)] {
        assert_eq!(house.refused(house.ann, say(session, wrong)).field, Some("text"));
        let to_team = chat::Command::SayToTeam { team: house.first, text: wrong.to_owned() };
        assert_eq!(house.refused(house.ann, to_team).field, Some("text"));
    }
    house.does(house.ann, say(session, &"é".repeat(MESSAGE_MAX)));
}

#[test]
fn messages_have_numbers_of_their_own() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let mut number = || match house.does(house.ann, say(session, "Hi")).as_slice() {
        [Event::Chat(chat::Event::Said { message, .. })] => message.get(),
        other => panic!("nothing was said: {other:?}"),
    };
    assert!(number() < number());
}
