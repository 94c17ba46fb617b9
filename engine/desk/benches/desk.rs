//! The desk with 100,000 Jump items: a search, a page of a list, and the lists themselves, as a technician asks
//! for them. A search has 50 ms, a page 20 ms.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use desk::jump::{Item, ItemPlace, LISTED_MAX, Label, Query, Seen};
use desk::permission::{Permission, Permissions, Setting};
use desk::record::{Account, Grant, Grantee, JumpGroup, JumpRight, Record, RecordId, Role};
use desk::{AccountId, Desk, EntityId, GroupId, ItemId, RoleId, Snapshot};
use jiff::Timestamp;

const ITEMS: u64 = 100_000;
const GROUPS: u64 = 200;
const ACCOUNT: AccountId = AccountId::new(1);

/// A technician who reaches every item, through one role on every group.
fn desk() -> Desk {
    let mut desk = Desk::default();
    let permissions = Permissions::default().with(Permission::Jump, Setting::Allowed);
    let account = Account { is_enabled: true, permissions, ..Account::default() };
    put(&mut desk, RecordId::Account(ACCOUNT), Record::Account(account));
    let (role, grantee) = (RoleId::new(2), Grantee::Account(ACCOUNT));
    let record = Role { rights: [JumpRight::Start].into(), ..Role::default() };
    put(&mut desk, RecordId::Role(role), Record::Role(record));
    for number in 0..GROUPS {
        let access = vec![Grant { to: grantee, role }];
        let group = JumpGroup { name: format!("Site {number}"), access, ..JumpGroup::default() };
        put(&mut desk, RecordId::JumpGroup(GroupId::new(10 + number)), Record::JumpGroup(group));
    }
    for number in 0..ITEMS {
        let is_back =
            desk.restore(EntityId::Item(ItemId::new(number)), Snapshot::Item { item: item(number) });
        assert!(is_back, "an item by the name of one");
    }
    desk
}

fn put(desk: &mut Desk, id: RecordId, record: Record) {
    assert!(desk.restore(EntityId::Record(id), Snapshot::Record { version: 1, record }), "{id:?}");
}

fn item(number: u64) -> Item {
    let label = Label {
        name: format!("Till {number} of the shop"),
        comments: format!("Beside the entrance, floor {}; restart it on Mondays only", number % 7),
        tags: [format!("shop-{}", number % 500), "till".to_owned()].into(),
        attributes: [("building".to_owned(), format!("Block {}", number % 40))].into(),
        policy: None,
    };
    let seen = Seen {
        host_name: format!("SHOP-{}-TILL-{number}", number % 500),
        os: "Debian GNU/Linux".to_owned(),
        public_ip: format!("203.0.113.{}", number % 250),
        private_ips: vec![format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255)],
        ..Seen::default()
    };
    let place = ItemPlace::Group(GroupId::new(10 + number % GROUPS));
    Item { version: 1, place, label, has_password: false, seen, enrolled: Timestamp::UNIX_EPOCH }
}

fn jump(c: &mut Criterion) {
    let desk = desk();
    let one = |name: &str, value: &str| Query::default().with(name, value).expect("a query");
    let searches = [
        ("nothing", one("search_string", "no such computer"), 0),
        ("one", one("search_string", "till-99999"), 1),
        ("many", one("search_string", "till-1"), 11_111),
        ("tag", one("client.tag", "shop-7"), 200),
        ("attribute", one("session.custom.building", "block 39"), 2500),
    ];
    let mut group = c.benchmark_group("desk/jump-100k");
    for (name, query, found) in searches {
        let ask = || desk.jump_list(ACCOUNT, None, &query).expect("a list");
        group.bench_function(format!("search/{name}"), |b| b.iter(|| black_box(ask())));
        let listing = ask();
        assert_eq!((listing.items.len(), listing.found), (found.min(LISTED_MAX), found), "{name}");
    }
    let place = Some(ItemPlace::Group(GroupId::new(10)));
    let page = |place| desk.jump_list(ACCOUNT, place, &Query::default()).expect("a list");
    group.bench_function("page/one group", |b| b.iter(|| black_box(page(place))));
    group.bench_function("page/all groups", |b| b.iter(|| black_box(page(None))));
    group.bench_function("places", |b| b.iter(|| black_box(desk.jump_places(ACCOUNT).expect("places"))));
    assert_eq!((page(place).found, page(None).found), (500, 100_000));
    group.finish();
}

criterion_group!(benches, jump);
criterion_main!(benches);
