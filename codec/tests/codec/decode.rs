//! Payloads from a peer.

use codec::{Decoder, Layout, PayloadError};
use frame::Size;
use proptest::prelude::*;
use wire::DictionaryId;
use wire::screen::Coding;

fn decode(coding: Coding, payload: &[u8], size: Size) -> Result<Vec<u8>, PayloadError> {
    Decoder::default().decode(coding, None, payload, size).map(<[u8]>::to_vec)
}

#[test]
fn nothing_larger_than_a_tile_is_decoded() {
    for size in [Size::new(65, 1), Size::new(1, 65), Size::new(0, 4), Size::new(u32::MAX, u32::MAX)] {
        let refused = decode(Layout::Solid.coding(false), &[1, 2, 3], size);
        assert_eq!(refused, Err(PayloadError::Size(size)));
    }
}

#[test]
fn a_dictionary_that_never_came_is_missed() {
    let id = DictionaryId::from_wire(1);
    let mut decoder = Decoder::default();
    // The head of a frame with one byte of content, and an empty last block: enough to come to the dictionary.
    let payload = [0x20, 0x01, 0x01, 0x00, 0x00];
    let coding = Layout::Plain.coding(true);
    let refused = decoder.decode(coding, Some(id), &payload, Size::new(1, 1)).map(<[u8]>::len);
    assert_eq!(refused, Err(PayloadError::NoDictionary(id)));
}

#[test]
fn a_dictionary_that_cannot_be_read_is_refused_and_replaces_the_old_one() {
    let id = DictionaryId::from_wire(0);
    let mut decoder = Decoder::default();
    assert_eq!(decoder.put_dictionary(id, b"raw bytes are always a dictionary"), Ok(()));
    let damaged = [0x37, 0xa4, 0x30, 0xec, 1, 2, 3, 4, 5, 6, 7, 8];
    assert_eq!(decoder.put_dictionary(id, &damaged), Err(PayloadError::NoDictionary(id)));
    let beyond = DictionaryId::from_wire(4);
    assert_eq!(decoder.put_dictionary(beyond, b"raw"), Err(PayloadError::NoDictionary(beyond)));
}

/// Bytes that are often a palette, a plain body or a frame, and often not.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let frame = prop::collection::vec(0..4_u8, 0..200).prop_map(|body| {
        let mut frame = zstd::bulk::compress(&body, 1).expect("room enough");
        frame.split_off(4)
    });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..900), prop::collection::vec(0..3_u8, 0..80), frame]
}

proptest! {
    #[test]
    fn any_bytes_decode_or_fail_but_never_panic(
        coding in prop_oneof![any::<u8>(), 0..7_u8, 0x81..0x87_u8],
        payload in payload(),
        (width, height) in (0..66_u32, 0..66_u32),
        dictionary in any::<bool>(),
    ) {
        let mut decoder = Decoder::default();
        decoder.put_dictionary(DictionaryId::from_wire(3), &[2; 50]).expect("a raw dictionary");
        let dictionary = dictionary.then_some(DictionaryId::from_wire(3));
        let size = Size::new(width, height);
        if let Ok(pixels) = decoder.decode(Coding(coding), dictionary, &payload, size) {
            prop_assert_eq!(pixels.len() as u64, size.area() * 4);
        }
    }
}
