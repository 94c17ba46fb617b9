//! Records: who changes them, what must be true of them, and versions.

use desk::permission::{PathLimits, Permission, Permissions, Setting};
use desk::record::{
    self, Account, Brand, Command, Consent, Grant, Grantee, Issue, JumpGroup, JumpPolicy, Portal,
    Preferences, QueueAction, QueueCondition, QueueRule, Record, RecordId, Role, SessionPolicy, Site, Team,
    TeamRole,
};
use desk::schedule::{Schedule, Window};
use desk::session::Queue;
use desk::{AccountId, Actor, Desk, Event, IssueId, RoleId, Rule, SessionPolicyId, TeamId};

use crate::house::{House, account, refused, set};

const NOBODY: AccountId = AccountId::new(999);
const NO_TEAM: TeamId = TeamId::new(999);

/// A record of every kind on one desk, each right.
fn furnished() -> (House, Vec<RecordId>) {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let team = house.team("Printers", &[(ana, TeamRole::Lead)]);
    let issue = Issue { name: "No paper".to_owned(), team, may_ask_for_help: true };
    let issue = house.make(Record::Issue(issue));
    let brand = Brand { title: "Help".to_owned(), color: Some("#1a2b3c".to_owned()), ..Brand::default() };
    let portal = Portal {
        name: "Public".to_owned(),
        path: "/help/printers".to_owned(),
        host: Some("help.example.org".to_owned()),
        issues: set(&[IssueId::new(issue.number())]),
        brand,
        ..Portal::default()
    };
    let portal = house.make(Record::Portal(portal));
    let rule = QueueRule {
        name: "To Ana".to_owned(),
        queue: Queue::Team(team),
        when: QueueCondition::WaitedFor(60),
        then: QueueAction::Move(Queue::Personal(ana)),
    };
    let rule = house.make(Record::QueueRule(rule));
    let role = house.role(&record::JumpRight::ALL, &[Permission::View]);
    let group = house.group("Tills", &[(Grantee::Account(ana), role), (Grantee::Team(team), role)]);
    let session_policy = house.session_policy("Look on", &[Permission::View], &["/etc"]);
    let jump_policy = house.work_days();
    let ids = vec![
        RecordId::Account(ana),
        RecordId::Team(team),
        issue,
        portal,
        rule,
        RecordId::Role(role),
        RecordId::JumpGroup(group),
        RecordId::SessionPolicy(session_policy),
        RecordId::JumpPolicy(jump_policy),
    ];
    (house, ids)
}

#[test]
fn a_record_of_every_kind_is_made_stored_and_read_back() {
    let (house, ids) = furnished();
    for id in ids {
        let (version, record) = house.desk.record(id).expect("a record");
        assert_eq!(version, 1);
        assert_eq!(RecordId::of(&record, id.number()), id);
    }
}

#[test]
fn an_empty_desk_gets_its_first_administrator_from_a_shell_on_the_server() {
    let (now, desk) = ("2026-11-18T11:00:00Z".parse().expect("a time"), Desk::default());
    let create = || Command::Create { record: Record::Account(account("ana")) }.into();
    for actor in [Actor::Visitor, Actor::Relay, Actor::Account(AccountId::new(1))] {
        assert!(desk.handle(now, actor, create()).is_err(), "{actor:?}");
    }
    assert_eq!(desk.handle(now, Actor::Operator, create()).expect("an account").len(), 1);
}

#[test]
fn only_administrators_change_records() {
    let (mut house, ids) = furnished();
    let bob = Actor::Account(house.account("bob", Permission::ALL));
    let before = house.desk.clone();
    for id in ids {
        let (version, record) = house.desk.record(id).expect("a record");
        let create = Command::Create { record: record.clone() };
        let change = Command::Change { id, version, record };
        for command in [create, change, Command::Remove { id }] {
            assert_eq!(refused(house.ask(bob, command)).0, Rule::Administrator);
        }
    }
    let site = Command::ChangeSite { version: 1, site: Site::default() };
    assert_eq!(refused(house.ask(bob, site)).0, Rule::Administrator);
    assert_eq!(house.desk, before);
}

#[test]
fn a_change_from_an_old_version_is_refused() {
    let (mut house, ids) = furnished();
    for id in ids {
        let (version, record) = house.desk.record(id).expect("a record");
        let change = |version| Command::Change { id, version, record: record.clone() };
        assert_eq!(refused(house.administer(change(version + 1))).0, Rule::Stale);
        assert_eq!(house.administer(change(version)), Ok(Vec::new()), "nothing has changed");
    }
    let site = Site { name: "Acme".to_owned(), ..Site::default() };
    house.administer(Command::ChangeSite { version: 1, site: site.clone() }).expect("changed");
    assert_eq!((house.desk.site().version, &house.desk.site().record), (2, &site));
    assert_eq!(refused(house.administer(Command::ChangeSite { version: 1, site })).0, Rule::Stale);
}

#[test]
fn a_change_counts_the_version() {
    let mut house = House::new();
    let ana = RecordId::Account(house.account("ana", &[]));
    for version in 2..5 {
        let record = Record::Account(Account { name: format!("Ana {version}"), ..account("ana") });
        house.change(ana, record.clone()).expect("changed");
        assert_eq!(house.desk.record(ana), Some((version, record)));
    }
}

#[test]
fn a_record_stays_of_its_kind() {
    let (mut house, ids) = furnished();
    let team = Record::Team(Team { name: "Other".to_owned(), ..Team::default() });
    for id in ids.into_iter().filter(|id| !matches!(id, RecordId::Team(_))) {
        assert_eq!(refused(house.change(id, team.clone())), (Rule::BadField, Some("record")));
    }
}

#[test]
fn what_is_gone_cannot_be_changed() {
    let mut house = House::new();
    let id = RecordId::Team(NO_TEAM);
    let record = Record::Team(Team { name: "Other".to_owned(), ..Team::default() });
    assert_eq!(refused(house.administer(Command::Change { id, version: 1, record })).0, Rule::NotFound);
    assert_eq!(refused(house.remove(id)).0, Rule::NotFound);
}

/// One thing is wrong with each; the refusal names its field.
fn wrong() -> Vec<(&'static str, Record)> {
    let text = str::to_owned;
    let portal = || Portal { name: text("X"), path: text("/x"), ..Portal::default() };
    let rule = |queue, when, then| Record::QueueRule(QueueRule { name: "X".to_owned(), queue, when, then });
    let paths = PathLimits { allow: vec![text("relative")], ..PathLimits::default() };
    let up = PathLimits { deny: vec![text("C:\\a\\..\\b")], ..PathLimits::default() };
    let grant = Grant { to: Grantee::Account(NOBODY), role: RoleId::new(999) };
    let branded = |brand| Record::Portal(Portal { brand, ..portal() });
    vec![
        ("user", Record::Account(account(""))),
        ("user", Record::Account(account("an a"))),
        ("user", Record::Account(account(&"a".repeat(65)))),
        ("name", Record::Account(Account { name: String::new(), ..account("zoe") })),
        ("email", Record::Account(Account { email: Some(text("zoe")), ..account("zoe") })),
        ("paths.allow", Record::Account(Account { paths, ..account("zoe") })),
        ("paths.deny", Record::Account(Account { paths: up, ..account("zoe") })),
        ("name", Record::Team(Team::default())),
        ("name", Record::Team(Team { name: "x".repeat(101), ..Team::default() })),
        ("comments", Record::Team(Team { name: text("X"), comments: "x".repeat(2001), ..Team::default() })),
        ("members", {
            let members = [(NOBODY, TeamRole::Member)].into();
            Record::Team(Team { name: text("X"), members, ..Team::default() })
        }),
        ("team", Record::Issue(Issue { name: text("X"), team: NO_TEAM, may_ask_for_help: false })),
        ("path", Record::Portal(Portal { path: text("help"), ..portal() })),
        ("path", Record::Portal(Portal { path: text("/a//b"), ..portal() })),
        ("host", Record::Portal(Portal { host: Some(text("a host")), ..portal() })),
        ("issues", Record::Portal(Portal { issues: set(&[IssueId::new(999)]), ..portal() })),
        ("brand.color", branded(Brand { color: Some(text("red")), ..Brand::default() })),
        ("brand.color", branded(Brand { color: Some(text("#12345")), ..Brand::default() })),
        ("brand.color", branded(Brand { color: Some(text("#12345g")), ..Brand::default() })),
        ("brand.logo", branded(Brand { logo: Some(text("https://evil.example/x.png")), ..Brand::default() })),
        (
            "brand.logo",
            branded(Brand { logo: Some(text("data:image/svg+xml;base64,AA==")), ..Brand::default() }),
        ),
        ("queue", rule(Queue::Team(NO_TEAM), QueueCondition::NobodyThere, QueueAction::End)),
        (
            "session",
            Record::Role(Role { name: text("X"), session: set(&[Permission::Jump]), ..Role::default() }),
        ),
        ("permissions", {
            let permissions = set(&[Permission::View, Permission::Reports]);
            Record::SessionPolicy(SessionPolicy { name: text("X"), permissions, ..SessionPolicy::default() })
        }),
        (
            "access",
            Record::JumpGroup(JumpGroup { name: text("X"), access: vec![grant], ..JumpGroup::default() }),
        ),
    ]
}

/// The same for policies of Jump items.
fn wrong_policies() -> Vec<(&'static str, Record)> {
    let text = str::to_owned;
    let schedule = |time_zone: &str, days: &[u8], opens_min, closes_min| {
        let window = Window { days: days.to_vec(), opens_min, closes_min };
        let schedule = Schedule { time_zone: time_zone.to_owned(), windows: vec![window] };
        Record::JumpPolicy(JumpPolicy {
            name: "X".to_owned(),
            schedule: Some(schedule),
            ..JumpPolicy::default()
        })
    };
    vec![
        ("schedule.time_zone", schedule("Europe/Atlantis", &[1], 0, 1)),
        ("schedule.windows.days", schedule("UTC", &[], 0, 1)),
        ("schedule.windows.days", schedule("UTC", &[8], 0, 1)),
        ("schedule.windows.days", schedule("UTC", &[2, 2], 0, 1)),
        ("schedule.windows.opens_min", schedule("UTC", &[1], 1440, 1)),
        ("schedule.windows.closes_min", schedule("UTC", &[1], 0, 1441)),
        ("ends_sessions", {
            Record::JumpPolicy(JumpPolicy { name: text("X"), ends_sessions: true, ..JumpPolicy::default() })
        }),
        ("consent.timeout_s", {
            let consent = Consent { timeout_s: 1, ..Consent::default() };
            Record::JumpPolicy(JumpPolicy { name: text("X"), consent, ..JumpPolicy::default() })
        }),
        ("session_policy", {
            let session_policy = Some(SessionPolicyId::new(999));
            Record::JumpPolicy(JumpPolicy { name: text("X"), session_policy, ..JumpPolicy::default() })
        }),
    ]
}

#[test]
fn a_refusal_names_the_field_at_fault() {
    let mut house = House::new();
    for (field, record) in wrong().into_iter().chain(wrong_policies()) {
        let result = house.administer(Command::Create { record: record.clone() });
        assert_eq!(refused(result), (Rule::BadField, Some(field)), "{record:?}");
    }
}

#[test]
fn a_queue_rule_acts_after_a_while_and_elsewhere() {
    let mut house = House::new();
    let queue = Queue::Personal(house.admin);
    for (field, when, then) in [
        ("when.waited_for", QueueCondition::WaitedFor(0), QueueAction::End),
        ("then.move", QueueCondition::NobodyThere, QueueAction::Move(queue)),
        ("then.move", QueueCondition::NobodyThere, QueueAction::Move(Queue::Personal(NOBODY))),
    ] {
        let record = Record::QueueRule(QueueRule { name: "X".to_owned(), queue, when, then });
        assert_eq!(refused(house.administer(Command::Create { record })).1, Some(field));
    }
}

#[test]
fn names_are_unique_whatever_their_case() {
    let (mut house, ids) = furnished();
    let before = house.desk.clone();
    for id in ids {
        let record = match house.desk.record(id).expect("a record").1 {
            Record::Account(ana) => Record::Account(Account { user: "ANA".to_owned(), ..ana }),
            Record::Team(team) => Record::Team(Team { name: team.name.to_uppercase(), ..team }),
            same => same,
        };
        let (rule, field) = refused(house.administer(Command::Create { record }));
        assert_eq!(rule, Rule::Taken);
        assert!(matches!(field, Some("name" | "user")), "{field:?}");
    }
    assert_eq!(house.desk, before);
}

#[test]
fn two_portals_do_not_share_an_address() {
    let (mut house, _) = furnished();
    let other = || Portal { name: "Other".to_owned(), path: "/other".to_owned(), ..Portal::default() };
    let same_path = Portal { path: "/Help/Printers".to_owned(), ..other() };
    let same_host = Portal { host: Some("HELP.example.org".to_owned()), ..other() };
    for (field, portal) in [("path", same_path), ("host", same_host)] {
        let result = house.administer(Command::Create { record: Record::Portal(portal) });
        assert_eq!(refused(result), (Rule::Taken, Some(field)));
    }
}

#[test]
fn nobody_is_granted_access_to_a_group_twice() {
    let mut house = House::new();
    let role = house.role(&[], &[]);
    let grant = Grant { to: Grantee::Account(house.admin), role };
    let group = JumpGroup { name: "X".to_owned(), access: vec![grant, grant], ..JumpGroup::default() };
    let result = house.administer(Command::Create { record: Record::JumpGroup(group) });
    assert_eq!(refused(result), (Rule::BadField, Some("access")));
}

#[test]
fn settings_of_the_site_have_bounds() {
    let mut house = House::new();
    let site = Site::default;
    for (field, site) in [
        ("name", Site { name: String::new(), ..site() }),
        ("lost_technician_grace_s", Site { lost_technician_grace_s: 0, ..site() }),
        ("lost_customer_grace_s", Site { lost_customer_grace_s: u32::MAX, ..site() }),
        ("key_lifetime_max_s", Site { key_lifetime_max_s: 59, ..site() }),
        ("languages", Site { languages: Vec::new(), ..site() }),
        ("recordings_kept_days", Site { recordings_kept_days: 3651, ..site() }),
        ("attended_consent.timeout_s", {
            let attended_consent = Consent { timeout_s: 601, ..Consent::default() };
            Site { attended_consent, ..site() }
        }),
        ("languages", Site { languages: vec!["english".to_owned()], ..site() }),
    ] {
        let result = house.administer(Command::ChangeSite { version: 1, site });
        assert_eq!(refused(result), (Rule::BadField, Some(field)));
    }
}

#[test]
fn s5_web_consoles_are_switched_off_for_the_whole_site() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    let site = Site { allows_web_consoles: false, ..Site::default() };
    house.administer(Command::ChangeSite { version: 1, site }).expect("switched off");
    let open = desk::presence::Command::Open { kind: desk::presence::ConsoleKind::Web, login: 1 };
    assert_eq!(refused(house.ask(Actor::Account(ana), open)).0, Rule::ConsolesOff);
    let site = Site { allows_web_consoles: true, ..Site::default() };
    house.administer(Command::ChangeSite { version: 2, site }).expect("the administration stays open");
    house.log_in(ana);
}

#[test]
fn the_last_administrator_who_can_log_in_stays() {
    let mut house = House::new();
    let admin = RecordId::Account(house.admin);
    let plain = || Record::Account(account("admin"));
    let disabled = || {
        let is_enabled = false;
        Record::Account(Account { is_enabled, is_administrator: true, ..account("admin") })
    };
    let other = Account { is_enabled: false, is_administrator: true, ..account("other") };
    let other = house.make(Record::Account(other));
    assert_eq!(refused(house.change(admin, plain())).0, Rule::LastAdministrator);
    assert_eq!(refused(house.change(admin, disabled())).0, Rule::LastAdministrator);
    assert_eq!(refused(house.remove(admin)).0, Rule::LastAdministrator);
    house
        .change(other, Record::Account(Account { is_administrator: true, ..account("other") }))
        .expect("enabled");
    house.change(admin, plain()).expect("there is another");
}

#[test]
fn a_disabled_account_changes_nothing_any_more() {
    let mut house = House::new();
    let other = house.make(Record::Account(Account { is_administrator: true, ..account("other") }));
    let disabled = Account { is_enabled: false, is_administrator: true, ..account("other") };
    house.change(other, Record::Account(disabled)).expect("disabled");
    let other = Actor::Account(AccountId::new(other.number()));
    let create = Command::Create { record: Record::Account(account("ana")) };
    assert_eq!(refused(house.ask(other, create)).0, Rule::Disabled);
    let prefer = Command::Prefer { preferences: Preferences::default() };
    assert_eq!(refused(house.ask(other, prefer)).0, Rule::Disabled);
}

#[test]
fn an_account_that_is_disabled_is_at_no_console() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    house.log_in(ana);
    let disabled = Account { is_enabled: false, ..account("ana") };
    house.change(RecordId::Account(ana), Record::Account(disabled)).expect("disabled");
    assert_eq!(house.desk.console(ana), None);
}

#[test]
fn everybody_chooses_his_language_among_those_of_the_site() {
    let mut house = House::new();
    let ana = Actor::Account(house.account("ana", &[]));
    let prefer = |language: &str| Command::Prefer {
        preferences: Preferences { language: Some(language.to_owned()), ..Preferences::default() },
    };
    assert_eq!(refused(house.ask(ana, prefer("de"))), (Rule::BadField, Some("language")));
    assert_eq!(house.ask(ana, prefer("fr")).expect("chosen").len(), 1);
    assert_eq!(house.ask(ana, prefer("fr")), Ok(Vec::new()), "chosen already");
    let id = ana.account().expect("an account");
    assert_eq!(house.desk.preferences(id).language.as_deref(), Some("fr"));
}

#[test]
fn s69_only_queues_of_own_teams_carry_a_star() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    let own = house.team("Printers", &[(ana, TeamRole::Member)]);
    let other = house.team("Network", &[]);
    let prefer = |team: TeamId| Command::Prefer {
        preferences: Preferences { favorites: set(&[team]), ..Preferences::default() },
    };
    assert_eq!(refused(house.ask(Actor::Account(ana), prefer(other))), (Rule::BadField, Some("favorites")));
    house.ask(Actor::Account(ana), prefer(own)).expect("a star");
    assert_eq!(house.desk.preferences(ana).favorites, set(&[own]));
}

#[test]
fn who_wants_to_be_reached_by_mail_has_an_address() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    let prefer = || Command::Prefer {
        preferences: Preferences { extended_availability: true, ..Preferences::default() },
    };
    let result = house.ask(Actor::Account(ana), prefer());
    assert_eq!(refused(result), (Rule::BadField, Some("extended_availability")));
    let with_mail = Account { email: Some("ana@example.org".to_owned()), ..account("ana") };
    house.change(RecordId::Account(ana), Record::Account(with_mail)).expect("changed");
    house.ask(Actor::Account(ana), prefer()).expect("reachable");
}

#[test]
fn preferences_belong_to_accounts() {
    let mut house = House::new();
    for actor in [Actor::Operator, Actor::Visitor, Actor::Relay] {
        let prefer = Command::Prefer { preferences: Preferences::default() };
        assert_eq!(refused(house.ask(actor, prefer)).0, Rule::WrongActor);
    }
}

#[test]
fn a_change_of_permissions_applies_at_once() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    let permissions = |setting| Permissions::default().with(Permission::Jump, setting);
    let may = |house: &House| house.desk.permission(ana, Permission::Jump).is_allowed;
    let site = Site { permissions: permissions(Setting::Allowed), ..Site::default() };
    house.administer(Command::ChangeSite { version: 1, site }).expect("changed");
    assert!(may(&house));
    let team = house.team("Printers", &[(ana, TeamRole::Member)]);
    let (_, Record::Team(record)) = house.desk.record(RecordId::Team(team)).expect("a team") else {
        panic!()
    };
    let record = Team { permissions: permissions(Setting::Denied), ..record };
    house.change(RecordId::Team(team), Record::Team(record)).expect("changed");
    assert!(!may(&house));
}

#[test]
fn an_event_about_what_is_gone_changes_nothing() {
    let house = House::new();
    let mut desk = house.desk.clone();
    let record = Record::Team(Team { name: "X".to_owned(), ..Team::default() });
    let preferences = Preferences { language: Some("fr".to_owned()), ..Preferences::default() };
    let events = [
        record::Event::Changed { id: RecordId::Team(NO_TEAM), version: 2, record },
        record::Event::Removed { id: RecordId::Team(NO_TEAM) },
        record::Event::Preferred { account: NOBODY, preferences },
    ];
    for event in events {
        desk.apply(house.now, &Event::Record(event));
        assert_eq!(desk, house.desk);
    }
}

#[test]
fn a_portal_takes_colours_and_pictures_that_every_browser_shows() {
    let mut house = House::new();
    let brand = Brand {
        color: Some("#1a2B3c".to_owned()),
        logo: Some("data:image/png;base64,aGk+/w==".to_owned()),
        ..Brand::default()
    };
    let record = Portal { name: "X".to_owned(), path: "/".to_owned(), brand, ..Portal::default() };
    let portal = desk::PortalId::new(house.make(Record::Portal(record.clone())).number());
    assert_eq!(house.desk.portals().get(portal), Some(&record));
    assert!(!house.desk.portals().is_empty());
}
