//! Files of this computer, as one technician may use them.
//!
//! A path is walked from the root, one name at a time, each looked up in the directory that the walk has open; links
//! are read and walked in turn. So it is known for certain where one is, and that is what limits on paths are held
//! to; whatever is done is done to a name in a directory that is open, never to a path that is looked up again.
//! Everything here blocks.
//!
//! [`Files`] is where to begin, [`Directory`] is what all else is done with.

use std::io;

use wire::file::Why;

pub use crate::imp::files::{Directory, Files, Partial, Source, Stretch};

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct FileError {
    /// In the words of the protocol.
    pub why: Why,
    /// In the words of the system, or ours.
    pub detail: String,
}

impl FileError {
    /// Of this kind, with what there is to say.
    pub fn new(why: Why, detail: impl Into<String>) -> Self {
        Self { why, detail: detail.into() }
    }

    /// The limits on paths do not let.
    pub fn forbidden() -> Self {
        Self::new(Why::Forbidden, "not within the directories that this session may use")
    }
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::new(why(error.kind()), error.to_string())
    }
}

fn why(kind: io::ErrorKind) -> Why {
    match kind {
        io::ErrorKind::NotFound => Why::NotFound,
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => Why::Exists,
        io::ErrorKind::PermissionDenied => Why::Denied,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Why::Full,
        io::ErrorKind::InvalidFilename => Why::TooLong,
        io::ErrorKind::IsADirectory => Why::IsDirectory,
        io::ErrorKind::NotADirectory => Why::NotDirectory,
        io::ErrorKind::ReadOnlyFilesystem => Why::ReadOnly,
        io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy => Why::Busy,
        io::ErrorKind::InvalidInput => Why::BadName,
        io::ErrorKind::Unsupported => Why::Unsupported,
        _ => Why::Failed,
    }
}
