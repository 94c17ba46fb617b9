//! The desk in the database: pieces that live, lines of the log, past sessions, and what was said.
//!
//! What the rules look at is stored in pieces, each by its name, and read back whole at the start; it is looked up
//! in memory only. What grows without end (the log, past sessions, messages) has columns of its own to be searched by.

use std::collections::BTreeSet;

use desk::session::{Event as SessionEvent, Session};
use desk::{AccountId, Actor, Desk, EntityId, Event, Participant, SessionId, Snapshot, TeamId};
use jiff::Timestamp;

use crate::db::{Db, DbError, Statement, Tx, sql};
use crate::keeper::audit::{self, FIRST, Fact, Hash, Line, Parts};
use crate::time::Moment;

/// What was read at the start.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) desk: Desk,
    /// The number and the hash of the last line.
    pub(super) head: Head,
}

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) seq: u64,
    pub(super) hash: Hash,
}

/// A session that is over.
#[derive(Debug, Clone)]
pub(super) struct PastSession {
    pub(super) session: SessionId,
    pub(super) state: Session,
    pub(super) ended: Timestamp,
    /// The event that ended it.
    pub(super) end: SessionEvent,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Said {
    pub(crate) message: u64,
    pub(crate) at: String,
    /// Kind and number, as the log writes it.
    pub(crate) by: String,
    pub(crate) text: String,
}

/// Reads the whole desk.
pub(super) async fn load(db: &Db) -> Result<Loaded, DbError> {
    // The head first: what is written in between is then caught up, and catching up twice changes nothing.
    let head = head(db).await?;
    let mut desk = Desk::default();
    let rows: Vec<(String, String)> = db.all(sql("SELECT name, body FROM desk_pieces")).await?;
    for (name, body) in rows {
        let id: EntityId = read(&name)?;
        let piece: Snapshot = read(&body)?;
        if !desk.restore(id, piece) {
            return Err(unreadable(format!("{name} holds something else: {body}")));
        }
    }
    Ok(Loaded { desk, head })
}

async fn head(db: &Db) -> Result<Head, DbError> {
    let last = db.first(sql("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")).await?;
    let last = match last {
        None => db.first(sql("SELECT seq, hash FROM audit_begin")).await?,
        found => found,
    };
    Ok(head_of(last))
}

fn head_of(row: Option<(i64, Vec<u8>)>) -> Head {
    match row {
        Some((seq, hash)) => Head { seq: seq.cast_unsigned(), hash: hash.try_into().map_or(FIRST, Hash) },
        None => Head { seq: 0, hash: FIRST },
    }
}

/// Number, time, actor, address, login, fact and hash of a line.
type Row = (i64, i64, String, String, i64, String, Vec<u8>);

/// Lines behind `head` that somebody else wrote, and where the log ends now.
pub(super) async fn behind(tx: &mut Tx, head: Head) -> Result<(Vec<Line>, Head), DbError> {
    let rows: Vec<Row> = tx
        .all(
            sql(
                "SELECT seq, at_ms, actor, address, login, fact, hash FROM audit WHERE $1 < seq ORDER BY seq",
            )
            .bind(head.seq.cast_signed()),
        )
        .await?;
    let mut head = head;
    let mut lines = Vec::with_capacity(rows.len());
    for (seq, at_ms, actor, address, login, fact, hash) in rows {
        head = head_of(Some((seq, hash)));
        lines.push(Line {
            seq: head.seq,
            at: Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::MAX),
            by: audit::actor_of(&actor).unwrap_or(Actor::Relay),
            address: (!address.is_empty()).then_some(address),
            login: (login != 0).then_some(login),
            fact: read(&fact)?,
        });
    }
    Ok((lines, head))
}

/// Writes a line behind `before`, and gives where the log ends now.
pub(super) async fn write_line(tx: &mut Tx, before: Head, line: &Line) -> Result<Head, DbError> {
    let (by, fact) = (audit::text_of(line.by), write(&line.fact)?);
    let address = line.address.clone().unwrap_or_default();
    let parts = Parts {
        seq: line.seq,
        at_ms: line.at.as_millisecond(),
        by: &by,
        address: &address,
        login: line.login.unwrap_or(0),
        fact: &fact,
    };
    let hash = parts.hash(before.hash);
    let (subject, event) = names_of(&fact);
    let insert = sql("INSERT INTO audit (seq, at_ms, actor, address, login, subject, event, fact, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(parts.seq.cast_signed())
    .bind(parts.at_ms)
    .bind(by.as_str())
    .bind(address.as_str())
    .bind(parts.login)
    .bind(subject)
    .bind(event)
    .bind(fact.as_str())
    .bind(&hash.0);
    tx.run(insert).await?;
    for object in objects_of(&line.fact) {
        let insert = sql("INSERT INTO audit_objects (object, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        tx.run(insert.bind(object).bind(parts.seq.cast_signed())).await?;
    }
    Ok(Head { seq: line.seq, hash })
}

/// Subject and event of a fact as JSON, as they can be searched.
pub(crate) fn names_of(fact: &str) -> (String, String) {
    #[derive(serde::Deserialize)]
    struct Names {
        #[serde(default)]
        subject: String,
        #[serde(default)]
        event: String,
    }
    serde_json::from_str(fact)
        .map_or_else(|_| (String::new(), String::new()), |Names { subject, event }| (subject, event))
}

/// What a fact is about, as it can be searched.
pub(crate) fn objects_of(fact: &Fact) -> Vec<String> {
    match fact {
        // What was done in a session changes nothing of it, and is about it all the same.
        Fact::Desk(Event::Session(SessionEvent::Acted { session, .. })) => vec![format!("session:{session}")],
        Fact::Desk(event) => event.touches().into_iter().filter_map(object_of).collect(),
        Fact::Login(fact) => fact.account.map(|account| format!("account:{account}")).into_iter().collect(),
        Fact::Rating(fact) => vec![format!("session:{}", fact.session)],
        Fact::Act(fact) => vec![format!("session:{}", fact.session)],
    }
}

fn object_of(id: EntityId) -> Option<String> {
    Some(match id {
        EntityId::Counter => return None,
        EntityId::Site => "site".to_owned(),
        EntityId::Record(id) => {
            let json = serde_json::to_value(id).ok()?;
            format!("{}:{}", json["kind"].as_str()?, id.number())
        }
        EntityId::Preferences(id) | EntityId::Console(id) => format!("account:{id}"),
        EntityId::Session(id) => format!("session:{id}"),
        EntityId::Invitation(id) => format!("invitation:{id}"),
        EntityId::External(id) => format!("external:{id}"),
        EntityId::Key(id) => format!("key:{id}"),
        EntityId::Item(id) | EntityId::Usage(_, id) => format!("item:{id}"),
        EntityId::Token(id) => format!("token:{id}"),
    })
}

/// Writes a piece as it is now, or takes it away.
pub(super) async fn write_piece(tx: &mut Tx, id: EntityId, piece: Option<&Snapshot>) -> Result<(), DbError> {
    let name = write(&id)?;
    let statement = match piece {
        Some(piece) => sql("INSERT INTO desk_pieces (name, body) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET body = excluded.body")
        .bind(name)
        .bind(write(piece)?),
        None => sql("DELETE FROM desk_pieces WHERE name = $1").bind(name),
    };
    tx.run(statement).await?;
    Ok(())
}

/// Writes a session that is over.
pub(super) async fn write_past(tx: &mut Tx, past: &PastSession) -> Result<(), DbError> {
    let (state, end) = (&past.state, &past.end);
    let owner = state.owner().map(|owner| owner.get().cast_signed());
    let item = match state.origin {
        desk::session::Origin::Jump { item, .. } => Some(item.get().cast_signed()),
        _ => None,
    };
    let insert =
        sql("INSERT INTO past_sessions (id, started_ms, ended_ms, owner, item, customer, customer_key, body, end_body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(past.session.get().cast_signed())
        .bind(state.started.as_millisecond())
        .bind(past.ended.as_millisecond())
        .bind(owner)
        .bind(item)
        .bind(state.customer.name.as_str())
        .bind(state.customer.name.to_lowercase())
        .bind(write(state)?)
        .bind(write(end)?);
    tx.run(insert).await?;
    for account in people_of(tx, past.session).await? {
        let insert = sql("INSERT INTO past_members (account, ended_ms, session) VALUES ($1, $2, $3)");
        let (account, session) = (account.get().cast_signed(), past.session.get().cast_signed());
        tx.run(insert.bind(account).bind(past.ended.as_millisecond()).bind(session)).await?;
    }
    Ok(())
}

/// Every account that was in a session, by the log.
async fn people_of(tx: &mut Tx, session: SessionId) -> Result<BTreeSet<AccountId>, DbError> {
    let facts: Vec<(String,)> = tx
        .all(
            sql(
                "SELECT fact FROM audit WHERE subject = 'session' AND event IN ('started', 'joined', 'owned')
                AND seq IN (SELECT seq FROM audit_objects WHERE object = $1)",
            )
            .bind(format!("session:{session}")),
        )
        .await?;
    let mut people = BTreeSet::new();
    for (fact,) in facts {
        let Fact::Desk(Event::Session(event)) = read(&fact)? else { continue };
        people.extend(event.comes_in().into_iter().filter_map(Participant::account));
    }
    Ok(people)
}

/// Writes what an event leaves in tables of its own.
pub(super) async fn write_event(tx: &mut Tx, at: Timestamp, by: Actor, event: &Event) -> Result<(), DbError> {
    let Some(statement) = statement_of(at, by, event) else { return Ok(()) };
    tx.run(statement).await?;
    Ok(())
}

fn statement_of(at: Timestamp, by: Actor, event: &Event) -> Option<Statement> {
    use desk::chat::Event::{Said, SaidToTeam};
    use desk::jump::Event as JumpEvent;
    use desk::record::{Event as RecordEvent, Record, RecordId};
    let account = |id: desk::AccountId, account: &desk::record::Account| {
        sql("INSERT INTO accounts (id, user_name, name, is_enabled, password_hash, created_ms)
             VALUES ($1, $2, $3, $4, '', $5)
             ON CONFLICT (id) DO UPDATE SET user_name = excluded.user_name, name = excluded.name,
                is_enabled = excluded.is_enabled")
        .bind(id.get().cast_signed())
        .bind(account.user.to_lowercase())
        .bind(account.name.as_str())
        .bind(i64::from(account.is_enabled))
        .bind(at.as_millisecond())
    };
    let message = |id: desk::MessageId, session: Option<u64>, team: Option<u64>, text: &str| {
        sql("INSERT INTO messages (id, at_ms, session, team, author, body) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id.get().cast_signed())
            .bind(at.as_millisecond())
            .bind(session.map(u64::cast_signed))
            .bind(team.map(u64::cast_signed))
            .bind(audit::text_of(by))
            .bind(text)
    };
    Some(match event {
        Event::Record(
            RecordEvent::Created { id: RecordId::Account(id), record: Record::Account(record) }
            | RecordEvent::Changed { id: RecordId::Account(id), record: Record::Account(record), .. },
        ) => account(*id, record),
        Event::Record(RecordEvent::Removed { id: RecordId::Account(id) }) => {
            sql("DELETE FROM accounts WHERE id = $1").bind(id.get().cast_signed())
        }
        Event::Jump(JumpEvent::Removed { item } | JumpEvent::PasswordSet { item, has_password: false }) => {
            sql("DELETE FROM item_passwords WHERE item = $1").bind(item.get().cast_signed())
        }
        Event::Chat(Said { message: id, session, text, .. }) => message(*id, Some(session.get()), None, text),
        Event::Chat(SaidToTeam { message: id, team, text, .. }) => message(*id, None, Some(team.get()), text),
        _ => return None,
    })
}

/// What was said in a session behind a message, oldest first.
pub(crate) async fn said_in_session(
    db: &Db,
    session: SessionId,
    after: u64,
    limit: u16,
) -> Result<Vec<Said>, DbError> {
    let messages = sql("SELECT id, at_ms, author, body FROM messages WHERE session = $1 AND $2 < id
         ORDER BY id LIMIT $3");
    said(db, messages.bind(session.get().cast_signed()), after, limit).await
}

/// What was said in a team behind a message, oldest first.
pub(crate) async fn said_in_team(
    db: &Db,
    team: TeamId,
    after: u64,
    limit: u16,
) -> Result<Vec<Said>, DbError> {
    let messages = sql("SELECT id, at_ms, author, body FROM messages WHERE team = $1 AND $2 < id
         ORDER BY id LIMIT $3");
    said(db, messages.bind(team.get().cast_signed()), after, limit).await
}

async fn said(db: &Db, messages: Statement, after: u64, limit: u16) -> Result<Vec<Said>, DbError> {
    let rows: Vec<(i64, i64, String, String)> =
        db.all(messages.bind(after.cast_signed()).bind(i64::from(limit))).await?;
    let said = |(message, at_ms, by, text): (i64, i64, String, String)| Said {
        message: message.cast_unsigned(),
        at: Moment::from_ms(at_ms).to_rfc3339(),
        by,
        text,
    };
    Ok(rows.into_iter().map(said).collect())
}

fn write(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| unreadable(error.to_string()))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| unreadable(format!("{error} in {text}")))
}

fn unreadable(detail: String) -> DbError {
    DbError::Contents(detail)
}
