//! Who is at the other end: an agent by its key or by the session that it is for, a technician by a ticket.

use std::time::Instant;

use desk::jump::{self, Seen};
use desk::{Actor, ItemId};
use ed25519_dalek::{Signature, VerifyingKey};
use proto::handshake::statement;
use transport::Link;
use wire::control::{AgentKey, Enrolment, Hello, Refusal, RefusalCode, Role, hello::Proof};

use crate::admission::NotAdmitted;
use crate::db::{Device, Endpoint};
use crate::keeper::{AskError, Caller, digest_of};
use crate::peer::attended;
use crate::site::Site;
use crate::tickets::Holder;

/// Who proved himself.
#[derive(Debug)]
pub(super) enum Admitted {
    Agent(Endpoint),
    Guest(attended::Guest),
    Technician(Holder),
}

/// Checks the proof of a greeting.
pub(super) async fn check(site: &Site, link: &Link, hello: Hello) -> Result<Admitted, Refusal> {
    let (role, proof, software) = (hello.role(), hello.proof, hello.software);
    let resume_token = hello.resume_token;
    let device = Device::new(hello.device.unwrap_or_default(), software);
    match (role, proof) {
        (Role::Agent, Some(Proof::AgentKey(key))) => {
            let public_key = check_key(link, &key)?;
            came(site, link, &public_key, &device).await.map(Admitted::Agent)
        }
        (Role::Agent, Some(Proof::Enrolment(Enrolment { secret, key: Some(key) }))) => {
            let public_key = check_key(link, &key)?;
            enrol(site, link, &secret, &public_key, &device).await?;
            came(site, link, &public_key, &device).await.map(Admitted::Agent)
        }
        (Role::Agent, Some(Proof::Attended(asked))) => {
            attended::admit(site, link, asked, &device).await.map(Admitted::Guest)
        }
        (Role::Technician, Some(Proof::Ticket(ticket))) => {
            let holder = site.tickets.redeem(Instant::now(), &ticket);
            holder
                .map(Admitted::Technician)
                .ok_or_else(|| refusal(RefusalCode::NotKnown, "the ticket is not known, or no longer"))
        }
        (Role::Technician, None) if !resume_token.is_empty() => {
            let login = site.logins.resume(&resume_token).await.map_err(|error| failed(&error))?;
            login
                .map(|login| Admitted::Technician(Holder::Login(login)))
                .ok_or_else(|| refusal(RefusalCode::Expired, "the token is not known, or no longer"))
        }
        _ => Err(refusal(RefusalCode::NotAllowed, "this role has no place here")),
    }
}

/// The endpoint of a known key, if the desk has it.
async fn came(site: &Site, link: &Link, public_key: &[u8; 32], device: &Device) -> Result<Endpoint, Refusal> {
    let not_enrolled = || refusal(RefusalCode::NotKnown, "this agent is not enrolled here");
    let known = site.db.endpoint_came(public_key, device).await.map_err(|error| failed(&error))?;
    let mut endpoint = known.ok_or_else(not_enrolled)?;
    let item = ItemId::from(endpoint.id);
    let seen = seen(link, device);
    let (name, before) = {
        let desk = site.keeper.read();
        let item = desk.items().get(&item).ok_or_else(not_enrolled)?;
        (item.label.name.clone(), item.seen.clone())
    };
    endpoint.name = name;
    if before != seen {
        tell(site, link, item, jump::Command::Saw { item, seen }).await?;
    }
    Ok(endpoint)
}

/// Puts an endpoint on the desk by the secret of an install token.
async fn enrol(
    site: &Site,
    link: &Link,
    secret: &[u8],
    public_key: &[u8; 32],
    device: &Device,
) -> Result<(), Refusal> {
    let endpoint = site.db.know_endpoint(public_key).await.map_err(|error| failed(&error))?;
    let item = ItemId::from(endpoint);
    let command = jump::Command::Enrol { digest: digest_of(secret), item, seen: seen(link, device) };
    tell(site, link, item, command).await?;
    tracing::info!(%endpoint, peer = %link.peer(), "agent enrolled");
    Ok(())
}

/// An agent says something to the desk.
async fn tell(site: &Site, link: &Link, item: ItemId, command: jump::Command) -> Result<(), Refusal> {
    let caller = Caller::at(Actor::Endpoint(item), link.peer().ip().to_canonical());
    match site.keeper.ask(caller, command).await {
        Ok(_) => Ok(()),
        Err(AskError::Refused(refused)) => {
            let NotAdmitted { code, detail, retry_after_ms } = refused.into();
            Err(Refusal { retry_after_ms, ..refusal(code, &detail) })
        }
        Err(error) => Err(failed(&error)),
    }
}

fn seen(link: &Link, device: &Device) -> Seen {
    Seen {
        host_name: device.host_name.clone(),
        os: device.os.clone(),
        os_version: device.os_version.clone(),
        software: device.software.clone(),
        user: device.user.clone(),
        public_ip: link.peer().ip().to_canonical().to_string(),
        ..Seen::default()
    }
}

/// The public key, once its owner has signed this very connection with it.
fn check_key(link: &Link, key: &AgentKey) -> Result<[u8; 32], Refusal> {
    let exporter = link.exporter().ok_or_else(|| {
        refusal(RefusalCode::NotAllowed, "an agent must connect over TLS, to sign its connection")
    })?;
    let wrong = || refusal(RefusalCode::NotAllowed, "the agent's signature is wrong");
    let public_key: [u8; 32] = key.public_key.as_ref().try_into().map_err(|_| wrong())?;
    let signature = Signature::from_slice(&key.signature).map_err(|_| wrong())?;
    let verifier = VerifyingKey::from_bytes(&public_key).map_err(|_| wrong())?;
    verifier.verify_strict(&statement(&exporter), &signature).map_err(|_| wrong())?;
    Ok(public_key)
}

pub(super) fn refusal(code: RefusalCode, detail: &str) -> Refusal {
    Refusal { code: code.into(), detail: detail.to_owned(), ..Refusal::default() }
}

/// A fault of our own: the log has it, the peer may try again.
pub(super) fn failed(error: &dyn std::error::Error) -> Refusal {
    tracing::error!(%error, "cannot check a proof");
    let retry_after_ms = 5_000;
    Refusal { retry_after_ms, ..refusal(RefusalCode::Unspecified, "the relay failed") }
}
