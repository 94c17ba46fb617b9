//! Install tokens.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use serde_json::json;
use transport::client::Preference;
use wire::control::{Enrolment, Role, hello::Proof};
use wire::token::EnrolmentToken;
use wire::version::OURS;

use crate::common::{Peer, hello, on_each_database, rand_bytes, signed};
use crate::desk::Desk;

#[tokio::test]
async fn s40_s94_a_token_puts_a_computer_into_its_group_with_tags_comments_and_attributes() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let label = json!({
            "comments": "beside the door", "tags": ["till"], "attributes": { "building": "north" }
        });
        let place = json!({ "kind": "group", "id": desk.group });
        let wish = json!({ "place": place, "label": label, "valid_for_s": 600, "uses_max": 2 });
        let made = desk.admin.post("/api/jump/tokens", wish).await.good();
        let token = EnrolmentToken::from_text(made["token"].as_str().expect("text")).expect("a token");
        assert!(made["command"].as_str().expect("text").ends_with(made["token"].as_str().expect("text")));

        let key = SigningKey::from_bytes(&rand_bytes());
        let link = desk.house.link(Preference::Quic).await;
        let secret = Bytes::copy_from_slice(&token.secret);
        let proof = Proof::Enrolment(Enrolment { secret, key: Some(signed(&link, &key)) });
        let peer = Peer::greet(link, hello(Role::Agent, proof), OURS).await.expect("enrolled");

        let item = desk.admin.get(&format!("/api/jump/items/{}", peer.welcome.endpoint_id)).await.good();
        assert_eq!((&item["place"], &item["label"]["tags"]), (&place, &json!(["till"])));
        assert_eq!(item["label"]["attributes"]["building"], "north");
        assert_eq!(item["is_online"], true);
        let tokens = desk.admin.get("/api/jump/tokens").await.good();
        assert_eq!(tokens[0]["uses_left"], 1);
        assert!(!tokens.to_string().contains("digest"), "{tokens}");
    })
    .await;
}

#[tokio::test]
async fn s142_only_who_may_install_makes_tokens_and_only_for_places_that_he_may_add_to() {
    on_each_database(async |house| {
        let desk = Desk::new(house).await;
        let ann = desk.technician("ann", &["jump"]).await;
        let bob = desk.outsider("bob", &["install_jump_items"]).await;
        let wish = |kind: &str, id: u64| json!({ "place": { "kind": kind, "id": id }, "valid_for_s": 600 });
        let refused = ann.post("/api/jump/tokens", wish("group", desk.group)).await;
        assert_eq!(refused.refused(), (403, "permission"));
        let refused = bob.post("/api/jump/tokens", wish("group", desk.group)).await;
        assert_eq!(refused.refused(), (404, "not_found"));
        let made = bob.post("/api/jump/tokens", wish("personal", bob.account)).await.good();
        let path = format!("/api/jump/tokens/{}", made["id"]);
        assert_eq!(ann.delete(&path).await.status, 404, "whoever did not make it does not see it");
        assert_eq!(ann.get("/api/jump/tokens").await.good(), json!([]));
        assert_eq!(bob.delete(&path).await.status, 204);
        assert_eq!(bob.get("/api/jump/tokens").await.good(), json!([]));
    })
    .await;
}
