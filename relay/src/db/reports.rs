//! Past sessions, page by page: the latest first, by who owned them, who was in them, when, and with what.

use desk::SessionId;

use crate::db::{Db, DbError, Statement, sql};

/// Which past sessions. What is not set does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PastFilter {
    /// Who owned it at its end.
    pub(crate) owner: Option<i64>,
    /// Who was in it.
    pub(crate) member: Option<i64>,
    /// With which Jump item.
    pub(crate) item: Option<i64>,
    /// The customer's whole name; case does not matter.
    pub(crate) customer: Option<String>,
    /// Ended not before.
    pub(crate) since_ms: Option<i64>,
    /// Ended before.
    pub(crate) until_ms: Option<i64>,
    /// Further back than this one.
    pub(crate) before: Option<Cursor>,
}

impl PastFilter {
    /// Whether it names something of which there are few sessions, through whose index they are found.
    fn is_narrow(&self) -> bool {
        self.item.is_some() || self.customer.is_some() || self.owner.is_some()
    }
}

/// A place in the list: when a session ended, and which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) ended_ms: i64,
    pub(crate) session: i64,
}

/// A past session in a list, or with all that was kept of it.
#[derive(Debug, Clone)]
pub(crate) struct PastRow {
    pub(crate) session: SessionId,
    pub(crate) started_ms: i64,
    pub(crate) ended_ms: i64,
    /// The session as it was at its end, and the event that ended it, as JSON.
    pub(crate) body: String,
    pub(crate) end_body: String,
}

type Row = (i64, i64, i64, String, String);

impl From<Row> for PastRow {
    fn from((id, started_ms, ended_ms, body, end_body): Row) -> Self {
        Self { session: SessionId::new(id.cast_unsigned()), started_ms, ended_ms, body, end_body }
    }
}

impl Db {
    /// Up to `limit` past sessions, the latest first.
    pub(crate) async fn past_sessions(
        &self,
        filter: &PastFilter,
        limit: u16,
    ) -> Result<Vec<PastRow>, DbError> {
        let statement = match filter.member {
            Some(member) if !filter.is_narrow() => with_member(filter, member),
            _ => without_member(filter),
        };
        Ok(self.all::<Row>(statement.limit(limit)).await?.into_iter().map(PastRow::from).collect())
    }

    /// One past session.
    pub(crate) async fn past_session(&self, id: SessionId) -> Result<Option<PastRow>, DbError> {
        let select = sql("SELECT id, started_ms, ended_ms, body, end_body FROM past_sessions WHERE id = $1");
        Ok(self.first::<Row>(select.bind(id.get().cast_signed())).await?.map(PastRow::from))
    }

    /// Whether an account was in a past session.
    pub(crate) async fn was_in(
        &self,
        account: i64,
        session: SessionId,
        ended_ms: i64,
    ) -> Result<bool, DbError> {
        let select = sql("SELECT EXISTS (SELECT 1 FROM past_members
                WHERE account = $1 AND ended_ms = $2 AND session = $3)");
        self.holds(select.bind(account).bind(ended_ms).bind(session.get().cast_signed())).await
    }
}

fn without_member(filter: &PastFilter) -> Statement {
    let statement = sql(
        "SELECT p.id, p.started_ms, p.ended_ms, p.body, p.end_body FROM past_sessions AS p WHERE 0 < p.id",
    );
    let before = filter.before;
    narrowed(statement, filter)
        .and(
            "EXISTS (SELECT 1 FROM past_members AS m
                WHERE m.ended_ms = p.ended_ms AND m.session = p.id AND m.account = $?)",
            filter.member,
        )
        .and("$? <= p.ended_ms", filter.since_ms)
        .and("p.ended_ms < $?", filter.until_ms)
        .and("(p.ended_ms, p.id) < ($?", before.map(|before| before.ended_ms))
        .go_on(", $?)", before.map(|before| before.session))
        .then(" ORDER BY p.ended_ms DESC, p.id DESC")
}

/// The other way round: through the sessions of one account, which are in order there.
fn with_member(filter: &PastFilter, member: i64) -> Statement {
    let statement = sql("SELECT p.id, p.started_ms, p.ended_ms, p.body, p.end_body
         FROM past_members AS m JOIN past_sessions AS p ON p.id = m.session WHERE m.account = $1")
    .bind(member);
    let before = filter.before;
    narrowed(statement, filter)
        .and("$? <= m.ended_ms", filter.since_ms)
        .and("m.ended_ms < $?", filter.until_ms)
        .and("(m.ended_ms, m.session) < ($?", before.map(|before| before.ended_ms))
        .go_on(", $?)", before.map(|before| before.session))
        .then(" ORDER BY m.ended_ms DESC, m.session DESC")
}

fn narrowed(statement: Statement, filter: &PastFilter) -> Statement {
    // An owner has many sessions, a customer and an item have few: with these, the owner's index is none to go by.
    let owner = match filter.customer.is_some() || filter.item.is_some() {
        true => "p.owner + 0 = $?",
        false => "p.owner = $?",
    };
    statement
        .and(owner, filter.owner)
        .and("p.item = $?", filter.item)
        .and("p.customer_key = $?", filter.customer.as_ref().map(|name| name.to_lowercase()))
}
