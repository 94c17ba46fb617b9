//! Who is at the other end: an agent by its key, a technician by a ticket.

use std::time::Instant;

use ed25519_dalek::{Signature, VerifyingKey};
use proto::handshake::statement;
use transport::Link;
use wire::control::{AgentKey, Enrolment, Hello, Refusal, RefusalCode, Role, hello::Proof};

use crate::db::{DbError, Device, Endpoint, EnrolError, Login};
use crate::site::Site;

/// Who proved himself.
#[derive(Debug)]
pub(super) enum Admitted {
    Agent(Endpoint),
    Technician(Login),
}

/// Checks the proof of a greeting.
pub(super) async fn check(site: &Site, link: &Link, hello: Hello) -> Result<Admitted, Refusal> {
    let (role, proof, software) = (hello.role(), hello.proof, hello.software);
    let device = Device::new(hello.device.unwrap_or_default(), software);
    match (role, proof) {
        (Role::Agent, Some(Proof::AgentKey(key))) => {
            let public_key = check_key(link, &key)?;
            let endpoint =
                site.db.endpoint_came(&public_key, &device).await.map_err(|error| failed(&error))?;
            endpoint
                .map(Admitted::Agent)
                .ok_or_else(|| refusal(RefusalCode::NotKnown, "this agent is not enrolled here"))
        }
        (Role::Agent, Some(Proof::Enrolment(Enrolment { secret, key: Some(key) }))) => {
            let public_key = check_key(link, &key)?;
            let endpoint =
                site.db.enrol(&secret, &public_key, &device).await.map_err(|error| match error {
                    EnrolError::NotKnown => refusal(RefusalCode::NotKnown, &error.to_string()),
                    EnrolError::Expired => refusal(RefusalCode::Expired, &error.to_string()),
                    EnrolError::Db(error) => failed(&error),
                })?;
            tracing::info!(endpoint = %endpoint.id, name = endpoint.name, peer = %link.peer(), "agent enrolled");
            Ok(Admitted::Agent(endpoint))
        }
        (Role::Technician, Some(Proof::Ticket(ticket))) => {
            let login = site.tickets.redeem(Instant::now(), &ticket);
            login
                .map(Admitted::Technician)
                .ok_or_else(|| refusal(RefusalCode::NotKnown, "the ticket is not known, or no longer"))
        }
        _ => Err(refusal(RefusalCode::NotAllowed, "this role has no place here")),
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

fn refusal(code: RefusalCode, detail: &str) -> Refusal {
    Refusal { code: code.into(), detail: detail.to_owned(), ..Refusal::default() }
}

/// A fault of our own: the log has it, the peer may try again.
fn failed(error: &DbError) -> Refusal {
    tracing::error!(%error, "cannot check a proof");
    let retry_after_ms = 5_000;
    Refusal { retry_after_ms, ..refusal(RefusalCode::Unspecified, "the relay failed") }
}
