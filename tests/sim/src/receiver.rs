//! A viewer as the console is one: applies updates to a picture, and checks every version that it shows.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, ensure};
use bytes::Bytes;
use proto::screen::{Inbox, starts_over};
use wire::screen::{
    Based, Coding, CopyArea, EXACT, Extent, Operation, PatchTile, PixelRect, Quality, Reuse, SeatInput, Tile,
    Update,
};
use wire::{DictionaryId, Epoch, Slot, TileIndex, Version};

use crate::coding;
use crate::film::Film;
use crate::layers::Layers;
use crate::picture::{CELL, Picture, intersect, on_display};
use crate::rng::Rng;
use crate::truth::Truth;

type Grade = (Version, Quality);

/// The picture that a viewer shows, and what it keeps for later.
#[derive(Debug)]
struct Canvas {
    epoch: Epoch,
    picture: Picture,
    grades: Vec<Grade>,
    slots: HashMap<Slot, (Quality, Vec<u32>)>,
    dictionaries: HashMap<DictionaryId, Bytes>,
    layers: Layers,
}

/// A viewer's end of a link.
#[derive(Debug, Default)]
pub struct Receiver {
    inbox: Inbox,
    canvas: Option<Canvas>,
    inputs: Vec<(u64, SeatInput)>,
    /// Whether the picture was freed, so that nothing is taken before the sender starts over.
    is_void: bool,
    broken: u64,
}

impl Receiver {
    /// An update has arrived. Whether more are applied than before.
    pub fn receive(&mut self, update: Update, truth: &Truth) -> anyhow::Result<bool> {
        let before = self.inbox.applied();
        self.inbox.receive(update)?;
        while let Some(update) = self.inbox.poll() {
            if starts_over(&update) {
                (self.is_void, self.canvas) = (false, None);
                self.inputs.clear();
            }
            if self.is_void {
                continue;
            }
            let waiting = update.header.inputs.iter().map(|input| (update.header.number, *input));
            self.inputs.extend(waiting);
            self.apply(update, truth)?;
        }
        self.check_inputs(truth)?;
        Ok(before < self.inbox.applied())
    }

    /// All updates up to this one are applied.
    pub fn applied(&self) -> u64 {
        self.inbox.applied()
    }

    /// The viewer stops watching and frees its picture; its link stays.
    pub fn free(&mut self) {
        self.canvas = None;
        self.is_void = true;
        self.inputs.clear();
    }

    /// The epoch that is shown.
    pub fn epoch(&self) -> Option<Epoch> {
        self.canvas.as_ref().map(|canvas| canvas.epoch)
    }

    /// Some tiles of the picture, for a refresh.
    pub fn tiles(&self) -> usize {
        self.canvas.as_ref().map_or(0, |canvas| canvas.grades.len())
    }

    /// Checks that the picture is the agent's, in pixels and versions.
    pub fn check_exact(&self, epoch: Epoch, picture: &Picture, newest: &[Version]) -> anyhow::Result<()> {
        let canvas = self.canvas.as_ref().context("shows nothing")?;
        ensure!(canvas.epoch == epoch, "shows epoch {} instead of {epoch}", canvas.epoch);
        for (place, newest) in newest.iter().enumerate() {
            let grade = canvas.grades.get(place);
            ensure!(grade == Some(&(*newest, EXACT)), "tile {place} is {grade:?} instead of {newest}");
        }
        ensure!(canvas.picture == *picture, "all versions are right, and the pixels are not");
        Ok(())
    }

    /// Checks that each film shows its newest picture, and that there are no others.
    pub fn check_films(&self, films: &[Film]) -> anyhow::Result<()> {
        let canvas = self.canvas.as_ref().context("shows nothing")?;
        films.iter().try_for_each(|film| canvas.layers.check(film))?;
        let count = canvas.layers.count();
        ensure!(count == films.len(), "{count} films instead of {}: {:?}", films.len(), canvas.layers);
        Ok(())
    }

    /// The decoder of a film fails. Which one, if there is any.
    pub fn lose_film(&mut self, rng: &mut Rng) -> Option<u32> {
        self.canvas.as_mut()?.layers.lose(rng)
    }

    /// Operations whose base was not there: none, if all senders follow the rules.
    pub fn broken(&self) -> u64 {
        self.broken + self.canvas.as_ref().map_or(0, |canvas| canvas.layers.broken)
    }

    fn apply(&mut self, update: Update, truth: &Truth) -> anyhow::Result<()> {
        let (epoch, extent) = (update.header.epoch, update.header.extent);
        if self.epoch() != Some(epoch) {
            self.canvas = Some(Canvas::new(epoch, extent));
        }
        let Some(canvas) = self.canvas.as_mut() else { return Ok(()) };
        let mut written = canvas.apply_copies(&update.operations, &mut self.broken);
        for operation in update.operations {
            match operation {
                Operation::Tile(tile) => canvas.apply_tile(tile, &mut written, &mut self.broken)?,
                Operation::Patch(patch) => canvas.apply_patch(&patch, &mut written, &mut self.broken)?,
                Operation::Reuse(reuse) => canvas.apply_reuse(reuse, &mut written, &mut self.broken),
                Operation::Dictionary(dictionary) => {
                    canvas.dictionaries.insert(dictionary.id, dictionary.payload);
                }
                Operation::Copy(_) => {}
                Operation::VideoRegion(_) | Operation::VideoPicture(_) | Operation::VideoEnd(_) => {
                    canvas.layers.apply(&operation, epoch, truth)?;
                }
            }
        }
        for index in written {
            canvas.check(index, truth)?;
        }
        canvas.settle_layers(truth)
    }

    /// An update's inputs show once it and all before it are applied.
    fn check_inputs(&mut self, truth: &Truth) -> anyhow::Result<()> {
        let (applied, Some(canvas)) = (self.inbox.applied(), &self.canvas) else { return Ok(()) };
        if self.inbox.epoch() != Some(canvas.epoch) {
            self.inputs.clear();
            return Ok(());
        }
        let versions: Vec<_> = canvas.grades.iter().map(|(version, _)| *version).collect();
        for (_, input) in self.inputs.extract_if(.., |(number, _)| *number <= applied) {
            truth.check_input(input.seat.to_wire(), input.number, canvas.epoch, &versions)?;
        }
        Ok(())
    }
}

impl Canvas {
    fn new(epoch: Epoch, extent: Extent) -> Self {
        let grades = vec![(Version::NONE, 0); extent.grid().tiles()];
        let picture = Picture::new(extent);
        let (slots, dictionaries) = (HashMap::new(), HashMap::new());
        Self { epoch, picture, grades, slots, dictionaries, layers: Layers::default() }
    }

    /// All copies read the picture before the update. Gives the tiles that they wrote.
    fn apply_copies(&mut self, operations: &[Operation], broken: &mut u64) -> HashSet<TileIndex> {
        let (before, grades) = (self.picture.clone(), self.grades.clone());
        let mut written = HashSet::new();
        for operation in operations {
            let Operation::Copy(copy) = operation else { continue };
            for index in self.picture.grid().touched(copy.to) {
                if grades[index.to_usize()] >= (copy.based.version, EXACT) {
                    continue;
                }
                if self.copy_to(copy, index, &before, &grades) {
                    self.grades[index.to_usize()] = (copy.based.version, EXACT);
                    written.insert(index);
                } else {
                    *broken += 1;
                }
            }
        }
        written
    }

    /// Writes one tile of a copy, unless what it reads is not there.
    fn copy_to(&mut self, copy: &CopyArea, index: TileIndex, before: &Picture, grades: &[Grade]) -> bool {
        let grid = self.picture.grid();
        let Some(to) = grid.rect(index).and_then(|tile| intersect(tile, copy.to)) else { return true };
        let (x, y) = (copy.from_x + to.x - copy.to.x, copy.from_y + to.y - copy.to.y);
        let from = PixelRect { x, y, ..to };
        let is_at = |index: TileIndex| is_at(grades[index.to_usize()], copy.based);
        let had = (grid.covers(copy.to, index) || is_at(index)) && grid.touched(from).all(is_at);
        if had {
            let cells = before.read(from);
            self.picture.write(to, &cells);
        }
        had
    }

    fn apply_tile(
        &mut self,
        tile: Tile,
        written: &mut HashSet<TileIndex>,
        broken: &mut u64,
    ) -> anyhow::Result<()> {
        let rect = self.picture.grid().rect(tile.index).context("a tile outside the display")?;
        let Some(cells) = self.decode(tile.coding, tile.dictionary, &tile.payload, rect)? else {
            *broken += 1;
            return Ok(());
        };
        if let Some(slot) = tile.keep {
            self.slots.insert(slot, (tile.quality, cells.clone()));
        }
        self.show(tile.index, (tile.version, tile.quality), &cells, written);
        Ok(())
    }

    fn apply_reuse(&mut self, reuse: Reuse, written: &mut HashSet<TileIndex>, broken: &mut u64) {
        match self.slots.get(&reuse.slot).cloned() {
            Some((quality, cells)) => self.show(reuse.index, (reuse.version, quality), &cells, written),
            None => *broken += 1,
        }
    }

    fn apply_patch(
        &mut self,
        patch: &PatchTile,
        written: &mut HashSet<TileIndex>,
        broken: &mut u64,
    ) -> anyhow::Result<()> {
        let rect = on_display(self.picture.grid(), patch.index, patch.rect).context("a patch outside")?;
        let Some(cells) = self.decode(patch.coding, patch.dictionary, &patch.payload, rect)? else {
            *broken += 1;
            return Ok(());
        };
        let grade = self.grades[patch.index.to_usize()];
        let makes = (patch.based.version, EXACT);
        // Further parts of a version that this very update is making find it made.
        let open = grade == makes && written.contains(&patch.index);
        if open || (grade < makes && is_at(grade, patch.based)) {
            self.picture.write(rect, &cells);
            self.grades[patch.index.to_usize()] = makes;
            written.insert(patch.index);
        } else if grade < makes {
            *broken += 1;
        }
        Ok(())
    }

    fn show(&mut self, index: TileIndex, grade: Grade, cells: &[u32], written: &mut HashSet<TileIndex>) {
        let Some(rect) = self.picture.grid().rect(index) else { return };
        if self.grades[index.to_usize()] <= grade {
            self.picture.write(rect, cells);
            self.grades[index.to_usize()] = grade;
            written.insert(index);
        }
    }

    /// The cells of a payload; `None` without its dictionary.
    fn decode(
        &self,
        coding: Coding,
        dictionary: Option<DictionaryId>,
        payload: &[u8],
        rect: PixelRect,
    ) -> anyhow::Result<Option<Vec<u32>>> {
        let named = match dictionary {
            Some(id) => match self.dictionaries.get(&id) {
                Some(named) => named,
                None => return Ok(None),
            },
            None => &Bytes::new(),
        };
        let count = usize::from(rect.width / CELL) * usize::from(rect.height / CELL);
        coding::decode(coding, payload, named, count).context("a payload of another size").map(Some)
    }

    fn settle_layers(&mut self, truth: &Truth) -> anyhow::Result<()> {
        let version =
            |index: TileIndex| self.grades.get(index.to_usize()).map_or(Version::NONE, |grade| grade.0);
        self.layers.settle(self.epoch, self.picture.grid(), version, truth)
    }

    fn check(&self, index: TileIndex, truth: &Truth) -> anyhow::Result<()> {
        let (version, quality) = self.grades[index.to_usize()];
        truth.check(self.epoch, index, version, quality, &self.picture.tile(index))
    }
}

/// Whether a tile of this grade is what a based operation may read.
fn is_at(grade: Grade, based: Based) -> bool {
    grade.1 == EXACT && grade.0 != Version::NONE && grade.0 <= based.base
}
