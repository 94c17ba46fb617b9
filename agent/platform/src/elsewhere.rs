//! Operating systems that are not served yet: says so, clearly. What is the same everywhere works here, too.

use std::process::{Command, ExitStatus};
use std::{env, io, sync::Arc};

use portable_pty::{ChildKiller, MasterPty};
use wire::shell::Signal;

use crate::program::{self, Login, NotAs, Started};
use crate::{OpenError, System};

pub(crate) fn open(_spec: &str) -> Result<Arc<dyn System>, OpenError> {
    Err(OpenError::Unsupported { os: env::consts::OS })
}

/// There are no signals: to end is to end the shell, and to interrupt is typed.
pub(crate) fn signal(
    _master: &(dyn MasterPty + Send),
    shell: &mut (dyn ChildKiller + Send + Sync),
    signal: Signal,
) -> io::Result<()> {
    match signal {
        Signal::Interrupt => Err(io::Error::new(io::ErrorKind::Unsupported, "type Ctrl-C instead")),
        Signal::Terminate | Signal::Kill => shell.kill(),
    }
}

pub(crate) fn signal_number(_description: &str) -> Option<u32> {
    None
}

/// Files, where nobody has written yet how they are reached: there is never a directory, and it says so.
pub(crate) mod files {
    use std::{convert::Infallible, env, io};

    use wire::control::PathLimits;
    use wire::file::{FilePath, Item, Volume, Why};

    use crate::files::FileError;

    fn unsupported<T>() -> Result<T, FileError> {
        Err(FileError::new(Why::Unsupported, format!("files are not served on {} yet", env::consts::OS)))
    }

    /// The files of this computer: none that can be reached.
    #[derive(Debug, Clone)]
    pub struct Files;

    #[expect(missing_docs, reason = "the same as on a system that has them")]
    #[expect(clippy::missing_errors_doc, reason = "each fails, and says why")]
    impl Files {
        pub fn within(_limits: &[PathLimits]) -> Self {
            Self
        }
        pub fn volumes(&self) -> Result<Vec<Volume>, FileError> {
            unsupported()
        }
        pub fn directory(&self, _path: &FilePath) -> Result<Directory, FileError> {
            unsupported()
        }
        pub fn parent(&self, _path: &FilePath) -> Result<(Directory, FilePath), FileError> {
            unsupported()
        }
        pub fn open(&self, _path: &FilePath) -> Result<Source, FileError> {
            unsupported()
        }
    }

    /// There is none.
    #[derive(Debug)]
    pub struct Directory(Infallible);

    /// There is none.
    #[derive(Debug)]
    pub struct Source(Infallible);

    /// There is none.
    #[derive(Debug)]
    pub struct Partial(Infallible);

    /// What comes next in a file.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Stretch {
        /// So many bytes that are stored.
        Data(u64),
        /// So many zeros that are not.
        Hole(u64),
        /// Nothing.
        End,
    }

    macro_rules! never {
        ($of:ident { $(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) $(-> $gives:ty)?;)* }) => {
            #[expect(missing_docs, reason = "the same as on a system that has them")]
            impl $of {
                $(pub fn $name(&self $(, $arg: $kind)*) $(-> $gives)? {
                    $(let _ = $arg;)*
                    match self.0 {}
                })*
            }
        };
    }

    never!(Directory {
        fn path(&self) -> FilePath;
        fn path_of(&self, name: &FilePath) -> Result<FilePath, FileError>;
        fn names(&self) -> Result<Vec<FilePath>, FileError>;
        fn item(&self, name: &FilePath) -> Result<Item, FileError>;
        fn listed(&self, name: &FilePath) -> Result<Item, FileError>;
        fn child(&self, name: &FilePath) -> Result<Self, FileError>;
        fn open(&self, name: &FilePath) -> Result<Source, FileError>;
        fn make(&self, name: &FilePath) -> Result<(), FileError>;
        fn create(&self, name: &FilePath) -> Result<Partial, FileError>;
        fn reopen(&self, name: &FilePath) -> Result<Partial, FileError>;
        fn rename(&self, name: &FilePath, to: &Self, new: &FilePath, replaces: bool) -> Result<(), FileError>;
        fn remove(&self, name: &FilePath) -> Result<(), FileError>;
        fn remove_directory(&self, name: &FilePath) -> Result<(), FileError>;
        fn free(&self) -> Option<u64>;
        fn likeness(&self, name: &FilePath) -> Option<(u32, u32, u32)>;
    });

    never!(Source {
        fn item(&self) -> &Item;
        fn mark(&self) -> &[u8];
        fn is_unchanged(&self) -> bool;
        fn stretch(&self, at: u64) -> Result<Stretch, FileError>;
        fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize>;
    });

    never!(Partial {
        fn mark(&self) -> io::Result<Vec<u8>>;
        fn len(&self) -> io::Result<u64>;
        fn set_len(&self, length: u64) -> io::Result<()>;
        fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
        fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()>;
        fn resemble(&self, likeness: (u32, u32, u32));
        fn set_modified(&self, modified_ms: u64) -> io::Result<()>;
        fn sync(&self) -> io::Result<()>;
    });
}

/// Programs have no groups.
pub(crate) fn group(_command: &mut Command) {}

/// Nothing is known by which a group could be ended.
pub(crate) fn end_group(_leader: u32) {}

pub(crate) fn signal_of(_status: ExitStatus) -> Option<u32> {
    None
}

const NO_LOGINS: &str = "not available here: nothing runs as another user on this system yet";

pub(crate) fn no_logins() -> Option<&'static str> {
    Some(NO_LOGINS)
}

pub(crate) fn start_as(
    _command: &program::Command,
    _login: &Login,
    _text: Option<&[u8]>,
) -> Result<Started, NotAs> {
    Err(NotAs::NotAvailable(NO_LOGINS))
}

/// Nothing is known by which a thread could go before others.
pub(crate) fn set_urgent(_is_urgent: bool) -> bool {
    false
}

/// There is none.
pub(crate) fn end_su(_su: u32) {}
