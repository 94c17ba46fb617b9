//! The picture: updates, and the operations that they are made of.
//!
//! A display is cut into 64×64 tiles. An [`Update`] is a [`Header`] and a list of [`Operation`]s. Tiles stand
//! alone; copies and patches are cheaper and need a viewer that is exact at their base; reuses need a slot that
//! was kept. Which of them may be skipped, split or overtaken is decided in `proto`; this is only their form.

mod grid;
mod header;
mod operation;
mod update;

pub use grid::{Extent, Grid, TILE_SIDE};
pub use header::{Header, SeatInput};
pub use operation::{
    Based, Coding, CopyArea, Dictionary, EXACT, Operation, PatchTile, PixelRect, Quality, Reuse, Tile,
    TileRect, VideoEnd, VideoPicture, VideoRegion,
};
pub use update::Update;
