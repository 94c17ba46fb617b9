//! What every version of every tile looked like: what the checkers compare with.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use wire::screen::EXACT;
use wire::{Epoch, TileIndex, Version};

use crate::coding::round;

/// The pixels of all versions, and the versions of all captures, of all epochs.
#[derive(Debug, Default)]
pub struct Truth {
    tiles: HashMap<(Epoch, TileIndex, Version), Vec<u32>>,
    captures: HashMap<(Epoch, Version), Vec<Version>>,
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
