//! The handshake of every link, and what it becomes.

use std::sync::Arc;
use std::time::Instant;

use proto::handshake::acceptor::{Input, Output};
use proto::handshake::{Acceptor, HandshakeError};
use tokio::time::timeout_at;
use transport::Link;
use transport::control::{Control, ControlError};
use wire::control::{self, Hello, Welcome};
use wire::version::OURS;

use crate::peer::proof::{self, Admitted};
use crate::peer::{agent, technician};
use crate::site::Site;

/// What the relay calls itself.
const SOFTWARE: &str = concat!("nearhand relay ", env!("CARGO_PKG_VERSION"));

/// Sees a link from its first byte to its end.
pub(crate) async fn greet(site: Arc<Site>, link: Link) {
    let (peer, carrier) = (link.peer(), link.carrier().name());
    let greeted = tokio::select! {
        biased;
        () = site.stop.cancelled() => return link.close(wire::close::CloseCode::GoingAway, "the relay stops"),
        greeted = shake_hands(&site, &link) => greeted,
    };
    match greeted {
        Ok((control, Admitted::Agent(endpoint))) => {
            site.metrics.handshake(true);
            agent::run(site, link, control, endpoint).await;
        }
        Ok((control, Admitted::Technician(login))) => {
            site.metrics.handshake(true);
            technician::run(site, link, control, login).await;
        }
        Err(refused) => {
            site.metrics.handshake(false);
            tracing::warn!(%peer, carrier, reason = %refused, "refused a link");
            link.drain(refused.close_code(), &refused.to_string(), proto::handshake::HANDSHAKE_TIMEOUT).await;
        }
    }
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
    fn close_code(&self) -> wire::close::CloseCode {
        match self {
            Self::Handshake(error) => error.close_code(),
            Self::Control(error) => error.close_code(),
        }
    }
}

/// Runs the machine over the control stream until it opens or closes.
async fn shake_hands(site: &Site, link: &Link) -> Result<(Control, Admitted), NotGreeted> {
    let mut machine = Acceptor::new(Instant::now(), OURS);
    let until = machine.deadline().unwrap_or_else(Instant::now).into();
    let accepting = timeout_at(until, Control::accept(link)).await;
    let mut control = accepting.map_err(|_| HandshakeError::TimedOut)??;
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
                    if let Some(admitted) = admitted {
                        return Ok((control, admitted));
                    }
                    return Err(HandshakeError::OutOfOrder.into());
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

async fn verify(site: &Site, link: &Link, hello: Hello, admitted: &mut Option<Admitted>) -> Input {
    match proof::check(site, link, hello).await {
        Ok(proven) => {
            let (endpoint_id, endpoint_name) = match &proven {
                Admitted::Agent(endpoint) => (endpoint.id.to_string(), endpoint.name.clone()),
                Admitted::Technician(_) => Default::default(),
            };
            *admitted = Some(proven);
            let software = SOFTWARE.to_owned();
            Input::Verified(Welcome { software, endpoint_id, endpoint_name, ..Welcome::default() })
        }
        Err(refusal) => Input::Refused(refusal),
    }
}
