//! What an agent keeps between runs: its own key, and the site that it belongs to.
//!
//! Both live in the state folder: `agent.key` (the secret, mode 0600) and `site.toml` (where the relay is and
//! how it is known). The secret never leaves this file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signer as _, SigningKey};
use proto::handshake::statement;
use serde::{Deserialize, Serialize};
use wire::control::AgentKey;
use wire::token::PIN_BYTES;

const KEY_FILE: &str = "agent.key";
const SITE_FILE: &str = "site.toml";
const KEY_BYTES: usize = 32;

/// Where the relay is, and how it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// `host:port`, in the order in which they are tried.
    pub addresses: Vec<String>,
    /// SHA-256 of the site's public key, in hexadecimal.
    pub pin: String,
    /// The relay's name for this computer.
    pub endpoint_id: String,
    /// What people call this computer at the relay.
    pub endpoint_name: String,
}

impl Site {
    /// The pin as bytes; `None` when the file was damaged.
    pub fn pin_bytes(&self) -> Option<[u8; PIN_BYTES]> {
        from_hex(&self.pin)
    }
}

/// The agent's own key.
pub struct Identity {
    key: SigningKey,
}

/// Why the state folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// This computer was never enrolled.
    #[error("not enrolled: {0} does not exist; run `agent enrol TOKEN` with a token from the relay")]
    NotEnrolled(PathBuf),
}

impl Identity {
    /// Reads the key from the state folder, or makes one at the first call.
    pub fn load_or_create(state: &Path) -> Result<Self, StateError> {
        let path = state.join(KEY_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let secret = from_hex::<KEY_BYTES>(text.trim()).ok_or_else(|| StateError::Damaged {
                    path,
                    reason: format!("expected {KEY_BYTES} bytes in hexadecimal"),
                })?;
                Ok(Self { key: SigningKey::from_bytes(&secret) })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(state, &path),
            Err(source) => Err(StateError::File { path, source }),
        }
    }

    /// Proves the key on the connection that has this exporter.
    pub fn prove(&self, exporter: &[u8; 32]) -> AgentKey {
        AgentKey {
            public_key: self.key.verifying_key().to_bytes().to_vec().into(),
            signature: self.key.sign(&statement(exporter)).to_bytes().to_vec().into(),
        }
    }

    fn create(state: &Path, path: &Path) -> Result<Self, StateError> {
        let file_error = |source| StateError::File { path: path.to_owned(), source };
        let mut secret = [0; KEY_BYTES];
        getrandom::fill(&mut secret).map_err(|error| file_error(error.into()))?;
        fs::create_dir_all(state).map_err(file_error)?;
        write_private(path, &to_hex(&secret)).map_err(file_error)?;
        Ok(Self { key: SigningKey::from_bytes(&secret) })
    }
}

/// Reads the site that this computer was enrolled at.
pub fn load_site(state: &Path) -> Result<Site, StateError> {
    let path = state.join(SITE_FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(StateError::NotEnrolled(path)),
        Err(source) => return Err(StateError::File { path, source }),
    };
    let damaged = |reason: String| StateError::Damaged { path: path.clone(), reason };
    let site: Site = toml::from_str(&text).map_err(|error| damaged(error.message().to_owned()))?;
    if site.pin_bytes().is_none() {
        return Err(damaged_pin(&site.pin));
    }
    if site.addresses.is_empty() {
        return Err(damaged("addresses: none given".to_owned()));
    }
    Ok(site)
}

/// Keeps the site that this computer was enrolled at. The file is whole or not there, also after a crash.
pub fn save_site(state: &Path, site: &Site) -> Result<(), StateError> {
    let path = state.join(SITE_FILE);
    let text = toml::to_string(site)
        .map_err(|error| StateError::Damaged { path: path.clone(), reason: error.to_string() })?;
    let fresh = path.with_extension("new");
    write_private(&fresh, &text)
        .and_then(|()| fs::rename(&fresh, &path))
        .map_err(|source| StateError::File { path, source })
}

/// A pin that is not one, as an error.
pub fn damaged_pin(pin: &str) -> StateError {
    let reason = format!("pin {pin:?}: expected {PIN_BYTES} bytes in hexadecimal");
    StateError::Damaged { path: SITE_FILE.into(), reason }
}

/// Bytes as lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site {
            addresses: vec!["relay.example:7443".to_owned()],
            pin: to_hex(&[0xa5; PIN_BYTES]),
            endpoint_id: "e1".to_owned(),
            endpoint_name: "front desk".to_owned(),
        }
    }

    #[test]
    fn the_key_is_made_once_and_kept_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Identity::load_or_create(folder.path()).expect("a new key");
        let again = Identity::load_or_create(folder.path()).expect("the same key");
        assert_eq!(first.prove(&[0; 32]), again.prove(&[0; 32]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(KEY_FILE)).expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_proof_is_good_for_its_own_connection_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let identity = Identity::load_or_create(folder.path()).expect("a key");
        assert_ne!(identity.prove(&[1; 32]).signature, identity.prove(&[2; 32]).signature);
    }

    #[test]
    fn a_site_survives_a_restart_and_damage_names_the_field() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(load_site(folder.path()), Err(StateError::NotEnrolled(_))));
        save_site(folder.path(), &site()).expect("saved");
        assert_eq!(load_site(folder.path()).expect("loaded"), site());
        save_site(folder.path(), &Site { pin: "a5".to_owned(), ..site() }).expect("saved");
        let error = load_site(folder.path()).expect_err("a short pin").to_string();
        assert!(error.contains("pin"), "{error}");
    }
}
