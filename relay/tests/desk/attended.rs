//! Agents that customers start themselves: by a session key, or beside their page; for one session, to its end.

use serde_json::json;
use transport::client::Preference;
use wire::attended::{AttendedBy, AttendedToken};
use wire::control::{
    Attended, AttendedSession, ConsentAnswer, ConsentBy, CustomerEnds, Join, Role, attended, control::Body,
    hello::Proof, join,
};
use wire::version::OURS;

use crate::common::{House, Peer, hello, on_each_database, soon};
use crate::customers::key;
use crate::desk::{Browser, Desk};

fn by_key(code: &str) -> Attended {
    let by = Some(attended::By::Key(code.to_owned()));
    let (name, question, language) = ("Cara".to_owned(), "No sound".to_owned(), "fr".to_owned());
    Attended { by, name, question, language }
}

fn by_session(own: AttendedSession) -> Attended {
    Attended { by: Some(attended::By::Session(own)), ..Attended::default() }
}

/// An agent as a customer starts it; the reason where it is not let in.
async fn agent(house: &House, proof: Attended) -> Result<Peer, String> {
    let link = house.link(Preference::Quic).await;
    let hello = hello(Role::Agent, Proof::Attended(proof));
    Peer::greet(link, hello, OURS).await.map_err(|error| error.to_string())
}

/// The session as its technicians see it, once `wanted` holds.
async fn until(by: &Browser, session: u64, wanted: impl Fn(&serde_json::Value) -> bool) {
    soon(async {
        while !wanted(&by.get(&format!("/api/sessions/{session}")).await.good()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn over(agent: &mut Peer) -> bool {
    agent
        .expect(|body| match body {
            Body::SessionClosed(closed) => Some(closed.for_good),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn s58_s87_s92_an_agent_with_a_key_waits_in_its_technicians_queue_and_is_seen_once_he_takes_it() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let ann = desk.technician("ann", &["generate_keys", "view", "control"]).await;
        let mut console = ann.console(&desk.house).await;
        let code = key(&ann, &desk).await;
        // As it was read aloud.
        let mut agent_peer =
            agent(&desk.house, by_key(&code.to_lowercase().replace('-', " "))).await.expect("let in");
        let own = agent_peer.welcome.attended.clone().expect("a session");
        let queue = ann.get("/api/queues/personal").await.good();
        let about = &queue[0]["about"];
        assert_eq!(
            (&about["customer"], &about["question"], &about["language"]),
            (&json!("Cara"), &json!("No sound"), &json!("fr")),
            "{queue}"
        );
        until(&ann, own.session, |session| {
            session["client"] == "agent" && session["presence"]["is"] == "here"
        })
        .await;

        ann.post(&format!("/api/sessions/{}", own.session), json!({ "do": "accept" })).await.good();
        let target = Some(join::Target::Session(own.session));
        console.send(Body::Join(Join { request: 1, target, watch: None })).await;
        let name = console
            .expect(|body| match body {
                Body::Joined(joined) => Some(joined.endpoint_name),
                _ => None,
            })
            .await;
        assert_eq!(name, "Cara");
        let granted = agent_peer
            .expect(|body| match body {
                Body::SeatGranted(granted) if !granted.rights.is_empty() => Some(granted),
                _ => None,
            })
            .await;
        assert_eq!(granted.name, "ann", "the customer sees who is there");

        let again = agent(&desk.house, by_key(&code)).await.err().expect("one key, one session");
        assert!(again.contains("has started a session already"), "{again}");
        agent_peer.send(Body::CustomerEnds(CustomerEnds { session: own.session })).await;
        assert!(over(&mut agent_peer).await, "for good");
        until(&ann, own.session, |session| session["presence"]["is"] == "gone").await;
        let back = agent(&desk.house, by_session(own)).await.err().expect("over");
        assert!(back.contains("no such session"), "{back}");
    })
    .await;
}

#[tokio::test]
async fn an_agent_that_lost_its_line_comes_back_by_its_secret_also_to_a_relay_that_was_restarted() {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &["generate_keys"]).await;
    let code = key(&ann, &desk).await;
    let first = agent(&desk.house, by_key(&code)).await.expect("let in");
    let own = first.welcome.attended.clone().expect("a session");
    drop(first);
    until(&ann, own.session, |session| session["presence"]["is"] == "lost").await;
    let second = agent(&desk.house, by_session(own.clone())).await.expect("back");
    assert_eq!(second.welcome.attended, Some(own.clone()));
    until(&ann, own.session, |session| session["presence"]["is"] == "here").await;
    drop(second);

    let house = desk.house.restart().await;
    let third = agent(&house, by_session(own.clone())).await.expect("back");
    assert_eq!(third.welcome.attended, Some(own.clone()));
    let mut guess = own.secret.to_vec();
    guess[31] ^= 1;
    for wrong in [
        AttendedSession { secret: guess.into(), ..own.clone() },
        AttendedSession { session: own.session + 1, ..own },
        AttendedSession::default(),
    ] {
        let refused = agent(&house, by_session(wrong)).await.err().expect("not his");
        assert!(refused.contains("no such session"), "{refused}");
    }
}

#[tokio::test]
async fn the_agent_beside_a_customers_page_joins_his_session_and_goes_with_it() {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &["generate_keys"]).await;
    let code = key(&ann, &desk).await;
    let cara = desk.stranger();
    assert_eq!(
        cara.post("/api/customer/agent", json!({})).await.status,
        401,
        "who has no session has no agent"
    );
    let start = json!({ "portal": desk.portal, "by": { "key": code }, "name": "Cara" });
    let session =
        cara.post("/api/portal/sessions", start).await.good()["session"].as_u64().expect("a number");
    let made = cara.post("/api/customer/agent", json!({})).await.good();
    let token = AttendedToken::from_text(made["token"].as_str().expect("text")).expect("a token");
    assert_eq!((token.pin, made["command"].as_str()), (desk.house.ready().pin, made["command"].as_str()));
    let AttendedBy::Session { session: named, secret } = token.by else { panic!("{token:?}") };
    assert_eq!(named, session);
    let own = AttendedSession { session, secret: secret.to_vec().into() };
    let mut peer = agent(&desk.house, by_session(own)).await.expect("let in");
    until(&ann, session, |session| session["client"] == "agent").await;
    assert_eq!(cara.get("/api/customer").await.good()["has_agent"], true);

    cara.post("/api/customer/end", json!({})).await.good();
    assert!(over(&mut peer).await, "for good");
    soon(peer.link.closed()).await;
}

#[tokio::test]
async fn s83_keys_cannot_be_guessed_by_agents_either() {
    let desk = Desk::new(House::open().await).await;
    let mut tries = 0;
    let refused = loop {
        let refused = agent(&desk.house, by_key("AAAAA-AAAAA")).await.err().expect("no key");
        tries += 1;
        assert!(tries < 50, "it goes on and on");
        if refused.contains("too many") {
            break refused;
        }
    };
    assert!(refused.contains("network"), "{refused}");
    let other = desk.stranger();
    let guess = json!({ "portal": desk.portal, "by": { "key": "AAAAA-AAAAA" }, "name": "Cara" });
    assert_eq!(other.post("/api/portal/sessions", guess).await.status, 429, "one limit for both ways in");
}

/// What became of a technician's wish to join.
async fn joined(console: &mut Peer, session: u64) -> Result<(), String> {
    let target = Some(join::Target::Session(session));
    console.send(Body::Join(Join { request: 1, target, watch: None })).await;
    console
        .expect(|body| match body {
            Body::Joined(_) => Some(Ok(())),
            Body::JoinRefused(refused) => Some(Err(refused.detail)),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_customer_with_an_agent_is_asked_where_the_site_says_so_and_his_no_shuts_the_screen_only() {
    let desk = Desk::new(House::open().await).await;
    let mut site = desk.admin.get("/api/site").await.good();
    site["record"]["attended_consent"] =
        json!({ "is_asked": true, "timeout_s": 30, "nobody_answers": "deny" });
    desk.admin.put("/api/site", site).await.good();
    let ann = desk.technician("ann", &["generate_keys", "view", "control"]).await;
    let mut console = ann.console(&desk.house).await;
    let code = key(&ann, &desk).await;
    let mut cara = agent(&desk.house, by_key(&code)).await.expect("let in");
    let own = cara.welcome.attended.clone().expect("a session");
    ann.post(&format!("/api/sessions/{}", own.session), json!({ "do": "accept" })).await.good();

    for (is_allowed, is_in) in [(false, false), (true, true)] {
        let answers = async {
            let asked = cara
                .expect(|body| match body {
                    Body::ConsentAsk(asked) => Some(asked),
                    _ => None,
                })
                .await;
            assert_eq!((asked.name.as_str(), asked.timeout_ms), ("ann", 30_000));
            let (session, request) = (asked.session, asked.request);
            let by = ConsentBy::Person.into();
            cara.send(Body::ConsentAnswer(ConsentAnswer { session, request, is_allowed, by })).await;
        };
        let (joined, ()) = tokio::join!(joined(&mut console, own.session), answers);
        assert_eq!(joined.is_ok(), is_in, "{joined:?}");
        let session = ann.get(&format!("/api/sessions/{}", own.session)).await.good();
        assert_eq!(session["presence"]["is"], "here", "the chat goes on either way: {session}");
    }
    let about = format!("/api/audit?event=acted&object=session:{}", own.session);
    let lines = desk.admin.get(&about).await.good();
    let said: Vec<_> = lines["lines"].as_array().expect("lines").iter().map(|line| &line["fact"]).collect();
    assert_eq!((said.len(), &said[0]["deed"]["what"]), (2, &json!("ask_consent")), "{lines}");
    assert_eq!((&said[0]["step"]["step"], &said[1]["step"]["step"]), (&json!("refused"), &json!("done")));
}
