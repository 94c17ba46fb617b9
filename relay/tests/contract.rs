//! The API keeps to its own document, whatever it is sent: as an administrator who is a customer, too, so that every
//! operation is reached.

mod common;

use common::{House, on_each_database};
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use services::schemathesis::{Trial, try_out};

/// What would end the very login, or session, that everything else is tried with; and what never ends.
const WITHOUT: &[&str] = &[
    "logins_log_in",
    "logins_log_out",
    "guest_follow",
    "security_end_my_login",
    "security_end_login",
    "customer_end",
    "events_follow",
    "customer_follow",
];

/// Cases of each operation.
const EXAMPLES: u32 = 15;

/// The cookies of an answer, as they are sent back.
fn cookies(answer: &reqwest::Response) -> String {
    let cookies = answer.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| {
        let pair = cookie.to_str().ok()?.split(';').next()?;
        Some(pair.to_owned())
    });
    cookies.collect::<Vec<_>>().join("; ")
}

/// Something of everything: the fuzzer's guesses then hit now and then.
async fn furnish(house: &House) -> String {
    let (user, password) = house.ready().first_account.clone().expect("a first start");
    let answer = house.post("/api/login", json!({ "user": user, "password": password })).await;
    assert_eq!(answer.status(), 200);
    let login = cookies(&answer);
    let portals: Value = House::json(house.get("/api/records/portal").await).await;
    let portal = &portals["records"][0]["id"];
    let made =
        House::json(house.post("/api/keys", json!({ "portal": portal, "valid_for_s": 600 })).await).await;
    let start = json!({ "portal": portal, "by": { "key": made["code"] }, "name": "Cara" });
    let answer = house.post("/api/portal/sessions", start).await;
    assert_eq!(answer.status(), 201);
    format!("{login}; {}", cookies(&answer))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_keeps_to_its_own_document_whatever_it_is_sent() {
    on_each_database(async |house| {
        let cookie = furnish(&house).await;
        let document = house.url("/api/openapi.json");
        let tried = tokio::task::spawn_blocking(move || {
            try_out(&Trial { document: &document, cookie: &cookie, without: WITHOUT, examples: EXAMPLES })
        });
        if let Err(said) = tried.await.expect("no panic") {
            panic!("{said}");
        }
        house.relay.stop().await;
    })
    .await;
}
