//! Reports of past sessions, the audit log, and how the relay is.

use serde_json::{Value, json};

use crate::common::on_each_database;
use crate::desk::{Browser, Desk};

/// Jumps, says something, and ends.
async fn session(browser: &Browser, item: &str, said: &str) -> u64 {
    let started = browser.post(&format!("/api/jump/items/{item}/sessions"), json!({})).await.good();
    let path = format!("/api/sessions/{}", started["session"]);
    browser.post(&format!("{path}/messages"), json!({ "text": said })).await.good();
    browser.post(&path, json!({ "do": "end" })).await.good();
    started["session"].as_u64().expect("a number")
}

fn ids(page: &Value) -> Vec<u64> {
    let sessions = page["sessions"].as_array().expect("a list");
    sessions.iter().map(|session| session["id"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn s195_a_past_session_has_a_report_with_its_people_events_and_chat() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let (ann, bob) = (desk.technician("ann", &["jump"]).await, desk.technician("bob", &["jump"]).await);
        let _consoles = (ann.console(&desk.house).await, bob.console(&desk.house).await);
        let (item, _agent, _) = desk.computer("till").await;
        let of_ann = [session(&ann, &item, "one").await, session(&ann, &item, "two").await];
        let of_bob = session(&bob, &item, "three").await;

        let all = desk.admin.get("/api/reports/sessions").await.good();
        assert_eq!(ids(&all), [of_bob, of_ann[1], of_ann[0]], "the latest first");
        assert_eq!(ids(&ann.get("/api/reports/sessions").await.good()), [of_ann[1], of_ann[0]]);
        let others = format!("/api/reports/sessions?member={}", bob.account);
        assert_eq!(ann.get(&others).await.status, 404);
        assert_eq!(ids(&desk.admin.get(&others).await.good()), [of_bob]);
        for filter in
            [format!("item={item}"), "customer=TILL".to_owned(), "since=2020-01-01T00:00:00Z".to_owned()]
        {
            let found = desk.admin.get(&format!("/api/reports/sessions?{filter}")).await.good();
            assert_eq!(ids(&found).len(), 3, "{filter}");
        }
        let page = desk.admin.get("/api/reports/sessions?limit=2").await.good();
        let from = page["next"].as_str().expect("a next page");
        let rest = desk.admin.get(&format!("/api/reports/sessions?limit=2&from={from}")).await.good();
        assert_eq!((ids(&page), ids(&rest)), (vec![of_bob, of_ann[1]], vec![of_ann[0]]));
        assert_eq!(rest["next"], Value::Null);

        let report = ann.get(&format!("/api/reports/sessions/{}", of_ann[0])).await.good();
        assert_eq!(report["messages"][0]["text"], "one");
        assert_eq!(report["members"][0]["who"], json!({ "kind": "account", "id": ann.account }));
        assert_eq!(report["members"][0]["why"], "ended");
        assert_eq!(report["events"][0]["fact"]["event"], "started");
        assert_eq!((&report["why"], &report["customer"]), (&json!("owner"), &json!("till")));
        assert_eq!(bob.get(&format!("/api/reports/sessions/{}", of_ann[0])).await.status, 404);
        let further = format!("/api/reports/sessions/{}/messages?after=0", of_ann[0]);
        assert_eq!(ann.get(&further).await.good()[0]["text"], "one");
    })
    .await;
}

#[tokio::test]
async fn the_log_is_searched_and_exported_by_those_who_may_read_reports() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let ann = desk.technician("ann", &[]).await;
        assert_eq!(ann.get("/api/audit").await.refused(), (403, "permission"));
        assert_eq!(ann.get("/api/audit/export").await.refused(), (403, "permission"));
        let log = desk.admin.get(&format!("/api/audit?object=account:{}", ann.account)).await.good();
        assert_eq!(log["lines"][0]["fact"]["event"], "created");
        let newest = desk.admin.get("/api/audit?order=newest_first&limit=2").await.good();
        let seqs: Vec<u64> =
            (0..2).map(|line| newest["lines"][line]["seq"].as_u64().expect("a line")).collect();
        assert_eq!(seqs[0], seqs[1] + 1);
        assert_eq!(newest["next"], seqs[1]);
        let before = format!("/api/audit?order=newest_first&limit=1&before={}", seqs[1]);
        assert_eq!(desk.admin.get(&before).await.good()["lines"][0]["seq"], seqs[1] - 1);

        let lines = |answer: Value| answer.as_str().expect("text").lines().count() as u64;
        let total = lines(desk.admin.get("/api/audit/export").await.good());
        assert!(seqs[0] <= total, "{total}");
        assert_eq!(lines(desk.admin.get("/api/audit/export?format=csv").await.good()), total + 1);
        assert_eq!(lines(desk.admin.get("/api/audit/export?event=logged_in").await.good()), 2);

        // PostgreSQL has no text with it; who asks is told, whatever the database.
        for path in ["/api/audit?subject=a%00b", "/api/reports/sessions?customer=%00"] {
            assert_eq!(desk.admin.get(path).await.status, 400, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn administrators_see_how_the_relay_is() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let (_item, _agent, _) = desk.computer("till").await;
        let status = desk.admin.get("/api/status").await.good();
        assert_eq!(status["agents"], json!([{ "software": "test 1", "known": 1, "online": 1 }]));
        assert!(0 < status["database"]["bytes"].as_u64().expect("a number"));
        assert!(0 < status["disk"]["free_bytes"].as_u64().expect("a number"));
        assert_eq!(status["mail"]["is_configured"], false);
        let ann = desk.technician("ann", &[]).await;
        assert_eq!(ann.get("/api/status").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn everybody_reads_what_things_are_called_and_nothing_else_of_them() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let ann = desk.technician("ann", &[]).await;
        let portals = ann.get("/api/names/portal").await.good();
        assert_eq!(portals["names"], json!([{ "id": desk.portal, "name": "Home" }]));
        let page = ann.get("/api/names/account?limit=1").await.good();
        assert_eq!(page["names"][0]["name"], "Administrator");
        let rest = ann.get(&format!("/api/names/account?after={}", page["next_after"])).await.good();
        assert_eq!(rest["names"], json!([{ "id": ann.account, "name": "ann", "is_there": false }]));
        assert_eq!(ann.get("/api/names/secret").await.status, 404);
    })
    .await;
}
