//! How large the database is, and what its tables say of the site.

use crate::db::{Db, DbError, Pools, sql};

/// What a page shows of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "DatabaseSize")]
pub(crate) struct Size {
    /// `sqlite` or `postgres`.
    pub(crate) kind: &'static str,
    pub(crate) bytes: u64,
    /// The number of the log's last line.
    pub(crate) last_line: u64,
}

/// Versions of agents that are told apart; agents name themselves.
const VERSIONS_MAX: u16 = 50;

impl Db {
    /// How large it is.
    pub(crate) async fn size(&self) -> Result<Size, DbError> {
        let (kind, bytes) = match &self.0 {
            Pools::Sqlite { .. } => {
                ("sqlite", sql("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
            }
            Pools::Postgres(_) => ("postgres", sql("SELECT pg_database_size(current_database())")),
        };
        let number = |row: Option<(i64,)>| row.map_or(0, |(number,)| number.cast_unsigned());
        let bytes = number(self.first(bytes).await?);
        let last_line = number(self.first(sql("SELECT coalesce(max(seq), 0) FROM audit")).await?);
        Ok(Size { kind, bytes, last_line })
    }

    /// How many endpoints have which version of the agent, the most common first.
    pub(crate) async fn versions(&self) -> Result<Vec<(String, u64)>, DbError> {
        let select = sql(
            "SELECT software, count(*) FROM endpoints GROUP BY software ORDER BY count(*) DESC, software",
        );
        let rows: Vec<(String, i64)> = self.all(select.limit(VERSIONS_MAX)).await?;
        Ok(rows.into_iter().map(|(software, count)| (software, count.cast_unsigned())).collect())
    }
}
