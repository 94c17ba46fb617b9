//! The way to a relay: HTTP login, ticket, link, greeting.

use std::time::Instant;

use anyhow::Context;
use bytes::Bytes;
use proto::handshake::Opener;
use proto::handshake::opener::{Input, Output};
use serde::Deserialize;
use tokio::time::timeout_at;
use transport::Link;
use transport::client::{ConnectOptions, Preference, Trust, connect};
use transport::control::Control;
use wire::control::{Hello, Role, hello};
use wire::version::OURS;

/// Where a relay is, and who comes.
#[derive(Debug, Clone)]
pub struct Access {
    /// The relay's address for browsers, such as `http://localhost:8080` or `https://support.example`.
    pub url: String,
    /// The account.
    pub user: String,
    /// Its password.
    pub password: String,
    /// The site's pin, for the link and for HTTPS. A site whose pages carry an operator's certificate is reached by
    /// its plain HTTP on loopback.
    pub pin: [u8; 32],
    /// `host:port` for the link, where it is not the one that the relay names, as behind a test's bad line.
    pub address: Option<String>,
    /// Which carriers to try.
    pub preference: Preference,
}

/// A logged-in technician; open links with [`Entry::link`].
pub struct Entry {
    access: Access,
    client: reqwest::Client,
}

/// A ticket, and where it is good.
pub struct Pass {
    hello: Hello,
    options: ConnectOptions,
}

/// An endpoint as the relay lists it.
#[derive(Debug, Clone, Deserialize)]
pub struct EndpointEntry {
    /// The relay's name for it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether its agent is connected.
    pub online: bool,
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
    webtransport: Url,
}

#[derive(Deserialize)]
struct Enrolment {
    token: String,
}

#[derive(Deserialize)]
struct Url {
    url: String,
}

impl Access {
    /// Logs in.
    ///
    /// # Errors
    /// When the relay cannot be reached or refuses.
    pub async fn log_in(self) -> anyhow::Result<Entry> {
        let mut tls = transport::tls::client(&Trust::Pin(self.pin))?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let client = reqwest::Client::builder().cookie_store(true).tls_backend_preconfigured(tls).build()?;
        let login = serde_json::json!({ "user": self.user, "password": self.password });
        let entry = Entry { access: self, client };
        entry.post("/api/login", &login).await?;
        Ok(entry)
    }
}

impl Entry {
    /// The HTTP client that is logged in.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// The address of a path of the relay.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.access.url)
    }

    /// The endpoints that the account may see.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn endpoints(&self) -> anyhow::Result<Vec<EndpointEntry>> {
        let url = format!("{}/api/endpoints", self.access.url);
        let answer = self.client.get(&url).send().await.with_context(|| url.clone())?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// The endpoint with a name; the only one when `name` is empty.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub async fn endpoint(&self, name: &str) -> anyhow::Result<EndpointEntry> {
        let mut found = self.endpoints().await?;
        found.retain(|endpoint| name.is_empty() || endpoint.name == name || endpoint.id == name);
        anyhow::ensure!(found.len() == 1, "{} endpoints are named {name:?}", found.len());
        found.pop().context("an endpoint")
    }

    /// A token with which one agent can enrol under `name`.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn enrolment(&self, name: &str) -> anyhow::Result<String> {
        let answer = self.post("/api/enrolments", &serde_json::json!({ "name": name })).await?;
        Ok(answer.json::<Enrolment>().await?.token)
    }

    /// The relay's figures, as Prometheus reads them.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn metrics(&self) -> anyhow::Result<String> {
        let url = format!("{}/metrics", self.access.url);
        let answer = self.client.get(&url).send().await.with_context(|| url.clone())?;
        Ok(answer.error_for_status()?.text().await?)
    }

    /// Opens a link and its control stream with a fresh ticket.
    ///
    /// # Errors
    /// When no carrier gets through, or the relay refuses.
    pub async fn link(&self) -> anyhow::Result<(Link, Control)> {
        self.pass().await?.link().await
    }

    /// What one link needs, so that it can be opened elsewhere: the ticket is good for half a minute.
    ///
    /// # Errors
    /// When the relay gives no ticket.
    pub async fn pass(&self) -> anyhow::Result<Pass> {
        let answer = self.post("/api/tickets", &serde_json::json!({})).await?;
        let ticket: Ticket = answer.json().await?;
        let address = match &self.access.address {
            Some(address) => address.clone(),
            None => host_and_port(&ticket.webtransport.url)?,
        };
        Ok(self
            .pass_to(address, Hello { proof: Some(hello::Proof::Ticket(ticket.ticket)), ..Hello::default() }))
    }

    /// Opens a link with the token of a relay that went away. It goes to [`Access::address`].
    ///
    /// # Errors
    /// When no carrier gets through, or the relay refuses; the token may be tried again if it was not reached.
    pub async fn link_again(&self, token: &Bytes) -> anyhow::Result<(Link, Control)> {
        let address = self.access.address.clone().context("no address to come back to")?;
        self.pass_to(address, Hello { resume_token: token.clone(), ..Hello::default() }).link().await
    }

    fn pass_to(&self, address: String, hello: Hello) -> Pass {
        let options = ConnectOptions {
            address,
            server_name: None,
            trust: Trust::Pin(self.access.pin),
            preference: self.access.preference,
            congestion: transport::settings::Congestion::default(),
        };
        Pass { hello, options }
    }

    /// Reads something of the relay's API.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn get(&self, path: &str) -> anyhow::Result<serde_json::Value> {
        let url = format!("{}{path}", self.access.url);
        let answer = self.client.get(&url).send().await.with_context(|| url.clone())?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Asks the relay's API for something.
    ///
    /// # Errors
    /// When the relay refuses; says why.
    pub async fn ask(&self, path: &str, body: &serde_json::Value) -> anyhow::Result<serde_json::Value> {
        Ok(self.post(path, body).await?.json().await?)
    }

    /// Replaces something of the relay's API.
    ///
    /// # Errors
    /// When the relay refuses; says why.
    pub async fn put(&self, path: &str, body: &serde_json::Value) -> anyhow::Result<()> {
        let url = format!("{}{path}", self.access.url);
        let answer = self.client.put(&url).json(body).send().await.with_context(|| url.clone())?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "{url}: {status}: {}", answer.text().await.unwrap_or_default());
        Ok(())
    }

    async fn post(&self, path: &str, body: &serde_json::Value) -> anyhow::Result<reqwest::Response> {
        let url = format!("{}{path}", self.access.url);
        let answer = self.client.post(&url).json(body).send().await.with_context(|| url.clone())?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        anyhow::bail!("{url}: {status}: {}", answer.text().await.unwrap_or_default())
    }
}

impl Pass {
    /// Opens the link and its control stream.
    ///
    /// # Errors
    /// When no carrier gets through, or the relay refuses.
    pub async fn link(self) -> anyhow::Result<(Link, Control)> {
        let link = connect(&self.options).await?.link;
        let mut control = Control::open(&link).await?;
        let hello = Hello {
            role: Role::Technician.into(),
            software: concat!("nearhand-view/", env!("CARGO_PKG_VERSION")).to_owned(),
            ..self.hello
        };
        greet(&mut control, hello).await?;
        Ok((link, control))
    }
}

async fn greet(control: &mut Control, hello: Hello) -> anyhow::Result<()> {
    let mut opener = Opener::new(Instant::now(), OURS, hello);
    loop {
        while let Some(output) = opener.poll() {
            match output {
                Output::Send(body) => control.send(body).await?,
                Output::Open(_) => return Ok(()),
                Output::Close(error) => return Err(error.into()),
            }
        }
        let deadline = opener.deadline().context("a greeting without an end")?;
        let input = match timeout_at(deadline.into(), control.recv()).await {
            Ok(body) => Input::Message(wire::control::Control { body: Some(body?) }),
            Err(_) => Input::Tick,
        };
        opener.handle(Instant::now(), input);
    }
}

/// The host and port of an `https` address.
fn host_and_port(url: &str) -> anyhow::Result<String> {
    let rest = url.strip_prefix("https://").with_context(|| format!("{url} is no https address"))?;
    let host = rest.split('/').next().unwrap_or_default();
    let has_port = host.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
    Ok(if has_port { host.to_owned() } else { format!("{host}:443") })
}
