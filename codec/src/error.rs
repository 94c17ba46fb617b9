//! Why a payload is not the pixels that it should be.

use frame::Size;
use wire::DictionaryId;

/// Why a payload is not the pixels of its tile. Always the sender's doing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The coding has no meaning.
    #[error("unknown coding {0:#04x}")]
    UnknownCoding(u8),
    /// No tile or patch has this size.
    #[error("{0} pixels are not a part of a tile")]
    Size(Size),
    /// The body is shorter or longer than its pixels need.
    #[error("the body has {found} bytes, its pixels need {wanted}")]
    Length {
        /// Bytes that size and layout ask for.
        wanted: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// The palette has more colours than the bits of an index can name.
    #[error("a palette of {colors} colours for indices of {bits} bits")]
    Palette {
        /// Colours of the palette.
        colors: usize,
        /// Bits of an index.
        bits: usize,
    },
    /// An index lies outside the palette.
    #[error("colour {index} of a palette of {colors}")]
    Index {
        /// The index found.
        index: u8,
        /// Colours of the palette.
        colors: usize,
    },
    /// A picture has more colours than a body may name.
    #[error("more than {limit} colours")]
    Colors {
        /// The most that it may have.
        limit: usize,
    },
    /// The dictionary that it names was not received, or could not be read.
    #[error("dictionary {0} is not there")]
    NoDictionary(DictionaryId),
    /// The zstd frame does not state the size of its content, or it is beyond what the pixels can need.
    #[error("the zstd frame does not state a size up to {limit} bytes")]
    Unbounded {
        /// The most that the layout can need.
        limit: usize,
    },
    /// The payload is not one zstd frame.
    #[error("not a zstd frame: {0}")]
    Zstd(&'static str),
}
