//! Updates applied to a picture.

use std::time::Duration;

use codec::{Encoder, Layout, Painter};
use frame::{Picture, Rect, Size};
use proptest::prelude::*;
use wire::screen::{
    Based, Coding, CopyArea, Dictionary, EXACT, Extent, Header, Operation, PatchTile, PixelRect, Reuse, Tile,
    TileRect, Update, VideoEnd,
};
use wire::{DictionaryId, Epoch, RenditionId, SessionId, Slot, TileIndex, Version};

use super::pictures::{Content, assert_same, content, draw, drawn, extent, now};

const SIZE: Size = Size::new(150, 100);
const EPOCH: Epoch = Epoch::from_wire(5);
const NONE: [u16; 0] = [];

pub(crate) fn update_of(epoch: u64, size: Size, operations: Vec<Operation>) -> Update {
    let header = Header {
        session: SessionId::from_wire(1),
        rendition: RenditionId::from_wire(4),
        epoch: Epoch::from_wire(epoch),
        extent: extent(size),
        number: 1,
        after: 0,
        captured_us: 0,
        newest: Version::from_wire(1 << 20),
        inputs: Vec::new(),
    };
    Update { header, operations }
}

fn update(operations: Vec<Operation>) -> Update {
    update_of(EPOCH.to_wire(), SIZE, operations)
}

fn painter() -> Painter {
    Painter::new(EPOCH, extent(SIZE))
}

fn based(version: u32) -> Based {
    Based { version: Version::from_wire(version), base: Version::from_wire(version - 1) }
}

fn solid(index: u16, version: u32, color: u8) -> Tile {
    Tile {
        index: TileIndex::from_wire(index),
        version: Version::from_wire(version),
        quality: EXACT,
        coding: Layout::Solid.coding(false),
        dictionary: None,
        keep: None,
        payload: vec![color; 3].into(),
    }
}

fn damaged(index: u16, version: u32) -> Tile {
    Tile { payload: vec![1].into(), ..solid(index, version, 0) }
}

fn copy(version: u32, from: (u16, u16), to: Rect) -> Operation {
    let [x, y, width, height] = [to.x, to.y, to.width, to.height].map(|side| side as u16);
    let to = PixelRect { x, y, width, height };
    Operation::Copy(CopyArea { based: based(version), from_x: from.0, from_y: from.1, to })
}

fn patch(index: u16, version: u32, color: u8) -> Operation {
    Operation::Patch(PatchTile {
        based: based(version),
        index: TileIndex::from_wire(index),
        rect: TileRect { x: 1, y: 2, width: 3, height: 4 },
        coding: Layout::Solid.coding(false),
        dictionary: None,
        payload: vec![color; 3].into(),
    })
}

fn reuse(index: u16, version: u32, slot: u16) -> Operation {
    let (index, version) = (TileIndex::from_wire(index), Version::from_wire(version));
    Operation::Reuse(Reuse { index, version, slot: Slot::from_wire(slot) })
}

/// A painter that shows a picture, all tiles at version 1.
fn showing(picture: &Picture) -> Painter {
    let mut painter = painter();
    let mut encoder = Encoder::new(extent(SIZE));
    let mut tiles = encoder.encode(&picture.frame(), &[], now()).expect("the right size");
    tiles.extend(encoder.refine(now() + Duration::from_secs(1), usize::MAX));
    assert_eq!(painter.paint(&update(tiles)).lost, []);
    painter
}

fn lost(painter: &mut Painter, operations: Vec<Operation>) -> Vec<u16> {
    painter.paint(&update(operations)).lost.iter().map(|index| index.to_wire()).collect()
}

fn blue_at(painter: &Painter, x: u32, y: u32) -> Option<u8> {
    painter.picture().frame().pixel(frame::Point::new(x, y)).map(|pixel| pixel[0])
}

#[test]
fn copies_read_the_picture_before_the_update_even_where_areas_overlap() {
    let before = drawn(SIZE, Content::Noise, 1);
    let mut painter = showing(&before);
    let scroll = copy(2, (0, 10), Rect::new(0, 0, 150, 60));
    let aside = copy(2, (20, 0), Rect::new(0, 60, 130, 40));
    let painted = painter.paint(&update(vec![scroll, aside]));
    assert_eq!(painted.lost, []);
    let mut wanted = before.clone();
    let mut shift = |from: Rect, to: Rect| {
        let rows: Vec<&[u8]> = before.frame().rows(from).collect();
        assert!(wanted.write(to, &rows.concat()));
    };
    shift(Rect::new(0, 10, 150, 60), Rect::new(0, 0, 150, 60));
    shift(Rect::new(20, 0, 130, 40), Rect::new(0, 60, 130, 40));
    assert_same(painter.picture(), &wanted);
}

#[test]
fn what_is_older_than_the_picture_is_left_out_tile_by_tile() {
    let mut painter = showing(&drawn(SIZE, Content::Noise, 1));
    painter.paint(&update(vec![Operation::Tile(solid(1, 9, 50))]));
    let older = vec![
        copy(5, (0, 0), Rect::new(0, 64, 150, 36)),
        Operation::Tile(solid(0, 6, 60)),
        Operation::Tile(solid(1, 6, 60)),
        patch(1, 7, 70),
    ];
    let tile_1 = |painter: &Painter| blue_at(painter, 65, 2);
    assert_eq!(lost(&mut painter, older), [4], "a copy from what is newer than its base");
    assert_eq!((blue_at(&painter, 0, 0), tile_1(&painter)), (Some(60), Some(50)));
    assert_eq!(painter.counters().outdated, 2);
    painter.paint(&update(vec![Operation::Tile(Tile { quality: 9, ..solid(1, 9, 80) })]));
    assert_eq!(tile_1(&painter), Some(50), "a worse one of the same version");
}

#[test]
fn a_copy_leaves_out_a_tile_that_shows_its_version_with_the_patches_upon_it() {
    let mut painter = showing(&drawn(SIZE, Content::Noise, 1));
    // Who lagged got the last version of one tile alone: what a copy and a patch upon it made of it.
    painter.paint(&update(vec![Operation::Tile(solid(0, 2, 90))]));
    let outdated = painter.counters().outdated;
    // The copy for his other tiles is the same for everybody, and names this tile, too.
    let painted = painter.paint(&update(vec![copy(2, (0, 36), Rect::new(0, 0, 128, 64))]));
    assert_eq!(painted.lost, []);
    assert_eq!(blue_at(&painter, 2, 3), Some(90));
    assert_eq!(painter.counters().outdated, outdated + 1);
}

#[test]
fn what_builds_on_a_lost_tile_is_lost_until_a_whole_one_comes() {
    let mut painter = showing(&drawn(SIZE, Content::Noise, 1));
    assert_eq!(lost(&mut painter, vec![Operation::Tile(damaged(0, 2))]), [0]);
    assert_eq!(painter.held(TileIndex::from_wire(0)), None);
    assert_eq!(lost(&mut painter, vec![patch(0, 3, 1)]), [0]);
    let partly = copy(4, (0, 0), Rect::new(32, 0, 64, 20));
    assert_eq!(lost(&mut painter, vec![partly]), [0, 1]);
    assert_eq!(lost(&mut painter, vec![Operation::Tile(solid(0, 3, 1)), patch(0, 4, 2)]), NONE);
    assert_eq!(blue_at(&painter, 1, 2), Some(2));
}

#[test]
fn a_tile_of_which_one_copy_failed_is_lost_although_another_did_not() {
    let mut painter = showing(&drawn(SIZE, Content::Noise, 1));
    lost(&mut painter, vec![Operation::Tile(damaged(5, 2))]);
    let good = copy(3, (0, 0), Rect::new(64, 0, 32, 64));
    let bad = copy(3, (128, 64), Rect::new(96, 0, 22, 36));
    assert_eq!(lost(&mut painter, vec![good, bad]), [1]);
    assert_eq!(painter.held(TileIndex::from_wire(1)), None);
}

#[test]
fn a_patch_follows_a_copy_of_the_same_version() {
    let mut painter = showing(&drawn(SIZE, Content::Noise, 1));
    let operations = vec![copy(2, (64, 0), Rect::new(0, 0, 64, 64)), patch(0, 2, 77)];
    assert_eq!(lost(&mut painter, operations), NONE);
    assert_eq!(blue_at(&painter, 1, 2), Some(77));
}

#[test]
fn copies_that_do_not_come_first_or_write_more_than_the_picture_are_lost() {
    let mut painter = showing(&drawn(SIZE, Content::Noise, 1));
    let late = vec![Operation::Tile(solid(0, 2, 1)), copy(2, (0, 0), Rect::new(130, 70, 5, 5))];
    assert_eq!(lost(&mut painter, late), [5]);
    let mut painter = showing(&drawn(SIZE, Content::Noise, 1));
    let whole = || copy(2, (0, 0), Rect::of(SIZE));
    assert_eq!(lost(&mut painter, vec![whole(), whole()]), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn kept_tiles_come_back_at_any_place_of_their_size() {
    let mut painter = painter();
    let keep = Tile { keep: Some(Slot::from_wire(7)), ..solid(0, 1, 33) };
    assert_eq!(lost(&mut painter, vec![Operation::Tile(keep), reuse(1, 2, 7)]), NONE);
    assert_eq!(blue_at(&painter, 100, 50), Some(33));
    assert_eq!(
        lost(&mut painter, vec![reuse(5, 2, 7), reuse(2, 2, 8)]),
        [2, 5],
        "another size, an empty slot"
    );
    let outdated = Tile { keep: Some(Slot::from_wire(8)), version: Version::from_wire(1), ..solid(1, 1, 44) };
    lost(&mut painter, vec![Operation::Tile(outdated), reuse(0, 3, 8)]);
    assert_eq!((blue_at(&painter, 0, 0), blue_at(&painter, 100, 50)), (Some(44), Some(33)));
}

#[test]
fn a_new_epoch_or_size_begins_black_without_slots() {
    let mut painter = painter();
    let keep = Tile { keep: Some(Slot::from_wire(0)), ..solid(0, 1, 33) };
    painter.paint(&update(vec![Operation::Tile(keep)]));
    let again = painter.paint(&update_of(6, SIZE, vec![reuse(0, 1, 0)]));
    assert_eq!(again.damage.rects(), [Rect::of(SIZE)]);
    assert_eq!(again.lost, [TileIndex::from_wire(0)]);
    assert_eq!(blue_at(&painter, 0, 0), Some(0));
    painter.paint(&update_of(6, Size::new(20, 10), vec![]));
    assert_eq!(painter.picture().size(), Size::new(20, 10));
    assert_eq!(painter.counters().tiles, 1);
}

#[test]
fn video_is_counted_and_left_out() {
    let mut painter = painter();
    let end = Operation::VideoEnd(VideoEnd { id: 1, version: Version::from_wire(1) });
    assert_eq!(lost(&mut painter, vec![end]), NONE);
    assert_eq!(painter.counters().video, 1);
}

/// Operations with fields of any value that the wire lets through, most of them senseless.
fn any_operation() -> impl Strategy<Value = Operation> {
    let payload = prop_oneof![
        Just(vec![1, 2, 3]),
        prop::collection::vec(any::<u8>(), 0..40),
        Just(vec![0; 64 * 64 * 3]),
    ];
    let places = (any::<u8>(), 0..8_u16, 1..6_u32, 0..5_u16, payload);
    let area = (0..160_u16, 0..160_u16, 0..160_u16, 0..160_u16, 1..160_u16, 1..160_u16);
    (0..5_u8, places, area).prop_map(|(kind, (coding, index, version, slot, payload), area)| {
        let (from_x, from_y, x, y, width, height) = area;
        let coding = Coding(coding & 0x8f);
        let dictionary = (slot == 0).then_some(DictionaryId::from_wire(1));
        let to = PixelRect { x, y, width, height };
        let small = |length: u16| length.clamp(1, 255) as u8;
        let rect = TileRect { x: small(x) - 1, y: small(y) - 1, width: small(width), height: small(height) };
        let (index, based) = (TileIndex::from_wire(index), based(version + 1));
        match kind {
            0 => Operation::Copy(CopyArea { based, from_x, from_y, to }),
            1 => Operation::Patch(PatchTile {
                based,
                index,
                rect,
                coding,
                dictionary,
                payload: payload.into(),
            }),
            2 => reuse(index.to_wire(), version, slot),
            3 => {
                Operation::Dictionary(Dictionary { id: DictionaryId::from_wire(1), payload: payload.into() })
            }
            _ => Operation::Tile(Tile {
                coding,
                dictionary,
                keep: Some(Slot::from_wire(slot)),
                payload: payload.into(),
                ..solid(index.to_wire(), version, 0)
            }),
        }
    })
}

proptest! {
    #[test]
    fn the_painter_shows_what_the_encoder_has(
        first in content(),
        changes in prop::collection::vec((content(), 0..150_u32, 0..100_u32, 1..150_u32, 1..100_u32), 1..6),
        seed in any::<u32>(),
    ) {
        let mut picture = drawn(SIZE, first, seed);
        let mut encoder = Encoder::new(extent(SIZE));
        let mut painter = painter();
        for (version, (content, x, y, width, height)) in (1..).zip(changes) {
            let rect = Rect::new(x, y, width, height);
            draw(&mut picture, rect, content, seed ^ version);
            let operations = encoder.encode(&picture.frame(), &[rect], now()).expect("the right size");
            prop_assert_eq!(painter.paint(&update(operations)).lost, vec![]);
            let refined = encoder.refine(now() + Duration::from_secs(1), usize::MAX);
            prop_assert_eq!(painter.paint(&update(refined)).lost, vec![]);
            assert_same(encoder.picture(), &picture);
            assert_same(painter.picture(), &picture);
        }
    }

    #[test]
    fn no_update_makes_the_painter_panic(
        updates in prop::collection::vec(prop::collection::vec(any_operation(), 0..12), 1..4),
        (width, height) in (1..200_u16, 1..200_u16),
    ) {
        let mut painter = Painter::new(EPOCH, Extent::new(width, height).expect("small enough"));
        for operations in updates {
            let size = Size::new(u32::from(width), u32::from(height));
            let painted = painter.paint(&update_of(EPOCH.to_wire(), size, operations));
            prop_assert!(painted.damage.rects().iter().all(|&rect| Rect::of(size).covers(rect)));
            for &index in &painted.lost {
                prop_assert!(extent(size).grid().has(index));
            }
        }
    }
}
