//! A toy codec: cells as they are, rounded, or mixed with a dictionary, so that a wrong one shows.

use bytes::{BufMut, Bytes, BytesMut};
use wire::screen::Coding;

/// Four bytes a cell.
pub const EXACT: Coding = Coding(0);
/// Four bytes a cell, rounded.
pub const ROUNDED: Coding = Coding(1);
/// Four bytes a cell, mixed with a dictionary.
pub const MIXED: Coding = Coding(2);

/// The quality of [`ROUNDED`].
pub const ROUNDED_QUALITY: u8 = 100;

/// What rounding leaves of a cell.
pub fn round(cell: u32) -> u32 {
    cell & !0xf
}

/// Cells as a payload.
pub fn encode(coding: Coding, cells: &[u32], dictionary: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(cells.len() * 4);
    for (place, cell) in cells.iter().enumerate() {
        out.put_u32(match coding {
            ROUNDED => round(*cell),
            MIXED => cell ^ mix(dictionary, place),
            _ => *cell,
        });
    }
    out.freeze()
}

/// A payload as cells; `None` for one that is not `count` cells.
pub fn decode(coding: Coding, payload: &[u8], dictionary: &[u8], count: usize) -> Option<Vec<u32>> {
    let cells = payload.chunks_exact(4).map(|raw| u32::from_be_bytes([raw[0], raw[1], raw[2], raw[3]]));
    let mixed = |(place, cell)| if coding == MIXED { cell ^ mix(dictionary, place) } else { cell };
    let cells: Vec<_> = cells.enumerate().map(mixed).collect();
    if payload.len() == count * 4 { Some(cells) } else { None }
}

fn mix(dictionary: &[u8], place: usize) -> u32 {
    let byte = |at: usize| dictionary.get((place * 4 + at) % dictionary.len().max(1)).copied().unwrap_or(0);
    u32::from_be_bytes([byte(0), byte(1), byte(2), byte(3)])
}
