//! Which tiles count as changed.

use codec::damage::{self, Change};
use frame::{Picture, Point, Rect, Size};
use proptest::prelude::*;
use wire::TileIndex;

use super::pictures::{Content, black, content, draw, drawn};

const SIZE: Size = Size::new(200, 150);

fn set(picture: &mut Picture, at: Point, pixel: [u8; 4]) {
    picture.fill(Rect::new(at.x, at.y, 1, 1), pixel);
}

fn find(after: &Picture, before: &Picture) -> Vec<Change> {
    damage::find(&after.frame(), before, &[Rect::of(before.size())])
}

#[test]
fn one_pixel_changes_one_tile_there() {
    let before = drawn(SIZE, Content::Photo, 1);
    let mut after = before.clone();
    set(&mut after, Point::new(199, 149), [1, 2, 3, 4]);
    let index = TileIndex::from_wire(11);
    let (tile, rect) = (Rect::new(192, 128, 8, 22), Rect::new(199, 149, 1, 1));
    assert_eq!(find(&after, &before), [Change { index, tile, rect }]);
}

#[test]
fn the_byte_without_meaning_is_no_change() {
    let before = drawn(SIZE, Content::Photo, 1);
    let mut after = before.clone();
    for pixel in after.pixels_mut().chunks_exact_mut(4) {
        pixel[3] ^= 0xff;
    }
    assert_eq!(find(&after, &before), []);
}

#[test]
fn only_damaged_tiles_are_looked_at() {
    let (before, after) = (black(SIZE), drawn(SIZE, Content::Noise, 1));
    let damage = [Rect::new(70, 70, 1, 1), Rect::new(500, 500, 10, 10), Rect::default()];
    let found = damage::find(&after.frame(), &before, &damage);
    assert_eq!(found.iter().map(|change| change.index.to_wire()).collect::<Vec<_>>(), [5]);
    assert_eq!(found[0].rect, Rect::new(64, 64, 64, 64));
}

#[test]
fn a_large_picture_gives_its_changes_in_order() {
    let size = Size::new(1000, 700);
    let before = drawn(size, Content::Photo, 1);
    let after = drawn(size, Content::Noise, 2);
    let indices: Vec<u16> = find(&after, &before).iter().map(|change| change.index.to_wire()).collect();
    assert_eq!(indices, (0..16 * 11).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn changes_are_the_smallest_rectangles_around_what_differs(
        content in content(),
        seed in any::<u32>(),
        (x, y, width, height) in (0..220_u32, 0..170_u32, 0..40_u32, 0..90_u32),
    ) {
        let before = drawn(SIZE, content, seed);
        let mut after = before.clone();
        let area = Rect::new(x, y, width, height);
        draw(&mut after, area, Content::Noise, seed ^ 0x5555);
        let found = damage::find(&after.frame(), &before, &[area]);
        let color = |picture: &Picture, at| picture.frame().pixel(at).map(|[b, g, r, _]| [b, g, r]);
        let mut differing = vec![Rect::default(); 12];
        for y in 0..SIZE.height {
            for x in 0..SIZE.width {
                let at = Point::new(x, y);
                if color(&after, at) != color(&before, at) {
                    let place = &mut differing[(y / 64 * 4 + x / 64) as usize];
                    *place = place.union(Rect::new(x, y, 1, 1));
                }
            }
        }
        let expected: Vec<(usize, Rect)> =
            differing.into_iter().enumerate().filter(|(_, rect)| !rect.is_empty()).collect();
        let found: Vec<_> = found.iter().map(|change| (change.index.to_usize(), change.rect)).collect();
        prop_assert_eq!(found, expected);
    }
}
