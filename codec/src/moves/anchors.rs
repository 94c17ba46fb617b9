//! Places that are known again wherever they move: spans of pixels whose hash happens to end in zeros.
//!
//! Which spans are chosen follows from their pixels alone, so the same content has the same anchors in the old
//! picture and in the new one, whatever the vector between them.

use frame::{Frame, PIXEL_BYTES, Rect};

use crate::arch::wide;
use crate::damage::color;

/// Pixels of a span: two letters of small text, so that few spans are the same by chance.
const SPAN: usize = 16;

/// Pixels of a row that are hashed at once: a tile's and those that its last spans reach into.
const ROW: usize = wide::SPANS;

/// Hashes that are looked at together.
const GROUP: usize = 8;

/// One of so many spans is an anchor, as a shift of its hash.
const CHOSEN_SHIFT: u32 = 32 - 4;

/// Anchors of a tile that are kept. Photographs have many more; these are enough to vote.
const TILE_ANCHORS_MAX: usize = 48;

/// A span that can be found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) hash: u32,
    pub(super) x: u16,
    pub(super) y: u16,
}

/// Puts the anchors that begin in a tile into `anchors`.
pub(super) fn find(frame: &Frame<'_>, tile: Rect, anchors: &mut Vec<Anchor>) {
    anchors.clear();
    gather(frame, tile, anchors);
    // Those that are left out must be the same ones wherever the content is.
    if TILE_ANCHORS_MAX < anchors.len() {
        anchors.select_nth_unstable_by_key(TILE_ANCHORS_MAX, |anchor| anchor.hash);
        anchors.truncate(TILE_ANCHORS_MAX);
    }
}

/// All of them.
fn gather(frame: &Frame<'_>, tile: Rect, anchors: &mut Vec<Anchor>) {
    let reach = Rect { width: (tile.width + SPAN as u32).min(frame.size().width - tile.x), ..tile };
    let mut above: &[u8] = &[];
    for (y, row) in (tile.y..).zip(frame.rows(reach)) {
        if row == above {
            continue;
        }
        above = row;
        let mut colors = [0; ROW];
        for (color, pixel) in colors.iter_mut().zip(row.as_chunks::<PIXEL_BYTES>().0) {
            *color = self::color(pixel);
        }
        let spans = (reach.width as usize).saturating_sub(SPAN);
        let hashes = wide::hash_spans(&colors);
        for (group, hashes) in hashes[..spans].chunks(GROUP).enumerate() {
            // Most groups have none, and to see that takes one look.
            if hashes.iter().fold(u32::MAX, |least, hash| least.min(*hash)) >> CHOSEN_SHIFT != 0 {
                continue;
            }
            for (x, &hash) in (group * GROUP..).zip(hashes) {
                // Even areas look the same everywhere, so an anchor begins at an edge.
                if hash >> CHOSEN_SHIFT == 0 && colors[x] != colors[x + 1] {
                    let (x, y) = (tile.x as usize + x, y as usize);
                    anchors.push(Anchor { hash, x: x as u16, y: y as u16 });
                }
            }
        }
    }
}

/// Where the anchors of a picture are; such that are there twice are nowhere.
#[derive(Debug)]
pub(super) struct Index {
    places: Vec<Option<Anchor>>,
}

/// Places of the hash table: a power of two, four times what a busy screen has.
const PLACES: usize = 1 << 15;

/// The place of an anchor that stands for several.
const TWICE: u16 = u16::MAX;

impl Default for Index {
    fn default() -> Self {
        Self { places: vec![None; PLACES] }
    }
}

impl Index {
    pub(super) fn clear(&mut self) {
        self.places.fill(None);
    }

    pub(super) fn insert(&mut self, anchor: Anchor) {
        match self.place(anchor.hash) {
            Some(Some(known)) => known.x = TWICE,
            Some(free) => *free = Some(anchor),
            None => {}
        }
    }

    pub(super) fn get(&mut self, hash: u32) -> Option<Anchor> {
        self.place(hash).copied().flatten().filter(|anchor| anchor.x != TWICE)
    }

    /// The place that has a hash, or that it may take; `None` where all around is taken.
    fn place(&mut self, hash: u32) -> Option<&mut Option<Anchor>> {
        let start = hash as usize % PLACES;
        let fits = |place: &Option<Anchor>| place.is_none_or(|anchor| anchor.hash == hash);
        self.places[start..].iter_mut().take(16).find(|place| fits(place))
    }
}

#[cfg(test)]
mod tests {
    use frame::{Picture, Size};

    use super::*;

    #[test]
    fn content_has_the_same_anchors_wherever_it_is() {
        let mut picture = Picture::new(Size::new(256, 64)).expect("fits");
        let pixel = |x: u32, y: u32| [(x * 7 + y) as u8, (x * x) as u8, (y * 3) as u8, 0];
        for (left, y, x) in
            [0, 131].iter().flat_map(|l| (0..64).flat_map(move |y| (0..80).map(move |x| (*l, y, x))))
        {
            picture.fill(Rect::new(left + x, y, 1, 1), pixel(x, y));
        }
        let (mut here, mut there) = (Vec::new(), Vec::new());
        find(&picture.frame(), Rect::new(0, 0, 64, 64), &mut here);
        find(&picture.frame(), Rect::new(131, 0, 64, 64), &mut there);
        let moved = there.iter().map(|anchor| Anchor { x: anchor.x - 131, ..*anchor }).collect::<Vec<_>>();
        assert_eq!(here, moved);
        assert!(4 < here.len());
    }
}
