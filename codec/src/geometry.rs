//! From the geometry of messages to that of pictures.

use frame::{Rect, Size};
use wire::TileIndex;
use wire::screen::{Extent, PixelRect};

pub(crate) fn size(extent: Extent) -> Size {
    Size::new(u32::from(extent.width()), u32::from(extent.height()))
}

pub(crate) fn rect(rect: PixelRect) -> Rect {
    Rect::new(u32::from(rect.x), u32::from(rect.y), u32::from(rect.width), u32::from(rect.height))
}

#[cfg(feature = "encode")]
pub(crate) fn pixel_rect(rect: Rect) -> PixelRect {
    let side = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
    PixelRect { x: side(rect.x), y: side(rect.y), width: side(rect.width), height: side(rect.height) }
}

/// The pixels of a tile, or `None` where the display does not have it.
pub(crate) fn tile(extent: Extent, index: TileIndex) -> Option<Rect> {
    extent.grid().rect(index).map(rect)
}
