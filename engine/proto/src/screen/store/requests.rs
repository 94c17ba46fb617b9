//! Which tiles to ask upstream for: once for all views, one request at a time.

use std::time::{Duration, Instant};

use wire::TileIndex;

use super::super::tileset::TileSet;

/// How long a request may go unanswered before it is repeated. The way upstream is reliable, so this only mends
/// what upstream forgot with a lost picture; shorter, it would ask a slow line twice.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Requests {
    wanted: TileSet,
    asked: TileSet,
    asked_at: Option<Instant>,
}

impl Requests {
    pub(super) fn reset(&mut self, tiles: usize) {
        self.wanted.reset(tiles);
        self.asked.reset(tiles);
        self.asked_at = None;
    }

    /// A view has room for this tile.
    pub(crate) fn want(&mut self, index: TileIndex) {
        if !self.asked.contains(index) {
            self.wanted.insert(index);
        }
    }

    /// The tile has come, maybe not in its newest version. Whether it was wanted: who still lacks it wants it again.
    pub(super) fn answered(&mut self, index: TileIndex) -> bool {
        let (wanted, asked) = (self.wanted.remove(index), self.asked.remove(index));
        if self.asked.is_empty() {
            self.asked_at = None;
        }
        wanted || asked
    }

    /// Starts a request for all that is wanted and still `stale`, unless one is on its way.
    pub(super) fn take(&mut self, now: Instant, stale: impl Fn(TileIndex) -> bool) -> Option<Vec<TileIndex>> {
        if self.deadline().is_some_and(|deadline| now < deadline) {
            return None;
        }
        let mut tiles: Vec<_> =
            self.asked.iter().chain(self.wanted.iter()).filter(|tile| stale(*tile)).collect();
        tiles.sort_unstable();
        self.wanted.clear();
        self.asked.clear();
        for index in &tiles {
            self.asked.insert(*index);
        }
        self.asked_at = if tiles.is_empty() { None } else { Some(now) };
        if tiles.is_empty() { None } else { Some(tiles) }
    }

    /// When a request that is on its way is repeated.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.asked_at.map(|at| at + ANSWER_TIMEOUT)
    }
}
