//! The database of a relay that is stopped, opened to be filled.

use std::path::Path;
use std::str::FromStr;

use desk::{EntityId, Snapshot};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection};

/// Pieces that are written by one statement.
const AT_ONCE: usize = 500;

/// An open database of either kind.
pub enum Store {
    /// The relay's own file.
    Sqlite(SqliteConnection),
    /// A server's.
    Postgres(PgConnection),
}

impl Store {
    /// The file of a relay with this state folder. What is written is not safe before [`Store::close`].
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn file(state: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(state.join("relay.sqlite"))
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .pragma("cache_size", "-400000");
        Ok(Self::Sqlite(SqliteConnection::connect_with(&options).await?))
    }

    /// A database of a PostgreSQL server.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn server(url: &str) -> anyhow::Result<Self> {
        Ok(Self::Postgres(PgConnection::connect_with(&PgConnectOptions::from_str(url)?).await?))
    }

    /// What it is.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// 32 bytes of nothing, as it writes them.
    pub(super) fn zeros(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "zeroblob(32)",
            Self::Postgres(_) => "decode(repeat('00', 32), 'hex')",
        }
    }

    /// Runs a statement.
    pub(super) async fn run(&mut self, text: String) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(open) => {
                sqlx::raw_sql(AssertSqlSafe(text)).execute(open).await?;
            }
            Self::Postgres(open) => {
                sqlx::raw_sql(AssertSqlSafe(text)).execute(open).await?;
            }
        }
        Ok(())
    }

    /// The number that a question has as its answer.
    pub(super) async fn number(&mut self, text: &'static str) -> anyhow::Result<i64> {
        Ok(match self {
            Self::Sqlite(open) => sqlx::query_scalar(text).fetch_one(open).await?,
            Self::Postgres(open) => sqlx::query_scalar(text).fetch_one(open).await?,
        })
    }

    /// Writes pieces of the desk.
    pub(super) async fn put(&mut self, pieces: &[(EntityId, Snapshot)]) -> anyhow::Result<()> {
        self.run("BEGIN".to_owned()).await?;
        for some in pieces.chunks(AT_ONCE) {
            let rows: Vec<String> = some
                .iter()
                .map(|(id, piece)| {
                    let (name, body) = (serde_json::to_string(id)?, serde_json::to_string(piece)?);
                    Ok(format!("({}, {})", quoted(&name), quoted(&body)))
                })
                .collect::<serde_json::Result<_>>()?;
            let rows = rows.join(",\n");
            self.run(format!(
                "INSERT INTO desk_pieces (name, body) VALUES {rows}
                 ON CONFLICT (name) DO UPDATE SET body = excluded.body"
            ))
            .await?;
        }
        self.run("COMMIT".to_owned()).await
    }

    /// Ends the connection; all is written then.
    ///
    /// # Errors
    /// When it was not.
    pub async fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(open) => open.close().await?,
            // A server that has not looked at its tables yet plans by guesses; a real one looks by itself.
            Self::Postgres(mut open) => {
                sqlx::raw_sql("VACUUM ANALYZE").execute(&mut open).await?;
                open.close().await?;
            }
        }
        Ok(())
    }
}

/// A text as SQL has it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
