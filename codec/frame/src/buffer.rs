//! Pixels in memory: borrowed ones with any stride, and owned ones packed row after row.

use crate::{EXTENT_MAX, Point, Rect, Size};

/// Bytes of a pixel: blue, green, red, and one that means nothing.
pub const PIXEL_BYTES: usize = 4;

/// Why a buffer is not a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A side is longer than [`EXTENT_MAX`].
    #[error("a picture of {0} pixels is too large, the longest side is {EXTENT_MAX}")]
    TooLarge(Size),
    /// Rows would overlap.
    #[error("a row of {wanted} bytes does not fit in a stride of {stride}")]
    Stride {
        /// Bytes of a row's pixels.
        wanted: usize,
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// The buffer ends before the last row does, or an owned one does not end with it.
    #[error("the picture needs {wanted} bytes, the buffer has {found}")]
    Length {
        /// Bytes that the size and the stride ask for.
        wanted: usize,
        /// Bytes that are there.
        found: usize,
    },
}

/// Borrowed BGRX pixels: `height` rows of `width` pixels, each row `stride` bytes after the one above.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    size: Size,
    stride: usize,
    pixels: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Looks at `pixels` as a picture. `stride` is in bytes; the last row may end without its padding.
    ///
    /// # Errors
    /// [`FrameError`] where size, stride and length do not fit each other.
    pub fn new(size: Size, stride: usize, pixels: &'a [u8]) -> Result<Self, FrameError> {
        let row_bytes = row_bytes(size)?;
        if stride < row_bytes {
            return Err(FrameError::Stride { wanted: row_bytes, stride });
        }
        let above = (size.height as usize).saturating_sub(1);
        let wanted = if size.is_empty() { 0 } else { stride.saturating_mul(above).saturating_add(row_bytes) };
        if pixels.len() < wanted {
            return Err(FrameError::Length { wanted, found: pixels.len() });
        }
        Ok(Self { size, stride, pixels })
    }

    /// Width and height in pixels.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Bytes from the start of one row to the start of the next; at least `4 * width`.
    pub const fn stride(&self) -> usize {
        self.stride
    }

    /// The whole buffer, with the padding between rows. Row `y` starts at `y * stride`.
    pub const fn pixels(&self) -> &'a [u8] {
        self.pixels
    }

    /// The `4 * width` bytes of a row, or `None` below the picture.
    pub fn row(&self, y: u32) -> Option<&'a [u8]> {
        self.span(0, y, self.size.width)
    }

    /// A pixel's four bytes, or `None` outside the picture.
    pub fn pixel(&self, point: Point) -> Option<[u8; PIXEL_BYTES]> {
        self.span(point.x, point.y, 1)?.try_into().ok()
    }

    /// The rows of a rectangle from top to bottom, `4 * width` bytes each. What lies outside the picture is
    /// left out, so rows may be shorter or fewer than asked for.
    pub fn rows(&self, rect: Rect) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let inside = rect.clip(self.size).unwrap_or_default();
        let row_bytes = inside.width as usize * PIXEL_BYTES;
        let start = inside.y as usize * self.stride + inside.x as usize * PIXEL_BYTES;
        let above = (inside.height as usize).saturating_sub(1);
        let end = if inside.is_empty() { start } else { start + above * self.stride + row_bytes };
        // One chunk for each row, the last one without its padding.
        let rows = self.pixels.get(start..end).unwrap_or_default().chunks(self.stride.max(1));
        rows.map(move |row| row.get(..row_bytes).unwrap_or_default())
    }

    fn span(&self, x: u32, y: u32, width: u32) -> Option<&'a [u8]> {
        if self.size.height <= y || self.size.width < x.checked_add(width)? {
            return None;
        }
        let start = y as usize * self.stride + x as usize * PIXEL_BYTES;
        self.pixels.get(start..start + width as usize * PIXEL_BYTES)
    }
}

/// Owned BGRX pixels, row after row without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    size: Size,
    pixels: Vec<u8>,
}

impl Picture {
    /// A black picture.
    ///
    /// # Errors
    /// [`FrameError::TooLarge`] where a side is longer than [`EXTENT_MAX`].
    pub fn new(size: Size) -> Result<Self, FrameError> {
        Ok(Self { size, pixels: vec![0; row_bytes(size)? * size.height as usize] })
    }

    /// Takes over packed pixels.
    ///
    /// # Errors
    /// [`FrameError`] unless there are just `4 * width * height` bytes.
    pub fn from_pixels(size: Size, pixels: Vec<u8>) -> Result<Self, FrameError> {
        let wanted = row_bytes(size)? * size.height as usize;
        if pixels.len() != wanted {
            return Err(FrameError::Length { wanted, found: pixels.len() });
        }
        Ok(Self { size, pixels })
    }

    /// Width and height in pixels.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Bytes from one row to the next: `4 * width`.
    pub const fn stride(&self) -> usize {
        self.size.width as usize * PIXEL_BYTES
    }

    /// All pixels, row after row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// All pixels, row after row, to be changed.
    pub fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    /// The picture as a borrowed frame.
    pub fn frame(&self) -> Frame<'_> {
        Frame { size: self.size, stride: self.stride(), pixels: &self.pixels }
    }

    /// The rows of a rectangle, to be changed; clipped as [`Frame::rows`] does.
    pub fn rows_mut(&mut self, rect: Rect) -> impl Iterator<Item = &mut [u8]> {
        let inside = rect.clip(self.size).unwrap_or_default();
        let columns = inside.x as usize * PIXEL_BYTES..inside.right() as usize * PIXEL_BYTES;
        // Chunks of no bytes would panic; a picture without columns has no rows to give either.
        self.pixels
            .chunks_exact_mut((self.size.width as usize * PIXEL_BYTES).max(1))
            .skip(inside.y as usize)
            .take(inside.height as usize)
            .filter_map(move |row| row.get_mut(columns.clone()))
    }

    /// Paints a rectangle in one colour, as far as it lies in the picture.
    pub fn fill(&mut self, rect: Rect, pixel: [u8; PIXEL_BYTES]) {
        for row in self.rows_mut(rect) {
            for place in row.chunks_exact_mut(PIXEL_BYTES) {
                place.copy_from_slice(&pixel);
            }
        }
    }

    /// Takes over the pixels of a rectangle from a frame, at the same place, as far as both have them.
    pub fn copy_from(&mut self, frame: &Frame<'_>, rect: Rect) {
        let Some(inside) = rect.clip(self.size).and_then(|rect| rect.clip(frame.size())) else { return };
        for (to, from) in self.rows_mut(inside).zip(frame.rows(inside)) {
            to.copy_from_slice(from);
        }
    }

    /// Puts packed pixels into a rectangle; `false`, and nothing written, unless the rectangle lies in the
    /// picture and `packed` has just its `4 * width * height` bytes.
    #[must_use]
    pub fn write(&mut self, rect: Rect, packed: &[u8]) -> bool {
        let row_bytes = rect.width as usize * PIXEL_BYTES;
        if !Rect::of(self.size).covers(rect) || packed.len() != row_bytes * rect.height as usize {
            return false;
        }
        for (to, from) in self.rows_mut(rect).zip(packed.chunks_exact(row_bytes.max(1))) {
            to.copy_from_slice(from);
        }
        true
    }
}

fn row_bytes(size: Size) -> Result<usize, FrameError> {
    if EXTENT_MAX < size.width || EXTENT_MAX < size.height {
        return Err(FrameError::TooLarge(size));
    }
    Ok(size.width as usize * PIXEL_BYTES)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A picture in which every byte tells its place.
    fn numbered(size: Size) -> Picture {
        let bytes = size.area() as usize * PIXEL_BYTES;
        Picture::from_pixels(size, (0..bytes).map(|at| at as u8).collect()).expect("fits")
    }

    #[test]
    fn a_stride_shorter_than_a_row_is_refused() {
        let refused = Frame::new(Size::new(4, 2), 15, &[0; 64]).map(|_| ());
        assert_eq!(refused, Err(FrameError::Stride { wanted: 16, stride: 15 }));
    }

    #[test]
    fn the_last_row_needs_no_padding_but_all_its_pixels() {
        let size = Size::new(2, 3);
        assert!(Frame::new(size, 11, &[0; 30]).is_ok());
        let refused = Frame::new(size, 11, &[0; 29]).map(|_| ());
        assert_eq!(refused, Err(FrameError::Length { wanted: 30, found: 29 }));
    }

    #[test]
    fn a_stride_that_overflows_is_refused() {
        assert!(Frame::new(Size::new(1, 3), usize::MAX, &[0; 16]).is_err());
        assert!(Frame::new(Size::new(EXTENT_MAX + 1, 1), usize::MAX, &[]).is_err());
    }

    #[test]
    fn an_empty_picture_has_no_rows() {
        let mut empty = Picture::new(Size::new(0, 5)).expect("fits");
        assert_eq!(empty.rows_mut(Rect::new(0, 0, 1, 1)).count(), 0);
        assert!(empty.frame().pixel(Point::new(0, 0)).is_none());
        assert!(Frame::new(Size::new(0, 5), 0, &[]).is_ok());
    }

    #[test]
    fn a_tile_of_the_wrong_length_is_not_written() {
        let mut picture = Picture::new(Size::new(8, 8)).expect("fits");
        assert!(!picture.write(Rect::new(0, 0, 2, 2), &[1; 15]));
        assert!(!picture.write(Rect::new(7, 0, 2, 2), &[1; 16]));
        assert!(picture.pixels().iter().all(|&byte| byte == 0));
        assert!(picture.write(Rect::new(6, 6, 2, 2), &[1; 16]));
        assert_eq!(picture.frame().pixel(Point::new(7, 7)), Some([1; 4]));
    }

    #[test]
    fn a_fill_stays_inside_the_picture() {
        let mut picture = Picture::new(Size::new(3, 3)).expect("fits");
        picture.fill(Rect::new(2, 2, 100, u32::MAX), [1, 2, 3, 4]);
        assert_eq!(picture.frame().pixel(Point::new(2, 2)), Some([1, 2, 3, 4]));
        assert_eq!(picture.pixels().iter().filter(|&&byte| byte != 0).count(), 4);
    }

    proptest! {
        #[test]
        fn a_padded_frame_reads_like_a_packed_one(width in 1..20u32, height in 1..20u32, padding in 0..9usize) {
            let picture = numbered(Size::new(width, height));
            let stride = picture.stride() + padding;
            let mut padded = vec![0xee; stride * height as usize];
            for (to, from) in padded.chunks_mut(stride).zip(picture.frame().rows(Rect::of(picture.size()))) {
                to[..from.len()].copy_from_slice(from);
            }
            let frame = Frame::new(picture.size(), stride, &padded).expect("fits");
            for y in 0..=height {
                prop_assert_eq!(frame.row(y), picture.frame().row(y));
            }
        }

        #[test]
        fn what_is_copied_is_the_rectangle_and_nothing_else(
            (x, y, width, height) in (0..25u32, 0..25u32, 0..25u32, 0..25u32)
        ) {
            let (from, rect) = (numbered(Size::new(20, 15)), Rect::new(x, y, width, height));
            let mut to = Picture::new(Size::new(15, 20)).expect("fits");
            to.fill(Rect::of(to.size()), [9; 4]);
            to.copy_from(&from.frame(), rect);
            for y in 0..20 {
                for x in 0..15 {
                    let at = Point::new(x, y);
                    let copied = from.frame().pixel(at).filter(|_| rect.contains(at));
                    prop_assert_eq!(to.frame().pixel(at), Some(copied.unwrap_or([9; 4])));
                }
            }
        }
    }
}
