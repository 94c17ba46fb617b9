//! A relay that goes away and comes back: everybody finds his session again.

mod common;

use bytes::{Bytes, BytesMut};
use common::{House, Peer, hello, soon};
use proto::handshake::HandshakeError;
use serde_json::json;
use transport::client::Preference;
use wire::close::CloseCode;
use wire::control::{
    ColorMode, ControlWish, Demand, GoingAway, Hello, RefusalCode, Role, Wanted, control::Body, hello::Proof,
};
use wire::input::{Event, Record};
use wire::stream::{StreamHeader, StreamKind};
use wire::version::OURS;
use wire::{SessionId, Writer};

/// Waits for the goodbye, and goes as it asks.
async fn told_to_come_back(mut peer: Peer) -> GoingAway {
    let going = peer.expect(|body| match body {
        Body::GoingAway(going) => Some(going),
        _ => None,
    });
    let going = going.await;
    peer.link.close(CloseCode::Done, "the relay goes away");
    going
}

async fn come_back(house: &House, token: &Bytes) -> Result<Peer, HandshakeError> {
    let link = house.link(Preference::Quic).await;
    let nobody = Proof::Ticket(String::new());
    let hello = Hello { proof: None, resume_token: token.clone(), ..hello(Role::Technician, nobody) };
    Peer::greet(link, hello, OURS).await
}

fn refused_with(refused: Result<Peer, HandshakeError>) -> RefusalCode {
    match refused {
        Err(HandshakeError::Refused { code, .. }) => code,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("let in"),
    }
}

/// Types keys, and gives what the agent hears of it.
async fn type_keys(technician: &mut Peer, agent: &Peer, session: u64, keys: &[&str]) -> Vec<String> {
    technician.send(Body::ControlWish(ControlWish { session, wanted: true })).await;
    technician.expect(|body| matches!(body, Body::ControlState(state) if state.granted).then_some(())).await;
    let mut out = Writer::new();
    StreamHeader::new(StreamKind::Input, SessionId::from_wire(session)).encode(&mut out);
    for (number, key) in (1..).zip(keys) {
        let event = Event::Key { down: true, code: String::new(), key: (*key).to_owned() };
        Record { number, event }.encode(&mut out);
    }
    technician.send_stream(&out.into_chunks()).await;
    let mut stream = soon(agent.link.accept_uni()).await.expect("a stream");
    soon(stream.take_header()).await.expect("a header");
    let mut bytes = BytesMut::from(&soon(stream.read_to_end(4096)).await.expect("input")[..]);
    let mut heard = Vec::new();
    while let Some(record) = Record::decode(&mut bytes).expect("records") {
        if let Event::Key { key, .. } = record.event {
            heard.push(key);
        }
    }
    heard
}

#[tokio::test]
async fn after_a_restart_everybody_is_back_without_a_login_and_input_stays_in_order() {
    let house = House::open().await;
    house.log_in().await;
    let (agent, key) = house.agent("reception", Preference::Quic).await;
    let endpoint = agent.welcome.endpoint_id.clone();
    let mut technician = house.technician(Preference::Quic).await;
    let joined = technician.join_endpoint(&endpoint).await;
    assert_eq!(type_keys(&mut technician, &agent, joined.session, &["a", "b"]).await, ["a", "b"]);

    let (house, to_agent, to_technician) = Box::pin(soon(async {
        tokio::join!(house.restart(), told_to_come_back(agent), told_to_come_back(technician))
    }))
    .await;
    assert!(to_agent.resume_token.is_empty(), "an agent has its key");
    assert!(to_agent.jitter_ms <= 1_000 && to_technician.jitter_ms <= 1_000);

    // The technician is back first, and waits in his session for the agent.
    let token = to_technician.resume_token;
    let mut technician = come_back(&house, &token).await.expect("let in");
    let again = technician.join_endpoint(&endpoint).await;
    assert_eq!(again.session, joined.session);
    let wanted = vec![Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 }];
    technician.send(Body::Demand(Demand { session: again.session, wanted })).await;
    let mut agent = house.agent_again(&key, Preference::Quic).await.expect("let in");
    let opened = agent.expect(|body| match body {
        Body::SessionOpened(opened) => Some(opened.session),
        _ => None,
    });
    assert_eq!(opened.await, joined.session);
    agent.expect(|body| matches!(body, Body::Demand(demand) if demand.wanted.len() == 1).then_some(())).await;
    assert_eq!(type_keys(&mut technician, &agent, again.session, &["c", "d"]).await, ["c", "d"]);

    assert_eq!(refused_with(come_back(&house, &token).await), RefusalCode::Expired, "used twice");
}

#[tokio::test]
async fn a_token_is_worth_nothing_once_its_login_is_over_or_when_it_is_made_up() {
    let house = House::open().await;
    house.log_in().await;
    let technician = house.technician(Preference::Quic).await;
    let password = house.password();
    let (house, going) =
        Box::pin(soon(async { tokio::join!(house.restart(), told_to_come_back(technician)) })).await;
    let made_up = Bytes::from_static(b"let me in");
    assert_eq!(refused_with(come_back(&house, &made_up).await), RefusalCode::Expired);
    assert_eq!(refused_with(come_back(&house, &Bytes::new()).await), RefusalCode::Malformed);
    let login = json!({ "user": "admin", "password": password });
    assert_eq!(house.post("/api/login", login).await.status(), 200);
    let logins = House::json(house.get("/api/me/logins").await).await;
    for login in logins.as_array().expect("a list") {
        if login["is_this"] == json!(false) {
            let id = login["id"].as_u64().expect("a number");
            let answer = house.delete(&format!("/api/me/logins/{id}")).await;
            assert!(answer.status().is_success(), "{:?}", answer.text().await);
        }
    }
    assert_eq!(refused_with(come_back(&house, &going.resume_token).await), RefusalCode::Expired);
}
