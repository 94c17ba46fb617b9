//! In which order tiles are due: what a technician looks at first.

use std::time::{Duration, Instant};

use wire::TileIndex;
use wire::screen::TILE_SIDE;

use super::super::store::{Store, StoredTile};
use super::View;

/// Nothing waits longer than this behind what changes all the time.
pub(super) const OVERDUE: Duration = Duration::from_millis(500);

/// Pixels around the pointer that count as near: a menu or a line of text.
const NEAR_PIXELS: u32 = 192;

/// First the class, then the weight within it: less goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// What was changed by the technician, in every other update.
    Answer {
        bytes: usize,
    },
    Overdue {
        since: Instant,
    },
    SinceInput {
        bytes: usize,
    },
    NearPointer {
        distance: u32,
    },
    /// What waits longest first, or what changes all the time would hide what stands behind it.
    Rest {
        since: Option<Instant>,
    },
    Refinement,
}

impl View {
    /// The tiles that are due and not put off, first things first.
    pub(super) fn order(&self, store: &Store, now: Instant) -> Vec<TileIndex> {
        let due = self.due.iter().filter(|index| !self.put_off.contains(*index));
        let rank = |index| Some((self.rank(store, store.tile(index)?, index, now), index));
        let mut ranked: Vec<_> = due.filter_map(rank).collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, index)| index).collect()
    }

    fn rank(&self, store: &Store, tile: &StoredTile, index: TileIndex, now: Instant) -> Rank {
        let had = self.had(index);
        let is_refined = had.grade.version == tile.newest().version;
        let answers = !is_refined
            && store.inputs().last_from(self.seat).is_some_and(|from| from <= tile.newest().version);
        let bytes = tile.payload().map_or(0, |payload| payload.coded.bytes.len());
        if answers && self.number % 2 == 1 {
            // A page that loads for seconds is overdue for seconds, and a letter must not wait for all of it.
            return Rank::Answer { bytes };
        }
        if let Some(since) = had.due_since.filter(|since| OVERDUE <= now.saturating_duration_since(*since)) {
            return Rank::Overdue { since };
        }
        if is_refined {
            return Rank::Refinement;
        }
        if answers {
            return Rank::SinceInput { bytes };
        }
        match self.distance(store, index) {
            Some(distance) if distance <= NEAR_PIXELS => Rank::NearPointer { distance },
            _ => Rank::Rest { since: had.due_since },
        }
    }

    /// Pixels from the pointer to the middle of a tile, the larger of both directions.
    fn distance(&self, store: &Store, index: TileIndex) -> Option<u32> {
        let (x, y) = self.pointer?;
        let rect = store.shape()?.grid.rect(index)?;
        let middle = |start: u16| u32::from(start) + u32::from(TILE_SIDE / 2);
        Some(middle(rect.x).abs_diff(u32::from(x)).max(middle(rect.y).abs_diff(u32::from(y))))
    }
}
