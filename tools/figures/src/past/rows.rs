//! Past sessions as rows: one statement for each table, which the database multiplies by itself.

use std::collections::{BTreeMap, BTreeSet};

use desk::session::{
    Client, Customer, CustomerPresence, Ended, Event, Member, Origin, Place, Queue, Session,
};
use desk::{AccountId, Actor, ItemId, Participant, SessionId};
use jiff::Timestamp;

use super::store::quoted;
use super::{CUSTOMERS, FIRST, JUMPS, OWNERS, Past, STEP_MS};

/// Stands for a session's number in a text.
const THIS: u64 = 7_777_777_777;

/// Stands for its owner's.
const OWNER: u64 = 8_888_888_888;

/// Stands for its customer's.
const CUSTOMER: u64 = 9_999_999_999;

/// Lines of the log for each session.
const LINES: u64 = 3;

/// Messages of each session.
const MESSAGES: u64 = 2;

/// All statements; `log` is the last line that is there, `zeros` what stands for its hashes.
pub(super) fn all(past: &Past, log: i64, zeros: &str) -> anyhow::Result<Vec<String>> {
    let started = Event::Started { session: SessionId::new(THIS), state: Box::new(session()) };
    let owned = Event::Owned { session: SessionId::new(THIS), owner: AccountId::new(OWNER), before: None };
    let ended = Event::Ended {
        session: SessionId::new(THIS),
        why: Ended::Owner,
        by: Actor::Account(AccountId::new(OWNER)),
        reason: String::new(),
    };
    let mut statements = vec![sessions(past, &ended)?];
    statements.extend([0, 7].map(|other| members(past, other)));
    for (line, event) in (1..).zip([started, owned, ended]) {
        statements.extend(lines(past, log, zeros, line, event)?);
    }
    statements.extend((0..MESSAGES).map(|number| messages(past, number)));
    Ok(statements)
}

fn session() -> Session {
    let owner = AccountId::new(OWNER);
    let at = Timestamp::UNIX_EPOCH;
    Session {
        origin: Origin::Jump { item: ItemId::new(1), by: owner, overrode_schedule: false },
        home: Queue::Personal(owner),
        started: at,
        customer: Customer {
            name: format!("Customer {CUSTOMER}"),
            question: "The till prints nothing, and the light is red".to_owned(),
            language: None,
            client: Client::Installed,
            secret: None,
            presence: CustomerPresence::Here,
        },
        place: Place::Owned { owner, since: at },
        members: BTreeMap::from([(
            Participant::Account(owner),
            Member { joined: at, lost: None, invited_by: None },
        )]),
        transfer: None,
        rules_done: BTreeSet::new(),
        policy: None,
    }
}

/// `i` counts sessions from 1.
fn each(past: &Past) -> String {
    let last = past.size.sessions;
    format!(
        "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    )
}

fn owner_of(number: &str) -> String {
    format!("{} + ({number}) % {OWNERS}", FIRST - OWNERS)
}

/// A text in which everything that stands for something is replaced.
fn replaced(text: &str) -> String {
    let stands =
        [(THIS, format!("{FIRST} + i")), (OWNER, owner_of("i")), (CUSTOMER, format!("i % {CUSTOMERS}"))];
    stands
        .into_iter()
        .filter(|(number, _)| text.contains(&number.to_string()))
        .fold(quoted(text), |sql, (number, by)| format!("replace({sql}, '{number}', CAST({by} AS TEXT))"))
}

fn sessions(past: &Past, end: &Event) -> anyhow::Result<String> {
    let (each, owner, base, items) = (each(past), owner_of("i"), past.base_ms, past.size.items);
    let body = replaced(&serde_json::to_string(&session())?);
    let end = replaced(&serde_json::to_string(end)?);
    Ok(format!(
        "{each} INSERT INTO past_sessions
            (id, started_ms, ended_ms, owner, item, customer, customer_key, body, end_body)
         SELECT {FIRST} + i, {base} + i * {STEP_MS} - 1200000, {base} + i * {STEP_MS}, {owner},
            CASE WHEN i % {JUMPS} = 0 THEN 1 + i % {items} END, 'Customer ' || CAST(i % {CUSTOMERS} AS TEXT),
            'customer ' || CAST(i % {CUSTOMERS} AS TEXT), {body}, {end} FROM n"
    ))
}

fn members(past: &Past, other: u64) -> String {
    let (each, member, base) = (each(past), owner_of(&format!("i + {other}")), past.base_ms);
    format!(
        "{each} INSERT INTO past_members (account, ended_ms, session)
         SELECT {member}, {base} + i * {STEP_MS}, {FIRST} + i FROM n"
    )
}

fn lines(past: &Past, log: i64, zeros: &str, line: u64, event: Event) -> anyhow::Result<[String; 2]> {
    let (each, owner, base) = (each(past), owner_of("i"), past.base_ms);
    let fact = serde_json::to_value(desk::Event::from(event))?;
    let (name, fact) = (fact["event"].as_str().unwrap_or_default().to_owned(), replaced(&fact.to_string()));
    let seq = format!("{log} + {LINES} * (i - 1) + {line}");
    let log = format!(
        "{each} INSERT INTO audit (seq, at_ms, actor, address, login, subject, event, fact, hash)
         SELECT {seq}, {base} + i * {STEP_MS} + {line}, 'account:' || CAST({owner} AS TEXT), '192.0.2.7', 1,
            'session', '{name}', {fact}, {zeros} FROM n"
    );
    let objects = format!(
        "{each} INSERT INTO audit_objects (object, seq)
         SELECT 'session:' || CAST({FIRST} + i AS TEXT), {seq} FROM n"
    );
    Ok([log, objects])
}

fn messages(past: &Past, number: u64) -> String {
    let (each, base) = (each(past), past.base_ms);
    format!(
        "{each} INSERT INTO messages (id, at_ms, session, author, body)
         SELECT {FIRST} + {MESSAGES} * i + {number}, {base} + i * {STEP_MS}, {FIRST} + i,
            'customer:' || CAST({FIRST} + i AS TEXT), 'It says «out of paper», and there is paper in it.' FROM n"
    )
}
