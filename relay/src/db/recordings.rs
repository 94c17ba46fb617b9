//! Which recordings there are; what is in them lies beside the database.

use crate::db::{Db, DbError, sql};
use crate::time::Moment;

/// A recording that begins.
#[derive(Debug)]
pub(crate) struct NewRecording<'a> {
    pub(crate) session: i64,
    /// Whose shell it is, as the wire names him.
    pub(crate) who: &'a str,
    pub(crate) program: &'a str,
    pub(crate) started: Moment,
}

/// A recording that there is.
#[derive(Debug, Clone)]
pub(crate) struct RecordingRow {
    pub(crate) id: i64,
    pub(crate) session: i64,
    pub(crate) who: String,
    pub(crate) program: String,
    pub(crate) started: Moment,
    /// When something was last recorded; none while the first part of it goes on.
    pub(crate) ended: Option<Moment>,
    pub(crate) bytes: i64,
}

type Row = (i64, i64, String, String, i64, Option<i64>, i64);

impl From<Row> for RecordingRow {
    fn from((id, session, who, program, started, ended, bytes): Row) -> Self {
        let (started, ended) = (Moment::from_ms(started), ended.map(Moment::from_ms));
        Self { id, session, who, program, started, ended, bytes }
    }
}

impl Db {
    /// Writes down that a recording begins, and gives its number.
    pub(crate) async fn begin_recording(&self, new: &NewRecording<'_>) -> Result<i64, DbError> {
        let insert = sql("INSERT INTO recordings (session, who, program, started_ms, bytes)
             VALUES ($1, $2, $3, $4, 0) RETURNING id")
        .bind(new.session)
        .bind(new.who)
        .bind(new.program)
        .bind(new.started);
        let row: Option<(i64,)> = self.run_returning(insert).await?;
        row.map(|(id,)| id).ok_or_else(|| DbError::Contents("a recording without a number".to_owned()))
    }

    /// Writes down how long a recording is.
    pub(crate) async fn end_recording(&self, id: i64, bytes: i64, at: Moment) -> Result<(), DbError> {
        let update = sql("UPDATE recordings SET ended_ms = $1, bytes = $2 WHERE id = $3");
        self.run(update.bind(at).bind(bytes).bind(id)).await?;
        Ok(())
    }

    /// Recordings to which nothing was added since a moment, the oldest first.
    pub(crate) async fn recordings_before(
        &self,
        at: Moment,
        most: i64,
    ) -> Result<Vec<RecordingRow>, DbError> {
        let select = sql("SELECT id, session, who, program, started_ms, ended_ms, bytes
             FROM recordings WHERE COALESCE(ended_ms, started_ms) < $1 ORDER BY id LIMIT $2");
        let rows: Vec<Row> = self.all(select.bind(at).bind(most)).await?;
        Ok(rows.into_iter().map(RecordingRow::from).collect())
    }

    /// There is no such recording any more.
    pub(crate) async fn forget_recording(&self, id: i64) -> Result<(), DbError> {
        self.run(sql("DELETE FROM recordings WHERE id = $1").bind(id)).await?;
        Ok(())
    }

    /// The recordings of a session, in the order in which they began.
    pub(crate) async fn recordings_of(&self, session: i64) -> Result<Vec<RecordingRow>, DbError> {
        let select = sql("SELECT id, session, who, program, started_ms, ended_ms, bytes
             FROM recordings WHERE session = $1 ORDER BY id");
        let rows: Vec<Row> = self.all(select.bind(session)).await?;
        Ok(rows.into_iter().map(RecordingRow::from).collect())
    }

    /// One recording.
    pub(crate) async fn recording(&self, id: i64) -> Result<Option<RecordingRow>, DbError> {
        let select = sql("SELECT id, session, who, program, started_ms, ended_ms, bytes
             FROM recordings WHERE id = $1");
        let row: Option<Row> = self.first(select.bind(id)).await?;
        Ok(row.map(RecordingRow::from))
    }
}
