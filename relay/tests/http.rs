//! The HTTP side over real sockets.

mod common;

use common::{House, on_each_database, soon};
use serde_json::{Value, json};

#[tokio::test]
async fn s287_a_logout_is_complete_and_confirmed_by_a_message() {
    on_each_database(async |house| {
        assert_eq!(house.get("/api/me").await.status(), 401);
        house.log_in().await;
        let me = House::json(house.get("/api/me").await).await;
        assert_eq!(me["user"], "admin");
        let answer = house.post("/api/logout", json!({})).await;
        assert_eq!(House::json(answer).await, json!({ "message": "logged-out" }));
        assert_eq!(house.get("/api/me").await.status(), 401);
    })
    .await;
}

#[tokio::test]
async fn a_login_and_a_password_outlive_a_restart() {
    on_each_database(async |house| {
        house.log_in().await;
        let (pin, browser) = (house.ready().pin, house.http.clone());
        let house = house.restart().await;
        assert_eq!(house.ready().pin, pin);
        assert!(house.ready().first_account.is_none(), "the password is shown once");
        let me = browser.get(house.url("/api/me")).send().await.expect("answered");
        assert_eq!(me.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn failures_are_problems_that_say_what_is_wrong() {
    let house = House::open().await;
    let wrong = house.post("/api/login", json!({ "user": "admin", "password": "no" })).await;
    assert_eq!(wrong.status(), 401);
    assert_eq!(wrong.headers()["content-type"], "application/problem+json");
    let problem: Value = wrong.json().await.expect("JSON");
    assert_eq!((&problem["status"], &problem["detail"]), (&json!(401), &json!("user or password is wrong")));

    let field = house.post("/api/login", json!({ "user": "admin" })).await;
    assert_eq!(field.status(), 422);
    assert!(field.text().await.expect("text").contains("password"));
    assert_eq!(house.get("/api/nothing").await.status(), 404);
    assert_eq!(house.get("/api/login").await.status(), 405);

    house.log_in().await;
    let name = house.post("/api/enrolments", json!({ "name": " " })).await;
    let problem: Value = name.json().await.expect("JSON");
    assert_eq!(problem["field"], "name");
    let long = house.post("/api/enrolments", json!({ "name": "x".repeat(300_000) })).await;
    assert_eq!(long.status(), 413);
}

#[tokio::test]
async fn another_sites_page_cannot_write() {
    let house = House::open().await;
    house.log_in().await;
    for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let answer = house.http.post(house.url("/api/tickets")).header(header, value).send().await;
        assert_eq!(answer.expect("answered").status(), 403, "{header}");
    }
    let ours =
        house.http.post(house.url("/api/tickets")).header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(ours.expect("answered").status(), 200);
}

#[tokio::test]
async fn plain_http_answers_to_names_of_this_machine_only() {
    let house = House::open().await;
    let answer = house.http.get(house.url("/console/")).header("host", "evil.example").send().await;
    assert_eq!(answer.expect("answered").status(), 421);
}

#[tokio::test]
async fn the_console_is_there_with_a_policy_that_lets_it_reach_its_link() {
    let house = House::open().await;
    let page = house.get("/console").await;
    assert_eq!(page.url().path(), "/console/");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    let link = format!("https://127.0.0.1:{}", house.ready().listening.udp.port());
    assert!(policy.contains("default-src 'none'") && policy.contains(&link), "{policy}");
    house.log_in().await;
    let ticket: Value = house.post("/api/tickets", json!({})).await.json().await.expect("JSON");
    assert_eq!(ticket["webtransport"]["url"], format!("{link}/link"));
    assert_eq!(ticket["webtransport"]["certificate_hashes"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn s13_each_page_is_at_its_address_and_a_portal_at_its_path() {
    let house = House::open().await;
    house.log_in().await;
    let portal = json!({ "name": "Printers", "path": "/help/printers" });
    let made = house.post("/api/records", json!({ "kind": "portal", "record": portal })).await;
    assert_eq!(made.status(), 201);
    for path in ["/", "/join", "/login", "/help/printers"] {
        let page = house.get(path).await;
        assert_eq!((page.status().as_u16(), page.url().path()), (200, path));
        let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
        // Just the page of people from outside has a screen, and so a link and the decoder's code.
        let (script, connect) = match path {
            "/join" => ("script-src 'self' 'wasm-unsafe-eval';", "connect-src 'self' https://"),
            _ => ("script-src 'self';", "connect-src 'self';"),
        };
        assert!(policy.contains(script) && policy.contains(connect), "{path}: {policy}");
        assert!(page.text().await.expect("text").starts_with("<!doctype html>"), "{path}");
    }
    assert_eq!(house.get("/help").await.status(), 404);
    assert_eq!(house.post("/help/printers", json!({})).await.status(), 404);
}

#[tokio::test]
async fn events_begin_with_the_list_and_end_with_the_login() {
    let house = House::open().await;
    house.log_in().await;
    let mut events = house.get("/api/events").await;
    let first = soon(events.chunk()).await.expect("read").expect("an event");
    assert_eq!(&first[..], b"event: endpoints\ndata: []\n\n");
    house.post("/api/logout", json!({})).await;
    let last = soon(events.chunk()).await.expect("read").expect("an event");
    assert!(last.starts_with(b"event: logout"), "{last:?}");
    assert_eq!(soon(events.chunk()).await.expect("read"), None);
}

#[tokio::test]
async fn health_and_figures_are_there() {
    let house = House::open().await;
    assert_eq!(house.get("/healthz").await.status(), 200);
    let figures = house.get("/metrics").await.text().await.expect("text");
    assert!(figures.contains("nearhand_sessions 0"), "{figures}");
}

#[tokio::test]
async fn what_needs_a_login_is_refused_without_one() {
    let house = House::open().await;
    for path in ["/api/me", "/api/endpoints", "/api/events"] {
        assert_eq!(house.get(path).await.status(), 401, "{path}");
    }
    for path in ["/api/tickets", "/api/logout", "/api/enrolments"] {
        assert_eq!(house.post(path, json!({ "name": "x" })).await.status(), 401, "{path}");
    }
}
