//! One try to reach the relay: carrier, control stream, greeting.

use std::time::Instant;

use proto::handshake::opener::{Input, Output};
use proto::handshake::{HandshakeError, Opener};
use tokio::time::timeout_at;
use transport::Link;
use transport::client::{ConnectError, ConnectOptions, Preference, Trust, connect};
use transport::control::{Control, ControlError};
use wire::control::{Attended, Device, Enrolment, Hello, Role, Welcome, hello};
use wire::token::PIN_BYTES;
use wire::version::OURS;

use crate::identity::Identity;

/// A relay that accepted this agent.
pub struct Connected {
    /// The link.
    pub link: Link,
    /// Its control stream.
    pub control: Control,
    /// What the relay said.
    pub welcome: Welcome,
}

/// Why the relay was not reached, or did not accept.
#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    /// No carrier got through.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The control stream failed.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The relay refused, or did not answer in time.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// Nothing is known to be tried.
    #[error("no address to try")]
    NoAddress,
    /// The carrier gives no proof of who is at its other end.
    #[error("the connection has no exporter to sign")]
    NoExporter,
}

/// By what an agent is known.
pub enum Credential<'a> {
    /// Its key; the relay knows it.
    Key(&'a Identity),
    /// The secret of a token; the relay is to know the key from now on.
    Enrolling(&'a Identity, &'a [u8]),
    /// The one session that it is for.
    Attended(Attended),
}

/// Tries each address in order and greets the first relay that answers, as an agent with a key.
///
/// # Errors
/// Those of [`reach_as`].
pub async fn reach(
    addresses: &[String],
    pin: [u8; PIN_BYTES],
    preference: Preference,
    identity: &Identity,
    secret: Option<&[u8]>,
) -> Result<Connected, ReachError> {
    let credential = match secret {
        Some(secret) => Credential::Enrolling(identity, secret),
        None => Credential::Key(identity),
    };
    reach_as(addresses, &Trust::Pin(pin), preference, &credential).await
}

/// Tries each address in order and greets the first relay that answers.
///
/// # Errors
/// The error of the last address. A refusal ends the tries: the relay was reached.
pub async fn reach_as(
    addresses: &[String],
    trust: &Trust,
    preference: Preference,
    credential: &Credential<'_>,
) -> Result<Connected, ReachError> {
    let mut last = ReachError::NoAddress;
    for address in addresses {
        match reach_one(address, trust, preference, credential).await {
            Err(error @ (ReachError::Connect(_) | ReachError::Control(_))) => {
                tracing::debug!(%address, %error, "address not reached");
                last = error;
            }
            answered => return answered,
        }
    }
    Err(last)
}

async fn reach_one(
    address: &str,
    trust: &Trust,
    preference: Preference,
    credential: &Credential<'_>,
) -> Result<Connected, ReachError> {
    let options = ConnectOptions {
        address: address.to_owned(),
        server_name: None,
        trust: trust.clone(),
        preference,
        congestion: transport::settings::Congestion::default(),
    };
    let connected = connect(&options).await?;
    if let Some(reason) = connected.quic_failed {
        tracing::info!(%address, %reason, "QUIC does not get through, using WebSocket");
    }
    let link = connected.link;
    let proof = credential.proof(&link)?;
    let hello = Hello {
        role: Role::Agent.into(),
        software: concat!("nearhand-agent/", env!("CARGO_PKG_VERSION")).to_owned(),
        proof: Some(proof),
        device: Some(device()),
        ..Hello::default()
    };
    let mut control = Control::open(&link).await?;
    let greeted = greet(&mut control, hello).await;
    if let Err(ReachError::Handshake(error)) = &greeted {
        link.close(error.close_code(), "greeting failed");
    }
    Ok(Connected { link, control, welcome: greeted? })
}

impl Credential<'_> {
    /// What proves it on this very connection.
    fn proof(&self, link: &Link) -> Result<hello::Proof, ReachError> {
        let sign = |identity: &Identity| {
            Ok::<_, ReachError>(identity.prove(&link.exporter().ok_or(ReachError::NoExporter)?))
        };
        Ok(match self {
            Self::Key(identity) => hello::Proof::AgentKey(sign(identity)?),
            Self::Enrolling(identity, secret) => {
                let key = Some(sign(identity)?);
                hello::Proof::Enrolment(Enrolment { secret: secret.to_vec().into(), key })
            }
            Self::Attended(own) => hello::Proof::Attended(own.clone()),
        })
    }
}

/// Drives the greeting until it opens or fails.
async fn greet(control: &mut Control, hello: Hello) -> Result<Welcome, ReachError> {
    let mut opener = Opener::new(Instant::now(), OURS, hello);
    loop {
        while let Some(output) = opener.poll() {
            match output {
                Output::Send(body) => control.send(body).await?,
                Output::Open(welcome) => return Ok(welcome),
                Output::Close(error) => return Err(error.into()),
            }
        }
        let Some(deadline) = opener.deadline() else { return Err(HandshakeError::TimedOut.into()) };
        let input = match timeout_at(deadline.into(), control.recv()).await {
            Ok(body) => Input::Message(wire::control::Control { body: Some(body?) }),
            Err(_) => Input::Tick,
        };
        opener.handle(Instant::now(), input);
    }
}

/// What this computer says of itself.
fn device() -> Device {
    Device {
        host_name: sysinfo::System::host_name().unwrap_or_default(),
        os: sysinfo::System::name().unwrap_or_default(),
        os_version: sysinfo::System::os_version().unwrap_or_default(),
        user: std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default(),
    }
}
