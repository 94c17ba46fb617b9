//! What holds of every message: it survives the wire, its claimed size is its size, and neither damage nor an early
//! end is more than an error.

use std::fmt::Debug;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use wire::control;
use wire::cursor::Cursor;
use wire::file::{FromFile, ToFile};
use wire::input::Record;
use wire::shell::{FromShell, ToShell};
use wire::token::EnrolmentToken;
use wire::{DecodeError, Reader, Writer, varint_size};

use super::files::{self, FROM_FILE, TO_FILE};
use super::kinds::{CONTROL, CURSOR, FROM_SHELL, INPUT, Kind, STREAM_HEADER, TO_SHELL, UPDATE};
use super::strategies;

pub(super) type Checked = Result<(), TestCaseError>;

pub(super) fn survives<T: PartialEq + Debug>(kind: &Kind<T>, message: &T) -> Checked {
    let decoded = (kind.decode)((kind.encode)(message));
    prop_assert_eq!(decoded.as_ref(), Ok(message));
    Ok(())
}

/// Every message that lost its end is an error, and so is one with a byte too many.
pub(super) fn claims_its_size<T: Debug>(kind: &Kind<T>, message: &T) -> Checked {
    let bytes = (kind.encode)(message);
    for length in 0..bytes.len() {
        let cut = (kind.decode)(bytes.slice(..length));
        prop_assert!(matches!(cut, Err(DecodeError::Truncated { .. })), "{} bytes: {:?}", length, cut);
    }
    let longer = (kind.decode)([&bytes[..], &[0]].concat().into());
    prop_assert!(matches!(longer, Err(DecodeError::Trailing(1))), "{:?}", longer);
    Ok(())
}

/// Bytes that are damaged are another message or an error; and a message is one that can be sent on.
pub(super) fn stands_damage<T: PartialEq + Debug>(
    kind: &Kind<T>,
    message: &T,
    damage: &[(prop::sample::Index, u8)],
) -> Checked {
    let mut bytes = (kind.encode)(message).to_vec();
    for (place, byte) in damage {
        let place = place.index(bytes.len());
        bytes[place] = *byte;
    }
    stands_any_bytes(kind, bytes.into())
}

pub(super) fn stands_any_bytes<T: PartialEq + Debug>(kind: &Kind<T>, bytes: Bytes) -> Checked {
    match (kind.decode)(bytes) {
        Ok(message) => survives(kind, &message),
        Err(error) => {
            prop_assert!(!error.to_string().is_empty());
            Ok(())
        }
    }
}

/// Records on a stream that arrives in pieces: each comes once it is whole, and what follows is left alone.
pub(super) fn arrives_in_pieces<T: PartialEq + Debug>(
    kind: &Kind<T>,
    messages: &[T],
    piece: usize,
    decode: fn(&mut BytesMut) -> Result<Option<T>, DecodeError>,
) -> Checked {
    let stream: Vec<u8> = messages.iter().flat_map(|message| (kind.encode)(message)).collect();
    let (mut buffer, mut arrived) = (BytesMut::new(), Vec::new());
    for piece in stream.chunks(piece) {
        buffer.extend_from_slice(piece);
        while let Some(message) =
            decode(&mut buffer).map_err(|error| TestCaseError::fail(error.to_string()))?
        {
            arrived.push(message);
        }
    }
    prop_assert_eq!(arrived, messages);
    prop_assert!(buffer.is_empty());
    Ok(())
}

pub(super) fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..4)
}

macro_rules! properties {
    ($name:ident, $kind:expr, $strategy:expr) => {
        mod $name {
            use super::*;

            proptest! {
                #[test]
                fn survives_the_wire(message in $strategy) {
                    survives(&$kind, &message)?;
                }

                #[test]
                fn an_early_end_or_a_late_one_is_an_error(message in $strategy) {
                    claims_its_size(&$kind, &message)?;
                }

                #[test]
                fn damage_is_an_error_or_another_message(message in $strategy, damage in damage()) {
                    stands_damage(&$kind, &message, &damage)?;
                }

                #[test]
                fn any_bytes_are_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
                    stands_any_bytes(&$kind, bytes.into())?;
                }
            }
        }
    };
}

properties!(stream_header, STREAM_HEADER, strategies::stream_header());
properties!(update, UPDATE, strategies::update());
properties!(input, INPUT, strategies::input());
properties!(cursor, CURSOR, strategies::cursor());
properties!(to_shell, TO_SHELL, strategies::to_shell());
properties!(from_shell, FROM_SHELL, strategies::from_shell());
properties!(to_file, TO_FILE, files::to_file());
properties!(from_file, FROM_FILE, files::from_file());
properties!(control_message, CONTROL, strategies::control());

proptest! {
    #[test]
    fn input_arrives_in_pieces(messages in prop::collection::vec(strategies::input(), 0..6), piece in 1..40_usize) {
        arrives_in_pieces(&INPUT, &messages, piece, Record::decode)?;
    }

    #[test]
    fn cursors_arrive_in_pieces(messages in prop::collection::vec(strategies::cursor(), 0..6), piece in 1..40_usize) {
        arrives_in_pieces(&CURSOR, &messages, piece, Cursor::decode)?;
    }

    #[test]
    fn what_is_said_to_a_shell_arrives_in_pieces(messages in prop::collection::vec(strategies::to_shell(), 0..6), piece in 1..40_usize) {
        arrives_in_pieces(&TO_SHELL, &messages, piece, ToShell::decode)?;
    }

    #[test]
    fn what_a_shell_says_arrives_in_pieces(messages in prop::collection::vec(strategies::from_shell(), 0..6), piece in 1..40_usize) {
        arrives_in_pieces(&FROM_SHELL, &messages, piece, FromShell::decode)?;
    }

    #[test]
    fn what_is_said_to_files_arrives_in_pieces(messages in prop::collection::vec(files::to_file(), 0..6), piece in 1..40_usize) {
        arrives_in_pieces(&TO_FILE, &messages, piece, ToFile::decode)?;
    }

    #[test]
    fn what_is_said_of_files_arrives_in_pieces(messages in prop::collection::vec(files::from_file(), 0..6), piece in 1..40_usize) {
        arrives_in_pieces(&FROM_FILE, &messages, piece, FromFile::decode)?;
    }

    #[test]
    fn control_arrives_in_pieces(messages in prop::collection::vec(strategies::control(), 0..6), piece in 1..40_usize) {
        arrives_in_pieces(&CONTROL, &messages, piece, control::decode)?;
    }

    #[test]
    fn payloads_are_passed_on_by_pointer(update in strategies::update()) {
        let chunks = update.encode();
        let length: usize = chunks.iter().map(Bytes::len).sum();
        prop_assert_eq!(length, chunks.concat().len());
        prop_assert!(chunks.iter().all(|chunk| !chunk.is_empty()));
    }

    #[test]
    fn a_varint_has_its_size_and_survives(shift in 0..62_u32, low in any::<u64>()) {
        let value = (1_u64 << shift) | (low & ((1 << shift) - 1));
        let mut out = Writer::new();
        out.varint(value);
        prop_assert_eq!(out.len(), varint_size(value));
        prop_assert_eq!(Reader::new(out.into_bytes()).varint(), Ok(value));
    }

    #[test]
    fn any_text_is_a_token_or_an_error(text in any::<String>(), body in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = EnrolmentToken::from_text(&text);
        let body: String = body.iter().map(|byte| char::from(b'A' + byte % 26)).collect();
        let _ = EnrolmentToken::from_text(&format!("nh1_{body}"));
    }
}
