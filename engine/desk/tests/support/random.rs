//! Anybody does anything, at any time: what must hold, holds.

use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};
use std::sync::{LazyLock, Mutex};

use desk::invitation::{self, Invited};
use desk::key;
use desk::permission::Permission;
use desk::presence::{self, ConsoleKind};
use desk::record::{self, Preferences, QueueAction, QueueCondition, Record, RecordId};
use desk::session::{self, Client, PasswordProof, Queue};
use desk::{
    AccountId, Actor, Command, Desk, Event, ExternalId, InvitationId, ItemId, Participant, QueueRuleId, Rule,
    SessionId, chat,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::house::{House, customer, digest, external_invitation};

/// Commands of one sequence.
const COMMANDS: usize = 200;
/// Sequences in one of four tests, which run side by side; `DESK_SEQUENCES` says how many instead, where the tests
/// run again and again.
static SEQUENCES: LazyLock<u32> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "the rules read no environment, their tests may")]
    let wish = std::env::var("DESK_SEQUENCES").ok();
    wish.map_or(2_500, |wish| wish.parse().expect("DESK_SEQUENCES is a number"))
});

/// The house in which they all begin: with rules on its queues, and a Jump item of eve's.
pub(crate) static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let mut house = House::new();
    house.allows(house.ann, Permission::ShareWithOtherTeams);
    house.allows(house.bob, Permission::GenerateKeys);
    house.allows(house.bob, Permission::InviteExternals);
    let (first, second) = (Queue::Team(house.first), Queue::Team(house.second));
    house.rule(first, QueueCondition::WaitedFor(300), QueueAction::Move(second));
    house.rule(second, QueueCondition::WaitedFor(300), QueueAction::Move(first));
    house.rule(second, QueueCondition::NobodyThere, QueueAction::Move(first));
    house.rule(first, QueueCondition::WaitedFor(200), QueueAction::Move(Queue::Personal(house.eve)));
    house.rule(Queue::Personal(house.dan), QueueCondition::WaitedFor(600), QueueAction::End);
    crate::losses::enrolled(&mut house);
    house
});

/// Numbers out of one number: a sequence shrinks by its numbers.
struct Dice(u64);

impl Dice {
    /// Below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        let sides = sides.max(1) as u64;
        let side = self.0 % sides;
        self.0 /= sides;
        side as usize
    }

    fn pick<T>(&mut self, items: impl ExactSizeIterator<Item = T>) -> Option<T> {
        let mut items = items;
        let index = self.roll(items.len());
        items.nth(index)
    }
}

/// What somebody does next.
struct Turn<'a> {
    house: &'a House,
    dice: Dice,
    session: SessionId,
}

impl<'a> Turn<'a> {
    fn new(house: &'a House, number: u64) -> Self {
        let mut dice = Dice(number);
        let session = dice.pick(house.desk.sessions().keys()).copied().unwrap_or_default();
        Self { house, dice, session }
    }

    fn takes(mut self) -> (Actor, Command) {
        let session = self.session;
        let of = |command: session::Command| Command::Session(command);
        match self.dice.roll(42) {
            0..=2 => (Actor::Visitor, of(self.starts())),
            3 => self.jumps(),
            4..=9 => (self.account().into(), of(session::Command::Accept { session })),
            10 => (self.account().into(), of(session::Command::Move { session, to: self.queue() })),
            11..=13 => (self.owner(), of(session::Command::Transfer { session, to: self.queue() })),
            14 => (self.owner(), of(session::Command::CancelTransfer { session })),
            15 => (self.account().into(), of(session::Command::DeclineTransfer { session })),
            16 => (self.owner(), of(session::Command::Remove { session, who: self.member() })),
            17 => (actor(self.member()), of(session::Command::Leave { session })),
            18 => (self.owner(), of(session::Command::Keep { session })),
            19 => (self.who_ends(), of(session::Command::End { session, reason: "Enough".to_owned() })),
            20 => (self.owner(), of(session::Command::DisconnectCustomer { session })),
            21 => (Actor::Customer(session), of(session::Command::CustomerEnds)),
            22..=23 => (Actor::Relay, of(session::Command::CustomerCame { session, client: self.client() })),
            24 => (Actor::Relay, of(session::Command::CustomerLost { session })),
            25 => (Actor::Relay, of(session::Command::MemberLost { who: self.member() })),
            26 => (Actor::Relay, of(session::Command::MemberBack { who: self.member() })),
            27 => (Actor::Relay, of(session::Command::Tick)),
            28 => (Actor::Relay, key::Command::Tick.into()),
            29 => self.makes_a_key(),
            30..=36 => self.invites(),
            37 => self.talks(),
            38..=39 => self.comes_and_goes(),
            _ => self.administers(),
        }
    }

    fn starts(&mut self) -> session::Command {
        let (portal, client) =
            (self.house.portal, if self.dice.roll(4) == 0 { Client::Chat } else { Client::Agent });
        let customer = customer(client);
        match self.dice.roll(4) {
            0 => session::Command::StartByKey { key: digest(self.dice.roll(5) as u8), customer },
            1 => session::Command::StartByTechnician { portal, account: self.account(), customer },
            2 => session::Command::StartByIssue { portal, issue: self.house.networks, customer },
            _ => session::Command::StartByIssue { portal, issue: self.house.printers, customer },
        }
    }

    fn jumps(&mut self) -> (Actor, Command) {
        let item = self.house.desk.items().keys().next().copied().unwrap_or(ItemId::new(0));
        let overrides_schedule = self.dice.roll(2) == 0;
        let jump = session::Command::Jump { item, password: PasswordProof::None, overrides_schedule };
        (self.house.eve.into(), jump.into())
    }

    fn makes_a_key(&mut self) -> (Actor, Command) {
        let (digest, portal) = (digest(self.dice.roll(5) as u8), self.house.portal);
        let valid_for_s = 1 + self.dice.roll(900) as u32;
        (self.account().into(), key::Command::Make { digest, portal, valid_for_s }.into())
    }

    fn invites(&mut self) -> (Actor, Command) {
        let desk = &self.house.desk;
        let invitation = self.dice.pick(desk.invitations().keys()).copied().unwrap_or(InvitationId::new(0));
        let number = self.dice.roll(5) as u8;
        let external = self.dice.pick(desk.externals().keys()).copied().unwrap_or(ExternalId::new(0));
        let (actor, command) = match self.dice.roll(9) {
            0..=2 => {
                let to = match self.dice.roll(3) {
                    0 => Invited::Account(self.account()),
                    1 => Invited::Team(self.house.first),
                    _ => Invited::Help(self.house.printers),
                };
                (self.owner(), invitation::Command::Invite { session: self.session, to })
            }
            3..=4 => (self.account().into(), invitation::Command::Accept { invitation }),
            5 => (self.owner(), external_invitation(self.session, number)),
            6 => (Actor::Visitor, invitation::Command::JoinExternal { key: digest(number) }),
            7 => (self.account().into(), invitation::Command::Decline { invitation }),
            _ if self.dice.roll(2) == 0 => (self.owner(), invitation::Command::Cancel { invitation }),
            _ => (self.owner(), invitation::Command::CancelExternal { external }),
        };
        (actor, command.into())
    }

    fn talks(&mut self) -> (Actor, Command) {
        let text = "Hello.".to_owned();
        match self.dice.roll(3) {
            0 => (self.account().into(), chat::Command::SayToTeam { team: self.house.first, text }.into()),
            1 => (Actor::Customer(self.session), chat::Command::Say { session: self.session, text }.into()),
            _ => (actor(self.member()), chat::Command::Say { session: self.session, text }.into()),
        }
    }

    fn comes_and_goes(&mut self) -> (Actor, Command) {
        let account = self.account();
        let login = account.get() + self.dice.roll(2) as u64;
        let command = match self.dice.roll(5) {
            0 => presence::Command::Close { account, login },
            1 => presence::Command::SetAvailable { is_available: self.dice.roll(2) == 0 },
            2 => presence::Command::Open { kind: ConsoleKind::Desktop, login },
            _ => presence::Command::Open { kind: ConsoleKind::Web, login },
        };
        (account.into(), command.into())
    }

    fn administers(&mut self) -> (Actor, Command) {
        let desk = &self.house.desk;
        let account = self.account();
        let command = match self.dice.roll(12) {
            0..=5 => {
                let own = desk.preferences(account);
                let extended_availability = !own.extended_availability;
                let preferences = Preferences { extended_availability, ..own };
                return (account.into(), record::Command::Prefer { preferences }.into());
            }
            6 => {
                let rule =
                    self.dice.pick(desk.queue_rules().all()).map_or(QueueRuleId::new(0), |(&id, _)| id);
                record::Command::Remove { id: RecordId::QueueRule(rule) }
            }
            7 => record::Command::Remove { id: RecordId::Team(self.house.second) },
            8 => record::Command::Remove { id: RecordId::Account(account) },
            _ => match desk.record(RecordId::Account(account)) {
                Some((version, Record::Account(mut own))) => {
                    own.is_enabled = !own.is_enabled;
                    let id = RecordId::Account(account);
                    record::Command::Change { id, version, record: Record::Account(own) }
                }
                _ => record::Command::Remove { id: RecordId::Account(account) },
            },
        };
        (Actor::Operator, command.into())
    }

    fn account(&mut self) -> AccountId {
        let house = self.house;
        let people = [house.ann, house.bob, house.cleo, house.dan, house.eve];
        people[self.dice.roll(people.len())]
    }

    fn client(&mut self) -> Client {
        [Client::Agent, Client::Chat, Client::Installed][self.dice.roll(3)]
    }

    fn queue(&mut self) -> Queue {
        match self.dice.roll(4) {
            0 => Queue::Team(self.house.first),
            1 => Queue::Team(self.house.second),
            _ => Queue::Personal(self.account()),
        }
    }

    /// Mostly the one who may.
    fn owner(&mut self) -> Actor {
        let session = self.house.desk.session(self.session);
        match session.and_then(session::Session::owner) {
            Some(owner) if self.dice.roll(8) != 0 => owner.into(),
            _ => self.account().into(),
        }
    }

    fn who_ends(&mut self) -> Actor {
        if self.dice.roll(4) == 0 { self.house.root.into() } else { self.owner() }
    }

    fn member(&mut self) -> Participant {
        let session = self.house.desk.session(self.session);
        let member = session.and_then(|session| self.dice.pick(session.members.keys()));
        member.copied().unwrap_or_else(|| self.account().into())
    }
}

fn actor(who: Participant) -> Actor {
    match who {
        Participant::Account(account) => account.into(),
        Participant::External(external) => external.into(),
    }
}

/// What has happened at all, so that nothing is left out by mistake.
#[derive(Default)]
struct Seen {
    sessions: HashSet<Discriminant<session::Event>>,
    invitations: HashSet<Discriminant<invitation::Event>>,
    endings: HashSet<session::Ended>,
    moves: HashSet<Discriminant<session::Moved>>,
}

impl Seen {
    fn note(&mut self, event: &Event) {
        match event {
            Event::Session(event) => {
                self.sessions.insert(discriminant(event));
                match event {
                    session::Event::Ended { why, .. } => drop(self.endings.insert(*why)),
                    session::Event::Moved { why, .. } => drop(self.moves.insert(discriminant(why))),
                    _ => {}
                }
            }
            Event::Invitation(event) => drop(self.invitations.insert(discriminant(event))),
            _ => {}
        }
    }
}

pub(crate) fn sequence() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(any::<u64>(), COMMANDS)
}

/// Lets everybody do what the numbers say. Time goes by in between.
pub(crate) fn plays(numbers: &[u64], mut each: impl FnMut(&House, Timestamp, &Command, &[Event])) -> House {
    let mut house = HOUSE.clone();
    for &number in numbers {
        if number.is_multiple_of(3) {
            house.now += SignedDuration::from_secs((number / 3 % 240) as i64);
        }
        let (actor, command) = Turn::new(&house, number).takes();
        let is_tick = command == session::Command::Tick.into();
        if let Ok(events) = house.tries(actor, command.clone()) {
            each(&house, house.now, &command, &events);
        }
        if is_tick {
            nothing_is_due(&house);
        }
    }
    house
}

/// After the relay said what time it is, only keys may still be due.
fn nothing_is_due(house: &House) {
    let keys = house.desk.keys().values().any(|key| key.expires <= house.now);
    assert!(keys || house.desk.due(house.now).is_none_or(|due| house.now < due), "something is still due");
}

/// Whoever is listed can be invited, if he is not in or invited already.
fn whoever_is_listed_can_be_invited(house: &House) {
    for (&session, state) in house.desk.sessions() {
        let Some(owner) = state.owner() else { continue };
        let targets = house.desk.targets(owner);
        let accounts = targets.accounts.into_iter().map(Invited::Account);
        let teams = targets.teams.into_iter().map(Invited::Team);
        for to in accounts.chain(teams).chain(targets.issues.into_iter().map(Invited::Help)) {
            let command = invitation::Command::Invite { session, to };
            if let Err(refusal) = house.desk.handle(house.now, owner.into(), command.into()) {
                assert!(matches!(refusal.rule, Rule::Already | Rule::Full), "{to:?}: {refusal}");
            }
        }
    }
}

/// Invariants are checked after each command by the house itself.
fn holds(is_whole: bool) {
    let seen = Mutex::new(Seen::default());
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(*SEQUENCES) });
    let result = runner.run(&sequence(), |numbers| {
        let mut log: Vec<(Timestamp, Event)> = Vec::new();
        let house = plays(&numbers, |house, at, _, events| {
            log.extend(events.iter().map(|event| (at, event.clone())));
            if log.len().is_multiple_of(32) {
                assert_eq!(house.restored(), house.desk, "what is stored is not what is there");
            }
        });
        prop_assert_eq!(house.restored(), house.desk.clone());
        whoever_is_listed_can_be_invited(&house);
        let mut again: Desk = HOUSE.desk.clone();
        let mut seen = seen.lock().expect("nobody fails");
        for (at, event) in &log {
            again.apply(*at, event);
            seen.note(event);
        }
        prop_assert_eq!(again, house.desk);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let seen = seen.into_inner().expect("nobody fails");
    let counts = [seen.sessions.len(), seen.invitations.len(), seen.moves.len(), seen.endings.len()];
    // Every event of both kinds, and every reason to move or to end; two of the last are rare.
    let is_whole = is_whole && 1_000 < *SEQUENCES;
    assert!(!is_whole || (counts[..3] == [14, 5, 5] && counts[3] >= 6), "too little happens: {counts:?}");
}

#[test]
fn whatever_anybody_does_the_invariants_hold_and_what_is_stored_gives_the_desk_back() {
    holds(true);
}

#[test]
fn whatever_anybody_does_the_invariants_hold_the_second_quarter() {
    holds(false);
}

#[test]
fn whatever_anybody_does_the_invariants_hold_the_third_quarter() {
    holds(false);
}

#[test]
fn whatever_anybody_does_the_invariants_hold_the_fourth_quarter() {
    holds(false);
}

#[test]
fn all_that_is_stored_of_the_house_reads_back_from_what_was_written() {
    let pieces = HOUSE.pieces();
    assert!(pieces.len() > 20);
    for (id, piece) in pieces {
        let text = serde_json::to_string(piece).expect("written");
        assert_eq!(&serde_json::from_str::<desk::Snapshot>(&text).expect(&text), piece, "{id:?}");
        let text = serde_json::to_string(id).expect("written");
        assert_eq!(&serde_json::from_str::<desk::EntityId>(&text).expect(&text), id);
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(50) })]

    #[test]
    fn commands_events_and_pieces_read_back_from_what_was_written(numbers in sequence()) {
        plays(&numbers, |house, _, command, events| {
            let text = serde_json::to_string(command).expect("written");
            assert_eq!(&serde_json::from_str::<Command>(&text).expect(&text), command);
            for event in events {
                let text = serde_json::to_string(event).expect("written");
                assert_eq!(&serde_json::from_str::<Event>(&text).expect(&text), event);
                for id in event.touches() {
                    let Some(piece) = house.desk.snapshot(id) else { continue };
                    let text = serde_json::to_string(&piece).expect("written");
                    assert_eq!(serde_json::from_str::<desk::Snapshot>(&text).expect(&text), piece);
                }
            }
        });
    }
}
