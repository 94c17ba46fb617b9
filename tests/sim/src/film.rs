//! Films on the desktop, and a toy coder for them: each picture is mixed with the one before, so that one that is
//! left out shows as wrong pixels.

use bytes::{BufMut, Bytes, BytesMut};
use wire::screen::{Operation, PixelRect, VideoPicture, VideoRegion};

use crate::picture::{CELL, Picture, intersect};
use crate::rng::Rng;

/// Films at once.
pub const FILMS_MAX: usize = 3;

/// What an agent does with films in a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// Begins, moves and ends them.
    Anything,
    /// Only gives the pictures that are asked for.
    Still,
    /// Ends them all.
    Over,
}

/// A film as the agent codes it.
#[derive(Debug, Clone)]
pub struct Film {
    /// Its id.
    pub id: u32,
    /// Where it is.
    pub rect: PixelRect,
    /// The number of its last picture.
    pub number: u32,
    /// The cells of that.
    pub cells: Vec<u32>,
    /// Whether somebody asked for a key picture.
    pub wants_key: bool,
    is_told: bool,
}

impl Film {
    /// A film somewhere on a picture that overlaps none of the others.
    pub fn any(id: u32, picture: &Picture, others: &[Self], rng: &mut Rng) -> Option<Self> {
        let rect = place(picture, rng);
        let film = Self { id, rect, number: 0, cells: Vec::new(), wants_key: true, is_told: false };
        film.is_free(rect, others).then_some(film)
    }

    /// The film is moved, unless another one is there. The old place, if it was.
    pub fn jump(&mut self, picture: &Picture, others: &[Self], rng: &mut Rng) -> Option<PixelRect> {
        let (x, y) = {
            let any = place(picture, rng);
            (
                any.x.min(picture.extent().width() - self.rect.width),
                any.y.min(picture.extent().height() - self.rect.height),
            )
        };
        let to = PixelRect { x, y, ..self.rect };
        if to == self.rect || !self.is_free(to, others) {
            return None;
        }
        self.is_told = false;
        Some(std::mem::replace(&mut self.rect, to))
    }

    /// The next picture, if there is anything new to show.
    pub fn next(&mut self, picture: &Picture, rng: &mut Rng) -> Vec<Operation> {
        let cells = picture.read(self.rect);
        if cells == self.cells && !self.wants_key && self.is_told {
            return Vec::new();
        }
        let key = self.wants_key || rng.percent(5);
        let (id, rect) = (self.id, self.rect);
        let (coded_width, coded_height) = (rect.width, rect.height);
        let place = Operation::VideoRegion(VideoRegion { id, rect, coded_width, coded_height });
        self.number += 1;
        let payload = encode(&cells, if key { &[] } else { &self.cells });
        let picture = Operation::VideoPicture(VideoPicture { id, key, number: self.number, payload });
        let operations = if self.is_told { vec![picture] } else { vec![place, picture] };
        (self.cells, self.wants_key, self.is_told) = (cells, false, true);
        operations
    }

    fn is_free(&self, rect: PixelRect, others: &[Self]) -> bool {
        others.iter().all(|other| other.id == self.id || intersect(other.rect, rect).is_none())
    }
}

/// Cells mixed with those of the picture before; none before a key picture.
pub fn encode(cells: &[u32], before: &[u32]) -> Bytes {
    let mut out = BytesMut::with_capacity(cells.len() * 4);
    for (place, cell) in cells.iter().enumerate() {
        out.put_u32(cell ^ before.get(place).copied().unwrap_or(0).rotate_left(7));
    }
    out.freeze()
}

/// The cells of a payload.
pub fn decode(payload: &[u8], before: &[u32]) -> Vec<u32> {
    let cells = payload.chunks_exact(4).map(|raw| u32::from_be_bytes([raw[0], raw[1], raw[2], raw[3]]));
    let mixed = |(place, cell)| cell ^ before.get(place).copied().unwrap_or(0_u32).rotate_left(7);
    cells.enumerate().map(mixed).collect()
}

fn place(picture: &Picture, rng: &mut Rng) -> PixelRect {
    let extent = picture.extent();
    let side = |rng: &mut Rng, room: u16| {
        let room = u64::from(room / CELL);
        let length = rng.between(1, room.min(8));
        (CELL * rng.below(room - length + 1) as u16, CELL * length as u16)
    };
    let ((x, width), (y, height)) = (side(rng, extent.width()), side(rng, extent.height()));
    PixelRect { x, y, width, height }
}
