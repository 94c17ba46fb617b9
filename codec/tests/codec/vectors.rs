//! The golden payloads in `tests/vectors/codec`, which the console's decoder reads, too.
//!
//! `UPDATE_VECTORS=1` writes the files anew from [`super::examples`]. Otherwise what is in the files is decoded, and
//! the examples are not looked at: another zstd may find other bytes for the same pixels.

use std::fs;
use std::path::PathBuf;

use codec::Decoder;
use frame::Size;
use serde::{Deserialize, Serialize};
use wire::DictionaryId;
use wire::screen::Coding;

use super::examples;

/// A payload, and the pixels that it stands for. All bytes are written in hexadecimal digits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) coding: u8,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The dictionary that the operation names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dictionary: Option<String>,
    pub(crate) payload: String,
    /// Blue, green and red of each pixel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pixels: Option<String>,
    /// Whether a decoder must refuse it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) error: bool,
}

pub(crate) fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/codec").join(file)
}

fn vectors(file: &str, examples: impl FnOnce() -> Vec<Vector>) -> Vec<Vector> {
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&examples()).expect("vectors are plain data");
        fs::write(path(file), text + "\n").expect("the folder of vectors can be written");
    }
    let text = fs::read_to_string(path(file)).expect("UPDATE_VECTORS=1 makes the file");
    serde_json::from_str(&text).expect("a file of vectors")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
    (0..hex.len()).step_by(2).map(digits).collect()
}

/// Blue, green and red of each pixel, or why there are none.
fn decode(vector: &Vector) -> Result<Vec<u8>, codec::PayloadError> {
    let mut decoder = Decoder::default();
    let dictionary = vector.dictionary.as_ref().map(|hex| {
        let id = DictionaryId::from_wire(2);
        decoder.put_dictionary(id, &bytes(hex)).expect("a dictionary");
        id
    });
    let size = Size::new(vector.width, vector.height);
    let pixels = decoder.decode(Coding(vector.coding), dictionary, &bytes(&vector.payload), size)?;
    Ok(pixels.chunks(4).flat_map(|pixel| &pixel[..3]).copied().collect())
}

#[test]
fn golden_payloads_are_their_pixels() {
    let vectors = vectors("payloads.json", examples::payloads);
    assert!(!vectors.is_empty());
    for vector in vectors {
        let decoded = decode(&vector).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!(Some(hex(&decoded)), vector.pixels, "{}", vector.name);
    }
}

#[test]
fn damaged_payloads_are_refused() {
    let vectors = vectors("refused.json", examples::refused);
    assert!(!vectors.is_empty());
    for vector in vectors {
        assert!(vector.error && decode(&vector).is_err(), "{}", vector.name);
    }
}
