//! What streams promise, on every carrier.

use bytes::Bytes;
use tokio::time::timeout;
use transport::control::Control;
use transport::{Carrier, Link, LinkError, Priority, SendStream, StreamError};
use wire::close::CloseCode;
use wire::control::{Ping, control::Body};
use wire::stream::{StreamHeader, StreamKind};
use wire::{SessionId, Writer};

use crate::site::{PATIENCE, Site};

/// Runs one test on each carrier.
macro_rules! on_every_carrier {
    ($($test:ident)*) => {
        mod quic { $(#[tokio::test] async fn $test() { super::run(super::Carrier::Quic, super::$test).await; })* }
        mod web_transport {
            $(#[tokio::test] async fn $test() { super::run(super::Carrier::WebTransport, super::$test).await; })*
        }
        mod websocket {
            $(#[tokio::test] async fn $test() { super::run(super::Carrier::WebSocket, super::$test).await; })*
        }
    };
}

on_every_carrier! {
    both_sides_open_both_kinds_of_streams
    large_messages_arrive_whole_and_in_order
    a_stream_that_is_dropped_is_reset
    a_write_that_is_dropped_tears_the_stream
    a_stream_that_nobody_wants_is_stopped
    a_reader_that_is_dropped_stops_the_stream
    a_full_link_gives_no_stream_and_does_not_wait
    more_streams_are_permitted_while_a_session_runs
    thousands_of_small_streams_arrive
    a_stream_longer_than_its_reader_allows_is_refused
    the_header_can_be_looked_at_and_taken
    control_messages_travel_both_ways
    receiving_a_control_message_can_be_given_up_half_way
    codes_and_reasons_of_closing_reach_the_other_side
    dropping_every_handle_closes_the_link
    what_is_written_is_counted_and_found_delivered
}

async fn run<F: Future<Output = ()>>(carrier: Carrier, test: impl FnOnce(Link, Link) -> F) {
    let site = Site::open();
    let (here, there) = site.link(carrier).await;
    assert_eq!((here.carrier(), there.carrier()), (carrier, carrier));
    timeout(PATIENCE, test(here, there)).await.expect("the test takes too long");
}

async fn both_sides_open_both_kinds_of_streams(here: Link, there: Link) {
    for (from, to) in [(&here, &there), (&there, &here)] {
        let mut one_way = from.open_uni().await.unwrap();
        send_all(&mut one_way, b"one way").await;
        assert_eq!(to.accept_uni().await.unwrap().read_to_end(100).await.unwrap(), "one way");

        let (mut ask, mut answer) = from.open_bi().await.unwrap();
        send_all(&mut ask, b"ask").await;
        let (mut reply, mut asked) = to.accept_bi().await.unwrap();
        assert_eq!(asked.read_to_end(100).await.unwrap(), "ask");
        send_all(&mut reply, b"answer").await;
        assert_eq!(answer.read_to_end(100).await.unwrap(), "answer");
    }
}

async fn large_messages_arrive_whole_and_in_order(here: Link, there: Link) {
    let message: Bytes = (0..3_000_000_u32).map(|i| (i * 7 + i / 251) as u8).collect();
    let mut stream = here.open_uni().await.unwrap();
    let chunks = [message.slice(..1), Bytes::new(), message.slice(1..70_001), message.slice(70_001..)];
    let write = async {
        stream.write(&chunks).await.unwrap();
        stream.finish().unwrap();
    };
    let read = async { there.accept_uni().await.unwrap().read_to_end(message.len()).await.unwrap() };
    let ((), received) = tokio::join!(write, read);
    assert!(received == message, "{} bytes came", received.len());
}

async fn a_stream_that_is_dropped_is_reset(here: Link, there: Link) {
    let mut stream = here.open_uni().await.unwrap();
    stream.write(&[Bytes::from_static(b"the first half")]).await.unwrap();
    let mut received = there.accept_uni().await.unwrap();
    assert!(received.read().await.unwrap().is_some());
    drop(stream);
    assert_eq!(received.read().await, Err(StreamError::Reset(CloseCode::Cancelled)));
}

async fn a_write_that_is_dropped_tears_the_stream(here: Link, there: Link) {
    let mut stream = here.open_uni().await.unwrap();
    // More than any window, and nobody reads.
    let endless = Bytes::from(vec![0; 32 << 20]);
    let mut received = {
        let chunks = [endless];
        let mut writing = std::pin::pin!(stream.write(&chunks));
        tokio::select! {
            written = &mut writing => panic!("32 MB were taken: {written:?}"),
            received = there.accept_uni() => received.unwrap(),
        }
    };
    assert_eq!(stream.finish(), Err(StreamError::Closed));
    let error = loop {
        match received.read().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a part was taken for the whole"),
            Err(error) => break error,
        }
    };
    assert_eq!(error, StreamError::Reset(CloseCode::Cancelled));
}

async fn a_stream_that_nobody_wants_is_stopped(here: Link, there: Link) {
    let mut stream = here.open_uni().await.unwrap();
    stream.write(&[Bytes::from_static(b"unwanted")]).await.unwrap();
    let mut received = there.accept_uni().await.unwrap();
    received.stop(CloseCode::NotAllowed);
    assert_eq!(write_until_refused(&mut stream).await, StreamError::Stopped(CloseCode::NotAllowed));
}

async fn a_reader_that_is_dropped_stops_the_stream(here: Link, there: Link) {
    let mut stream = here.open_uni().await.unwrap();
    stream.write(&[Bytes::from_static(b"unwanted")]).await.unwrap();
    drop(there.accept_uni().await.unwrap());
    assert_eq!(write_until_refused(&mut stream).await, StreamError::Stopped(CloseCode::Cancelled));
}

async fn a_full_link_gives_no_stream_and_does_not_wait(here: Link, there: Link) {
    let mut open = Vec::new();
    while let Some(mut stream) = here.try_open_uni().unwrap() {
        stream.write(&[Bytes::from_static(b"x")]).await.unwrap();
        open.push(stream);
        assert!(open.len() < 16, "an idle link permits {} streams", open.len());
    }
    assert!(2 <= open.len(), "an idle link permits only {}", open.len());
    // When they end there is room again.
    for stream in &mut open {
        stream.finish().unwrap();
        there.accept_uni().await.unwrap().read_to_end(1).await.unwrap();
    }
    here.open_uni().await.unwrap().finish().unwrap();
}

async fn more_streams_are_permitted_while_a_session_runs(here: Link, there: Link) {
    there.set_live(true);
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(here.open_uni().await.unwrap());
    }
}

async fn thousands_of_small_streams_arrive(here: Link, there: Link) {
    const COUNT: u32 = 3000;
    there.set_live(true);
    let send = async {
        for number in 0..COUNT {
            let mut stream = here.open_uni().await.unwrap();
            stream.set_priority(Priority::Screen(number.into()));
            send_all(&mut stream, &number.to_be_bytes()).await;
        }
    };
    let receive = async {
        let mut seen = vec![false; COUNT as usize];
        for _ in 0..COUNT {
            let bytes = there.accept_uni().await.unwrap().read_to_end(4).await.unwrap();
            let number = u32::from_be_bytes(bytes.as_ref().try_into().unwrap());
            assert!(!std::mem::replace(&mut seen[number as usize], true), "{number} came twice");
        }
    };
    tokio::join!(send, receive);
}

async fn a_stream_longer_than_its_reader_allows_is_refused(here: Link, there: Link) {
    let mut stream = here.open_uni().await.unwrap();
    send_all(&mut stream, &[0; 5000]).await;
    let error = there.accept_uni().await.unwrap().read_to_end(4999).await.unwrap_err();
    assert_eq!(error, StreamError::OverLimit { limit: 4999 });
    assert_eq!(error.close_code(), Some(CloseCode::OverLimit));
}

async fn the_header_can_be_looked_at_and_taken(here: Link, there: Link) {
    let header = StreamHeader::new(StreamKind::Cursor, SessionId::from_wire(77_000));
    let mut front = Writer::new();
    header.encode(&mut front);
    let mut stream = here.open_uni().await.unwrap();
    let front = front.into_bytes();
    // Byte by byte, so that no read has it whole.
    for at in 0..front.len() {
        stream.write(&[front.slice(at..=at)]).await.unwrap();
        tokio::task::yield_now().await;
    }
    send_all(&mut stream, b"records").await;
    let mut received = there.accept_uni().await.unwrap();
    assert_eq!(received.peek_header().await.unwrap(), header);
    assert_eq!(received.take_header().await.unwrap(), header);
    assert_eq!(received.read_to_end(100).await.unwrap(), "records");
}

async fn control_messages_travel_both_ways(here: Link, there: Link) {
    let (accepted, opened) = tokio::join!(Control::accept(&here), Control::open(&there));
    let (mut here, mut there) = (accepted.unwrap(), opened.unwrap());
    for number in 0..100 {
        there.send(ping(number)).await.unwrap();
        assert_eq!(here.recv().await.unwrap(), ping(number));
        here.send(ping(number + 1000)).await.unwrap();
        assert_eq!(there.recv().await.unwrap(), ping(number + 1000));
    }
}

async fn receiving_a_control_message_can_be_given_up_half_way(here: Link, there: Link) {
    let (accepted, opened) = tokio::join!(Control::accept(&here), Control::open(&there));
    let (mut here, mut there) = (accepted.unwrap(), opened.unwrap());
    let send = async {
        for number in 0..500 {
            there.send(ping(number)).await.unwrap();
        }
    };
    let receive = async {
        let mut next = 0;
        while next < 500 {
            tokio::select! {
                biased;
                body = here.recv() => {
                    assert_eq!(body.unwrap(), ping(next));
                    next += 1;
                }
                () = tokio::task::yield_now() => {}
            }
        }
    };
    tokio::join!(send, receive);
}

async fn codes_and_reasons_of_closing_reach_the_other_side(here: Link, there: Link) {
    here.close(CloseCode::Replaced, "a newer link took over");
    let expected =
        LinkError::Closed { code: CloseCode::Replaced, reason: "a newer link took over".to_owned() };
    assert_eq!(there.closed().await, expected);
    assert_eq!(there.open_uni().await.unwrap_err(), expected);
    assert_eq!(there.accept_bi().await.unwrap_err(), expected);
    assert_eq!(here.closed().await, LinkError::ClosedHere);
    assert!(here.open_bi().await.is_err());
}

async fn dropping_every_handle_closes_the_link(here: Link, there: Link) {
    drop(there);
    let expected = LinkError::Closed { code: CloseCode::Done, reason: String::new() };
    assert_eq!(here.closed().await, expected);
}

async fn what_is_written_is_counted_and_found_delivered(here: Link, there: Link) {
    let update = Bytes::from(vec![7; 100_000]);
    let mut stream = here.open_uni().await.unwrap();
    stream.set_priority(Priority::Screen(1));
    let write = async {
        stream.write(&[update.slice(..1000), update.slice(1000..)]).await.unwrap();
        stream.finish().unwrap();
    };
    let read = async { there.accept_uni().await.unwrap().read_to_end(100_000).await.unwrap() };
    tokio::join!(write, read);
    let meter = here.meter();
    assert_eq!(meter.written_bytes(Priority::Screen(1).class()), 100_000);
    let sample = loop {
        let revision = meter.revision();
        let sample = meter.path();
        if sample.in_flight_bytes == 0 && 100_000 <= sample.delivered_bytes_total {
            break sample;
        }
        meter.changed(revision).await;
    };
    assert!(!sample.rtt.is_zero() && sample.rtt_min <= sample.rtt, "{sample:?}");
    assert!(0 < sample.window_bytes && 0 < sample.budget_bytes, "{sample:?}");
}

async fn send_all(stream: &mut SendStream, bytes: &[u8]) {
    stream.write(&[Bytes::copy_from_slice(bytes)]).await.unwrap();
    stream.finish().unwrap();
}

async fn write_until_refused(stream: &mut SendStream) -> StreamError {
    loop {
        if let Err(error) = stream.write(&[Bytes::from_static(b"more")]).await {
            return error;
        }
        tokio::task::yield_now().await;
    }
}

fn ping(number: u32) -> Body {
    Body::Ping(Ping { number, ..Ping::default() })
}
