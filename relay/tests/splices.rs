//! Streams beside the screen, joined by the relay: a technician's on one side, the agent's on the other.

mod common;

use bytes::Bytes;
use common::{House, Peer, soon};
use relay::tap;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use transport::client::Preference;
use transport::{RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::control::{Join, Joined, Leave, Right, SeatGranted, control::Body, join};
use wire::stream::{StreamHeader, StreamKind};
use wire::{Seat, SessionId, Writer};

type Pair = (SendStream, RecvStream);

/// An agent and a technician in one session.
struct Stage {
    house: House,
    agent: Peer,
    technician: Peer,
    joined: Joined,
    granted: SeatGranted,
}

impl Stage {
    async fn set(preference: Preference) -> Self {
        let house = House::open().await;
        house.log_in().await;
        let (mut agent, _) = house.agent("server", preference).await;
        let mut technician = house.technician(preference).await;
        let target = Some(join::Target::EndpointId(agent.welcome.endpoint_id.clone()));
        technician.send(Body::Join(Join { request: 1, target, watch: None })).await;
        let joined = technician.expect(|body| match body {
            Body::Joined(joined) => Some(joined),
            _ => None,
        });
        let joined = joined.await;
        let granted = agent.expect(seat_granted).await;
        agent.link.set_live(true);
        Self { house, agent, technician, joined, granted }
    }

    fn session(&self) -> SessionId {
        SessionId::from_wire(self.joined.session)
    }

    /// The technician opens a stream and says something on it.
    async fn open(&self, kind: StreamKind, words: &'static [u8]) -> Pair {
        let (mut send, recv) = soon(self.technician.link.open_bi()).await.expect("a stream");
        let mut out = Writer::new();
        StreamHeader::new(kind, self.session()).encode(&mut out);
        out.slice(words);
        send.write(&out.into_chunks()).await.expect("written");
        (send, recv)
    }

    /// The stream as it reaches the agent.
    async fn accept(&self) -> (StreamHeader, Pair) {
        let (send, mut recv) = soon(self.agent.link.accept_bi()).await.expect("a stream");
        (soon(recv.take_header()).await.expect("a header"), (send, recv))
    }

    async fn joined_streams(&self, kind: StreamKind) -> (Pair, Pair) {
        let technician = self.open(kind, b"x").await;
        let (_, mut agent) = self.accept().await;
        assert_eq!(read(&mut agent.1).await, Ok(Some(Bytes::from_static(b"x"))));
        (technician, agent)
    }
}

fn seat_granted(body: Body) -> Option<SeatGranted> {
    match body {
        Body::SeatGranted(granted) => Some(granted),
        _ => None,
    }
}

/// The next bytes, or the code with which the stream was given up.
async fn read(stream: &mut RecvStream) -> Result<Option<Bytes>, CloseCode> {
    match soon(stream.read()).await {
        Ok(chunk) => Ok(chunk),
        Err(StreamError::Reset(code)) => Err(code),
        Err(error) => panic!("{error}"),
    }
}

async fn words_pass_both_ways(preference: Preference) {
    let stage = Stage::set(preference).await;
    let mut technician = stage.open(StreamKind::Shell, b"hello").await;
    let (header, mut agent) = stage.accept().await;
    let seat = Seat::from_wire(stage.joined.seat);
    assert_eq!(header, StreamHeader { kind: StreamKind::Shell, session: stage.session(), seat });
    assert_eq!(read(&mut agent.1).await, Ok(Some(Bytes::from_static(b"hello"))));
    agent.0.write(&[Bytes::from_static(b"good day")]).await.expect("written");
    assert_eq!(read(&mut technician.1).await, Ok(Some(Bytes::from_static(b"good day"))));

    // Half-close: the technician has said all, and still hears the answer.
    technician.0.finish().expect("finished");
    assert_eq!(read(&mut agent.1).await, Ok(None));
    agent.0.write(&[Bytes::from_static(b"bye")]).await.expect("written");
    agent.0.finish().expect("finished");
    assert_eq!(read(&mut technician.1).await, Ok(Some(Bytes::from_static(b"bye"))));
    assert_eq!(read(&mut technician.1).await, Ok(None));
    stage.house.relay.stop().await;
}

#[tokio::test]
async fn what_a_technician_and_an_endpoint_say_passes_both_ways_over_quic() {
    words_pass_both_ways(Preference::Quic).await;
}

#[tokio::test]
async fn what_a_technician_and_an_endpoint_say_passes_both_ways_over_websocket() {
    words_pass_both_ways(Preference::WebSocket).await;
}

#[tokio::test]
async fn the_agent_is_told_who_has_a_seat_and_all_that_he_may_do() {
    let stage = Stage::set(Preference::Quic).await;
    assert_eq!((stage.granted.session, stage.granted.seat), (stage.joined.session, stage.joined.seat));
    assert!(stage.granted.participant.starts_with("account "), "{:?}", stage.granted);
    assert!(!stage.granted.name.is_empty());
    for right in [Right::View, Right::Control, Right::Shell, Right::Upload, Right::RunAs] {
        assert!(stage.granted.rights.contains(&right.into()), "{right:?}");
    }
}

#[tokio::test]
async fn a_stream_that_either_side_gives_up_is_given_up_on_the_other_with_the_same_code() {
    let stage = Stage::set(Preference::Quic).await;
    let ((mut send, _recv), (_answer, mut heard)) = stage.joined_streams(StreamKind::Shell).await;
    send.reset(CloseCode::Done);
    assert_eq!(read(&mut heard).await, Err(CloseCode::Done));

    let ((_send, mut heard), (mut send, _recv)) = stage.joined_streams(StreamKind::Shell).await;
    send.reset(CloseCode::Replaced);
    assert_eq!(read(&mut heard).await, Err(CloseCode::Replaced));
}

#[tokio::test]
async fn an_endpoint_that_hears_no_more_still_has_the_last_word() {
    let stage = Stage::set(Preference::Quic).await;
    let (mut technician, mut agent) = stage.joined_streams(StreamKind::Shell).await;
    agent.1.stop(CloseCode::Done);
    // Something on the way to it when it stopped.
    technician.0.write(&[Bytes::from_static(b"too late")]).await.expect("written");
    stage.joined_streams(StreamKind::SystemInformation).await;
    agent.0.write(&[Bytes::from_static(b"bye")]).await.expect("written");
    agent.0.finish().expect("finished");
    assert_eq!(read(&mut technician.1).await, Ok(Some(Bytes::from_static(b"bye"))));
    assert_eq!(read(&mut technician.1).await, Ok(None));
}

/// Hands the test what is heard on shells.
#[derive(Debug)]
struct Shells(mpsc::UnboundedSender<(tap::Stream, tap::Listener)>);

impl tap::Source for Shells {
    fn tap(&self, stream: tap::Stream) -> Option<tap::Tap> {
        let (tap, listener) = tap::new();
        (stream.kind == StreamKind::Shell).then(|| self.0.send((stream, listener)).ok()).flatten()?;
        Some(tap)
    }
}

#[tokio::test]
async fn who_listens_in_on_a_shell_hears_all_of_it_and_holds_nothing_up() {
    const FLOOD: usize = 4 << 20;
    let stage = Stage::set(Preference::Quic).await;
    let (sender, mut tapped) = mpsc::unbounded_channel();
    assert!(stage.house.relay.tap_streams(Shells(sender)));
    let (_technician, _agent) = stage.joined_streams(StreamKind::SystemInformation).await;
    let (mut technician, mut agent) = stage.joined_streams(StreamKind::Shell).await;
    let (stream, mut listener) = tapped.recv().await.expect("a shell began");
    assert_eq!((stream.session, stream.seat.to_wire()), (stage.session(), stage.joined.seat));
    let typed = soon(listener.recv()).await.expect("heard");
    assert_eq!((typed.direction, &typed.bytes[..]), (tap::Direction::ToAgent, &b"x"[..]));

    // Nobody listens any more, and more passes than may wait for a listener.
    let flood = tokio::spawn(async move {
        agent.0.write(&[Bytes::from(vec![b'o'; FLOOD])]).await.expect("written");
        agent.0.finish().expect("finished");
    });
    let mut shown = 0;
    while let Some(chunk) = read(&mut technician.1).await.expect("not given up") {
        shown += chunk.len();
    }
    flood.await.expect("all was written");
    assert_eq!(shown, FLOOD);
    let mut heard = 0;
    while let Some(chunk) = soon(listener.recv()).await {
        assert_eq!(chunk.direction, tap::Direction::ToTechnician);
        heard += chunk.bytes.len() as u64;
    }
    let missed = listener.missed_bytes();
    assert_eq!(heard + missed, FLOOD as u64);
    let figures = stage.house.figures().await;
    assert!(figures.contains(&format!("nearhand_tap_missed_bytes_total {missed}")), "{figures}");
    assert!(tapped.try_recv().is_err(), "only the shell was to be heard");
}

#[tokio::test]
async fn streams_that_belong_to_nobody_are_refused_and_others_go_on() {
    let stage = Stage::set(Preference::Quic).await;
    for kind in [StreamKind::Control, StreamKind::Consent] {
        let (_send, mut recv) = stage.open(kind, b"").await;
        assert_eq!(read(&mut recv).await, Err(CloseCode::NotAllowed), "{kind:?}");
    }
    stage.joined_streams(StreamKind::Shell).await;
}

#[tokio::test]
async fn s188_who_loses_the_right_loses_the_shell_and_the_agent_hears_of_it() {
    let mut stage = Stage::set(Preference::Quic).await;
    let ((_send, mut shown), (_answer, mut typed)) = stage.joined_streams(StreamKind::Shell).await;
    let (mut kept, _agent) = stage.joined_streams(StreamKind::SystemInformation).await;
    let me = House::json(stage.house.get("/api/me").await).await;
    deny(&stage.house, &me, "shell").await;

    assert_eq!(read(&mut shown).await, Err(CloseCode::NotAllowed));
    assert_eq!(read(&mut typed).await, Err(CloseCode::NotAllowed));
    let granted = stage.agent.expect(seat_granted).await;
    assert!(!granted.rights.contains(&Right::Shell.into()), "{granted:?}");
    assert!(granted.rights.contains(&Right::SystemInformation.into()), "{granted:?}");
    let (_send, mut refused) = stage.open(StreamKind::Shell, b"").await;
    assert_eq!(read(&mut refused).await, Err(CloseCode::NotAllowed));
    kept.0.write(&[Bytes::from_static(b"still here")]).await.expect("other streams go on");
}

/// Denies the account that is logged in a permission, as an administrator does.
async fn deny(house: &House, me: &Value, permission: &str) {
    let id = me["account"].as_u64().expect("an account");
    let path = format!("/api/records/account/{id}");
    let mut record = House::json(house.get(&path).await).await;
    record["record"]["permissions"][permission] = json!("denied");
    let answer = house.put(&path, record).await;
    assert!(answer.status().is_success(), "{:?}", answer.text().await);
}

#[tokio::test]
async fn who_leaves_takes_his_streams_with_him_for_good() {
    let mut stage = Stage::set(Preference::Quic).await;
    let (mut technician, (_answer, mut heard)) = stage.joined_streams(StreamKind::Shell).await;
    stage.technician.send(Body::Leave(Leave { session: stage.joined.session })).await;
    assert_eq!(read(&mut technician.1).await, Err(CloseCode::NotAllowed));
    assert_eq!(read(&mut heard).await, Err(CloseCode::NotAllowed));
    let for_good = stage.agent.expect(|body| match body {
        Body::SeatLeft(left) => Some(left.for_good),
        _ => None,
    });
    assert!(for_good.await);
}

#[tokio::test]
async fn a_lost_line_is_not_for_good() {
    let mut stage = Stage::set(Preference::Quic).await;
    let (_technician, (_answer, mut heard)) = stage.joined_streams(StreamKind::Shell).await;
    stage.technician.link.close(CloseCode::Silent, "");
    assert!(read(&mut heard).await.is_err());
    let for_good = stage.agent.expect(|body| match body {
        Body::SeatLeft(left) => Some(left.for_good),
        _ => None,
    });
    assert!(!for_good.await);
}

#[tokio::test]
async fn without_an_agent_a_stream_is_given_up_and_with_its_return_opens_again() {
    let stage = Stage::set(Preference::Quic).await;
    let (mut technician, _agent) = stage.joined_streams(StreamKind::Shell).await;
    stage.agent.link.close(CloseCode::Done, "");
    assert!(read(&mut technician.1).await.is_err());
    let (_send, mut recv) = stage.open(StreamKind::Shell, b"").await;
    assert!(matches!(read(&mut recv).await, Err(CloseCode::Cancelled | CloseCode::NotAllowed)));
}
