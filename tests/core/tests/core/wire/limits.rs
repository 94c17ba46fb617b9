//! Limits: each is held, and what breaks it is told with the field, the number found and the limit.

use std::fmt::Debug;

use bytes::Bytes;
use expect_test::expect;
use wire::control::{self, control::Body};
use wire::cursor::{Cursor, Shape};
use wire::input::{Event, Pointer, Record};
use wire::screen::{
    Coding, Dictionary, EXACT, Extent, Header, Operation, SeatInput, Tile, Update, VideoPicture,
};
use wire::{DictionaryId, Epoch, RenditionId, Seat, SessionId, Slot, TileIndex, Version};

use super::kinds::{CONTROL, CURSOR, INPUT, Kind, UPDATE};

fn refusal<T: Debug>(kind: &Kind<T>, message: &T) -> String {
    let error = (kind.decode)((kind.encode)(message)).expect_err("a message over its limit");
    format!("{}: {error}\n", kind.name)
}

fn header() -> Header {
    Header {
        session: SessionId::from_wire(7),
        rendition: RenditionId::from_wire(4),
        epoch: Epoch::from_wire(1),
        extent: Extent::new(16_384, 4_096).expect("the largest display"),
        number: 1,
        after: 0,
        captured_us: 0,
        newest: Version::from_wire(1),
        inputs: Vec::new(),
    }
}

fn update(operation: Operation) -> String {
    refusal(&UPDATE, &Update { header: header(), operations: vec![operation] })
}

fn tile() -> Tile {
    Tile {
        index: TileIndex::from_wire(0),
        version: Version::from_wire(1),
        quality: EXACT,
        coding: Coding(0),
        dictionary: None,
        keep: None,
        payload: Bytes::new(),
    }
}

fn zeros(length: usize) -> Bytes {
    vec![0; length].into()
}

#[test]
fn updates_over_a_limit_are_refused_with_it() {
    let id = DictionaryId::from_wire(4);
    let seat = SeatInput { seat: Seat::from_wire(1), number: 1 };
    let crowd = Update { header: Header { inputs: vec![seat; 17], ..header() }, operations: Vec::new() };
    let many = Update { header: header(), operations: vec![Operation::Tile(tile()); (16 << 10) + 1] };
    let tiles = vec![Operation::Tile(Tile { payload: zeros(18 << 10), ..tile() }); 57];
    let huge = Update { header: header(), operations: tiles };
    let picture = VideoPicture { id: 1, key: true, number: 1, payload: zeros((768 << 10) + 1) };
    let refusals = [
        update(Operation::Tile(Tile { payload: zeros((18 << 10) + 1), ..tile() })),
        update(Operation::Tile(Tile { index: TileIndex::from_wire(16_384), ..tile() })),
        update(Operation::Tile(Tile { keep: Some(Slot::from_wire(4096)), ..tile() })),
        update(Operation::Tile(Tile { dictionary: Some(id), ..tile() })),
        update(Operation::Dictionary(Dictionary { id, payload: Bytes::new() })),
        update(Operation::Dictionary(Dictionary {
            id: DictionaryId::from_wire(0),
            payload: zeros((32 << 10) + 1),
        })),
        update(Operation::VideoPicture(picture)),
        refusal(&UPDATE, &crowd),
        refusal(&UPDATE, &many),
        refusal(&UPDATE, &huge),
    ];
    expect![[r#"
        update: tile is 18433, the limit is 18432
        update: tile index is 16384, the limit is 16383
        update: slot is 4096, the limit is 4095
        update: dictionary id is 4, the limit is 3
        update: dictionary id is 4, the limit is 3
        update: dictionary is 32769, the limit is 32768
        update: picture is 786433, the limit is 786432
        update: seats is 17, the limit is 16
        update: operations is 16385, the limit is 16384
        update: update is 1051023, the limit is 1048576
    "#]]
    .assert_eq(&refusals.concat());
}

#[test]
fn displays_over_a_limit_are_refused_with_it() {
    let refusals = [(16_385, 1), (1, 16_385), (16_384, 16_384), (0, 1)].map(|(width, height)| {
        format!("{}\n", Extent::new(width, height).expect_err("no display is so large"))
    });
    expect![[r#"
        width is 16385, the limit is 16384
        height is 16385, the limit is 16384
        tiles is 65536, the limit is 16384
        a display without pixels
    "#]]
    .assert_eq(&refusals.concat());
}

#[test]
fn records_over_a_limit_are_refused_with_it() {
    let input = |event| refusal(&INPUT, &Record { number: 1, event });
    let key =
        |code: usize, key: usize| Event::Key { down: true, code: "c".repeat(code), key: "k".repeat(key) };
    let shape = |width, height, pixels| {
        let pixels = zeros(pixels);
        refusal(&CURSOR, &Cursor::Shape(Shape { width, height, hot_x: 0, hot_y: 0, pixels }))
    };
    let refusals = [
        input(Event::Text("t".repeat(513))),
        input(Event::Text("t".repeat(1024))),
        input(key(33, 1)),
        input(key(1, 33)),
        shape(257, 1, 0),
        shape(1, 257, 0),
        shape(1, 1, 288 << 10),
    ];
    expect![[r#"
        input: text is 513, the limit is 512
        input: input record is 1028, the limit is 1024
        input: code of a key is 33, the limit is 32
        input: key is 33, the limit is 32
        cursor: cursor is 257, the limit is 256
        cursor: cursor is 257, the limit is 256
        cursor: cursor record is 294921, the limit is 294912
    "#]]
    .assert_eq(&refusals.concat());
    let inside = Record { number: 1, event: Event::Move(Pointer { display: 255, x: 65_535, y: 65_535 }) };
    assert_eq!((INPUT.decode)((INPUT.encode)(&inside)), Ok(inside));
}

#[test]
fn control_messages_over_a_limit_are_refused_with_it() {
    let check = |body| refusal(&CONTROL, &control::Control { body: Some(body) });
    let long = || "x".repeat(257);
    let session = 7;
    let display = control::Display { name: long(), ..control::Display::default() };
    let wide = control::Display { width: 16_385, ..control::Display::default() };
    let displays = |displays| Body::Displays(control::Displays { session, displays });
    let wanted = vec![control::Wanted::default(); 33];
    let beyond = vec![control::Wanted { display: 256, ..control::Wanted::default() }];
    let by_id = Some(control::join::Target::EndpointId(long()));
    let by_number = Some(control::join::Target::Session(session));
    let far = Some(control::Watch { mode: 0, display: Some(256) });
    let refusals = [
        check(Body::Welcome(control::Welcome { software: long(), ..control::Welcome::default() })),
        check(Body::Welcome(control::Welcome {
            capabilities: vec![String::new(); 65],
            ..Default::default()
        })),
        check(Body::Join(control::Join { request: 1, target: by_id, watch: None })),
        check(Body::Join(control::Join { request: 1, target: by_number, watch: far })),
        check(displays(vec![display])),
        check(displays(vec![wide])),
        check(Body::Demand(control::Demand { session, wanted })),
        check(Body::Demand(control::Demand { session, wanted: beyond })),
        check(Body::Refresh(control::Refresh { tiles: vec![0; 16_385], ..control::Refresh::default() })),
        check(Body::Refresh(control::Refresh { videos: vec![1; 9], ..control::Refresh::default() })),
        check(Body::Refresh(control::Refresh { rendition: 65_536, ..control::Refresh::default() })),
        check(Body::Answer(control::Answer { applied: 1 << 62, ..control::Answer::default() })),
        check(Body::GoingAway(control::GoingAway { resume_token: zeros(257), jitter_ms: 0 })),
    ];
    expect![[r#"
        control: software is 257, the limit is 256
        control: capabilities is 65, the limit is 64
        control: endpoint is 257, the limit is 256
        control: display is 256, the limit is 255
        control: name of a display is 257, the limit is 256
        control: width is 16385, the limit is 16384
        control: wishes is 33, the limit is 32
        control: display is 256, the limit is 255
        control: tiles is 16385, the limit is 16384
        control: videos is 9, the limit is 8
        control: rendition is 65536, the limit is 65535
        control: applied is 4611686018427387904, the limit is 4611686018427387903
        control: resume token is 257, the limit is 256
    "#]]
    .assert_eq(&refusals.concat());
}

#[test]
fn a_hello_over_a_limit_is_refused_with_it() {
    let ticket = |length| Some(control::hello::Proof::Ticket("t".repeat(length)));
    let good = control::Hello {
        protocol_min: 1,
        protocol_max: 1,
        role: control::Role::Technician.into(),
        proof: ticket(256),
        ..control::Hello::default()
    };
    assert_eq!(good.check(), Ok(()));
    let device = Some(control::Device { host_name: "h".repeat(257), ..control::Device::default() });
    let hellos = [
        control::Hello { proof: ticket(257), ..good.clone() },
        control::Hello { software: "s".repeat(257), ..good.clone() },
        control::Hello { capabilities: vec![String::new(); 65], ..good.clone() },
        control::Hello { device, ..good.clone() },
        control::Hello { protocol_min: 2, ..good.clone() },
        control::Hello { role: 9, ..good.clone() },
        control::Hello { proof: None, ..good },
    ];
    let refusals = hellos.map(|hello| format!("{}\n", hello.check().expect_err("a hello over its limit")));
    expect![[r#"
        ticket is 257, the limit is 256
        software is 257, the limit is 256
        capabilities is 65, the limit is 64
        host name is 257, the limit is 256
        a newest protocol that is older than the oldest
        a hello whose proof is not the one that its role needs
        a hello whose proof is not the one that its role needs
    "#]]
    .assert_eq(&refusals.concat());
}
