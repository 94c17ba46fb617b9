//! The site identity: one key for the life of the site, with a certificate that it signed itself.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::certificates::{CertificateError, certified};
use crate::state::write_private;
use crate::time::Moment;

/// The certificate's own validity: agents pin the key and never look at it, so it need not end.
const VALID_FOR: Duration = Duration::from_secs(50 * 365 * 24 * 3600);

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The site's key, ready to sign, and how agents know it.
pub(super) struct Identity {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) pin: [u8; 32],
}

impl Identity {
    pub(super) fn load_or_make(path: &Path, names: &[String]) -> Result<Self, CertificateError> {
        let file = |source| CertificateError::File { path: path.to_owned(), source };
        if !path.exists() {
            write_private(path, make(names)?.as_bytes()).map_err(file)?;
            tracing::info!(path = %path.display(), "made the site's identity");
        }
        let pem = std::fs::read(path).map_err(file)?;
        Self::parse(&pem).map_err(|problem| CertificateError::Contents { path: path.to_owned(), problem })
    }

    fn parse(pem: &[u8]) -> Result<Self, String> {
        let certificate =
            CertificateDer::from_pem_slice(pem).map_err(|error| format!("certificate: {error}"))?;
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|error| format!("key: {error}"))?;
        let pin = transport::tls::pin(&certificate).map_err(|error| error.to_string())?;
        let key = certified(vec![certificate], key).map_err(|error| error.to_string())?;
        Ok(Self { key: Arc::new(key), pin })
    }
}

/// A new key and certificate, as PEM.
fn make(names: &[String]) -> Result<String, CertificateError> {
    let key = KeyPair::generate()?;
    let usual = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let all: Vec<String> = usual.into_iter().chain(names.iter().cloned()).collect();
    let mut params = CertificateParams::new(all)?;
    params.distinguished_name.push(DnType::CommonName, "Nearhand site");
    let now = Moment::now();
    params.not_before = now.minus(DAY).to_system_time().into();
    params.not_after = now.plus(VALID_FOR).to_system_time().into();
    let certificate = params.self_signed(&key)?;
    Ok(format!("{}{}", certificate.pem(), key.serialize_pem()))
}
