//! The codec on recorded desktops: finding what changed, encoding, painting. What is timed is checked outside
//! of the timed part.

use std::hint::black_box;

use benches::{CLIPS, EPOCH, RecordedFrame, clip, update};
use codec::{Encoder, Painter, damage};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use frame::{Picture, Rect, Size};
use wire::TileIndex;
use wire::screen::{Extent, Operation, Update};

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
                        black_box(encoder.encode(&frame.picture.frame(), &frame.damage))
                            .expect("the same size");
                    }
                },
                BatchSize::LargeInput,
            );
        });
        assert_eq!(started.tile(TileIndex::from_wire(0)).map(|tile| tile.patch), Some(None));
        let last = &frames[frames.len() - 1].picture.frame();
        assert_eq!(
            started.encode(last, &[Rect::of(last.size())]),
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
    encoder.encode(&frames[0].picture.frame(), &[]).expect("the same size");
    encoder
}

/// An encoder that saw all frames, and the updates that it gave.
fn encoded(extent: Extent, frames: &[RecordedFrame]) -> (Encoder, Vec<Update>) {
    let mut encoder = Encoder::new(extent);
    let updates = (1..).zip(frames).map(|(version, frame)| {
        let tiles = encoder.encode(&frame.picture.frame(), &frame.damage).expect("the same size");
        update(extent, version, tiles)
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

criterion_group!(benches, unchanged, encode, paint);
criterion_main!(benches);
