//! The copies of an update: moves that a view which is exact at their base gets instead of tiles.

use wire::TileIndex;
use wire::screen::{CopyArea, Grid, Operation};

use super::super::grade::Grade;
use super::super::store::{Step, Store, clip};
use super::View;
use super::draft::Draft;

/// Bytes of patches that travel with the copies of one update even beyond its bound: what is left out has to go
/// as tiles, because the copies of the others change what it reads.
const BESIDE_COPIES_BYTES_MAX: usize = 64 << 10;

/// Whether a step may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readiness {
    Ready,
    /// Once tiles are sent that are due anyway.
    Later,
    Never,
}

impl View {
    /// Takes all copies that may go now, with what belongs to their steps; puts off those that may go soon.
    pub(super) fn send_copies(&mut self, store: &Store, grid: Grid, draft: &mut Draft) {
        let (mut ready, mut put_off) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        for index in self.due.iter().filter(|index| !self.forced.contains(*index)) {
            let Some(step) = self.next_step(store, index).filter(|step| !step.copies.is_empty()) else {
                continue;
            };
            match self.readiness(store, grid, step, index) {
                Readiness::Ready if bytes + step.patch_bytes() <= BESIDE_COPIES_BYTES_MAX => {
                    bytes += step.patch_bytes();
                    ready.push(index);
                }
                Readiness::Later => put_off.push(index),
                Readiness::Ready | Readiness::Never => {}
            }
        }
        put_off.into_iter().for_each(|index| self.put_off(index));
        self.push_copies(store, grid, &ready, draft);
        for index in ready {
            self.push_step(store, index, draft);
        }
    }

    /// The step that leads on from what the viewer has of a tile.
    pub(super) fn next_step<'a>(&self, store: &'a Store, index: TileIndex) -> Option<&'a Step> {
        let grade = self.had(index).grade;
        store.tile(index).filter(|_| grade.is_exact())?.steps_from(grade.version).next()
    }

    /// A step may go when all that it reads was last sent at exactly its newest version not after the base. The
    /// tile itself is: its step leads on from there.
    fn readiness(&self, store: &Store, grid: Grid, step: &Step, index: TileIndex) -> Readiness {
        let mut readiness = Readiness::Ready;
        if !step.patches.iter().all(|patch| store.is_usable(&patch.coded)) {
            return Readiness::Never;
        }
        for place in &step.copies {
            let Some(part) = store.copies().get(*place).and_then(|copy| clip(grid, copy, index)) else {
                return Readiness::Never;
            };
            for read in grid.touched(part.from()) {
                let Some(at) = store.tile(read).and_then(|tile| tile.version_at(part.based.base)) else {
                    return Readiness::Never;
                };
                if self.had(read).grade == Grade::exact(at) {
                    continue;
                }
                if !self.comes_to(store, read, Grade::exact(at)) {
                    return Readiness::Never;
                }
                readiness = Readiness::Later;
            }
        }
        readiness
    }

    /// Whether a tile is about to be sent in just this grade.
    fn comes_to(&self, store: &Store, index: TileIndex, grade: Grade) -> bool {
        self.due.contains(index)
            && self.had(index).grade < grade
            && store.is_fresh(index)
            && store.tile(index).is_some_and(|tile| tile.newest() == grade)
    }

    /// The copies of all steps that are ready: whole where all their targets are, else cut up.
    fn push_copies(&mut self, store: &Store, grid: Grid, ready: &[TileIndex], draft: &mut Draft) {
        let mut parts: Vec<(u64, TileIndex)> = Vec::new();
        for index in ready {
            let step = self.next_step(store, *index);
            parts.extend(step.into_iter().flat_map(|step| &step.copies).map(|place| (*place, *index)));
        }
        parts.sort_unstable();
        for group in parts.chunk_by(|a, b| a.0 == b.0) {
            let Some(copy) = group.first().and_then(|(place, _)| store.copies().get(*place)) else {
                continue;
            };
            let targets: Vec<_> = group.iter().map(|(_, index)| *index).collect();
            self.note_reads(grid, copy, &targets, draft);
            let captured_us = targets.first().and_then(|index| self.next_step(store, *index));
            let captured_us = captured_us.map_or(0, |step| step.captured_us);
            let pieces = self
                .whole_copy(grid, copy, &targets, draft)
                .map_or_else(|| cut(grid, copy, &targets), |whole| vec![whole]);
            for piece in pieces {
                draft.push(Operation::Copy(piece), 0, captured_us);
            }
        }
    }

    /// The update waits for who wrote what it reads.
    fn note_reads(&self, grid: Grid, copy: &CopyArea, targets: &[TileIndex], draft: &mut Draft) {
        for part in targets.iter().filter_map(|index| clip(grid, copy, *index)) {
            for read in grid.touched(part.from()) {
                draft.wait_for(self.had(read).wrote);
                draft.reads.push(read);
            }
        }
    }

    /// The copy as it is, if the viewer applies or skips it for each tile that it writes.
    fn whole_copy(
        &self,
        grid: Grid,
        copy: &CopyArea,
        targets: &[TileIndex],
        draft: &mut Draft,
    ) -> Option<CopyArea> {
        let mut newer = 0;
        for index in grid.touched(copy.to).filter(|index| targets.binary_search(index).is_err()) {
            let had = self.had(index);
            if had.grade < Grade::exact(copy.based.version) {
                return None;
            }
            newer = newer.max(had.wrote);
        }
        draft.wait_for(newer);
        Some(*copy)
    }

    /// Sends the patches of a tile's next step, whose copies are in the draft, and of the steps behind it up to
    /// more copies: those go in another update.
    fn push_step(&mut self, store: &Store, index: TileIndex, draft: &mut Draft) {
        let Some(tile) = store.tile(index) else { return };
        let mut version = self.had(index).grade.version;
        draft.wait_for(self.had(index).wrote);
        for (place, step) in tile.steps_from(version).enumerate() {
            let usable = step.patches.iter().all(|patch| store.is_usable(&patch.coded));
            if 0 < place && (!step.copies.is_empty() || !usable) {
                break;
            }
            self.push_patches(store, index, step, draft);
            version = step.version;
        }
        self.note_write(index, Grade::exact(version), draft);
        if version < tile.newest().version {
            self.put_off(index);
        } else {
            self.settle(index);
        }
    }
}

/// A copy cut up by the tiles that it may write: one piece for neighbours in a row.
fn cut(grid: Grid, copy: &CopyArea, targets: &[TileIndex]) -> Vec<CopyArea> {
    let mut pieces: Vec<CopyArea> = Vec::new();
    for part in targets.iter().filter_map(|index| clip(grid, copy, *index)) {
        match pieces.last_mut() {
            Some(last) if last.to.y == part.to.y && last.to.x + last.to.width == part.to.x => {
                last.to.width += part.to.width;
            }
            _ => pieces.push(part),
        }
    }
    pieces
}
