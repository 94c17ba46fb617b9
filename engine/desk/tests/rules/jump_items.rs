//! Jump items: install tokens, enrolment, and what people change.

use desk::jump::{Command, Event, ItemPlace, Label, Seen};
use desk::permission::Permission;
use desk::record::{Grantee, JumpRight};
use desk::{AccountId, Actor, GroupId, InstallTokenId, ItemId, Rule};

use crate::house::{House, digest, refused, set};

fn token(place: ItemPlace, uses_max: u32) -> Command {
    let label = Label { tags: set(&["till".to_owned()]), ..Label::default() };
    Command::MakeToken { digest: digest(7), place, label, valid_for_s: 3600, uses_max }
}

fn enrol(item: u64) -> Command {
    let seen = Seen { host_name: format!("till-{item}"), ..Seen::default() };
    Command::Enrol { digest: digest(7), item: ItemId::new(item), seen }
}

fn agent(item: u64) -> Actor {
    Actor::Endpoint(ItemId::new(item))
}

/// Somebody with a role in a group.
fn with_role(house: &mut House, rights: &[JumpRight]) -> (AccountId, GroupId) {
    let ana = house.account("ana", &[Permission::Jump, Permission::InstallJumpItems]);
    let role = house.role(rights, &[]);
    (ana, house.group("Tills", &[(Grantee::Account(ana), role)]))
}

#[test]
fn a_token_enrols_endpoints_into_its_place_with_its_label() {
    let mut house = House::new();
    let (ana, group) = with_role(&mut house, &[JumpRight::Add]);
    let place = ItemPlace::Group(group);
    house.ask(Actor::Account(ana), token(place, 2)).expect("a token");
    house.ask(agent(1), enrol(1)).expect("an item");
    let item = &house.desk.items()[&ItemId::new(1)];
    assert_eq!((item.place, item.label.name.as_str(), item.version), (place, "till-1", 1));
    assert_eq!(item.label.tags, set(&["till".to_owned()]));
    assert_eq!((item.enrolled, item.has_password), (house.now, false));
}

#[test]
fn a_token_enrols_as_many_endpoints_as_it_says() {
    let mut house = House::new();
    house.ask(Actor::Operator, token(ItemPlace::Personal(house.admin), 2)).expect("a token");
    house.ask(agent(1), enrol(1)).expect("an item");
    house.ask(agent(2), enrol(2)).expect("an item");
    assert_eq!(refused(house.ask(agent(3), enrol(3))).0, Rule::NotFound);
    assert!(house.desk.tokens().is_empty());
}

#[test]
fn a_token_enrols_for_as_long_as_it_says() {
    let mut house = House::new();
    house.ask(Actor::Operator, token(ItemPlace::Personal(house.admin), 2)).expect("a token");
    house.later(1);
    assert_eq!(refused(house.ask(agent(1), enrol(1))).0, Rule::Expired);
    let next = Command::MakeToken {
        digest: digest(8),
        place: ItemPlace::Personal(house.admin),
        label: Label::default(),
        valid_for_s: 60,
        uses_max: 1,
    };
    house.ask(Actor::Operator, next).expect("another");
    assert_eq!(house.desk.tokens().len(), 1, "the expired one is forgotten");
}

#[test]
fn nobody_enrols_but_the_endpoint_itself() {
    let mut house = House::new();
    house.ask(Actor::Operator, token(ItemPlace::Personal(house.admin), 9)).expect("a token");
    for actor in [Actor::Visitor, agent(2), Actor::Account(house.admin), Actor::Operator] {
        assert_eq!(refused(house.ask(actor, enrol(1))).0, Rule::WrongActor, "{actor:?}");
    }
    house.ask(Actor::Relay, enrol(1)).expect("said by the relay for it");
}

#[test]
fn who_makes_a_token_may_install_and_add() {
    let mut house = House::new();
    let (ana, group) = with_role(&mut house, &[JumpRight::Add]);
    let bob = house.account("bob", &[Permission::Jump]);
    let own = |account| ItemPlace::Personal(account);
    assert_eq!(refused(house.ask(Actor::Account(bob), token(own(bob), 1))).0, Rule::Permission);
    let carl = house.account("carl", &[Permission::InstallJumpItems]);
    for place in [ItemPlace::Group(group), own(ana), ItemPlace::Group(GroupId::new(999))] {
        assert_eq!(refused(house.ask(Actor::Account(carl), token(place, 1))).0, Rule::NotFound);
    }
    house.ask(Actor::Account(carl), token(own(carl), 1)).expect("into his own list");
    assert_eq!(refused(house.ask(Actor::Account(ana), token(own(ana), 1))).0, Rule::Taken);
}

#[test]
fn a_token_has_bounds() {
    let mut house = House::new();
    let place = ItemPlace::Personal(house.admin);
    for (valid_for_s, uses_max, field) in
        [(1, 1, "valid_for_s"), (60, 0, "uses_max"), (60, u32::MAX, "uses_max")]
    {
        let label = Label::default();
        let make = Command::MakeToken { digest: digest(1), place, label, valid_for_s, uses_max };
        assert_eq!(refused(house.administer(make)), (Rule::BadField, Some(field)));
    }
}

#[test]
fn a_token_is_taken_back_by_whoever_made_it_and_by_administrators() {
    let mut house = House::new();
    let (ana, group) = with_role(&mut house, &[JumpRight::Add]);
    let bob = house.account("bob", &[Permission::Jump]);
    for revoker in [Actor::Account(ana), Actor::Account(house.admin), Actor::Operator] {
        house.ask(Actor::Account(ana), token(ItemPlace::Group(group), 1)).expect("a token");
        let token = *house.desk.tokens().keys().next().expect("a token");
        let revoke = || Command::RevokeToken { token };
        for actor in [Actor::Account(bob), agent(1), Actor::Visitor] {
            assert!(house.ask(actor, revoke()).is_err(), "{actor:?}");
        }
        house.ask(revoker, revoke()).expect("taken back");
        assert_eq!(refused(house.ask(agent(1), enrol(1))).0, Rule::NotFound);
    }
    let revoke = Command::RevokeToken { token: InstallTokenId::new(999) };
    assert_eq!(refused(house.administer(revoke)).0, Rule::NotFound);
}

#[test]
fn an_endpoint_that_comes_again_keeps_what_people_said_and_moves() {
    let mut house = House::new();
    let item = house.item("reception", ItemPlace::Personal(house.admin));
    let enrolled = house.desk.items()[&item].enrolled;
    let set_password = Command::SetPassword { item, has_password: true };
    house.administer(set_password).expect("a password");
    let group = house.group("Tills", &[]);
    house.later(1);
    house.ask(Actor::Operator, token(ItemPlace::Group(group), 1)).expect("a token");
    house.ask(Actor::Endpoint(item), enrol(item.get())).expect("enrolled again");
    let item = &house.desk.items()[&item];
    assert_eq!((item.label.name.as_str(), item.place), ("reception", ItemPlace::Group(group)));
    assert_eq!((item.seen.host_name.as_str(), item.has_password), ("till-1", true));
    assert_eq!((item.enrolled, item.version), (enrolled, 3));
}

#[test]
fn an_agent_speaks_of_its_own_computer_only() {
    let mut house = House::new();
    let item = house.item("till", ItemPlace::Personal(house.admin));
    let saw = |os: &str| Command::Saw { item, seen: Seen { os: os.to_owned(), ..Seen::default() } };
    for actor in [agent(99), Actor::Account(house.admin), Actor::Visitor] {
        assert_eq!(refused(house.ask(actor, saw("Debian"))).0, Rule::WrongActor, "{actor:?}");
    }
    assert_eq!(house.ask(Actor::Endpoint(item), saw("Debian")).expect("seen").len(), 1);
    assert_eq!(house.ask(Actor::Relay, saw("Debian")), Ok(Vec::new()), "nothing new");
    let long = house.ask(Actor::Endpoint(item), saw(&"x".repeat(256)));
    assert_eq!(refused(long), (Rule::BadField, Some("os")));
}

#[test]
fn each_right_on_a_group_allows_one_thing() {
    for right in JumpRight::ALL {
        let mut house = House::new();
        let (ana, group) = with_role(&mut house, &[right]);
        let item = house.item("till", ItemPlace::Group(group));
        let other = house.item("other", ItemPlace::Personal(ana));
        let label = Label { name: "new".to_owned(), ..Label::default() };
        let own = ItemPlace::Personal(ana);
        let tried = [
            (JumpRight::Add, Command::Move { item: other, to: ItemPlace::Group(group) }),
            (JumpRight::Edit, Command::Relabel { item, version: 1, label }),
            (JumpRight::Edit, Command::SetPassword { item, has_password: true }),
            (JumpRight::Remove, Command::Move { item, to: own }),
        ];
        for (needed, command) in tried {
            let result = house.ask(Actor::Account(ana), command.clone());
            assert_eq!(result.is_ok(), needed == right, "{command:?} with {right:?}");
        }
        let remove = house.ask(Actor::Account(ana), Command::Remove { item });
        assert_eq!(remove.is_ok(), right == JumpRight::Remove);
        house.log_in(ana);
        let jumped = house.jump(ana, item);
        assert_eq!(jumped.is_ok(), right == JumpRight::Start);
    }
}

#[test]
fn a_label_is_changed_from_the_version_that_was_read() {
    let mut house = House::new();
    let item = house.item("till", ItemPlace::Personal(house.admin));
    let relabel = |version, name: &str| {
        let label = Label { name: name.to_owned(), ..Label::default() };
        Command::Relabel { item, version, label }
    };
    house.administer(relabel(1, "reception")).expect("changed");
    assert_eq!(refused(house.administer(relabel(1, "kitchen"))).0, Rule::Stale);
    assert_eq!(house.administer(relabel(2, "reception")), Ok(Vec::new()), "nothing has changed");
    house.administer(relabel(2, "kitchen")).expect("changed");
}

#[test]
fn labels_have_bounds() {
    let mut house = House::new();
    let item = house.item("till", ItemPlace::Personal(house.admin));
    let label = || Label { name: "till".to_owned(), ..Label::default() };
    let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
    let attribute = |code: &str, value: &str| {
        let attributes = [(code.to_owned(), value.to_owned())].into();
        Label { attributes, ..label() }
    };
    for (field, label) in [
        ("name", Label::default()),
        ("comments", Label { comments: "x".repeat(2001), ..label() }),
        ("tags", Label { tags: set(&many), ..label() }),
        ("tags", Label { tags: set(&["two\nlines".to_owned()]), ..label() }),
        ("attributes", attribute("no spaces", "")),
        ("attributes", attribute("", "")),
        ("attributes", attribute("site", &"x".repeat(256))),
        ("policy", Label { policy: Some(desk::JumpPolicyId::new(999)), ..label() }),
    ] {
        let result = house.administer(Command::Relabel { item, version: 1, label });
        assert_eq!(refused(result), (Rule::BadField, Some(field)));
    }
}

#[test]
fn an_item_that_somebody_does_not_see_is_not_there_for_him() {
    let mut house = House::new();
    let item = house.item("till", ItemPlace::Personal(house.admin));
    let (ana, _) = with_role(&mut house, &JumpRight::ALL);
    let label = Label { name: "mine".to_owned(), ..Label::default() };
    for command in [
        Command::Relabel { item, version: 1, label },
        Command::Move { item, to: ItemPlace::Personal(ana) },
        Command::SetPassword { item, has_password: true },
        Command::Remove { item },
    ] {
        assert_eq!(refused(house.ask(Actor::Account(ana), command)).0, Rule::NotFound);
    }
}

#[test]
fn s236_an_item_is_detached_and_forgotten_with_its_usage() {
    let mut house = House::new();
    let admin = house.admin;
    let item = house.item("till", ItemPlace::Personal(admin));
    house.use_once(admin, item);
    let events = house.administer(Command::Remove { item }).expect("detached");
    assert_eq!(events, [Event::UsageForgotten { item, by: admin }.into(), Event::Removed { item }.into()]);
    assert!(house.desk.items().is_empty());
    let item = house.item("till", ItemPlace::Personal(admin));
    house.ask(Actor::Endpoint(item), Command::Remove { item }).expect("uninstalled at the computer");
    assert_eq!(refused(house.ask(Actor::Endpoint(item), Command::Remove { item })).0, Rule::NotFound);
}

#[test]
fn an_event_about_an_item_that_is_gone_changes_nothing() {
    let house = House::new();
    let mut desk = house.desk.clone();
    let item = ItemId::new(999);
    for event in [
        Event::Saw { item, seen: Seen::default() },
        Event::Relabelled { item, label: Label::default() },
        Event::Moved { item, to: ItemPlace::Personal(house.admin) },
        Event::PasswordSet { item, has_password: true },
        Event::Used { item, by: house.admin, overrode_schedule: false },
        Event::UsageForgotten { item, by: house.admin },
        Event::Removed { item },
        Event::TokenGone { token: InstallTokenId::new(999) },
    ] {
        desk.apply(house.now, &event.into());
        assert_eq!(desk, house.desk);
    }
}
