//! Passwords of Jump items.

use serde_json::{Value, json};

use crate::common::on_each_database;
use crate::desk::Desk;

#[tokio::test]
async fn s235_whoever_jumps_to_an_item_with_a_password_must_type_it() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let ann = desk.technician("ann", &["jump"]).await;
        let _console = ann.console(&desk.house).await;
        let (item, _agent, _) = desk.computer("till").await;
        let path = format!("/api/jump/items/{item}");
        let set = async |password: Value| {
            desk.admin.put(&format!("{path}/password"), json!({ "password": password })).await
        };
        assert_eq!(set(json!("abc")).await.status, 422, "too short to be one");
        set(json!("open sesame")).await.good();
        assert_eq!(ann.get(&path).await.good()["has_password"], true);

        let jump = format!("{path}/sessions");
        assert_eq!(ann.post(&jump, json!({})).await.refused(), (403, "password"));
        assert_eq!(ann.post(&jump, json!({ "password": "close sesame" })).await.refused(), (403, "password"));
        let started = ann.post(&jump, json!({ "password": "open sesame" })).await.good();
        ann.post(&format!("/api/sessions/{}", started["session"]), json!({ "do": "end" })).await.good();

        let log = desk.admin.get("/api/audit?event=item_password_wrong").await.good();
        assert_eq!(log["lines"].as_array().map(Vec::len), Some(1), "{log}");
        assert!(!log.to_string().contains("sesame"));

        set(Value::Null).await.good();
        ann.post(&jump, json!({})).await.good();
    })
    .await;
}

#[tokio::test]
async fn a_password_cannot_be_guessed_quickly_and_not_by_those_who_may_not_jump() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let (ann, bob) = (desk.technician("ann", &["jump"]).await, desk.outsider("bob", &["jump"]).await);
        let _consoles = (ann.console(&desk.house).await, bob.console(&desk.house).await);
        let (item, _agent, _) = desk.computer("till").await;
        let path = format!("/api/jump/items/{item}");
        desk.admin.put(&format!("{path}/password"), json!({ "password": "open sesame" })).await.good();
        let guess = json!({ "password": "a guess" });
        let jump = format!("{path}/sessions");
        assert_eq!(bob.post(&jump, guess.clone()).await.refused(), (404, "not_found"));
        let mut answers = Vec::new();
        for _ in 0..6 {
            answers.push(ann.post(&jump, guess.clone()).await.status);
        }
        assert_eq!(answers, [403, 403, 403, 403, 403, 429]);
        assert_eq!(ann.put(&format!("{path}/password"), json!({ "password": null })).await.status, 204);
    })
    .await;
}
