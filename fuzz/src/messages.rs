//! Decoders are total, and what they accept can be sent on: it encodes to bytes that mean the same.

use bytes::{Bytes, BytesMut};
use wire::control;
use wire::cursor::Cursor;
use wire::input::Record;
use wire::screen::Update;
use wire::stream::StreamHeader;
use wire::token::EnrolmentToken;
use wire::{DecodeError, Reader, Writer};

/// A stream's header.
pub fn stream_header(bytes: &[u8]) {
    let mut reader = Reader::new(Bytes::copy_from_slice(bytes));
    if let Ok(header) = StreamHeader::decode(&mut reader) {
        let mut out = Writer::new();
        header.encode(&mut out);
        assert!(out.len() <= StreamHeader::BYTES_MAX);
        assert_eq!(StreamHeader::decode(&mut Reader::new(out.into_bytes())), Ok(header));
    }
}

/// A whole update.
pub fn update(bytes: &[u8]) {
    if let Ok(update) = Update::decode(Bytes::copy_from_slice(bytes)) {
        survives(&update);
    }
}

/// Holds an update to its bytes.
pub(crate) fn survives(update: &Update) {
    let bytes: Bytes = update.encode().concat().into();
    assert!(bytes.len() <= Update::BYTES_MAX);
    assert_eq!(Update::decode(bytes).as_ref(), Ok(update));
}

/// A control stream, and each hello on it.
pub fn control(bytes: &[u8]) {
    records(bytes, control::decode, |message, out| {
        if let Some(control::control::Body::Hello(hello)) = &message.body {
            let _ = hello.check();
        }
        let mut encoded = BytesMut::new();
        control::encode(message, &mut encoded);
        out.slice(&encoded);
    });
}

/// Streams of tools, each kind of message.
pub fn tools(bytes: &[u8]) {
    tool::<wire::tools::ToSystem>(bytes);
    tool::<wire::tools::FromSystem>(bytes);
    tool::<wire::tools::ToClipboard>(bytes);
    tool::<wire::tools::FromClipboard>(bytes);
    tool::<wire::tools::ToAction>(bytes);
    tool::<wire::tools::FromAction>(bytes);
}

fn tool<M: wire::tools::ToolMessage + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    records(bytes, wire::tools::decode::<M>, |message, out| out.slice(&wire::tools::to_bytes(message)));
}

/// An input stream.
pub fn input(bytes: &[u8]) {
    records(bytes, Record::decode, Record::encode);
}

/// A cursor stream.
pub fn cursor(bytes: &[u8]) {
    records(bytes, Cursor::decode, Cursor::encode);
}

/// An enrolment token.
pub fn token(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(token) = EnrolmentToken::from_text(text) {
        assert_eq!(EnrolmentToken::from_text(&token.to_text()), Ok(token));
    }
}

/// Takes records off a stream until one is an error or the rest is not whole, and holds each to its bytes.
fn records<T: PartialEq + std::fmt::Debug>(
    bytes: &[u8],
    decode: fn(&mut BytesMut) -> Result<Option<T>, DecodeError>,
    encode: fn(&T, &mut Writer),
) {
    let mut buffer = BytesMut::from(bytes);
    while let Ok(Some(record)) = decode(&mut buffer) {
        let mut out = Writer::new();
        encode(&record, &mut out);
        let mut again = BytesMut::from(out.into_bytes());
        assert_eq!(decode(&mut again), Ok(Some(record)));
        assert!(again.is_empty());
    }
}
