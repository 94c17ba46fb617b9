//! What coding costs in memory once all is warm: a tile takes the payload that leaves, and nothing else.

use std::time::{Duration, Instant};

use codec::Encoder;
use frame::{Picture, Rect, Size, TILE_EXTENT};
use wire::screen::{Extent, Operation};

const WIDTH: u16 = 1280;
const HEIGHT: u16 = 768;

/// Frames that warm up what is kept, and frames that are counted.
const WARM: u32 = 40;
const COUNTED: u32 = 31;

/// Allocations of a frame, and the payloads in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Count {
    allocations: u64,
    payloads: u64,
}

/// Draws a few letters, another one each time, into each of the first tiles.
fn type_into(picture: &mut Picture, tiles: u32, frame: u32) -> Vec<Rect> {
    let columns = u32::from(WIDTH) / TILE_EXTENT;
    let place = |tile: u32| (tile % columns * TILE_EXTENT, tile / columns * TILE_EXTENT);
    let mut damage = Vec::new();
    for (x, y) in (0..tiles).map(place) {
        let letter = Rect::new(x + 8, y + 16, 9, 13);
        for (row, pixels) in (0..).zip(picture.rows_mut(letter)) {
            for (column, pixel) in (0_u32..).zip(pixels.as_chunks_mut::<4>().0) {
                // No letter comes twice.
                let seed = frame * 7919 + column * 37 + row * 11 + x * 3 + y;
                let ink = seed.wrapping_mul(0x9e37_79b1) >> 29;
                *pixel = [(ink * 30) as u8, (ink * 30) as u8, (ink * 31) as u8, 0];
            }
        }
        damage.push(letter);
    }
    damage
}

/// The median of many frames in which so many tiles change.
fn count(tiles: u32) -> Count {
    let extent = Extent::new(WIDTH, HEIGHT).expect("a display");
    let mut picture = Picture::new(Size::new(WIDTH.into(), HEIGHT.into())).expect("fits");
    picture.fill(Rect::of(picture.size()), [0xff, 0xff, 0xff, 0]);
    let mut encoder = Encoder::new(extent);
    #[expect(clippy::disallowed_methods, reason = "a start for times that are made up")]
    let mut now = Instant::now();
    let mut counts = Vec::new();
    for frame in 0..WARM + COUNTED {
        let damage = type_into(&mut picture, tiles, frame);
        now += Duration::from_millis(33);
        let mut operations = Vec::new();
        let measured = allocation_counter::measure(|| {
            operations = encoder.encode(&picture.frame(), &damage, now).expect("the right size");
        });
        let has_payload = |one: &&Operation| matches!(one, Operation::Tile(_) | Operation::Patch(_));
        let payloads = operations.iter().filter(has_payload).count() as u64;
        if WARM <= frame {
            counts.push(Count { allocations: measured.count_total, payloads });
        }
    }
    counts.sort_unstable();
    counts[counts.len() / 2]
}

#[test]
fn a_tile_more_takes_the_memory_of_its_payload_and_no_other() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let (few, many) = pool.install(|| (count(40), count(160)));
    assert!(40 <= few.payloads && 160 <= many.payloads, "{few:?} {many:?}");
    assert!(few.payloads <= few.allocations, "each payload is in memory of its own: {few:?}");
    let beside = |count: Count| count.allocations - count.payloads;
    // There are two lists for each row of tiles, of which the second picture has six more, and those of the frame grow by
    // doubling. Nothing else may follow the number of tiles.
    assert!(beside(many) <= beside(few) + 2 * 6 + 10, "{few:?} {many:?}");
}
