//! A relay on ports of its own, and peers that speak to it as the real ones do.

#![expect(dead_code, unreachable_pub, reason = "each test program uses a part of it")]

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ed25519_dalek::{Signer, SigningKey};
use proto::handshake::{HandshakeError, Opener, opener, statement};
use relay::config::Config;
use relay::db::Url;
use relay::{LoadError, Ready, Relay};
use serde_json::{Value, json};
use tempfile::TempDir;
use transport::client::{ConnectOptions, Preference, Trust, connect};
use transport::control::Control;
use transport::settings::Congestion;
use transport::{Link, Priority};
use wire::control::{
    self, AgentKey, Device, Enrolment, Hello, Join, JoinRefused, Joined, Role, Welcome, control::Body,
    hello::Proof, join,
};
use wire::token::EnrolmentToken;
use wire::version::{OURS, Protocols};

/// What must happen happens within this; a test that fails fails here instead of hanging.
pub const SOON: Duration = Duration::from_secs(10);

/// A relay of its own, and a browser that is not logged in yet.
pub struct House {
    pub relay: Relay,
    pub http: reqwest::Client,
    folder: TempDir,
    /// In PostgreSQL; without it in the folder.
    database: Option<Url>,
}

/// Runs a test with a relay on each kind of database.
pub async fn on_each_database(test: impl AsyncFn(House)) {
    eprintln!("on SQLite:");
    test(House::open().await).await;
    eprintln!("on PostgreSQL:");
    let database = services::postgres::empty_database().parse().expect("a URL");
    let folder = tempfile::tempdir().expect("a folder");
    test(House::open_in(folder, Some(database)).await).await;
}

impl House {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::open_in(folder, None).await
    }

    /// What the relay counts at the moment.
    pub async fn figures(&self) -> String {
        self.get("/metrics").await.text().await.expect("text")
    }

    /// Where it keeps its state.
    pub fn state(&self) -> &Path {
        self.folder.path()
    }

    /// Stops it, and leaves its state.
    pub async fn stop(self) -> TempDir {
        self.relay.stop().await;
        self.folder
    }

    pub async fn open_in(folder: TempDir, database: Option<Url>) -> Self {
        Self::open_with(folder, database, |_| {}).await
    }

    /// With another configuration than the usual one.
    pub async fn open_with(folder: TempDir, database: Option<Url>, change: impl FnOnce(&mut Config)) -> Self {
        // The second test of a process finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = Config::default();
        config.endpoint.listen = "127.0.0.1:0".parse().expect("an address");
        config.endpoint.http = Some("127.0.0.1:0".parse().expect("an address"));
        config.database.url.clone_from(&database);
        change(&mut config);
        let relay = Relay::load(folder.path(), config).await.expect("the relay starts");
        let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        Self { relay, http, folder, database }
    }

    /// Tries to start another relay on the same state.
    pub async fn open_a_second_one(&self) -> Result<Relay, LoadError> {
        let mut config = Config::default();
        config.endpoint.listen = "127.0.0.1:0".parse().expect("an address");
        Relay::load(self.folder.path(), config).await
    }

    pub fn ready(&self) -> &Ready {
        self.relay.ready()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ready().listening.http.expect("plain HTTP"))
    }

    pub async fn post(&self, path: &str, body: Value) -> reqwest::Response {
        self.http.post(self.url(path)).json(&body).send().await.expect("answered")
    }

    pub async fn put(&self, path: &str, body: Value) -> reqwest::Response {
        self.http.put(self.url(path)).json(&body).send().await.expect("answered")
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(self.url(path)).send().await.expect("answered")
    }

    pub async fn delete(&self, path: &str) -> reqwest::Response {
        self.http.delete(self.url(path)).send().await.expect("answered")
    }

    /// A body that must be JSON.
    pub async fn json(answer: reqwest::Response) -> Value {
        answer.json().await.expect("JSON")
    }

    /// The password of the administrator.
    pub fn password(&self) -> String {
        self.ready().first_account.clone().expect("a first start").1
    }

    /// Logs the browser in as the administrator.
    pub async fn log_in(&self) {
        let (user, password) = self.ready().first_account.clone().expect("a first start");
        let answer = self.post("/api/login", json!({ "user": user, "password": password })).await;
        assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
    }

    /// A link of the given kind that has not said anything yet.
    pub async fn link(&self, preference: Preference) -> Link {
        let options = ConnectOptions {
            address: self.ready().listening.udp.to_string(),
            server_name: Some("localhost".to_owned()),
            trust: Trust::Pin(self.ready().pin),
            preference,
            congestion: Congestion::default(),
        };
        connect(&options).await.expect("connected").link
    }

    pub async fn token(&self, name: &str) -> EnrolmentToken {
        let made: Value =
            self.post("/api/enrolments", json!({ "name": name })).await.json().await.expect("JSON");
        EnrolmentToken::from_text(made["token"].as_str().expect("a token")).expect("a token")
    }

    /// Enrols an agent called `name` and lets it connect.
    pub async fn agent(&self, name: &str, preference: Preference) -> (Peer, SigningKey) {
        let key = SigningKey::from_bytes(&rand_bytes());
        let token = self.token(name).await;
        let link = self.link(preference).await;
        let secret = Bytes::copy_from_slice(&token.secret);
        let proof = Proof::Enrolment(Enrolment { secret, key: Some(signed(&link, &key)) });
        let agent = Peer::greet(link, hello(Role::Agent, proof), OURS).await.expect("enrolled");
        (agent, key)
    }

    /// The same agent again, by its key.
    pub async fn agent_again(
        &self,
        key: &SigningKey,
        preference: Preference,
    ) -> Result<Peer, HandshakeError> {
        let link = self.link(preference).await;
        let proof = Proof::AgentKey(signed(&link, key));
        Peer::greet(link, hello(Role::Agent, proof), OURS).await
    }

    /// A technician, by a ticket of the browser.
    pub async fn technician(&self, preference: Preference) -> Peer {
        self.technician_of(&self.http, preference).await
    }

    /// A technician, by a ticket of some browser.
    pub async fn technician_of(&self, browser: &reqwest::Client, preference: Preference) -> Peer {
        let ticket = browser.post(self.url("/api/tickets")).json(&json!({})).send().await.expect("answered");
        let ticket: Value = ticket.json().await.expect("JSON");
        let ticket = ticket["ticket"].as_str().expect("a ticket").to_owned();
        let link = self.link(preference).await;
        Peer::greet(link, hello(Role::Technician, Proof::Ticket(ticket)), OURS).await.expect("let in")
    }

    /// Stops this relay and starts another one on the same state.
    pub async fn restart(self) -> Self {
        let Self { relay, folder, database, .. } = self;
        relay.stop().await;
        Self::open_in(folder, database).await
    }
}

/// One end of a link after its greeting.
pub struct Peer {
    pub link: Link,
    pub control: Control,
    pub welcome: Welcome,
}

impl Peer {
    /// Greets the relay.
    pub async fn greet(link: Link, hello: Hello, ours: Protocols) -> Result<Self, HandshakeError> {
        let mut control = Control::open(&link).await.expect("a control stream");
        let mut opener = Opener::new(Instant::now(), ours, hello);
        loop {
            match opener.poll() {
                Some(opener::Output::Send(body)) => control.send(body).await.expect("sent"),
                Some(opener::Output::Open(welcome)) => return Ok(Self { link, control, welcome }),
                Some(opener::Output::Close(error)) => {
                    link.close(error.close_code(), "");
                    return Err(error);
                }
                None => {
                    let body = Some(soon(control.recv()).await.expect("an answer"));
                    opener.handle(Instant::now(), opener::Input::Message(control::Control { body }));
                }
            }
        }
    }

    pub async fn send(&mut self, body: Body) {
        self.control.send(body).await.expect("sent");
    }

    /// The next message that `wanted` picks; pings are answered, others skipped.
    pub async fn expect<T>(&mut self, mut wanted: impl FnMut(Body) -> Option<T>) -> T {
        soon(async {
            loop {
                match self.control.recv().await.expect("a message") {
                    Body::Ping(ping) => {
                        let pong = control::Pong {
                            number: ping.number,
                            sent_us: ping.sent_us,
                            clock_us: ping.sent_us,
                        };
                        self.send(Body::Pong(pong)).await;
                    }
                    body => {
                        if let Some(found) = wanted(body) {
                            return found;
                        }
                    }
                }
            }
        })
        .await
    }

    /// Joins an endpoint's session, or says why not.
    pub async fn try_to_join(&mut self, endpoint: &str) -> Result<Joined, JoinRefused> {
        let target = Some(join::Target::EndpointId(endpoint.to_owned()));
        self.send(Body::Join(Join { request: 1, target, watch: None })).await;
        self.expect(|body| match body {
            Body::Joined(joined) => Some(Ok(joined)),
            Body::JoinRefused(refused) => Some(Err(refused)),
            _ => None,
        })
        .await
    }

    /// Joins an endpoint's session.
    pub async fn join_endpoint(&mut self, endpoint: &str) -> Joined {
        self.try_to_join(endpoint).await.expect("let in")
    }

    /// Sends a whole unidirectional stream.
    pub async fn send_stream(&self, chunks: &[Bytes]) {
        let mut stream = self.link.open_uni().await.expect("a stream");
        stream.set_priority(Priority::Input);
        stream.write(chunks).await.expect("written");
        stream.finish().expect("finished");
    }
}

/// What must happen soon.
pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, future).await.expect("happened in time")
}

pub fn hello(role: Role, proof: Proof) -> Hello {
    Hello {
        role: role.into(),
        software: "test 1".to_owned(),
        proof: Some(proof),
        device: Some(Device { os: "Linux".to_owned(), ..Device::default() }),
        ..Hello::default()
    }
}

pub fn signed(link: &Link, key: &SigningKey) -> AgentKey {
    let exporter = link.exporter().expect("a TLS connection");
    AgentKey {
        public_key: Bytes::copy_from_slice(key.verifying_key().as_bytes()),
        signature: Bytes::copy_from_slice(&key.sign(&statement(&exporter)).to_bytes()),
    }
}

pub fn rand_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("randomness");
    bytes
}
