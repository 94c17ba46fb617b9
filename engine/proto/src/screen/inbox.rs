//! Puts the updates of one link and rendition into an order in which they may be applied.
//!
//! Each update comes on a stream of its own, so they arrive in any order. This never looks into an operation.

use std::collections::BTreeMap;

use wire::screen::{Extent, Operation, Update};
use wire::{Epoch, limits};

/// How far a number may be ahead of the updates that came without a gap. 64 streams are open at once, so a lost
/// packet that takes seconds to mend is overtaken by some hundreds of updates.
const AHEAD_MAX: u64 = 16 << 10;

/// Updates that wait for earlier ones.
const HELD_MAX: usize = 4 << 10;

/// Payload bytes of updates that wait for earlier ones: a second of a fast line.
const HELD_BYTES_MAX: usize = 16 * limits::UPDATE_BYTES_MAX;

/// Why an update cannot be taken: each is the sender's doing and closes the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InboxError {
    /// The number was used before.
    #[error("update {0} came twice")]
    Twice(u64),
    /// The number is too far ahead of the updates that are there.
    #[error("update {got} is more than {AHEAD_MAX} ahead of {applied}")]
    Ahead {
        /// The number of the update.
        got: u64,
        /// The number up to which all are applied.
        applied: u64,
    },
    /// The update waits for itself or a later one.
    #[error("update {number} waits for {after}")]
    WaitsForLater {
        /// The number of the update.
        number: u64,
        /// What it waits for.
        after: u64,
    },
    /// Too many updates wait for earlier ones.
    #[error("{updates} updates of {bytes} bytes wait, the limits are {HELD_MAX} and {HELD_BYTES_MAX}")]
    Held {
        /// Updates that would wait.
        updates: usize,
        /// Bytes of payload that would wait.
        bytes: usize,
    },
    /// The display's size differs within an epoch.
    #[error("epoch {0} has two sizes")]
    Resized(Epoch),
}

/// What happened to updates of an [`Inbox`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InboxCounters {
    /// Updates that came.
    pub received: u64,
    /// Updates that came too early and had to wait.
    pub held: u64,
    /// Updates of an earlier epoch, dropped.
    pub outdated: u64,
}

/// The epoch that is shown: the one that came with the highest number.
#[derive(Debug, Clone, Copy)]
struct Current {
    number: u64,
    epoch: Epoch,
    extent: Extent,
}

/// Updates of one rendition on one link; lives as long as the link.
///
/// Give it what arrives with [`Inbox::receive`], then apply what [`Inbox::poll`] gives until it gives nothing.
#[derive(Debug, Default)]
pub struct Inbox {
    /// All numbers up to this one are applied.
    applied: u64,
    /// Numbers beyond `applied` that came, and whether they are applied.
    ahead: BTreeMap<u64, bool>,
    /// Updates that came and are not applied, by `after` and number.
    held: BTreeMap<(u64, u64), Update>,
    held_bytes: usize,
    current: Option<Current>,
    counters: InboxCounters,
}

impl Inbox {
    /// An inbox that waits for update 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an update that arrived.
    ///
    /// # Errors
    /// When the sender broke a rule; the link is to be closed.
    pub fn receive(&mut self, update: Update) -> Result<(), InboxError> {
        let (number, after) = (update.header.number, update.header.after);
        self.check_place(number, after)?;
        self.check_epoch(&update)?;
        let bytes = payload_bytes(&update);
        let (updates, held_bytes) = (self.held.len() + 1, self.held_bytes.saturating_add(bytes));
        if HELD_MAX < updates || HELD_BYTES_MAX < held_bytes {
            return Err(InboxError::Held { updates, bytes: held_bytes });
        }
        self.counters.received += 1;
        if self.applied < after {
            self.counters.held += 1;
        }
        self.ahead.insert(number, false);
        self.held.insert((after, number), update);
        self.held_bytes = held_bytes;
        Ok(())
    }

    /// The next update that may be applied; it counts as applied from then on.
    ///
    /// Updates of an earlier epoch are left out, but for those that [`super::starts_over`]: somebody waits for them.
    pub fn poll(&mut self) -> Option<Update> {
        loop {
            let entry = self.held.first_entry().filter(|entry| entry.key().0 <= self.applied)?;
            let update = entry.remove();
            self.held_bytes -= payload_bytes(&update);
            self.mark_applied(update.header.number);
            let is_current = self.current.is_some_and(|current| current.epoch == update.header.epoch);
            if is_current || super::starts_over(&update) {
                return Some(update);
            }
            self.counters.outdated += 1;
        }
    }

    /// The number up to which all updates are applied: what an Answer says.
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// The epoch that came with the highest number. Updates of others are left out from the moment it came, even
    /// before one of its own may be applied: what the picture of another then lacks never comes.
    pub fn epoch(&self) -> Option<Epoch> {
        self.current.map(|current| current.epoch)
    }

    /// What happened so far.
    pub fn counters(&self) -> InboxCounters {
        self.counters
    }

    fn check_place(&self, number: u64, after: u64) -> Result<(), InboxError> {
        if number <= after {
            return Err(InboxError::WaitsForLater { number, after });
        }
        if number <= self.applied || self.ahead.contains_key(&number) {
            return Err(InboxError::Twice(number));
        }
        if AHEAD_MAX < number - self.applied {
            return Err(InboxError::Ahead { got: number, applied: self.applied });
        }
        Ok(())
    }

    fn check_epoch(&mut self, update: &Update) -> Result<(), InboxError> {
        let (number, epoch, extent) = (update.header.number, update.header.epoch, update.header.extent);
        match self.current {
            Some(current) if current.epoch == epoch && current.extent != extent => {
                return Err(InboxError::Resized(epoch));
            }
            Some(current) if number < current.number => {}
            _ => self.current = Some(Current { number, epoch, extent }),
        }
        Ok(())
    }

    fn mark_applied(&mut self, number: u64) {
        self.ahead.insert(number, true);
        while let Some(entry) = self.ahead.first_entry() {
            if *entry.key() != self.applied + 1 || !*entry.get() {
                break;
            }
            entry.remove();
            self.applied += 1;
        }
    }
}

fn payload_bytes(update: &Update) -> usize {
    update.operations.iter().map(payload_len).sum()
}

fn payload_len(operation: &Operation) -> usize {
    match operation {
        Operation::Tile(tile) => tile.payload.len(),
        Operation::Patch(patch) => patch.payload.len(),
        Operation::Dictionary(dictionary) => dictionary.payload.len(),
        Operation::VideoPicture(picture) => picture.payload.len(),
        Operation::Copy(_) | Operation::Reuse(_) | Operation::VideoRegion(_) | Operation::VideoEnd(_) => 0,
    }
}
