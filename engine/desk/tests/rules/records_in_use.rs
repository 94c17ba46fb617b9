//! What holds a record in its place, and what goes along with one that is removed.

use desk::jump::{self, ItemPlace, Label};
use desk::permission::Permission;
use desk::record::{
    Command, Grantee, Issue, JumpPolicy, Portal, Preferences, QueueAction, QueueCondition, QueueRule, Record,
    RecordId, TeamRole,
};
use desk::session::{PasswordProof, Queue};
use desk::{Actor, Event, IssueId, JumpPolicyId, PortalId, Refusal, Rule, TeamId};

use crate::house::{House, digest, set};

fn issue(house: &mut House, team: TeamId) -> IssueId {
    let issue = Issue { name: "No paper".to_owned(), team, may_ask_for_help: true };
    IssueId::new(house.make(Record::Issue(issue)).number())
}

/// Refused because something else needs it, and says what.
#[track_caller]
fn in_use(result: Result<Vec<Event>, Refusal>, what: &str) {
    let refusal = result.expect_err("refused");
    assert_eq!(refusal.rule, Rule::InUse);
    assert!(refusal.detail.contains(what), "{} does not say {what}", refusal.detail);
}

#[test]
fn a_team_stays_as_long_as_it_owns_an_issue_or_a_rule_leads_to_it() {
    let mut house = House::new();
    let team = house.team("Printers", &[]);
    let owned = issue(&mut house, team);
    in_use(house.remove(RecordId::Team(team)), "1 issues");
    house.remove(RecordId::Issue(owned)).expect("removed");
    let queue = Queue::Personal(house.admin);
    let (when, then) = (QueueCondition::NobodyThere, QueueAction::Move(Queue::Team(team)));
    let rule = house.make(Record::QueueRule(QueueRule { name: "X".to_owned(), queue, when, then }));
    in_use(house.remove(RecordId::Team(team)), "1 queue rules");
    house.remove(rule).expect("removed");
    house.remove(RecordId::Team(team)).expect("removed");
}

#[test]
fn an_issue_stays_as_long_as_a_portal_lists_it() {
    let mut house = House::new();
    let team = house.team("Printers", &[]);
    let issue = issue(&mut house, team);
    let portal =
        Portal { name: "X".to_owned(), path: "/".to_owned(), issues: set(&[issue]), ..Portal::default() };
    let portal = house.make(Record::Portal(portal));
    in_use(house.remove(RecordId::Issue(issue)), "1 portals");
    house.remove(portal).expect("removed");
    house.remove(RecordId::Issue(issue)).expect("removed");
}

#[test]
fn an_account_stays_as_long_as_it_has_jump_items_or_a_rule_watches_it() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    let item = house.item("till", ItemPlace::Personal(ana));
    in_use(house.remove(RecordId::Account(ana)), "1 Jump items in its personal list");
    house.ask(Actor::Operator, jump::Command::Remove { item }).expect("removed");
    let (queue, when) = (Queue::Personal(ana), QueueCondition::NobodyThere);
    let rule = QueueRule { name: "X".to_owned(), queue, when, then: QueueAction::End };
    let rule = house.make(Record::QueueRule(rule));
    in_use(house.remove(RecordId::Account(ana)), "1 queue rules");
    house.remove(rule).expect("removed");
    house.remove(RecordId::Account(ana)).expect("removed");
}

#[test]
fn groups_roles_and_policies_stay_as_long_as_something_names_them() {
    let mut house = House::new();
    let session_policy = house.session_policy("Look on", &[Permission::View], &[]);
    let policy =
        JumpPolicy { name: "X".to_owned(), session_policy: Some(session_policy), ..JumpPolicy::default() };
    let policy = JumpPolicyId::new(house.make(Record::JumpPolicy(policy)).number());
    let role = house.role(&[], &[]);
    let admin = Grantee::Account(house.admin);
    let group = house.group("Tills", &[(admin, role)]);
    let item = house.item("till", ItemPlace::Group(group));
    house.relabel(item, |label| label.policy = Some(policy));
    in_use(house.remove(RecordId::JumpGroup(group)), "1 Jump items");
    in_use(house.remove(RecordId::Role(role)), "1 Jump groups");
    in_use(house.remove(RecordId::JumpPolicy(policy)), "1 Jump items");
    in_use(house.remove(RecordId::SessionPolicy(session_policy)), "1 Jump policies");
    house.ask(Actor::Operator, jump::Command::Remove { item }).expect("removed");
    for id in [
        RecordId::JumpGroup(group),
        RecordId::Role(role),
        RecordId::JumpPolicy(policy),
        RecordId::SessionPolicy(session_policy),
    ] {
        house.remove(id).expect("removed");
    }
}

#[test]
fn a_policy_stays_as_long_as_an_install_token_gives_it() {
    let mut house = House::new();
    let policy = house.work_days();
    let label = Label { policy: Some(policy), ..Label::default() };
    let place = ItemPlace::Personal(house.admin);
    let make = jump::Command::MakeToken { digest: digest(1), place, label, valid_for_s: 60, uses_max: 1 };
    house.ask(Actor::Operator, make).expect("a token");
    in_use(house.remove(RecordId::JumpPolicy(policy)), "1 install tokens");
}

#[test]
fn a_session_policy_stays_as_long_as_a_session_goes_by_it() {
    let mut house = House::new();
    let session_policy = house.session_policy("Look on", &[Permission::View], &[]);
    let named = |session_policy| {
        Record::JumpPolicy(JumpPolicy { name: "X".to_owned(), session_policy, ..JumpPolicy::default() })
    };
    let policy = house.make(named(Some(session_policy)));
    let item = house.item("till", ItemPlace::Personal(house.admin));
    house.relabel(item, |label| label.policy = Some(JumpPolicyId::new(policy.number())));
    let session = house.jump_with(house.admin, item, PasswordProof::None, false).expect("a session");
    house.change(policy, named(None)).expect("changed");
    let removed = house.remove(RecordId::SessionPolicy(session_policy));
    match house.desk.session(session).expect("a session").policy {
        Some(_) => in_use(removed, "1 sessions"),
        None => drop(removed.expect("removed")),
    }
}

#[test]
fn an_account_that_is_removed_leaves_its_teams_and_groups_by_events_of_their_own() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let team = house.team("Printers", &[(ana, TeamRole::Lead), (house.admin, TeamRole::Member)]);
    let role = house.role(&[], &[]);
    let group = house.group("Tills", &[(Grantee::Account(ana), role), (Grantee::Team(team), role)]);
    house.log_in(ana);
    let preferences = Preferences { favorites: set(&[team]), ..Preferences::default() };
    house.ask(Actor::Account(ana), Command::Prefer { preferences }).expect("a star");
    house.remove(RecordId::Account(ana)).expect("removed");
    assert!(!house.desk.teams().get(team).expect("a team").members.contains_key(&ana));
    let access = &house.desk.groups().get(group).expect("a group").access;
    assert_eq!(access.iter().map(|grant| grant.to).collect::<Vec<_>>(), [Grantee::Team(team)]);
    assert_eq!(house.desk.teams().stored(team).expect("a team").version, 2);
    assert_eq!(house.desk.console(ana), None);
    assert_eq!(house.desk.preferences(ana), Preferences::default());
}

#[test]
fn how_often_an_account_used_items_goes_with_it() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump, Permission::AllJumpItems]);
    let item = house.item("till", ItemPlace::Personal(house.admin));
    house.use_once(ana, item);
    let events = house.remove(RecordId::Account(ana)).expect("removed");
    assert!(events.contains(&jump::Event::UsageForgotten { item, by: ana }.into()));
}

#[test]
fn a_team_that_is_removed_leaves_groups_and_loses_its_stars() {
    let mut house = House::new();
    let team = house.team("Printers", &[(house.admin, TeamRole::Member)]);
    let role = house.role(&[], &[]);
    let group = house.group("Tills", &[(Grantee::Team(team), role)]);
    let preferences = Preferences { favorites: set(&[team]), ..Preferences::default() };
    house.administer(Command::Prefer { preferences }).expect("a star");
    house.remove(RecordId::Team(team)).expect("removed");
    assert!(house.desk.groups().get(group).expect("a group").access.is_empty());
    assert!(house.desk.preferences(house.admin).favorites.is_empty());
}

#[test]
fn install_tokens_go_with_the_list_that_they_lead_to() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    let group = house.group("Tills", &[]);
    for (number, place) in [(1, ItemPlace::Personal(ana)), (2, ItemPlace::Group(group))] {
        let (digest, label) = (digest(number), Label::default());
        let make = jump::Command::MakeToken { digest, place, label, valid_for_s: 60, uses_max: 1 };
        house.ask(Actor::Operator, make).expect("a token");
    }
    house.remove(RecordId::Account(ana)).expect("removed");
    assert_eq!(house.desk.tokens().len(), 1);
    house.remove(RecordId::JumpGroup(group)).expect("removed");
    assert_eq!(house.desk.tokens().len(), 0);
}

#[test]
fn session_keys_go_with_the_portal_that_they_lead_to() {
    let mut house = House::new();
    let portal = Portal { name: "X".to_owned(), path: "/".to_owned(), takes_keys: true, ..Portal::default() };
    let id = house.make(Record::Portal(portal));
    let portal = PortalId::new(id.number());
    house.log_in(house.admin);
    let make = desk::key::Command::Make { digest: digest(1), portal, valid_for_s: 600 };
    house.administer(make).expect("a key");
    assert_eq!(house.desk.keys().len(), 1);
    house.remove(id).expect("removed");
    assert_eq!(house.desk.keys().len(), 0);
}

#[test]
fn tokens_go_with_their_own_list_and_with_no_other() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    let (mine, other) = (house.group("Tills", &[]), house.group("Desks", &[]));
    let places = [ItemPlace::Group(mine), ItemPlace::Group(other), ItemPlace::Personal(ana)];
    for (number, place) in (500..).zip(places) {
        let (digest, label) = (digest(number), Label::default());
        let make = jump::Command::MakeToken { digest, place, label, valid_for_s: 3600, uses_max: 1 };
        house.ask(Actor::Operator, make).expect("a token");
    }
    let left =
        |house: &House| -> Vec<ItemPlace> { house.desk.tokens().values().map(|token| token.place).collect() };
    house.remove(RecordId::JumpGroup(mine)).expect("removed");
    assert_eq!(left(&house), places[1..]);
    house.remove(RecordId::Account(ana)).expect("removed");
    assert_eq!(left(&house), [places[1]]);
}

#[test]
fn a_rule_of_other_queues_holds_no_team_and_no_account() {
    let mut house = House::new();
    let (ana, team, other) = (house.account("ana", &[]), house.team("A", &[]), house.team("B", &[]));
    let (queue, then) = (Queue::Team(other), QueueAction::Move(Queue::Personal(house.admin)));
    let rule = QueueRule { name: "X".to_owned(), queue, when: QueueCondition::NobodyThere, then };
    house.make(Record::QueueRule(rule));
    assert_eq!((house.desk.queue_rules().len(), house.desk.portals().is_empty()), (1, true));
    house.remove(RecordId::Team(team)).expect("nothing names it");
    house.remove(RecordId::Account(ana)).expect("nor him");
    in_use(house.remove(RecordId::Team(other)), "1 queue rules");
}

#[test]
fn a_group_that_loses_somebody_is_a_version_further() {
    let mut house = House::new();
    let ana = house.account("ana", &[]);
    let role = house.role(&[], &[]);
    let group = house.group("Tills", &[(Grantee::Account(ana), role)]);
    house.remove(RecordId::Account(ana)).expect("removed");
    let (version, record) = house.desk.record(RecordId::JumpGroup(group)).expect("a group");
    assert_eq!(version, 2);
    let Record::JumpGroup(group) = record else { panic!("{record:?}") };
    assert!(group.access.is_empty(), "{group:?}");
}

#[test]
fn tokens_that_can_still_be_used_are_counted_and_no_others() {
    let mut house = House::new();
    let group = house.group("Tills", &[]);
    let make = |number: u64| {
        let (digest, place, label) = (digest(1_000 + number), ItemPlace::Group(group), Label::default());
        jump::Command::MakeToken { digest, place, label, valid_for_s: 3600, uses_max: 1 }
    };
    // A thousand of them, without a look at all that is stored after each.
    for number in 0..1_000 {
        let made = house.desk.handle(house.now, Actor::Operator, make(number).into()).expect("a token");
        made.iter().for_each(|event| house.desk.apply(house.now, event));
    }
    let full = house.desk.handle(house.now, Actor::Operator, make(1_000).into()).expect_err("full");
    assert_eq!(full.rule, Rule::Full);
    // To the second: a token is good before its end, and not at it.
    house.later(1);
    house.desk.handle(house.now, Actor::Operator, make(1_000).into()).expect("the others have expired");
}
