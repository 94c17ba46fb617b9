//! An agent's life: enrolled once, then always on its way to the relay.

use std::path::Path;
use std::time::{Duration, Instant};

use proto::liveness::LinkClock;
use tokio_util::sync::CancellationToken;
use transport::client::Preference;
use wire::close::CloseCode;
use wire::token::EnrolmentToken;

use crate::backoff::Backoff;
use crate::connect::{ReachError, reach};
use crate::desktop::Desktop;
use crate::files::Uploads;
use crate::identity::{self, Identity, Site, StateError, load_site, save_site, to_hex};
use crate::person::Person;
use crate::serve::{Ended, Local, serve};
use crate::shell::Shells;
use crate::tools::Kit;

/// How long a goodbye may take to reach the relay.
const GOODBYE_MAX: Duration = Duration::from_secs(2);

/// Why an agent cannot be enrolled or run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The token is not one.
    #[error(transparent)]
    Token(#[from] wire::token::TokenError),
    /// The state folder cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The relay was not reached or refused.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// What tools need cannot be made.
    #[error("the tools cannot be started: {0}")]
    Tools(anyhow::Error),
}

/// Makes this computer known to the relay that `token` names, and remembers the relay.
///
/// # Errors
/// When the token is damaged, used or expired, or the relay cannot be reached.
pub async fn enrol(state: &Path, token: &str, preference: Preference) -> Result<Site, RunError> {
    let token = EnrolmentToken::from_text(token)?;
    let identity = Identity::load_or_create(state)?;
    let connected = reach(&token.addresses, token.pin, preference, &identity, Some(&token.secret)).await?;
    let site = Site {
        addresses: token.addresses,
        pin: to_hex(&token.pin),
        endpoint_id: connected.welcome.endpoint_id,
        endpoint_name: connected.welcome.endpoint_name,
    };
    save_site(state, &site)?;
    connected.link.drain(CloseCode::Done, "enrolled", GOODBYE_MAX).await;
    Ok(site)
}

/// Serves technicians until `stop`. What is lost, link or desktop, is opened again.
///
/// # Errors
/// When the state folder cannot be used or this computer was never enrolled.
pub async fn run(
    state: &Path,
    platform: &str,
    preference: Preference,
    person: &Person,
    stop: &CancellationToken,
) -> Result<(), RunError> {
    let site = load_site(state)?;
    let identity = Identity::load_or_create(state)?;
    let clock = LinkClock::starting(Instant::now());
    let (shells, uploads) = (Shells::default(), Uploads::default());
    while !stop.is_cancelled() {
        let Some(desktop) = open_desktop(platform, state, stop).await else { break };
        let kit = Kit::open(&desktop.platform).map_err(RunError::Tools)?;
        let (shells, uploads, person) = (shells.clone(), uploads.clone(), person.clone());
        let local = Local { desktop, shells, uploads, kit, person, clock };
        stay_connected(&site, &identity, preference, &local, stop).await?;
    }
    Ok(())
}

/// Connects again and again until the desktop is lost or `stop`.
async fn stay_connected(
    site: &Site,
    identity: &Identity,
    preference: Preference,
    local: &Local,
    stop: &CancellationToken,
) -> Result<(), StateError> {
    let pin = site.pin_bytes().ok_or_else(|| identity::damaged_pin(&site.pin))?;
    let mut backoff = Backoff::default();
    while !stop.is_cancelled() && !local.desktop.is_lost() {
        let reached = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            reached = reach(&site.addresses, pin, preference, identity, None) => reached,
        };
        let wait = match reached {
            Ok(connected) => {
                let (carrier, relay) = (connected.link.carrier().name(), connected.link.peer());
                tracing::info!(%relay, carrier, name = %connected.welcome.endpoint_name, "online");
                backoff.succeeded();
                let link = connected.link.clone();
                let ended = serve(connected, local, stop).await;
                tracing::info!(%ended, "offline");
                // The goodbye may be lost; the relay notices the silence then.
                let _ = tokio::time::timeout(GOODBYE_MAX, link.closed()).await;
                match ended {
                    Ended::GoingAway { jitter } => Backoff::going_away(jitter, random()),
                    _ => backoff.next(random()),
                }
            }
            Err(error) => {
                let wait = backoff.next(random());
                tracing::warn!(%error, again_in_ms = wait.as_millis() as u64, "relay not reached");
                wait
            }
        };
        rest(wait, stop).await;
    }
    Ok(())
}

/// Waits for the desktop to be there; `None` when stopped first.
async fn open_desktop(platform: &str, state: &Path, stop: &CancellationToken) -> Option<Desktop> {
    let mut backoff = Backoff::default();
    let mut told = String::new();
    while !stop.is_cancelled() {
        match Desktop::open(platform, state) {
            Ok(desktop) => return Some(desktop),
            Err(error) => {
                let error = error.to_string();
                if error != told {
                    tracing::warn!(%error, "no desktop to show yet; trying again");
                    told = error;
                }
            }
        }
        rest(backoff.next(random()), stop).await;
    }
    None
}

pub(crate) async fn rest(wait: Duration, stop: &CancellationToken) {
    // Whichever comes first ends the rest.
    let _ = tokio::time::timeout(wait, stop.cancelled()).await;
}

/// A number from 0 to 1; 0.5 where the system has no randomness, which only makes the spread smaller.
pub(crate) fn random() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}
