//! Files that were begun to be sent and are not complete: who may go on with which, and what is deleted when nobody
//! does.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use blake3::{Hash, Hasher};
use parking_lot::Mutex;
use platform::files::Directory;
use wire::SessionId;
use wire::file::{FilePath, UploadId};

use crate::shell::Owner;

/// Uploads that wait to be gone on with; beyond that the oldest is deleted. Each holds a directory open.
const LEFT_MAX: usize = 64;

/// How long a directory that was swept needs not be swept again.
const SWEPT_FOR: Duration = Duration::from_secs(3600);

/// Directories of which is known when they were swept.
const SWEPT_MAX: usize = 64;

/// Files of many that are remembered as done: more than are ever on their way without a word about them.
const DONE_MAX: usize = 4096;

/// The unfinished uploads of this computer. Cheap to clone; what is left is deleted with the last clone.
#[derive(Clone, Default)]
pub struct Uploads(Arc<Table>);

#[derive(Default)]
struct Table {
    left: Mutex<VecDeque<Left>>,
    /// Marks of files that were sent among many, the latest last.
    done: Mutex<VecDeque<Mark>>,
    /// Directories that were swept, the latest last.
    swept: Mutex<VecDeque<(FilePath, Instant)>>,
}

/// Who sent what under which name, and what became of it: a hash over all of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(Hash);

impl Mark {
    /// That of somebody and of what else there is to say.
    pub(super) fn of(owner: &Owner, parts: &[&[u8]]) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(&owner.session.to_wire().to_be_bytes());
        for part in [owner.participant.as_bytes()].iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part);
        }
        Self(hasher.finalize())
    }
}

/// An upload that broke off.
pub(super) struct Left {
    pub(super) owner: Owner,
    pub(super) upload: UploadId,
    pub(super) directory: Directory,
    /// What it is called until it is complete.
    pub(super) name: FilePath,
    /// Bytes that are there, and their hash so far.
    pub(super) at: u64,
    pub(super) hasher: Hasher,
}

impl Uploads {
    /// An upload broke off, and may be gone on with.
    pub(super) fn leave(&self, left: Left) {
        let mut all = self.0.left.lock();
        all.push_back(left);
        if LEFT_MAX < all.len()
            && let Some(oldest) = all.pop_front()
        {
            oldest.delete();
        }
    }

    /// A file that somebody sent among many is there.
    pub(super) fn done(&self, mark: Mark) {
        let mut done = self.0.done.lock();
        if DONE_MAX <= done.len() {
            done.pop_front();
        }
        done.push_back(mark);
    }

    /// Whether this very file was sent lately, by the same technician and to the same place.
    pub(super) fn has_done(&self, mark: &Mark) -> bool {
        self.0.done.lock().contains(mark)
    }

    /// Whether one of this name waits to be gone on with.
    pub(super) fn holds(&self, name: &FilePath) -> bool {
        self.0.left.lock().iter().any(|left| left.name == *name)
    }

    /// Whether a directory was not swept lately; it counts as swept from now on.
    pub(super) fn is_due_to_sweep(&self, directory: &FilePath) -> bool {
        let mut swept = self.0.swept.lock();
        swept.retain(|(_, at)| at.elapsed() < SWEPT_FOR);
        if swept.iter().any(|(known, _)| known == directory) {
            return false;
        }
        if SWEPT_MAX <= swept.len() {
            swept.pop_front();
        }
        swept.push_back((directory.clone(), Instant::now()));
        true
    }

    /// Somebody goes on with one of his.
    pub(super) fn take(&self, owner: &Owner, upload: &UploadId) -> Option<Left> {
        let mut all = self.0.left.lock();
        let at = all.iter().position(|left| left.owner == *owner && left.upload == *upload)?;
        all.remove(at)
    }

    /// Somebody is out of a session: what he did not finish is deleted.
    pub(crate) fn end_of(&self, owner: &Owner) {
        self.end_where(|left| left.owner == *owner);
    }

    /// A session is over.
    pub(crate) fn end_session(&self, session: SessionId) {
        self.end_where(|left| left.owner.session == session);
    }

    fn end_where(&self, is_meant: impl Fn(&Left) -> bool) {
        let mut all = self.0.left.lock();
        let (ended, rest) = std::mem::take(&mut *all).into_iter().partition(is_meant);
        *all = rest;
        ended.iter().for_each(Left::delete);
    }
}

impl Left {
    fn delete(&self) {
        if let Err(error) = self.directory.remove(&self.name) {
            tracing::warn!(name = %self.name, %error, "what is left of an upload cannot be deleted");
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.left.get_mut().iter().for_each(Left::delete);
    }
}
