//! What every version of every tile looked like: what the checkers compare with.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, ensure};
use wire::screen::{EXACT, PixelRect};
use wire::{Epoch, TileIndex, Version};

use crate::coding::round;

/// The pixels of all versions, and the versions of all captures, of all epochs.
#[derive(Debug, Default)]
pub struct Truth {
    tiles: HashMap<(Epoch, TileIndex, Version), Vec<u32>>,
    captures: HashMap<(Epoch, Version), Vec<Version>>,
    /// The pictures of films, where films were, and from which version of the tiles beneath each was over.
    films: HashMap<(Epoch, u32, u32), Vec<u32>>,
    film_places: HashSet<(Epoch, u32, PixelRect)>,
    film_ends: HashMap<(Epoch, u32), Version>,
    /// In which capture the effect of a technician's input first shows.
    inputs: HashMap<(u32, u32), (Epoch, Version)>,
}

impl Truth {
    /// A version of a tile has these cells.
    pub fn tile(&mut self, epoch: Epoch, index: TileIndex, version: Version, cells: Vec<u32>) {
        self.tiles.insert((epoch, index, version), cells);
    }

    /// At a capture the tiles had these versions.
    pub fn capture(&mut self, epoch: Epoch, version: Version, versions: Vec<Version>) {
        self.captures.insert((epoch, version), versions);
    }

    /// The effect of an input shows from this capture.
    pub fn input(&mut self, seat: u32, number: u32, epoch: Epoch, version: Version) {
        self.inputs.insert((seat, number), (epoch, version));
    }

    /// A film's picture has these cells, at this place.
    pub fn film(&mut self, epoch: Epoch, id: u32, number: u32, rect: PixelRect, cells: Vec<u32>) {
        self.films.insert((epoch, id, number), cells);
        self.film_places.insert((epoch, id, rect));
    }

    /// A film is over; the tiles beneath are at this version.
    pub fn film_end(&mut self, epoch: Epoch, id: u32, version: Version) {
        self.film_ends.insert((epoch, id), version);
    }

    /// Checks the cells that somebody shows as a film's picture.
    pub fn check_film(&self, epoch: Epoch, id: u32, number: u32, cells: &[u32]) -> anyhow::Result<()> {
        let right = self.films.get(&(epoch, id, number));
        let right = right.with_context(|| format!("film {id} never had picture {number}"))?;
        ensure!(right.as_slice() == cells, "picture {number} of film {id} has wrong pixels");
        Ok(())
    }

    /// Checks that a film was ever there.
    pub fn check_film_place(&self, epoch: Epoch, id: u32, rect: PixelRect) -> anyhow::Result<()> {
        ensure!(self.film_places.contains(&(epoch, id, rect)), "film {id} never was at {rect:?}");
        Ok(())
    }

    /// Checks that somebody who shows a film no more shows none of the tiles beneath as it was under the film.
    pub fn check_film_gone(&self, epoch: Epoch, id: u32, shown: Version) -> anyhow::Result<()> {
        let end = self.film_ends.get(&(epoch, id)).with_context(|| format!("film {id} never ended"))?;
        ensure!(*end <= shown, "film {id} is gone at {end}, and a tile beneath is at {shown}");
        Ok(())
    }

    /// Checks the cells that somebody shows as a version of a tile.
    pub fn check(
        &self,
        epoch: Epoch,
        index: TileIndex,
        version: Version,
        quality: u8,
        cells: &[u32],
    ) -> anyhow::Result<()> {
        let right = self.tiles.get(&(epoch, index, version));
        let right = right.with_context(|| format!("tile {index} never had version {version}"))?;
        let same = if quality == EXACT {
            right.as_slice() == cells
        } else {
            right.iter().copied().map(round).eq(cells.iter().copied())
        };
        ensure!(same, "tile {index} has wrong pixels at version {version}: {cells:x?} for {right:x?}");
        Ok(())
    }

    /// Checks that somebody whose tiles have these versions sees the effect of an input.
    pub fn check_input(&self, seat: u32, number: u32, epoch: Epoch, has: &[Version]) -> anyhow::Result<()> {
        let (shown_in, from) = self
            .inputs
            .get(&(seat, number))
            .with_context(|| format!("input {number} of {seat} never came"))?;
        if *shown_in != epoch {
            return Ok(());
        }
        let wanted = self.captures.get(&(epoch, *from)).context("a capture without versions")?;
        for (place, (wanted, has)) in wanted.iter().zip(has).enumerate() {
            ensure!(
                wanted <= has,
                "input {number} of {seat} shows from {wanted} of tile {place}, which is at {has}"
            );
        }
        Ok(())
    }
}
