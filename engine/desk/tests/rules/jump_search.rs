//! Search among the Jump items that somebody reaches.

use desk::jump::{Command, ItemPlace, LISTED_MAX, Label, Listing, Query, Seen};
use desk::permission::Permission;
use desk::record::{Grantee, JumpRight};
use desk::{AccountId, ItemId, Rule};

use crate::house::{House, refused, set};

/// A till and a laptop of one technician.
fn two() -> (House, AccountId, ItemId, ItemId) {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let text = str::to_owned;
    let label = Label {
        name: text("Till 4"),
        comments: text("Beside the\nfountain"),
        tags: set(&[text("till"), text("North")]),
        attributes: [(text("Building"), text("Block C"))].into(),
        policy: None,
    };
    let seen = Seen {
        host_name: text("SHOP-Till-4"),
        public_ip: text("203.0.113.7"),
        private_ips: vec![text("10.1.2.3"), text("fd00::4")],
        ..Seen::default()
    };
    let till = house.item_with(label, seen, ItemPlace::Personal(ana));
    let label = Label { name: text("Zoë's"), tags: set(&[text("tills")]), ..Label::default() };
    let seen = Seen { host_name: text("LAPTOP-9"), public_ip: text("198.51.100.1"), ..Seen::default() };
    let laptop = house.item_with(label, seen, ItemPlace::Personal(ana));
    (house, ana, till, laptop)
}

fn found(house: &House, account: AccountId, query: Query) -> Vec<ItemId> {
    house.desk.jump_list(account, None, &query).expect("a list").items
}

fn one(name: &str, value: &str) -> Query {
    Query::default().with(name, value).expect("a query")
}

#[test]
fn s36_a_search_string_matches_host_name_comments_and_addresses() {
    let (house, ana, till, laptop) = two();
    for (value, expected) in [
        ("shop-till", vec![till]),
        ("FOUNTAIN", vec![till]),
        ("203.0.113", vec![till]),
        ("10.1.2.3", vec![till]),
        ("fd00::4", vec![till]),
        ("laptop", vec![laptop]),
        ("ZOË", vec![laptop]),
        (" till 4 ", vec![till]),
        ("north", vec![]),
        ("block c", vec![]),
        ("nothing", vec![]),
        ("", vec![till, laptop]),
    ] {
        assert_eq!(found(&house, ana, Query::text(value).expect("a query")), expected, "{value:?}");
    }
}

#[test]
fn s37_where_several_match_all_are_listed_to_choose_from() {
    let (house, ana, till, laptop) = two();
    let listing = house.desk.jump_list(ana, None, &Query::text("1").expect("a query")).expect("a list");
    assert_eq!(listing, Listing { items: vec![till, laptop], found: 2 });
}

#[test]
fn s38_where_none_matches_the_list_says_so() {
    let (house, ana, ..) = two();
    let listing = house.desk.jump_list(ana, None, &Query::text("printer").expect("a query")).expect("a list");
    assert_eq!((listing.found, listing.asks_to_narrow()), (0, false));
}

#[test]
fn s39_each_criterion_looks_at_its_own_field() {
    let (house, ana, till, laptop) = two();
    for (name, value, expected) in [
        ("jump.method", "jump_client", vec![till, laptop]),
        ("client.hostname", "till-4", vec![till]),
        ("client.hostname", "Till 4", vec![]),
        ("client.comments", "beside", vec![till]),
        ("client.comments", "shop", vec![]),
        ("client.tag", "TILL", vec![till]),
        ("client.tag", "tills", vec![laptop]),
        ("client.tag", "til", vec![]),
        ("client.public_ip", "198.51", vec![laptop]),
        ("client.public_ip", "10.1.2.3", vec![]),
        ("client.private_ip", "10.1", vec![till]),
        ("client.private_ip", "203.0", vec![]),
        ("session.custom.building", "block", vec![till]),
        ("session.custom.Building", "C", vec![till]),
        ("session.custom.floor", "block", vec![]),
    ] {
        assert_eq!(found(&house, ana, one(name, value)), expected, "{name}={value}");
    }
    let both = one("search_string", "till").with("client.tag", "north").expect("a query");
    assert_eq!(found(&house, ana, both), [till]);
    let neither = one("search_string", "till").with("client.tag", "tills").expect("a query");
    assert_eq!(found(&house, ana, neither), []);
}

#[test]
fn s39_what_is_no_criterion_is_refused() {
    for (name, value, field) in [
        ("client.mood", "x", "criterion"),
        ("session.custom.", "x", "criterion"),
        ("jump.method", "rdp", "jump.method"),
        ("search_string", "two\nlines", "value"),
        ("search_string", &"x".repeat(256), "value"),
    ] {
        assert_eq!(refused(Query::default().with(name, value)), (Rule::BadField, Some(field)));
    }
    let many = (0..20).try_fold(Query::default(), |query, _| query.with("client.tag", "x")).expect("twenty");
    assert_eq!(refused(many.with("client.tag", "x")), (Rule::BadField, Some("criteria")));
}

#[test]
fn s40_tags_and_attributes_are_found_as_they_are_now() {
    let (mut house, ana, till, laptop) = two();
    house.relabel(laptop, |label| {
        label.tags = set(&["north".to_owned()]);
        label.attributes = [("building".to_owned(), "Block D".to_owned())].into();
    });
    assert_eq!(found(&house, ana, one("client.tag", "north")), [till, laptop]);
    assert_eq!(found(&house, ana, one("client.tag", "tills")), []);
    assert_eq!(found(&house, ana, one("session.custom.building", "d")), [laptop]);
    let seen = Seen { host_name: "RENAMED".to_owned(), ..Seen::default() };
    house.ask(desk::Actor::Endpoint(till), Command::Saw { item: till, seen }).expect("seen");
    assert_eq!(found(&house, ana, Query::text("renamed").expect("a query")), [till]);
    assert_eq!(found(&house, ana, Query::text("203.0.113.7").expect("a query")), []);
    house.administer(Command::Remove { item: till }).expect("removed");
    assert_eq!(found(&house, ana, Query::default()), [laptop]);
}

#[test]
fn a_search_finds_only_what_is_in_reach() {
    let (mut house, ..) = two();
    let bob = house.account("bob", &[Permission::Jump]);
    assert_eq!(found(&house, bob, Query::text("till").expect("a query")), []);
}

#[test]
fn s107_a_list_shows_fifty_items_and_asks_to_narrow() {
    let mut house = House::new();
    let admin = house.admin;
    for number in 1..=LISTED_MAX {
        house.item(&format!("till {number:02}"), ItemPlace::Personal(admin));
    }
    let list = |house: &House, text| house.desk.jump_list(admin, None, &Query::text(text).expect("a query"));
    let listing = list(&house, "").expect("a list");
    assert_eq!((listing.items.len(), listing.found, listing.asks_to_narrow()), (50, 50, false));
    house.item("till 51", ItemPlace::Personal(admin));
    let listing = list(&house, "").expect("a list");
    assert_eq!((listing.items.len(), listing.found, listing.asks_to_narrow()), (50, 51, true));
    let listing = list(&house, "till 51").expect("a list");
    assert_eq!((listing.items.len(), listing.asks_to_narrow()), (1, false));
}

#[test]
fn s107_a_list_over_several_places_shows_fifty_and_counts_all() {
    let mut house = House::new();
    let (ana, role) = (house.account("ana", &[Permission::Jump]), house.role(&[JumpRight::Start], &[]));
    for name in ["Desks", "Tills"] {
        let group = house.group(name, &[(Grantee::Account(ana), role)]);
        for number in 0..30 {
            house.item(&format!("{name} {number}"), ItemPlace::Group(group));
        }
    }
    for query in [Query::default(), Query::text("S").expect("a query")] {
        let listing = house.desk.jump_list(ana, None, &query).expect("a list");
        assert_eq!((listing.items.len(), listing.found), (50, 60), "{query:?}");
        assert!(listing.asks_to_narrow());
    }
}

#[test]
fn lists_of_others_are_shown_when_something_is_in_them() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump, Permission::AllJumpItems]);
    let ben = house.account("ben", &[]);
    let listed = |house: &House| -> Vec<ItemPlace> {
        house.desk.jump_places(ana).expect("places").into_iter().map(|reached| reached.place).collect()
    };
    assert_eq!(listed(&house), [ItemPlace::Personal(ana)]);
    house.item("till", ItemPlace::Personal(ben));
    assert_eq!(listed(&house), [ItemPlace::Personal(ana), ItemPlace::Personal(ben)]);
}
