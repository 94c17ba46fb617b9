//! What is said to the database: SQL text with its values, and the rows that come back.

use std::borrow::Cow;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryAs};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{FromRow, Postgres, Sqlite};

use crate::time::Moment;

/// A row that both databases give: tuples of `i64`, `bool` (of an expression), `String`, `Vec<u8>` and their
/// `Option`s are.
pub(crate) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<R> Record for R where R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// What stands for a `$1` in a statement. PostgreSQL wants to know the type of a NULL, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! into_value {
    ($($from:ty => $variant:ident by $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(Some($convert(value)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map($convert))
            }
        }
    )*};
}

into_value! {
    i64 => Int by i64::from;
    Moment => Int by Moment::to_ms;
    &str => Text by str::to_owned;
    String => Text by String::from;
    &String => Text by String::clone;
    &[u8] => Bytes by <[u8]>::to_vec;
    &[u8; 32] => Bytes by |bytes: &[u8; 32]| bytes.to_vec();
    Vec<u8> => Bytes by Vec::from;
}

/// SQL that both databases understand, with its values. Made by [`sql`].
#[derive(Debug, Clone)]
#[must_use = "nothing happens before it is given to the database"]
pub(crate) struct Statement {
    /// Literals, one behind the other, and nothing else.
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// Begins a statement. Values are written `$1`, `$2` … and bound in this order.
///
/// The text is a literal: nothing that anybody typed can become a part of it.
pub(crate) fn sql(text: &'static str) -> Statement {
    Statement { text: Cow::Borrowed(text), values: Vec::new() }
}

macro_rules! bound {
    ($query:expr, $values:expr) => {
        $values.into_iter().fold($query, |query, value| match value {
            Value::Int(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
    };
}

impl Statement {
    /// The value of the next `$n`.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Goes on with more text, a literal, too.
    pub(crate) fn then(mut self, text: &'static str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// At most so many rows.
    pub(crate) fn limit(self, rows: u16) -> Self {
        self.go_on(" LIMIT $?", Some(i64::from(rows)))
    }

    /// One more condition where there is a value for it, which stands as `$?` in the text. So a statement holds only
    /// conditions that matter, and the database uses the index that fits them.
    pub(crate) fn and(self, condition: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.then(" AND ").go_on(condition, Some(value)),
            None => self,
        }
    }

    /// Goes on with text that has one more value in it, where there is one.
    pub(crate) fn go_on(self, text: &'static str, value: Option<impl Into<Value>>) -> Self {
        let Some(value) = value else { return self };
        let mut with = self.bind(value);
        let number = format!("${}", with.values.len());
        with.text.to_mut().push_str(&text.replace("$?", &number));
        with
    }

    pub(super) fn sqlite(self) -> Query<'static, Sqlite, SqliteArguments> {
        bound!(sqlx::query(AssertSqlSafe(self.text)), self.values)
    }

    pub(super) fn sqlite_as<R: Record>(self) -> QueryAs<'static, Sqlite, R, SqliteArguments> {
        bound!(sqlx::query_as(AssertSqlSafe(self.text)), self.values)
    }

    pub(super) fn postgres(self) -> Query<'static, Postgres, PgArguments> {
        bound!(sqlx::query(AssertSqlSafe(self.text)), self.values)
    }

    pub(super) fn postgres_as<R: Record>(self) -> QueryAs<'static, Postgres, R, PgArguments> {
        bound!(sqlx::query_as(AssertSqlSafe(self.text)), self.values)
    }
}
