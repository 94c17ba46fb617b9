//! Records of file streams: examples, what they mean, and any that a program of ours could send.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::file::{FileKind, FilePath, FromFile, Item, Target, ToFile, Volume, Why};
use wire::limits::VARINT_MAX;

use super::fields::hex;
use super::kinds::{Kind, whole, written};
use super::vectors::{check, check_refusals};

pub(super) const TO_FILE: Kind<ToFile> = Kind {
    name: "to-file",
    encode: |record| written(|out| record.encode(out)),
    decode: |bytes| whole(bytes, ToFile::decode),
    describe: describe_to,
};

pub(super) const FROM_FILE: Kind<FromFile> = Kind {
    name: "from-file",
    encode: |record| written(|out| record.encode(out)),
    decode: |bytes| whole(bytes, FromFile::decode),
    describe: describe_from,
};

#[test]
fn files_have_their_golden_bytes() {
    check(&TO_FILE, to_examples());
    check_refusals(&TO_FILE, to_refused());
    check(&FROM_FILE, from_examples());
    check_refusals(&FROM_FILE, from_refused());
}

#[test]
fn names_that_are_no_text_are_shown_escaped() {
    let shown = |bytes: &'static [u8]| FilePath::new(bytes).expect("a path").to_string();
    assert_eq!(shown("/home/é".as_bytes()), "/home/é");
    assert_eq!(shown(b"/a\xff\n"), "/a\\xff\\n");
    assert_eq!(FilePath::new(&b"/a/b//"[..]).expect("a path").name(), b"b");
    assert_eq!(FilePath::new(&b"/"[..]).expect("a path").name(), b"/");
}

fn path(bytes: &'static [u8]) -> FilePath {
    FilePath::new(bytes).expect("a path")
}

fn item(kind: FileKind, name: &'static [u8]) -> Item {
    let target = (kind == FileKind::Link).then(|| Target { kind: None, path: Bytes::from_static(b"gone") });
    Item { kind, is_hidden: false, size: 0, modified_ms: 0, name: path(name), target }
}

fn to_examples() -> Vec<(&'static str, ToFile)> {
    let upload = *b"sixteen bytes ok";
    let from = (1 << 53) - 1;
    let read = |from, known, mark| ToFile::Read { path: path(b"/var/log/syslog"), from, known, mark };
    let file = Item { size: 4096, modified_ms: 1_700_000_000_000, ..item(FileKind::File, b"tree/a\xff") };
    vec![
        ("where to begin", ToFile::Volumes),
        ("a listing", ToFile::List(path(b"/"))),
        ("a look at a name that is no text", ToFile::Stat(path(b"/tmp/\xff\xfe"))),
        ("a whole file", read(0, None, Bytes::new())),
        ("the rest of one", read(from, Some([7; 32]), Bytes::from_static(b"mark"))),
        (
            "an upload",
            ToFile::Write { path: path(b"/a"), upload, size: from, modified_ms: 5, replaces: true },
        ),
        ("a directory", ToFile::Make(path(b"/new"))),
        ("another name", ToFile::Rename { from: path(b"/a"), to: path(b"/b"), replaces: false }),
        ("the end of two", ToFile::Remove(vec![path(b"/a"), path(b"/b")])),
        ("two in an archive", ToFile::Archive(vec![path(b"/a"), path(b"/b")])),
        ("many uploads", ToFile::Store { into: path(b"/srv/in"), replaces: false }),
        ("content", ToFile::Bytes(Bytes::from_static(&[0, 0xff]))),
        ("as much content as a record has", ToFile::Bytes(vec![9; 65_536].into())),
        ("a hole", ToFile::Hole(100 << 30)),
        ("the next file", ToFile::Next(file)),
        ("the next directory", ToFile::Next(item(FileKind::Directory, b"tree"))),
        ("the end of content", ToFile::Finish([0xab; 32])),
        ("given up", ToFile::Discard),
    ]
}

fn to_refused() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a length over the limit", vec![0x80, 1, 0x80, 1]),
        ("nothing in it", vec![0]),
        ("a record that there is not", vec![1, 16]),
        ("a path without a name", vec![2, 2, 0]),
        ("a path with a zero", vec![4, 2, 2, b'/', 0]),
        ("a path over the limit", vec![5, 2, 0x80, 0, 0x80, 1]),
        ("a request for no paths", vec![2, 8, 0]),
        ("too many paths", vec![3, 8, 0x44, 1]),
        ("no content", vec![1, 11]),
        ("a hole without length", vec![2, 12, 0]),
        ("a pipe that is stored", vec![7, 13, 4, 0, 0, 0, 1, b'p']),
        ("a hash that ends early", vec![2, 14, 1]),
        ("a flag that is none", vec![4, 10, 1, b'/', 2]),
        ("bytes behind the record", vec![2, 15, 0]),
    ]
}

fn from_examples() -> Vec<(&'static str, FromFile)> {
    let volume = Volume { path: path(b"/"), total: 1 << 40, free: (1 << 40) - 1, label: "ext4".to_owned() };
    let target = Some(Target { kind: Some(FileKind::Directory), path: Bytes::from_static(b"../x") });
    let link = Item { target, is_hidden: true, ..item(FileKind::Link, b".link") };
    let items = vec![
        Item { size: (1 << 53) - 1, modified_ms: 1, ..item(FileKind::File, b"\xff") },
        item(FileKind::Directory, b"d"),
        link,
        item(FileKind::Link, b"leads nowhere"),
        item(FileKind::Pipe, b"p"),
        item(FileKind::Socket, b"s"),
        item(FileKind::BlockDevice, b"b"),
        item(FileKind::CharacterDevice, b"c"),
        item(FileKind::Other, b"o"),
    ];
    let mut examples = vec![
        ("where one can begin", FromFile::Volumes(vec![volume])),
        ("an empty listing", FromFile::Items(Vec::new())),
        ("one of each kind", FromFile::Items(items)),
        ("a file", FromFile::Found { item: item(FileKind::File, b"f"), mark: Bytes::from_static(b"m") }),
        ("ready for the rest", FromFile::Ready { from: 1 << 40, hash: [1; 32] }),
        ("content", FromFile::Bytes(Bytes::from_static(&[1, 2]))),
        ("a hole", FromFile::Hole(1)),
        ("all of it", FromFile::Whole([2; 32])),
        ("half way", FromFile::Progress { items: 1, items_of: 2, bytes: 3, bytes_of: 4 }),
        ("done", FromFile::Done { items: 300, bytes: 1 << 40 }),
        ("the disk is full", FromFile::Refused { why: Why::Full, detail: "no space left".to_owned() }),
    ];
    examples.extend(
        Why::ALL.map(|why| {
            ("one that failed", FromFile::Failed { why, path: path(b"/a"), detail: String::new() })
        }),
    );
    examples
}

fn from_refused() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a record that there is not", vec![1, 12]),
        ("too many items", vec![3, 2, 0x44, 1]),
        ("a kind that there is not", vec![7, 2, 1, 9, 0, 0, 0, 1]),
        ("an item that ends early", vec![4, 2, 1, 1, 0]),
        ("a mark over the limit", vec![10, 3, 1, 0, 0, 0, 1, b'f', 0x40, 65, 0]),
        ("no content", vec![1, 5]),
        ("a reason that there is not", vec![3, 11, 18, 0]),
        ("a detail that is no text", vec![4, 11, 1, 1, 0xff]),
        ("bytes behind the record", vec![4, 10, 0, 0, 0]),
    ]
}

fn bytes_of(path: &FilePath) -> String {
    hex(path.as_bytes())
}

fn paths_of(paths: &[FilePath]) -> Vec<String> {
    paths.iter().map(bytes_of).collect()
}

fn kind_of(kind: FileKind) -> &'static str {
    match kind {
        FileKind::File => "file",
        FileKind::Directory => "directory",
        FileKind::Link => "link",
        FileKind::Pipe => "pipe",
        FileKind::Socket => "socket",
        FileKind::BlockDevice => "blockDevice",
        FileKind::CharacterDevice => "characterDevice",
        FileKind::Other => "other",
    }
}

fn describe_item(item: &Item) -> Value {
    let mut value = json!({
        "kind": kind_of(item.kind),
        "isHidden": item.is_hidden,
        "size": item.size,
        "modifiedMs": item.modified_ms,
        "name": bytes_of(&item.name),
    });
    if let Some(target) = &item.target {
        value["target"] = json!({ "path": hex(&target.path) });
        if let Some(kind) = target.kind {
            value["target"]["kind"] = json!(kind_of(kind));
        }
    }
    value
}

fn describe_to(record: &ToFile) -> Value {
    match record {
        ToFile::Volumes => json!({ "kind": "volumes" }),
        ToFile::List(path) => json!({ "kind": "list", "path": bytes_of(path) }),
        ToFile::Stat(path) => json!({ "kind": "stat", "path": bytes_of(path) }),
        ToFile::Read { path, from, known, mark } => {
            let mut value =
                json!({ "kind": "read", "path": bytes_of(path), "from": from, "mark": hex(mark) });
            if let Some(known) = known {
                value["known"] = json!(hex(known));
            }
            value
        }
        ToFile::Write { path, upload, size, modified_ms, replaces } => json!({
            "kind": "write",
            "path": bytes_of(path),
            "upload": hex(upload),
            "size": size,
            "modifiedMs": modified_ms,
            "replaces": replaces,
        }),
        ToFile::Make(path) => json!({ "kind": "make", "path": bytes_of(path) }),
        ToFile::Rename { from, to, replaces } => {
            json!({ "kind": "rename", "from": bytes_of(from), "to": bytes_of(to), "replaces": replaces })
        }
        ToFile::Remove(paths) => json!({ "kind": "remove", "paths": paths_of(paths) }),
        ToFile::Archive(paths) => json!({ "kind": "archive", "paths": paths_of(paths) }),
        ToFile::Store { into, replaces } => {
            json!({ "kind": "store", "into": bytes_of(into), "replaces": replaces })
        }
        ToFile::Bytes(bytes) => json!({ "kind": "bytes", "bytes": hex(bytes) }),
        ToFile::Hole(length) => json!({ "kind": "hole", "length": length }),
        ToFile::Next(item) => json!({ "kind": "next", "item": describe_item(item) }),
        ToFile::Finish(hash) => json!({ "kind": "finish", "hash": hex(hash) }),
        ToFile::Discard => json!({ "kind": "discard" }),
    }
}

fn describe_from(record: &FromFile) -> Value {
    match record {
        FromFile::Volumes(volumes) => {
            let volume = |volume: &Volume| {
                json!({
                    "path": bytes_of(&volume.path),
                    "total": volume.total,
                    "free": volume.free,
                    "label": volume.label,
                })
            };
            json!({ "kind": "volumes", "volumes": volumes.iter().map(volume).collect::<Vec<_>>() })
        }
        FromFile::Items(items) => {
            json!({ "kind": "items", "items": items.iter().map(describe_item).collect::<Vec<_>>() })
        }
        FromFile::Found { item, mark } => {
            json!({ "kind": "found", "item": describe_item(item), "mark": hex(mark) })
        }
        FromFile::Ready { from, hash } => json!({ "kind": "ready", "from": from, "hash": hex(hash) }),
        FromFile::Bytes(bytes) => json!({ "kind": "bytes", "bytes": hex(bytes) }),
        FromFile::Hole(length) => json!({ "kind": "hole", "length": length }),
        FromFile::Whole(hash) => json!({ "kind": "whole", "hash": hex(hash) }),
        FromFile::Progress { items, items_of, bytes, bytes_of } => json!({
            "kind": "progress",
            "items": items,
            "itemsOf": items_of,
            "bytes": bytes,
            "bytesOf": bytes_of,
        }),
        FromFile::Failed { why, path, detail } => {
            json!({ "kind": "failed", "why": *why as u8, "path": bytes_of(path), "detail": detail })
        }
        FromFile::Done { items, bytes } => json!({ "kind": "done", "items": items, "bytes": bytes }),
        FromFile::Refused { why, detail } => {
            json!({ "kind": "refused", "why": *why as u8, "detail": detail })
        }
    }
}

fn any_path() -> impl Strategy<Value = FilePath> {
    prop::collection::vec(1..=255_u8, 1..60).prop_map(|bytes| FilePath::new(bytes).expect("a path"))
}

fn any_paths() -> impl Strategy<Value = Vec<FilePath>> {
    prop::collection::vec(any_path(), 1..6)
}

fn any_number() -> std::ops::RangeInclusive<u64> {
    0..=VARINT_MAX
}

fn any_bytes(least: usize) -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), least..600).prop_map(Bytes::from)
}

fn any_kind() -> impl Strategy<Value = FileKind> {
    use FileKind::{BlockDevice, CharacterDevice, Directory, File, Link, Other, Pipe, Socket};
    prop::sample::select(vec![File, Directory, Link, Pipe, Socket, BlockDevice, CharacterDevice, Other])
}

fn any_item(kind: impl Strategy<Value = FileKind>) -> impl Strategy<Value = Item> {
    let target = (prop::option::of(any_kind()), any_bytes(0)).prop_map(|(kind, path)| Target { kind, path });
    (kind, any::<bool>(), any_number(), any_number(), any_path(), target).prop_map(
        |(kind, is_hidden, size, modified_ms, name, target)| {
            let target = (kind == FileKind::Link).then_some(target);
            Item { kind, is_hidden, size, modified_ms, name, target }
        },
    )
}

pub(super) fn to_file() -> impl Strategy<Value = ToFile> {
    let stored = prop::sample::select(vec![FileKind::File, FileKind::Directory]);
    let mark = prop::collection::vec(any::<u8>(), 0..=64).prop_map(Bytes::from);
    prop_oneof![
        Just(ToFile::Volumes),
        any_path().prop_map(ToFile::List),
        (any_path(), any_number(), any::<Option<[u8; 32]>>(), mark)
            .prop_map(|(path, from, known, mark)| ToFile::Read { path, from, known, mark }),
        (any_path(), any::<[u8; 16]>(), any_number(), any_number(), any::<bool>()).prop_map(
            |(path, upload, size, modified_ms, replaces)| ToFile::Write {
                path,
                upload,
                size,
                modified_ms,
                replaces
            }
        ),
        (any_path(), any_path(), any::<bool>()).prop_map(|(from, to, replaces)| ToFile::Rename {
            from,
            to,
            replaces
        }),
        any_paths().prop_map(ToFile::Remove),
        any_paths().prop_map(ToFile::Archive),
        any_bytes(1).prop_map(ToFile::Bytes),
        (1..=VARINT_MAX).prop_map(ToFile::Hole),
        any_item(stored).prop_map(ToFile::Next),
        any::<[u8; 32]>().prop_map(ToFile::Finish),
        Just(ToFile::Discard),
    ]
}

pub(super) fn from_file() -> impl Strategy<Value = FromFile> {
    let volume = (any_path(), any_number(), any_number(), "\\PC{0,60}")
        .prop_map(|(path, total, free, label)| Volume { path, total, free, label });
    let mark = prop::collection::vec(any::<u8>(), 0..=64).prop_map(Bytes::from);
    let why = || prop::sample::select(Why::ALL.to_vec());
    prop_oneof![
        prop::collection::vec(volume, 0..4).prop_map(FromFile::Volumes),
        prop::collection::vec(any_item(any_kind()), 0..4).prop_map(FromFile::Items),
        (any_item(any_kind()), mark).prop_map(|(item, mark)| FromFile::Found { item, mark }),
        (any_number(), any::<[u8; 32]>()).prop_map(|(from, hash)| FromFile::Ready { from, hash }),
        any_bytes(1).prop_map(FromFile::Bytes),
        (any_number(), any_number(), any_number(), any_number()).prop_map(
            |(items, items_of, bytes, bytes_of)| FromFile::Progress { items, items_of, bytes, bytes_of }
        ),
        (why(), any_path(), "\\PC{0,60}").prop_map(|(why, path, detail)| FromFile::Failed {
            why,
            path,
            detail
        }),
        (any_number(), any_number()).prop_map(|(items, bytes)| FromFile::Done { items, bytes }),
        (why(), "\\PC{0,60}").prop_map(|(why, detail)| FromFile::Refused { why, detail }),
    ]
}
