//! Which certificate the relay shows to whom, and what of them outlives a restart.
//!
//! Agents see the *site identity*, which the relay made at its first start: they pin its public key. Browsers see
//! the operator's certificate where there is one; without it, HTTPS shows the site identity (with the browser's
//! warning) and WebTransport a short-lived certificate that the console names by its hash.
//!
//! Start at [`Certificates`]; who gets which is decided in `resolver`.

mod browser;
mod identity;
mod operator;
mod resolver;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustls::server::ResolvesServerCert;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::Deserialize;

use crate::config::ConfigError;
use crate::state::StateFolder;
use crate::time::Moment;

use browser::BrowserCertificates;
use identity::Identity;
use operator::OperatorFiles;
use resolver::Resolver;

/// How often files are looked at and the browser's certificate is checked for its age.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Which certificates the relay shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The operator's certificate and those that signed it, PEM. With it browsers connect without a warning.
    pub chain_file: Option<PathBuf>,
    /// Its private key, PEM. Both files are read again when they change, and at SIGHUP.
    pub key_file: Option<PathBuf>,
    /// Further names and addresses in the certificate that the relay makes for itself.
    pub names: Vec<String>,
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let missing = |field, problem: &str| Err(ConfigError::Field { field, problem: problem.to_owned() });
        match (&self.chain_file, &self.key_file) {
            (Some(_), None) => missing("certificates.key_file", "is missing beside chain_file"),
            (None, Some(_)) => missing("certificates.chain_file", "is missing beside key_file"),
            _ => Ok(()),
        }
    }
}

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds no certificate and key that belong together.
    #[error("{path}: {problem}")]
    Contents {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
}

/// All certificates of the relay.
#[derive(Debug)]
pub struct Certificates {
    resolver: Arc<Resolver>,
    pin: [u8; 32],
    parts: Mutex<Parts>,
}

/// What is looked after while the relay runs.
#[derive(Debug)]
struct Parts {
    state: StateFolder,
    browser: BrowserCertificates,
    operator: Option<OperatorFiles>,
}

impl Certificates {
    /// Reads what an earlier start left, and makes what is missing.
    pub(crate) fn load(state: &StateFolder, config: &Config) -> Result<Self, CertificateError> {
        let now = Moment::now();
        let identity = Identity::load_or_make(&state.site_identity(), &config.names)?;
        let browser = BrowserCertificates::load_or_make(&state.browser_certificates(), now)?;
        let operator = match (&config.chain_file, &config.key_file) {
            (Some(chain), Some(key)) => Some(OperatorFiles::load(chain, key)?),
            _ => None,
        };
        let resolver = Arc::new(Resolver::new(Arc::clone(&identity.key)));
        resolver.show_to_browsers(browser.current()?, operator.as_ref().map(OperatorFiles::key));
        let parts = Mutex::new(Parts { state: state.clone(), browser, operator });
        Ok(Self { resolver, pin: identity.pin, parts })
    }

    /// The site's pin alone, for a second process: it changes nothing that a running relay looks after.
    pub(crate) fn pin_in(state: &StateFolder, config: &Config) -> Result<[u8; 32], CertificateError> {
        Ok(Identity::load_or_make(&state.site_identity(), &config.names)?.pin)
    }

    /// What TCP and QUIC ask for a certificate.
    pub(crate) fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        Arc::clone(&self.resolver) as Arc<dyn ResolvesServerCert>
    }

    /// SHA-256 of the site's public key (SubjectPublicKeyInfo), which agents pin.
    pub fn pin(&self) -> [u8; 32] {
        self.pin
    }

    /// SHA-256 of the certificates that WebTransport may show now and after the next rotation; empty when the
    /// operator's certificate makes them unnecessary.
    pub(crate) fn browser_hashes(&self) -> Vec<[u8; 32]> {
        let parts = self.parts.lock();
        if parts.operator.is_some() { Vec::new() } else { parts.browser.hashes() }
    }

    /// Rotates the browser's certificate when it is time, and reads the operator's files again when they
    /// changed, or in any case when `reload` says so. What cannot be read leaves the old one in place.
    pub(crate) fn look_after(&self, now: Moment, reload: bool) -> Result<(), CertificateError> {
        let mut parts = self.parts.lock();
        let path = parts.state.browser_certificates();
        let rotated = parts.browser.rotate(&path, now)?;
        let renewed = match &mut parts.operator {
            None => false,
            Some(operator) => operator.read_again(reload)?,
        };
        if rotated || renewed {
            let operator = parts.operator.as_ref().map(OperatorFiles::key);
            self.resolver.show_to_browsers(parts.browser.current()?, operator);
            tracing::info!(rotated, renewed, "certificates changed");
        }
        Ok(())
    }
}

/// A chain and key in the form that rustls signs with.
fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<CertifiedKey, rustls::Error> {
    CertifiedKey::from_der(chain, key, &transport::tls::provider())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(folder: &std::path::Path) -> Certificates {
        let state = StateFolder::open(folder).expect("state");
        Certificates::load(&state, &Config::default()).expect("certificates")
    }

    #[test]
    fn a_restart_keeps_the_pin_and_the_hashes() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (load(folder.path()), load(folder.path()));
        assert_eq!(first.pin(), second.pin());
        assert_eq!(first.browser_hashes(), second.browser_hashes());
        assert_eq!(first.browser_hashes().len(), 2);
    }

    #[test]
    fn the_next_certificate_is_announced_before_it_is_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let certificates = load(folder.path());
        let before = certificates.browser_hashes();
        let later = Moment::now().plus(browser::SHOWN_FOR + Duration::from_secs(60));
        certificates.look_after(later, false).expect("rotated");
        let after = certificates.browser_hashes();
        assert_eq!(before[1], after[0]);
        assert!(!before.contains(&after[1]));
    }
}
