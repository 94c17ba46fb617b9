//! An update in the making.

use wire::screen::Operation;
use wire::{TileIndex, Version};

/// Operations of one update: far below what the wire allows, and enough for every tile of a large display.
const OPERATIONS_MAX: usize = 8 << 10;

/// Bytes that an operation takes beside its payload, about.
const OPERATION_BYTES: usize = 10;

#[derive(Debug)]
pub(super) struct Draft {
    /// The number that the update will have.
    pub(super) number: u64,
    pub(super) operations: Vec<Operation>,
    pub(super) after: u64,
    /// The oldest capture among the operations.
    pub(super) captured_us: Option<u32>,
    pub(super) newest: Version,
    /// What its copies read; noted once the update is made, as its own writes come after its reads.
    pub(super) reads: Vec<TileIndex>,
    bytes: usize,
    bytes_max: usize,
    answered: u64,
}

impl Draft {
    pub(super) fn new(number: u64, answered: u64, bytes_max: usize) -> Self {
        let (operations, reads) = (Vec::new(), Vec::new());
        let (after, captured_us, newest, bytes) = (0, None, Version::NONE, 0);
        Self { number, operations, after, captured_us, newest, reads, bytes, bytes_max, answered }
    }

    /// The update must be applied after this one. Answered ones are applied already.
    pub(super) fn wait_for(&mut self, number: u64) {
        if self.answered < number && number < self.number {
            self.after = self.after.max(number);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Bytes that may still be taken.
    pub(super) fn room(&self) -> usize {
        self.bytes_max.saturating_sub(self.bytes)
    }

    /// Whether so many bytes may be taken. The first always may, or a viewer with a small bound would get nothing.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.is_empty() || (bytes + OPERATION_BYTES <= self.room() && self.operations.len() < OPERATIONS_MAX)
    }

    pub(super) fn push(&mut self, operation: Operation, payload_bytes: usize, captured_us: u32) {
        self.newest = self.newest.max(operation.version().unwrap_or(Version::NONE));
        self.bytes += payload_bytes + OPERATION_BYTES;
        self.captured_us = Some(self.captured_us.map_or(captured_us, |oldest| older(oldest, captured_us)));
        self.operations.push(operation);
    }
}

/// The earlier of two times on a clock that wraps.
fn older(a: u32, b: u32) -> u32 {
    if a.wrapping_sub(b) < 1 << 31 { b } else { a }
}
