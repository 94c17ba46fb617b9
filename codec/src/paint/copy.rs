//! Copies: scrolls and moved windows, painted from the picture as it was before the update.

use frame::{Picture, Rect};
use wire::TileIndex;
use wire::screen::{CopyArea, EXACT, Operation};

use super::tiles::Held;
use super::{Painted, Painter, black};
use crate::geometry;

/// What a copy does to one tile.
struct Part {
    index: TileIndex,
    from: Rect,
    to: Rect,
    held: Held,
}

impl Painter {
    /// Paints the copies that an update begins with. All read before the first writes.
    pub(super) fn paint_copies(&mut self, operations: &[Operation], painted: &mut Painted) {
        let mut parts = Vec::new();
        // Areas that are written do not overlap, so together they are no larger than the picture.
        let mut room = self.picture.frame().size().area();
        for operation in operations {
            let Operation::Copy(copy) = operation else { continue };
            let to = geometry::rect(copy.to);
            match room.checked_sub(to.area()) {
                Some(left) => room = left,
                None => {
                    self.lose_area(to, painted);
                    continue;
                }
            }
            self.plan(copy, &mut parts, painted);
        }
        if parts.is_empty() {
            return;
        }
        let mut before = self.before.take().unwrap_or_else(|| black(self.extent()));
        for part in &parts {
            before.copy_from(&self.picture.frame(), part.from);
        }
        for part in parts {
            shift(&before, part.from, &mut self.picture, part.to);
            self.tiles.hold(part.index, part.held);
            painted.damage.add(part.to);
        }
        self.before = Some(before);
        // Of a tile that several copies write, one may have failed.
        for &index in &painted.lost {
            self.tiles.forget(index);
        }
    }

    /// Splits a copy by the tiles that it writes. Those that show its version are left out, for patches may have
    /// come upon it there; those for which a tile that is read shows nothing are lost.
    fn plan(&mut self, copy: &CopyArea, parts: &mut Vec<Part>, painted: &mut Painted) {
        let (from, to) = (geometry::rect(copy.from()), geometry::rect(copy.to));
        let whole = Rect::of(self.picture.size());
        if !whole.covers(from) || !whole.covers(to) {
            self.lose_area(to, painted);
            return;
        }
        self.counters.copies += 1;
        let copied = Held { version: copy.based.version, quality: EXACT };
        for index in self.tiles.touched(to) {
            if self.tiles.held(index).is_some_and(|held| copied <= held) {
                self.counters.outdated += 1;
                continue;
            }
            match self.part(copy, index) {
                Some(part) => parts.push(part),
                None => {
                    self.counters.lost += 1;
                    self.lose(index, painted);
                }
            }
        }
    }

    fn part(&self, copy: &CopyArea, index: TileIndex) -> Option<Part> {
        let tile = self.tiles.rect(index)?;
        let (from, to) = (geometry::rect(copy.from()), geometry::rect(copy.to));
        let part = tile.intersect(to)?;
        let inside = part.within(to)?;
        let from = Rect::new(from.x + inside.x, from.y + inside.y, part.width, part.height);
        let mut quality = self.tiles.quality_at(copy.based.base, from)?;
        if !part.covers(tile) {
            quality = quality.min(self.tiles.quality_at(copy.based.base, tile)?);
        }
        Some(Part { index, from, to: part, held: Held { version: copy.based.version, quality } })
    }
}

/// Copies the pixels of `from` to `to`, which has the same size.
fn shift(before: &Picture, from: Rect, picture: &mut Picture, to: Rect) {
    for (to, from) in picture.rows_mut(to).zip(before.frame().rows(from)) {
        to.copy_from_slice(from);
    }
}
