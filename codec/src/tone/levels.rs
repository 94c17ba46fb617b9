//! A few levels of each channel, without dots between them: areas stay even, and letters keep their edges.

use frame::{Frame, PIXEL_BYTES, Rect};

/// The nearest level of each value of a channel.
#[derive(Debug)]
pub(super) struct Levels {
    nearest: [u8; 256],
}

impl Levels {
    /// So many levels, from 0 to 255 at equal distances.
    pub(super) fn new(count: u8) -> Self {
        let steps = u32::from(count.max(2)) - 1;
        let mut nearest = [0; 256];
        for (value, level) in (0_u32..).zip(&mut nearest) {
            let step = (value * steps + 127) / 255;
            *level = ((step * 255 + steps / 2) / steps) as u8;
        }
        Self { nearest }
    }

    /// Writes the pixels of a tile to the rows where it lies.
    pub(super) fn paint<'a>(&self, frame: &Frame<'_>, tile: Rect, rows: impl Iterator<Item = &'a mut [u8]>) {
        let level = |value: u8| self.nearest[usize::from(value)];
        for (row, from) in rows.zip(frame.rows(tile)) {
            let pixels = row.as_chunks_mut::<PIXEL_BYTES>().0.iter_mut();
            for (pixel, [blue, green, red, _]) in pixels.zip(from.as_chunks::<PIXEL_BYTES>().0) {
                *pixel = [level(*blue), level(*green), level(*red), 0];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_reach_from_black_to_white_and_stay_where_they_are() {
        for count in [2, 6, 32] {
            let levels = Levels::new(count);
            let mut known = levels.nearest.to_vec();
            assert!(known.is_sorted());
            known.dedup();
            assert_eq!(
                (known.len(), known.first(), known.last()),
                (usize::from(count), Some(&0), Some(&255))
            );
            assert!(known.iter().all(|level| levels.nearest[usize::from(*level)] == *level));
        }
    }
}
