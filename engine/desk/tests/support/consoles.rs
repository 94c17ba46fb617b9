//! Consoles: one for each account.

use desk::presence::{self, Closed, ConsoleKind};
use desk::session::{self, Left, Moved, Queue};
use desk::{Actor, Event, Rule};

use crate::house::House;

fn open(kind: ConsoleKind, login: u64) -> presence::Command {
    presence::Command::Open { kind, login }
}

#[test]
fn s5_no_web_console_opens_while_they_are_switched_off() {
    let mut house = House::new();
    house.logs_out(house.ann);
    house.changes_site(|site| site.allows_web_consoles = false);
    assert_eq!(house.refused(house.ann, open(ConsoleKind::Web, 7)).rule, Rule::ConsolesOff);
    house.does(house.ann, open(ConsoleKind::Desktop, 7));
    house.changes_site(|site| site.allows_web_consoles = true);
    house.does(house.bob, open(ConsoleKind::Web, 8));
}

#[test]
fn s29_s31_an_account_has_one_console_and_the_later_one_takes_over() {
    let mut house = House::new();
    let (account, before) = (house.ann, house.ann.get());
    let session = house.owned_by(account);
    house.is_available(account, false);
    let events = house.does(account, open(ConsoleKind::Desktop, 7));
    let closed = presence::Event::Closed { account, login: before, why: Closed::TakenOver };
    let opened = presence::Event::Opened { account, kind: ConsoleKind::Desktop, login: 7 };
    assert_eq!(events[..2], [closed.into(), opened.into()]);
    assert_eq!(house.session(session).owner(), Some(account), "its sessions go on in the later one");
    let console = house.desk.console(account).expect("one is open");
    assert_eq!((console.kind, console.login, console.is_available), (ConsoleKind::Desktop, 7, false));
    let stale = presence::Command::Close { account, login: before };
    assert_eq!(house.does(Actor::Relay, stale), [], "the older one closes nothing any more");
    assert_eq!(house.does(account, open(ConsoleKind::Desktop, 7)), []);
}

#[test]
fn s287_whoever_logs_out_is_in_no_session_and_his_go_back_to_their_queue_at_once() {
    let mut house = House::new();
    let (session, shared) = (house.owned_by(house.ann), house.owned_by(house.bob));
    house.joins(house.bob, shared, house.ann);
    let events = house.logs_out(house.ann);
    let (account, login) = (house.ann, house.ann.get());
    assert_eq!(events[0], presence::Event::Closed { account, login, why: Closed::LoggedOut }.into());
    let (to, why) = (Queue::Team(house.first), Moved::TechnicianLost);
    assert!(events.contains(&session::Event::Moved { session, to, why }.into()));
    let who = house.ann.into();
    for session in [session, shared] {
        assert!(events.contains(&session::Event::Left { session, who, why: Left::Lost }.into()));
    }
    assert_eq!(house.session(shared).owner(), Some(house.bob));
}

#[test]
fn a_console_is_closed_by_its_technician_the_relay_or_an_administrator() {
    let mut house = House::new();
    let close = |account: desk::AccountId| presence::Command::Close { account, login: account.get() };
    assert_eq!(house.refused(house.bob, close(house.ann)).rule, Rule::Administrator);
    assert_eq!(house.refused(Actor::Visitor, close(house.ann)).rule, Rule::WrongActor);
    house.does(house.ann, close(house.ann));
    house.does(Actor::Relay, close(house.bob));
    house.does(house.root, close(house.cleo));
    assert!([house.ann, house.bob, house.cleo].iter().all(|&account| house.desk.console(account).is_none()));
}

#[test]
fn whoever_is_disabled_opens_no_console_and_loses_the_one_he_has() {
    let mut house = House::new();
    house.disables(house.bob);
    assert!(house.desk.console(house.bob).is_none());
    assert_eq!(house.refused(house.bob, open(ConsoleKind::Web, 7)).rule, Rule::Disabled);
}

#[test]
fn availability_is_said_at_a_console() {
    let mut house = House::new();
    assert!(house.desk.is_there(house.ann));
    let events = house.does(house.ann, presence::Command::SetAvailable { is_available: false });
    assert_eq!(
        events,
        [Event::Presence(presence::Event::Available { account: house.ann, is_available: false })]
    );
    assert_eq!(house.does(house.ann, presence::Command::SetAvailable { is_available: false }), []);
    assert!(!house.desk.is_there(house.ann) && house.desk.is_reachable(house.ann));
    let refusal = house.refused(house.root, presence::Command::SetAvailable { is_available: true });
    assert_eq!(refusal.rule, Rule::NoConsole);
}
