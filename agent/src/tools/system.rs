//! System information: each request is answered section by section, tables in pieces.

use std::sync::Arc;

use parking_lot::Mutex;
use platform::{Platform, SystemInformation};
use transport::{RecvStream, SendStream};
use wire::control::Right;
use wire::limits::ROWS_MAX;
use wire::tools::{Done, FromSystem, Row, Section, SectionEnd, Table, ToSystem, from_system::Body};

use super::talk::{Heard, Permit, Told, ToolError};

/// Bytes of the rows of one message: what stays below a message's limit with columns and frames.
const PIECE_BYTES_MAX: usize = 48 << 10;

/// Bytes of each cell of a row that alone would be more than that.
const CELL_BYTES: usize = 1 << 10;

/// In the order in which they are shown.
const SECTIONS: [Section; 12] = [
    Section::Identity,
    Section::OperatingSystem,
    Section::Hardware,
    Section::Disks,
    Section::Network,
    Section::Processes,
    Section::Services,
    Section::Users,
    Section::Software,
    Section::Updates,
    Section::Environment,
    Section::Events,
];

/// Reads what there is to know; one question at a time. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Inventory(Arc<Mutex<Box<dyn SystemInformation>>>);

impl Inventory {
    pub(crate) fn new(platform: &Platform) -> Self {
        Self(Arc::new(Mutex::new(platform.system())))
    }

    async fn read(&self, section: Section) -> platform::system::Found {
        let this = self.clone();
        let found = tokio::task::spawn_blocking(move || this.0.lock().read(section)).await;
        found.unwrap_or_else(|_| platform::system::Found::nothing("the agent could not read it"))
    }
}

/// Serves one stream to its end.
pub(super) async fn serve(
    inventory: Inventory,
    permit: Permit,
    send: SendStream,
    recv: RecvStream,
) -> Result<(), ToolError> {
    let (mut heard, mut told) = (Heard::<ToSystem>::new(recv), Told::new(send));
    while let Some(asked) = heard.next().await? {
        let request = asked.request;
        let sections = if asked.sections.is_empty() { SECTIONS.to_vec() } else { asked.sections().collect() };
        for section in sections {
            if !permit.has(&[Right::SystemInformation]) {
                return Err(ToolError::NotAllowed);
            }
            let found = inventory.read(section).await;
            for table in found.tables.into_iter().flat_map(pieces) {
                told.say(&FromSystem { request, body: Some(Body::Table(table)) }).await?;
            }
            let end = SectionEnd { section: section.into(), missing: found.missing };
            told.say(&FromSystem { request, body: Some(Body::SectionEnd(end)) }).await?;
        }
        told.say(&FromSystem { request, body: Some(Body::Done(Done {})) }).await?;
    }
    told.finish()
}

/// A table in messages of a size that travels; one without rows is one message.
fn pieces(table: Table) -> Vec<Table> {
    let head = Table { rows: Vec::new(), ..table.clone() };
    let (mut pieces, mut piece, mut bytes) = (Vec::new(), head.clone(), 0);
    for row in table.rows.into_iter().map(narrow) {
        let length = length_of(&row);
        let is_full = ROWS_MAX <= piece.rows.len() || PIECE_BYTES_MAX < bytes + length;
        if is_full && !piece.rows.is_empty() {
            pieces.push(std::mem::replace(&mut piece, head.clone()));
            bytes = 0;
        }
        bytes += length;
        piece.rows.push(row);
    }
    pieces.push(piece);
    pieces
}

/// Bytes of a row, with what frames its cells.
fn length_of(row: &Row) -> usize {
    4 + row.cells.iter().map(|cell| cell.len() + 4).sum::<usize>()
}

/// A row that fits into a message.
fn narrow(mut row: Row) -> Row {
    if PIECE_BYTES_MAX < length_of(&row) {
        for cell in &mut row.cells {
            cell.truncate(cell.floor_char_boundary(CELL_BYTES));
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use wire::tools::{Column, ToolMessage, Unit};

    use super::*;

    fn table(rows: usize, cell: usize) -> Table {
        let columns = vec![Column { id: "a".to_owned(), unit: Unit::Text.into() }; 20];
        let rows = (0..rows).map(|_| Row { cells: vec!["x".repeat(cell); 20] }).collect();
        Table { section: Section::Software.into(), id: "a".to_owned(), columns, rows, is_facts: false }
    }

    #[test]
    fn every_piece_of_a_table_can_be_sent_and_no_row_is_lost() {
        for (rows, cell) in [(0, 0), (1, 4096), (3, 4096), (5_000, 3), (600, 200)] {
            let all = pieces(table(rows, cell));
            assert_eq!(all.iter().map(|piece| piece.rows.len()).sum::<usize>(), rows);
            for piece in all {
                let message = FromSystem { request: 1, body: Some(Body::Table(piece)) };
                assert_eq!(message.check(), Ok(()));
                let bytes = wire::tools::to_bytes(&message).len();
                assert!(bytes <= wire::limits::TOOL_MESSAGE_BYTES_MAX, "{rows} of {cell}: {bytes}");
            }
        }
    }
}
