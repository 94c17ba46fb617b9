//! The messages of the golden vectors: every kind and operation, each optional field with and without, and the
//! edges of their numbers; and for each kind some bytes that are no message.

use bytes::Bytes;
use wire::control::{self, Control, control::Body};
use wire::cursor::{Cursor, Shape};
use wire::input::{Button, Event, Pointer, Record};
use wire::screen::{
    Based, Coding, CopyArea, Dictionary, EXACT, Extent, Header, Operation, PatchTile, PixelRect, Reuse,
    SeatInput, Tile, TileRect, Update, VideoEnd, VideoPicture, VideoRegion,
};
use wire::shell::{Exit, FromShell, Signal, Size, ToShell};
use wire::stream::{StreamHeader, StreamKind};
use wire::{DictionaryId, Epoch, RenditionId, Seat, SessionId, ShellId, Slot, TileIndex, Version};

/// The largest number that a varint holds.
const VARINT_MAX: u64 = (1 << 62) - 1;

pub(super) fn stream_headers() -> Vec<(&'static str, StreamHeader)> {
    let header = |kind, session, seat| StreamHeader {
        kind,
        session: SessionId::from_wire(session),
        seat: Seat::from_wire(seat),
    };
    vec![
        ("control belongs to the link", StreamHeader::new(StreamKind::Control, SessionId::LINK)),
        ("screen", header(StreamKind::Screen, 63, 0)),
        ("input of a technician, without seat", header(StreamKind::Input, 64, 0)),
        ("input to an agent, with the largest seat", header(StreamKind::Input, 16_384, u32::MAX)),
        ("cursor of the largest session", header(StreamKind::Cursor, VARINT_MAX, 0)),
        ("shell of a technician, without seat", header(StreamKind::Shell, 16_383, 0)),
        ("shell at an agent, with a seat", header(StreamKind::Shell, 16_383, 64)),
        ("file", header(StreamKind::File, 1 << 30, 0)),
        ("clipboard", header(StreamKind::Clipboard, (1 << 30) - 1, 0)),
        ("system information", header(StreamKind::SystemInformation, 7, 0)),
        ("action", header(StreamKind::Action, 7, 0)),
        ("chat", header(StreamKind::Chat, 7, 0)),
        ("consent", header(StreamKind::Consent, 7, 0)),
    ]
}

pub(super) fn stream_headers_refused() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("nothing", vec![]),
        ("a kind that there is not", vec![0x0b, 7]),
        ("a session that ends early", vec![0x01, 0x40]),
        ("a seat beyond 32 bits", vec![0x02, 7, 0xc0, 0, 0, 1, 0, 0, 0, 0]),
    ]
}

/// A header of a display of 200 × 100 pixels: four columns, two rows, both cut off.
fn header() -> Header {
    Header {
        session: SessionId::from_wire(7),
        rendition: RenditionId::of(0, control::ColorMode::AllColors),
        epoch: Epoch::from_wire(0xfedc_ba98_7654_3210),
        extent: Extent::new(200, 100).expect("a size that a display can have"),
        number: 1,
        after: 0,
        captured_us: 0xffff_fff0,
        newest: Version::from_wire(5),
        inputs: Vec::new(),
    }
}

fn update(operations: Vec<Operation>) -> Update {
    Update { header: header(), operations }
}

fn tile() -> Tile {
    Tile {
        index: TileIndex::from_wire(3),
        version: Version::from_wire(5),
        quality: EXACT,
        coding: Coding(1),
        dictionary: None,
        keep: None,
        payload: Bytes::from_static(&[0x10, 0x20, 0x30]),
    }
}

fn based(version: u32, base: u32) -> Based {
    Based { version: Version::from_wire(version), base: Version::from_wire(base) }
}

pub(super) fn updates() -> Vec<(&'static str, Update)> {
    [updates_of_tiles(), updates_of_video(), headers()].into_iter().flatten().collect()
}

fn updates_of_tiles() -> Vec<(&'static str, Update)> {
    let rich = Tile {
        index: TileIndex::from_wire(7),
        version: Version::from_wire(2),
        quality: 40,
        coding: Coding(9),
        dictionary: Some(DictionaryId::from_wire(3)),
        keep: Some(Slot::from_wire(4095)),
        payload: Bytes::new(),
    };
    let large = Tile { payload: vec![0xa5; 600].into(), ..tile() };
    let to = PixelRect { x: 8, y: 0, width: 120, height: 90 };
    let copy = CopyArea { based: based(5, 4), from_x: 8, from_y: 10, to };
    let patch = PatchTile {
        based: based(4, 1),
        index: TileIndex::from_wire(0),
        rect: TileRect { x: 0, y: 0, width: 64, height: 64 },
        coding: Coding(2),
        dictionary: Some(DictionaryId::from_wire(0)),
        payload: Bytes::from_static(&[1]),
    };
    let letter = PatchTile {
        based: based(5, 4),
        index: TileIndex::from_wire(7),
        rect: TileRect { x: 1, y: 2, width: 7, height: 34 },
        dictionary: None,
        ..patch.clone()
    };
    let reuse = |index, version| Reuse {
        index: TileIndex::from_wire(index),
        version: Version::from_wire(version),
        slot: Slot::from_wire(64),
    };
    let dictionary = Dictionary { id: DictionaryId::from_wire(1), payload: Bytes::from_static(b"words") };
    let all = vec![
        Operation::Copy(copy),
        Operation::Dictionary(dictionary.clone()),
        Operation::Tile(tile()),
        Operation::Patch(letter.clone()),
        Operation::Reuse(reuse(1, 5)),
    ];
    vec![
        ("a tile", update(vec![Operation::Tile(tile())])),
        ("a tile with every optional field and no payload", update(vec![Operation::Tile(rich)])),
        ("a tile with a payload of its own chunk", update(vec![Operation::Tile(large)])),
        ("a copy", update(vec![Operation::Copy(copy)])),
        ("a patch of a whole tile, by a dictionary", update(vec![Operation::Patch(patch)])),
        ("a patch of a letter", update(vec![Operation::Patch(letter)])),
        ("two reuses", update(vec![Operation::Reuse(reuse(0, 5)), Operation::Reuse(reuse(5, 1))])),
        ("a dictionary", update(vec![Operation::Dictionary(dictionary)])),
        ("several operations, the copy first", update(all)),
    ]
}

fn updates_of_video() -> Vec<(&'static str, Update)> {
    let rect = PixelRect { x: 2, y: 4, width: 160, height: 90 };
    let region = VideoRegion { id: 300, rect, coded_width: 160, coded_height: 96 };
    let picture =
        |key, number| VideoPicture { id: 300, key, number, payload: Bytes::from_static(&[0, 0, 0, 1]) };
    let end = |version| VideoEnd { id: 300, version: Version::from_wire(version) };
    let pictures = vec![
        Operation::VideoRegion(region),
        Operation::VideoPicture(picture(true, 1)),
        Operation::VideoPicture(picture(false, 2)),
    ];
    vec![
        ("video begins", update(pictures)),
        ("video ends", update(vec![Operation::VideoEnd(end(5)), Operation::VideoEnd(end(1))])),
    ]
}

fn headers() -> Vec<(&'static str, Update)> {
    let inputs = [(1, 1), (70_000, u32::MAX)]
        .map(|(seat, number)| SeatInput { seat: Seat::from_wire(seat), number })
        .to_vec();
    let waiting = Header { number: 20_000, after: 19_900, inputs, ..header() };
    let last = Header {
        number: VARINT_MAX,
        after: VARINT_MAX - 1,
        newest: Version::from_wire(u32::MAX),
        ..header()
    };
    let empty = Header { newest: Version::NONE, captured_us: 0, ..header() };
    let large = Extent::new(7680, 4320).expect("a size that a display can have");
    let rendition = RenditionId::of(255, control::ColorMode::BlackAndWhite);
    let large = Header { extent: large, rendition, ..header() };
    let corner = Tile { index: TileIndex::from_wire(8159), ..tile() };
    vec![
        ("no operations, before the first capture", Update { header: empty, operations: Vec::new() }),
        ("two technicians, after an earlier update", Update { header: waiting, operations: Vec::new() }),
        ("the largest numbers", Update { header: last, operations: Vec::new() }),
        (
            "the last tile of an 8K display",
            Update { header: large, operations: vec![Operation::Tile(corner)] },
        ),
    ]
}

pub(super) fn updates_refused() -> Vec<(&'static str, Vec<u8>)> {
    let whole = |operations| update(operations).encode().concat();
    let one = |operation| whole(vec![operation]);
    let outside = Tile { index: TileIndex::from_wire(8), ..tile() };
    let to = PixelRect { x: 100, y: 0, width: 101, height: 1 };
    let copy = CopyArea { based: based(5, 4), from_x: 0, from_y: 0, to: PixelRect { width: 100, ..to } };
    let rect = PixelRect { x: 1, y: 0, width: 2, height: 2 };
    let odd = VideoRegion { id: 1, rect, coded_width: 2, coded_height: 2 };
    let flat = VideoRegion { coded_width: 0, rect: PixelRect { x: 0, ..rect }, ..odd };
    let patch = PatchTile {
        based: based(5, 4),
        index: TileIndex::from_wire(7),
        rect: TileRect { x: 0, y: 0, width: 9, height: 1 },
        coding: Coding(0),
        dictionary: None,
        payload: Bytes::new(),
    };
    let good = one(Operation::Tile(tile()));
    let mut longer = good.clone();
    longer.push(0);
    let operation = good.len() - 7;
    let with_operation = |first| {
        let mut damaged = good.clone();
        damaged[operation] = first;
        damaged
    };
    vec![
        ("it ends early", good[..good.len() - 1].to_vec()),
        ("it goes on behind its end", longer),
        ("an operation that there is not", with_operation(0x09)),
        ("a flag that a reuse does not have", with_operation(0x44)),
        ("a tile outside the display", one(Operation::Tile(outside))),
        ("a copy to outside the display", one(Operation::Copy(CopyArea { to, ..copy }))),
        ("a patch outside of a tile that is cut off", one(Operation::Patch(patch))),
        ("a copy that does not come first", whole(vec![Operation::Tile(tile()), Operation::Copy(copy)])),
        ("a video region with an odd place", one(Operation::VideoRegion(odd))),
        ("a video region without pixels", one(Operation::VideoRegion(flat))),
        ("another kind of stream", vec![0x03, 7]),
    ]
}

pub(super) fn inputs() -> Vec<(&'static str, Record)> {
    let at = Pointer { display: 1, x: 1919, y: 0 };
    let corner = Pointer { display: 255, x: 16_383, y: 16_383 };
    let key = |down, code: &str, key: &str| Event::Key { down, code: code.to_owned(), key: key.to_owned() };
    let events = [
        ("a move", Event::Move(at)),
        ("a move on the last display", Event::Move(corner)),
        ("the left button goes down", Event::Button { at, button: Button::Left, down: true }),
        ("the middle button goes up", Event::Button { at, button: Button::Middle, down: false }),
        ("the right button goes down", Event::Button { at, button: Button::Right, down: true }),
        ("the back button goes down", Event::Button { at, button: Button::Back, down: true }),
        ("the forward button goes down", Event::Button { at, button: Button::Forward, down: true }),
        ("the wheel turns down by a notch", Event::Wheel { at, dx: 0, dy: 120 }),
        ("the wheel turns left and up, as far as it can", Event::Wheel { at, dx: i16::MIN, dy: -1 }),
        ("a key goes down", key(true, "KeyA", "a")),
        ("a key of another layout goes up", key(false, "BracketLeft", "ü")),
        ("a key without a place", key(true, "", "😀")),
        ("text", Event::Text("Grüße, 世界".to_owned())),
        ("everything is released", Event::Release),
    ];
    let numbers = [1, 63, 64, 16_383, 16_384, (1 << 30) - 1, 1 << 30, u32::MAX];
    events
        .into_iter()
        .zip(numbers.into_iter().cycle())
        .map(|((name, event), number)| (name, Record { number, event }))
        .collect()
}

pub(super) fn inputs_refused() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a length over the limit", vec![0x44, 0x01]),
        ("an empty record", vec![0]),
        ("an event that there is not", vec![2, 1, 7]),
        ("a button that there is not", vec![9, 1, 2, 0, 0, 0, 0, 0, 5, 1]),
        ("a flag that is neither 0 nor 1", vec![9, 1, 2, 0, 0, 0, 0, 0, 0, 2]),
        ("bytes behind the event", vec![3, 1, 6, 0]),
        ("text that is no UTF-8", vec![4, 1, 5, 1, 0xff]),
        ("a key with a name that is too long", vec![4, 1, 4, 1, 33]),
        ("a record that ends in its fields", vec![3, 1, 1, 0]),
    ]
}

pub(super) fn cursors() -> Vec<(&'static str, Cursor)> {
    let small = Shape { width: 1, height: 1, hot_x: 0, hot_y: 0, pixels: Bytes::from_static(&[1, 2, 3, 4]) };
    let large = Shape { width: 256, height: 255, hot_x: 255, hot_y: 254, pixels: vec![0x5a; 700].into() };
    vec![
        ("the smallest shape", Cursor::Shape(small)),
        ("a large shape, with its hot spot in the corner", Cursor::Shape(large)),
        ("a place", Cursor::At(Pointer { display: 1, x: 640, y: 480 })),
        ("nothing is shown", Cursor::Hidden),
    ]
}

pub(super) fn cursors_refused() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a length over the limit", vec![0x80, 0x04, 0x80, 0x01]),
        ("a record that there is not", vec![1, 4]),
        ("a shape without pixels", vec![9, 1, 0, 0, 0, 1, 0, 0, 0, 0]),
        ("a shape that is too wide", vec![9, 1, 1, 1, 0, 1, 0, 0, 0, 0]),
        ("a shape that points outside itself", vec![9, 1, 0, 1, 0, 1, 0, 1, 0, 0]),
        ("a place that ends early", vec![4, 2, 0, 0, 0]),
        ("bytes behind the record", vec![2, 3, 0]),
    ]
}

pub(super) fn to_shells() -> Vec<(&'static str, ToShell)> {
    let size = Size { columns: 80, rows: 24 };
    let (shell, largest) = (ShellId::from_wire(VARINT_MAX), Size { columns: 2000, rows: 2000 });
    vec![
        ("a new shell", ToShell::Start(size)),
        ("back to one, from its first byte", ToShell::Attach { shell: ShellId::from_wire(1), from: 0, size }),
        ("back to one, largest numbers", ToShell::Attach { shell, from: (1 << 53) - 1, size: largest }),
        ("a key", ToShell::Bytes(Bytes::from_static(b"l"))),
        ("as many bytes as a record has", ToShell::Bytes(vec![0xff; 16_384].into())),
        ("the smallest terminal", ToShell::Resize(Size { columns: 1, rows: 1 })),
        ("interrupt", ToShell::Signal(Signal::Interrupt)),
        ("terminate", ToShell::Signal(Signal::Terminate)),
        ("kill", ToShell::Signal(Signal::Kill)),
        ("close", ToShell::Close),
        ("a page of output was shown", ToShell::Seen(16_384)),
    ]
}

pub(super) fn to_shells_refused() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a length over the limit", vec![0x80, 0, 0x40, 0x02]),
        ("nothing in it", vec![0]),
        ("a record that there is not", vec![1, 8]),
        ("no columns", vec![5, 1, 0, 0, 0, 24]),
        ("too many rows", vec![5, 1, 0, 80, 0x07, 0xd1]),
        ("no bytes", vec![1, 3]),
        ("a signal that there is not", vec![2, 5, 4]),
        ("bytes behind the record", vec![2, 6, 0]),
    ]
}

pub(super) fn from_shells() -> Vec<(&'static str, FromShell)> {
    let program = "/bin/bash".to_owned();
    let late =
        FromShell::Opened { shell: ShellId::from_wire(9), from: 1 << 40, typed: 300, program: String::new() };
    vec![
        ("a new one", FromShell::Opened { shell: ShellId::from_wire(1), from: 0, typed: 0, program }),
        ("one that has said much", late),
        ("a prompt", FromShell::Bytes(Bytes::from_static(b"$ "))),
        ("bytes that are no text", FromShell::Bytes(Bytes::from_static(&[0xff, 0x00, 0x1b]))),
        ("all is well", FromShell::Ended(Exit::Status(0))),
        ("not found", FromShell::Ended(Exit::Status(127))),
        ("killed", FromShell::Ended(Exit::Signal(9))),
        ("none may be started", FromShell::Refused("as many shells as there may be".to_owned())),
    ]
}

pub(super) fn from_shells_refused() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a length over the limit", vec![0x80, 0, 0x40, 0x02]),
        ("a record that there is not", vec![1, 5]),
        ("a program that is no text", vec![6, 1, 1, 0, 0, 1, 0xff]),
        ("no bytes", vec![1, 2]),
        ("an end that there is not", vec![3, 3, 2, 0]),
        ("a status beyond 32 bits", vec![10, 3, 0, 0xc0, 0, 0, 1, 0, 0, 0, 0]),
        ("bytes behind the record", vec![4, 3, 0, 0, 0]),
    ]
}

pub(super) fn controls() -> Vec<(&'static str, Control)> {
    let bodies = [greetings(), sessions(), pictures(), people()].into_iter().flatten();
    let messages = bodies.map(|(name, body)| (name, Control { body: Some(body) }));
    messages.chain([("a body that this protocol does not have", Control { body: None })]).collect()
}

/// What passes between relay and endpoint for the person there.
fn people() -> Vec<(&'static str, Body)> {
    let ask = control::ConsentAsk {
        session: 7,
        request: 3,
        participant: "account 7".to_owned(),
        name: "Zoë".to_owned(),
        rights: vec![control::Right::View.into(), control::Right::Control.into()],
        timeout_ms: 60_000,
        silence_allows: false,
    };
    let by = control::ConsentBy::Silence.into();
    let answer = control::ConsentAnswer { session: 7, request: 3, is_allowed: true, by };
    let said = control::ChatSaid {
        session: 7,
        message: 41,
        name: "Zoë".to_owned(),
        is_own: false,
        text: "Good day, 世界".to_owned(),
        at_ms: 1_795_000_000_123,
    };
    let say = control::ChatSay { session: 7, text: "It is the printer.".to_owned() };
    vec![
        ("the person at an endpoint is asked", Body::ConsentAsk(ask)),
        ("nobody said no", Body::ConsentAnswer(answer)),
        ("something said to an endpoint", Body::ChatSaid(said)),
        ("something said at an endpoint", Body::ChatSay(say)),
        (
            "a technician waits for the person at an endpoint",
            Body::JoinPending(control::JoinPending { request: 3, timeout_ms: 60_000 }),
        ),
        ("the person at an endpoint has enough", Body::CustomerEnds(control::CustomerEnds { session: 7 })),
    ]
}

fn seat_granted(session: u64) -> control::SeatGranted {
    let rights =
        vec![control::Right::View.into(), control::Right::Shell.into(), control::Right::RunAs.into()];
    let (participant, name) = ("account 7".to_owned(), "Zoë".to_owned());
    let allow = vec!["/srv/in".to_owned(), "C:\\In".to_owned()];
    let paths = vec![control::PathLimits { allow, deny: vec!["/srv/in/private".to_owned()] }];
    control::SeatGranted { session, seat: 2, participant, name, rights, paths }
}

pub(super) fn controls_refused() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |body| control::to_bytes(body).to_vec();
    let session = VARINT_MAX + 1;
    let display = control::Display { id: 256, ..control::Display::default() };
    let text = "x".repeat(1025);
    let refresh = control::Refresh { tiles: vec![16_384], ..control::Refresh::default() };
    vec![
        ("a length over the limit", vec![0, 1, 0, 1]),
        ("no protobuf", vec![0, 0, 0, 1, 0xff]),
        ("a message that ends early", vec![0, 0, 0, 2, 0]),
        ("a session that fits no varint", bytes(Body::Leave(control::Leave { session }))),
        ("a join of nothing", bytes(Body::Join(control::Join::default()))),
        (
            "a display beyond the last one",
            bytes(Body::Displays(control::Displays { session: 7, displays: vec![display] })),
        ),
        (
            "too many displays",
            bytes(Body::Displays(control::Displays {
                session: 7,
                displays: vec![control::Display::default(); 17],
            })),
        ),
        ("a text that nobody reads to its end", bytes(Body::Notice(control::Notice { session: 7, text }))),
        ("a tile beyond the last one", bytes(Body::Refresh(refresh))),
        (
            "more said than a chat takes",
            bytes(Body::ChatSay(control::ChatSay { session: 7, text: "x".repeat(16_001) })),
        ),
        (
            "an answer for a session that fits no varint",
            bytes(Body::ConsentAnswer(control::ConsentAnswer { session, ..Default::default() })),
        ),
    ]
}

fn greetings() -> Vec<(&'static str, Body)> {
    let key = control::AgentKey { public_key: vec![0x11; 32].into(), signature: vec![0x22; 64].into() };
    let enrolment = control::Enrolment { secret: vec![0x33; 16].into(), key: Some(key.clone()) };
    let device = control::Device {
        host_name: "büro-7".to_owned(),
        os: "Linux".to_owned(),
        os_version: "13".to_owned(),
        user: "ada".to_owned(),
    };
    let hello = |role: control::Role, proof| control::Hello {
        protocol_min: 1,
        protocol_max: 1,
        role: role.into(),
        software: "nearhand 0.1.0".to_owned(),
        proof: Some(proof),
        ..control::Hello::default()
    };
    let agent = hello(control::Role::Agent, control::hello::Proof::AgentKey(key));
    let agent = control::Hello {
        capabilities: vec!["a".to_owned(), "b".to_owned()],
        device: Some(device),
        resume_token: vec![1, 2, 3].into(),
        ..agent
    };
    let welcome = control::Welcome {
        protocol: 1,
        software: "nearhand 0.1.0".to_owned(),
        capabilities: vec!["a".to_owned()],
        endpoint_id: "e1".to_owned(),
        endpoint_name: "Büro 7".to_owned(),
        attended: None,
    };
    let own = control::AttendedSession { session: VARINT_MAX, secret: vec![0x44; 32].into() };
    let welcome_back = control::Welcome { attended: Some(own.clone()), ..welcome.clone() };
    let refusal = control::Refusal {
        code: control::RefusalCode::OpenerTooOld.into(),
        detail: "the program that connects is too old: it speaks up to 1, the relay needs 2".to_owned(),
        protocol_min: 2,
        protocol_max: 3,
        retry_after_ms: 0,
    };
    let enrolling = hello(control::Role::Agent, control::hello::Proof::Enrolment(enrolment));
    let attended = |by| control::Attended {
        by: Some(by),
        name: "Zoë".to_owned(),
        question: "no sound".to_owned(),
        language: "fr".to_owned(),
    };
    let by_key = attended(control::attended::By::Key("ABCDE-FGHJK".to_owned()));
    let by_session = attended(control::attended::By::Session(own));
    let attended = |own| hello(control::Role::Agent, control::hello::Proof::Attended(own));
    let ticket = control::hello::Proof::Ticket("t".to_owned());
    vec![
        ("hello of an agent", Body::Hello(agent)),
        ("hello of an agent that enrols", Body::Hello(enrolling)),
        ("hello of an agent with a session key", Body::Hello(attended(by_key))),
        ("hello of an agent of a session", Body::Hello(attended(by_session))),
        ("hello of a technician", Body::Hello(hello(control::Role::Technician, ticket))),
        ("welcome", Body::Welcome(welcome)),
        ("welcome of an attended agent", Body::Welcome(welcome_back)),
        ("refusal", Body::Refusal(refusal)),
        ("ping", Body::Ping(control::Ping { number: 1, sent_us: u32::MAX })),
        ("pong", Body::Pong(control::Pong { number: 1, sent_us: u32::MAX, clock_us: 1 })),
        ("going away", Body::GoingAway(control::GoingAway { resume_token: vec![9].into(), jitter_ms: 500 })),
    ]
}

fn sessions() -> Vec<(&'static str, Body)> {
    let session = VARINT_MAX;
    let code = control::RefusalCode::Offline.into();
    let detail = "gone".to_owned();
    let mode = control::ColorMode::AllColors.into();
    let join = |request, target, watch| Body::Join(control::Join { request, target: Some(target), watch });
    let by_id = control::join::Target::EndpointId("e1".to_owned());
    let by_session = control::join::Target::Session(session);
    let joined = control::Joined {
        request: 1,
        session,
        seat: 2,
        grant: Some(control::Grant { view: true, control: false }),
        endpoint_name: "Büro 7".to_owned(),
    };
    let refused = control::JoinRefused { request: 1, code, detail: detail.clone(), retry_after_ms: 1000 };
    let ended = control::SessionEnded { session, code, detail: detail.clone() };
    let state = control::ControlState { session, granted: false, detail: detail.clone() };
    let closed = control::SessionClosed { session, detail: detail.clone(), for_good: true };
    vec![
        ("join of an endpoint", join(1, by_id.clone(), None)),
        ("join of a session", join(u32::MAX, by_session, None)),
        ("join that watches", join(2, by_id.clone(), Some(control::Watch { mode, display: None }))),
        ("join that watches a display", join(3, by_id, Some(control::Watch { mode, display: Some(0) }))),
        ("joined", Body::Joined(joined)),
        ("join refused", Body::JoinRefused(refused)),
        ("leave", Body::Leave(control::Leave { session })),
        ("session ended", Body::SessionEnded(ended)),
        ("session opened", Body::SessionOpened(control::SessionOpened { session })),
        ("session closed", Body::SessionClosed(closed)),
        ("seat left", Body::SeatLeft(control::SeatLeft { session, seat: 2, for_good: false })),
        ("seat left for good", Body::SeatLeft(control::SeatLeft { session, seat: 2, for_good: true })),
        ("seat granted", Body::SeatGranted(seat_granted(session))),
        ("control wish", Body::ControlWish(control::ControlWish { session, wanted: true })),
        ("control state", Body::ControlState(state)),
        ("notice", Body::Notice(control::Notice { session, text: detail })),
    ]
}

fn pictures() -> Vec<(&'static str, Body)> {
    let session = 7;
    let display = control::Display {
        id: 1,
        name: "HDMI-1".to_owned(),
        x: -1920,
        y: 0,
        width: 1920,
        height: 1080,
        primary: true,
        scale_percent: 150,
    };
    let mode = control::ColorMode::FewColors.into();
    let wanted = vec![control::Wanted { display: 1, mode, bytes_per_second: 1_000_000 }];
    let epoch = 0xfedc_ba98_7654_3210;
    let (tiles, videos) = (vec![0, 127, 128, 16_383], vec![1, 300]);
    let refresh = control::Refresh { session, rendition: 0x0104, epoch, tiles, videos };
    let answer =
        control::Answer { session, rendition: 0x0104, applied: 1 << 40, decode_us: 300, paint_us: 16_000 };
    vec![
        ("displays", Body::Displays(control::Displays { session, displays: vec![display] })),
        ("demand", Body::Demand(control::Demand { session, wanted })),
        ("demand of nothing", Body::Demand(control::Demand { session, wanted: Vec::new() })),
        ("refresh", Body::Refresh(refresh)),
        ("answer", Body::Answer(answer)),
    ]
}
