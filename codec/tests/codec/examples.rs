//! What the files of vectors are made from. Bodies are laid out here by the words of `docs/coding.md`, not by
//! the encoder, so that a mistake of the encoder does not become golden. Only what is range-coded is our own coder's: the
//! console's decoder, written from the same page, is what holds that.

use codec::{Decoder, Encoder};
use frame::Size;
use wire::screen::{Coding, Operation};
use zstd::zstd_safe::{CCtx, CParameter, compress_bound};

use super::pictures::{extent, now};
use super::vectors::{Vector, hex};

const ZSTD: u8 = 0x80;
const PHOTO: u8 = 7;
const TRACED: u8 = 8;

/// A picture: rows of `width` colours, each blue, green, red.
struct Picture {
    width: usize,
    colors: Vec<[u8; 3]>,
}

impl Picture {
    fn new(width: usize, height: usize, color: impl Fn(usize, usize) -> [u8; 3]) -> Self {
        let colors = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, colors: colors.map(|(x, y)| color(x, y)).collect() }
    }

    fn plain(&self) -> Vec<u8> {
        self.colors.concat()
    }

    /// Each colour of `palette` as differences, then the indices.
    fn indexed(&self, palette: &[[u8; 3]], bits: usize) -> Vec<u8> {
        let mut body = vec![(palette.len() - 1) as u8];
        for channel in 0..3 {
            let before = std::iter::once(0).chain(palette.iter().map(|color| color[channel]));
            body.extend(palette.iter().zip(before).map(|(color, last)| color[channel].wrapping_sub(last)));
        }
        for row in self.colors.chunks(self.width) {
            for group in row.chunks(8 / bits) {
                let index = |color| palette.iter().position(|known| known == color).expect("in the palette");
                let shift = |at: usize| 8 - bits * (at + 1);
                body.push(
                    group
                        .iter()
                        .enumerate()
                        .fold(0, |byte, (at, color)| byte | (index(color) << shift(at)) as u8),
                );
            }
        }
        body
    }

    fn predicted(&self) -> Vec<u8> {
        let green = |[_, green, _]: [u8; 3]| green;
        let blue = |[blue, green, _]: [u8; 3]| blue.wrapping_sub(green);
        let red = |[_, green, red]: [u8; 3]| red.wrapping_sub(green);
        [self.plane(green), self.plane(blue), self.plane(red)].concat()
    }

    fn plane(&self, value: impl Fn([u8; 3]) -> u8) -> Vec<u8> {
        let at = |x: usize, y: usize| value(self.colors[y * self.width + x]);
        let foretold = |x: usize, y: usize| match (x, y) {
            (0, 0) => 0,
            (x, 0) => at(x - 1, 0),
            (0, y) => at(0, y - 1),
            (x, y) => {
                let (a, b, c) = (at(x - 1, y), at(x, y - 1), at(x - 1, y - 1));
                if a.max(b) <= c {
                    a.min(b)
                } else if c <= a.min(b) {
                    a.max(b)
                } else {
                    a.wrapping_add(b).wrapping_sub(c)
                }
            }
        };
        let places = (0..self.colors.len()).map(|place| (place % self.width, place / self.width));
        places.map(|(x, y)| at(x, y).wrapping_sub(foretold(x, y))).collect()
    }

    fn vector(&self, name: &str, coding: u8, payload: &[u8]) -> Vector {
        Vector {
            name: name.to_owned(),
            coding,
            width: self.width as u32,
            height: (self.colors.len() / self.width) as u32,
            dictionary: None,
            payload: hex(payload),
            pixels: Some(hex(&self.plain())),
            error: false,
        }
    }
}

/// One frame without its magic number.
fn zstd_frame(body: &[u8], sized: bool) -> Vec<u8> {
    let mut zstd = CCtx::create();
    zstd.set_parameter(CParameter::ContentSizeFlag(sized)).expect("a valid setting");
    let mut frame = Vec::with_capacity(compress_bound(body.len()));
    zstd.compress2(&mut frame, body).expect("room enough");
    frame.split_off(4)
}

fn greys(count: usize) -> Vec<[u8; 3]> {
    (0..count).map(|at| [(at * 255 / count.max(2)) as u8; 3]).collect()
}

/// Strokes on a light ground, as letters have them.
fn text(width: usize, height: usize) -> Picture {
    let greys = greys(40);
    Picture::new(width, height, |x, y| match ((x * x + 3 * y) % 11, (x / 7 + y / 9) % 3) {
        (0..4, 0) => greys[5],
        (4, 0) => greys[x * 7 % 40],
        (_, 1) if y % 9 == 4 => [0xc0, 0x20, 0x10],
        _ => greys[39],
    })
}

fn text_palette() -> Vec<[u8; 3]> {
    [greys(40), vec![[0xc0, 0x20, 0x10]]].concat()
}

/// A soft gradient with some grain.
fn photo(width: usize, height: usize) -> Picture {
    Picture::new(width, height, |x, y| {
        let grain = (x * 31 + y * 17 + x * y) % 5;
        [250 - x - y, 40 + 2 * x + grain, 20 + x + 2 * y].map(|value| value as u8)
    })
}

pub(crate) fn payloads() -> Vec<Vector> {
    [layouts(), squeezed(), with_dictionaries(), photographs(), traced()].into_iter().flatten().collect()
}

fn layouts() -> Vec<Vector> {
    let two = Picture::new(9, 3, |x, y| [[1, 2, 3], [250, 0, 128]][(x + y) % 2]);
    let two_palette = [[1, 2, 3], [250, 0, 128]];
    let mut dirty = two.indexed(&two_palette, 1);
    if let Some(last) = dirty.last_mut() {
        *last |= 0x7f;
    }
    let greys = greys(256);
    let few = |colors: usize, width, height| Picture::new(width, height, |x, y| greys[(x + 3 * y) % colors]);
    let one = Picture::new(5, 3, |_, _| [0x10, 0x80, 0xff]);
    let photo_column = photo(1, 7);
    let photo_row = photo(7, 1);
    let wild =
        Picture::new(6, 5, |x, y| [x * 97 + y * 13, x * 201 + y * 77, x * 5 + y * 251].map(|v| v as u8));
    vec![
        one.vector("solid", 0, &[0x10, 0x80, 0xff]),
        one.vector("palette of one colour", 1, &one.indexed(&[[0x10, 0x80, 0xff]], 1)),
        two.vector("palette 1, rows end inside of a byte", 1, &two.indexed(&two_palette, 1)),
        two.vector("palette 1, bits behind the last pixel are set", 1, &dirty),
        few(3, 5, 2).vector("palette 2, three colours", 2, &few(3, 5, 2).indexed(&greys[..3], 2)),
        few(4, 8, 2).vector("palette 2, four colours", 2, &few(4, 8, 2).indexed(&greys[..4], 2)),
        few(16, 3, 7).vector("palette 4", 3, &few(16, 3, 7).indexed(&greys[..16], 4)),
        few(2, 3, 2).vector("palette 8 where one bit would do", 4, &few(2, 3, 2).indexed(&greys[..2], 8)),
        few(256, 20, 15).vector("palette 8, all colours named", 4, &few(256, 20, 15).indexed(&greys, 8)),
        wild.vector("plain", 5, &wild.plain()),
        wild.vector("predicted, wild", 6, &wild.predicted()),
        photo(8, 6).vector("predicted, soft", 6, &photo(8, 6).predicted()),
        photo_column.vector("predicted, one column", 6, &photo_column.predicted()),
        photo_row.vector("predicted, one row", 6, &photo_row.predicted()),
    ]
}

fn squeezed() -> Vec<Vector> {
    let (tile, edge, part) = (text(64, 64), photo(64, 56), text(13, 21));
    let palette = text_palette();
    let two =
        Picture::new(64, 24, |x, y| [[0, 0, 0], [255, 255, 255]][usize::from((x / 5 + y / 3) % 4 == 0)]);
    let plain = |picture: &Picture, body: &[u8], name, layout: u8| {
        picture.vector(name, layout | ZSTD, &zstd_frame(body, true))
    };
    vec![
        plain(&two, &two.indexed(&[[0, 0, 0], [255, 255, 255]], 1), "palette 1, zstd", 1),
        plain(&tile, &tile.indexed(&palette, 8), "palette 8, zstd, a whole tile", 4),
        plain(&part, &part.plain(), "plain, zstd", 5),
        plain(&edge, &edge.predicted(), "predicted, zstd, a tile at the edge", 6),
    ]
}

/// Tiles of a page, as an encoder codes them that makes a dictionary of the page at once.
fn with_dictionaries() -> Vec<Vector> {
    let page = |x: usize, y: usize| {
        let letter = (x / 9 * 5 + y / 14 * 3 + x / 9 * (y / 14)) % 29;
        let (x, y) = (x % 9, y % 14);
        match (x * letter / 7 + y * (letter % 5) + x * y) % 7 {
            0 | 1 if x < 7 && y < 11 => [0x20, 0x28, 0x30],
            2 if x < 7 && y < 11 => [0x60 + letter as u8, 0x70, 0x80],
            _ => [0xf0, 0xf4, 0xf8],
        }
    };
    let (columns, rows) = (12, 8);
    let picture = Picture::new(64 * columns, 64 * rows - 20, page);
    let operations = operations(&picture);
    let dictionary = operations.iter().find_map(|operation| match operation {
        Operation::Dictionary(dictionary) => Some(hex(&dictionary.payload)),
        _ => None,
    });
    let tiles = operations.iter().filter_map(|operation| match operation {
        Operation::Tile(tile) if tile.dictionary.is_some() => Some(tile),
        _ => None,
    });
    let tiles: Vec<_> = tiles.step_by(columns * 3 + 5).collect();
    assert!(dictionary.is_some() && 1 < tiles.len(), "a page is worth a dictionary");
    let vectors = tiles.into_iter().map(|tile| {
        let place = usize::from(tile.index.to_wire());
        let (left, top) = (place % columns * 64, place / columns * 64);
        let height = (64 * rows - 20 - top).min(64);
        let part = Picture::new(64, height, |x, y| page(left + x, top + y));
        let name = format!("traced, tile {place} of a page with a dictionary");
        Vector { dictionary: dictionary.clone(), ..part.vector(&name, TRACED, &tile.payload) }
    });
    let plain = text(24, 12);
    let unused =
        Vector { dictionary: dictionary.clone(), ..plain.vector("plain, a dictionary", 5, &plain.plain()) };
    vectors.chain([unused]).collect()
}

/// What our own decoder makes of a body; `None` where it is none.
fn decoded(name: &str, coding: u8, (width, height): (usize, usize), body: &[u8]) -> Option<Vector> {
    let size = Size::new(width as u32, height as u32);
    let pixels = Decoder::default().decode(Coding(coding), None, body, size).ok()?.to_vec();
    let picture = Picture::new(width, height, |x, y| {
        let at = (y * width + x) * 4;
        [pixels[at], pixels[at + 1], pixels[at + 2]]
    });
    Some(picture.vector(name, coding, body))
}

/// Any bytes, from a seed.
fn noise(seed: u32, length: u32) -> Vec<u8> {
    (0..length).map(|at| (at * at * 151 + at * 29 + seed) as u8).collect()
}

fn traced() -> Vec<Vector> {
    let two = Picture::new(64, 24, |x, y| [[9, 0, 0], [255; 3]][usize::from((x / 5 + y / 3) % 4 == 0)]);
    let busy = Picture::new(40, 25, |x, y| {
        let color = (x / 2 * 7 + y / 3 * 5) % 60;
        [color * 83 % 251, color * 157 % 253, color * 31 % 241].map(|value| value as u8)
    });
    let encoded = |name, picture: &Picture| picture.vector(name, TRACED, &encoded(picture, TRACED));
    // Some bytes name more colours than there may be, or end before all are read: others are taken then.
    let any = |name, size, length| {
        let found = (0..200).find_map(|seed| decoded(name, TRACED, size, &noise(seed, length)));
        found.expect("one of many is a body")
    };
    vec![
        encoded("traced, text on a whole tile", &text(64, 64)),
        encoded("traced, text with odd sides", &text(61, 35)),
        encoded("traced, two colours", &two),
        encoded("traced, many colours", &busy),
        encoded("traced, a column", &text(1, 40)),
        any("traced, nothing", (7, 5), 0),
        any("traced, any bytes", (64, 64), 40),
        any("traced, any more bytes", (33, 17), 150),
    ]
}

fn photographs() -> Vec<Vector> {
    let coded =
        |name, width, height, body: &[u8]| decoded(name, PHOTO, (width, height), body).expect("a body");
    // Any bytes behind the scale are coefficients, the largest and wildest among them.
    let noise = |scale: u8, length| [&[scale], &noise(71, length)[..]].concat();
    let photographed = |width, height| encoded(&photo(width, height), PHOTO);
    vec![
        coded("photo, a whole tile", 64, 64, &photographed(64, 64)),
        coded("photo, odd sides", 61, 35, &photographed(61, 35)),
        coded("photo, nothing but a scale", 9, 9, &[16]),
        coded("photo, any bytes, finest", 64, 64, &noise(0, 120)),
        coded("photo, any bytes, coarsest", 33, 17, &noise(255, 24)),
    ]
}

/// What the encoder makes of a picture.
fn operations(wanted: &Picture) -> Vec<Operation> {
    let size = Size::new(wanted.width as u32, (wanted.colors.len() / wanted.width) as u32);
    let mut picture = frame::Picture::new(size).expect("small enough");
    for (pixel, color) in picture.pixels_mut().chunks_exact_mut(4).zip(&wanted.colors) {
        pixel[..3].copy_from_slice(color);
    }
    let mut encoder = Encoder::new(extent(picture.size()));
    encoder.encode(&picture.frame(), &[], now()).expect("the right size")
}

/// The same for a picture of one tile, in the coding that it should choose.
fn encoded(wanted: &Picture, coding: u8) -> Vec<u8> {
    match &operations(wanted)[..] {
        [Operation::Tile(tile)] if tile.coding == Coding(coding) => tile.payload.to_vec(),
        other => panic!("{other:?} has another coding"),
    }
}

pub(crate) fn refused() -> Vec<Vector> {
    let picture = Picture::new(4, 4, |x, _| [[0; 3], [255; 3]][x % 2]);
    let plain = picture.plain();
    let indexed = picture.indexed(&[[0; 3], [255; 3]], 8);
    let packed = picture.indexed(&[[0; 3], [255; 3]], 1);
    let frame = zstd_frame(&indexed, true);
    let magic = [&[0x28, 0xb5, 0x2f, 0xfd], &frame[..]].concat();
    let four = picture.indexed(&greys(2).into_iter().chain([[0; 3], [255; 3]]).collect::<Vec<_>>(), 8);
    let payloads: Vec<(&str, u8, Vec<u8>)> = vec![
        ("unknown layout", 9, plain.clone()),
        ("traced with zstd", TRACED | ZSTD, frame.clone()),
        ("traced, bytes left over", TRACED, vec![0xa5; 200]),
        ("traced, too long", TRACED, vec![0; 24_577]),
        ("photo with zstd", PHOTO | ZSTD, frame.clone()),
        ("photo, empty", PHOTO, vec![]),
        ("photo, bytes left over", PHOTO, [&[16][..], &[0xff; 200]].concat()),
        ("photo, too long", PHOTO, vec![0; 12_289]),
        ("unknown layout with zstd", 0xff, frame.clone()),
        ("solid with zstd", ZSTD, zstd_frame(&[1, 2, 3], true)),
        ("solid, too short", 0, vec![1, 2]),
        ("solid, too long", 0, vec![1, 2, 3, 4]),
        ("palette 1, empty", 1, vec![]),
        ("palette 1 with 4 colours", 1, [&four[..13], &[0; 4]].concat()),
        ("palette 1, ends in its palette", 1, packed[..5].to_vec()),
        ("palette 1, ends in its indices", 1, packed[..packed.len() - 1].to_vec()),
        ("palette 1, a byte too much", 1, [&packed[..], &[0]].concat()),
        ("palette 2, an index outside", 2, [&[2], &[9; 9][..], &[0x55, 0x55, 0x57, 0x55]].concat()),
        ("palette 4 with 17 colours", 3, [&[16], &[1; 51][..], &[0; 8]].concat()),
        ("palette 8, an index outside", 4, [&indexed[..indexed.len() - 1], &[2]].concat()),
        ("plain, too short", 5, plain[..47].to_vec()),
        ("plain, too long", 5, [&plain[..], &[0]].concat()),
        ("predicted, too short", 6, plain[..47].to_vec()),
        ("predicted, empty", 6, vec![]),
        ("zstd, empty", 4 | ZSTD, vec![]),
        ("zstd, no frame", 4 | ZSTD, vec![0xaa; 20]),
        ("zstd, with its magic number", 4 | ZSTD, magic),
        ("zstd, ends early", 4 | ZSTD, frame[..frame.len() - 1].to_vec()),
        ("zstd, a byte too much", 4 | ZSTD, [&frame[..], &[0]].concat()),
        ("zstd, size not stated", 4 | ZSTD, zstd_frame(&indexed, false)),
        ("zstd, more than the layout can need", 5 | ZSTD, zstd_frame(&[0; 20_000], true)),
        ("zstd, less than the pixels need", 5 | ZSTD, zstd_frame(&plain[..45], true)),
        (
            "zstd, the body has an index outside",
            4 | ZSTD,
            zstd_frame(&[&[0; 4][..], &[1; 16]].concat(), true),
        ),
    ];
    let vector = |(name, coding, payload): (&str, u8, Vec<u8>)| Vector {
        pixels: None,
        error: true,
        ..picture.vector(name, coding, &payload)
    };
    payloads.into_iter().map(vector).collect()
}
