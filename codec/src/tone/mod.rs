//! Fewer colours than the display has: the three modes for narrow lines.
//!
//! A [`Toner`] stands between the capture and the encoder of a rendition: it keeps the picture as that rendition
//! shows it. What a tile becomes follows from the pixels in it and beside it alone, and the pattern of dots from
//! where they lie, so that what stands still never flickers.

mod bilevel;
mod levels;

use frame::{Frame, PIXEL_BYTES, Picture, Rect, TILE_EXTENT};
use rayon::prelude::*;
use wire::control::ColorMode;
use wire::screen::Extent;

use crate::geometry;
use bilevel::Bilevel;
use levels::Levels;

/// Levels of each of red, green and blue: 216 colours.
const FEW_LEVELS: u8 = 6;

/// The same: 32,768 colours.
const MORE_LEVELS: u8 = 32;

/// A display in fewer colours.
#[derive(Debug)]
pub struct Toner {
    tones: Tones,
    picture: Picture,
    /// Which tiles are to be looked at, by row. All of them at first.
    dirty: Vec<Vec<bool>>,
    is_first: bool,
    damage: Vec<Rect>,
}

#[derive(Debug)]
enum Tones {
    Bilevel,
    Levels(Levels),
}

impl Toner {
    /// For a display of that size; `None` where the mode keeps all colours.
    pub fn new(mode: ColorMode, extent: Extent) -> Option<Self> {
        let tones = match mode {
            ColorMode::BlackAndWhite => Tones::Bilevel,
            ColorMode::FewColors => Tones::Levels(Levels::new(FEW_LEVELS)),
            ColorMode::MoreColors => Tones::Levels(Levels::new(MORE_LEVELS)),
            ColorMode::AllColors | ColorMode::VideoOptimized | ColorMode::Unspecified => return None,
        };
        let picture = Picture::new(geometry::size(extent)).expect("an extent is never larger than a picture");
        let tiles = |pixels: u32| pixels.div_ceil(TILE_EXTENT) as usize;
        let dirty = vec![vec![true; tiles(picture.size().width)]; tiles(picture.size().height)];
        Some(Self { tones, picture, dirty, is_first: true, damage: Vec::new() })
    }

    /// Takes over what is damaged of a frame of the display's size. Gives the frame in its fewer colours, and where it
    /// may differ from the one before; a frame of another size comes back as it is.
    pub fn tone<'a>(&'a mut self, frame: &Frame<'a>, damage: &'a [Rect]) -> (Frame<'a>, &'a [Rect]) {
        if frame.size() != self.picture.size() {
            return (*frame, damage);
        }
        if !std::mem::take(&mut self.is_first) {
            self.mark(damage);
        }
        self.damage.clear();
        for (row, dirty) in (0..).zip(&self.dirty) {
            let dirty = (0..).zip(dirty).filter(|(_, dirty)| **dirty);
            self.damage.extend(dirty.filter_map(|(column, _)| tile(frame, column, row)));
        }
        let (tones, dirty) = (&self.tones, &self.dirty);
        let stride = self.picture.size().width as usize * PIXEL_BYTES;
        let bands = self.picture.pixels_mut().par_chunks_mut(stride * TILE_EXTENT as usize);
        bands.zip(dirty.par_iter()).enumerate().for_each(|(row, (band, dirty))| {
            let dirty = (0..).zip(dirty).filter(|(_, dirty)| **dirty);
            for tile in dirty.filter_map(|(column, _)| tile(frame, column, row as u32)) {
                let rows = band.chunks_exact_mut(stride);
                let left = tile.x as usize * PIXEL_BYTES;
                let rows = rows.filter_map(|row| row.get_mut(left..left + tile.width as usize * PIXEL_BYTES));
                match tones {
                    Tones::Bilevel => Bilevel::of(frame, tile).paint(rows),
                    Tones::Levels(levels) => levels.paint(frame, tile, rows),
                }
            }
        });
        (self.picture.frame(), &self.damage)
    }

    /// Marks the tiles that what is damaged has a part in.
    fn mark(&mut self, damage: &[Rect]) {
        let reach = match self.tones {
            Tones::Bilevel => bilevel::REACH,
            Tones::Levels(_) => 0,
        };
        self.dirty.iter_mut().for_each(|row| row.fill(false));
        for rect in damage.iter().filter(|rect| !rect.is_empty()) {
            let (left, top) = (rect.x.saturating_sub(reach), rect.y.saturating_sub(reach));
            let (right, bottom) = (rect.right().saturating_add(reach), rect.bottom().saturating_add(reach));
            let columns = (left / TILE_EXTENT) as usize..right.div_ceil(TILE_EXTENT) as usize;
            let rows = (top / TILE_EXTENT) as usize..bottom.div_ceil(TILE_EXTENT) as usize;
            for row in self.dirty.iter_mut().take(rows.end).skip(rows.start) {
                row.iter_mut().take(columns.end).skip(columns.start).for_each(|dirty| *dirty = true);
            }
        }
    }
}

fn tile(frame: &Frame<'_>, column: u32, row: u32) -> Option<Rect> {
    Rect::new(column * TILE_EXTENT, row * TILE_EXTENT, TILE_EXTENT, TILE_EXTENT).clip(frame.size())
}
