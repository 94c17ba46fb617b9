//! What is encoded is decoded to the same pixels.

use codec::{Decoder, EncodeError, EncodedTile, Encoder, Layout};
use frame::{Picture, Rect, Size};
use proptest::prelude::*;
use wire::TileIndex;

use super::pictures::{Content, black, colors, content, draw, drawn, extent};

fn encoder(size: Size) -> Encoder {
    Encoder::new(extent(size))
}

/// The layout that a tile full of this content gets.
fn layout(content: Content) -> Layout {
    let size = Size::new(64, 64);
    let tiles = encoder(size).encode(&drawn(size, content, 7).frame(), &[]).expect("the right size");
    Layout::of(tiles[0].coding).expect("a known coding").0
}

/// The colours of an encoded tile, or of the part that it covers.
fn decoded(tile: &EncodedTile, size: Size) -> Vec<[u8; 3]> {
    let pixels = Decoder::default().decode(tile.coding, tile.dictionary, &tile.payload, size).map(colors);
    pixels.expect("what is encoded can be decoded")
}

fn part(picture: &Picture, rect: Rect) -> Vec<[u8; 3]> {
    colors(&picture.frame().rows(rect).collect::<Vec<_>>().concat())
}

#[test]
fn the_layout_follows_the_content() {
    assert_eq!(layout(Content::Colors(1)), Layout::Solid);
    assert_eq!(layout(Content::Colors(2)), Layout::Palette1);
    assert_eq!(layout(Content::Colors(4)), Layout::Palette2);
    assert_eq!(layout(Content::Colors(16)), Layout::Palette4);
    assert_eq!(layout(Content::Colors(200)), Layout::Palette8);
    assert_eq!(layout(Content::Photo), Layout::Predicted);
    let size = Size::new(64, 64);
    let mut text = drawn(size, Content::Noise, 3);
    draw(&mut text, Rect::new(0, 8, 64, 56), Content::Colors(1), 1);
    let tiles = encoder(size).encode(&text.frame(), &[]).expect("the right size");
    assert_eq!(Layout::of(tiles[0].coding).map(|(layout, _)| layout), Ok(Layout::Plain));
}

#[test]
fn the_first_frame_gives_every_tile_whatever_the_damage() {
    let size = Size::new(130, 70);
    let tiles = encoder(size).encode(&black(size).frame(), &[]).expect("the right size");
    let indices: Vec<u16> = tiles.iter().map(|tile| tile.index.to_wire()).collect();
    assert_eq!(indices, [0, 1, 2, 3, 4, 5]);
    assert!(tiles.iter().all(|tile| tile.patch.is_none() && tile.payload.len() == 3));
}

#[test]
fn a_typed_letter_is_a_patch_and_the_tile_can_be_had() {
    let size = Size::new(128, 64);
    let mut encoder = encoder(size);
    let mut picture = drawn(size, Content::Photo, 1);
    encoder.encode(&picture.frame(), &[]).expect("the right size");
    let letter = Rect::new(70, 10, 8, 12);
    draw(&mut picture, letter, Content::Noise, 9);
    let tiles = encoder.encode(&picture.frame(), &[letter]).expect("the right size");
    assert_eq!(tiles.len(), 1);
    let rect = tiles[0].patch.expect("a patch");
    assert_eq!((rect.x, rect.y, rect.width, rect.height), (6, 10, 8, 12));
    assert_eq!(decoded(&tiles[0], letter.size()), part(&picture, letter));
    let whole = encoder.tile(TileIndex::from_wire(1)).expect("there is this tile");
    assert_eq!(decoded(&whole, Size::new(64, 64)), part(&picture, Rect::new(64, 0, 64, 64)));
    assert_eq!(encoder.tile(TileIndex::from_wire(2)), None);
}

#[test]
fn nothing_changed_gives_nothing() {
    let size = Size::new(300, 200);
    let picture = drawn(size, Content::Photo, 1);
    let mut encoder = encoder(size);
    encoder.encode(&picture.frame(), &[]).expect("the right size");
    assert_eq!(encoder.encode(&picture.frame(), &[Rect::of(size)]), Ok(vec![]));
}

#[test]
fn a_frame_of_another_size_is_refused() {
    let (wanted, found) = (Size::new(64, 64), Size::new(65, 64));
    let refused = encoder(wanted).encode(&black(found).frame(), &[]);
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
        let tiles = encoder.encode(&picture.frame(), &[]).expect("the right size");
        prop_assert_eq!(tiles.len(), 1);
        prop_assert!(tiles[0].payload.len() <= wire::limits::TILE_BYTES_MAX);
        prop_assert_eq!(decoded(&tiles[0], size), colors(picture.pixels()));
        prop_assert_eq!(encoder.tile(TileIndex::from_wire(0)), tiles.into_iter().next());
    }
}
