//! What each tile of a picture shows.

use frame::Rect;
use wire::screen::{EXACT, Extent, PixelRect, Quality};
use wire::{TileIndex, Version};

use crate::geometry;

/// What a tile shows. Ordered as tiles replace each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    pub(super) version: Version,
    pub(super) quality: Quality,
}

/// The tiles of a picture.
#[derive(Debug)]
pub(super) struct Tiles {
    extent: Extent,
    held: Vec<Option<Held>>,
}

impl Tiles {
    pub(super) fn new(extent: Extent) -> Self {
        Self { extent, held: vec![None; extent.grid().tiles()] }
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    /// The pixels of a tile, or `None` where there is no such tile.
    pub(super) fn rect(&self, index: TileIndex) -> Option<Rect> {
        geometry::tile(self.extent, index)
    }

    /// What a tile shows, or `None` where it shows nothing that is worth building on.
    pub(super) fn held(&self, index: TileIndex) -> Option<Held> {
        self.held.get(index.to_usize()).copied().flatten()
    }

    /// Whether a tile shows something newer or better.
    pub(super) fn is_newer(&self, index: TileIndex, than: Held) -> bool {
        self.held(index).is_some_and(|held| than < held)
    }

    pub(super) fn hold(&mut self, index: TileIndex, held: Held) {
        if let Some(place) = self.held.get_mut(index.to_usize()) {
            *place = Some(held);
        }
    }

    pub(super) fn forget(&mut self, index: TileIndex) {
        if let Some(place) = self.held.get_mut(index.to_usize()) {
            *place = None;
        }
    }

    /// The tiles that a rectangle touches, row by row.
    pub(super) fn touched(&self, rect: Rect) -> impl Iterator<Item = TileIndex> + use<> {
        let side = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
        self.extent.grid().touched(PixelRect {
            x: side(rect.x),
            y: side(rect.y),
            width: side(rect.width),
            height: side(rect.height),
        })
    }

    /// The worst quality of the tiles that a rectangle touches; `None` where one of them shows nothing, or
    /// something newer than `base`.
    pub(super) fn quality_at(&self, base: Version, rect: Rect) -> Option<Quality> {
        let mut worst = EXACT;
        for index in self.touched(rect) {
            let held = self.held(index).filter(|held| held.version <= base)?;
            worst = worst.min(held.quality);
        }
        Some(worst)
    }
}
