//! A set of tiles: a bit each, so that a view at rest costs nothing to look at.

use wire::TileIndex;

#[derive(Debug, Clone, Default)]
pub(super) struct TileSet {
    words: Vec<u64>,
    count: usize,
}

impl TileSet {
    /// Empties the set and makes room for a grid of `tiles`.
    pub(super) fn reset(&mut self, tiles: usize) {
        self.words.clear();
        self.words.resize(tiles.div_ceil(64), 0);
        self.count = 0;
    }

    /// Takes all tiles out.
    pub(super) fn clear(&mut self) {
        self.words.fill(0);
        self.count = 0;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn contains(&self, index: TileIndex) -> bool {
        let (word, bit) = place(index);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Adds a tile; whether it is new. A tile outside the grid is left out.
    pub(super) fn insert(&mut self, index: TileIndex) -> bool {
        let (place, bit) = place(index);
        let Some(word) = self.words.get_mut(place) else { return false };
        let new = *word & bit == 0;
        *word |= bit;
        self.count += usize::from(new);
        new
    }

    /// Takes a tile out; whether it was there.
    pub(super) fn remove(&mut self, index: TileIndex) -> bool {
        let (place, bit) = place(index);
        let Some(word) = self.words.get_mut(place) else { return false };
        let was = *word & bit != 0;
        *word &= !bit;
        self.count -= usize::from(was);
        was
    }

    /// The tiles in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = TileIndex> {
        self.words.iter().enumerate().flat_map(|(place, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.checked_ilog2().map(|_| left.trailing_zeros() as usize)?;
                left &= left - 1;
                TileIndex::from_usize(place * 64 + bit)
            })
        })
    }
}

fn place(index: TileIndex) -> (usize, u64) {
    let place = index.to_usize();
    (place / 64, 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_counts_it() {
        let mut set = TileSet::default();
        set.reset(130);
        let tiles = [0, 63, 64, 129].map(TileIndex::from_wire);
        for tile in tiles {
            assert!(set.insert(tile));
            assert!(!set.insert(tile));
        }
        assert!(!set.insert(TileIndex::from_wire(500)), "outside the grid");
        assert_eq!(set.iter().collect::<Vec<_>>(), tiles);
        assert!(set.remove(tiles[1]) && !set.remove(tiles[1]));
        assert_eq!(set.iter().count(), 3);
        set.clear();
        assert!(set.is_empty());
    }
}
