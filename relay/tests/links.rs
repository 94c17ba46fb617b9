//! Agents and technicians over real sockets, joined by the relay.

mod common;

use bytes::{Bytes, BytesMut};
use common::{House, Peer, hello, rand_bytes, signed, soon};
use ed25519_dalek::SigningKey;
use proto::handshake::HandshakeError;
use serde_json::{Value, json};
use transport::LinkError;
use transport::client::Preference;
use wire::close::CloseCode;
use wire::control::{
    ColorMode, ControlWish, Demand, Display, Displays, Enrolment, Join, Joined, Leave, RefusalCode, Role,
    Wanted, Watch, control::Body, hello::Proof, join,
};
use wire::cursor::Cursor;
use wire::input::{Event, Pointer, Record};
use wire::screen::{Coding, EXACT, Extent, Header, Operation, Tile, Update};
use wire::stream::{StreamHeader, StreamKind};
use wire::version::{OURS, Protocols, TooOld};
use wire::{Epoch, RenditionId, Seat, SessionId, TileIndex, Version, Writer};

/// An agent and a technician in one session.
struct Pair {
    agent: Peer,
    technician: Peer,
    joined: Joined,
}

async fn pair(house: &House, name: &str, preference: Preference) -> Pair {
    let (mut agent, _) = house.agent(name, preference).await;
    let mut technician = house.technician(preference).await;
    let joined = technician.join_endpoint(&agent.welcome.endpoint_id).await;
    let session = agent.expect(|body| match body {
        Body::SessionOpened(opened) => Some(opened.session),
        _ => None,
    });
    assert_eq!(session.await, joined.session);
    Pair { agent, technician, joined }
}

impl Pair {
    fn session(&self) -> SessionId {
        SessionId::from_wire(self.joined.session)
    }

    /// The technician demands display 0, and the agent hears of it.
    async fn demand(&mut self) {
        let wanted = vec![Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 }];
        let session = self.joined.session;
        self.technician.send(Body::Demand(Demand { session, wanted })).await;
        self.agent
            .expect(|body| matches!(body, Body::Demand(demand) if demand.wanted.len() == 1).then_some(()))
            .await;
    }

    /// The agent shows one tile, and the technician gets it.
    async fn show(&mut self, number: u64, payload: Bytes) -> Update {
        self.agent.send_stream(&update(self.session(), number, payload).encode()).await;
        let mut stream = soon(self.technician.link.accept_uni()).await.expect("a stream");
        let bytes = soon(stream.read_to_end(Update::BYTES_MAX)).await.expect("an update");
        Update::decode(bytes).expect("an update")
    }

    async fn take_control(&mut self) {
        let session = self.joined.session;
        self.technician.send(Body::ControlWish(ControlWish { session, wanted: true })).await;
        self.technician
            .expect(|body| matches!(body, Body::ControlState(state) if state.granted).then_some(()))
            .await;
    }
}

fn update(session: SessionId, number: u64, payload: Bytes) -> Update {
    let version = Version::from_wire(number as u32);
    Update {
        header: Header {
            session,
            rendition: RenditionId::of(0, ColorMode::AllColors),
            epoch: Epoch::from_wire(99),
            extent: Extent::new(64, 64).expect("an extent"),
            number,
            after: 0,
            captured_us: 5,
            newest: version,
            inputs: Vec::new(),
        },
        operations: vec![Operation::Tile(Tile {
            index: TileIndex::from_wire(0),
            version,
            quality: EXACT,
            coding: Coding(1),
            dictionary: None,
            keep: None,
            payload,
        })],
    }
}

/// What the tiles of an update carry. Slots are each link's own business.
fn payloads(update: &Update) -> Vec<Bytes> {
    let tiles = update.operations.iter().filter_map(|operation| match operation {
        Operation::Tile(tile) => Some(tile.payload.clone()),
        _ => None,
    });
    tiles.collect()
}

fn input(session: SessionId, numbers: std::ops::RangeInclusive<u32>) -> Vec<Bytes> {
    let mut out = Writer::new();
    StreamHeader::new(StreamKind::Input, session).encode(&mut out);
    for number in numbers {
        record(number).encode(&mut out);
    }
    out.into_chunks()
}

fn record(number: u32) -> Record {
    Record { number, event: Event::Move(Pointer { display: 0, x: number as u16, y: 1 }) }
}

async fn closed_with(peer: &Peer) -> CloseCode {
    match soon(peer.link.closed()).await {
        LinkError::Closed { code, .. } => code,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn s4_a_refusal_says_which_side_is_too_old() {
    let house = House::open().await;
    for (min, max, wanted) in [
        (0, 0, TooOld::Opener { opener: 0, relay: OURS.min }),
        (9, 9, TooOld::Relay { opener: 9, relay: OURS.max }),
    ] {
        let link = house.link(Preference::Quic).await;
        let greeting = hello(Role::Technician, Proof::Ticket("x".to_owned()));
        let refused = Peer::greet(link, greeting, Protocols { min, max }).await.err();
        assert_eq!(refused, Some(HandshakeError::TooOld(wanted)));
    }
}

#[tokio::test]
async fn nobody_comes_in_without_proof() {
    let house = House::open().await;
    house.log_in().await;
    let stranger = SigningKey::from_bytes(&rand_bytes());
    let refused = house.agent_again(&stranger, Preference::Quic).await.err();
    assert!(
        matches!(refused, Some(HandshakeError::Refused { code: RefusalCode::NotKnown, .. })),
        "{refused:?}"
    );

    // A signature of another connection proves nothing on this one.
    let (_agent, key) = house.agent("reception", Preference::Quic).await;
    let (one, other) = (house.link(Preference::Quic).await, house.link(Preference::Quic).await);
    let greeting = hello(Role::Agent, Proof::AgentKey(signed(&one, &key)));
    let refused = Peer::greet(other, greeting, OURS).await.err();
    assert!(
        matches!(refused, Some(HandshakeError::Refused { code: RefusalCode::NotAllowed, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_token_and_a_ticket_are_good_for_one_link() {
    let house = House::open().await;
    house.log_in().await;
    let token = house.token("reception").await;
    let ticket: Value = house.post("/api/tickets", json!({})).await.json().await.expect("JSON");
    let ticket = ticket["ticket"].as_str().expect("a ticket").to_owned();
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let link = house.link(Preference::Quic).await;
        let key = signed(&link, &SigningKey::from_bytes(&rand_bytes()));
        let secret = Bytes::copy_from_slice(&token.secret);
        let proof = Proof::Enrolment(Enrolment { secret, key: Some(key) });
        outcomes.push(Peer::greet(link, hello(Role::Agent, proof), OURS).await.is_ok());
        let link = house.link(Preference::Quic).await;
        let greeting = hello(Role::Technician, Proof::Ticket(ticket.clone()));
        outcomes.push(Peer::greet(link, greeting, OURS).await.is_ok());
    }
    assert_eq!(outcomes, [true, true, false, false]);
}

/// The next event about an endpoint; news of the desk come in between.
async fn news_of_an_endpoint(events: &mut reqwest::Response) -> String {
    loop {
        let chunk = soon(events.chunk()).await.expect("read").expect("an event");
        let text = String::from_utf8(chunk.to_vec()).expect("text");
        if let Some(found) = text.split("\n\n").find(|event| event.contains("event: endpoint\n")) {
            return found.to_owned();
        }
    }
}

#[tokio::test]
async fn an_endpoint_is_listed_while_its_agent_is_here_and_after() {
    let house = House::open().await;
    house.log_in().await;
    let mut events = house.get("/api/events").await;
    soon(events.chunk()).await.expect("read").expect("the list");
    let (agent, _) = house.agent("reception", Preference::Quic).await;
    let came = news_of_an_endpoint(&mut events).await;
    assert!(came.contains("\"online\":true"), "{came}");
    let list: Value = house.get("/api/endpoints").await.json().await.expect("JSON");
    assert_eq!((&list[0]["name"], &list[0]["os"]), (&json!("reception"), &json!("Linux")));
    assert_eq!((&list[0]["version"], &list[0]["address"]), (&json!("test 1"), &json!("127.0.0.1")));

    agent.link.close(CloseCode::Done, "");
    let went = news_of_an_endpoint(&mut events).await;
    assert!(went.contains("\"online\":false") && went.contains("reception"), "{went}");
}

async fn an_update_reaches_a_technician_byte_for_byte(preference: Preference) {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "reception", preference).await;
    assert_eq!(pair.joined.endpoint_name, "reception");
    pair.demand().await;
    let payload = Bytes::from(rand_bytes().repeat(300));
    let got = pair.show(1, payload.clone()).await;
    assert_eq!((got.header.session, got.header.epoch), (pair.session(), Epoch::from_wire(99)));
    assert!(payloads(&got) == [payload], "the payload is another one");
    house.relay.stop().await;
}

#[tokio::test]
async fn an_update_reaches_a_technician_byte_for_byte_over_quic() {
    an_update_reaches_a_technician_byte_for_byte(Preference::Quic).await;
}

#[tokio::test]
async fn an_update_reaches_a_technician_byte_for_byte_over_websocket() {
    an_update_reaches_a_technician_byte_for_byte(Preference::WebSocket).await;
}

#[tokio::test]
async fn a_late_technician_sees_what_is_stored() {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "reception", Preference::Quic).await;
    pair.demand().await;
    let first = pair.show(1, Bytes::from_static(b"tile")).await;

    let mut late = house.technician(Preference::Quic).await;
    let joined = late.join_endpoint(&pair.agent.welcome.endpoint_id).await;
    assert_eq!(joined.session, pair.joined.session);
    assert_ne!(joined.seat, pair.joined.seat);
    let wanted = vec![Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 }];
    late.send(Body::Demand(Demand { session: joined.session, wanted })).await;
    let mut stream = soon(late.link.accept_uni()).await.expect("a stream");
    let bytes = soon(stream.read_to_end(Update::BYTES_MAX)).await.expect("an update");
    assert_eq!(payloads(&Update::decode(bytes).expect("an update")), payloads(&first));
}

#[tokio::test]
async fn displays_and_the_pointer_reach_who_is_in_and_who_comes_later() {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "reception", Preference::Quic).await;
    let display = Display { id: 0, name: "DP-1".to_owned(), width: 64, height: 64, ..Display::default() };
    let session = pair.joined.session;
    pair.agent.send(Body::Displays(Displays { session, displays: vec![display.clone()] })).await;
    let named = |body| match body {
        Body::Displays(displays) => Some(displays.displays),
        _ => None,
    };
    assert_eq!(pair.technician.expect(named).await, vec![display.clone()]);

    let at = Cursor::At(Pointer { display: 0, x: 3, y: 4 });
    let mut out = Writer::new();
    StreamHeader::new(StreamKind::Cursor, pair.session()).encode(&mut out);
    at.encode(&mut out);
    let mut pointer = pair.agent.link.open_uni().await.expect("a stream");
    pointer.write(&out.into_chunks()).await.expect("written");
    assert_eq!(next_cursor(&pair.technician).await, at);

    let mut late = house.technician(Preference::Quic).await;
    late.join_endpoint(&pair.agent.welcome.endpoint_id).await;
    assert_eq!(late.expect(named).await, vec![display]);
    assert_eq!(next_cursor(&late).await, at);
}

async fn next_cursor(peer: &Peer) -> Cursor {
    let mut stream = soon(peer.link.accept_uni()).await.expect("a stream");
    assert_eq!(soon(stream.take_header()).await.expect("a header").kind, StreamKind::Cursor);
    let mut buffer = BytesMut::new();
    loop {
        if let Some(cursor) = Cursor::decode(&mut buffer).expect("a record") {
            return cursor;
        }
        buffer.extend_from_slice(&soon(stream.read()).await.expect("read").expect("more"));
    }
}

#[tokio::test]
async fn input_goes_to_the_agent_with_its_seat_and_only_with_control() {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "reception", Preference::Quic).await;
    let mut stream = pair.technician.link.open_uni().await.expect("a stream");
    stream.write(&input(pair.session(), 1..=3)).await.expect("written");
    // The answer shows that what was sent without control is past, not only that nothing came yet.
    soon(async {
        while !house
            .get("/metrics")
            .await
            .text()
            .await
            .expect("text")
            .contains("nearhand_input_dropped_total 1")
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    pair.take_control().await;
    let mut later = Writer::new();
    record(4).encode(&mut later);
    stream.write(&later.into_chunks()).await.expect("written");

    let mut arrived = soon(pair.agent.link.accept_uni()).await.expect("a stream");
    let header = soon(arrived.take_header()).await.expect("a header");
    assert_eq!((header.kind, header.session), (StreamKind::Input, pair.session()));
    assert_eq!(header.seat, Seat::from_wire(pair.joined.seat));
    let mut buffer = BytesMut::from(&soon(arrived.read()).await.expect("read").expect("bytes")[..]);
    assert_eq!(Record::decode(&mut buffer), Ok(Some(record(4))));

    pair.technician.send(Body::Leave(Leave { session: pair.joined.session })).await;
    let mut left = Vec::new();
    pair.agent
        .expect(|body| {
            match body {
                Body::SeatLeft(seat) => left.push(seat.seat),
                Body::SessionClosed(_) => return Some(()),
                _ => {}
            }
            None
        })
        .await;
    assert_eq!(left, [pair.joined.seat]);
}

#[tokio::test]
async fn input_whose_numbers_fall_closes_its_technician() {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "reception", Preference::Quic).await;
    pair.take_control().await;
    let mut out = Writer::new();
    record(1).encode(&mut out);
    let chunks = [input(pair.session(), 2..=2), out.into_chunks()].concat();
    pair.technician.send_stream(&chunks).await;
    assert_eq!(closed_with(&pair.technician).await, CloseCode::OutOfOrder);
}

#[tokio::test]
async fn a_malformed_peer_is_closed_and_its_neighbours_are_not() {
    let house = House::open().await;
    house.log_in().await;
    let mut good = pair(&house, "good", Preference::Quic).await;
    good.demand().await;
    let mut bad = pair(&house, "bad", Preference::Quic).await;
    bad.demand().await;
    let whole = update(bad.session(), 1, Bytes::from_static(b"tile")).encode().concat();
    bad.agent.send_stream(&[Bytes::copy_from_slice(&whole[..whole.len() - 1])]).await;
    assert_eq!(closed_with(&bad.agent).await, CloseCode::Malformed);
    bad.technician.expect(|body| matches!(body, Body::Notice(_)).then_some(())).await;
    good.show(1, Bytes::from_static(b"tile")).await;
    bad.technician.send_stream(&[Bytes::from_static(b"\xff")]).await;
    assert_eq!(closed_with(&bad.technician).await, CloseCode::Unknown);
    good.show(2, Bytes::from_static(b"next")).await;
    let figures = house.figures().await;
    assert!(figures.contains("nearhand_links_dropped_total{cause=\"malformed\"} 2"), "{figures}");
}

#[tokio::test]
async fn an_agent_cannot_draw_into_another_ones_session() {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "victim", Preference::Quic).await;
    pair.demand().await;
    let (intruder, _) = house.agent("intruder", Preference::Quic).await;
    intruder.send_stream(&update(pair.session(), 1, Bytes::from_static(b"tile")).encode()).await;
    assert_eq!(closed_with(&intruder).await, CloseCode::OutOfOrder);
    pair.show(1, Bytes::from_static(b"true")).await;
}

#[tokio::test]
async fn a_viewer_that_reads_nothing_does_not_delay_the_others() {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "reception", Preference::Quic).await;
    pair.demand().await;
    let mut stuck = house.technician(Preference::Quic).await;
    let joined = stuck.join_endpoint(&pair.agent.welcome.endpoint_id).await;
    let wanted = vec![Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 }];
    stuck.send(Body::Demand(Demand { session: joined.session, wanted })).await;
    // Far more streams than a peer may have open that it does not read.
    for number in 1..=300 {
        pair.show(number, Bytes::from(rand_bytes().repeat(64))).await;
    }
}

#[tokio::test]
async fn a_peer_that_is_silent_in_a_session_is_closed_within_five_seconds() {
    let house = House::open().await;
    house.log_in().await;
    let pair = pair(&house, "reception", Preference::Quic).await;
    // Nobody reads the control streams from here on, so no ping is answered.
    let start = std::time::Instant::now();
    assert_eq!(closed_with(&pair.technician).await, CloseCode::Silent);
    assert_eq!(closed_with(&pair.agent).await, CloseCode::Silent);
    assert!(start.elapsed() <= std::time::Duration::from_millis(5500), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_newer_link_of_an_agent_takes_over_and_its_session_goes_on() {
    let house = House::open().await;
    house.log_in().await;
    let (mut agent, key) = house.agent("reception", Preference::Quic).await;
    let mut technician = house.technician(Preference::Quic).await;
    let joined = technician.join_endpoint(&agent.welcome.endpoint_id).await;
    let mut pair = Pair { agent, technician, joined };
    pair.demand().await;
    pair.show(1, Bytes::from_static(b"old")).await;

    agent = house.agent_again(&key, Preference::Quic).await.expect("known");
    assert_eq!(closed_with(&pair.agent).await, CloseCode::Replaced);
    pair.agent = agent;
    pair.agent
        .expect(|body| matches!(body, Body::Demand(demand) if demand.wanted.len() == 1).then_some(()))
        .await;
    let session = pair.session();
    let mut fresh = update(session, 1, Bytes::from_static(b"new"));
    fresh.header.epoch = Epoch::from_wire(100);
    pair.agent.send_stream(&fresh.encode()).await;
    let mut stream = soon(pair.technician.link.accept_uni()).await.expect("a stream");
    let bytes = soon(stream.read_to_end(Update::BYTES_MAX)).await.expect("an update");
    let got = Update::decode(bytes).expect("an update");
    assert_eq!((got.header.epoch, payloads(&got)), (Epoch::from_wire(100), payloads(&fresh)));
}

#[tokio::test]
async fn logging_out_closes_the_links_of_that_login() {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "reception", Preference::Quic).await;
    pair.demand().await;
    house.post("/api/logout", json!({})).await;
    assert_eq!(closed_with(&pair.technician).await, CloseCode::NotAllowed);
    pair.agent.expect(|body| matches!(body, Body::SessionClosed(_)).then_some(())).await;
}

#[tokio::test]
async fn an_endpoint_that_is_away_or_unknown_is_refused() {
    let house = House::open().await;
    house.log_in().await;
    let (agent, _) = house.agent("reception", Preference::Quic).await;
    let id = agent.welcome.endpoint_id.clone();
    agent.link.close(CloseCode::Done, "");
    let mut technician = house.technician(Preference::Quic).await;
    soon(async {
        while house.get("/api/endpoints").await.text().await.expect("text").contains("\"online\":true") {
            tokio::task::yield_now().await;
        }
    })
    .await;
    for (id, code) in
        [(id.as_str(), RefusalCode::Offline), ("17", RefusalCode::NotKnown), ("?", RefusalCode::NotKnown)]
    {
        let refused = technician.try_to_join(id).await.expect_err("refused");
        assert_eq!(refused.code(), code, "{id}");
    }
}

#[tokio::test]
async fn who_says_so_as_he_joins_sees_a_display_without_a_demand() {
    let house = House::open().await;
    house.log_in().await;
    let (mut agent, _) = house.agent("reception", Preference::Quic).await;
    let id = agent.welcome.endpoint_id.clone();
    // The first one waits for the displays; the second one names a display that is there, the third one does not.
    for (watch, shown) in [(None, 3), (Some(2), 2), (Some(7), 3)] {
        let mut technician = house.technician(Preference::Quic).await;
        let target = Some(join::Target::EndpointId(id.clone()));
        let watch = Some(Watch { mode: ColorMode::FewColors.into(), display: watch });
        technician.send(Body::Join(Join { request: 1, target, watch })).await;
        let joined = technician.expect(|body| match body {
            Body::Joined(joined) => Some(joined.session),
            _ => None,
        });
        let session = joined.await;
        let displays = [2, 3].map(|id| Display { id, primary: id == 3, ..Display::default() });
        agent.send(Body::Displays(Displays { session, displays: displays.into() })).await;
        let demanded = agent.expect(|body| match body {
            Body::Demand(demand) if !demand.wanted.is_empty() => Some(demand.wanted),
            _ => None,
        });
        let wanted = Wanted { display: shown, mode: ColorMode::FewColors.into(), bytes_per_second: 0 };
        assert_eq!(demanded.await, [wanted]);
        technician.send(Body::Leave(Leave { session })).await;
        agent.expect(|body| matches!(body, Body::SessionClosed(_)).then_some(())).await;
    }
}

#[tokio::test]
async fn a_relay_that_stops_says_so() {
    let house = House::open().await;
    house.log_in().await;
    let mut pair = pair(&house, "reception", Preference::Quic).await;
    let stopping = tokio::spawn(house.relay.stop());
    pair.agent.expect(|body| matches!(body, Body::GoingAway(_)).then_some(())).await;
    assert_eq!(closed_with(&pair.agent).await, CloseCode::GoingAway);
    pair.technician.expect(|body| matches!(body, Body::GoingAway(_)).then_some(())).await;
    soon(stopping).await.expect("stopped");
}
