//! What people do for their own security, over real sockets and on both databases.

mod common;

use common::{House, on_each_database};
use serde_json::{Value, json};

const PROBLEM: &str = "application/problem+json";

/// A second browser, logged in as the administrator.
async fn another_browser(house: &House) -> reqwest::Client {
    let browser = reqwest::Client::builder().cookie_store(true).build().expect("a client");
    let typed = json!({ "user": "admin", "password": house.password() });
    let answer = browser.post(house.url("/api/login")).json(&typed).send().await.expect("answered");
    assert_eq!(answer.status(), 200);
    browser
}

async fn status_of(house: &House, browser: &reqwest::Client) -> u16 {
    browser.get(house.url("/api/me")).send().await.expect("answered").status().as_u16()
}

#[tokio::test]
async fn another_password_ends_the_logins_of_other_browsers() {
    on_each_database(async |house| {
        house.log_in().await;
        let other = another_browser(&house).await;
        let change = |current: String, password: &str| {
            house.post("/api/me/password", json!({ "current": current, "password": password }))
        };
        assert_eq!(change("wrong".to_owned(), "gravel otter lantern").await.status(), 401);
        let common = House::json(change(house.password(), "password1234").await).await;
        assert_eq!((&common["field"], &common["key"]), (&json!("password"), &json!("password-common")));
        let short = House::json(change(house.password(), "short").await).await;
        assert_eq!(short["key"], "password-too-short");
        assert_eq!(change(house.password(), "gravel otter lantern").await.status(), 204);
        assert_eq!(house.get("/api/me").await.status(), 200);
        assert_eq!(status_of(&house, &other).await, 401);
    })
    .await;
}

#[tokio::test]
async fn logins_are_listed_and_revoked_by_their_owner_and_an_administrator() {
    on_each_database(async |house| {
        house.log_in().await;
        for path in ["/api/me/logins", "/api/accounts/1/logins"] {
            let other = another_browser(&house).await;
            let account = House::json(house.get("/api/me").await).await["account"].to_string();
            let path = path.replace("/1/", &format!("/{account}/"));
            let list = House::json(house.get(&path).await).await;
            let list = list.as_array().expect("a list");
            assert_eq!(list.len(), 2, "{list:?}");
            let theirs = list.iter().find(|login| login["is_this"] == false).expect("the other one");
            let one = format!("{path}/{}", theirs["id"]);
            assert_eq!(house.delete(&one).await.status(), 204);
            assert_eq!(house.delete(&one).await.status(), 404);
            assert_eq!(house.delete(&format!("{path}/x")).await.headers()["content-type"], PROBLEM);
            assert_eq!(status_of(&house, &other).await, 401);
        }
    })
    .await;
}

async fn token(house: &House, scopes: &[&str]) -> String {
    let wish = json!({ "password": house.password(), "name": "script", "scopes": scopes, "days": 1 });
    let answer = house.post("/api/me/tokens", wish).await;
    assert_eq!(answer.status(), 201);
    House::json(answer).await["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_token_does_what_it_is_for_until_it_is_revoked() {
    on_each_database(async |house| {
        house.log_in().await;
        let token = token(&house, &["read"]).await;
        let program = reqwest::Client::new();
        let asks = |path: &'static str| program.get(house.url(path)).bearer_auth(&token).send();
        assert_eq!(asks("/api/endpoints").await.expect("answered").status(), 200);
        let enrol = program.post(house.url("/api/enrolments")).bearer_auth(&token);
        let refused = enrol.json(&json!({ "name": "x" })).send().await.expect("answered");
        assert_eq!(refused.status(), 403);
        let problem: Value = refused.json().await.expect("JSON");
        assert_eq!(problem["key"], "token-scope");
        for path in ["/api/me/tokens", "/api/me/logins", "/api/accounts/1/logins"] {
            assert_eq!(asks(path).await.expect("answered").status(), 401, "{path} is for people");
        }

        let list = House::json(house.get("/api/me/tokens").await).await;
        assert_eq!((&list[0]["scopes"], &list[0]["address"]), (&json!(["read"]), &json!("127.0.0.1")));
        assert!(!list.to_string().contains(&token), "a token is shown once");
        assert_eq!(house.delete(&format!("/api/me/tokens/{}", list[0]["id"])).await.status(), 204);
        assert_eq!(asks("/api/endpoints").await.expect("answered").status(), 401);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_token_is_refused_even_beside_a_valid_cookie() {
    let house = House::open().await;
    house.log_in().await;
    let request = house.http.get(house.url("/api/endpoints")).bearer_auth("nhp_wrong");
    assert_eq!(request.send().await.expect("answered").status(), 401);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_is_confirmed() {
    let house = House::open().await;
    house.log_in().await;
    let confirmation = json!({ "password": house.password() });
    let proposed = House::json(house.post("/api/me/totp", confirmation).await).await;
    let url = proposed["url"].as_str().expect("a URL");
    assert!(url.starts_with("otpauth://totp/Nearhand:admin?secret="), "{url}");
    let wrong = house.post("/api/me/totp/confirm", json!({ "code": "12345" })).await;
    assert_eq!(House::json(wrong).await["key"], "wrong-code");
    let totp = totp_rs::Totp::from_url(url).expect("a URL for an app");
    let code = totp.generate_current().to_string();
    let confirmed = House::json(house.post("/api/me/totp/confirm", json!({ "code": code })).await).await;
    let codes = confirmed["recovery_codes"].as_array().expect("codes").clone();
    assert_eq!(codes.len(), 10);

    let typed = json!({ "user": "admin", "password": house.password() });
    let asked = House::json(house.post("/api/login", typed).await).await;
    assert_eq!(asked["key"], "code-wanted");
    let typed = json!({ "user": "admin", "password": house.password(), "code": codes[0] });
    assert_eq!(house.post("/api/login", typed).await.status(), 200);
    assert_eq!(House::json(house.get("/api/me").await).await["has_totp"], true);
    let off = house.post("/api/me/totp/disable", json!({ "password": house.password() })).await;
    assert_eq!(off.status(), 204);
}

#[tokio::test]
async fn one_state_folder_serves_one_relay() {
    let house = House::open().await;
    let second = house.open_a_second_one().await.expect_err("refused");
    assert!(second.to_string().contains("in use"), "{second}");
}
