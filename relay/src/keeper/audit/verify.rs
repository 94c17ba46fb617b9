//! Reads the whole log and tells whether every line still follows from the one before.

use crate::db::{Db, DbError, sql};
use crate::keeper::audit::{FIRST, Hash, Parts};

/// Lines that are read at once.
const PAGE: i64 = 1000;

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Every line follows from the one before.
    Whole {
        /// How many there are.
        lines: u64,
        /// The number of the last; 0 when there is none.
        last: u64,
        /// Its hash, to compare with one that was noted elsewhere.
        hash: String,
    },
    /// A line is missing, or is not what was written.
    Broken {
        /// The first number at which the chain does not hold.
        seq: u64,
    },
}

type Row = (i64, i64, String, String, i64, String, Vec<u8>);

/// Checks the whole log.
pub(crate) async fn verify(db: &Db) -> Result<Verdict, DbError> {
    let (mut seq, mut hash) = begin(db).await?;
    let mut lines = 0;
    loop {
        let page = sql("SELECT seq, at_ms, actor, address, login, fact, hash FROM audit
             WHERE $1 < seq ORDER BY seq LIMIT $2");
        let rows: Vec<Row> = db.all(page.bind(seq.cast_signed()).bind(PAGE)).await?;
        if rows.is_empty() {
            return Ok(Verdict::Whole { lines, last: seq, hash: hash.to_string() });
        }
        for row in rows {
            seq += 1;
            lines += 1;
            let (number, at_ms, by, address, login, fact, stored) = row;
            let parts = Parts { seq, at_ms, by: &by, address: &address, login, fact: &fact };
            hash = parts.hash(hash);
            if number != seq.cast_signed() || stored != hash.0 {
                return Ok(Verdict::Broken { seq });
            }
        }
    }
}

/// Where the log begins: at its first line, or where retention left off.
async fn begin(db: &Db) -> Result<(u64, Hash), DbError> {
    let kept: Option<(i64, Vec<u8>)> = db.first(sql("SELECT seq, hash FROM audit_begin")).await?;
    Ok(match kept {
        Some((seq, hash)) => (seq.cast_unsigned(), Hash(hash.try_into().unwrap_or([0xff; 32]))),
        None => (0, FIRST),
    })
}
