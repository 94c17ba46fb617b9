//! Short-lived certificates that a page names by their hash when it opens WebTransport.
//!
//! Browsers accept that for ECDSA P-256 and a validity of at most 14 days. Each certificate begins a day before
//! it is shown, for clocks that are behind, is shown for a week, and stays valid five days more, for clocks that
//! are ahead. The next one is made a week early, so that a page that stays open knows its hash already.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use ring::digest::{SHA256, digest};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::certificates::{CertificateError, certified};
use crate::state::write_private;
use crate::time::Moment;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long before it is shown a certificate begins to be valid.
const BACKDATED: Duration = DAY;

/// How long a certificate is shown.
pub(super) const SHOWN_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// Its whole validity; browsers refuse more than 14 days.
const VALID_FOR: Duration = Duration::from_secs(13 * 24 * 3600);

/// One certificate with its key.
#[derive(Debug)]
struct Short {
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    /// From when on it is shown.
    from: Moment,
}

/// The certificate that is shown now, and the one after it.
#[derive(Debug)]
pub(super) struct BrowserCertificates {
    current: Short,
    next: Short,
}

impl BrowserCertificates {
    /// Reads the file of an earlier start; makes new ones when there is none or it is of no use.
    pub(super) fn load_or_make(path: &Path, now: Moment) -> Result<Self, CertificateError> {
        match std::fs::read(path).ok().and_then(|pem| Self::parse(&pem)) {
            Some(mut kept) => {
                kept.rotate(path, now)?;
                Ok(kept)
            }
            None => {
                let made = Self::make(now)?;
                made.write(path)?;
                Ok(made)
            }
        }
    }

    /// SHA-256 of both certificates, the current one first.
    pub(super) fn hashes(&self) -> Vec<[u8; 32]> {
        [&self.current, &self.next].map(Short::hash).to_vec()
    }

    /// The one that is shown now.
    pub(super) fn current(&self) -> Result<Arc<CertifiedKey>, CertificateError> {
        let key = PrivateKeyDer::Pkcs8(self.current.key.clone_key());
        certified(vec![self.current.certificate.clone()], key).map(Arc::new).map_err(|error| {
            let path = "the browser's certificate".into();
            CertificateError::Contents { path, problem: error.to_string() }
        })
    }

    /// Moves on when it is time; says whether it did.
    pub(super) fn rotate(&mut self, path: &Path, now: Moment) -> Result<bool, CertificateError> {
        let in_turn = self.current.from <= now && now < self.current.until();
        if in_turn {
            return Ok(false);
        }
        let next_in_turn = self.next.from <= now && now < self.next.until();
        if next_in_turn {
            let after = Short::make(self.next.until())?;
            self.current = std::mem::replace(&mut self.next, after);
        } else {
            *self = Self::make(now)?;
        }
        self.write(path)?;
        Ok(true)
    }

    fn make(now: Moment) -> Result<Self, CertificateError> {
        let current = Short::make(now)?;
        let next = Short::make(current.until())?;
        Ok(Self { current, next })
    }

    fn write(&self, path: &Path) -> Result<(), CertificateError> {
        let pem = format!("{}{}", self.current.to_pem(), self.next.to_pem());
        write_private(path, pem.as_bytes())
            .map_err(|source| CertificateError::File { path: path.to_owned(), source })
    }

    fn parse(pem: &[u8]) -> Option<Self> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
        let keys: Vec<_> = PrivatePkcs8KeyDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
        let mut both =
            certificates.into_iter().zip(keys).map(|(certificate, key)| Short::new(certificate, key));
        Some(Self { current: both.next()??, next: both.next()?? })
    }
}

impl Short {
    /// A certificate that is to be shown from `from` on.
    fn make(from: Moment) -> Result<Self, CertificateError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, "Nearhand browser link");
        let begins = from.minus(BACKDATED);
        params.not_before = begins.to_system_time().into();
        params.not_after = begins.plus(VALID_FOR).to_system_time().into();
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Self { certificate, key: PrivatePkcs8KeyDer::from(key.serialize_der()), from })
    }

    fn new(certificate: CertificateDer<'static>, key: PrivatePkcs8KeyDer<'static>) -> Option<Self> {
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).ok()?;
        let begins = Moment::from_ms(parsed.validity().not_before.timestamp().checked_mul(1000)?);
        Some(Self { from: begins.plus(BACKDATED), certificate, key })
    }

    fn until(&self) -> Moment {
        self.from.plus(SHOWN_FOR)
    }

    fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &self.certificate).as_ref());
        hash
    }

    fn to_pem(&self) -> String {
        let certificate = pem_block("CERTIFICATE", &self.certificate);
        certificate + &pem_block("PRIVATE KEY", self.key.secret_pkcs8_der())
    }
}

fn pem_block(label: &str, der: &[u8]) -> String {
    // RFC 7468 wants lines of 64 characters; 48 bytes give as many.
    let lines: Vec<String> = der.chunks(48).map(|line| STANDARD.encode(line)).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_accept_its_validity() {
        let now = Moment::now();
        let short = Short::make(now).expect("made");
        let (_, parsed) = x509_parser::parse_x509_certificate(&short.certificate).expect("parsed");
        let validity = parsed.validity();
        let seconds = validity.not_after.timestamp() - validity.not_before.timestamp();
        assert!(seconds <= 14 * 24 * 3600, "{seconds} s");
        assert!(validity.not_before.timestamp() <= now.to_ms() / 1000 - 86_400);
        assert!(parsed.tbs_certificate.subject_pki.algorithm.algorithm.to_id_string() == "1.2.840.10045.2.1");
    }

    #[test]
    fn after_a_long_rest_both_are_new() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("browser.pem");
        let now = Moment::now();
        let before = BrowserCertificates::load_or_make(&path, now).expect("made").hashes();
        let later = now.plus(SHOWN_FOR * 5);
        let after = BrowserCertificates::load_or_make(&path, later).expect("made").hashes();
        assert!(after.iter().all(|hash| !before.contains(hash)));
    }

    #[test]
    fn a_damaged_file_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("browser.pem");
        std::fs::write(&path, "damaged").expect("written");
        BrowserCertificates::load_or_make(&path, Moment::now()).expect("made");
        assert!(std::fs::read_to_string(&path).expect("read").contains("BEGIN CERTIFICATE"));
    }
}
