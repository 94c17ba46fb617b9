//! Payloads and updates at a viewer: any bytes give just the pixels asked for, or an error.

use codec::{Decoder, Painter};
use frame::Size;
use wire::DictionaryId;
use wire::Epoch;
use wire::screen::{Coding, Extent};

use crate::updates;

/// `coding u8 | width u8 | height u8 | dictionary u8 | payload`, where the payload is the picture of a dictionary, too.
pub fn payload(bytes: &[u8]) {
    let [coding, width, height, dictionary, payload @ ..] = bytes else { return };
    let mut decoder = Decoder::default();
    let id = DictionaryId::from_wire(dictionary % 8);
    let length = u16::try_from(payload.len()).unwrap_or(u16::MAX).to_le_bytes();
    let taught = [&[*height, *width], &length[..], payload].concat();
    let _ = decoder.put_dictionary(DictionaryId::from_wire(0), &taught);
    let _ = decoder.put_dictionary(DictionaryId::from_wire(1), payload);
    let size = Size::new(u32::from(width % 70), u32::from(height % 70));
    let named = (dictionary & 0x80 != 0).then_some(id);
    if let Ok(pixels) = decoder.decode(Coding(*coding), named, payload, size) {
        assert_eq!(pixels.len(), size.area() as usize * frame::PIXEL_BYTES);
    }
}

/// Any updates, one behind the other.
pub fn painter(bytes: &[u8]) {
    let Ok(extent) = Extent::new(151, 130) else { return };
    let mut painter = Painter::new(Epoch::from_wire(1), extent);
    for update in updates::of(bytes, 24).0 {
        let _ = painter.paint(&update);
        assert_eq!(painter.extent(), update.header.extent);
    }
}
