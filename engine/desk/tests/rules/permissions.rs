//! What an account may do, and who decides.

use desk::AccountId;
use desk::permission::{Effective, Permission, Permissions, Setting, Source};
use desk::record::{Account, Command, Record, RecordId, Site, Team, TeamRole};

use crate::house::{House, account};

const JUMP: Permission = Permission::Jump;

/// An account with two teams and a site, each of which says something of one permission.
fn with(own: Setting, first: Setting, second: Setting, site: Setting) -> (House, AccountId) {
    let says = |setting| Permissions::default().with(JUMP, setting);
    let mut house = House::new();
    let ana = Account { permissions: says(own), ..account("ana") };
    let ana = AccountId::new(house.make(Record::Account(ana)).number());
    for (name, setting) in [("First", first), ("Second", second)] {
        let members = [(ana, TeamRole::Member)].into();
        let team = Team { name: name.to_owned(), members, permissions: says(setting), ..Team::default() };
        house.make(Record::Team(team));
    }
    // A team that is not hers says nothing of her.
    let other = Team { name: "Other".to_owned(), permissions: says(Setting::Denied), ..Team::default() };
    house.make(Record::Team(other));
    let site = Site { permissions: says(site), name: "Acme".to_owned(), ..Site::default() };
    house.administer(Command::ChangeSite { version: 1, site }).expect("changed");
    (house, ana)
}

#[test]
fn any_denial_wins_and_any_yes_is_enough_without_one() {
    const ALL: [Setting; 3] = [Setting::Allowed, Setting::Denied, Setting::Inherited];
    for index in 0..81 {
        let [own, first, second, site] = [1, 3, 9, 27].map(|place| ALL[index / place % 3]);
        let (house, ana) = with(own, first, second, site);
        let said = [own, first, second, site];
        let expected = said.contains(&Setting::Allowed) && !said.contains(&Setting::Denied);
        assert_eq!(house.desk.permission(ana, JUMP).is_allowed, expected, "{said:?}");
    }
}

#[test]
fn the_page_says_who_decides() {
    let (house, ana) = with(Setting::Inherited, Setting::Inherited, Setting::Denied, Setting::Allowed);
    let second = house.desk.teams().iter().find(|(_, team)| team.name == "Second").expect("a team").0;
    let all = house.desk.effective_permissions(ana);
    assert_eq!(all.len(), Permission::ALL.len());
    assert_eq!(all[&JUMP], Effective { is_allowed: false, source: Source::Team(second) });
    assert_eq!(all[&Permission::View], Effective { is_allowed: false, source: Source::Nobody });
}

#[test]
fn an_administrator_may_everything_that_is_not_denied() {
    let mut house = House::new();
    let admin = house.admin;
    for (permission, effective) in house.desk.effective_permissions(admin) {
        assert_eq!(
            effective,
            Effective { is_allowed: true, source: Source::Administrator },
            "{permission:?}"
        );
    }
    let permissions = Permissions::default().with(Permission::Shell, Setting::Denied);
    let record = Account { permissions, is_administrator: true, ..account("admin") };
    house.change(RecordId::Account(admin), Record::Account(record)).expect("changed");
    let denied = Effective { is_allowed: false, source: Source::Account };
    assert_eq!(house.desk.permission(admin, Permission::Shell), denied);
    assert!(house.desk.permission(admin, Permission::Control).is_allowed);
}

#[test]
fn an_account_that_is_not_there_may_nothing() {
    let house = House::new();
    let all = house.desk.effective_permissions(AccountId::new(999));
    assert!(all.values().all(|effective| !effective.is_allowed));
}
