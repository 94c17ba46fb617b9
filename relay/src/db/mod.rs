//! What outlives the process: the desk, accounts, logins, endpoints, in SQLite or in PostgreSQL.
//!
//! A [`Statement`] is SQL that both understand, with its values; [`Db`] and [`Tx`] run it on the one that is open.
//! So each statement is written once, and rows are tuples. `sqlx::Any` would do the same, but has only the types
//! that all its databases share and no way to say how a transaction begins; a trait with two implementations would
//! have every statement twice. What differs is in this file: how a database is opened, and how a write begins.
//!
//! SQLite has one connection that writes and a few that read. A transaction that will write says so when it begins
//! (`BEGIN IMMEDIATE`): one that upgrades later fails at once when another writer was faster, whatever the busy
//! timeout is. PostgreSQL has one pool for both; two relays that write the same row race, and the loser learns it by
//! [`DbError::is_lost_race`].
//!
//! SQL for both: `$1` for values, `ON CONFLICT … DO UPDATE`, `RETURNING`; all numbers are BIGINT; a table's column
//! is never called `user`, which PostgreSQL reads as its own.

mod accounts;
mod backup;
mod endpoints;
mod items;
mod logins;
mod place;
mod recordings;
mod reports;
mod second;
mod size;
mod statement;
mod tokens;
mod tx;

use std::path::Path;
use std::time::Duration;

use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

pub(crate) use accounts::Account;
pub use accounts::AccountId;
pub(crate) use backup::{back_up, restore};
pub use endpoints::EndpointId;
pub(crate) use endpoints::{Device, Endpoint};
pub(crate) use items::set_item_password;
pub use logins::LoginId;
pub(crate) use logins::{Login, LoginLine, NewLogin};
pub(crate) use place::Place;
pub use place::{Config, Url, UrlError};
pub(crate) use recordings::{NewRecording, RecordingRow};
pub(crate) use reports::{Cursor, PastFilter, PastRow};
pub(crate) use size::Size;
pub(crate) use statement::{Record, Statement, sql};
pub(crate) use tokens::{NewToken, Token, TokenId, TokenLine};
pub(crate) use tx::Tx;

/// Connections that read SQLite. Its reads are short; more would only cost memory.
const READERS: u32 = 4;

/// How long one writer waits for another, which may be `relay enrol` in a second process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request waits for a connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a connection to PostgreSQL asks for: an answer in bounded time, and commits that are on the disk.
const SERVER_OPTIONS: [(&str, &str); 4] = [
    ("synchronous_commit", "on"),
    ("lock_timeout", "5s"),
    ("statement_timeout", "30s"),
    ("idle_in_transaction_session_timeout", "30s"),
];

/// SQLite's codes for a writer that came too late, and PostgreSQL's for a serialisation failure and a deadlock.
const LOST_RACE: [&str; 4] = ["5", "517", "40001", "40P01"];

/// The schema of SQLite, step by step.
static MIGRATIONS_OF_SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

/// The same for PostgreSQL. A test holds both together.
static MIGRATIONS_OF_POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The database or a connection to it failed.
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    /// The schema could not be brought up to date; the database may be from a newer relay.
    #[error("database schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// It holds what no relay of this version wrote.
    #[error("database contents: {0}")]
    Contents(String),
}

impl DbError {
    /// Whether a row is there already that must be the only one of its kind.
    pub(crate) fn is_unique_violation(&self) -> bool {
        self.cause().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
    }

    /// Whether somebody else was faster: what was read is to be read again, and the write tried once more.
    pub(crate) fn is_lost_race(&self) -> bool {
        let code = self.cause().and_then(sqlx::error::DatabaseError::code);
        self.is_unique_violation() || code.is_some_and(|code| LOST_RACE.contains(&code.as_ref()))
    }

    fn cause(&self) -> Option<&(dyn sqlx::error::DatabaseError + 'static)> {
        match self {
            Self::Sql(error) => error.as_database_error(),
            Self::Migrate(_) | Self::Contents(_) => None,
        }
    }
}

/// The open database. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Db(Pools);

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// Opens the database and brings its schema up to date. An SQLite file is made when it is missing.
    pub(crate) async fn open(place: &Place) -> Result<Self, DbError> {
        match place {
            Place::File(path) => Self::open_file(path).await,
            Place::Server { options, connections } => Self::open_server(options, *connections).await,
        }
    }

    async fn open_file(path: &Path) -> Result<Self, DbError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT);
        let writer = pool.clone().max_connections(1).connect_with(options.clone()).await?;
        MIGRATIONS_OF_SQLITE.run(&writer).await?;
        let readers = pool.max_connections(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self(Pools::Sqlite { writer, readers }))
    }

    async fn open_server(options: &PgConnectOptions, connections: u32) -> Result<Self, DbError> {
        let options = options.clone().application_name("nearhand");
        // Without the bounds of the others: a large table takes its time, and a second relay waits for the first.
        let mut connection = PgConnection::connect_with(&options).await?;
        MIGRATIONS_OF_POSTGRES.run(&mut connection).await?;
        connection.close().await?;
        let pool = PgPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).max_connections(connections);
        let pool = pool.connect_with(options.options(SERVER_OPTIONS)).await?;
        Ok(Self(Pools::Postgres(pool)))
    }

    /// All rows of an answer. Reads only.
    pub(crate) async fn all<R: Record>(&self, statement: Statement) -> Result<Vec<R>, DbError> {
        Ok(match &self.0 {
            Pools::Sqlite { readers, .. } => statement.sqlite_as().fetch_all(readers).await?,
            Pools::Postgres(pool) => statement.postgres_as().fetch_all(pool).await?,
        })
    }

    /// The first row of an answer, if there is one. Reads only.
    pub(crate) async fn first<R: Record>(&self, statement: Statement) -> Result<Option<R>, DbError> {
        Ok(match &self.0 {
            Pools::Sqlite { readers, .. } => statement.sqlite_as().fetch_optional(readers).await?,
            Pools::Postgres(pool) => statement.postgres_as().fetch_optional(pool).await?,
        })
    }

    /// Whether a statement of the form `SELECT EXISTS (…)` says so. Reads only.
    pub(crate) async fn holds(&self, statement: Statement) -> Result<bool, DbError> {
        let (holds,) = self.first(statement).await?.unwrap_or((false,));
        Ok(holds)
    }

    /// Writes by one statement, and gives the number of rows it touched.
    pub(crate) async fn run(&self, statement: Statement) -> Result<u64, DbError> {
        Ok(match &self.0 {
            Pools::Sqlite { writer, .. } => statement.sqlite().execute(writer).await?.rows_affected(),
            Pools::Postgres(pool) => statement.postgres().execute(pool).await?.rows_affected(),
        })
    }

    /// Writes by one statement, and gives the row that it returns, if it touched one.
    pub(crate) async fn run_returning<R: Record>(&self, statement: Statement) -> Result<Option<R>, DbError> {
        Ok(match &self.0 {
            Pools::Sqlite { writer, .. } => statement.sqlite_as().fetch_optional(writer).await?,
            Pools::Postgres(pool) => statement.postgres_as().fetch_optional(pool).await?,
        })
    }

    /// Begins a transaction that will write. In SQLite it is the only one until it ends.
    pub(crate) async fn begin_write(&self) -> Result<Tx, DbError> {
        Ok(Tx(match &self.0 {
            Pools::Sqlite { writer, .. } => tx::On::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => tx::On::Postgres(pool.begin().await?),
        }))
    }

    /// Ends all connections; SQLite first writes what is left in its log into the file.
    pub(crate) async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use logins::login_for_tests;
#[cfg(test)]
pub(crate) use tests::on_each_database;
