//! What there is to know about this computer, as tables.
//!
//! A platform fills in what it can find out and says of the rest why it is not there. Nothing here is ever sent by
//! itself, and nothing is changed.

use wire::limits::CELL_BYTES_MAX;
use wire::tools::{Column, Row, Section, Table, Unit};

/// Rows of one table: more processes and packages than a busy server has.
pub const TABLE_ROWS_MAX: usize = 20_000;

/// Reads sections of system information. Calls block: for milliseconds mostly, for some seconds where other programs
/// have to be asked, never for longer than half a minute.
pub trait SystemInformation: Send {
    /// All that is known of a section.
    fn read(&mut self, section: Section) -> Found;
}

/// What was found out of a section.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// What is known.
    pub tables: Vec<Table>,
    /// Why something is missing; empty where nothing is.
    pub missing: String,
}

impl Found {
    /// There is nothing, for a reason.
    pub fn nothing(why: impl Into<String>) -> Self {
        Self { tables: Vec::new(), missing: why.into() }
    }
}

impl From<Vec<Table>> for Found {
    fn from(tables: Vec<Table>) -> Self {
        Self { tables, missing: String::new() }
    }
}

/// A table with one row of facts. Facts that are not known stay, with an empty cell.
pub(crate) fn facts(section: Section, id: &str, facts: Vec<(&str, Unit, String)>) -> Table {
    let columns = facts.iter().map(|(id, unit, _)| column(id, *unit)).collect();
    let cells = facts.into_iter().map(|(_, _, cell)| cut(cell)).collect();
    Table { section: section.into(), id: id.to_owned(), columns, rows: vec![Row { cells }], is_facts: true }
}

/// A table of rows, at most [`TABLE_ROWS_MAX`] of them.
pub(crate) fn table<const N: usize>(
    section: Section,
    id: &str,
    columns: [(&str, Unit); N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Table {
    let rows = rows.into_iter().take(TABLE_ROWS_MAX);
    Table {
        section: section.into(),
        id: id.to_owned(),
        columns: columns.map(|(id, unit)| column(id, unit)).into(),
        rows: rows.map(|cells| Row { cells: cells.map(cut).into() }).collect(),
        is_facts: false,
    }
}

fn column(id: &str, unit: Unit) -> Column {
    Column { id: id.to_owned(), unit: unit.into() }
}

/// A cell has a limit on the wire; what is longer ends in an ellipsis.
fn cut(mut cell: String) -> String {
    const MORE: &str = "…";
    if CELL_BYTES_MAX < cell.len() {
        cell.truncate(cell.floor_char_boundary(CELL_BYTES_MAX - MORE.len()));
        cell.push_str(MORE);
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_is_too_long_is_cut_between_characters() {
        let cell = cut("ä".repeat(CELL_BYTES_MAX));
        assert!(cell.len() <= CELL_BYTES_MAX && cell.ends_with("ä…"), "{}", cell.len());
        assert_eq!(cut("short".to_owned()), "short");
    }
}
