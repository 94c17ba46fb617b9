//! Pages of text teach what the next ones begin with.

use codec::{Encoder, Painter};
use frame::{PIXEL_BYTES, Picture, Rect, Size};
use wire::screen::Operation;
use wire::{DictionaryId, Epoch};

use super::paint::update_of;
use super::pictures::{assert_same, black, extent, now};

const SIZE: Size = Size::new(1024, 640);
const LETTER: Size = Size::new(9, 14);
const EPOCH: u64 = 3;

/// A page in a font and colours of its own: letters in rows, other ones in each text.
fn page(font: u32, text: u32) -> Picture {
    let paper = [0xf0 - font as u8 * 9, 0xe8, 0xd0 + font as u8 % 6 * 7, 0];
    let ink = |share: u8| [0x20 + share, 0x28 + font as u8 * 11, 0x30 + share, 0];
    let mut page = black(SIZE);
    for (y, row) in (0..).zip(page.rows_mut(Rect::of(SIZE))) {
        for (x, pixel) in (0..).zip(row.as_chunks_mut::<PIXEL_BYTES>().0) {
            let (column, line) = (x / LETTER.width, y / LETTER.height);
            let letter = (column * 5 + line * 3 + column * line + text * 7 * (column + 2 * line)) % 29;
            let (x, y) = (x % LETTER.width, y % LETTER.height);
            let is_inside = x < LETTER.width - 2 && y < LETTER.height - 3;
            *pixel = match (x * letter / 7 + y * ((letter + font) % 5) + x * y * (1 + font % 3)) % 7 {
                0 | 1 if is_inside => ink(0),
                2 if is_inside => ink(0x40 + letter as u8),
                _ => paper,
            };
        }
    }
    page
}

/// An encoder and who sees what it gives.
struct Pair {
    encoder: Encoder,
    painter: Painter,
    dictionaries: Vec<DictionaryId>,
}

impl Pair {
    fn new() -> Self {
        let painter = Painter::new(Epoch::from_wire(EPOCH), extent(SIZE));
        Self { encoder: Encoder::new(extent(SIZE)), painter, dictionaries: Vec::new() }
    }

    /// Bytes of all payloads but dictionaries, and how many tiles and patches name one.
    fn show(&mut self, picture: &Picture) -> (usize, usize) {
        let operations =
            self.encoder.encode(&picture.frame(), &[Rect::of(SIZE)], now()).expect("the right size");
        let (mut bytes, mut named) = (0, 0);
        for operation in &operations {
            let (payload, dictionary) = match operation {
                Operation::Tile(tile) => (&tile.payload, tile.dictionary),
                Operation::Patch(patch) => (&patch.payload, patch.dictionary),
                Operation::Dictionary(dictionary) => {
                    self.dictionaries.push(dictionary.id);
                    continue;
                }
                _ => continue,
            };
            bytes += payload.len();
            named += usize::from(dictionary.is_some());
        }
        assert_eq!(self.painter.paint(&update_of(EPOCH, SIZE, operations)).lost, vec![]);
        assert_same(self.painter.picture(), picture);
        (bytes, named)
    }
}

#[test]
fn a_page_of_text_comes_with_a_dictionary_and_the_next_in_its_font_takes_half_as_much() {
    let mut pair = Pair::new();
    let (first, named) = pair.show(&page(1, 1));
    assert_eq!(pair.dictionaries.len(), 1);
    assert!(100 < named, "{named} tiles name it");
    let (second, _) = pair.show(&page(1, 2));
    let (stranger, _) = Pair::new().show(&page(2, 5));
    assert!(second <= first && 2 * second < 3 * stranger, "{first}, then {second}, another {stranger}");
    assert_eq!(pair.dictionaries.len(), 1, "the font is known");
}

#[test]
fn a_dictionary_is_replaced_once_few_remembered_tiles_need_it_and_what_it_taught_is_never_used_again() {
    let mut pair = Pair::new();
    // More tiles than are remembered; then some that are known in part only.
    for font in (0..16).chain([0, 15, 3, 14]) {
        pair.show(&page(font, 1));
    }
    let count = |id| pair.dictionaries.iter().filter(|known| known.to_wire() == id).count();
    let counts = [0, 1, 2, 3].map(count);
    assert!(counts.iter().all(|count| 1 <= *count) && 6 <= counts.iter().sum::<usize>(), "{counts:?}");
}

#[test]
fn who_lost_the_dictionary_loses_what_names_it_and_gets_that_whole() {
    let mut encoder = Encoder::new(extent(SIZE));
    let mut operations = encoder.encode(&page(1, 1).frame(), &[], now()).expect("the right size");
    operations.retain(|operation| !matches!(operation, Operation::Dictionary(_)));
    let names =
        |operation: &&Operation| matches!(operation, Operation::Tile(tile) if tile.dictionary.is_some());
    let wanted = operations.iter().filter(names).count();
    let mut painter = Painter::new(Epoch::from_wire(EPOCH), extent(SIZE));
    assert_eq!(painter.paint(&update_of(EPOCH, SIZE, operations)).lost.len(), wanted);
}
