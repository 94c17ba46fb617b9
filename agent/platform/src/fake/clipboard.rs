//! The clipboard of a fake desktop: what a test copies, and what was written.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use wire::tools::Format;

use super::state::{Look, Shared, Waiter};
use crate::{
    Clipboard, Lost, Waker,
    clipboard::{Clip, ClipboardEvent, ReadError},
};

/// What is in it, and by whom.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) clips: Vec<Clip>,
    pub(super) is_written: bool,
    /// Counts the changes.
    pub(super) changes: u64,
}

impl Board {
    pub(super) fn fill(&mut self, clips: Vec<Clip>, is_written: bool) {
        (self.clips, self.is_written) = (clips, is_written);
        self.changes += 1;
    }
}

pub(super) struct FakeClipboard {
    waiter: Waiter,
    told: u64,
}

impl FakeClipboard {
    pub(super) fn open(shared: &Arc<Shared>) -> Self {
        Self { waiter: Waiter::join(shared), told: 0 }
    }
}

impl Clipboard for FakeClipboard {
    fn next_event(&mut self, wait: Duration) -> Result<Option<ClipboardEvent>, Lost> {
        let Self { waiter, told } = self;
        Ok(waiter.wait(wait, |state, _| {
            let board = &state.board;
            if *told == board.changes {
                return Look::Again(None);
            }
            *told = board.changes;
            Look::Found(match board.is_written {
                true => ClipboardEvent::Written,
                false => ClipboardEvent::Copied(board.clips.iter().map(|clip| clip.format).collect()),
            })
        }))
    }

    fn waker(&self) -> Waker {
        self.waiter.waker()
    }

    fn read(&mut self, format: Format, bytes_max: usize) -> Result<Bytes, ReadError> {
        let state = self.waiter.shared.state.lock();
        let clip = state.board.clips.iter().find(|clip| clip.format == format).ok_or(ReadError::NotThere)?;
        if bytes_max < clip.bytes.len() {
            return Err(ReadError::TooLarge(bytes_max));
        }
        Ok(clip.bytes.clone())
    }

    fn write(&mut self, clips: Vec<Clip>) -> Result<(), Lost> {
        self.waiter.shared.change(|state| state.board.fill(clips, true));
        Ok(())
    }
}
