//! What somebody may do in a session.

use std::collections::BTreeSet;

use desk::invitation;
use desk::jump::ItemPlace;
use desk::key;
use desk::permission::{PathLimits, Permission, Permissions, Setting};
use desk::record::{
    Account, Consent, ConsentDefault, Grantee, JumpPolicy, JumpRight, Portal, Record, RecordId, Site,
};
use desk::session::{self, Client, NewCustomer};
use desk::{
    AccountId, Actor, Event, ExternalId, JumpPolicyId, Participant, PortalId, SessionId, SessionPolicyId,
};

use crate::house::{House, account, allowing, digest, set};

fn rights(house: &House, session: SessionId, who: AccountId) -> BTreeSet<Permission> {
    house.desk.rights(session, Participant::Account(who)).permissions
}

/// A session with a customer who came by a key of the account's, which owns it.
fn attended(house: &mut House, owner: AccountId, client: Client) -> SessionId {
    let portal = Portal { name: "X".to_owned(), path: "/".to_owned(), takes_keys: true, ..Portal::default() };
    let portal = PortalId::new(house.make(Record::Portal(portal)).number());
    house.log_in(owner);
    let make = key::Command::Make { digest: digest(900), portal, valid_for_s: 600 };
    house.ask(Actor::Account(owner), make).expect("a key");
    let customer = NewCustomer {
        name: "Carl".to_owned(),
        question: String::new(),
        language: None,
        client,
        secret: digest(901),
    };
    let start = session::Command::StartByKey { key: digest(900), customer };
    house.ask(Actor::Visitor, start).expect("a session");
    let session = *house.desk.sessions().keys().next().expect("a session");
    house.ask(Actor::Account(owner), session::Command::Accept { session }).expect("accepted");
    session
}

fn invite(house: &mut House, session: SessionId, policy: Option<SessionPolicyId>) -> ExternalId {
    let owner = house.desk.session(session).and_then(session::Session::owner).expect("an owner");
    let invite = invitation::Command::InviteExternal {
        session,
        key: digest(902),
        name: "Eva".to_owned(),
        comments: String::new(),
        policy,
        valid_for_s: 600,
    };
    house.ask(Actor::Account(owner), invite).expect("an invitation");
    let joined =
        house.ask(Actor::Visitor, invitation::Command::JoinExternal { key: digest(902) }).expect("joined");
    let external = joined.iter().find_map(|event| match event {
        Event::Invitation(invitation::Event::ExternalJoined { external }) => Some(*external),
        _ => None,
    });
    external.expect("somebody from outside")
}

const TECHNICIAN: [Permission; 5] = [
    Permission::View,
    Permission::Control,
    Permission::Shell,
    Permission::GenerateKeys,
    Permission::InviteExternals,
];

#[test]
fn in_a_session_somebody_may_what_his_account_is_allowed() {
    let mut house = House::new();
    let ana = house.account("ana", &TECHNICIAN);
    let session = attended(&mut house, ana, Client::Agent);
    let expected = set(&[Permission::View, Permission::Control, Permission::Shell]);
    assert_eq!(rights(&house, session, ana), expected, "and nothing that is not of sessions");
}

#[test]
fn who_is_not_in_a_session_may_nothing_in_it() {
    let mut house = House::new();
    let ana = house.account("ana", &TECHNICIAN);
    let session = attended(&mut house, ana, Client::Agent);
    assert!(rights(&house, session, house.admin).is_empty());
    assert!(rights(&house, SessionId::new(999), ana).is_empty());
    let external = house.desk.rights(session, Participant::External(ExternalId::new(999)));
    assert!(external.permissions.is_empty());
}

#[test]
fn s237_a_session_in_a_chat_page_offers_chat_only() {
    let mut house = House::new();
    let ana = house.account("ana", &TECHNICIAN);
    let session = attended(&mut house, ana, Client::Chat);
    assert!(rights(&house, session, ana).is_empty());
}

#[test]
fn a_denial_and_a_disabled_account_take_rights_away_at_once() {
    let mut house = House::new();
    let ana = house.account("ana", &TECHNICIAN);
    let session = attended(&mut house, ana, Client::Agent);
    let permissions = allowing(&TECHNICIAN).with(Permission::Shell, Setting::Denied);
    house
        .change(RecordId::Account(ana), Record::Account(Account { permissions, ..account("ana") }))
        .expect("denied");
    assert_eq!(rights(&house, session, ana), set(&[Permission::View, Permission::Control]));
    let disabled = Account { is_enabled: false, permissions: allowing(&TECHNICIAN), ..account("ana") };
    house.change(RecordId::Account(ana), Record::Account(disabled)).expect("disabled");
    assert!(rights(&house, session, ana).is_empty());
}

#[test]
fn a_role_on_the_group_narrows_what_a_jump_gives() {
    let mut house = House::new();
    let allowed = [Permission::Jump, Permission::View, Permission::Control, Permission::Shell];
    let ana = house.account("ana", &allowed);
    let looks = house.role(&[JumpRight::Start], &[Permission::View, Permission::Download]);
    let group = house.group("Tills", &[(Grantee::Account(ana), looks)]);
    let item = house.item("till", ItemPlace::Group(group));
    let session = house.jump(ana, item).expect("a session");
    assert_eq!(rights(&house, session, ana), set(&[Permission::View]));
}

#[test]
fn an_own_item_narrows_nothing() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump, Permission::View, Permission::Shell]);
    let item = house.item("till", ItemPlace::Personal(ana));
    let session = house.jump(ana, item).expect("a session");
    assert_eq!(rights(&house, session, ana), set(&[Permission::View, Permission::Shell]));
}

#[test]
fn who_was_brought_into_a_jump_is_narrowed_like_the_one_who_jumped() {
    let mut house = House::new();
    let allowed = [Permission::Jump, Permission::View, Permission::Control, Permission::ShareWithOtherTeams];
    let (ana, bob) = (house.account("ana", &allowed), house.account("bob", &allowed));
    let looks = house.role(&[JumpRight::Start], &[Permission::View]);
    let group = house.group("Tills", &[(Grantee::Account(ana), looks)]);
    let item = house.item("till", ItemPlace::Group(group));
    let session = house.jump(ana, item).expect("a session");
    house.log_in(bob);
    let to = invitation::Invited::Account(bob);
    house.ask(Actor::Account(ana), invitation::Command::Invite { session, to }).expect("invited");
    let invitation = *house.desk.invitations().keys().next().expect("an invitation");
    house.ask(Actor::Account(bob), invitation::Command::Accept { invitation }).expect("accepted");
    assert_eq!(rights(&house, session, bob), set(&[Permission::View]));
}

#[test]
fn the_policy_of_an_item_narrows_everybody_and_collects_paths() {
    let mut house = House::new();
    let allowed = [Permission::Jump, Permission::View, Permission::Control, Permission::Upload];
    let allow = vec!["/srv".to_owned()];
    let own = PathLimits { allow, ..PathLimits::default() };
    let record = Account { permissions: allowing(&allowed), paths: own.clone(), ..account("ana") };
    let ana = AccountId::new(house.make(Record::Account(record)).number());
    let policy = house.session_policy("Files", &[Permission::View, Permission::Upload], &["/srv/secret"]);
    let named = JumpPolicy { name: "X".to_owned(), session_policy: Some(policy), ..JumpPolicy::default() };
    let jump_policy = JumpPolicyId::new(house.make(Record::JumpPolicy(named)).number());
    let item = house.item("till", ItemPlace::Personal(ana));
    house.relabel(item, |label| label.policy = Some(jump_policy));
    let session = house.jump(ana, item).expect("a session");
    let rights = house.desk.rights(session, Participant::Account(ana));
    assert_eq!(rights.permissions, set(&[Permission::View, Permission::Upload]));
    assert!(rights.has(Permission::Upload) && !rights.has(Permission::Control));
    let denied = PathLimits { deny: vec!["/srv/secret".to_owned()], ..PathLimits::default() };
    assert_eq!(rights.paths, [own, denied]);
}

#[test]
fn somebody_from_outside_looks_on_unless_a_policy_says_more() {
    let mut house = House::new();
    let ana = house.account("ana", &TECHNICIAN);
    let session = attended(&mut house, ana, Client::Agent);
    let external = invite(&mut house, session, None);
    let rights = house.desk.rights(session, Participant::External(external));
    assert_eq!(rights.permissions, set(&[Permission::View]));
}

#[test]
fn somebody_from_outside_may_what_his_policy_says() {
    let mut house = House::new();
    let ana = house.account("ana", &TECHNICIAN);
    let session = attended(&mut house, ana, Client::Agent);
    let policy = desk::record::SessionPolicy {
        name: "Partner".to_owned(),
        is_for_externals: true,
        permissions: set(&[Permission::View, Permission::Control]),
        ..desk::record::SessionPolicy::default()
    };
    let policy = SessionPolicyId::new(house.make(Record::SessionPolicy(policy)).number());
    let external = invite(&mut house, session, Some(policy));
    let rights = house.desk.rights(session, Participant::External(external));
    assert_eq!(rights.permissions, set(&[Permission::View, Permission::Control]));
}

#[test]
fn nobody_is_allowed_anything_that_nobody_says() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let item = house.item("till", ItemPlace::Personal(ana));
    let session = house.jump(ana, item).expect("a session");
    assert!(rights(&house, session, ana).is_empty());
    assert_eq!(Permissions::default().get(Permission::View), Setting::Inherited);
}

#[test]
fn customers_who_came_by_themselves_are_asked_where_the_site_says_so() {
    let mut house = House::new();
    let ana = house.account("ana", &TECHNICIAN);
    let session = attended(&mut house, ana, Client::Agent);
    assert_eq!(house.desk.consent(session), None, "he has asked for help");
    let wanted = Consent { is_asked: true, timeout_s: 20, nobody_answers: ConsentDefault::Allow };
    let site = Site { attended_consent: wanted, ..Site::default() };
    house.administer(desk::record::Command::ChangeSite { version: 1, site }).expect("changed");
    assert_eq!(house.desk.consent(session), Some(wanted));

    let eve = house.account("eve", &[Permission::Jump]);
    let item = house.item("till", ItemPlace::Personal(eve));
    let jump = house.jump(eve, item).expect("a session");
    assert_eq!(house.desk.consent(jump), None, "its policy says whether anybody is asked in a Jump");
}

#[test]
fn shells_are_recorded_where_the_site_says_so_or_a_policy_that_rules_the_session() {
    let mut house = House::new();
    let ana = house.account("ana", &[Permission::Jump]);
    let records = house.session_policy("Watched", &[Permission::Shell], &[]);
    let policy = RecordId::SessionPolicy(records);
    let item = house.item("till", ItemPlace::Personal(ana));
    let jump_policy =
        JumpPolicy { name: "X".to_owned(), session_policy: Some(records), ..JumpPolicy::default() };
    let jump_policy = JumpPolicyId::new(house.make(Record::JumpPolicy(jump_policy)).number());
    house.relabel(item, |label| label.policy = Some(jump_policy));
    assert!(house.desk.jump_policies().get(jump_policy).is_some_and(|policy| policy.name == "X"));
    let session = house.jump(ana, item).expect("a session");
    assert!(!house.desk.records_shells(session), "nobody says so");
    let Some((_, Record::SessionPolicy(mut watched))) = house.desk.record(policy) else { panic!("a policy") };
    watched.records_shells = true;
    house.change(policy, Record::SessionPolicy(watched.clone())).expect("changed");
    assert!(house.desk.records_shells(session), "its policy does");
    assert!(!house.desk.records_shells(SessionId::new(9_999)), "there is no such session");

    watched.records_shells = false;
    house.change(policy, Record::SessionPolicy(watched)).expect("changed");
    let site = Site { records_shells: true, ..Site::default() };
    house.administer(desk::record::Command::ChangeSite { version: 1, site }).expect("changed");
    assert!(house.desk.records_shells(session), "the site does");
}
