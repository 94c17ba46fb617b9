//! The operator's certificate: two PEM files that somebody else renews.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::certificates::{CertificateError, certified};

/// The files, what they held when last read, and when they changed before that.
#[derive(Debug)]
pub(super) struct OperatorFiles {
    chain: PathBuf,
    key_file: PathBuf,
    key: Arc<CertifiedKey>,
    changed: [Option<SystemTime>; 2],
}

impl OperatorFiles {
    pub(super) fn load(chain: &Path, key_file: &Path) -> Result<Self, CertificateError> {
        let changed = changed(chain, key_file);
        let key = read(chain, key_file)?;
        Ok(Self { chain: chain.to_owned(), key_file: key_file.to_owned(), key, changed })
    }

    pub(super) fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.key)
    }

    /// Reads the files again when they changed, or when `always`; says whether it did.
    pub(super) fn read_again(&mut self, always: bool) -> Result<bool, CertificateError> {
        let changed = changed(&self.chain, &self.key_file);
        if changed == self.changed && !always {
            return Ok(false);
        }
        self.key = read(&self.chain, &self.key_file)?;
        self.changed = changed;
        Ok(true)
    }
}

fn changed(chain: &Path, key: &Path) -> [Option<SystemTime>; 2] {
    [chain, key].map(|path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok())
}

fn read(chain_file: &Path, key_file: &Path) -> Result<Arc<CertifiedKey>, CertificateError> {
    let contents =
        |path: &Path, problem: String| CertificateError::Contents { path: path.to_owned(), problem };
    let load = |path: &Path| {
        std::fs::read(path).map_err(|source| CertificateError::File { path: path.to_owned(), source })
    };
    let chain = CertificateDer::pem_slice_iter(&load(chain_file)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| contents(chain_file, error.to_string()))?;
    if chain.is_empty() {
        return Err(contents(chain_file, "holds no certificate".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(&load(key_file)?)
        .map_err(|error| contents(key_file, error.to_string()))?;
    certified(chain, key).map(Arc::new).map_err(|error| contents(key_file, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("made");
        let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
        std::fs::write(&chain, made.cert.pem()).expect("written");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        (chain, key)
    }

    #[test]
    fn renewed_files_are_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (chain, key) = write(folder.path(), "relay.example");
        let mut files = OperatorFiles::load(&chain, &key).expect("loaded");
        let before = files.key();
        assert!(!files.read_again(false).expect("nothing changed"));
        write(folder.path(), "relay.example");
        assert!(files.read_again(true).expect("read"));
        assert_ne!(before.cert, files.key().cert);
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (chain, key) = write(folder.path(), "relay.example");
        let other = rcgen::KeyPair::generate().expect("made").serialize_pem();
        std::fs::write(&key, other).expect("written");
        let refused = OperatorFiles::load(&chain, &key).expect_err("accepted").to_string();
        assert!(refused.contains("key.pem"), "{refused}");
    }
}
