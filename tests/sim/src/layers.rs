//! The video layer of a viewer, and what holds of it: pictures in order, and no film goes before the tiles beneath
//! are there.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use wire::screen::{Grid, Operation, PixelRect, VideoPicture};
use wire::{Epoch, Version};

use crate::film;
use crate::rng::Rng;
use crate::truth::Truth;

#[derive(Debug, Default)]
struct Layer {
    rect: PixelRect,
    /// The last picture that was decoded; `None` before the first and when one was lost.
    number: Option<u32>,
    cells: Vec<u32>,
    ends: Option<Version>,
}

/// All films of a viewer.
#[derive(Debug, Default)]
pub struct Layers {
    by_id: BTreeMap<u32, Layer>,
    /// Pictures that build on one that is not there: none, if all senders follow the rules.
    pub broken: u64,
}

impl Layers {
    /// Takes an operation of the video layer; leaves others alone.
    pub fn apply(&mut self, operation: &Operation, epoch: Epoch, truth: &Truth) -> anyhow::Result<()> {
        match operation {
            Operation::VideoRegion(region) => {
                truth.check_film_place(epoch, region.id, region.rect)?;
                self.by_id.entry(region.id).or_default().rect = region.rect;
            }
            Operation::VideoPicture(picture) => self.show(picture, epoch, truth)?,
            Operation::VideoEnd(end) => {
                if let Some(layer) = self.by_id.get_mut(&end.id) {
                    layer.ends = Some(end.version);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes away what ended and whose tiles beneath are there.
    pub fn settle(
        &mut self,
        epoch: Epoch,
        grid: Grid,
        versions: impl Fn(wire::TileIndex) -> Version,
        truth: &Truth,
    ) -> anyhow::Result<()> {
        let is_over = |layer: &Layer| {
            layer.ends.is_some_and(|ends| grid.touched(layer.rect).all(|index| ends <= versions(index)))
        };
        for (id, layer) in self.by_id.extract_if(.., |_, layer| is_over(layer)) {
            for index in grid.touched(layer.rect) {
                truth.check_film_gone(epoch, id, versions(index))?;
            }
        }
        Ok(())
    }

    /// The viewer's decoder fails: nothing of this film can be shown before its next key picture.
    pub fn lose(&mut self, rng: &mut Rng) -> Option<u32> {
        let place = rng.below(self.by_id.len() as u64) as usize;
        let (id, layer) = self.by_id.iter_mut().nth(place)?;
        layer.number = None;
        Some(*id)
    }

    /// Checks that a film shows its newest picture at its place.
    pub fn check(&self, film: &film::Film) -> anyhow::Result<()> {
        let layer = self.by_id.get(&film.id).with_context(|| format!("film {} is not there", film.id))?;
        let (number, rect) = (layer.number, layer.rect);
        ensure!(number == Some(film.number), "film {} is at {number:?} of {}", film.id, film.number);
        ensure!(rect == film.rect, "film {} is at {rect:?} instead of {:?}", film.id, film.rect);
        Ok(())
    }

    /// How many films are shown.
    pub fn count(&self) -> usize {
        self.by_id.len()
    }

    fn show(&mut self, picture: &VideoPicture, epoch: Epoch, truth: &Truth) -> anyhow::Result<()> {
        let Some(layer) = self.by_id.get_mut(&picture.id) else { return Ok(()) };
        let at = layer.number;
        if at.is_some_and(|at| picture.number <= at) || (at.is_none() && !picture.key) {
            return Ok(());
        }
        if !picture.key && at.is_some_and(|at| at + 1 != picture.number) {
            self.broken += 1;
            return Ok(());
        }
        let cells = film::decode(&picture.payload, if picture.key { &[] } else { &layer.cells });
        truth.check_film(epoch, picture.id, picture.number, &cells)?;
        (layer.number, layer.cells) = (Some(picture.number), cells);
        Ok(())
    }
}
