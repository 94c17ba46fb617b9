//! The start of a relay, in order, and its end.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::server::{BindError, EndpointOptions};
use wire::close::CloseCode;

use crate::api::{self, Origins};
use crate::attendance::Attendance;
use crate::caps::Caps;
use crate::certificates::{CertificateError, Certificates, LOOK_EVERY};
use crate::config::{Config, ConfigError};
use crate::consent::Consents;
use crate::db::{Db, DbError};
use crate::endpoint::{self, HttpServer, tls_acceptor};
use crate::files::Downloads;
use crate::first::{self, FirstError};
use crate::follow;
use crate::keeper::Keeper;
use crate::login::{LiveLogins, Logins, PasswordError, Sealer};
use crate::mail::{Mailer, SendError};
use crate::metrics::Metrics;
use crate::peer;
use crate::portal::{Door, Pages};
use crate::record::{Recorder, retention};
use crate::registry::Registry;
use crate::site::{Listening, Site};
use crate::state::StateFolder;
use crate::tap::{self, Taps};
use crate::tickets::Tickets;
use crate::time::Moment;

/// How long peers and requests have to end when the relay stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// How often ended logins are forgotten, and old recordings deleted.
const TIDY_EVERY: Duration = Duration::from_secs(3600);

/// Tries to find a number that is free on UDP and TCP, when any will do.
const PORT_TRIES: usize = 16;

/// How often logins are looked at that another process may have ended.
const LOGINS_EVERY: Duration = Duration::from_secs(5);

/// How often samples of times are summed up: without a reader they would gather for ever.
const FIGURES_EVERY: Duration = Duration::from_secs(5);

/// Why a relay does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The state folder cannot be used.
    #[error("state folder: {0}")]
    State(std::io::Error),
    /// Another relay serves from it.
    #[error("state folder: in use by another relay")]
    InUse,
    /// The database cannot be used.
    #[error(transparent)]
    Db(#[from] DbError),
    /// There is no certificate to show.
    #[error(transparent)]
    Certificates(#[from] CertificateError),
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// What a new site begins with could not be made.
    #[error(transparent)]
    First(#[from] FirstError),
    /// Passwords cannot be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Mail cannot be set up.
    #[error(transparent)]
    Mail(#[from] SendError),
    /// The UDP port cannot be had.
    #[error(transparent)]
    Udp(#[from] BindError),
    /// A TCP port cannot be had.
    #[error("cannot listen on TCP {address}: {source}")]
    Tcp {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// What whoever started the relay must know.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ready {
    /// Where it listens.
    pub listening: Listening,
    /// How agents know it: SHA-256 of the site's public key.
    pub pin: [u8; 32],
    /// User and password of the account that this first start made; never shown again.
    pub first_account: Option<(String, String)>,
}

/// A relay that listens.
#[derive(Debug)]
pub struct Relay {
    site: Arc<Site>,
    endpoint: Arc<transport::server::Endpoint>,
    ready: Ready,
    /// Keeps other processes from serving from the same state folder.
    claim: std::fs::File,
    writing: Writing,
}

/// The desk's writer. It stops after everybody who may still have something to write.
#[derive(Debug, Default)]
struct Writing {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Writing {
    async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        if timeout(DRAIN_TIMEOUT, self.tasks.wait()).await.is_err() {
            tracing::warn!("the desk's writer did not end in time and is cut off");
        }
    }
}

impl Relay {
    /// Starts a relay: state folder, database, certificates, accounts, sockets, tasks, in this order.
    ///
    /// Peers are served from here on, until [`Relay::stop`].
    ///
    /// # Errors
    /// When one of them is not to be had; what was opened before is closed again.
    pub async fn load(folder: &Path, config: Config) -> Result<Self, LoadError> {
        config.check()?;
        let state = StateFolder::open(folder).map_err(LoadError::State)?;
        let claim = state.claim().map_err(LoadError::State)?.ok_or(LoadError::InUse)?;
        let db = Db::open(&config.database.place(&state).map_err(LoadError::State)?).await?;
        let certificates = Certificates::load(&state, &config.certificates)?;
        let sealer = Sealer::open(&state.secrets_key()).map_err(LoadError::State)?;
        let metrics = Metrics::new();
        let writing = Writing::default();
        let keeper = Keeper::load(db.clone(), &metrics, &writing.tasks, writing.stop.clone()).await?;
        let logins = Logins::new(config.login.clone(), db.clone(), sealer, Box::new(keeper.clone()))?;
        let first_account = first::make(&keeper, &logins).await?;

        let sockets = Sockets::bind(&config, &certificates, &metrics).await?;
        let listening = sockets.listening;
        state.remember_listening(listening.udp).map_err(LoadError::State)?;

        let ready = Ready { listening, pin: certificates.pin(), first_account };
        let acceptor = tls_acceptor(certificates.resolver())?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let mailer = Mailer::start(&config.mail, metrics.mail.clone(), &tasks, stop.clone())?;
        let site = Arc::new(Site {
            tickets: Tickets::default(),
            downloads: Downloads::default(),
            registry: Registry::default(),
            attendance: Attendance::default(),
            consents: Consents::default(),
            pages: Pages::default(),
            door: Door::default(),
            consoles: LiveLogins::default(),
            metrics,
            taps: Taps::default(),
            recorder: Recorder::default(),
            caps: Arc::new(Caps::new(&config.links)),
            keeper,
            origins: Origins::new(&config.endpoint.origins, listening.http),
            started: Instant::now(),
            stop,
            tasks,
            listening,
            certificates,
            logins,
            mailer,
            state_folder: folder.to_owned(),
            db,
            config,
        });

        // Followed from before anybody can come in, so that nothing that happens to him is missed.
        let news = site.keeper.follow();
        site.tasks.spawn(follow::run(Arc::clone(&site), news));
        follow::begin(&site).await.map_err(FirstError::from)?;
        let http = HttpServer::new(api::router(&site), site.tasks.clone(), site.stop.clone());
        http.listen(sockets.https, Some(acceptor));
        if let Some(plain) = sockets.http {
            http.listen(plain, None);
        }
        let endpoint = Arc::new(sockets.udp);
        site.tasks.spawn(peer::accept(Arc::clone(&site), Arc::clone(&endpoint)));
        site.tasks.spawn(look_after(Arc::clone(&site)));
        let (udp, https, http) =
            (listening.udp, listening.https, listening.http.map(tracing::field::display));
        tracing::info!(%udp, %https, http, pin = hex(&ready.pin), "listening");
        Ok(Self { site, endpoint, ready, claim, writing })
    }

    /// Where it listens, and what was made at the first start.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// From now on `source` is asked whether a stream is listened in on. Says whether it is: the first one stays.
    pub fn tap_streams(&self, source: impl tap::Source + 'static) -> bool {
        self.site.taps.ask(Box::new(source))
    }

    /// Reads the operator's certificate again, as after SIGHUP.
    pub fn reload(&self) {
        look_after_certificates(&self.site, true);
    }

    /// Stops the relay: peers are told to come back, requests may end, and then everything is closed.
    pub async fn stop(self) {
        tracing::info!("stopping");
        self.endpoint.turn_away();
        self.site.stop.cancel();
        self.site.tasks.close();
        if timeout(DRAIN_TIMEOUT, self.site.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.site.tasks.len(), "did not end in time and are cut off");
        }
        self.writing.end().await;
        self.site.db.close().await;
        // Last of all: a closed socket refuses who knocks, and until then he is not heard.
        self.endpoint.close(CloseCode::GoingAway, "the relay stops", DRAIN_TIMEOUT).await;
        drop(self.claim);
        tracing::info!("stopped");
    }
}

/// Every socket of a relay, bound and not yet served.
struct Sockets {
    udp: transport::server::Endpoint,
    https: TcpListener,
    http: Option<TcpListener>,
    listening: Listening,
}

impl Sockets {
    async fn bind(
        config: &Config,
        certificates: &Certificates,
        metrics: &Metrics,
    ) -> Result<Self, LoadError> {
        let (udp, https) = bind_pair(&config.endpoint, certificates, metrics).await?;
        let http = match config.endpoint.http {
            Some(address) => Some(bind_tcp(address).await?),
            None => None,
        };
        let listening = Listening {
            udp: udp.local_address().map_err(LoadError::State)?,
            https: https.local_addr().map_err(LoadError::State)?,
            http: http.as_ref().and_then(|http| http.local_addr().ok()),
        };
        Ok(Self { udp, https, http, listening })
    }
}

/// UDP and TCP on the same number; with port 0, on any that is free on both.
async fn bind_pair(
    config: &endpoint::Config,
    certificates: &Certificates,
    metrics: &Metrics,
) -> Result<(transport::server::Endpoint, TcpListener), LoadError> {
    let address = config.listen;
    let mut tries = if address.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        let options = EndpointOptions {
            address,
            certificates: certificates.resolver(),
            congestion: config.congestion.into(),
            counts: metrics.knocks(),
        };
        let udp = transport::server::Endpoint::bind(&options)?;
        let same = udp.local_address().map_err(LoadError::State)?;
        match bind_tcp(same).await {
            Ok(https) => return Ok((udp, https)),
            Err(error) if tries == 0 => return Err(error),
            Err(_) => {}
        }
    }
}

async fn bind_tcp(address: SocketAddr) -> Result<TcpListener, LoadError> {
    TcpListener::bind(address).await.map_err(|source| LoadError::Tcp { address, source })
}

/// What must happen now and then.
async fn look_after(site: Arc<Site>) {
    let mut certificates = tokio::time::interval(LOOK_EVERY);
    let mut logins = tokio::time::interval(TIDY_EVERY);
    let mut revoked = tokio::time::interval(LOGINS_EVERY);
    let mut figures = tokio::time::interval(FIGURES_EVERY);
    let mut recordings = tokio::time::interval(TIDY_EVERY);
    loop {
        tokio::select! {
            biased;
            () = site.stop.cancelled() => return,
            _ = figures.tick() => site.upkeep(),
            _ = certificates.tick() => look_after_certificates(&site, false),
            _ = revoked.tick() => {
                if let Err(error) = site.logins.end_revoked().await {
                    tracing::error!(%error, "cannot look at logins");
                }
            }
            _ = recordings.tick() => {
                if let Err(error) = retention::tidy(&site.shelf(), Moment::now()).await {
                    tracing::error!(%error, "an old recording cannot be deleted");
                }
            }
            _ = logins.tick() => {
                site.door.sweep();
                if let Err(error) = site.logins.tidy().await {
                    tracing::error!(%error, "cannot forget old logins");
                }
            }
        }
    }
}

fn look_after_certificates(site: &Site, reload: bool) {
    if let Err(error) = site.certificates.look_after(Moment::now(), reload) {
        tracing::error!(%error, "certificates stay as they are");
    }
}

/// As operators compare pins: hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
