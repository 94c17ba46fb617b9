//! What the number of a coding means.

use wire::screen::Coding;

use crate::PayloadError;

/// The bit of a coding that says: the body is one zstd frame without its magic number.
const ZSTD: u8 = 0x80;

/// How the pixels of a tile, or of a patch, lie in a body. The low seven bits of a coding.
///
/// Pixels run from left to right and from top to bottom. Bytes of a colour are blue, green, red.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Layout {
    /// One colour for all pixels: 3 bytes. Never with zstd.
    Solid = 0,
    /// A palette of at most 2 colours and 1 bit a pixel.
    Palette1 = 1,
    /// A palette of at most 4 colours and 2 bits a pixel.
    Palette2 = 2,
    /// A palette of at most 16 colours and 4 bits a pixel.
    Palette4 = 3,
    /// A palette of at most 256 colours and a byte a pixel.
    Palette8 = 4,
    /// 3 bytes a pixel.
    Plain = 5,
    /// 3 planes of differences to what the pixels around foretell: for photographs.
    Predicted = 6,
    /// Rounded cosine waves of photographs: the one with loss. Never with zstd.
    Photo = 7,
    /// Choices among what is around each pixel, range-coded: text and drawings. Never with zstd.
    Traced = 8,
}

impl Layout {
    /// All layouts, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Solid,
        Self::Palette1,
        Self::Palette2,
        Self::Palette4,
        Self::Palette8,
        Self::Plain,
        Self::Predicted,
        Self::Photo,
        Self::Traced,
    ];

    /// The coding that names this layout.
    pub fn coding(self, zstd: bool) -> Coding {
        Coding(self as u8 | if zstd { ZSTD } else { 0 })
    }

    /// Reads a coding: its layout, and whether the body is a zstd frame.
    ///
    /// # Errors
    /// [`PayloadError::UnknownCoding`] for a number that has no meaning.
    pub fn of(coding: Coding) -> Result<(Self, bool), PayloadError> {
        let (number, zstd) = (coding.0 & !ZSTD, coding.0 & ZSTD != 0);
        match Self::ALL.get(usize::from(number)) {
            Some(&layout) if !(zstd && layout.is_dense()) => Ok((layout, zstd)),
            _ => Err(PayloadError::UnknownCoding(coding.0)),
        }
    }

    /// Whether zstd would find nothing in its bodies.
    pub(crate) fn is_dense(self) -> bool {
        matches!(self, Self::Solid | Self::Photo | Self::Traced)
    }

    /// Bits of a palette index, for the layouts that have one.
    pub(crate) fn index_bits(self) -> Option<usize> {
        match self {
            Self::Palette1 => Some(1),
            Self::Palette2 => Some(2),
            Self::Palette4 => Some(4),
            Self::Palette8 => Some(8),
            Self::Solid | Self::Plain | Self::Predicted | Self::Photo | Self::Traced => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_layouts_agree_and_all_others_are_refused() {
        for number in 0..=u8::MAX {
            match Layout::of(Coding(number)) {
                Ok((layout, zstd)) => assert_eq!(layout.coding(zstd), Coding(number)),
                Err(error) => assert_eq!(error, PayloadError::UnknownCoding(number)),
            }
        }
        let known = (0..=u8::MAX).filter(|&number| Layout::of(Coding(number)).is_ok()).count();
        assert_eq!(known, 2 * Layout::ALL.len() - 3);
    }
}
