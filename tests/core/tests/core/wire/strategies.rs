//! Any message that a program of ours could send.

use bytes::Bytes;
use proptest::prelude::*;
use wire::control::{self, Control, control::Body};
use wire::cursor::{Cursor, Shape};
use wire::input::{Button, Event, Pointer, Record};
use wire::limits::{INPUT_TEXT_BYTES_MAX, KEY_NAME_BYTES_MAX, SEATS_MAX, VARINT_MAX};
use wire::screen::{
    Based, Coding, CopyArea, Dictionary, Extent, Header, Operation, PatchTile, PixelRect, Reuse, SeatInput,
    Tile, TileRect, Update, VideoEnd, VideoPicture, VideoRegion,
};
use wire::shell::{Exit, FromShell, Signal, Size, ToShell};
use wire::stream::{StreamHeader, StreamKind};
use wire::{DictionaryId, Epoch, RenditionId, Seat, SessionId, ShellId, Slot, TileIndex, Version};

fn session() -> impl Strategy<Value = SessionId> {
    (0..=VARINT_MAX).prop_map(SessionId::from_wire)
}

fn seat() -> impl Strategy<Value = Seat> {
    any::<u32>().prop_map(Seat::from_wire)
}

pub(super) fn stream_header() -> impl Strategy<Value = StreamHeader> {
    let kind = (0..=10_u8).prop_map(|raw| StreamKind::from_wire(raw).expect("a kind"));
    (kind, session(), seat()).prop_map(|(kind, session, seat)| {
        let seat = if kind.has_seat() { seat } else { Seat::default() };
        StreamHeader { kind, session, seat }
    })
}

/// Payloads from nothing to beyond the size at which they travel by pointer.
fn payload() -> impl Strategy<Value = Bytes> {
    prop_oneof![4 => 0..40_usize, 1 => 500..700_usize]
        .prop_flat_map(|length| prop::collection::vec(any::<u8>(), length))
        .prop_map(Bytes::from)
}

/// Displays of up to a few hundred tiles, cut off at any pixel, and the largest ones.
fn extent() -> impl Strategy<Value = Extent> {
    let sides =
        prop_oneof![8 => (1..=2000_u16, 1..=1200_u16), 1 => Just((16_384, 4_096)), 1 => Just((7_680, 4_320))];
    sides.prop_map(|(width, height)| Extent::new(width, height).expect("a size that a display can have"))
}

pub(super) fn update() -> impl Strategy<Value = Update> {
    (extent(), 2..=u32::MAX).prop_flat_map(|(extent, newest)| {
        let copies = prop::collection::vec(copy(extent, newest), 0..4);
        let others = prop::collection::vec(other(extent, newest), 0..12);
        (header(extent, newest), copies, others)
            .prop_map(|(header, copies, others)| Update { header, operations: [copies, others].concat() })
    })
}

fn header(extent: Extent, newest: u32) -> impl Strategy<Value = Header> {
    let place = (1..=VARINT_MAX).prop_flat_map(|number| (Just(number), prop_oneof![Just(0), 0..number]));
    let input = (seat(), any::<u32>()).prop_map(|(seat, number)| SeatInput { seat, number });
    let inputs = prop::collection::vec(input, 0..=SEATS_MAX);
    (session(), any::<(u16, u64, u32)>(), place, inputs).prop_map(
        move |(session, (rendition, epoch, captured_us), (number, after), inputs)| Header {
            session,
            rendition: RenditionId::from_wire(rendition),
            epoch: Epoch::from_wire(epoch),
            extent,
            number,
            after,
            captured_us,
            newest: Version::from_wire(newest),
            inputs,
        },
    )
}

fn version(newest: u32) -> impl Strategy<Value = Version> {
    prop_oneof![Just(newest), 1..=newest].prop_map(Version::from_wire)
}

fn based(newest: u32) -> impl Strategy<Value = Based> {
    let version = prop_oneof![Just(newest), 2..=newest];
    version.prop_flat_map(|version| (Just(version), prop_oneof![Just(version - 1), 1..version])).prop_map(
        |(version, base)| Based { version: Version::from_wire(version), base: Version::from_wire(base) },
    )
}

fn index(extent: Extent) -> impl Strategy<Value = TileIndex> {
    (0..extent.grid().tiles()).prop_map(|place| TileIndex::from_usize(place).expect("a tile of the display"))
}

fn slot() -> impl Strategy<Value = Slot> {
    (0..4096_u16).prop_map(Slot::from_wire)
}

fn dictionary() -> impl Strategy<Value = DictionaryId> {
    (0..4_u8).prop_map(DictionaryId::from_wire)
}

/// A start and a length inside `whole`, not empty.
fn span(whole: u16) -> impl Strategy<Value = (u16, u16)> {
    (0..whole).prop_flat_map(move |start| (Just(start), 1..=whole - start))
}

fn copy(extent: Extent, newest: u32) -> impl Strategy<Value = Operation> {
    let across = span(extent.width())
        .prop_flat_map(move |(to, width)| (Just(to), Just(width), 0..=extent.width() - width));
    let down = span(extent.height())
        .prop_flat_map(move |(to, height)| (Just(to), Just(height), 0..=extent.height() - height));
    (based(newest), across, down).prop_map(|(based, (x, width, from_x), (y, height, from_y))| {
        Operation::Copy(CopyArea { based, from_x, from_y, to: PixelRect { x, y, width, height } })
    })
}

fn other(extent: Extent, newest: u32) -> impl Strategy<Value = Operation> {
    let reuse = (index(extent), version(newest), slot())
        .prop_map(|(index, version, slot)| Operation::Reuse(Reuse { index, version, slot }));
    let words =
        (dictionary(), payload()).prop_map(|(id, payload)| Operation::Dictionary(Dictionary { id, payload }));
    let picture = (any::<(u32, bool, u32)>(), payload()).prop_map(|((id, key, number), payload)| {
        Operation::VideoPicture(VideoPicture { id, key, number, payload })
    });
    let end = (any::<u32>(), version(newest))
        .prop_map(|(id, version)| Operation::VideoEnd(VideoEnd { id, version }));
    prop_oneof![tile(extent, newest), patch(extent, newest), reuse, words, region(extent), picture, end]
}

fn tile(extent: Extent, newest: u32) -> impl Strategy<Value = Operation> {
    let quality = prop_oneof![Just(u8::MAX), any::<u8>()];
    let coding = (any::<u8>(), prop::option::of(dictionary()));
    (index(extent), version(newest), quality, coding, prop::option::of(slot()), payload()).prop_map(
        |(index, version, quality, (coding, dictionary), keep, payload)| {
            let coding = Coding(coding);
            Operation::Tile(Tile { index, version, quality, coding, dictionary, keep, payload })
        },
    )
}

fn patch(extent: Extent, newest: u32) -> impl Strategy<Value = Operation> {
    let place = index(extent).prop_flat_map(move |index| {
        let tile = extent.grid().rect(index).expect("a tile of the display");
        (Just(index), span(tile.width), span(tile.height))
    });
    let coding = (any::<u8>(), prop::option::of(dictionary()));
    (based(newest), place, coding, payload()).prop_map(
        |(based, (index, (x, width), (y, height)), (coding, dictionary), payload)| {
            let rect = TileRect { x: x as u8, y: y as u8, width: width as u8, height: height as u8 };
            Operation::Patch(PatchTile { based, index, rect, coding: Coding(coding), dictionary, payload })
        },
    )
}

/// A region of even numbers; on a display of one pixel there is none, and a dictionary stands in.
fn region(extent: Extent) -> BoxedStrategy<Operation> {
    let (columns, rows) = (extent.width() / 2, extent.height() / 2);
    if columns == 0 || rows == 0 {
        let none = Dictionary { id: DictionaryId::from_wire(0), payload: Bytes::new() };
        return Just(Operation::Dictionary(none)).boxed();
    }
    (any::<u32>(), span(columns), span(rows), 1..=8192_u16, 1..=8192_u16)
        .prop_map(|(id, (x, width), (y, height), coded_width, coded_height)| {
            let rect = PixelRect { x: 2 * x, y: 2 * y, width: 2 * width, height: 2 * height };
            let (coded_width, coded_height) = (2 * coded_width, 2 * coded_height);
            Operation::VideoRegion(VideoRegion { id, rect, coded_width, coded_height })
        })
        .boxed()
}

fn pointer() -> impl Strategy<Value = Pointer> {
    any::<(u8, u16, u16)>().prop_map(|(display, x, y)| Pointer { display, x, y })
}

/// Any text of at most `bytes`.
fn text(bytes: usize) -> impl Strategy<Value = String> {
    any::<String>().prop_map(move |text| text[..text.floor_char_boundary(bytes)].to_owned())
}

pub(super) fn input() -> impl Strategy<Value = Record> {
    let button = (0..5_u8).prop_map(|raw| Button::from_wire(raw).expect("a button"));
    let name = || text(KEY_NAME_BYTES_MAX);
    let event = prop_oneof![
        pointer().prop_map(Event::Move),
        (pointer(), button, any::<bool>()).prop_map(|(at, button, down)| Event::Button { at, button, down }),
        (pointer(), any::<(i16, i16)>()).prop_map(|(at, (dx, dy))| Event::Wheel { at, dx, dy }),
        (any::<bool>(), name(), name()).prop_map(|(down, code, key)| Event::Key { down, code, key }),
        text(INPUT_TEXT_BYTES_MAX).prop_map(Event::Text),
        Just(Event::Release),
    ];
    (any::<u32>(), event).prop_map(|(number, event)| Record { number, event })
}

pub(super) fn cursor() -> impl Strategy<Value = Cursor> {
    let side = || (1..=256_u16).prop_flat_map(|side| (Just(side), 0..side));
    let shape = (side(), side(), payload()).prop_map(|((width, hot_x), (height, hot_y), pixels)| {
        Cursor::Shape(Shape { width, height, hot_x, hot_y, pixels })
    });
    prop_oneof![shape, pointer().prop_map(Cursor::At), Just(Cursor::Hidden)]
}

fn typed() -> impl Strategy<Value = bytes::Bytes> {
    prop::collection::vec(any::<u8>(), 1..600).prop_map(Into::into)
}

pub(super) fn to_shell() -> impl Strategy<Value = ToShell> {
    let size = || (1..=2000_u16, 1..=2000_u16).prop_map(|(columns, rows)| Size { columns, rows });
    let attach = (0..=VARINT_MAX, 0..=VARINT_MAX, size()).prop_map(|(shell, from, size)| ToShell::Attach {
        shell: ShellId::from_wire(shell),
        from,
        size,
    });
    let signal = prop_oneof![Just(Signal::Interrupt), Just(Signal::Terminate), Just(Signal::Kill)];
    prop_oneof![
        size().prop_map(ToShell::Start),
        attach,
        typed().prop_map(ToShell::Bytes),
        size().prop_map(ToShell::Resize),
        signal.prop_map(ToShell::Signal),
        Just(ToShell::Close),
        (0..=VARINT_MAX).prop_map(ToShell::Seen),
    ]
}

pub(super) fn from_shell() -> impl Strategy<Value = FromShell> {
    let counts = [0..=VARINT_MAX, 0..=VARINT_MAX, 0..=VARINT_MAX];
    let opened = (counts, "\\PC{0,60}").prop_map(|([shell, from, typed], program)| FromShell::Opened {
        shell: ShellId::from_wire(shell),
        from,
        typed,
        program,
    });
    prop_oneof![
        opened,
        typed().prop_map(FromShell::Bytes),
        any::<u32>().prop_map(|status| FromShell::Ended(Exit::Status(status))),
        any::<u32>().prop_map(|signal| FromShell::Ended(Exit::Signal(signal))),
        "\\PC{0,60}".prop_map(FromShell::Refused),
    ]
}

/// The control messages that carry lists or come often; the golden vectors have all of them.
pub(super) fn control() -> impl Strategy<Value = Control> {
    let session = || 0..=VARINT_MAX;
    let ping =
        any::<(u32, u32)>().prop_map(|(number, sent_us)| Body::Ping(control::Ping { number, sent_us }));
    let tiles = prop::collection::vec(0..16_384_u32, 0..200);
    let videos = prop::collection::vec(any::<u32>(), 0..8);
    let refresh = (session(), any::<(u16, u64)>(), tiles, videos);
    let refresh = refresh.prop_map(|(session, (rendition, epoch), tiles, videos)| {
        Body::Refresh(control::Refresh { session, rendition: rendition.into(), epoch, tiles, videos })
    });
    let answer = (session(), any::<(u16, u32, u32)>(), 0..=VARINT_MAX).prop_map(
        |(session, (rendition, decode_us, paint_us), applied)| {
            Body::Answer(control::Answer {
                session,
                rendition: rendition.into(),
                applied,
                decode_us,
                paint_us,
            })
        },
    );
    let display = (any::<(u8, i32, i32, bool)>(), 0..=16_384_u32, 0..=16_384_u32, text(256)).prop_map(
        |((id, x, y, primary), width, height, name)| {
            let id = id.into();
            control::Display { id, name, x, y, width, height, primary, scale_percent: 100 }
        },
    );
    let displays = (session(), prop::collection::vec(display, 0..=16))
        .prop_map(|(session, displays)| Body::Displays(control::Displays { session, displays }));
    let notice =
        (session(), text(1024)).prop_map(|(session, text)| Body::Notice(control::Notice { session, text }));
    prop_oneof![ping, refresh, answer, displays, notice].prop_map(|body| Control { body: Some(body) })
}
