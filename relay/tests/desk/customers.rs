//! Customers on the portal: by a key, an issue or a name into a queue, with a chat, to the end.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::House;
use crate::desk::{Browser, Desk};

/// What a customer's page hears.
pub(crate) struct Events {
    answer: reqwest::Response,
    text: String,
}

impl Events {
    async fn open(customer: &Browser, last: Option<u64>) -> Self {
        Self::of(customer, "/api/customer/events", last).await
    }

    pub(crate) async fn of(who: &Browser, path: &str, last: Option<u64>) -> Self {
        let answer = who.follow(path, last).await;
        assert_eq!(answer.status(), 200);
        Self { answer, text: String::new() }
    }

    /// The next event that is no comment: its name and what it says.
    async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) =
                self.text.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned()))
            {
                self.text = rest;
                let field = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .unwrap_or_default()
                        .trim()
                        .to_owned()
                };
                if !field("event:").is_empty() {
                    return (field("event:"), serde_json::from_str(&field("data:")).expect("JSON"));
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.answer.chunk()).await;
            let chunk = chunk.expect("an event in time").expect("a stream").expect("more to come");
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    pub(crate) async fn until(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (event, data) = self.next().await;
            if event == name && wanted(&data) {
                return data;
            }
        }
    }
}

pub(crate) async fn key(by: &Browser, desk: &Desk) -> String {
    let made = by.post("/api/keys", json!({ "portal": desk.portal, "valid_for_s": 600 })).await.good();
    made["code"].as_str().expect("text").to_owned()
}

pub(crate) fn start(desk: &Desk, by: Value) -> Value {
    json!({ "portal": desk.portal, "by": by, "name": "Cara", "question": "The printer is on fire", "language": "fr" })
}

#[tokio::test]
async fn s83_s89_s92_s237_a_key_leads_to_its_technicians_queue_and_the_chat_goes_both_ways() {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &["generate_keys"]).await;
    let _console = ann.console(&desk.house).await;
    let code = key(&ann, &desk).await;
    let cara = desk.stranger();
    let page = cara.get("/api/portal").await.good();
    assert_eq!((&page["portal"], &page["takes_keys"]), (&json!(desk.portal), &json!(true)));
    // As somebody reads it aloud: without the dash, in small letters.
    let spoken = code.replace('-', " ").to_lowercase();
    let started = cara.post("/api/portal/sessions", start(&desk, json!({ "key": spoken }))).await.good();
    let session = started["session"].as_u64().expect("a number");
    let again = cara.post("/api/portal/sessions", start(&desk, json!({ "key": code }))).await;
    assert_eq!(again.refused(), (409, "used"), "one key, one session");

    let mut events = Events::open(&cara, None).await;
    let state = events.until("state", |_| true).await;
    assert_eq!((&state["is"], &state["position"]), (&json!("waiting"), &json!(1)), "{state}");
    let queue = ann.get("/api/queues/personal").await.good();
    assert!(queue.to_string().contains(&session.to_string()), "{queue}");

    ann.post(&format!("/api/sessions/{session}"), json!({ "do": "accept" })).await.good();
    let state = events.until("state", |state| state["is"] == "served").await;
    assert_eq!(state["by"], json!(["ann"]), "{state}");
    ann.post(&format!("/api/sessions/{session}/messages"), json!({ "text": "Is it a big fire?" }))
        .await
        .good();
    let said = events.until("said", |_| true).await;
    assert_eq!((&said["by"], &said["text"]), (&json!("ann"), &json!("Is it a big fire?")));
    cara.post("/api/customer/messages", json!({ "text": "It grows" })).await.good();
    let own = events.until("said", |_| true).await;
    assert_eq!((&own["by"], &own["text"]), (&Value::Null, &json!("It grows")));
    let read = ann.get(&format!("/api/sessions/{session}/messages")).await.good();
    assert_eq!(read[1]["text"], "It grows");

    // Back after a lost line: only what was said since.
    drop(events);
    let mut events = Events::open(&cara, said["message"].as_u64()).await;
    assert_eq!(events.until("said", |_| true).await["text"], "It grows");

    cara.post("/api/customer/end", json!({})).await.good();
    events.until("over", |_| true).await;
    assert_eq!(cara.get("/api/customer").await.status, 401, "it is over for him");
    let left = ann.get(&format!("/api/sessions/{session}")).await.good();
    assert_eq!(left["presence"]["is"], "gone", "its owner may still write up: {left}");
}

#[tokio::test]
async fn a_customer_rates_his_session_once_when_it_is_over_and_its_report_says_so() {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &["generate_keys"]).await;
    let _console = ann.console(&desk.house).await;
    let (cara, carl) = (desk.stranger(), desk.stranger());
    let mut sessions = Vec::new();
    for customer in [&cara, &carl] {
        let code = key(&ann, &desk).await;
        let started =
            customer.post("/api/portal/sessions", start(&desk, json!({ "key": code }))).await.good();
        sessions.push(started["session"].as_u64().expect("a number"));
    }
    let [session, other] = sessions[..] else { panic!("two sessions") };
    let rating = |session: u64, stars: u8| json!({ "session": session, "stars": stars, "comment": "Quick" });
    let early = cara.post("/api/customer/rating", rating(session, 5)).await;
    assert_eq!(early.refused(), (409, "already"), "it is not over");
    let mut events = Events::open(&cara, None).await;
    ann.post(&format!("/api/sessions/{session}"), json!({ "do": "accept" })).await.good();
    ann.post(&format!("/api/sessions/{session}"), json!({ "do": "end" })).await.good();
    let over = events.until("over", |_| true).await;
    assert_eq!(over, json!({ "session": session, "why": "helper" }));

    assert_eq!(cara.post("/api/customer/rating", rating(session, 9)).await.status, 422);
    assert_eq!(cara.post("/api/customer/rating", rating(other, 1)).await.status, 401, "it is not his");
    assert_eq!(desk.stranger().post("/api/customer/rating", rating(session, 1)).await.status, 401);
    cara.post("/api/customer/rating", rating(session, 5)).await.good();
    assert_eq!(cara.post("/api/customer/rating", rating(session, 1)).await.status, 401, "the secret is gone");
    let report = ann.get(&format!("/api/reports/sessions/{session}")).await.good();
    let said =
        report["events"].as_array().expect("a list").iter().find(|line| line["fact"]["event"] == "rated");
    let said = &said.expect("a line")["fact"];
    assert_eq!((&said["session"], &said["rating"]["stars"]), (&json!(session), &json!(5)), "{said}");

    let mut events = Events::open(&carl, None).await;
    carl.post("/api/customer/end", json!({})).await.good();
    assert_eq!(events.until("over", |_| true).await["why"], "customer");
    carl.post("/api/customer/rating", rating(other, 1)).await.good();
}

#[tokio::test]
async fn a_customer_reaches_his_own_session_and_nothing_else() {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &["generate_keys"]).await;
    let (cara, carl) = (desk.stranger(), desk.stranger());
    for customer in [&cara, &carl] {
        let code = key(&ann, &desk).await;
        customer.post("/api/portal/sessions", start(&desk, json!({ "key": code }))).await.good();
    }
    let (one, other) = (cara.get("/api/customer").await.good(), carl.get("/api/customer").await.good());
    assert_ne!(one["session"], other["session"]);
    assert_eq!(other["position"], 2, "{other}");
    let session = &other["session"];
    for path in
        ["/api/me", "/api/queues", "/api/sessions", "/api/events", "/api/records/account", "/api/audit"]
    {
        assert_eq!(cara.get(path).await.status, 401, "{path}");
    }
    for path in [format!("/api/sessions/{session}"), format!("/api/sessions/{session}/messages")] {
        assert_eq!(cara.get(&path).await.status, 401, "{path}");
        assert_eq!(cara.post(&path, json!({ "do": "end", "text": "x" })).await.status, 401, "{path}");
    }
    assert_eq!(desk.stranger().get("/api/customer").await.status, 401);
    assert_eq!(desk.stranger().post("/api/customer/messages", json!({ "text": "hi" })).await.status, 401);
}

#[tokio::test]
async fn s83_who_guesses_keys_has_to_wait_and_a_wrong_one_says_so() {
    let desk = Desk::new(House::open().await).await;
    let guesser = desk.stranger();
    let guess = start(&desk, json!({ "key": "AAAAA-AAAAA" }));
    let first = guesser.post("/api/portal/sessions", guess.clone()).await;
    assert_eq!(first.refused(), (404, "not_found"));
    let mut answers = 0;
    let waits = loop {
        let answer = guesser.post("/api/portal/sessions", guess.clone()).await;
        answers += 1;
        assert!(answers < 50, "it goes on and on");
        if answer.status == 429 {
            break answer.body["retry_after_ms"].as_u64();
        }
    };
    assert!(waits.is_some_and(|wait| 0 < wait && wait <= 60_000), "{waits:?}");
}

#[tokio::test]
async fn an_issue_leads_to_its_team_and_a_name_to_its_technician() {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &[]).await;
    let issue = desk.record("issue", json!({ "name": "Printers", "team": desk.team })).await;
    desk.change("portal", desk.portal, |portal| {
        portal["issues"] = json!([issue]);
        portal["shows_technicians"] = json!(true);
    })
    .await;

    let cara = desk.stranger();
    let page = cara.get("/api/portal").await.good();
    assert_eq!(page["issues"], json!([{ "id": issue, "name": "Printers" }]));
    assert_eq!(page["technicians"], json!([]), "ann is not there");
    let console = ann.console(&desk.house).await;
    let shown = json!([{ "id": ann.account, "name": "ann" }]);
    crate::common::soon(async {
        while cara.get("/api/portal").await.good()["technicians"] != shown {
            tokio::task::yield_now().await;
        }
    })
    .await;

    cara.post("/api/portal/sessions", start(&desk, json!({ "issue": issue }))).await.good();
    let queue = desk.admin.get(&format!("/api/queues/teams/{}", desk.team)).await.good();
    assert!(queue.to_string().contains("Cara"), "{queue}");
    let carl = desk.stranger();
    carl.post("/api/portal/sessions", start(&desk, json!({ "technician": ann.account }))).await.good();
    assert!(ann.get("/api/queues/personal").await.good().to_string().contains("Cara"));
    drop(console);
    let nobody =
        desk.stranger().post("/api/portal/sessions", start(&desk, json!({ "issue": 999_999 }))).await;
    assert_eq!(nobody.refused(), (404, "not_found"));
}

#[tokio::test]
async fn a_customer_whose_page_is_closed_is_lost_and_back_with_the_next_one() {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &["generate_keys"]).await;
    let cara = desk.stranger();
    let code = key(&ann, &desk).await;
    let started = cara.post("/api/portal/sessions", start(&desk, json!({ "key": code }))).await.good();
    let path = format!("/api/sessions/{}", started["session"]);
    let presence = async || ann.get(&path).await.good()["presence"]["is"].clone();
    let events = Events::open(&cara, None).await;
    assert_eq!(presence().await, "here");
    drop(events);
    crate::common::soon(async {
        while presence().await != "lost" {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let _events = Events::open(&cara, None).await;
    assert_eq!(presence().await, "here");
}
