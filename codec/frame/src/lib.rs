//! Geometry and pixel buffers: what `codec` and `platform` share.
//!
//! All lengths are physical pixels, all coordinates count from the top left corner, and all pixels are
//! BGRX: blue, green, red and a byte that means nothing. Nothing here reads a clock, spawns a thread or
//! knows a coding, and nothing panics on odd sizes: constructors check, accessors clip.
//!
//! Reading order: [`Rect`], [`Grid`] for the 64×64 tiles, [`Frame`] for borrowed pixels, [`Picture`] for
//! owned ones, [`Region`] for damage.

mod buffer;
mod geometry;
mod grid;
mod region;

pub use buffer::{Frame, FrameError, PIXEL_BYTES, Picture};
pub use geometry::{Point, Rect, Size};
pub use grid::{EXTENT_MAX, Grid, TILE_EXTENT, TooLarge};
pub use region::{REGION_RECTS_MAX, Region};
