//! Files on Linux: walks that know where they are, and what is done in the directories that they open.
//!
//! [`walk`] resolves a path, [`guard`] holds the result to the session's limits, [`directory`] does things there,
//! [`content`] reads and writes what is in a file, [`volumes`] says where one can begin.

mod content;
mod directory;
mod guard;
mod volumes;
mod walk;

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Stat};
use rustix::io::Errno;
use wire::control::PathLimits;
use wire::file::{FileKind, FilePath, Volume, Why};

use crate::files::FileError;

pub use content::{Partial, Source, Stretch};
pub use directory::Directory;

use guard::Guard;
use walk::Found;

/// A device and a number on it: which file it is, whatever it is called.
type Id = (u64, u64);

/// The files of this computer, within the limits of one technician. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    guard: Arc<Guard>,
}

impl Files {
    /// Those within `limits`; all of them hold, each for itself. The directories that they name are looked up now.
    pub fn within(limits: &[PathLimits]) -> Self {
        Self { guard: Arc::new(Guard::new(limits)) }
    }

    /// Where one can begin.
    ///
    /// # Errors
    /// When the system does not say what is mounted.
    pub fn volumes(&self) -> Result<Vec<Volume>, FileError> {
        volumes::list(self)
    }

    /// The directory of a path, with all links followed.
    ///
    /// # Errors
    /// When there is none, or it may not be used.
    pub fn directory(&self, path: &FilePath) -> Result<Directory, FileError> {
        match walk::resolve(absolute(path)?)? {
            Found::Directory(place) => {
                self.guard.check(&place)?;
                Ok(Directory::new(self.clone(), place))
            }
            Found::Other { .. } => Err(FileError::new(Why::NotDirectory, "not a directory")),
        }
    }

    /// The directory that something is in, with all links on the way there followed but not the last name, and that
    /// name. The directory itself need not be within the limits: whatever is done with the name is held to them.
    ///
    /// # Errors
    /// When there is no such directory, or the path is that of the root.
    pub fn parent(&self, path: &FilePath) -> Result<(Directory, FilePath), FileError> {
        let path = absolute(path)?;
        let trimmed = path.trim_suffix_slashes();
        let at = trimmed.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
        let name = trimmed.get(at..).unwrap_or_default();
        let name = directory::checked_name(name)?;
        match walk::resolve(trimmed.get(..at).unwrap_or(b"/"))? {
            Found::Directory(place) => Ok((Directory::new(self.clone(), place), name)),
            Found::Other { .. } => Err(FileError::new(Why::NotDirectory, "not a directory")),
        }
    }

    /// The content of a file, with all links followed.
    ///
    /// # Errors
    /// When there is none, it has no content, or it may not be read.
    pub fn open(&self, path: &FilePath) -> Result<Source, FileError> {
        match walk::resolve(absolute(path)?)? {
            Found::Directory(_) => Err(FileError::new(Why::IsDirectory, "a directory")),
            Found::Other { place, name } => {
                Directory::new(self.clone(), place).open(&FilePath::new(name).map_err(bad_name)?)
            }
        }
    }
}

trait Trim {
    fn trim_suffix_slashes(&self) -> &[u8];
}

impl Trim for [u8] {
    fn trim_suffix_slashes(&self) -> &[u8] {
        let end = self.iter().rposition(|&byte| byte != b'/').map_or(0, |at| at + 1);
        self.get(..end).unwrap_or(self)
    }
}

fn absolute(path: &FilePath) -> Result<&[u8], FileError> {
    let bytes = path.as_bytes();
    if bytes.first() == Some(&b'/') {
        Ok(bytes)
    } else {
        Err(FileError::new(Why::BadName, "a path that does not begin at the root"))
    }
}

fn bad_name(error: wire::DecodeError) -> FileError {
    FileError::new(Why::BadName, error.to_string())
}

fn id_of(stat: &Stat) -> Id {
    (stat.st_dev, stat.st_ino)
}

fn kind_of(stat: &Stat) -> FileKind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => FileKind::File,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Link,
        FileType::Fifo => FileKind::Pipe,
        FileType::Socket => FileKind::Socket,
        FileType::BlockDevice => FileKind::BlockDevice,
        FileType::CharacterDevice => FileKind::CharacterDevice,
        FileType::Unknown => FileKind::Other,
    }
}

/// What is there, links not followed.
fn look(dir: &OwnedFd, name: &[u8]) -> Result<Stat, Errno> {
    rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)
}

impl From<Errno> for FileError {
    fn from(errno: Errno) -> Self {
        let error = std::io::Error::from(errno);
        match errno {
            Errno::LOOP => Self::new(Why::Loop, error.to_string()),
            Errno::NAMETOOLONG => Self::new(Why::TooLong, error.to_string()),
            Errno::MFILE | Errno::NFILE => Self::new(Why::Busy, error.to_string()),
            _ => error.into(),
        }
    }
}
