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
fn a_dictionary_that_never_came_is_missed_by_traced_pixels_alone() {
    let id = DictionaryId::from_wire(1);
    let refused = decode_with(Layout::Traced.coding(false), Some(id), &[]);
    assert_eq!(refused, Err(PayloadError::NoDictionary(id)));
    assert_eq!(decode_with(Layout::Solid.coding(false), Some(id), &[1, 2, 3]), Ok(4));
}

fn decode_with(
    coding: Coding,
    dictionary: Option<DictionaryId>,
    payload: &[u8],
) -> Result<usize, PayloadError> {
    Decoder::default().decode(coding, dictionary, payload, Size::new(1, 1)).map(<[u8]>::len)
}

#[test]
fn a_dictionary_that_cannot_be_read_is_refused_and_takes_the_place_of_the_old_one() {
    let id = DictionaryId::from_wire(0);
    let mut decoder = Decoder::default();
    // A picture of one pixel without any bytes is one of some colour.
    let picture = [0, 0, 0, 0];
    assert_eq!(decoder.put_dictionary(id, &[picture, picture].concat()), Ok(()));
    let traced = Layout::Traced.coding(false);
    assert!(decoder.decode(traced, Some(id), &[], Size::new(1, 1)).is_ok());
    let left_over = [&[0, 0, 20, 0][..], &[9; 20]].concat();
    let damaged: [&[u8]; 5] = [&picture[..3], &[0, 0, 1, 0], &[64, 63, 0, 0], &left_over, &[0; 4 * 33]];
    for bytes in damaged {
        assert!(decoder.put_dictionary(id, bytes).is_err(), "{bytes:?}");
        let missed = decoder.decode(traced, Some(id), &[], Size::new(1, 1)).map(<[u8]>::len);
        assert_eq!(missed, Err(PayloadError::NoDictionary(id)));
    }
    let beyond = DictionaryId::from_wire(4);
    assert_eq!(decoder.put_dictionary(beyond, &picture), Err(PayloadError::NoDictionary(beyond)));
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
        coding in prop_oneof![any::<u8>(), 0..9_u8, 0x81..0x87_u8],
        payload in payload(),
        (width, height) in (0..66_u32, 0..66_u32),
        dictionary in any::<bool>(),
        taught in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut decoder = Decoder::default();
        let head = [63, 9, taught.len() as u8, 0];
        let _ = decoder.put_dictionary(DictionaryId::from_wire(3), &[&head, &taught[..]].concat());
        let dictionary = dictionary.then_some(DictionaryId::from_wire(3));
        let size = Size::new(width, height);
        if let Ok(pixels) = decoder.decode(Coding(coding), dictionary, &payload, size) {
            prop_assert_eq!(pixels.len() as u64, size.area() * 4);
        }
    }
}
