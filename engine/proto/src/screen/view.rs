//! What one viewer below a hop has, and what it is sent next.

use std::time::Instant;

use wire::screen::Update;
use wire::{Epoch, RenditionId, Seat, SessionId, TileIndex};

use super::Store;

/// One viewer of one rendition on one link. A new link needs a new view.
#[derive(Debug)]
pub struct View {}

impl View {
    /// A view that was sent nothing. With a `seat`, updates tell the last input of that technician only; without,
    /// of all: for a hop.
    pub fn new(session: SessionId, rendition: RenditionId, seat: Option<Seat>) -> Self {
        let _ = (session, rendition, seat);
        Self {}
    }

    /// Whether [`View::take`] may have something. Cheap: never looks at tiles.
    pub fn is_due(&self, store: &Store) -> bool {
        let _ = store;
        false
    }

    /// The next update, with about `bytes_max` bytes of payload; `None` when the viewer has all that can be sent.
    ///
    /// It counts as had from then on, so it must go to the link. One operation larger than the bound is still
    /// taken. What is missing in the store is noted for [`Store::take_refresh`].
    pub fn take(&mut self, store: &mut Store, now: Instant, bytes_max: usize) -> Option<Update> {
        let _ = (store, now, bytes_max);
        None
    }

    /// The viewer asks for the newest version of these tiles, whatever it was sent. Ignored for another epoch.
    pub fn refresh(&mut self, store: &Store, epoch: Epoch, tiles: &[TileIndex]) {
        let _ = (store, epoch, tiles);
    }

    /// The viewer has applied all updates up to this number.
    pub fn answer(&mut self, applied: u64) {
        let _ = applied;
    }

    /// The viewer's pointer is at this pixel of the display: what is near goes first.
    pub fn point_at(&mut self, pixel: Option<(u16, u16)>) {
        let _ = pixel;
    }

    /// The viewer stopped watching and freed its picture. Numbers go on when it comes back.
    pub fn forget(&mut self) {}

    /// Updates that were sent and not answered.
    pub fn unanswered(&self) -> u64 {
        0
    }
}
