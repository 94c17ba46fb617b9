//! Peers that mean no good: each is bounded and closed with a reason, and its neighbours feel nothing.

mod common;

use bytes::Bytes;
use common::{House, Peer, hello, soon};
use proto::handshake::HandshakeError;
use relay::config::Config;
use transport::client::Preference;
use transport::{LinkError, RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::control::{Answer, Joined, RefusalCode, Role, control::Body, hello::Proof};
use wire::cursor::Cursor;
use wire::input::Pointer;
use wire::screen::Update;
use wire::stream::{StreamHeader, StreamKind};
use wire::version::OURS;
use wire::{SessionId, Writer};

/// An agent and a technician in one session, who do what they should.
struct Stage {
    house: House,
    agent: Peer,
    technician: Peer,
    joined: Joined,
}

impl Stage {
    async fn set(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let house = House::open_with(folder, None, change).await;
        house.log_in().await;
        let (agent, _) = house.agent("server", Preference::Quic).await;
        let mut technician = house.technician(Preference::Quic).await;
        let joined = technician.join_endpoint(&agent.welcome.endpoint_id).await;
        agent.link.set_live(true);
        Self { house, agent, technician, joined }
    }

    fn header(&self, kind: StreamKind) -> Vec<Bytes> {
        let mut out = Writer::new();
        StreamHeader::new(kind, SessionId::from_wire(self.joined.session)).encode(&mut out);
        out.into_chunks()
    }

    /// A stream of the technician, and the same as it reaches the agent.
    async fn joined_streams(&self) -> [(SendStream, RecvStream); 2] {
        let (mut send, recv) = soon(self.technician.link.open_bi()).await.expect("a stream");
        send.write(&self.header(StreamKind::Shell)).await.expect("written");
        let (answer, mut heard) = soon(self.agent.link.accept_bi()).await.expect("a stream");
        soon(heard.take_header()).await.expect("a header");
        [(send, recv), (answer, heard)]
    }

    /// Bytes pass from the technician to the agent and back.
    async fn works(&self) {
        let [(mut send, mut recv), (mut answer, mut heard)] = self.joined_streams().await;
        send.write(&[Bytes::from_static(b"ping")]).await.expect("written");
        assert_eq!(soon(heard.read()).await.expect("heard"), Some(Bytes::from_static(b"ping")));
        answer.write(&[Bytes::from_static(b"pong")]).await.expect("written");
        assert_eq!(soon(recv.read()).await.expect("heard"), Some(Bytes::from_static(b"pong")));
    }

    async fn counts(&self, line: &str) {
        let figures = self.house.figures().await;
        assert!(figures.contains(line), "{line} is missing in\n{figures}");
    }
}

async fn closed_with(peer: &Peer) -> (CloseCode, String) {
    match soon(peer.link.closed()).await {
        LinkError::Closed { code, reason } => (code, reason),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_header_that_comes_byte_by_byte_closes_its_technician_and_nobody_else() {
    let mut stage = Stage::set(|config| config.links.header_timeout_ms = 300).await;
    let (mut send, _recv) = soon(stage.technician.link.open_bi()).await.expect("a stream");
    send.write(&[Bytes::from_static(&[0x04])]).await.expect("written");
    let (code, reason) = closed_with(&stage.technician).await;
    assert_eq!(code, CloseCode::TooSlow);
    assert!(reason.contains("header"), "{reason}");
    stage.counts("nearhand_links_dropped_total{cause=\"too_slow\"} 1").await;
    stage.technician = stage.house.technician(Preference::Quic).await;
    let endpoint = stage.agent.welcome.endpoint_id.clone();
    stage.joined = stage.technician.join_endpoint(&endpoint).await;
    stage.works().await;
}

#[tokio::test]
async fn an_agent_that_never_finishes_an_update_is_closed() {
    let stage = Stage::set(|config| config.links.update_timeout_ms = 1_000).await;
    let mut stream = soon(stage.agent.link.open_uni()).await.expect("a stream");
    stream.write(&stage.header(StreamKind::Screen)).await.expect("written");
    let (code, reason) = closed_with(&stage.agent).await;
    assert_eq!(code, CloseCode::TooSlow);
    assert!(reason.contains("update"), "{reason}");
}

#[tokio::test]
async fn an_agent_whose_streams_have_no_header_is_closed() {
    let stage = Stage::set(|config| config.links.header_timeout_ms = 300).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = soon(stage.agent.link.open_uni()).await.expect("a stream");
        stream.write(&[Bytes::from_static(&[0x02])]).await.expect("written");
        streams.push(stream);
    }
    assert_eq!(closed_with(&stage.agent).await.0, CloseCode::TooSlow);
}

#[tokio::test]
async fn an_update_longer_than_any_may_be_closes_its_agent() {
    let stage = Stage::set(|_| {}).await;
    let mut stream = soon(stage.agent.link.open_uni()).await.expect("a stream");
    let mut chunks = stage.header(StreamKind::Screen);
    chunks.push(Bytes::from(vec![0; Update::BYTES_MAX + 1]));
    // The link is closed before all of it is written.
    let written = soon(stream.write(&chunks)).await;
    assert_eq!(closed_with(&stage.agent).await.0, CloseCode::OverLimit, "{written:?}");
    stage.counts("nearhand_links_dropped_total{cause=\"malformed\"} 1").await;
}

#[tokio::test]
async fn an_update_that_ends_before_its_length_closes_its_agent() {
    let stage = Stage::set(|_| {}).await;
    let mut chunks = stage.header(StreamKind::Screen);
    chunks.push(Bytes::from_static(&[1, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff]));
    stage.agent.send_stream(&chunks).await;
    assert_eq!(closed_with(&stage.agent).await.0, CloseCode::Malformed);
}

#[tokio::test]
async fn a_session_has_so_many_streams_and_one_more_is_refused_with_the_reason() {
    let stage = Stage::set(|config| config.links.streams_of_session_max = 2).await;
    let first = stage.joined_streams().await;
    let _second = stage.joined_streams().await;
    let (mut send, mut recv) = soon(stage.technician.link.open_bi()).await.expect("a stream");
    send.write(&stage.header(StreamKind::Shell)).await.expect("written");
    assert_eq!(soon(recv.read()).await.unwrap_err(), StreamError::Reset(CloseCode::OverLimit));
    stage.counts("nearhand_streams_refused_total 1").await;
    // An end makes room.
    let [(mut send, mut recv), (mut answer, mut heard)] = first;
    send.finish().expect("finished");
    assert_eq!(soon(heard.read()).await.expect("the end"), None);
    answer.finish().expect("finished");
    assert_eq!(soon(recv.read()).await.expect("the end"), None);
    stage.works().await;
}

#[tokio::test]
async fn who_reads_nothing_of_one_stream_slows_only_that_one() {
    let stage = Stage::set(|_| {}).await;
    let [_unread, (mut answer, _heard)] = stage.joined_streams().await;
    let flood = async {
        loop {
            answer.write(&[Bytes::from(vec![7; 1 << 20])]).await.expect("written");
        }
    };
    // The flood has no end of its own: it must come to rest, and the others must pass meanwhile.
    tokio::select! {
        () = flood => {},
        () = async {
            for _ in 0..20 {
                stage.works().await;
            }
        } => {},
    }
    let waiting = stage.agent.link.meter().written_bytes(transport::Class::Bulk);
    assert!(waiting < 12 << 20, "{waiting} bytes were taken for a reader that reads nothing");
}

#[tokio::test]
async fn a_page_that_joins_all_the_time_is_told_when_to_try_again() {
    let mut stage = Stage::set(|_| {}).await;
    let mut refused = None;
    for _ in 0..64 {
        let answer = stage.technician.try_to_join("0").await.expect_err("no such endpoint");
        match answer.code() {
            RefusalCode::Full => refused = Some(answer.retry_after_ms),
            RefusalCode::NotKnown if refused.is_none() => {}
            other => assert!(refused.is_some(), "{other:?}"),
        }
    }
    let wait = refused.expect("a refusal");
    assert!((1..=500).contains(&wait), "{wait} ms");
    let figures = stage.house.figures().await;
    assert!(!figures.contains("nearhand_joins_refused_total 0"), "{figures}");
    stage.works().await;
}

#[tokio::test]
async fn who_says_more_than_a_link_may_is_closed_and_the_others_go_on() {
    let mut stage = Stage::set(|config| config.links.messages_per_second_max = 50).await;
    let mut storming = stage.house.technician(Preference::Quic).await;
    let answer = Answer { session: stage.joined.session, ..Answer::default() };
    for _ in 0..400 {
        // It may be closed before the last one.
        let _ = storming.control.send(Body::Answer(answer)).await.is_ok();
    }
    let (code, reason) = closed_with(&storming).await;
    assert_eq!(code, CloseCode::OverLimit);
    assert!(reason.contains("control messages"), "{reason}");
    stage.works().await;
    stage.technician.send(Body::Answer(answer)).await;
    stage.works().await;
}

#[tokio::test]
async fn a_viewer_who_stops_the_stream_of_the_pointer_keeps_his_link_and_gets_no_other() {
    let stage = Stage::set(|_| {}).await;
    let mut pointer = soon(stage.agent.link.open_uni()).await.expect("a stream");
    let mut chunks = stage.header(StreamKind::Cursor);
    chunks.push(pointer_at(1));
    pointer.write(&chunks).await.expect("written");
    let mut shown = soon(stage.technician.link.accept_uni()).await.expect("a stream");
    assert_eq!(soon(shown.take_header()).await.expect("a header").kind, StreamKind::Cursor);
    shown.stop(CloseCode::Cancelled);
    drop(shown);
    for x in 2..20 {
        pointer.write(&[pointer_at(x)]).await.expect("written");
        stage.works().await;
    }
    stage.counts("nearhand_links_dropped_total{cause=\"malformed\"} 0").await;
}

fn pointer_at(x: u16) -> Bytes {
    let mut out = Writer::new();
    Cursor::At(Pointer { display: 0, x, y: 0 }).encode(&mut out);
    out.into_bytes()
}

#[tokio::test]
async fn a_full_relay_says_so_and_lets_in_who_comes_when_there_is_room() {
    let stage = Stage::set(|config| config.links.links_max = 2).await;
    let ticket = |ticket: &str| hello(Role::Technician, Proof::Ticket(ticket.to_owned()));
    let link = stage.house.link(Preference::Quic).await;
    match Peer::greet(link, ticket("not even looked at"), OURS).await.err() {
        Some(HandshakeError::Refused { code: RefusalCode::Full, retry_after_ms, .. }) => {
            assert!(0 < retry_after_ms);
        }
        other => panic!("{other:?}"),
    }
    stage.counts("nearhand_links_refused_total 1").await;
    stage.works().await;
    stage.technician.link.close(CloseCode::Done, "");
    soon(async {
        loop {
            let link = stage.house.link(Preference::Quic).await;
            match Peer::greet(link, ticket("wrong"), OURS).await.err() {
                Some(HandshakeError::Refused { code: RefusalCode::Full, .. }) => {}
                Some(HandshakeError::Refused { code: RefusalCode::NotKnown, .. }) => return,
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}
