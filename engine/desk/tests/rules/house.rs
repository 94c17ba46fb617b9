//! A desk for tests. Whatever is asked of it is also stored piece by piece and read back, as a relay does.

use std::collections::{BTreeMap, BTreeSet};

use desk::jump::{Item, ItemPlace, Label, Seen};
use desk::key::Digest;
use desk::permission::{PathLimits, Permission, Permissions, Setting};
use desk::record::{
    self, Account, Grant, Grantee, JumpGroup, JumpPolicy, JumpRight, Record, RecordId, Role, SessionPolicy,
    Team, TeamRole,
};
use desk::schedule::{Schedule, Window};
use desk::session::{self, PasswordProof};
use desk::{
    AccountId, Actor, Command, Desk, EntityId, Event, GroupId, ItemId, JumpPolicyId, Refusal, RoleId, Rule,
    SessionId, SessionPolicyId, Snapshot, TeamId,
};
use jiff::{SignedDuration, Timestamp};

/// A desk with an administrator, at a time that moves only when a test says so.
pub(crate) struct House {
    pub(crate) desk: Desk,
    pub(crate) now: Timestamp,
    pub(crate) admin: AccountId,
    stored: BTreeMap<EntityId, String>,
    items: u64,
}

impl House {
    /// On a Wednesday at noon in Paris.
    pub(crate) fn new() -> Self {
        let now = "2026-11-18T11:00:00Z".parse().expect("a time");
        let mut house = Self {
            desk: Desk::default(),
            now,
            admin: AccountId::default(),
            stored: BTreeMap::new(),
            items: 0,
        };
        let account = Account { is_administrator: true, ..account("admin") };
        let id = house.made(Actor::Operator, Record::Account(account));
        house.admin = AccountId::new(id.number());
        house
    }

    /// Asks, applies what it comes to, and stores what was touched: the stored pieces make the same desk.
    pub(crate) fn ask(&mut self, actor: Actor, command: impl Into<Command>) -> Result<Vec<Event>, Refusal> {
        let command = same_in_json(command.into());
        let events = self.desk.handle(self.now, actor, command)?;
        for event in &events {
            let event = same_in_json(event.clone());
            self.desk.apply(self.now, &event);
            for id in event.touches() {
                match self.desk.snapshot(id) {
                    Some(piece) => self.stored.insert(id, to_json(&piece)),
                    None => self.stored.remove(&id),
                };
            }
        }
        assert_eq!(self.read_back(), self.desk, "what was stored after {events:?}");
        Ok(events)
    }

    fn read_back(&self) -> Desk {
        let mut desk = Desk::default();
        for (id, piece) in &self.stored {
            let piece: Snapshot =
                serde_json::from_str(piece).unwrap_or_else(|error| panic!("{error} in {piece}"));
            assert!(desk.restore(*id, piece), "{id:?} is of another kind");
        }
        desk
    }

    /// What a command of an administrator comes to.
    pub(crate) fn administer(&mut self, command: impl Into<Command>) -> Result<Vec<Event>, Refusal> {
        self.ask(Actor::Account(self.admin), command)
    }

    /// Makes a record, which must be right.
    pub(crate) fn make(&mut self, record: Record) -> RecordId {
        self.made(Actor::Account(self.admin), record)
    }

    fn made(&mut self, actor: Actor, record: Record) -> RecordId {
        let events = self.ask(actor, record::Command::Create { record }).expect("a record");
        match events.as_slice() {
            [Event::Record(record::Event::Created { id, .. })] => *id,
            other => panic!("{other:?}"),
        }
    }

    /// Changes a record from the version that is there.
    pub(crate) fn change(&mut self, id: RecordId, record: Record) -> Result<Vec<Event>, Refusal> {
        let version = self.desk.record(id).expect("a record").0;
        self.administer(record::Command::Change { id, version, record })
    }

    pub(crate) fn remove(&mut self, id: RecordId) -> Result<Vec<Event>, Refusal> {
        self.administer(record::Command::Remove { id })
    }

    pub(crate) fn account(&mut self, user: &str, allowed: &[Permission]) -> AccountId {
        let account = Account { permissions: allowing(allowed), ..account(user) };
        AccountId::new(self.make(Record::Account(account)).number())
    }

    pub(crate) fn team(&mut self, name: &str, members: &[(AccountId, TeamRole)]) -> TeamId {
        let members = members.iter().copied().collect();
        let team = Team { name: name.to_owned(), members, ..Team::default() };
        TeamId::new(self.make(Record::Team(team)).number())
    }

    pub(crate) fn role(&mut self, rights: &[JumpRight], session: &[Permission]) -> RoleId {
        let name = format!("role {}", self.desk.roles().len());
        let role = Role { name, rights: set(rights), session: set(session) };
        RoleId::new(self.make(Record::Role(role)).number())
    }

    pub(crate) fn group(&mut self, name: &str, access: &[(Grantee, RoleId)]) -> GroupId {
        let access = access.iter().map(|&(to, role)| Grant { to, role }).collect();
        let group = JumpGroup { name: name.to_owned(), access, ..JumpGroup::default() };
        GroupId::new(self.make(Record::JumpGroup(group)).number())
    }

    pub(crate) fn session_policy(
        &mut self,
        name: &str,
        allowed: &[Permission],
        deny: &[&str],
    ) -> SessionPolicyId {
        let deny = deny.iter().map(ToString::to_string).collect();
        let policy = SessionPolicy {
            name: name.to_owned(),
            permissions: set(allowed),
            paths: PathLimits { deny, ..PathLimits::default() },
            ..SessionPolicy::default()
        };
        SessionPolicyId::new(self.make(Record::SessionPolicy(policy)).number())
    }

    /// A Jump policy that is open on work days from 8 to 18 in Paris.
    pub(crate) fn work_days(&mut self) -> JumpPolicyId {
        let window = Window { days: vec![1, 2, 3, 4, 5], opens_min: 8 * 60, closes_min: 18 * 60 };
        let schedule = Schedule { time_zone: "Europe/Paris".to_owned(), windows: vec![window] };
        let policy =
            JumpPolicy { name: "Work days".to_owned(), schedule: Some(schedule), ..JumpPolicy::default() };
        JumpPolicyId::new(self.make(Record::JumpPolicy(policy)).number())
    }

    /// An item that was enrolled by a token of the administrator's.
    pub(crate) fn item(&mut self, name: &str, place: ItemPlace) -> ItemId {
        self.item_with(Label { name: name.to_owned(), ..Label::default() }, Seen::default(), place)
    }

    pub(crate) fn item_with(&mut self, label: Label, seen: Seen, place: ItemPlace) -> ItemId {
        self.items += 1;
        let (digest, item) = (digest(self.items), ItemId::new(self.items));
        let make = desk::jump::Command::MakeToken { digest, place, label, valid_for_s: 3600, uses_max: 1 };
        self.ask(Actor::Operator, make).expect("a token");
        let enrol = desk::jump::Command::Enrol { digest, item, seen };
        self.ask(Actor::Endpoint(item), enrol).expect("an item");
        item
    }

    pub(crate) fn relabel(&mut self, item: ItemId, change: impl FnOnce(&mut Label)) {
        let Item { version, mut label, .. } = self.desk.items()[&item].clone();
        change(&mut label);
        self.ask(Actor::Operator, desk::jump::Command::Relabel { item, version, label }).expect("a label");
    }

    /// Opens a console, so that the account can work in sessions.
    pub(crate) fn log_in(&mut self, account: AccountId) {
        let open =
            desk::presence::Command::Open { kind: desk::presence::ConsoleKind::Web, login: account.get() };
        self.ask(Actor::Account(account), open).expect("a console");
    }

    /// Starts a session with an item.
    pub(crate) fn jump(&mut self, account: AccountId, item: ItemId) -> Result<SessionId, Refusal> {
        self.jump_with(account, item, PasswordProof::None, false)
    }

    pub(crate) fn jump_with(
        &mut self,
        account: AccountId,
        item: ItemId,
        password: PasswordProof,
        overrides_schedule: bool,
    ) -> Result<SessionId, Refusal> {
        if self.desk.console(account).is_none() {
            self.log_in(account);
        }
        let command = session::Command::Jump { item, password, overrides_schedule };
        let events = self.ask(Actor::Account(account), command)?;
        let started = events.iter().find_map(|event| match event {
            Event::Session(session::Event::Started { session, .. }) => Some(*session),
            _ => None,
        });
        Ok(started.expect("a session"))
    }

    /// Starts a session with an item and ends it.
    pub(crate) fn use_once(&mut self, account: AccountId, item: ItemId) {
        let session = self.jump(account, item).expect("a session");
        let end = session::Command::End { session, reason: String::new() };
        self.ask(Actor::Account(account), end).expect("the end");
    }

    pub(crate) fn later(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }
}

/// An account that can log in and is allowed nothing.
pub(crate) fn account(user: &str) -> Account {
    Account { user: user.to_owned(), name: user.to_uppercase(), is_enabled: true, ..Account::default() }
}

pub(crate) fn allowing(allowed: &[Permission]) -> Permissions {
    allowed.iter().fold(Permissions::default(), |all, &permission| all.with(permission, Setting::Allowed))
}

pub(crate) fn digest(number: u64) -> Digest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Digest::new(bytes)
}

pub(crate) fn set<T: Ord + Clone>(values: &[T]) -> BTreeSet<T> {
    values.iter().cloned().collect()
}

/// Which rule refused it, and at which field.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (Rule, Option<&'static str>) {
    let refusal = result.expect_err("refused");
    (refusal.rule, refusal.field)
}

fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("written")
}

fn same_in_json<T>(value: T) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let json = to_json(&value);
    let back = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error} in {json}"));
    assert_eq!(value, back, "{json}");
    value
}
