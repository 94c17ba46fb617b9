//! Transactions: several statements that happen together or not at all.

use sqlx::{Postgres, Sqlite, Transaction};

use crate::db::{DbError, Record, Statement};

/// A transaction that may write. Dropped without [`Tx::commit`], nothing of it has happened.
#[derive(Debug)]
#[must_use = "dropped without a commit, nothing of it has happened"]
pub(crate) struct Tx(pub(super) On);

#[derive(Debug)]
pub(super) enum On {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Runs a statement and gives the number of rows it touched.
    pub(crate) async fn run(&mut self, statement: Statement) -> Result<u64, DbError> {
        Ok(match &mut self.0 {
            On::Sqlite(tx) => statement.sqlite().execute(&mut **tx).await?.rows_affected(),
            On::Postgres(tx) => statement.postgres().execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// All rows of an answer.
    pub(crate) async fn all<R: Record>(&mut self, statement: Statement) -> Result<Vec<R>, DbError> {
        Ok(match &mut self.0 {
            On::Sqlite(tx) => statement.sqlite_as().fetch_all(&mut **tx).await?,
            On::Postgres(tx) => statement.postgres_as().fetch_all(&mut **tx).await?,
        })
    }

    /// The first row of an answer, if there is one.
    pub(crate) async fn first<R: Record>(&mut self, statement: Statement) -> Result<Option<R>, DbError> {
        Ok(match &mut self.0 {
            On::Sqlite(tx) => statement.sqlite_as().fetch_optional(&mut **tx).await?,
            On::Postgres(tx) => statement.postgres_as().fetch_optional(&mut **tx).await?,
        })
    }

    /// Makes it last: it is on the disk when this returns.
    pub(crate) async fn commit(self) -> Result<(), DbError> {
        match self.0 {
            On::Sqlite(tx) => tx.commit().await?,
            On::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
