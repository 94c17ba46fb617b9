//! A relay with technicians, their consoles, and computers to help.

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use transport::client::Preference;

use crate::common::{House, Peer};

/// An answer: its status, and its body where it has one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    async fn of(answer: reqwest::Response) -> Self {
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(json!(text)) };
        Self { status, body }
    }

    /// The body of an answer that must be a good one.
    pub(crate) fn good(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// Status and rule of a refusal.
    pub(crate) fn refused(&self) -> (u16, &str) {
        (self.status, self.body["rule"].as_str().unwrap_or_default())
    }
}

/// A browser in which somebody is logged in.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    http: reqwest::Client,
    base: String,
    pub(crate) account: u64,
}

impl Browser {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(self.base.clone() + path).send().await.expect("answered")).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.http.post(self.base.clone() + path).json(&body).send().await.expect("answered")).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.http.put(self.base.clone() + path).json(&body).send().await.expect("answered")).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.http.delete(self.base.clone() + path).send().await.expect("answered")).await
    }

    /// The status of an operation, `METHOD /path/{name}`, on the first record of accounts, or on what is not there.
    pub(crate) async fn knock(&self, operation: &str, body: &'static str) -> u16 {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let path = path.replace("{kind}", "account");
        let parts = path.split(['{', '}']).enumerate();
        let path: String = parts.map(|(at, part)| if at % 2 == 0 { part } else { "1" }).collect();
        let method = method.parse().expect("a method");
        let request = self.http.request(method, self.base.clone() + &path).body(body);
        let request = request.header("content-type", "application/json");
        request.send().await.expect("answered").status().as_u16()
    }

    /// Follows events, from behind the last one that was heard.
    pub(crate) async fn follow(&self, path: &str, last: Option<u64>) -> reqwest::Response {
        let request = self.http.get(self.base.clone() + path);
        let request = last.into_iter().fold(request, |request, last| request.header("last-event-id", last));
        request.send().await.expect("answered")
    }

    /// Opens a console: a standing link.
    pub(crate) async fn console(&self, house: &House) -> Peer {
        house.technician_of(&self.http, Preference::Quic).await
    }
}

/// A relay with an administrator who is logged in.
pub(crate) struct Desk {
    pub(crate) house: House,
    pub(crate) admin: Browser,
    /// The team that a site begins with.
    pub(crate) team: u64,
    /// The group that it begins with, which the team reaches.
    pub(crate) group: u64,
    pub(crate) portal: u64,
}

impl Desk {
    pub(crate) async fn new(house: House) -> Self {
        house.log_in().await;
        let base = house.url("");
        let account = House::json(house.get("/api/me").await).await["account"].as_u64().expect("a number");
        let admin = Browser { http: house.http.clone(), base, account };
        let first = async |kind: &str| {
            let list = admin.get(&format!("/api/records/{kind}")).await.good();
            list["records"][0]["id"].as_u64().expect("a record")
        };
        let (team, group, portal) = (first("team").await, first("jump_group").await, first("portal").await);
        Self { house, admin, team, group, portal }
    }

    /// Makes a record and gives its number.
    pub(crate) async fn record(&self, kind: &str, record: Value) -> u64 {
        let made = self.admin.post("/api/records", json!({ "kind": kind, "record": record })).await.good();
        made["id"].as_u64().expect("a number")
    }

    /// Changes a record by what `change` does with it.
    pub(crate) async fn change(&self, kind: &str, id: u64, change: impl FnOnce(&mut Value)) {
        let path = format!("/api/records/{kind}/{id}");
        let mut record = self.admin.get(&path).await.good();
        change(&mut record["record"]);
        let body = json!({ "version": record["version"], "kind": kind, "record": record["record"] });
        self.admin.put(&path, body).await.good();
    }

    /// A technician of the team with some permissions, logged in.
    pub(crate) async fn technician(&self, user: &str, permissions: &[&str]) -> Browser {
        let browser = self.outsider(user, permissions).await;
        self.change("team", self.team, |team| {
            team["members"][browser.account.to_string()] = json!("member");
        })
        .await;
        browser
    }

    /// The browser of somebody whom nobody knows.
    pub(crate) fn stranger(&self) -> Browser {
        let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        Browser { http, base: self.house.url(""), account: 0 }
    }

    /// A technician of no team.
    pub(crate) async fn outsider(&self, user: &str, permissions: &[&str]) -> Browser {
        let allowed: serde_json::Map<String, Value> =
            permissions.iter().map(|name| ((*name).to_owned(), json!("allowed"))).collect();
        let record = json!({
            "user": user, "name": user, "is_enabled": true, "is_on_portals": true,
            "email": format!("{user}@example.org"), "permissions": allowed,
        });
        let account = self.record("account", record).await;
        self.log_in(user, account).await
    }

    async fn log_in(&self, user: &str, account: u64) -> Browser {
        let path = format!("/api/accounts/{account}/password");
        let made = self.admin.post(&path, json!({ "password": self.house.password() })).await.good();
        let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        let browser = Browser { http, base: self.house.url(""), account };
        let typed = json!({ "user": user, "password": made["password"] });
        browser.post("/api/login", typed).await.good();
        browser
    }

    /// A computer of the group, online. It stays while the peer is kept.
    pub(crate) async fn computer(&self, name: &str) -> (String, Peer, SigningKey) {
        let (peer, key) = self.house.agent(name, Preference::Quic).await;
        (peer.welcome.endpoint_id.clone(), peer, key)
    }
}
