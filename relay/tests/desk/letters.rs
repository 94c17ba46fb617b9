//! Letters: they go out through a real mail server, which keeps what it gets.

use std::sync::Arc;

use relay::mail::Security;
use serde_json::json;
use services::smtp::Server;

use crate::common::House;
use crate::desk::Desk;

/// A relay that sends its letters to a server of its own.
async fn desk_with_mail() -> (Desk, Arc<Server>) {
    let server = Arc::new(Server::start(0, None));
    let port = server.port;
    let folder = tempfile::tempdir().expect("a folder");
    let house = House::open_with(folder, None, |config| {
        config.mail.server = Some("127.0.0.1".to_owned());
        config.mail.port = Some(port);
        config.mail.security = Security::None;
        config.mail.from = "Support <support@example.org>".to_owned();
        config.endpoint.origins = vec!["https://support.example".to_owned()];
    })
    .await;
    (Desk::new(house).await, server)
}

async fn next_letter(server: &Arc<Server>) -> String {
    let server = Arc::clone(server);
    tokio::task::spawn_blocking(move || server.next_letter()).await.expect("a letter")
}

#[tokio::test]
async fn s91_the_address_of_a_key_goes_to_the_customer_by_mail() {
    let (desk, server) = desk_with_mail().await;
    let ann = desk.technician("ann", &["generate_keys"]).await;
    let made = ann.post("/api/keys", json!({ "portal": desk.portal, "valid_for_s": 600 })).await.good();
    let letters = format!("/api/keys/{}/letters", made["key"]);
    let code = made["code"].as_str().expect("text");
    let sent = ann.post(&letters, json!({ "code": code, "to": "cara@example.org" })).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    let letter = next_letter(&server).await.replace("=\\r\\n", "");
    for part in ["cara@example.org", "https://support.example/#key", code] {
        assert!(letter.contains(part), "{part} is missing in {letter}");
    }
    let log = desk.admin.get("/api/audit?event=mailed").await.good();
    assert_eq!(log["lines"][0]["fact"]["to"], "cara@example.org");
    assert!(!log.to_string().contains(code), "the log has no secrets");

    let wrong = ann.post(&letters, json!({ "code": "AAAAA-AAAAA", "to": "cara@example.org" })).await;
    assert_eq!((wrong.refused(), &wrong.body["field"]), ((422, "bad_field"), &json!("code")));
    let wrong = ann.post(&letters, json!({ "code": code, "to": "cara" })).await;
    assert_eq!(wrong.body["field"], "to");
    for _ in 1..5 {
        ann.post(&letters, json!({ "code": code, "to": "cara@example.org" })).await.good();
    }
    let many = ann.post(&letters, json!({ "code": code, "to": "cara@example.org" })).await;
    assert_eq!(many.refused(), (403, "full"), "keys are no post office");
}

#[tokio::test]
async fn s270_an_external_invitation_goes_out_by_mail() {
    let (desk, server) = desk_with_mail().await;
    let ann = desk.technician("ann", &["jump", "invite_externals"]).await;
    let _console = ann.console(&desk.house).await;
    let (item, _agent, _) = desk.computer("till").await;
    let started = ann.post(&format!("/api/jump/items/{item}/sessions"), json!({})).await.good();
    let externals = format!("/api/sessions/{}/externals", started["session"]);
    let guest = json!({ "name": "Vera of Vendor", "comments": "about the printer", "valid_for_s": 600 });
    let made = ann.post(&externals, guest).await.good();
    let letters = format!("/api/externals/{}/letters", made["external"]);
    let post = json!({ "key": made["key"], "to": "vera@example.net", "language": "fr" });
    assert_eq!(ann.post(&letters, post).await.status, 202);
    let letter = next_letter(&server).await.replace("=\\r\\n", "");
    for part in
        ["vera@example.net", "Bonjour Vera of Vendor", "about the printer", "https://support.example/join"]
    {
        assert!(letter.contains(part), "{part} is missing in {letter}");
    }
    let open = ann.get(&format!("/api/sessions/{}/invitations", started["session"])).await.good();
    assert_eq!(open["externals"][0]["name"], "Vera of Vendor");
}

#[tokio::test]
async fn s254_who_can_be_reached_by_mail_is_told_of_an_invitation() {
    let (desk, server) = desk_with_mail().await;
    let ann = desk.technician("ann", &["jump"]).await;
    let bob = desk.technician("bob", &[]).await;
    let preferences = json!({ "language": "en", "extended_availability": true, "favorites": [] });
    bob.put("/api/me/preferences", preferences).await.good();
    let _console = ann.console(&desk.house).await;
    let (item, _agent, _) = desk.computer("till").await;
    let started = ann.post(&format!("/api/jump/items/{item}/sessions"), json!({})).await.good();
    let invite = json!({ "to": { "kind": "account", "id": bob.account } });
    ann.post(&format!("/api/sessions/{}/invitations", started["session"]), invite).await.good();
    let letter = next_letter(&server).await;
    assert!(letter.contains("bob@example.org") && letter.contains("till"), "{letter}");
}

#[tokio::test]
async fn without_a_mail_server_nobody_is_told_that_a_letter_went_out() {
    let desk = Desk::new(House::open().await).await;
    let ann = desk.technician("ann", &["generate_keys"]).await;
    let made = ann.post("/api/keys", json!({ "portal": desk.portal, "valid_for_s": 600 })).await.good();
    let post = json!({ "code": made["code"], "to": "cara@example.org" });
    let refused = ann.post(&format!("/api/keys/{}/letters", made["key"]), post).await;
    assert_eq!((refused.status, &refused.body["key"]), (409, &json!("mail-off")));
}
