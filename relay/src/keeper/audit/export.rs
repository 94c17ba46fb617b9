//! Lines of the log for people and programs: filtered, page by page, as JSON lines or CSV; and the end of old ones.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Statement, sql};
use crate::keeper::audit::Hash;
use crate::time::Moment;

/// Lines that are read at once.
const PAGE: u16 = 500;

/// Which lines. What is not set does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filter {
    /// Behind this number.
    pub(crate) after: Option<u64>,
    /// In front of this number.
    pub(crate) before: Option<u64>,
    /// Not before.
    pub(crate) since: Option<Timestamp>,
    /// Before.
    pub(crate) until: Option<Timestamp>,
    /// By whom: `account:7`, `relay`, …
    pub(crate) actor: Option<String>,
    /// From which address.
    pub(crate) address: Option<String>,
    /// Of which subject: `session`, `login` …
    pub(crate) subject: Option<String>,
    /// What happened: `ended`, `logged_in` …
    pub(crate) event: Option<String>,
    /// About what: `session:12`, `account:7` …
    pub(crate) object: Option<String>,
}

impl Filter {
    /// Whether all that is asked for is a time.
    fn is_only_of_time(&self) -> bool {
        let texts = [&self.actor, &self.address, &self.subject, &self.event, &self.object];
        (self.since.is_some() || self.until.is_some()) && texts.iter().all(|text| text.is_none())
    }
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "AuditFormat")]
pub(crate) enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated, with a heading.
    Csv,
}

/// A line as it is read back.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "AuditLine")]
pub(crate) struct Stored {
    pub(crate) seq: u64,
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) address: String,
    pub(crate) login: Option<i64>,
    pub(crate) fact: serde_json::Value,
    pub(crate) hash: String,
}

type Row = (i64, i64, String, String, i64, String, Vec<u8>);

impl From<Row> for Stored {
    fn from((seq, at_ms, actor, address, login, fact, hash): Row) -> Self {
        Self {
            seq: seq.cast_unsigned(),
            at: Moment::from_ms(at_ms).to_rfc3339(),
            actor,
            address,
            login: (login != 0).then_some(login),
            // What does not read as JSON is shown as it is: a log must be legible even where it is damaged.
            fact: serde_json::from_str(&fact).unwrap_or(serde_json::Value::String(fact)),
            hash: Hash(hash.try_into().unwrap_or_default()).to_string(),
        }
    }
}

/// In which order lines come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AuditOrder")]
pub(crate) enum Order {
    /// As they were written.
    #[default]
    OldestFirst,
    /// The other way round.
    NewestFirst,
}

/// Up to `limit` lines that a filter lets through, by their numbers. Where only times are asked for they come by time,
/// which is another order only where the clock was set back: that is the index to find them by.
pub(crate) async fn select(
    db: &Db,
    filter: &Filter,
    order: Order,
    limit: u16,
) -> Result<Vec<Stored>, DbError> {
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    // Most events are of one subject: with both, the subject's index is none to go by.
    let subject = if filter.event.is_some() { "subject || '' = $?" } else { "subject = $?" };
    let is_by_time = filter.is_only_of_time();
    let lines = sql("SELECT seq, at_ms, actor, address, login, fact, hash FROM audit WHERE 0 < seq");
    let lines = if is_by_time {
        let after = sql("SELECT at_ms, seq FROM audit WHERE seq <= $1 ORDER BY seq DESC LIMIT 1");
        let before = sql("SELECT at_ms, seq FROM audit WHERE $1 <= seq ORDER BY seq LIMIT 1");
        let (after, before) = (line(db, after, filter.after).await?, line(db, before, filter.before).await?);
        // The pairs say it; that their times are bounds as well tells SQLite where in the index to begin.
        lines
            .and("$? <= at_ms", after.map(|(at_ms, _)| at_ms))
            .and("($?, ", after.map(|(at_ms, _)| at_ms))
            .go_on("$?) < (at_ms, seq)", after.map(|(_, seq)| seq))
            .and("at_ms <= $?", before.map(|(at_ms, _)| at_ms))
            .and("(at_ms, seq) < ($?, ", before.map(|(at_ms, _)| at_ms))
            .go_on("$?)", before.map(|(_, seq)| seq))
    } else {
        lines
            .and("$? < seq", filter.after.map(u64::cast_signed))
            .and("seq < $?", filter.before.map(u64::cast_signed))
    };
    let lines = lines
        .and("$? <= at_ms", ms(filter.since))
        .and("at_ms < $?", ms(filter.until))
        .and("actor = $?", filter.actor.as_ref())
        .and("address = $?", filter.address.as_ref())
        .and(subject, filter.subject.as_ref())
        .and("event = $?", filter.event.as_ref())
        .and("seq IN (SELECT seq FROM audit_objects WHERE object = $?)", filter.object.as_ref())
        .then(match (order, is_by_time) {
            (Order::OldestFirst, false) => " ORDER BY seq",
            (Order::NewestFirst, false) => " ORDER BY seq DESC",
            (Order::OldestFirst, true) => " ORDER BY at_ms, seq",
            (Order::NewestFirst, true) => " ORDER BY at_ms DESC, seq DESC",
        })
        .limit(limit);
    let rows: Vec<Row> = db.all(lines).await?;
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// Time and number of the line that a page begins behind, or ends in front of.
async fn line(db: &Db, near: Statement, seq: Option<u64>) -> Result<Option<(i64, i64)>, DbError> {
    let Some(seq) = seq else { return Ok(None) };
    db.first(near.bind(seq.cast_signed())).await
}

/// Lines of an export, page by page: text in the format, and nothing when there are no more.
#[derive(Debug)]
pub(crate) struct Pages {
    db: Db,
    filter: Filter,
    format: Format,
    /// Whether the heading is still to come.
    has_heading: bool,
    pub(crate) lines: u64,
}

impl Pages {
    /// All lines that a filter lets through, oldest first.
    pub(crate) fn new(db: &Db, filter: Filter, format: Format) -> Self {
        Self { db: db.clone(), filter, format, has_heading: format == Format::Csv, lines: 0 }
    }

    /// The next part of the text; none: that was all.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, DbError> {
        let mut text = String::new();
        if std::mem::take(&mut self.has_heading) {
            text.push_str("seq,at,actor,address,login,fact,hash\n");
        }
        let lines = select(&self.db, &self.filter, Order::OldestFirst, PAGE).await?;
        let Some(last) = lines.last() else { return Ok((!text.is_empty()).then_some(text)) };
        self.filter.after = Some(last.seq);
        self.lines += lines.len() as u64;
        for line in &lines {
            match self.format {
                Format::Jsonl => text.push_str(&serde_json::to_string(line).unwrap_or_default()),
                Format::Csv => text.push_str(&csv(line)),
            }
            text.push('\n');
        }
        Ok(Some(text))
    }
}

fn csv(line: &Stored) -> String {
    let login = line.login.map(|login| login.to_string()).unwrap_or_default();
    let fields = [
        &line.seq.to_string(),
        &line.at,
        &line.actor,
        &line.address,
        &login,
        &line.fact.to_string(),
        &line.hash,
    ];
    let quoted: Vec<String> = fields.iter().map(|field| quote(field)).collect();
    quoted.join(",")
}

/// A field as RFC 4180 has it. One that a spreadsheet would take for a formula gets an apostrophe in front.
fn quote(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

/// Forgets lines from before a time, and keeps the hash at which the rest begins. Gives how many are gone.
pub(crate) async fn forget_before(db: &Db, before: Moment) -> Result<u64, DbError> {
    let mut tx = db.begin_write().await?;
    let last: Option<(i64, Vec<u8>)> = tx
        .first(sql("SELECT seq, hash FROM audit WHERE at_ms < $1 ORDER BY seq DESC LIMIT 1").bind(before))
        .await?;
    let Some((seq, hash)) = last else { return Ok(0) };
    tx.run(sql("DELETE FROM audit_objects WHERE seq <= $1").bind(seq)).await?;
    let gone = tx.run(sql("DELETE FROM audit WHERE seq <= $1").bind(seq)).await?;
    tx.run(
        sql("INSERT INTO audit_begin (only_one, seq, hash) VALUES (1, $1, $2)
             ON CONFLICT (only_one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash")
        .bind(seq)
        .bind(hash),
    )
    .await?;
    tx.commit().await?;
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_csv_is_never_a_formula_and_never_ends_early() {
        assert_eq!(quote("plain"), "\"plain\"");
        assert_eq!(quote("a \"b\""), "\"a \"\"b\"\"\"");
        assert_eq!(quote("=1+1"), "\"'=1+1\"");
    }
}
