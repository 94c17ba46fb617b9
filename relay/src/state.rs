//! The state folder: what must outlive a restart. Nobody but its owner may read it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Paths inside one relay's state folder.
#[derive(Debug, Clone)]
pub(crate) struct StateFolder {
    root: PathBuf,
}

impl StateFolder {
    /// Opens the folder, and makes it when it is missing.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Claims the folder for one process, as long as the answer is kept. `None` when another has it.
    pub(crate) fn claim(&self) -> io::Result<Option<File>> {
        let path = self.root.join("lock");
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The database's file, empty if it was not there. SQLite gives its other files the same mode.
    pub(crate) fn database(&self) -> io::Result<PathBuf> {
        let path = self.root.join("relay.sqlite");
        OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
        Ok(path)
    }

    pub(crate) fn site_identity(&self) -> PathBuf {
        self.root.join("site.pem")
    }

    /// The key that seals secrets in the database.
    pub(crate) fn secrets_key(&self) -> PathBuf {
        self.root.join("secrets.key")
    }

    pub(crate) fn browser_certificates(&self) -> PathBuf {
        self.root.join("browser.pem")
    }

    /// Remembers where the relay listens, so that `relay enrol` can put it into tokens.
    pub(crate) fn remember_listening(&self, address: SocketAddr) -> io::Result<()> {
        write_private(&self.root.join("listening"), format!("{address}\n").as_bytes())
    }

    /// Where the relay listened when it last started.
    pub(crate) fn listening(&self) -> Option<SocketAddr> {
        std::fs::read_to_string(self.root.join("listening")).ok()?.trim().parse().ok()
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, contents: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    if unfinished.exists() {
        std::fs::remove_file(&unfinished)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(contents)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_written_is_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key.pem");
        for contents in ["first", "second"] {
            write_private(&path, contents.as_bytes()).expect("written");
            assert_eq!(std::fs::read_to_string(&path).expect("read"), contents);
            let mode = std::fs::metadata(&path).expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
