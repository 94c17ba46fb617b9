//! Every operation of the API, with who gets through: an operation without a row here fails.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::common::House;
use crate::desk::Desk;

/// Who gets through to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// Whoever has the right words: a password, or a key.
    Anybody,
    /// The browser that started a session on the portal.
    Customer,
    /// The browser that took an invitation from outside.
    Guest,
    /// Who is logged in, for what is his own or what he has a part in.
    Own,
    /// Who is logged in and was permitted; this body would be good enough from him.
    Permitted(&'static str),
}

use Door::{Anybody, Customer, Guest, Own, Permitted};

const ACCOUNT: &str = r#"{"kind":"account","record":{"user":"eve","name":"Eve","is_enabled":true}}"#;
const CHANGED: &str =
    r#"{"version":1,"kind":"account","record":{"user":"eve","name":"Eve","is_enabled":true}}"#;
const KEY: &str = r#"{"portal":1,"valid_for_s":600}"#;

const DOORS: &[(&str, Door)] = &[
    ("GET /api/accounts/{account}/logins", Permitted("{}")),
    ("DELETE /api/accounts/{account}/logins/{login}", Permitted("{}")),
    ("POST /api/accounts/{account}/password", Permitted("{}")),
    ("DELETE /api/accounts/{account}/totp", Permitted("{}")),
    ("GET /api/accounts/{id}/permissions", Permitted("{}")),
    ("GET /api/audit", Permitted("{}")),
    ("GET /api/audit/export", Permitted("{}")),
    ("GET /api/customer", Customer),
    ("POST /api/customer/agent", Customer),
    ("POST /api/customer/end", Customer),
    ("GET /api/customer/events", Customer),
    ("POST /api/customer/messages", Customer),
    ("POST /api/customer/rating", Anybody),
    ("GET /api/endpoints", Own),
    ("POST /api/enrolments", Permitted(r#"{"name":"server"}"#)),
    ("GET /api/events", Own),
    ("DELETE /api/externals/{id}", Own),
    ("POST /api/externals/{id}/letters", Own),
    ("POST /api/files", Own),
    ("DELETE /api/files/{id}", Own),
    ("GET /api/files/{id}", Own),
    ("POST /api/files/{id}", Own),
    ("GET /api/guest", Guest),
    ("POST /api/guest", Anybody),
    ("GET /api/guest/events", Guest),
    ("POST /api/guest/invitation", Anybody),
    ("POST /api/guest/leave", Guest),
    ("POST /api/guest/messages", Guest),
    ("POST /api/guest/tickets", Guest),
    ("POST /api/invitations/{id}", Own),
    ("GET /api/jump/frequent", Permitted("{}")),
    ("GET /api/jump/items", Permitted("{}")),
    ("DELETE /api/jump/items/{id}", Own),
    ("GET /api/jump/items/{id}", Own),
    ("PUT /api/jump/items/{id}/label", Own),
    ("PUT /api/jump/items/{id}/password", Own),
    ("PUT /api/jump/items/{id}/place", Own),
    ("POST /api/jump/items/{id}/sessions", Permitted("{}")),
    ("GET /api/jump/places", Permitted("{}")),
    ("GET /api/jump/tokens", Own),
    ("POST /api/jump/tokens", Own),
    ("DELETE /api/jump/tokens/{id}", Own),
    ("GET /api/keys", Own),
    ("POST /api/keys", Permitted(KEY)),
    ("DELETE /api/keys/{id}", Own),
    ("POST /api/keys/{id}/letters", Own),
    ("POST /api/login", Anybody),
    ("POST /api/logout", Own),
    ("GET /api/me", Own),
    ("GET /api/me/logins", Own),
    ("DELETE /api/me/logins/{login}", Own),
    ("POST /api/me/password", Own),
    ("GET /api/me/permissions", Own),
    ("GET /api/me/preferences", Own),
    ("PUT /api/me/preferences", Own),
    ("GET /api/me/presence", Own),
    ("PUT /api/me/presence", Own),
    ("GET /api/me/tokens", Own),
    ("POST /api/me/tokens", Own),
    ("DELETE /api/me/tokens/{token}", Own),
    ("POST /api/me/totp", Own),
    ("POST /api/me/totp/confirm", Own),
    ("POST /api/me/totp/disable", Own),
    ("GET /api/names/{kind}", Own),
    ("GET /api/portal", Anybody),
    ("POST /api/portal/sessions", Anybody),
    ("GET /api/queues", Own),
    ("GET /api/queues/personal", Own),
    ("GET /api/queues/teams/{team}", Own),
    ("GET /api/recordings/{id}/cast", Own),
    ("GET /api/recordings/{id}/transcript", Own),
    ("POST /api/records", Permitted(ACCOUNT)),
    ("GET /api/records/{kind}", Permitted("{}")),
    ("DELETE /api/records/{kind}/{id}", Permitted("{}")),
    ("GET /api/records/{kind}/{id}", Permitted("{}")),
    ("PUT /api/records/{kind}/{id}", Permitted(CHANGED)),
    ("GET /api/reports/sessions", Own),
    ("GET /api/reports/sessions/{id}", Own),
    ("GET /api/reports/sessions/{id}/events", Own),
    ("GET /api/reports/sessions/{id}/messages", Own),
    ("GET /api/reports/sessions/{id}/recordings", Own),
    ("GET /api/sessions", Own),
    ("GET /api/sessions/live", Permitted("{}")),
    ("GET /api/sessions/{id}", Own),
    ("POST /api/sessions/{id}", Own),
    ("POST /api/sessions/{id}/externals", Own),
    ("GET /api/sessions/{id}/invitations", Own),
    ("POST /api/sessions/{id}/invitations", Own),
    ("GET /api/sessions/{id}/messages", Own),
    ("POST /api/sessions/{id}/messages", Own),
    ("GET /api/sessions/{id}/scripts", Own),
    ("GET /api/site", Permitted("{}")),
    ("PUT /api/site", Own),
    ("GET /api/status", Permitted("{}")),
    ("GET /api/targets", Own),
    ("GET /api/teams", Own),
    ("GET /api/teams/{team}/messages", Own),
    ("POST /api/teams/{team}/messages", Own),
    ("POST /api/tickets", Own),
];

/// What would end the login that the others are tried with.
const LAST_ONES: &[&str] = &["POST /api/logout", "DELETE /api/me/logins/{login}"];

fn documented() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").iter();
    let operations = paths.flat_map(|(path, operations)| {
        let methods = operations.as_object().expect("operations").keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let rows: BTreeSet<String> = DOORS.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(rows.symmetric_difference(&documented()).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(rows.len(), DOORS.len(), "an operation has two rows");
}

#[tokio::test]
async fn who_has_no_right_gets_through_no_door() {
    let desk = Desk::new(House::open().await).await;
    let (stranger, outsider) = (desk.stranger(), desk.outsider("olga", &[]).await);
    let mut wrong = BTreeMap::new();
    for &(operation, door) in DOORS {
        let body = if let Permitted(body) = door { body } else { "{}" };
        let nobody = stranger.knock(operation, body).await;
        let somebody =
            if LAST_ONES.contains(&operation) { 404 } else { outsider.knock(operation, body).await };
        let is_right = match door {
            Anybody => nobody != 401,
            Customer | Guest => (nobody, somebody) == (401, 401),
            Own => nobody == 401 && ![401, 403].contains(&somebody) && somebody < 500,
            Permitted(_) => (nobody, somebody) == (401, 403),
        };
        if !is_right {
            wrong.insert(operation, (door, nobody, somebody));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
