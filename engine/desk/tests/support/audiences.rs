//! Who hears of what happens, whom letters go to, and what holds a record in its place meanwhile.

use std::collections::BTreeSet;

use desk::invitation::{self, Invited};
use desk::permission::Permission;
use desk::record::{self, Record, RecordId};
use desk::session::{self, Client, Deed, Queue, Step};
use desk::{AccountId, Actor, Audience, Event, Participant, Rule, key};

use crate::house::{House, accept, come_in, customer, digest, external_invitation, invite, offer};

/// Whom the events of a command concern, all together.
fn heard_by(house: &mut House, actor: impl Into<Actor>, command: impl Into<desk::Command>) -> Audience {
    let events = house.desk.handle(house.now, actor.into(), command.into()).expect("allowed");
    let mut all = Audience::default();
    for event in events {
        let audience = event.audience(&house.desk);
        all.accounts.extend(audience.accounts);
        all.customers.extend(audience.customers);
        all.externals.extend(audience.externals);
        all.everybody |= audience.everybody;
        all.administrators |= audience.administrators;
        house.desk.apply(house.now, &event);
    }
    all
}

fn people(accounts: &[AccountId]) -> BTreeSet<AccountId> {
    accounts.iter().copied().collect()
}

#[test]
fn an_invitation_is_heard_of_by_those_who_are_invited_and_those_who_are_in() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let (ann, bob, printers) = (house.ann, house.bob, house.printers);
    let heard = heard_by(&mut house, ann, invite(session, Invited::Account(bob)));
    assert_eq!((heard.accounts, heard.customers), (people(&[ann, bob]), [session].into()));
    let open = *house.desk.invitations().keys().next().expect("an invitation");
    let heard = heard_by(&mut house, bob, invitation::Command::Decline { invitation: open });
    assert_eq!(heard.accounts, people(&[ann, bob]));

    let heard = heard_by(&mut house, ann, invite(session, Invited::Help(printers)));
    let staff: BTreeSet<_> =
        house.desk.teams().get(house.first).expect("a team").members.keys().copied().collect();
    assert!(staff.is_subset(&heard.accounts), "{heard:?} lacks some of {staff:?}");
}

#[test]
fn who_comes_in_or_owns_a_session_hears_of_it() {
    let mut house = House::new();
    let session = house.waits(house.printers);
    let (ann, bob, cleo) = (house.ann, house.bob, house.cleo);
    assert!(heard_by(&mut house, ann, accept(session)).accounts.contains(&ann));
    let heard = heard_by(&mut house, ann, offer(session, Queue::Personal(cleo)));
    assert!(heard.accounts.is_superset(&people(&[ann, cleo])), "{heard:?}");
    let heard = heard_by(&mut house, cleo, accept(session));
    assert!(heard.accounts.is_superset(&people(&[ann, cleo])), "{heard:?}");
    let open = house.invites(cleo, session, Invited::Account(bob));
    assert!(heard_by(&mut house, bob, come_in(open)).accounts.contains(&bob));
}

#[test]
fn people_from_outside_hear_of_their_own_coming_and_of_nothing_before() {
    let mut house = House::new();
    house.allows(house.ann, Permission::InviteExternals);
    let session = house.owned_by(house.ann);
    let ann = house.ann;
    let heard = heard_by(&mut house, ann, external_invitation(session, 9));
    assert_eq!((heard.accounts, heard.externals), (people(&[ann]), BTreeSet::new()));
    let key = digest(9);
    let heard = heard_by(&mut house, Actor::Visitor, invitation::Command::JoinExternal { key });
    let external = *house.desk.externals().keys().next().expect("somebody");
    assert_eq!((heard.accounts, heard.externals), (people(&[ann]), [external].into()));
}

#[test]
fn an_event_names_who_is_in_by_it() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let (ann, bob) = (Participant::Account(house.ann), Participant::Account(house.bob));
    let owned = session::Event::Owned { session, owner: house.ann, before: None };
    assert_eq!(owned.comes_in(), [ann]);
    let joined = session::Event::Joined { session, who: bob, invited_by: None, invitation: None };
    assert_eq!(joined.comes_in(), [bob]);
    let state = Box::new(house.desk.session(session).expect("a session").clone());
    assert_eq!(session::Event::Started { session, state }.comes_in(), [ann]);
    assert_eq!(session::Event::CustomerGone { session }.comes_in(), []);
}

#[test]
fn what_is_done_at_an_endpoint_is_said_by_the_relay_or_by_who_did_it_and_its_customer_does_not_hear() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let who = Participant::Account(house.ann);
    let deed = |id: &str| Deed::Special { id: id.to_owned(), run_as: None };
    let act = |session, id: &str| session::Command::Act { session, who, deed: deed(id), step: Step::Began };
    for actor in [Actor::Relay, Actor::from(house.ann)] {
        let events = house.does(actor, act(session, "reboot"));
        assert!(matches!(events[..], [Event::Session(session::Event::Acted { .. })]), "{events:?}");
        let heard = events[0].audience(&house.desk);
        assert_eq!((heard.accounts, heard.customers), (people(&[house.ann]), BTreeSet::new()));
        assert!(events[0].touches().is_empty(), "the desk keeps nothing of it");
    }
    assert_eq!(house.refused(house.bob, act(session, "reboot")).rule, Rule::WrongActor);
    let gone = desk::SessionId::new(session.get() + 999);
    assert_eq!(house.refused(Actor::Relay, act(gone, "reboot")).rule, Rule::NotFound);
    let long = house.refused(Actor::Relay, act(session, &"x".repeat(2000)));
    assert_eq!((long.rule, long.field), (Rule::BadField, Some("deed")));
    let quiet = session::Command::Act { session, who, deed: Deed::AskConsent, step: Step::Done };
    house.does(Actor::Relay, quiet);
}

#[test]
fn an_endpoint_ends_only_the_session_that_is_with_it_and_once() {
    let mut house = House::new();
    let other = house.owned_by(house.ann);
    let (item, jump) = crate::losses::jumped(&mut house, false);
    house.does(Actor::Endpoint(item), session::Command::CustomerEnds);
    let presence = |house: &House, id| house.desk.session(id).map(|session| session.customer.presence);
    assert_eq!(presence(&house, jump), Some(session::CustomerPresence::Gone));
    assert_eq!(presence(&house, other), Some(session::CustomerPresence::Here));
    let again = house.refused(Actor::Endpoint(item), session::Command::CustomerEnds);
    assert_eq!(again.rule, Rule::NotFound);
}

#[test]
fn a_letter_with_a_key_goes_to_an_address_by_who_made_it_as_long_as_it_waits() {
    let mut house = House::new();
    house.allows(house.bob, Permission::GenerateKeys);
    let key = house.makes_key(house.ann, 1, 600);
    let mail = |number, to: &str| key::Command::Mail { key, digest: digest(number), to: to.to_owned() };
    assert_eq!(house.refused(house.bob, mail(1, "cara@example.org")).rule, Rule::NotFound);
    assert_eq!(house.refused(house.ann, mail(2, "cara@example.org")).field, Some("code"));
    assert_eq!(house.refused(house.ann, mail(1, "cara")).field, Some("to"));
    for _ in 0..key::LETTERS_MAX {
        house.does(house.ann, mail(1, "cara@example.org"));
    }
    assert_eq!(house.refused(house.ann, mail(1, "cara@example.org")).rule, Rule::Full);
    let customer = customer(Client::Chat);
    house.does(Actor::Visitor, session::Command::StartByKey { key: digest(1), customer });
    assert_eq!(house.refused(house.ann, mail(1, "cara@example.org")).rule, Rule::Used);
}

#[test]
fn a_letter_with_an_invitation_goes_to_an_address_by_who_invited_as_long_as_nobody_came() {
    let mut house = House::new();
    house.allows(house.bob, Permission::InviteExternals);
    let session = house.owned_by(house.ann);
    let external = house.invites_external(house.ann, session, 9);
    let mail = |number, to: &str| {
        let (key, to) = (digest(number), to.to_owned());
        invitation::Command::MailExternal { external, key, to }
    };
    assert_eq!(house.refused(house.bob, mail(9, "eva@example.org")).rule, Rule::OwnerOnly);
    assert_eq!(house.refused(house.ann, mail(8, "eva@example.org")).field, Some("key"));
    assert_eq!(house.refused(house.ann, mail(9, "eva")).field, Some("to"));
    for _ in 0..key::LETTERS_MAX {
        house.does(house.ann, mail(9, "eva@example.org"));
    }
    assert_eq!(house.refused(house.ann, mail(9, "eva@example.org")).rule, Rule::Full);
    house.does(Actor::Visitor, invitation::Command::JoinExternal { key: digest(9) });
    assert_eq!(house.refused(house.ann, mail(9, "eva@example.org")).rule, Rule::Used);
}

#[test]
fn an_issue_stays_as_long_as_somebody_is_asked_for_help_by_it() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let (ann, issue) = (house.ann, RecordId::Issue(house.printers));
    house.changes(RecordId::Portal(house.portal), |record| {
        let Record::Portal(portal) = record else { panic!("no portal") };
        portal.issues.clear();
    });
    let open = house.invites(ann, session, Invited::Help(house.printers));
    let held = house.refused(Actor::Operator, record::Command::Remove { id: issue });
    assert!(held.detail.contains("1 invitations"), "{}", held.detail);
    house.does(ann, invitation::Command::Cancel { invitation: open });
    house.does(Actor::Operator, record::Command::Remove { id: issue });
    assert!(house.desk.issues().get(house.printers).is_none());
    assert!(house.desk.issues().get(house.networks).is_some(), "the other stays");
}

#[test]
fn an_endpoint_comes_back_to_the_session_that_is_with_it_and_to_no_other() {
    let mut house = House::new();
    let other = house.owned_by(house.ann);
    let (item, jump) = crate::losses::jumped(&mut house, false);
    house.does(Actor::Relay, session::Command::CustomerLost { session: jump });
    let came = |session, client| session::Command::CustomerCame { session, client };
    let stranger = Actor::Endpoint(desk::ItemId::new(item.get() + 1));
    assert_eq!(house.refused(stranger, came(jump, Client::Installed)).rule, Rule::WrongActor);
    assert_eq!(house.refused(Actor::Endpoint(item), came(other, Client::Agent)).rule, Rule::WrongActor);
    house.does(Actor::Endpoint(item), came(jump, Client::Installed));
    let presence = house.desk.session(jump).map(|session| session.customer.presence);
    assert_eq!(presence, Some(session::CustomerPresence::Here));
}

#[test]
fn an_invitation_arrives_in_the_queue_of_those_who_are_invited() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let to = Invited::Account(house.bob);
    let events = house.desk.handle(house.now, house.ann.into(), invite(session, to).into()).expect("allowed");
    assert_eq!(events[0].arrives_in(&house.desk), Some(Queue::Personal(house.bob)));
    let done = session::Event::CustomerGone { session };
    assert_eq!(Event::from(done).arrives_in(&house.desk), None);
}

#[test]
fn everybody_hears_of_records_and_only_their_makers_of_keys() {
    let mut house = House::new();
    let (ann, id) = (house.ann, RecordId::Account(house.cleo));
    let heard = heard_by(&mut house, Actor::Operator, record::Command::Remove { id });
    assert!(heard.everybody && heard.administrators, "{heard:?}");
    let preferences = record::Preferences { extended_availability: true, ..house.desk.preferences(ann) };
    let heard = heard_by(&mut house, ann, record::Command::Prefer { preferences });
    assert!(heard.everybody && !heard.administrators && heard.accounts.contains(&ann), "{heard:?}");

    let (portal, valid_for_s) = (house.portal, 600);
    let make = key::Command::Make { digest: digest(1), portal, valid_for_s };
    assert_eq!(heard_by(&mut house, ann, make).accounts, people(&[ann]));
    let key = *house.desk.keys().keys().next().expect("a key");
    assert_eq!(heard_by(&mut house, ann, key::Command::Revoke { key }).accounts, people(&[ann]));
}

#[test]
fn only_an_account_is_an_account() {
    let house = House::new();
    assert_eq!(Participant::Account(house.ann).account(), Some(house.ann));
    assert_eq!(Participant::External(desk::ExternalId::new(1)).account(), None);
}

#[test]
fn whoever_owns_joins_or_leaves_hears_of_it_even_where_nothing_else_tells_him() {
    let mut house = House::new();
    let session = house.owned_by(house.ann);
    let (dan, who) = (house.dan, Participant::Account(house.dan));
    let why = session::Left::Removed;
    for event in [
        session::Event::Owned { session, owner: dan, before: Some(house.ann) },
        session::Event::Joined { session, who, invited_by: None, invitation: None },
        session::Event::Left { session, who, why },
    ] {
        let heard = Event::from(event.clone()).audience(&house.desk);
        assert_eq!(heard.accounts, people(&[house.ann, dan]), "{event:?}");
    }
    assert!(house.desk.session_policies().get(house.guests).is_some());
}
