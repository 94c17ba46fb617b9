//! Who reaches which Jump item, and starts a session with it.

use desk::jump::{Command, ItemPlace, Query};
use desk::permission::Permission;
use desk::record::{Grantee, JumpRight, TeamRole};
use desk::session::PasswordProof;
use desk::{AccountId, Actor, ItemId, Rule};

use crate::house::{House, refused};

/// What an account is shown without a search.
fn seen(house: &House, account: AccountId) -> Vec<ItemId> {
    house.desk.jump_list(account, None, &Query::default()).expect("a list").items
}

#[test]
fn s93_a_privileged_account_jumps_and_owns_the_session() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let item = house.item("till", ItemPlace::Personal(ana));
    let session = house.jump(ana, item).expect("a session");
    assert_eq!(house.desk.session(session).expect("a session").owner(), Some(ana));
    let bob = house.account("bob", &[]);
    let own = house.item("laptop", ItemPlace::Personal(bob));
    assert_eq!(refused(house.jump(bob, own)).0, Rule::Permission);
    assert_eq!(refused(house.desk.jump_list(bob, None, &Query::default())).0, Rule::Permission);
    assert_eq!(refused(house.desk.jump_places(bob)).0, Rule::Permission);
    assert_eq!(refused(house.desk.frequent(bob)).0, Rule::Permission);
}

#[test]
fn s95_groups_are_reached_by_whom_they_name() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let bob = house.account("bob", &[Permission::Jump]);
    let role = house.role(&[JumpRight::Start], &[]);
    let group = house.group("Tills", &[(Grantee::Account(ana), role)]);
    let item = house.item("till", ItemPlace::Group(group));
    assert_eq!(seen(&house, ana), [item]);
    assert_eq!(seen(&house, bob), []);
    house.jump(ana, item).expect("a session");
    assert_eq!(refused(house.jump(bob, item)).0, Rule::NotFound);
}

#[test]
fn s96_items_are_listed_in_groups_after_the_own_list() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let role = house.role(&[JumpRight::Start], &[]);
    let access = [(Grantee::Account(ana), role)];
    let tills = house.group("tills", &access);
    let offices = house.group("Offices", &access);
    house.group("Hidden", &[]);
    let second = house.item("b", ItemPlace::Group(tills));
    let first = house.item("A", ItemPlace::Group(tills));
    let own = house.item("z", ItemPlace::Personal(ana));
    let places = house.desk.jump_places(ana).expect("places");
    let shown: Vec<_> =
        places.iter().map(|reached| (reached.place, reached.name.as_str(), reached.items)).collect();
    let expected = [
        (ItemPlace::Personal(ana), "ANA", 1),
        (ItemPlace::Group(offices), "Offices", 0),
        (ItemPlace::Group(tills), "tills", 2),
    ];
    assert_eq!(shown, expected);
    assert_eq!(seen(&house, ana), [own, first, second]);
    let one = house.desk.jump_list(ana, Some(ItemPlace::Group(tills)), &Query::default()).expect("a list");
    assert_eq!(one.items, [first, second]);
}

#[test]
fn s97_access_to_a_group_goes_by_the_role_that_was_granted() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let team = house.team("Printers", &[(ana, TeamRole::Member)]);
    let edits = house.role(&[JumpRight::Edit], &[Permission::View]);
    let starts = house.role(&[JumpRight::Start], &[Permission::Control]);
    let group = house.group("Tills", &[(Grantee::Account(ana), edits)]);
    let both = house.group("Both", &[(Grantee::Account(ana), edits), (Grantee::Team(team), starts)]);
    let item = house.item("till", ItemPlace::Group(group));
    assert_eq!(seen(&house, ana), [item]);
    assert_eq!(refused(house.jump(ana, item)).0, Rule::Permission);
    let access = house.desk.access(ana, ItemPlace::Group(both));
    assert!(access.may_start() && access.has(JumpRight::Edit));
    assert_eq!(access.session, [Permission::View, Permission::Control].into());
    let item = house.item("other", ItemPlace::Group(both));
    house.jump(ana, item).expect("a session");
}

#[test]
fn who_may_only_add_to_a_group_does_not_see_it() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let role = house.role(&[JumpRight::Add], &[]);
    let group = house.group("Tills", &[(Grantee::Account(ana), role)]);
    let item = house.item("till", ItemPlace::Group(group));
    assert_eq!(seen(&house, ana), []);
    assert_eq!(refused(house.jump(ana, item)).0, Rule::NotFound);
    let list = house.desk.jump_list(ana, Some(ItemPlace::Group(group)), &Query::default());
    assert_eq!(refused(list).0, Rule::NotFound);
}

#[test]
fn s98_everybody_has_a_personal_list() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let places = house.desk.jump_places(ana).expect("places");
    assert_eq!(places.iter().map(|reached| reached.place).collect::<Vec<_>>(), [ItemPlace::Personal(ana)]);
    assert!(JumpRight::ALL.iter().all(|right| places[0].access.has(*right)));
}

#[test]
fn s99_leads_managers_and_who_may_use_all_items_reach_a_personal_list() {
    for (role, permission, reaches) in [
        (TeamRole::Lead, Permission::TeamPersonalItems, true),
        (TeamRole::Manager, Permission::TeamPersonalItems, true),
        (TeamRole::Member, Permission::TeamPersonalItems, false),
        (TeamRole::Member, Permission::AllJumpItems, true),
        (TeamRole::Member, Permission::Control, false),
    ] {
        let mut house = House::new();
        let ana = house.account("ana", &[Permission::Jump]);
        let bob = house.account("bob", &[Permission::Jump, permission]);
        house.team("Printers", &[(ana, TeamRole::Member), (bob, role)]);
        let item = house.item("till", ItemPlace::Personal(ana));
        assert_eq!(seen(&house, bob) == [item], reaches, "{role:?} with {permission:?}");
        assert_eq!(house.jump(bob, item).is_ok(), reaches, "{role:?} with {permission:?}");
    }
}

#[test]
fn s100_a_lead_without_the_permission_or_of_another_team_reaches_no_personal_list() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let lead = house.account("lead", &[Permission::Jump]);
    let other = house.account("other", &[Permission::Jump, Permission::TeamPersonalItems]);
    house.team("Printers", &[(ana, TeamRole::Member), (lead, TeamRole::Lead)]);
    house.team("Network", &[(other, TeamRole::Manager)]);
    let item = house.item("till", ItemPlace::Personal(ana));
    for account in [lead, other] {
        assert_eq!(seen(&house, account), []);
        assert_eq!(refused(house.jump(account, item)).0, Rule::NotFound);
    }
}

#[test]
fn s101_who_may_use_all_items_reaches_groups_that_do_not_name_him() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump, Permission::AllJumpItems]);
    let group = house.group("Tills", &[]);
    let item = house.item("till", ItemPlace::Group(group));
    assert_eq!(seen(&house, ana), [item]);
    house.jump(ana, item).expect("a session");
    let remove = house.ask(Actor::Account(ana), Command::Remove { item });
    assert_eq!(refused(remove).0, Rule::Permission, "to use is not to change");
}

#[test]
fn s102_who_may_use_all_items_reaches_lists_of_people_outside_of_his_teams() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump, Permission::AllJumpItems]);
    let bob = house.account("bob", &[Permission::Jump]);
    let item = house.item("till", ItemPlace::Personal(bob));
    assert_eq!(seen(&house, ana), [item]);
    house.jump(ana, item).expect("a session");
}

#[test]
fn an_administrator_puts_lists_in_order() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let group = house.group("Tills", &[]);
    let item = house.item("till", ItemPlace::Personal(ana));
    house.administer(Command::Move { item, to: ItemPlace::Group(group) }).expect("moved");
    house.administer(Command::Remove { item }).expect("removed");
}

#[test]
fn s105_items_that_are_used_regularly_are_listed_by_use() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let items = ["a", "b", "c", "d"].map(|name| house.item(name, ItemPlace::Personal(ana)));
    for (item, times) in items.into_iter().zip([2, 3, 1, 3]) {
        for _ in 0..times {
            house.use_once(ana, item);
            house.later(1);
        }
    }
    let [a, b, _once, d] = items;
    assert_eq!(house.desk.frequent(ana).expect("a list"), [d, b, a]);
    assert_eq!(house.desk.frequent(house.admin).expect("a list"), []);
    let elsewhere = ItemPlace::Personal(house.admin);
    house.administer(Command::Move { item: d, to: elsewhere }).expect("moved");
    assert_eq!(house.desk.frequent(ana).expect("a list"), [b, a], "out of reach");
}

#[test]
fn s232_an_item_in_a_personal_list_is_reached_by_its_owner_only() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let bob = house.account("bob", &[Permission::Jump]);
    house.team("Printers", &[(ana, TeamRole::Member), (bob, TeamRole::Member)]);
    let item = house.item("till", ItemPlace::Personal(ana));
    assert_eq!(refused(house.jump(bob, item)).0, Rule::NotFound);
    house.jump(ana, item).expect("a session");
}

#[test]
fn s233_an_item_in_a_group_is_reached_by_its_members_only() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let bob = house.account("bob", &[Permission::Jump]);
    let team = house.team("Printers", &[(ana, TeamRole::Member)]);
    let role = house.role(&[JumpRight::Start], &[]);
    let group = house.group("Tills", &[(Grantee::Team(team), role)]);
    let item = house.item("till", ItemPlace::Group(group));
    assert_eq!(refused(house.jump(bob, item)).0, Rule::NotFound);
    house.jump(ana, item).expect("a session");
}

#[test]
fn s234_an_item_has_no_password_unless_one_is_set() {
    let mut house = House::new();
    let item = house.item("till", ItemPlace::Personal(house.admin));
    house.jump(house.admin, item).expect("a session");
}

#[test]
fn s235_with_a_password_only_the_right_one_starts_a_session() {
    let mut house = House::new();
    let (admin, item) = (house.admin, house.item("till", ItemPlace::Personal(house.admin)));
    house.administer(Command::SetPassword { item, has_password: true }).expect("a password");
    for proof in [PasswordProof::None, PasswordProof::Wrong] {
        assert_eq!(refused(house.jump_with(admin, item, proof, true)).0, Rule::Password, "{proof:?}");
    }
    house.jump_with(admin, item, PasswordProof::Right, false).expect("a session");
}
