//! Files that were begun to be sent and are not complete: who may go on with which, and what is deleted when nobody
//! does.

use std::collections::VecDeque;
use std::sync::Arc;

use blake3::Hasher;
use parking_lot::Mutex;
use platform::files::Directory;
use wire::SessionId;
use wire::file::{FilePath, UploadId};

use crate::shell::Owner;

/// Uploads that wait to be gone on with; beyond that the oldest is deleted. Each holds a directory open.
const LEFT_MAX: usize = 64;

/// The unfinished uploads of this computer. Cheap to clone; what is left is deleted with the last clone.
#[derive(Clone, Default)]
pub struct Uploads(Arc<Table>);

#[derive(Default)]
struct Table {
    left: Mutex<VecDeque<Left>>,
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
