//! What outlives the process: accounts, logins, endpoints, enrolments, in one SQLite file.
//!
//! One connection writes, a few read. A transaction that will write says so when it begins (`BEGIN IMMEDIATE`):
//! one that upgrades later fails at once when another writer was faster, whatever the busy timeout is.

mod accounts;
mod endpoints;
mod enrolments;
mod logins;

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

pub(crate) use accounts::Account;
pub use accounts::AccountId;
pub use endpoints::EndpointId;
pub(crate) use endpoints::{Device, Endpoint};
pub(crate) use enrolments::EnrolError;
pub use logins::LoginId;
pub(crate) use logins::{Login, NewLogin};

/// Connections that read. SQLite reads are short; more would only cost memory.
const READERS: u32 = 4;

/// How long one writer waits for another, which may be `relay enrol` in a second process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request waits for a connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// SQLite, its file or a connection failed.
    #[error("database: {0}")]
    Sqlite(#[from] sqlx::Error),
    /// The schema could not be brought up to date; the file may be from a newer relay.
    #[error("database schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// The open database. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Db {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Db {
    /// Opens the file, makes it when it is missing, and brings its schema up to date.
    pub(crate) async fn open(path: &Path) -> Result<Self, DbError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT);
        let writer = pool.clone().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite").run(&writer).await?;
        let readers = pool.max_connections(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers })
    }

    /// Writes what is left in the log into the file and closes it.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
pub(crate) use logins::login_for_tests;

#[cfg(test)]
pub(crate) async fn scratch() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&folder.path().join("relay.sqlite")).await.expect("opened");
    (folder, db)
}
