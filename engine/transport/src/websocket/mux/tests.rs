//! Two muxes that talk to each other in memory, and peers that break the rules.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::websocket::flow::REPORT_BYTES;
use crate::websocket::frame::Frame;
use crate::websocket::incoming::End;

fn mux(side: Side) -> Mux {
    Mux::new(side, Meter::default(), Arc::new(News::default()))
}

/// Both sides of a link, with a wire on which everything arrives when it is asked for.
struct Pair {
    opener: Mux,
    acceptor: Mux,
    now: Instant,
}

impl Pair {
    fn new() -> Self {
        Self { opener: mux(Side::Opener), acceptor: mux(Side::Acceptor), now: Instant::now() }
    }

    /// Moves up to `messages` from the opener to the acceptor; says how many there were.
    fn forth(&mut self, messages: usize) -> usize {
        self.now += Duration::from_millis(1);
        carry(self.now, &mut self.opener, &mut self.acceptor, messages)
    }

    fn back(&mut self, messages: usize) -> usize {
        self.now += Duration::from_millis(1);
        carry(self.now, &mut self.acceptor, &mut self.opener, messages)
    }

    fn settle(&mut self) {
        while 0 < self.forth(usize::MAX) + self.back(usize::MAX) {}
    }
}

fn carry(now: Instant, from: &mut Mux, to: &mut Mux, messages: usize) -> usize {
    let mut carried = 0;
    while carried < messages
        && let Some(message) = from.next_message(now)
    {
        to.receive(now, message).unwrap();
        carried += 1;
    }
    carried
}

fn open(mux: &mut Mux, direction: Direction) -> StreamId {
    mux.open(direction).unwrap().expect("a permitted stream").id
}

fn write_all(mux: &mut Mux, id: StreamId, bytes: &[u8]) {
    let mut chunks = [Bytes::copy_from_slice(bytes)];
    assert_eq!(mux.write(id, &mut chunks), Ok((bytes.len(), 1)));
}

/// Everything that can be read now, and whether the end came.
fn read_all(mux: &mut Mux, id: StreamId) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    loop {
        match mux.read(id).unwrap() {
            Found::Bytes(more) => bytes.extend_from_slice(&more),
            Found::End(end) => return (bytes, end == End::Finished),
            Found::Nothing => return (bytes, false),
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// A stream of this many bytes, if one is permitted.
    Send {
        bytes: usize,
        priority: i32,
    },
    /// The receiver reads what is there.
    Read,
    Forth(usize),
    Back(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..400_000_usize, 0..4_i32).prop_map(|(bytes, priority)| Step::Send { bytes, priority }),
        Just(Step::Read),
        (1..40_usize).prop_map(Step::Forth),
        (1..40_usize).prop_map(Step::Back),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// In whatever portions messages travel and bytes are read, every stream arrives whole, once and in order, and
    /// nobody who obeys is taken for a violator.
    #[test]
    fn every_stream_arrives_whole_however_it_is_cut(steps in prop::collection::vec(step(), 1..40)) {
        let mut pair = Pair::new();
        let mut left: HashMap<StreamId, Bytes> = HashMap::new();
        let mut sent: HashMap<StreamId, usize> = HashMap::new();
        let mut reading: HashMap<StreamId, Vec<u8>> = HashMap::new();
        let mut done: HashMap<StreamId, Vec<u8>> = HashMap::new();
        let finale = (0..400).flat_map(|_| [Step::Forth(1000), Step::Read, Step::Back(1000)]);
        for step in steps.into_iter().chain(finale) {
            match step {
                Step::Send { bytes, priority } => {
                    if let Some(opened) = pair.opener.open(Direction::Uni).unwrap() {
                        pair.opener.set_priority(opened.id, priority);
                        left.insert(opened.id, (0..bytes).map(|i| (i % 251) as u8).collect());
                        sent.insert(opened.id, bytes);
                    }
                }
                Step::Read => {
                    while let Some(opened) = pair.acceptor.accept(Direction::Uni).unwrap() {
                        reading.insert(opened.id, Vec::new());
                    }
                    reading.retain(|id, bytes| {
                        let (more, is_end) = read_all(&mut pair.acceptor, *id);
                        bytes.extend_from_slice(&more);
                        if is_end {
                            done.insert(*id, std::mem::take(bytes));
                        }
                        !is_end
                    });
                }
                Step::Forth(messages) => { pair.forth(messages); }
                Step::Back(messages) => { pair.back(messages); }
            }
            left.retain(|id, bytes| {
                pair.opener.write(*id, std::slice::from_mut(bytes)).unwrap();
                if bytes.is_empty() {
                    pair.opener.finish(*id).unwrap();
                }
                !bytes.is_empty()
            });
        }
        prop_assert_eq!(done.len(), sent.len());
        for (id, length) in sent {
            let whole: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            prop_assert!(done.get(&id) == Some(&whole), "{:?} of {} bytes is not whole", id, length);
        }
        prop_assert!(pair.opener.streams.is_empty() && pair.acceptor.streams.is_empty());
        prop_assert_eq!(pair.opener.pending_bytes, 0);
        prop_assert_eq!(pair.opener.flow.under_way(), 0);
    }
}

proptest! {
    /// Whatever a peer sends, it is taken or it is a violation; nothing panics and nothing grows.
    #[test]
    fn any_messages_are_taken_or_refused(
        messages in prop::collection::vec(prop::collection::vec(0_u8..9, 0..12), 0..200),
    ) {
        let mut mux = mux(Side::Acceptor);
        for message in messages {
            if mux.receive(Instant::now(), message.into()).is_err() {
                break;
            }
            while mux.next_message(Instant::now()).is_some() {}
        }
        prop_assert!(mux.streams.len() <= 2 * STREAMS_AT_FIRST as usize);
    }
}

#[test]
fn what_is_urgent_overtakes_what_waits() {
    let mut pair = Pair::new();
    let bulk = open(&mut pair.opener, Direction::Uni);
    write_all(&mut pair.opener, bulk, &[1; 200_000]);
    // Two messages of bulk are gone already.
    pair.forth(3);
    let input = open(&mut pair.opener, Direction::Uni);
    pair.opener.set_priority(input, Priority::Input.to_number());
    write_all(&mut pair.opener, input, b"key");
    // The opening and the key, and nothing else in front.
    pair.forth(2);
    while pair.acceptor.accept(Direction::Uni).unwrap().is_some() {}
    assert_eq!(read_all(&mut pair.acceptor, input).0, b"key");
    assert!(read_all(&mut pair.acceptor, bulk).0.len() < 20_000);
}

#[test]
fn equals_take_turns_and_older_updates_go_first() {
    let mut mux = mux(Side::Opener);
    let mut next = |priorities: [Priority; 2]| {
        let ids = priorities.map(|priority| {
            let id = open(&mut mux, Direction::Uni);
            mux.set_priority(id, priority.to_number());
            write_all(&mut mux, id, &[0; 20_000]);
            id
        });
        let mut order = Vec::new();
        while let Some(message) = mux.next_message(Instant::now()) {
            if let Frame::Data(id, _) = Frame::decode(message).unwrap() {
                order.push(ids.iter().position(|other| *other == id).unwrap());
            }
        }
        order
    };
    assert_eq!(next([Priority::Bulk, Priority::Bulk]), [0, 1, 0, 1, 0, 1]);
    assert_eq!(next([Priority::Screen(8), Priority::Screen(7)]), [1, 1, 1, 0, 0, 0]);
}

#[test]
fn a_sender_stops_at_its_credit_and_goes_on_when_the_reader_reads() {
    let mut pair = Pair::new();
    let id = open(&mut pair.opener, Direction::Uni);
    let mut chunks = [Bytes::from(vec![0; 1_000_000])];
    let mut taken = 0;
    for _ in 0..4 {
        taken += pair.opener.write(id, &mut chunks).unwrap().0;
        pair.settle();
    }
    assert!(taken as u64 <= 2 * STREAM_WINDOW_BYTES, "{taken} bytes were taken without a reader");
    pair.acceptor.accept(Direction::Uni).unwrap();
    assert_eq!(read_all(&mut pair.acceptor, id).0.len() as u64, STREAM_WINDOW_BYTES);
    pair.settle();
    assert!(!read_all(&mut pair.acceptor, id).0.is_empty());
}

#[test]
fn the_link_has_a_window_of_its_own() {
    let mut opener = mux(Side::Opener);
    for _ in 0..STREAMS_AT_FIRST {
        let id = open(&mut opener, Direction::Uni);
        write_all(&mut opener, id, &vec![0; STREAM_WINDOW_BYTES as usize]);
        let id = open(&mut opener, Direction::Bi);
        write_all(&mut opener, id, &vec![0; STREAM_WINDOW_BYTES as usize]);
    }
    while opener.next_message(Instant::now()).is_some() {}
    assert_eq!(opener.flow.under_way(), LINK_WINDOW_BYTES);
    assert!(0 < opener.pending_bytes);
    let report = Frame::Arrived(LINK_WINDOW_BYTES).encode();
    opener.receive(Instant::now(), report).unwrap();
    assert!(opener.next_message(Instant::now()).is_some());
}

#[test]
fn arrivals_are_reported_at_the_latest_every_64_kilobytes() {
    let mut acceptor = mux(Side::Acceptor);
    let id = StreamId::new(Side::Opener, Direction::Uni, 0);
    acceptor.receive(Instant::now(), Frame::Open(id).encode()).unwrap();
    for _ in 0..REPORT_BYTES / 8000 {
        let data = Frame::Data(id, vec![0; 8000].into());
        acceptor.receive(Instant::now(), data.encode()).unwrap();
        assert!(!acceptor.is_report_late());
    }
    acceptor.receive(Instant::now(), Frame::Data(id, vec![0; 8000].into()).encode()).unwrap();
    assert!(acceptor.is_report_late());
}

#[test]
fn a_stopped_stream_is_reset_and_its_writer_hears_why() {
    let mut pair = Pair::new();
    let id = open(&mut pair.opener, Direction::Uni);
    write_all(&mut pair.opener, id, &[0; 100_000]);
    pair.forth(2);
    pair.acceptor.accept(Direction::Uni).unwrap();
    pair.acceptor.stop(id, CloseCode::NotAllowed);
    pair.back(10);
    let refused = pair.opener.write(id, &mut [Bytes::from_static(b"x")]);
    assert_eq!(refused, Err(StreamError::Stopped(CloseCode::NotAllowed)));
    assert_eq!(pair.opener.pending_bytes, 0);
    pair.opener.reset(id, CloseCode::Cancelled);
    pair.settle();
    assert!(pair.opener.streams.is_empty() && pair.acceptor.streams.is_empty());
}

/// What an acceptor says to `frames` of its peer, the last of which breaks a rule.
fn violation(frames: &[Frame]) -> Violation {
    let mut mux = mux(Side::Acceptor);
    let (last, before) = frames.split_last().unwrap();
    for frame in before {
        mux.receive(Instant::now(), frame.encode()).unwrap();
    }
    mux.receive(Instant::now(), last.encode()).unwrap_err()
}

#[test]
fn who_breaks_a_rule_is_found_out() {
    let id = |index| StreamId::new(Side::Opener, Direction::Uni, index);
    let ours = StreamId::new(Side::Acceptor, Direction::Uni, 0);
    let data = |id, bytes: usize| Frame::Data(id, vec![0; bytes].into());
    let code = |frames: &[Frame]| violation(frames).close_code();

    let mut flood = vec![Frame::Open(id(0))];
    flood.extend((0..=STREAM_WINDOW_BYTES / 8000).map(|_| data(id(0), 8000)));
    assert_eq!(code(&flood), CloseCode::OverLimit);
    let many: Vec<_> = (0..=STREAMS_AT_FIRST).map(|index| Frame::Open(id(index))).collect();
    assert_eq!(code(&many), CloseCode::OverLimit);
    assert_eq!(code(&[data(id(0), 1)]), CloseCode::OutOfOrder);
    assert_eq!(code(&[Frame::Open(id(1))]), CloseCode::OutOfOrder);
    assert_eq!(code(&[Frame::Open(id(0)), Frame::Open(id(0))]), CloseCode::OutOfOrder);
    assert_eq!(code(&[Frame::Open(ours)]), CloseCode::OutOfOrder);
    assert_eq!(code(&[Frame::Credit(ours, 1)]), CloseCode::OutOfOrder);
    assert_eq!(code(&[Frame::Open(id(0)), Frame::Stop(id(0), CloseCode::Done)]), CloseCode::OutOfOrder);
    let finished = [Frame::Open(id(0)), Frame::Finish(id(0), Bytes::new()), data(id(0), 1)];
    assert_eq!(code(&finished), CloseCode::OutOfOrder);
    assert_eq!(code(&[Frame::Arrived(1)]), CloseCode::Malformed);
}
