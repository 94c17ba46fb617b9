//! An agent that a customer starts himself: for one session, with nothing installed and nothing left behind.
//!
//! It is known to the relay by a session key, or by the secret of a session that is there, and by nothing else: no key
//! of its own, no state folder. What it must keep while it runs is in a [`Scratch`] folder, which goes with it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proto::handshake::HandshakeError;
use proto::liveness::LinkClock;
use tokio_util::sync::CancellationToken;
use transport::client::{Preference, Trust};
use wire::attended::{AttendedBy, AttendedError, AttendedToken};
use wire::control::{Attended, AttendedSession, RefusalCode, attended};

use crate::backoff::Backoff;
use crate::connect::{Connected, Credential, ReachError, reach_as};
use crate::desktop::Desktop;
use crate::files::Uploads;
use crate::identity::from_hex;
use crate::person::Person;
use crate::run::{random, rest};
use crate::serve::{Ended, Local, serve};
use crate::shell::Shells;
use crate::tools::Kit;

/// How long a goodbye may take to reach the relay.
const GOODBYE_MAX: Duration = Duration::from_secs(2);

/// Where and by what a session is joined.
#[derive(Debug)]
pub struct Start {
    /// `host:port`, in the order in which they are tried.
    pub addresses: Vec<String>,
    /// How the relay is known.
    pub trust: Trust,
    /// Which session.
    pub by: AttendedBy,
    /// What technicians shall call the customer.
    pub name: String,
    /// What he asks for.
    pub question: String,
}

/// Why an attended agent does not start, or ends before its session does.
#[derive(Debug, thiserror::Error)]
pub enum AttendError {
    /// What was given as a key is damaged.
    #[error(transparent)]
    Token(#[from] AttendedError),
    /// A plain session key does not say where the relay is.
    #[error(
        "a session key alone does not say where to go: add HOST:PORT of the relay, or use the text from its page"
    )]
    NoRelay,
    /// The pin is none.
    #[error("--pin is not 32 bytes in hexadecimal")]
    Pin,
    /// This computer trusts nobody.
    #[error("this computer has no certificates of authorities: add --pin")]
    NoRoots,
    /// There is no desktop to show.
    #[error("no desktop to show: {0:#}")]
    Desktop(anyhow::Error),
    /// Its tools cannot be used.
    #[error("tools: {0:#}")]
    Tools(anyhow::Error),
    /// No place for what must be kept while it runs.
    #[error("temporary folder: {0}")]
    Scratch(#[from] io::Error),
    /// The relay was not reached, or does not have the session.
    #[error(transparent)]
    Reach(#[from] ReachError),
}

impl Start {
    /// Reads what a customer has: the text or link from the support page, or a session key with the relay's address.
    ///
    /// # Errors
    /// Says what is damaged or missing.
    pub fn read(key: &str, relay: Option<&str>, pin: Option<&str>) -> Result<Self, AttendError> {
        let (addresses, trust, by) = match relay {
            None if key.contains("nha1_") => {
                let AttendedToken { pin, by, addresses } = AttendedToken::from_text(key)?;
                (addresses, Trust::Pin(pin), by)
            }
            None => return Err(AttendError::NoRelay),
            Some(relay) => {
                let trust = match pin {
                    Some(pin) => Trust::Pin(from_hex(pin.trim()).ok_or(AttendError::Pin)?),
                    None => Trust::Roots(Arc::new(roots()?)),
                };
                (vec![relay.to_owned()], trust, AttendedBy::Key(key.to_owned()))
            }
        };
        let name = ["USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "customer".to_owned());
        Ok(Self { addresses, trust, by, name, question: String::new() })
    }

    fn proof(&self) -> Attended {
        let by = match &self.by {
            AttendedBy::Key(key) => attended::By::Key(key.clone()),
            AttendedBy::Session { session, secret } => {
                attended::By::Session(AttendedSession { session: *session, secret: secret.to_vec().into() })
            }
        };
        let (name, question, language) = (self.name.clone(), self.question.clone(), language());
        Attended { by: Some(by), name, question, language }
    }

    /// From the first welcome on the session is known by its secret: a key serves once.
    fn go_on_as(&mut self, own: &AttendedSession) {
        if let Ok(secret) = own.secret.as_ref().try_into() {
            self.by = AttendedBy::Session { session: own.session, secret };
        }
    }
}

/// Serves one session until it is over or `stop`, which ends it. `say` tells whoever is at the computer what goes on.
///
/// # Errors
/// When there is nothing to show, or the relay does not let it in.
pub async fn attend(
    mut start: Start,
    platform: &str,
    preference: Preference,
    person: Person,
    stop: &CancellationToken,
    say: impl Fn(&str),
) -> Result<(), AttendError> {
    let scratch = Scratch::new()?;
    let desktop = Desktop::open(platform, scratch.path()).map_err(AttendError::Desktop)?;
    let kit = Kit::open(&desktop.platform).map_err(AttendError::Tools)?;
    let clock = LinkClock::starting(Instant::now());
    let (shells, uploads) = (Shells::default(), Uploads::default());
    let local = Local { desktop, shells, uploads, kit, person, clock };
    let ended = stay(&mut start, &local, preference, stop, &say).await;
    // The wallpaper comes back before its note goes.
    drop(local);
    drop(scratch);
    say(&ended?);
    Ok(())
}

/// The last word on it, for whoever is at the computer.
async fn stay(
    start: &mut Start,
    local: &Local,
    preference: Preference,
    stop: &CancellationToken,
    say: &impl Fn(&str),
) -> Result<String, AttendError> {
    let mut backoff = Backoff::default();
    let mut was_in = false;
    loop {
        let credential = Credential::Attended(start.proof());
        let reached = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok("You ended it.".to_owned()),
            reached = reach_as(&start.addresses, &start.trust, preference, &credential) => reached,
        };
        let wait = match reached {
            Ok(connected) => {
                let Some(own) = connected.welcome.attended.clone() else {
                    return Err(ReachError::Handshake(HandshakeError::OutOfOrder).into());
                };
                start.go_on_as(&own);
                say(if was_in {
                    "Connected again."
                } else {
                    "Connected. A technician will be with you; press Ctrl-C to end."
                });
                was_in = true;
                backoff.succeeded();
                match serve_once(connected, local, stop).await {
                    Ended::Stopped => return Ok("You ended the session.".to_owned()),
                    Ended::Over(why) => return Ok(format!("The session is over: {why}.")),
                    Ended::GoingAway { jitter } => Backoff::going_away(jitter, random()),
                    ended => {
                        tracing::info!(%ended, "offline");
                        say("The connection is lost; trying to get it back.");
                        backoff.next(random())
                    }
                }
            }
            Err(ReachError::Handshake(HandshakeError::Refused { code, .. })) if was_in && is_over(code) => {
                return Ok("The session is over.".to_owned());
            }
            // Whoever types a key wants to know at once what is wrong; who was in waits for his line.
            Err(error) if !was_in => return Err(error.into()),
            Err(error) => {
                tracing::debug!(%error, "relay not reached");
                backoff.next(random())
            }
        };
        rest(wait, stop).await;
    }
}

async fn serve_once(connected: Connected, local: &Local, stop: &CancellationToken) -> Ended {
    let link = connected.link.clone();
    let ended = serve(connected, local, stop).await;
    // The goodbye may be lost; the relay notices the silence then.
    let _ = tokio::time::timeout(GOODBYE_MAX, link.closed()).await;
    ended
}

/// Whether a refusal says that there is no such session any more.
fn is_over(code: RefusalCode) -> bool {
    matches!(code, RefusalCode::NotKnown | RefusalCode::Expired | RefusalCode::NotAllowed)
}

/// Whom this computer trusts.
fn roots() -> Result<rustls::RootCertStore, AttendError> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    // Some of a system's many certificates are usually old and odd.
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 { Err(AttendError::NoRoots) } else { Ok(roots) }
}

/// The customer's language as a tag, such as `fr`; empty where the system does not say.
fn language() -> String {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_default();
    let tag = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    if tag.len() < 2 || tag == "POSIX" { String::new() } else { tag }
}

/// A folder that only its owner reads, for as long as the agent runs.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> io::Result<Self> {
        let mut name = [0; 8];
        getrandom::fill(&mut name).map_err(io::Error::from)?;
        let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = std::env::temp_dir().join(format!("nearhand-{name}"));
        let mut folder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&path)?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "the temporary folder stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_alone_asks_for_the_relay_and_a_wrong_pin_is_named() {
        let read =
            |relay, pin| Start::read("ABCDE-FGHJK", relay, pin).map(drop).map_err(|error| error.to_string());
        assert!(read(None, None).expect_err("no relay").contains("HOST:PORT"));
        assert!(read(Some("relay.example:7443"), Some("a5")).expect_err("no pin").contains("--pin"));
        assert_eq!(read(Some("relay.example:7443"), Some(&"a5".repeat(32))), Ok(()));
    }

    #[test]
    fn s89_the_text_of_a_page_says_where_to_go() {
        let by = AttendedBy::Key("ABCDE-FGHJK".to_owned());
        let token =
            AttendedToken { pin: [7; 32], by: by.clone(), addresses: vec!["relay.example:7443".to_owned()] };
        let start = Start::read(&token.to_text(), None, None).expect("a start");
        assert_eq!((start.by, start.addresses), (by, token.addresses));
    }

    #[test]
    fn nothing_stays_of_a_scratch_folder() {
        let scratch = Scratch::new().expect("a folder");
        let path = scratch.path().to_owned();
        std::fs::write(path.join("wallpaper"), "mountains").expect("written");
        drop(scratch);
        assert!(!path.exists());
    }
}
