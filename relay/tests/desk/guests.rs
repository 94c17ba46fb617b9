//! Somebody from outside: he looks at his invitation, comes in by its key, and reaches this session and nothing else.

use serde_json::{Value, json};

use crate::common::{House, Peer};
use crate::customers::{Events, key, start};
use crate::desk::{Browser, Desk};

/// A session of a technician with a customer, and the key of an invitation into it.
struct Story {
    desk: Desk,
    ann: Browser,
    cara: Browser,
    session: u64,
    external: u64,
    key: String,
    /// Open as long as the story goes on.
    _console: Peer,
}

async fn story() -> Story {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &["generate_keys", "invite_externals"]).await;
    let console = ann.console(&desk.house).await;
    let cara = desk.stranger();
    let code = key(&ann, &desk).await;
    let started = cara.post("/api/portal/sessions", start(&desk, json!({ "key": code }))).await.good();
    let session = started["session"].as_u64().expect("a number");
    ann.post(&format!("/api/sessions/{session}"), json!({ "do": "accept" })).await.good();
    let wish = json!({ "name": "Vera of Vendor", "comments": "Please look at the spooler.", "policy": null, "valid_for_s": 600 });
    let made = ann.post(&format!("/api/sessions/{session}/externals"), wish).await.good();
    let external = made["external"].as_u64().expect("a number");
    Story {
        desk,
        ann,
        cara,
        session,
        external,
        key: made["key"].as_str().expect("text").to_owned(),
        _console: console,
    }
}

#[tokio::test]
async fn s42_s43_s44_s45_somebody_from_outside_is_welcomed_and_reaches_one_session() {
    let Story { desk, ann, cara, session, key, _console, .. } = story().await;
    let vera = desk.stranger();
    let wrong = vera.post("/api/guest/invitation", json!({ "key": "wrong" })).await;
    assert_eq!(wrong.refused(), (404, "not_found"));
    let invitation = vera.post("/api/guest/invitation", json!({ "key": key })).await.good();
    assert_eq!(
        (&invitation["name"], &invitation["inviter"], &invitation["comments"]),
        (&json!("Vera of Vendor"), &json!("ann"), &json!("Please look at the spooler.")),
        "{invitation}"
    );
    assert_eq!(vera.get("/api/guest").await.status, 401, "to look is not to join");

    vera.post("/api/guest", json!({ "key": key })).await.good();
    let view = vera.get("/api/guest").await.good();
    assert_eq!((&view["customer"], &view["others"]), (&json!("Cara"), &json!(["ann"])), "{view}");
    assert_eq!(view["rights"]["permissions"], json!([]), "he has what his policy says, and there is none");
    let second = desk.stranger().post("/api/guest", json!({ "key": key })).await;
    assert_eq!(second.refused(), (409, "used"), "one key, one guest");

    let mut events = Events::of(&vera, "/api/guest/events", None).await;
    events.until("state", |_| true).await;
    cara.post("/api/customer/messages", json!({ "text": "It smokes" })).await.good();
    let said = events.until("said", |_| true).await;
    assert_eq!((&said["by"], &said["text"]), (&json!("Cara"), &json!("It smokes")));
    vera.post("/api/guest/messages", json!({ "text": "I see" })).await.good();
    assert_eq!(events.until("said", |_| true).await["by"], Value::Null, "his own");
    let read = ann.get(&format!("/api/sessions/{session}/messages")).await.good();
    assert_eq!(read[1]["text"], "I see", "{read}");

    for path in
        ["/api/me", "/api/queues", "/api/sessions", "/api/events", "/api/records/account", "/api/customer"]
    {
        assert_eq!(vera.get(path).await.status, 401, "{path}");
    }
    for act in ["accept", "keep", "end"] {
        let done = vera.post(&format!("/api/sessions/{session}"), json!({ "do": act })).await;
        assert_eq!(done.status, 401, "S46: {act}");
    }
    vera.post("/api/guest/leave", json!({})).await.good();
    assert_eq!(events.until("over", |_| true).await, json!({ "session": session, "why": "left" }));
    assert_eq!(vera.get("/api/guest").await.status, 401);
}

#[tokio::test]
async fn s47_s271_who_is_removed_or_whose_session_ends_is_out_at_once() {
    let Story { desk, ann, session, external, key, _console, .. } = story().await;
    let vera = desk.stranger();
    vera.post("/api/guest", json!({ "key": key })).await.good();
    let mut events = Events::of(&vera, "/api/guest/events", None).await;
    let who = json!({ "kind": "external", "id": external });
    ann.post(&format!("/api/sessions/{session}"), json!({ "do": "remove", "who": who })).await.good();
    assert_eq!(events.until("over", |_| true).await["why"], "removed");
    assert_eq!(vera.post("/api/guest/messages", json!({ "text": "Wait" })).await.status, 401);

    // S47: the inviter puts the session aside, and nobody owns it.
    let wish = json!({ "name": "Vito", "policy": null, "valid_for_s": 600 });
    let made = ann.post(&format!("/api/sessions/{session}/externals"), wish).await.good();
    let vito = desk.stranger();
    vito.post("/api/guest", json!({ "key": made["key"] })).await.good();
    let mut events = Events::of(&vito, "/api/guest/events", None).await;
    ann.post(&format!("/api/sessions/{session}"), json!({ "do": "keep" })).await.good();
    assert_eq!(events.until("over", |_| true).await["why"], "inviter_gone");
    assert_eq!(vito.get("/api/guest").await.status, 401);
}
