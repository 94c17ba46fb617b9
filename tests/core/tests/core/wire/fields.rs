//! Messages as JSON, for golden vectors: names as the console has them, 64-bit numbers as decimal text, bytes as
//! hexadecimal text, and what is not there left out. Control messages use protobuf's own JSON.

use std::fmt::Write;
use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Map, Value, json};
use wire::control::Control;
use wire::cursor::Cursor;
use wire::input::{Event, Pointer, Record};
use wire::screen::{Based, Coding, Header, Operation, PixelRect, TileRect, Update};
use wire::shell::{Exit, FromShell, Size, ToShell};
use wire::stream::StreamHeader;
use wire::{DecodeError, DictionaryId};

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn stream_header(header: &StreamHeader) -> Value {
    json!({
        "kind": header.kind as u8,
        "session": header.session.to_string(),
        "seat": header.seat.to_wire(),
    })
}

pub(super) fn update(update: &Update) -> Value {
    let operations: Vec<Value> = update.operations.iter().map(operation).collect();
    json!({ "header": update_header(&update.header), "operations": operations })
}

fn update_header(header: &Header) -> Value {
    let inputs: Vec<Value> = header
        .inputs
        .iter()
        .map(|input| json!({ "seat": input.seat.to_wire(), "number": input.number }))
        .collect();
    json!({
        "session": header.session.to_string(),
        "rendition": header.rendition.to_wire(),
        "epoch": header.epoch.to_string(),
        "extent": { "width": header.extent.width(), "height": header.extent.height() },
        "number": header.number,
        "after": header.after,
        "capturedUs": header.captured_us,
        "newest": header.newest.to_wire(),
        "inputs": inputs,
    })
}

fn operation(operation: &Operation) -> Value {
    match operation {
        Operation::Tile(tile) => with(
            json!({
                "kind": "tile",
                "index": tile.index.to_wire(),
                "version": tile.version.to_wire(),
                "quality": tile.quality,
                "payload": payload(tile.coding, tile.dictionary, &tile.payload),
            }),
            "keep",
            tile.keep.map(|slot| slot.to_wire().into()),
        ),
        Operation::Copy(copy) => with_based(
            copy.based,
            json!({ "kind": "copy", "fromX": copy.from_x, "fromY": copy.from_y, "to": pixel_rect(copy.to) }),
        ),
        Operation::Patch(patch) => with_based(
            patch.based,
            json!({
                "kind": "patch",
                "index": patch.index.to_wire(),
                "rect": tile_rect(patch.rect),
                "payload": payload(patch.coding, patch.dictionary, &patch.payload),
            }),
        ),
        Operation::Reuse(reuse) => json!({
            "kind": "reuse",
            "index": reuse.index.to_wire(),
            "version": reuse.version.to_wire(),
            "slot": reuse.slot.to_wire(),
        }),
        Operation::Dictionary(dictionary) => {
            json!({ "kind": "dictionary", "id": dictionary.id.to_wire(), "bytes": hex(&dictionary.payload) })
        }
        Operation::VideoRegion(region) => json!({
            "kind": "videoRegion",
            "id": region.id,
            "rect": pixel_rect(region.rect),
            "codedWidth": region.coded_width,
            "codedHeight": region.coded_height,
        }),
        Operation::VideoPicture(picture) => json!({
            "kind": "videoPicture",
            "id": picture.id,
            "key": picture.key,
            "number": picture.number,
            "bytes": hex(&picture.payload),
        }),
        Operation::VideoEnd(end) => {
            json!({ "kind": "videoEnd", "id": end.id, "version": end.version.to_wire() })
        }
    }
}

fn payload(coding: Coding, dictionary: Option<DictionaryId>, bytes: &[u8]) -> Value {
    let payload = json!({ "coding": coding.0, "bytes": hex(bytes) });
    with(payload, "dictionary", dictionary.map(|id| id.to_wire().into()))
}

fn with_based(Based { version, base }: Based, value: Value) -> Value {
    let value = with(value, "version", Some(version.to_wire().into()));
    with(value, "base", Some(base.to_wire().into()))
}

fn with(mut value: Value, name: &str, field: Option<Value>) -> Value {
    if let (Some(fields), Some(field)) = (value.as_object_mut(), field) {
        fields.insert(name.to_owned(), field);
    }
    value
}

fn pixel_rect(rect: PixelRect) -> Value {
    json!({ "x": rect.x, "y": rect.y, "width": rect.width, "height": rect.height })
}

fn tile_rect(rect: TileRect) -> Value {
    json!({ "x": rect.x, "y": rect.y, "width": rect.width, "height": rect.height })
}

pub(super) fn input(record: &Record) -> Value {
    let event = match &record.event {
        Event::Move(at) => json!({ "kind": "move", "at": pointer(*at) }),
        Event::Button { at, button, down } => {
            json!({ "kind": "button", "at": pointer(*at), "button": *button as u8, "down": down })
        }
        Event::Wheel { at, dx, dy } => json!({ "kind": "wheel", "at": pointer(*at), "dx": dx, "dy": dy }),
        Event::Key { down, code, key } => json!({ "kind": "key", "down": down, "code": code, "key": key }),
        Event::Text(text) => json!({ "kind": "text", "text": text }),
        Event::Release => json!({ "kind": "release" }),
    };
    json!({ "number": record.number, "event": event })
}

fn pointer(at: Pointer) -> Value {
    json!({ "display": at.display, "x": at.x, "y": at.y })
}

pub(super) fn cursor(cursor: &Cursor) -> Value {
    match cursor {
        Cursor::Shape(shape) => json!({ "kind": "shape", "shape": {
            "width": shape.width,
            "height": shape.height,
            "hotX": shape.hot_x,
            "hotY": shape.hot_y,
            "pixels": hex(&shape.pixels),
        }}),
        Cursor::At(at) => json!({ "kind": "at", "at": pointer(*at) }),
        Cursor::Hidden => json!({ "kind": "hidden" }),
    }
}

pub(super) fn to_shell(record: &ToShell) -> Value {
    match record {
        ToShell::Start(at) => json!({ "kind": "start", "size": size(*at) }),
        ToShell::Attach { shell, from, size: at } => {
            json!({ "kind": "attach", "shell": shell.to_string(), "from": from, "size": size(*at) })
        }
        ToShell::Bytes(bytes) => json!({ "kind": "bytes", "bytes": hex(bytes) }),
        ToShell::Resize(at) => json!({ "kind": "resize", "size": size(*at) }),
        ToShell::Signal(signal) => json!({ "kind": "signal", "signal": *signal as u8 }),
        ToShell::Close => json!({ "kind": "close" }),
        ToShell::Seen(at) => json!({ "kind": "seen", "at": at }),
    }
}

pub(super) fn from_shell(record: &FromShell) -> Value {
    match record {
        FromShell::Opened { shell, from, typed, program } => {
            json!({ "kind": "opened", "shell": shell.to_string(), "from": from, "typed": typed, "program": program })
        }
        FromShell::Bytes(bytes) => json!({ "kind": "bytes", "bytes": hex(bytes) }),
        FromShell::Ended(Exit::Status(number)) => {
            json!({ "kind": "ended", "by": "status", "number": number })
        }
        FromShell::Ended(Exit::Signal(number)) => {
            json!({ "kind": "ended", "by": "signal", "number": number })
        }
        FromShell::Refused(detail) => json!({ "kind": "refused", "detail": detail }),
    }
}

fn size(size: Size) -> Value {
    json!({ "columns": size.columns, "rows": size.rows })
}

static SCHEMA: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../engine/wire/proto");
    let files = protox::compile(["control.proto", "tools.proto"], [folder]).expect("the schema compiles");
    DescriptorPool::from_file_descriptor_set(files).expect("the schema is whole")
});

/// A control message in protobuf's JSON.
pub(super) fn control(message: &Control) -> Value {
    protobuf("nearhand.control.v1.Control", message)
}

/// A message of the schema in protobuf's JSON.
pub(super) fn protobuf(name: &str, message: &impl Message) -> Value {
    let kind = SCHEMA.get_message_by_name(name).expect("the schema has it");
    let message = DynamicMessage::decode(kind, message.encode_to_vec().as_slice()).expect("the same schema");
    let options = SerializeOptions::new();
    message.serialize_with_options(serde_json::value::Serializer, &options).expect("it is plain data")
}

/// What a decoder says of bytes that are no message. The text is for people; the console compares the rest.
pub(super) fn error(error: &DecodeError) -> Value {
    let fault = match error {
        DecodeError::Truncated { .. } => "truncated",
        DecodeError::Trailing(_) => "trailing",
        DecodeError::Unknown { .. } => "unknown",
        DecodeError::OverLimit { .. } => "overLimit",
        DecodeError::Contradiction(_) => "contradiction",
        DecodeError::NotText(_) => "notText",
        _ => "control",
    };
    let mut value = Map::new();
    value.insert("fault".to_owned(), fault.into());
    value.insert("closeCode".to_owned(), error.close_code().to_wire().into());
    value.insert("text".to_owned(), error.to_string().into());
    value.into()
}
