//! Pictures for tests, and what they are compared by.

use std::time::Instant;

use frame::{PIXEL_BYTES, Picture, Rect, Size};
use proptest::prelude::*;
use wire::screen::Extent;

/// What a tile can be full of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    /// This many colours, far apart, in short runs.
    Colors(u32),
    /// Soft, with some grain.
    Photo,
    /// Every pixel another.
    Noise,
}

/// Some time; only what is between two of them matters.
#[expect(clippy::disallowed_methods, reason = "a start for times that tests make up")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

pub(crate) fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        (1..300_u32).prop_map(Content::Colors),
        (1..6_u32).prop_map(Content::Colors),
        Just(Content::Photo),
        Just(Content::Noise),
    ]
}

/// A picture in which the meaningless byte is noise, too.
pub(crate) fn draw(picture: &mut Picture, rect: Rect, content: Content, seed: u32) {
    let mut random = seed | 1;
    for (y, row) in (rect.y..).zip(picture.rows_mut(rect)) {
        for (x, pixel) in (rect.x..).zip(row.chunks_exact_mut(PIXEL_BYTES)) {
            random = random.wrapping_mul(0x9e37_79b1).wrapping_add(0x7f4a_7c15).rotate_left(5);
            let color = match content {
                Content::Colors(colors) => (random >> 20) % colors * 0x01_03_07,
                Content::Photo => {
                    let [blue, green, red] =
                        [x + 90 + random % 3, y + x / 2, y + 40].map(|value| value as u8);
                    u32::from_le_bytes([blue, green, red, 0])
                }
                Content::Noise => random,
            };
            pixel.copy_from_slice(&(color ^ (random & 0xff00_0000)).to_le_bytes());
        }
    }
}

pub(crate) fn drawn(size: Size, content: Content, seed: u32) -> Picture {
    let mut picture = black(size);
    draw(&mut picture, Rect::of(size), content, seed);
    picture
}

pub(crate) fn black(size: Size) -> Picture {
    Picture::new(size).expect("small enough")
}

pub(crate) fn extent(size: Size) -> Extent {
    Extent::new(size.width as u16, size.height as u16).expect("small enough")
}

/// The three bytes of each pixel that mean something.
pub(crate) fn colors(pixels: &[u8]) -> Vec<[u8; 3]> {
    pixels.chunks_exact(PIXEL_BYTES).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}

/// Holds a picture to another one, colour by colour.
pub(crate) fn assert_same(got: &Picture, wanted: &Picture) {
    assert_eq!(got.size(), wanted.size());
    let differing = |(got, wanted): (&[u8; 3], &[u8; 3])| got != wanted;
    let (got, wanted) = (colors(got.pixels()), colors(wanted.pixels()));
    let wrong = got.iter().zip(&wanted).filter(|&pair| differing(pair)).count();
    assert_eq!(wrong, 0, "pixels with another colour");
}
