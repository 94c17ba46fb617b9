//! The codec on recorded desktops, stage by stage: comparing, finding moves, encoding a tile and whole frames,
//! decoding a tile, painting. What is timed is checked outside of the timed part.

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Instant;

use benches::{CLIPS, EPOCH, RecordedFrame, clip, update};
use codec::damage::{self, Change};
use codec::moves::Mover;
use codec::{Decoder, Encoder, Painter};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use frame::{Grid, PIXEL_BYTES, Picture, Rect, Size};
use wire::TileIndex;
use wire::screen::{Extent, Operation, Tile, Update};

/// A full HD frame in which nothing changed, beside comparing the same bytes at once.
fn unchanged(c: &mut Criterion) {
    let size = Size::new(1920, 1080);
    let bytes = (0..size.area() * 4).map(|at| (at ^ at >> 9) as u8).collect();
    let before = Picture::from_pixels(size, bytes).expect("as many bytes as pixels need");
    let after = before.clone();
    let mut group = c.benchmark_group("codec/unchanged-1080p");
    group.throughput(Throughput::Bytes(before.pixels().len() as u64));
    group.bench_function("memcmp", |b| b.iter(|| black_box(after.pixels()) == black_box(before.pixels())));
    group.bench_function("damage", |b| {
        b.iter(|| damage::find(&black_box(&after).frame(), black_box(&before), &[Rect::of(size)]));
    });
    assert_eq!(damage::find(&after.frame(), &before, &[Rect::of(size)]), []);
    group.finish();
}

/// What moved between two pictures of a page that scrolls; throughput counts the pixels of the changed tiles.
fn moves(c: &mut Criterion) {
    let (_, frames) = clip("scroll").expect("the clips are committed");
    let [before, after] = [&frames[1].picture, &frames[2].picture];
    let grid = Grid::of(after.size()).expect("a recording has a grid");
    let learned = || {
        let mut mover = Mover::new(grid);
        mover.learn(before, &whole_tiles(grid));
        mover
    };
    let changes = damage::find(&after.frame(), before, &[Rect::of(after.size())]);
    let mut group = c.benchmark_group("codec/moves");
    group.throughput(Throughput::Bytes(changes.iter().map(|change| 4 * change.tile.area()).sum()));
    group.bench_function("scroll", |b| {
        // A mover that has seen the later picture finds nothing more in it.
        let find = |mover: &mut Mover| mover.find(before, black_box(after), &changes, |_| true);
        b.iter_batched_ref(learned, find, BatchSize::LargeInput);
    });
    assert!(!learned().find(before, after, &changes, |_| true).is_empty(), "the page moved");
    group.finish();
}

/// One tile of text and one of a photograph, to its payload and back.
fn tile(c: &mut Criterion) {
    let mut group = c.benchmark_group("codec/tile");
    for (kind, name) in [("text", "ide"), ("photo", "typing")] {
        let (extent, frames) = clip(name).expect("the clips are committed");
        let picture = &frames[0].picture;
        let change = richest(picture, kind == "photo");
        let (encoder, updates) = encoded(extent, &frames[..1]);
        let Some(Operation::Tile(Tile { coding, dictionary, payload, .. })) = encoder.tile(change.index)
        else {
            panic!("a whole tile is a tile");
        };
        group.throughput(Throughput::Bytes(4 * change.tile.area()));
        group.bench_function(format!("encode-{kind}"), |b| b.iter(|| encoder.tile(black_box(change.index))));
        let (mut decoder, size) = (taught(&updates), change.tile.size());
        group.bench_function(format!("decode-{kind}"), |b| {
            b.iter(|| decoder.decode(coding, dictionary, black_box(&payload), size).map(<[u8]>::len));
        });
        let decoded = decoder.decode(coding, dictionary, &payload, size).expect("its own payload");
        let wanted = picture.frame().rows(change.tile).flatten().copied().collect::<Vec<_>>();
        let colors = |pixels: &[u8]| {
            let pixels = pixels.chunks_exact(PIXEL_BYTES);
            pixels.map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect::<Vec<_>>()
        };
        assert_eq!(colors(decoded), colors(&wanted), "the tile is exact");
    }
    group.finish();
}

/// A decoder with the dictionaries of these updates.
fn taught(updates: &[Update]) -> Decoder {
    let mut decoder = Decoder::default();
    for operation in updates.iter().flat_map(|update| &update.operations) {
        if let Operation::Dictionary(dictionary) = operation {
            decoder.put_dictionary(dictionary.id, &dictionary.payload).expect("its own dictionary");
        }
    }
    decoder
}

/// The tile with the most colours of a photograph, or of drawings: those have at most 256.
fn richest(picture: &Picture, is_photo: bool) -> Change {
    let grid = Grid::of(picture.size()).expect("a recording has a grid");
    let colors = |change: &Change| {
        let rows = picture.frame().rows(change.tile);
        let colors = rows.flat_map(|row| row.chunks_exact(PIXEL_BYTES)).collect::<HashSet<_>>().len();
        if is_photo || colors <= 256 { colors } else { 0 }
    };
    whole_tiles(grid).into_iter().max_by_key(colors).expect("a picture has tiles")
}

fn whole_tiles(grid: Grid) -> Vec<Change> {
    let tile = |index: u16| {
        let (place, rect) = (TileIndex::from_usize(index.into())?, grid.rect(index)?);
        Some(Change { index: place, tile: rect, rect })
    };
    grid.indices().filter_map(tile).collect()
}

/// The frames of a clip after the first; throughput counts the pixels of the changed tiles.
fn encode(c: &mut Criterion) {
    let mut group = c.benchmark_group("codec/encode");
    for name in CLIPS {
        let (extent, frames) = clip(name).expect("the clips are committed");
        let (mut started, updates) = encoded(extent, &frames);
        group.throughput(Throughput::Bytes(changed_bytes(&updates, extent)));
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                || start(extent, &frames),
                |encoder| {
                    for frame in &frames[1..] {
                        black_box(encoder.encode(&frame.picture.frame(), &frame.damage, Instant::now()))
                            .expect("the same size");
                    }
                },
                BatchSize::LargeInput,
            );
        });
        let last = &frames[frames.len() - 1].picture.frame();
        assert_eq!(
            started.encode(last, &[Rect::of(last.size())], Instant::now()),
            Ok(vec![]),
            "the last frame was taken over"
        );
    }
    group.finish();
}

/// All updates of a clip; throughput counts the same pixels.
fn paint(c: &mut Criterion) {
    let mut group = c.benchmark_group("codec/paint");
    for name in CLIPS {
        let (extent, frames) = clip(name).expect("the clips are committed");
        let (encoder, updates) = encoded(extent, &frames);
        group.throughput(Throughput::Bytes(changed_bytes(&updates, extent)));
        let paint_all = |painter: &mut Painter| {
            for update in &updates {
                black_box(painter.paint(update));
            }
        };
        group.bench_function(name, |b| {
            b.iter_batched_ref(|| Painter::new(EPOCH, extent), paint_all, BatchSize::LargeInput);
        });
        let mut painter = Painter::new(EPOCH, extent);
        paint_all(&mut painter);
        assert_eq!(painter.counters().lost, 0);
        let wanted = damage::find(&painter.picture().frame(), encoder.picture(), &[whole(extent)]);
        assert_eq!(wanted, [], "the painted picture is the encoder's");
    }
    group.finish();
}

fn whole(extent: Extent) -> Rect {
    Rect::new(0, 0, u32::from(extent.width()), u32::from(extent.height()))
}

fn start(extent: Extent, frames: &[RecordedFrame]) -> Encoder {
    let mut encoder = Encoder::new(extent);
    encoder.encode(&frames[0].picture.frame(), &[], Instant::now()).expect("the same size");
    encoder
}

/// An encoder that saw all frames, and the updates that it gave.
fn encoded(extent: Extent, frames: &[RecordedFrame]) -> (Encoder, Vec<Update>) {
    let mut encoder = Encoder::new(extent);
    let updates = frames.iter().filter_map(|frame| {
        let operations =
            encoder.encode(&frame.picture.frame(), &frame.damage, Instant::now()).expect("the same size");
        let version = encoder.version().to_wire();
        (!operations.is_empty()).then(|| update(extent, version, operations))
    });
    let updates = updates.collect();
    (encoder, updates)
}

fn changed_bytes(updates: &[Update], extent: Extent) -> u64 {
    let area = |operation: &Operation| match operation {
        Operation::Tile(tile) => {
            extent.grid().rect(tile.index).map_or(0, |rect| u64::from(rect.width) * u64::from(rect.height))
        }
        Operation::Patch(patch) => u64::from(patch.rect.width) * u64::from(patch.rect.height),
        _ => 0,
    };
    updates.iter().skip(1).flat_map(|update| &update.operations).map(area).sum::<u64>() * 4
}

criterion_group!(benches, unchanged, moves, tile, encode, paint);
criterion_main!(benches);
