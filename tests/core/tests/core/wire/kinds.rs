//! How the messages of each kind are written and read, for tests that do the same with all of them.

use bytes::{Bytes, BytesMut};
use serde_json::Value;
use wire::control::{self, Control};
use wire::cursor::Cursor;
use wire::input::Record;
use wire::screen::Update;
use wire::shell::{FromShell, ToShell};
use wire::stream::StreamHeader;
use wire::{DecodeError, Reader, Writer};

use super::fields;

/// How the messages of one kind are written, read and described.
pub(super) struct Kind<T> {
    pub(super) name: &'static str,
    pub(super) encode: fn(&T) -> Bytes,
    pub(super) decode: fn(Bytes) -> Result<T, DecodeError>,
    pub(super) describe: fn(&T) -> Value,
}

pub(super) const STREAM_HEADER: Kind<StreamHeader> = Kind {
    name: "stream-header",
    encode: |header| written(|out| header.encode(out)),
    decode: |bytes| {
        let mut reader = Reader::new(bytes);
        let header = StreamHeader::decode(&mut reader)?;
        reader.end().map(|()| header)
    },
    describe: fields::stream_header,
};

pub(super) const UPDATE: Kind<Update> = Kind {
    name: "update",
    encode: |update| update.encode().concat().into(),
    decode: Update::decode,
    describe: fields::update,
};

pub(super) const INPUT: Kind<Record> = Kind {
    name: "input",
    encode: |record| written(|out| record.encode(out)),
    decode: |bytes| whole(bytes, Record::decode),
    describe: fields::input,
};

pub(super) const CURSOR: Kind<Cursor> = Kind {
    name: "cursor",
    encode: |cursor| written(|out| cursor.encode(out)),
    decode: |bytes| whole(bytes, Cursor::decode),
    describe: fields::cursor,
};

pub(super) const TO_SHELL: Kind<ToShell> = Kind {
    name: "to-shell",
    encode: |record| written(|out| record.encode(out)),
    decode: |bytes| whole(bytes, ToShell::decode),
    describe: fields::to_shell,
};

pub(super) const FROM_SHELL: Kind<FromShell> = Kind {
    name: "from-shell",
    encode: |record| written(|out| record.encode(out)),
    decode: |bytes| whole(bytes, FromShell::decode),
    describe: fields::from_shell,
};

pub(super) const CONTROL: Kind<Control> = Kind {
    name: "control",
    encode: |message| {
        let mut out = BytesMut::new();
        control::encode(message, &mut out);
        out.freeze()
    },
    decode: |bytes| whole(bytes, control::decode),
    describe: fields::control,
};

pub(super) fn written(encode: impl FnOnce(&mut Writer)) -> Bytes {
    let mut out = Writer::new();
    encode(&mut out);
    out.into_bytes()
}

/// The one record that `bytes` is; bytes that are not all there are an error here.
pub(super) fn whole<T>(
    bytes: Bytes,
    decode: fn(&mut BytesMut) -> Result<Option<T>, DecodeError>,
) -> Result<T, DecodeError> {
    let mut buffer = BytesMut::from(bytes);
    let found = buffer.len();
    let record = decode(&mut buffer)?.ok_or(DecodeError::Truncated { wanted: found + 1, found })?;
    if buffer.is_empty() { Ok(record) } else { Err(DecodeError::Trailing(buffer.len())) }
}
