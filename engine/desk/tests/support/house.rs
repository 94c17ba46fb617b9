//! A desk with people at it: two teams, five technicians, one portal, and short words for what they do.

use std::collections::{BTreeMap, BTreeSet};

use desk::invitation::{self, Invited};
use desk::key::{self, Digest};
use desk::permission::{Permission, Permissions, Setting};
use desk::presence::{self, ConsoleKind};
use desk::record::{
    self, Account, Issue, Portal, Preferences, QueueAction, QueueCondition, QueueRule, Record, RecordId,
    SessionPolicy, Site, Team, TeamRole,
};
use desk::session::{self, Client, CustomerPresence, NewCustomer, Queue};
use desk::{
    AccountId, Actor, Command, Desk, EntityId, Event, ExternalId, InvitationId, IssueId, KeyId, Participant,
    PortalId, QueueRuleId, Refusal, SessionId, SessionPolicyId, Snapshot, TeamId, chat,
};
use jiff::{SignedDuration, Timestamp};

use crate::invariants;

/// How long a lost technician keeps a session in this house.
pub(crate) const GRACE_S: u32 = 60;
/// How long a lost customer does.
pub(crate) const CUSTOMER_GRACE_S: u32 = 600;

/// A desk with people at it, and the clock on its wall.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) desk: Desk,
    pub(crate) now: Timestamp,
    /// What a database would hold.
    stored: BTreeMap<EntityId, Snapshot>,
    /// Leads the first team; may make keys and invite people from outside.
    pub(crate) ann: AccountId,
    /// In the first team.
    pub(crate) bob: AccountId,
    /// In the first team.
    pub(crate) cleo: AccountId,
    /// In the second team.
    pub(crate) dan: AccountId,
    /// In no team.
    pub(crate) eve: AccountId,
    /// An administrator, in no team.
    pub(crate) root: AccountId,
    pub(crate) first: TeamId,
    pub(crate) second: TeamId,
    /// Owned by the first team; asks for help.
    pub(crate) printers: IssueId,
    /// Owned by the second team; does not.
    pub(crate) networks: IssueId,
    pub(crate) portal: PortalId,
    /// For people from outside.
    pub(crate) guests: SessionPolicyId,
}

impl House {
    /// Everybody but the administrator is at a console.
    pub(crate) fn new() -> Self {
        let mut house = Self::empty();
        house.root = AccountId::new(
            house.creates(Record::Account(Account { is_administrator: true, ..account("root", &[]) })),
        );
        let people = [
            ("ann", &[Permission::GenerateKeys, Permission::InviteExternals][..]),
            ("bob", &[]),
            ("cleo", &[]),
            ("dan", &[]),
            ("eve", &[]),
        ];
        let people =
            people.map(|(user, may)| AccountId::new(house.creates(Record::Account(account(user, may)))));
        [house.ann, house.bob, house.cleo, house.dan, house.eve] = people;
        house.first = house.team("First", &[house.ann, house.bob, house.cleo]);
        house.second = house.team("Second", &[house.dan]);
        house.printers = IssueId::new(house.creates(Record::Issue(Issue {
            name: "Printers".to_owned(),
            team: house.first,
            may_ask_for_help: true,
        })));
        house.networks = IssueId::new(house.creates(Record::Issue(Issue {
            name: "Networks".to_owned(),
            team: house.second,
            may_ask_for_help: false,
        })));
        house.portal = PortalId::new(house.creates(Record::Portal(Portal {
            name: "Public".to_owned(),
            path: "/".to_owned(),
            takes_keys: true,
            shows_technicians: true,
            issues: BTreeSet::from([house.printers, house.networks]),
            ..Portal::default()
        })));
        house.guests = SessionPolicyId::new(house.creates(Record::SessionPolicy(SessionPolicy {
            name: "Guests".to_owned(),
            is_for_externals: true,
            permissions: BTreeSet::from([Permission::View, Permission::Control]),
            ..SessionPolicy::default()
        })));
        for account in people {
            house.logs_in(account);
        }
        house
    }

    fn empty() -> Self {
        let (nobody, team) = (AccountId::new(0), TeamId::new(0));
        let (ann, bob, cleo, dan, eve, root) = (nobody, nobody, nobody, nobody, nobody, nobody);
        Self {
            desk: Desk::default(),
            now: "2026-03-02T08:00:00Z".parse().expect("a time"),
            stored: BTreeMap::new(),
            ann,
            bob,
            cleo,
            dan,
            eve,
            root,
            first: team,
            second: team,
            printers: IssueId::new(0),
            networks: IssueId::new(0),
            portal: PortalId::new(0),
            guests: SessionPolicyId::new(0),
        }
    }

    /// What a command comes to, applied, with all that must hold after each event.
    pub(crate) fn does(&mut self, actor: impl Into<Actor>, command: impl Into<Command>) -> Vec<Event> {
        let (actor, command) = (actor.into(), command.into());
        match self.tries(actor, command.clone()) {
            Ok(events) => events,
            Err(refusal) => panic!("{actor:?} may not {command:?}: {refusal}"),
        }
    }

    /// Why a command is refused.
    pub(crate) fn refused(&mut self, actor: impl Into<Actor>, command: impl Into<Command>) -> Refusal {
        let (actor, command) = (actor.into(), command.into());
        match self.tries(actor, command.clone()) {
            Ok(events) => panic!("{actor:?} may {command:?}: {events:?}"),
            Err(refusal) => refusal,
        }
    }

    /// Either of both.
    pub(crate) fn tries(&mut self, actor: Actor, command: Command) -> Result<Vec<Event>, Refusal> {
        let events = self.desk.handle(self.now, actor, command)?;
        for event in &events {
            self.desk.apply(self.now, event);
            for id in event.touches() {
                match self.desk.snapshot(id) {
                    Some(snapshot) => self.stored.insert(id, snapshot),
                    None => self.stored.remove(&id),
                };
            }
        }
        if !events.is_empty() {
            invariants::check(&self.desk);
        }
        Ok(events)
    }

    /// The desk as the database would give it back.
    pub(crate) fn restored(&self) -> Desk {
        let mut desk = Desk::default();
        for (&id, snapshot) in &self.stored {
            assert!(desk.restore(id, snapshot.clone()), "{id:?} is of another kind");
        }
        desk
    }

    /// What a database would hold.
    pub(crate) fn pieces(&self) -> &BTreeMap<EntityId, Snapshot> {
        &self.stored
    }

    /// Time goes by, and the relay says so.
    pub(crate) fn passes(&mut self, seconds: u32) -> Vec<Event> {
        self.now += SignedDuration::from_secs(seconds.into());
        let mut events = self.does(Actor::Relay, session::Command::Tick);
        events.extend(self.does(Actor::Relay, key::Command::Tick));
        assert!(self.desk.due(self.now).is_none_or(|due| self.now < due), "something is still due");
        events
    }

    pub(crate) fn session(&self, id: SessionId) -> &session::Session {
        self.desk.session(id).expect("the session lives")
    }

    pub(crate) fn has(&self, session: SessionId, who: impl Into<Participant>) -> bool {
        self.session(session).has(who.into())
    }
}

/// What administrators do.
impl House {
    /// Makes a record, and says its number.
    pub(crate) fn creates(&mut self, record: Record) -> u64 {
        let events = self.does(Actor::Operator, record::Command::Create { record });
        match events.as_slice() {
            [Event::Record(record::Event::Created { id, .. }), ..] => id.number(),
            other => panic!("nothing was made: {other:?}"),
        }
    }

    /// Changes a record.
    pub(crate) fn changes(&mut self, id: RecordId, change: impl FnOnce(&mut Record)) -> Vec<Event> {
        let (version, mut record) = self.desk.record(id).expect("the record is there");
        change(&mut record);
        self.does(Actor::Operator, record::Command::Change { id, version, record })
    }

    /// Says what an account may do, and may not.
    pub(crate) fn sets(&mut self, account: AccountId, permission: Permission, setting: Setting) {
        self.changes(RecordId::Account(account), |record| {
            let Record::Account(account) = record else { panic!("no account") };
            account.permissions = std::mem::take(&mut account.permissions).with(permission, setting);
        });
    }

    pub(crate) fn allows(&mut self, account: AccountId, permission: Permission) {
        self.sets(account, permission, Setting::Allowed);
    }

    pub(crate) fn disables(&mut self, account: AccountId) -> Vec<Event> {
        self.changes(RecordId::Account(account), |record| {
            let Record::Account(account) = record else { panic!("no account") };
            account.is_enabled = false;
        })
    }

    pub(crate) fn changes_site(&mut self, change: impl FnOnce(&mut Site)) {
        let mut site = self.desk.site().record.clone();
        change(&mut site);
        let version = self.desk.site().version;
        self.does(Actor::Operator, record::Command::ChangeSite { version, site });
    }

    pub(crate) fn team(&mut self, name: &str, members: &[AccountId]) -> TeamId {
        let members = members.iter().map(|&account| (account, TeamRole::Member)).collect();
        TeamId::new(self.creates(Record::Team(Team { name: name.to_owned(), members, ..Team::default() })))
    }

    pub(crate) fn rule(&mut self, queue: Queue, when: QueueCondition, then: QueueAction) -> QueueRuleId {
        let name = format!("rule {queue:?} {when:?} {then:?}");
        QueueRuleId::new(self.creates(Record::QueueRule(QueueRule { name, queue, when, then })))
    }
}

/// What technicians and customers do.
impl House {
    pub(crate) fn logs_in(&mut self, account: AccountId) -> Vec<Event> {
        self.does(account, presence::Command::Open { kind: ConsoleKind::Web, login: account.get() })
    }

    pub(crate) fn logs_out(&mut self, account: AccountId) -> Vec<Event> {
        self.does(account, presence::Command::Close { account, login: account.get() })
    }

    pub(crate) fn is_available(&mut self, account: AccountId, is_available: bool) {
        self.does(account, presence::Command::SetAvailable { is_available });
    }

    pub(crate) fn extends_availability(&mut self, account: AccountId) {
        let preferences = Preferences { extended_availability: true, ..self.desk.preferences(account) };
        self.does(account, record::Command::Prefer { preferences });
    }

    pub(crate) fn makes_key(&mut self, account: AccountId, number: u8, valid_for_s: u32) -> KeyId {
        let portal = self.portal;
        let made = self.does(account, key::Command::Make { digest: digest(number), portal, valid_for_s });
        match made.as_slice() {
            [Event::Key(key::Event::Made { key, .. })] => *key,
            other => panic!("no key was made: {other:?}"),
        }
    }

    /// A customer chooses an issue; he is there.
    pub(crate) fn waits(&mut self, issue: IssueId) -> SessionId {
        let portal = self.portal;
        let started = self.does(
            Actor::Visitor,
            session::Command::StartByIssue { portal, issue, customer: customer(Client::Agent) },
        );
        let session = started_session(&started);
        if self.desk.session(session).is_some() {
            self.comes(session);
        }
        session
    }

    pub(crate) fn comes(&mut self, session: SessionId) {
        let client = self.session(session).customer.client;
        self.does(Actor::Customer(session), session::Command::CustomerCame { session, client });
        assert_eq!(self.session(session).customer.presence, CustomerPresence::Here);
    }

    /// A session of a technician of the first team, who took it from that team's queue.
    pub(crate) fn owned_by(&mut self, account: AccountId) -> SessionId {
        let issue = if account == self.dan { self.networks } else { self.printers };
        let session = self.waits(issue);
        self.does(account, accept(session));
        session
    }

    pub(crate) fn invites(&mut self, owner: AccountId, session: SessionId, to: Invited) -> InvitationId {
        let invited = self.does(owner, invitation::Command::Invite { session, to });
        match invited.as_slice() {
            [Event::Invitation(invitation::Event::Invited { invitation, .. })] => *invitation,
            other => panic!("nobody was invited: {other:?}"),
        }
    }

    /// Somebody is invited in person, and comes.
    pub(crate) fn joins(&mut self, owner: AccountId, session: SessionId, who: AccountId) {
        let invitation = self.invites(owner, session, Invited::Account(who));
        self.does(who, come_in(invitation));
        assert!(self.has(session, who));
    }

    pub(crate) fn invites_external(
        &mut self,
        owner: AccountId,
        session: SessionId,
        number: u8,
    ) -> ExternalId {
        let invited = self.does(owner, external_invitation(session, number));
        match invited.as_slice() {
            [Event::Invitation(invitation::Event::ExternalInvited { external, .. })] => *external,
            other => panic!("nobody was invited: {other:?}"),
        }
    }

    /// Somebody from outside is invited, and comes.
    pub(crate) fn joins_from_outside(
        &mut self,
        owner: AccountId,
        session: SessionId,
        number: u8,
    ) -> ExternalId {
        let external = self.invites_external(owner, session, number);
        self.does(Actor::Visitor, invitation::Command::JoinExternal { key: digest(number) });
        assert!(self.has(session, external));
        external
    }

    pub(crate) fn is_lost(&mut self, who: impl Into<Participant>) -> Vec<Event> {
        self.does(Actor::Relay, session::Command::MemberLost { who: who.into() })
    }
}

pub(crate) fn account(user: &str, may: &[Permission]) -> Account {
    let permissions = may.iter().fold(Permissions::default(), |all, &one| all.with(one, Setting::Allowed));
    Account {
        user: user.to_owned(),
        name: user.to_owned(),
        is_enabled: true,
        email: Some(format!("{user}@example.org")),
        is_on_portals: true,
        permissions,
        ..Account::default()
    }
}

pub(crate) fn digest(number: u8) -> Digest {
    Digest::new([number; 32])
}

pub(crate) fn customer(client: Client) -> NewCustomer {
    NewCustomer {
        name: "Zoë".to_owned(),
        question: "It does not print.".to_owned(),
        language: None,
        client,
        secret: digest(0),
    }
}

pub(crate) fn started_session(events: &[Event]) -> SessionId {
    let started = events.iter().find_map(|event| match event {
        Event::Session(session::Event::Started { session, .. }) => Some(*session),
        _ => None,
    });
    started.expect("a session started")
}

pub(crate) fn accept(session: SessionId) -> session::Command {
    session::Command::Accept { session }
}

pub(crate) fn offer(session: SessionId, to: Queue) -> session::Command {
    session::Command::Transfer { session, to }
}

pub(crate) fn send(session: SessionId, to: Queue) -> session::Command {
    session::Command::Move { session, to }
}

pub(crate) fn leave(session: SessionId) -> session::Command {
    session::Command::Leave { session }
}

pub(crate) fn keep(session: SessionId) -> session::Command {
    session::Command::Keep { session }
}

pub(crate) fn end(session: SessionId) -> session::Command {
    session::Command::End { session, reason: String::new() }
}

pub(crate) fn remove(session: SessionId, who: impl Into<Participant>) -> session::Command {
    session::Command::Remove { session, who: who.into() }
}

pub(crate) fn invite(session: SessionId, to: Invited) -> invitation::Command {
    invitation::Command::Invite { session, to }
}

pub(crate) fn come_in(invitation: InvitationId) -> invitation::Command {
    invitation::Command::Accept { invitation }
}

pub(crate) fn external_invitation(session: SessionId, number: u8) -> invitation::Command {
    invitation::Command::InviteExternal {
        session,
        key: digest(number),
        name: "Vendor".to_owned(),
        comments: "Please look at the driver.".to_owned(),
        policy: None,
        valid_for_s: 3600,
    }
}

pub(crate) fn say(session: SessionId, text: &str) -> chat::Command {
    chat::Command::Say { session, text: text.to_owned() }
}
