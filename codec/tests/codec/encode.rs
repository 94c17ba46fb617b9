//! What is encoded is decoded to the same pixels.

use codec::{Decoder, EncodeError, Encoder, Layout};
use frame::{Picture, Rect, Size};
use proptest::prelude::*;
use wire::screen::{Operation, Tile};
use wire::{TileIndex, Version};

use super::pictures::{Content, black, colors, content, draw, drawn, extent, now};

fn encoder(size: Size) -> Encoder {
    Encoder::new(extent(size))
}

fn encode(encoder: &mut Encoder, picture: &Picture) -> Vec<Operation> {
    let whole = Rect::of(picture.size());
    encoder.encode(&picture.frame(), &[whole], now()).expect("the right size")
}

fn tile(operation: &Operation) -> &Tile {
    let Operation::Tile(tile) = operation else { panic!("{operation:?} is no tile") };
    tile
}

/// The layout that a tile full of this content gets.
fn layout(content: Content) -> Layout {
    let size = Size::new(64, 64);
    let operations = encode(&mut encoder(size), &drawn(size, content, 7));
    Layout::of(tile(&operations[0]).coding).expect("a known coding").0
}

/// The colours of an encoded tile.
fn decoded(tile: &Tile, size: Size) -> Vec<[u8; 3]> {
    let pixels = Decoder::default().decode(tile.coding, tile.dictionary, &tile.payload, size).map(colors);
    pixels.expect("what is encoded can be decoded")
}

fn part(picture: &Picture, rect: Rect) -> Vec<[u8; 3]> {
    colors(&picture.frame().rows(rect).collect::<Vec<_>>().concat())
}

#[test]
fn the_layout_follows_the_content() {
    assert_eq!(layout(Content::Colors(1)), Layout::Solid);
    assert_eq!(layout(Content::Colors(2)), Layout::Traced);
    assert_eq!(layout(Content::Colors(200)), Layout::Traced);
    assert_eq!(layout(Content::Photo), Layout::Photo);
    assert_eq!(layout(Content::Noise), Layout::Predicted);
    let size = Size::new(64, 64);
    let mut text = drawn(size, Content::Noise, 3);
    draw(&mut text, Rect::new(0, 8, 64, 56), Content::Colors(1), 1);
    let operations = encode(&mut encoder(size), &text);
    // Noise in an eighth of it has fewer colours than there are numbers for.
    assert_eq!(Layout::of(tile(&operations[0]).coding).map(|(layout, _)| layout), Ok(Layout::Traced));
}

#[test]
fn the_first_frame_gives_every_tile_whatever_the_damage() {
    let size = Size::new(130, 70);
    let operations = encoder(size).encode(&black(size).frame(), &[], now()).expect("the right size");
    let indices: Vec<u16> = operations.iter().map(|operation| tile(operation).index.to_wire()).collect();
    assert_eq!(indices, [0, 1, 2, 3, 4, 5]);
    assert!(operations.iter().all(|operation| tile(operation).payload.len() == 3));
}

#[test]
fn a_typed_letter_is_a_patch_and_the_tile_can_be_had() {
    let size = Size::new(128, 64);
    let mut encoder = encoder(size);
    let mut picture = drawn(size, Content::Colors(40), 1);
    encode(&mut encoder, &picture);
    let letter = Rect::new(70, 10, 8, 12);
    draw(&mut picture, letter, Content::Noise, 9);
    let operations = encoder.encode(&picture.frame(), &[letter], now()).expect("the right size");
    let [Operation::Patch(patch)] = &operations[..] else { panic!("{operations:?}") };
    assert_eq!((patch.rect.x, patch.rect.y, patch.rect.width, patch.rect.height), (6, 10, 8, 12));
    assert_eq!(patch.based.version, encoder.version());
    let pixels =
        Decoder::default().decode(patch.coding, patch.dictionary, &patch.payload, letter.size()).map(colors);
    assert_eq!(pixels, Ok(part(&picture, letter)));
    let whole = encoder.tile(TileIndex::from_wire(1)).expect("there is this tile");
    assert_eq!(tile(&whole).version, encoder.version());
    assert_eq!(decoded(tile(&whole), Size::new(64, 64)), part(&picture, Rect::new(64, 0, 64, 64)));
    let untouched = encoder.tile(TileIndex::from_wire(0)).expect("there is this tile");
    assert_eq!(tile(&untouched).version, Version::from_wire(1), "it did not change since");
    assert_eq!(encoder.tile(TileIndex::from_wire(2)), None);
}

#[test]
fn nothing_changed_gives_nothing_and_no_version() {
    let size = Size::new(300, 200);
    let picture = drawn(size, Content::Photo, 1);
    let mut encoder = encoder(size);
    encode(&mut encoder, &picture);
    assert_eq!(encode(&mut encoder, &picture), []);
    assert_eq!(encoder.version(), Version::from_wire(1));
}

#[test]
fn a_tile_that_comes_back_has_the_same_payload_in_memory() {
    let size = Size::new(64, 64);
    let (front, back) = (drawn(size, Content::Colors(30), 1), drawn(size, Content::Colors(30), 2));
    let mut encoder = encoder(size);
    let payloads =
        [&front, &back, &front].map(|picture| tile(&encode(&mut encoder, picture)[0]).payload.clone());
    assert_eq!(payloads[0].as_ptr(), payloads[2].as_ptr());
    assert_ne!(payloads[0], payloads[1]);
}

#[test]
fn a_frame_of_another_size_is_refused() {
    let (wanted, found) = (Size::new(64, 64), Size::new(65, 64));
    let refused = encoder(wanted).encode(&black(found).frame(), &[], now());
    assert_eq!(refused, Err(EncodeError::Size { wanted, found }));
}

proptest! {
    #[test]
    fn any_tile_is_decoded_to_its_colors(
        content in content(),
        seed in any::<u32>(),
        (width, height) in (1..65_u32, 1..65_u32),
    ) {
        let size = Size::new(width, height);
        let picture = drawn(size, content, seed);
        let mut encoder = encoder(size);
        encode(&mut encoder, &picture);
        let whole = encoder.tile(TileIndex::from_wire(0)).expect("there is this tile");
        prop_assert!(tile(&whole).payload.len() <= wire::limits::TILE_BYTES_MAX);
        prop_assert_eq!(decoded(tile(&whole), size), colors(picture.pixels()));
    }
}
