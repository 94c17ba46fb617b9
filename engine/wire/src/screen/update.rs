//! A whole update: one stream.

use bytes::Bytes;

use crate::limits::{OPERATIONS_MAX, UPDATE_BYTES_MAX};
use crate::screen::{Extent, Header, Operation, PixelRect};
use crate::{DecodeError, Reader, Writer};

/// A header and its operations: what one unidirectional screen stream carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What it belongs to and when it may be applied.
    pub header: Header,
    /// Applied in order. Copies come first and read the picture as it was before the update.
    pub operations: Vec<Operation>,
}

impl Update {
    /// The largest whole update: a header is far below 1 kB.
    pub const BYTES_MAX: usize = UPDATE_BYTES_MAX + 1024;

    /// The bytes of the stream as chunks; payloads of some size are passed on by pointer.
    ///
    /// # Panics
    /// When the update breaks the rules of its own fields: a version above `newest`, `after` not below `number`.
    pub fn encode(&self) -> Vec<Bytes> {
        let mut body = Writer::new();
        for operation in &self.operations {
            operation.encode(self.header.newest, &mut body);
        }
        let mut front = Writer::new();
        self.header.encode(body.len(), &mut front);
        let mut chunks = front.into_chunks();
        chunks.extend(body.into_chunks());
        chunks
    }

    /// Reads the whole stream. Payloads share `stream`'s memory.
    ///
    /// # Errors
    /// When the stream is shorter or longer than its header says, an operation breaks a limit or lies outside the
    /// display, or a copy comes after another operation.
    pub fn decode(stream: Bytes) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(stream);
        let (header, length) = Header::decode(&mut reader)?;
        if reader.left() < length {
            return Err(DecodeError::Truncated { wanted: length, found: reader.left() });
        }
        if length < reader.left() {
            return Err(DecodeError::Trailing(reader.left() - length));
        }
        let mut operations = Vec::new();
        while !reader.is_empty() {
            if OPERATIONS_MAX <= operations.len() {
                let (got, limit) = (operations.len() as u64 + 1, OPERATIONS_MAX as u64);
                return Err(DecodeError::OverLimit { field: "operations", got, limit });
            }
            let operation = Operation::decode(header.newest, &mut reader)?;
            check_inside(header.extent, &operation)?;
            check_order(operations.last(), &operation)?;
            operations.push(operation);
        }
        Ok(Self { header, operations })
    }
}

/// Copies read the picture as it was before the update, so nothing may come before them.
fn check_order(before: Option<&Operation>, operation: &Operation) -> Result<(), DecodeError> {
    match (before, operation) {
        (None | Some(Operation::Copy(_)), _) => Ok(()),
        (Some(_), Operation::Copy(_)) => Err(DecodeError::Contradiction("a copy that does not come first")),
        (Some(_), _) => Ok(()),
    }
}

/// Whether an operation touches only pixels that the display has.
fn check_inside(extent: Extent, operation: &Operation) -> Result<(), DecodeError> {
    let whole = PixelRect { x: 0, y: 0, width: extent.width(), height: extent.height() };
    let grid = extent.grid();
    let inside = match operation {
        Operation::Tile(tile) => grid.has(tile.index),
        Operation::Reuse(reuse) => grid.has(reuse.index),
        Operation::Patch(patch) => grid.rect(patch.index).is_some_and(|tile| {
            u16::from(patch.rect.x) + u16::from(patch.rect.width) <= tile.width
                && u16::from(patch.rect.y) + u16::from(patch.rect.height) <= tile.height
        }),
        Operation::Copy(copy) => whole.contains(copy.to) && whole.contains(copy.from()),
        Operation::VideoRegion(region) => whole.contains(region.rect),
        Operation::Dictionary(_) | Operation::VideoPicture(_) | Operation::VideoEnd(_) => true,
    };
    if inside { Ok(()) } else { Err(DecodeError::Contradiction("an operation outside the display")) }
}
