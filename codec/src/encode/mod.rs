//! Frames to coded tiles.
//!
//! [`Encoder`] holds the rendition's own picture: what changed is first copied there, then coded from there, so
//! that a payload never shows anything else than what later payloads build on, even where the capture's memory
//! changes under us. [`tile`] chooses the coding.

mod tile;

use bytes::Bytes;
use frame::{Frame, Picture, Rect, Size};
use rayon::prelude::*;
use wire::screen::{Based, Coding, EXACT, Extent, Operation, PatchTile, Tile, TileRect};
use wire::{DictionaryId, TileIndex};

use crate::damage::{self, Change};
use crate::geometry;

/// Changed tiles from which coding is shared out to rayon's threads: a few are done before those wake.
const PARALLEL_TILES_MIN: usize = 8;

/// A tile, or the changed part of one, as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedTile {
    /// Which tile.
    pub index: TileIndex,
    /// The part that the payload covers; `None`: the whole tile. A part is based on the capture before.
    pub patch: Option<TileRect>,
    /// How the payload is coded.
    pub coding: Coding,
    /// The dictionary that the payload needs.
    pub dictionary: Option<DictionaryId>,
    /// The coded pixels, exact.
    pub payload: Bytes,
}

impl EncodedTile {
    /// The operation that carries it. A whole tile has no need of `based.base`.
    pub fn into_operation(self, based: Based) -> Operation {
        let Self { index, patch, coding, dictionary, payload } = self;
        match patch {
            Some(rect) => Operation::Patch(PatchTile { based, index, rect, coding, dictionary, payload }),
            None => Operation::Tile(Tile {
                index,
                version: based.version,
                quality: EXACT,
                coding,
                dictionary,
                keep: None,
                payload,
            }),
        }
    }
}

/// Why a frame cannot be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The frame has another size than the rendition: a new epoch with a new encoder is due.
    #[error("the frame has {found} pixels, the rendition {wanted}")]
    Size {
        /// Size of the rendition.
        wanted: Size,
        /// Size of the frame.
        found: Size,
    },
}

/// Encodes one rendition in one epoch.
///
/// Work is shared out to the rayon pool in which [`Encoder::encode`] is called: `pool.install(|| …)` for one's
/// own, the global one otherwise. Working memory belongs to the pool's threads and stays there.
#[derive(Debug)]
pub struct Encoder {
    extent: Extent,
    picture: Picture,
    started: bool,
}

impl Encoder {
    /// An encoder for a display of that size. The first frame gives every tile.
    pub fn new(extent: Extent) -> Self {
        let picture = Picture::new(geometry::size(extent)).expect("an extent is never larger than a picture");
        Self { extent, picture, started: false }
    }

    /// The size that all frames must have.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The rendition's own pixels after the last [`Encoder::encode`].
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// Takes over what changed inside of `damage` and gives it coded, in the order of the tiles: a patch where
    /// a part of the tile changed, the whole tile otherwise. Tiles whose colours did not change are left out.
    ///
    /// Where a patch is not enough for a viewer, [`Encoder::tile`] gives the whole tile.
    ///
    /// # Errors
    /// [`EncodeError::Size`] where the frame is not of the rendition's size.
    pub fn encode(&mut self, frame: &Frame<'_>, damage: &[Rect]) -> Result<Vec<EncodedTile>, EncodeError> {
        if frame.size() != self.picture.size() {
            return Err(EncodeError::Size { wanted: self.picture.size(), found: frame.size() });
        }
        let changes = if self.started { damage::find(frame, &self.picture, damage) } else { self.all() };
        self.started = true;
        for change in &changes {
            self.picture.copy_from(frame, change.rect);
        }
        let encode = |change: &Change| self.encode_change(change);
        Ok(if changes.len() < PARALLEL_TILES_MIN {
            changes.iter().map(encode).collect()
        } else {
            changes.par_iter().map(encode).collect()
        })
    }

    /// A whole tile as the picture has it now, or `None` where the display does not have it.
    pub fn tile(&self, index: TileIndex) -> Option<EncodedTile> {
        let tile = geometry::tile(self.extent, index)?;
        Some(self.encode_change(&Change { index, tile, rect: tile }))
    }

    fn all(&self) -> Vec<Change> {
        let tiles = (0..self.extent.grid().tiles()).filter_map(TileIndex::from_usize);
        let whole = tiles.filter_map(|index| {
            geometry::tile(self.extent, index).map(|tile| Change { index, tile, rect: tile })
        });
        whole.collect()
    }

    fn encode_change(&self, change: &Change) -> EncodedTile {
        let patch = if pays(change) { patch_rect(change) } else { None };
        let rect = if patch.is_some() { change.rect } else { change.tile };
        let (coding, payload) = tile::encode(&self.picture, rect);
        EncodedTile { index: change.index, patch, coding, dictionary: None, payload }
    }
}

/// Whether a patch is clearly smaller than the tile: then the tile is coded only when somebody asks for it.
fn pays(change: &Change) -> bool {
    4 * change.rect.area() <= 3 * change.tile.area()
}

fn patch_rect(change: &Change) -> Option<TileRect> {
    let inside = change.rect.within(change.tile)?;
    let side = |length: u32| u8::try_from(length).ok();
    Some(TileRect {
        x: side(inside.x)?,
        y: side(inside.y)?,
        width: side(inside.width)?,
        height: side(inside.height)?,
    })
}
