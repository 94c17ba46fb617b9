//! In which order tiles changed, so that a view looks only at what is new to it.

use std::collections::VecDeque;

use wire::TileIndex;

/// Changes that are remembered: a view further behind looks at all tiles once.
const CHANGES_MAX: usize = 4 << 10;

/// A place in the order of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place(u64);

#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The change that the first entry is.
    first: u64,
    tiles: VecDeque<TileIndex>,
    /// Counts everything that a view may want to look at.
    events: u64,
}

impl Changes {
    /// A tile changed.
    pub(super) fn push(&mut self, index: TileIndex) {
        if CHANGES_MAX <= self.tiles.len() {
            self.tiles.pop_front();
            self.first += 1;
        }
        self.tiles.push_back(index);
        self.events += 1;
    }

    /// Something that is not a tile changed.
    pub(super) fn touch(&mut self) {
        self.events += 1;
    }

    /// Everything may have changed.
    pub(super) fn forget(&mut self) {
        self.first += self.tiles.len() as u64 + 1;
        self.tiles.clear();
        self.events += 1;
    }

    pub(crate) fn end(&self) -> Place {
        Place(self.first + self.tiles.len() as u64)
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// The tiles that changed since, maybe more than once; `None` when that is forgotten.
    pub(crate) fn since(&self, place: Place) -> Option<impl Iterator<Item = TileIndex>> {
        let skip = place.0.checked_sub(self.first)?;
        let skip = usize::try_from(skip).ok().filter(|skip| *skip <= self.tiles.len())?;
        Some(self.tiles.range(skip..).copied())
    }
}
