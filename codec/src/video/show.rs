//! The far end of the video layer: films above a painted picture, for viewers that are no browser.

use std::collections::BTreeMap;

use frame::{PIXEL_BYTES, Picture, Rect};
use wire::Version;
use wire::limits::VIDEOS_MAX;
use wire::screen::{Operation, VideoPicture};

use super::VideoDecoder;
use crate::{Painter, geometry};

/// What was done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilmCounters {
    /// Pictures that were decoded.
    pub pictures: u64,
    /// Pictures that could not be: their films wait for a key picture.
    pub lost: u64,
}

#[derive(Debug)]
struct Film {
    place: Rect,
    decoder: Option<VideoDecoder>,
    /// The last picture that came.
    number: u32,
    needs_key: bool,
    /// Whether that is to be said.
    is_lost: bool,
    pixels: Option<Picture>,
    ends: Option<Version>,
}

/// The films of one rendition and epoch as a viewer shows them.
#[derive(Debug, Default)]
pub struct FilmView {
    films: BTreeMap<u32, Film>,
    counters: FilmCounters,
}

impl FilmView {
    /// Takes an operation of the video layer, in the order of its update; leaves others alone.
    pub fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::VideoRegion(region) => {
                let place = geometry::rect(region.rect);
                let (decoder, pixels, ends) = (None, None, None);
                let new =
                    || Film { place, decoder, number: 0, needs_key: true, is_lost: false, pixels, ends };
                self.films.entry(region.id).or_insert_with(new).place = place;
            }
            Operation::VideoPicture(picture) => self.show(picture),
            Operation::VideoEnd(end) => {
                if let Some(film) = self.films.get_mut(&end.id) {
                    film.ends = Some(end.version);
                }
            }
            _ => {}
        }
    }

    /// Takes away what ended and whose tiles beneath are painted.
    pub fn settle(&mut self, painter: &Painter) {
        let grid = painter.extent().grid();
        let version = |index| painter.held(index).map_or(Version::NONE, |(version, _)| version);
        self.films.retain(|_, film| {
            let place = super::region::to_wire(film.place);
            !film.ends.is_some_and(|ends| grid.touched(place).all(|index| ends <= version(index)))
        });
    }

    /// The picture with its films above it.
    pub fn over(&self, picture: &Picture) -> Picture {
        let mut shown = picture.clone();
        for film in self.films.values() {
            if let Some(pixels) = &film.pixels {
                stretch(pixels, &mut shown, film.place);
            }
        }
        shown
    }

    /// Films that show something above the tiles.
    pub fn count(&self) -> usize {
        self.films.values().filter(|film| film.pixels.is_some()).count()
    }

    /// Films that could not be decoded since the last call: they show nothing new before a key picture, which is to be
    /// asked for.
    pub fn take_lost(&mut self) -> Vec<u32> {
        let lost = self.films.iter_mut().filter(|(_, film)| film.is_lost);
        lost.map(|(id, film)| {
            film.is_lost = false;
            *id
        })
        .take(VIDEOS_MAX)
        .collect()
    }

    /// What was done so far.
    pub fn counters(&self) -> FilmCounters {
        self.counters
    }

    fn show(&mut self, picture: &VideoPicture) {
        let Some(film) = self.films.get_mut(&picture.id).filter(|film| film.number < picture.number) else {
            return;
        };
        let follows = !film.needs_key && film.number + 1 == picture.number;
        film.number = picture.number;
        if picture.key {
            film.decoder = VideoDecoder::new().ok();
        }
        let decoder = film.decoder.as_mut().filter(|_| picture.key || follows);
        match decoder.and_then(|decoder| decoder.decode(&picture.payload).ok()) {
            Some(pixels) => {
                (film.pixels, film.needs_key) = (Some(pixels), false);
                self.counters.pictures += 1;
            }
            None => {
                film.is_lost |= picture.key || !film.needs_key;
                film.needs_key = true;
                self.counters.lost += 1;
            }
        }
    }
}

/// Draws pixels over a place of another size, each at the nearest one.
fn stretch(from: &Picture, to: &mut Picture, place: Rect) {
    let size = from.size();
    if size.is_empty() {
        return;
    }
    let rows: Vec<&[u8]> = from.frame().rows(Rect::of(size)).collect();
    for (y, row) in (0_u64..).zip(to.rows_mut(place)) {
        let at = (y * u64::from(size.height) / u64::from(place.height.max(1))) as usize;
        let Some(source) = rows.get(at) else { break };
        for (x, pixel) in (0_u64..).zip(row.chunks_exact_mut(PIXEL_BYTES)) {
            let at = (x * u64::from(size.width) / u64::from(place.width.max(1))) as usize * PIXEL_BYTES;
            if let Some(shown) = source.get(at..at + PIXEL_BYTES) {
                pixel.copy_from_slice(shown);
            }
        }
    }
}
