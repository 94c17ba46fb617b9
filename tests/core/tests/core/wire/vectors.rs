//! The golden vectors in `tests/vectors/wire`, which the console reads, too.
//!
//! `UPDATE_VECTORS=1` writes the files anew from [`super::examples`].

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kinds::{CONTROL, CURSOR, FROM_SHELL, INPUT, Kind, STREAM_HEADER, TO_SHELL, UPDATE};
use super::{examples, fields};

/// One file: messages of one kind.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct File {
    kind: String,
    vectors: Vec<Vector>,
}

/// One message, as bytes and as what they mean.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    name: String,
    hex: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fields: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

/// Holds the file of a kind to what encoding and decoding make of the examples.
pub(super) fn check<T: PartialEq + std::fmt::Debug>(kind: &Kind<T>, examples: Vec<(&str, T)>) {
    let vector = |(name, message): (&str, T)| {
        let bytes = (kind.encode)(&message);
        let vector = Vector {
            name: name.to_owned(),
            hex: fields::hex(&bytes),
            fields: Some((kind.describe)(&message)),
            error: None,
        };
        assert_eq!((kind.decode)(bytes), Ok(message), "{name}");
        vector
    };
    check_file(kind.name, examples.into_iter().map(vector).collect());
}

/// Holds the file of damaged messages of a kind to the errors that they are answered with.
pub(super) fn check_refusals<T: std::fmt::Debug>(kind: &Kind<T>, examples: Vec<(&str, Vec<u8>)>) {
    let vector = |(name, bytes): (&str, Vec<u8>)| {
        let hex = fields::hex(&bytes);
        let error = (kind.decode)(bytes.into()).expect_err(name);
        Vector { name: name.to_owned(), hex, fields: None, error: Some(fields::error(&error)) }
    };
    check_file(&format!("{}-refused", kind.name), examples.into_iter().map(vector).collect());
}

fn check_file(kind: &str, vectors: Vec<Vector>) {
    let file = File { kind: kind.to_owned(), vectors };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors/wire");
    let path = folder.join(format!("{kind}.json"));
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&file).expect("a file of vectors is plain data");
        fs::write(&path, text + "\n").expect("the folder of vectors can be written");
    }
    let text = fs::read_to_string(&path).expect("UPDATE_VECTORS=1 makes the file of vectors");
    let golden: File = serde_json::from_str(&text).expect("a file of vectors");
    assert_eq!(golden, file, "the bytes of a message changed; see tests/vectors/README.md");
}

#[test]
fn stream_headers_have_their_golden_bytes() {
    check(&STREAM_HEADER, examples::stream_headers());
    check_refusals(&STREAM_HEADER, examples::stream_headers_refused());
}

#[test]
fn updates_have_their_golden_bytes() {
    check(&UPDATE, examples::updates());
    check_refusals(&UPDATE, examples::updates_refused());
}

#[test]
fn input_has_its_golden_bytes() {
    check(&INPUT, examples::inputs());
    check_refusals(&INPUT, examples::inputs_refused());
}

#[test]
fn cursors_have_their_golden_bytes() {
    check(&CURSOR, examples::cursors());
    check_refusals(&CURSOR, examples::cursors_refused());
}

#[test]
fn shells_have_their_golden_bytes() {
    check(&TO_SHELL, examples::to_shells());
    check_refusals(&TO_SHELL, examples::to_shells_refused());
    check(&FROM_SHELL, examples::from_shells());
    check_refusals(&FROM_SHELL, examples::from_shells_refused());
}

#[test]
fn control_messages_have_their_golden_bytes() {
    check(&CONTROL, examples::controls());
    check_refusals(&CONTROL, examples::controls_refused());
}
