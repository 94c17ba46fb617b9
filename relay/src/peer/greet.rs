//! The handshake of every link, and what it becomes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proto::handshake::acceptor::{Input, Output};
use proto::handshake::{Acceptor, HandshakeError};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{timeout, timeout_at};
use transport::Link;
use transport::control::{Control, ControlError};
use wire::close::CloseCode;
use wire::control::{self, Hello, Refusal, RefusalCode, Welcome};
use wire::version::OURS;

use crate::peer::proof::{self, Admitted};
use crate::peer::{agent, technician};
use crate::site::Site;

/// What the relay calls itself.
const SOFTWARE: &str = concat!("nearhand relay ", env!("CARGO_PKG_VERSION"));

/// When a peer that found the relay full may try again.
const FULL_RETRY_MS: u32 = 10_000;

/// How long a refused peer may take to read why, and to go by itself.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// Sees a link from its first byte to its end.
pub(crate) async fn greet(site: Arc<Site>, link: Link) {
    let Some(greeting) = site.caps.greeting() else {
        site.metrics.links_refused.increment(1);
        return link.close(CloseCode::OverLimit, "the relay greets as many as it can");
    };
    // Boxed, as what comes after: a task keeps room for the largest of all its parts, and most links are idle agents'.
    let greeted = tokio::select! {
        biased;
        () = site.stop.cancelled() => return link.close(CloseCode::GoingAway, "the relay stops"),
        greeted = Box::pin(greet_within_time(&site, &link)) => greeted,
    };
    drop(greeting);
    site.metrics.handshake(greeted.is_some());
    // The place is held for as long as the link lasts.
    match greeted {
        Some((control, Admitted::Agent(endpoint), _place)) => {
            Box::pin(agent::run(site, link, control, endpoint, None)).await;
        }
        Some((control, Admitted::Guest(guest), _place)) => {
            let session = guest.session();
            Box::pin(agent::run(site, link, control, guest.endpoint, Some(session))).await;
        }
        Some((control, Admitted::Technician(holder), _place)) => {
            Box::pin(technician::run(site, link, control, holder)).await;
        }
        None => {}
    }
}

/// Who came in, on which control stream, and his place among all links.
type Greeted = (Control, Admitted, OwnedSemaphorePermit);

/// The control stream and who it is; `None` when the link is closed again.
async fn greet_within_time(site: &Site, link: &Link) -> Option<Greeted> {
    let machine = Acceptor::new(Instant::now(), OURS);
    let until = machine.deadline().unwrap_or_else(Instant::now).into();
    let refused = match timeout_at(until, Control::accept(link)).await {
        Ok(Ok(mut control)) => match shake_hands(site, link, &mut control, machine).await {
            Ok((admitted, place)) => return Some((control, admitted, place)),
            Err(refused) => {
                // Closing a link at once would lose the refusal that was just written.
                let _ = timeout(REFUSAL_TIMEOUT, link.closed()).await.is_ok();
                refused
            }
        },
        Ok(Err(error)) => error.into(),
        Err(_) => HandshakeError::TimedOut.into(),
    };
    tracing::warn!(peer = %link.peer(), carrier = link.carrier().name(), reason = %refused, "refused a link");
    link.close(refused.close_code(), &refused.to_string());
    None
}

/// Why a link is not let in.
#[derive(Debug, thiserror::Error)]
enum NotGreeted {
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl NotGreeted {
    fn close_code(&self) -> CloseCode {
        match self {
            Self::Handshake(error) => error.close_code(),
            Self::Control(error) => error.close_code(),
        }
    }
}

/// Runs the machine over the control stream until it opens or closes.
async fn shake_hands(
    site: &Site,
    link: &Link,
    control: &mut Control,
    mut machine: Acceptor,
) -> Result<(Admitted, OwnedSemaphorePermit), NotGreeted> {
    let until = machine.deadline().unwrap_or_else(Instant::now).into();
    let mut admitted = None;
    loop {
        while let Some(output) = machine.poll() {
            match output {
                Output::Send(body) => control.send(body).await?,
                Output::Verify(hello) => {
                    let input = verify(site, link, hello, &mut admitted).await;
                    machine.handle(Instant::now(), input);
                }
                Output::Open { .. } => {
                    return admitted.ok_or_else(|| HandshakeError::OutOfOrder.into());
                }
                Output::Close(error) => return Err(error.into()),
            }
        }
        let input = match timeout_at(until, control.recv()).await {
            Ok(body) => Input::Message(control::Control { body: Some(body?) }),
            Err(_) => Input::Tick,
        };
        machine.handle(Instant::now(), input);
    }
}

async fn verify(
    site: &Site,
    link: &Link,
    hello: Hello,
    admitted: &mut Option<(Admitted, OwnedSemaphorePermit)>,
) -> Input {
    let Some(place) = site.caps.link() else {
        site.metrics.links_refused.increment(1);
        let detail = "the relay serves as many links as it may".to_owned();
        let code = RefusalCode::Full.into();
        return Input::Refused(Refusal { code, detail, retry_after_ms: FULL_RETRY_MS, ..Refusal::default() });
    };
    match proof::check(site, link, hello).await {
        Ok(proven) => {
            let mut welcome = Welcome { software: SOFTWARE.to_owned(), ..Welcome::default() };
            match &proven {
                Admitted::Agent(endpoint) => {
                    (welcome.endpoint_id, welcome.endpoint_name) =
                        (endpoint.id.to_string(), endpoint.name.clone());
                }
                Admitted::Guest(guest) => welcome.attended = Some(guest.own.clone()),
                Admitted::Technician(_) => {}
            }
            *admitted = Some((proven, place));
            Input::Verified(welcome)
        }
        Err(refusal) => Input::Refused(refusal),
    }
}
