//! Films from the frames of a desktop to what a viewer shows, and the desktop around them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use codec::Encoder;
use codec::video::{Layer, VideoDecoder};
use frame::{Picture, Point, Rect, Size};
use wire::screen::{Extent, Operation, PixelRect, VideoRegion};

const WIDTH: u16 = 960;
const HEIGHT: u16 = 540;
const FILM: Rect = Rect::new(200, 100, 480, 270);
const INTERVAL: Duration = Duration::from_micros(33_333);

/// A desktop, what codes it, and what a viewer of its films shows.
struct Scene {
    picture: Picture,
    encoder: Encoder,
    layer: Layer,
    now: Instant,
    places: BTreeMap<u32, VideoRegion>,
    decoders: BTreeMap<u32, VideoDecoder>,
    shown: BTreeMap<u32, Picture>,
    ended: Vec<u32>,
    keys: u32,
    film_bytes: usize,
    tile_bytes: usize,
}

impl Scene {
    #[expect(
        clippy::disallowed_methods,
        reason = "any time will do to begin with; all later ones are counted from it"
    )]
    fn new() -> Self {
        let extent = Extent::new(WIDTH, HEIGHT).expect("a display");
        let mut picture = Picture::new(Size::new(WIDTH.into(), HEIGHT.into())).expect("small");
        picture.fill(Rect::new(0, 0, WIDTH.into(), HEIGHT.into()), [200, 180, 160, 0]);
        draw_text(&mut picture, 0);
        let (mut encoder, now) = (Encoder::new(extent), Instant::now());
        encoder.encode(&picture.frame(), &[], now).expect("the same size");
        let layer = Layer::new(extent, encoder.picture(), 1);
        Self {
            picture,
            encoder,
            layer,
            now,
            places: BTreeMap::new(),
            decoders: BTreeMap::new(),
            shown: BTreeMap::new(),
            ended: Vec::new(),
            keys: 0,
            film_bytes: 0,
            tile_bytes: 0,
        }
    }

    /// The next frame, in which this rectangle may have changed.
    fn show(&mut self, damage: Rect) {
        self.now += INTERVAL;
        let looked = self.layer.look(Some((&self.picture.frame(), &[damage])), self.now).expect("coded");
        let tiles = self.encoder.encode(&looked.frame, &looked.damage, self.now).expect("the same size");
        let (pictures, ended) = (looked.operations, looked.ended);
        self.layer.explained(Vec::new().into_iter());
        self.take(tiles, pictures, ended);
    }

    /// Time passes without a frame.
    fn wait(&mut self, time: Duration) {
        for _ in 0..time.as_millis() / 50 {
            self.now += Duration::from_millis(50);
            let looked = self.layer.look(None, self.now).expect("coded");
            let tiles = self.encoder.encode(&looked.frame, &looked.damage, self.now).expect("the same size");
            let (pictures, ended) = (looked.operations, looked.ended);
            self.take(tiles, pictures, ended);
        }
    }

    fn take(&mut self, tiles: Vec<Operation>, pictures: Vec<Operation>, ended: Vec<(u32, PixelRect)>) {
        self.ended.extend(ended.iter().map(|(id, _)| *id));
        for operation in tiles.iter().chain(&pictures) {
            match operation {
                Operation::Tile(tile) => self.tile_bytes += tile.payload.len(),
                Operation::Patch(patch) => self.tile_bytes += patch.payload.len(),
                Operation::VideoRegion(region) => {
                    self.places.insert(region.id, *region);
                    self.decoders.insert(region.id, VideoDecoder::new().expect("a decoder"));
                }
                Operation::VideoPicture(picture) => {
                    self.film_bytes += picture.payload.len();
                    self.keys += u32::from(picture.key);
                    let decoder = self.decoders.get_mut(&picture.id).expect("a place comes first");
                    let shown = decoder.decode(&picture.payload).expect("a picture");
                    self.shown.insert(picture.id, shown);
                }
                _ => {}
            }
        }
    }

    /// Plays so many pictures of a film.
    fn play(&mut self, first: u32, count: u32) {
        for at in first..first + count {
            draw_film(&mut self.picture, at);
            self.show(FILM);
        }
    }

    fn farthest_tile_colour(&self) -> Option<Point> {
        let (wanted, got) = (self.picture.frame(), self.encoder.picture().frame());
        let points =
            (0..u32::from(HEIGHT)).flat_map(|y| (0..u32::from(WIDTH)).map(move |x| Point::new(x, y)));
        points.into_iter().find(|at| {
            wanted.pixel(*at).map(|pixel| pixel[..3].to_vec())
                != got.pixel(*at).map(|pixel| pixel[..3].to_vec())
        })
    }
}

/// Text-like lines, scrolled by some rows.
fn draw_text(picture: &mut Picture, scroll: u32) {
    for line in 0..40_u32 {
        for letter in 0..100_u32 {
            let seed = (line + scroll).wrapping_mul(2_654_435_761).wrapping_add(letter.wrapping_mul(97_531));
            let width = 2 + (seed >> 16) % 4;
            let at = Rect::new(8 + letter * 9, 8 + line * 13, width, 9);
            picture.fill(at, [20, 20, 20, 0]);
        }
    }
}

/// Waves that move, with a little noise and a flat square in the middle.
fn draw_film(picture: &mut Picture, at: u32) {
    for (y, row) in (0_u32..).zip(picture.rows_mut(FILM)) {
        for (x, pixel) in (0_u32..).zip(row.chunks_exact_mut(4)) {
            let wave = |phase: u32, length: u32| {
                let place = (x * 3 + y * 2 + at * 7 + phase) % length;
                (place.min(length - place) * 255 / length.max(1)) as u8
            };
            let noise = (x.wrapping_mul(7_919) ^ y.wrapping_mul(104_729) ^ at.wrapping_mul(1_299_709)) % 5;
            pixel.copy_from_slice(&[wave(0, 211) + noise as u8, wave(50, 307), wave(90, 173), 0]);
        }
    }
    picture.fill(flat(), [40, 90, 200, 0]);
}

fn flat() -> Rect {
    Rect::new(FILM.x + 176, FILM.y + 76, 128, 96)
}

/// Mean squared error of all colours of a region as shown.
fn error(scene: &Scene, id: u32) -> f64 {
    let (shown, place) = (&scene.shown[&id], scene.places[&id].rect);
    let area = Rect::new(place.x.into(), place.y.into(), place.width.into(), place.height.into());
    let rows = scene.picture.frame().rows(area).collect::<Vec<_>>();
    let mut sum = 0.0;
    for (wanted, got) in rows.iter().zip(shown.frame().rows(Rect::of(shown.size()))) {
        for (wanted, got) in wanted.chunks_exact(4).zip(got.chunks_exact(4)) {
            sum += (0..3).map(|at| f64::from(wanted[at].abs_diff(got[at])).powi(2)).sum::<f64>();
        }
    }
    sum / (area.area() as f64 * 3.0)
}

#[test]
fn s181_a_film_is_found_at_its_place_and_shown_near_to_the_original() {
    let mut scene = Scene::new();
    scene.play(0, 30);
    assert_eq!(scene.places.len(), 1, "one film: {:?}", scene.places);
    let place = scene.places[&1].rect;
    let found = Rect::new(place.x.into(), place.y.into(), place.width.into(), place.height.into());
    assert_eq!(found, FILM);
    let error = error(&scene, 1);
    assert!(error < 60.0, "30 dB are an error of 65, this is {error}");
}

#[test]
fn s182_a_film_as_video_takes_a_small_part_of_what_it_takes_as_tiles() {
    let mut scene = Scene::new();
    scene.play(0, 12);
    let (tiles, films) = (scene.tile_bytes, scene.film_bytes);
    scene.play(12, 30);
    assert_eq!(scene.tile_bytes, tiles, "what is under a film counts as unchanged");
    let mut plain = Scene::new();
    let mut as_tiles = 0;
    for at in 12..42 {
        draw_film(&mut plain.picture, at);
        plain.now += INTERVAL;
        let coded = plain.encoder.encode(&plain.picture.frame(), &[FILM], plain.now).expect("the same size");
        as_tiles += coded
            .iter()
            .map(|operation| match operation {
                Operation::Tile(tile) => tile.payload.len(),
                Operation::Patch(patch) => patch.payload.len(),
                _ => 0,
            })
            .sum::<usize>();
    }
    let as_film = scene.film_bytes - films;
    assert!(2 * as_film < as_tiles, "{as_film} bytes as a film, {as_tiles} as tiles");
}

#[test]
fn s181_a_flat_colour_in_a_film_differs_by_at_most_two() {
    let mut scene = Scene::new();
    scene.play(0, 30);
    let place = scene.places[&1].rect;
    let inside = Point::new(flat().x + 64 - u32::from(place.x), flat().y + 48 - u32::from(place.y));
    let shown = scene.shown[&1].frame().pixel(inside).expect("inside");
    let farthest = [40_u8, 90, 200].iter().zip(shown).map(|(wanted, got)| wanted.abs_diff(got)).max();
    assert!(farthest <= Some(2), "{shown:?} for [40, 90, 200]");
}

#[test]
fn a_film_that_stops_ends_soon_and_leaves_exact_tiles() {
    let mut scene = Scene::new();
    scene.play(0, 30);
    assert!(scene.farthest_tile_colour().is_some(), "tiles are as they were when the film began");
    scene.wait(Duration::from_millis(1_400));
    assert_eq!(scene.ended, [1]);
    assert_eq!(scene.farthest_tile_colour(), None);
    assert!(!scene.layer.is_busy());
}

#[test]
fn text_that_scrolls_is_no_film() {
    let mut scene = Scene::new();
    for scroll in 0..24 {
        scene.picture.fill(Rect::new(0, 0, WIDTH.into(), HEIGHT.into()), [200, 180, 160, 0]);
        draw_text(&mut scene.picture, scroll);
        scene.show(Rect::new(0, 0, WIDTH.into(), HEIGHT.into()));
    }
    assert_eq!(scene.places.len(), 0);
    assert_eq!(scene.farthest_tile_colour(), None);
}

#[test]
fn a_key_picture_is_given_when_somebody_asks() {
    let mut scene = Scene::new();
    scene.play(0, 30);
    assert_eq!(scene.keys, 1, "no others than the first");
    scene.layer.ask_for_key(&[1]);
    scene.play(30, 2);
    assert_eq!(scene.keys, 2);
}

#[test]
fn a_slow_line_gets_smaller_pictures_and_few_bytes() {
    let mut scene = Scene::new();
    scene.layer.set_rate(10_000);
    scene.play(0, 40);
    let place = scene.places[&1];
    assert_eq!((place.coded_width, place.coded_height), (FILM.width as u16 / 2, FILM.height as u16 / 4 * 2));
    let before = scene.film_bytes;
    scene.play(40, 90);
    let per_second = (scene.film_bytes - before) / 3;
    assert!(per_second < 25_000, "{per_second} bytes a second");
}
