//! Files of this computer, for technicians: each stream asks for one thing, which a thread of its own does.
//!
//! A file that is sent lies under a name of its own until it is complete, and can be gone on with by whoever began it
//! in the same session; what is left of those that nobody finished is deleted with the session, or with this program.
//!
//! [`serve()`] joins a stream to the thread that serves it; what that does stands in the other modules, which know
//! nothing of streams.

mod archive;
mod exchange;
mod look;
mod read;
mod remove;
mod serve;
mod stale;
mod store;
mod tar;
mod uploads;
mod write;

pub(crate) use serve::serve;
pub use uploads::Uploads;

use platform::files::{FileError, Files};
use wire::control::{PathLimits, Right};
use wire::file::{FromFile, ToFile, Why};

use crate::shell::Owner;
use exchange::Exchange;

/// Directories inside of each other that are walked; each holds a file open.
const DEPTH_MAX: usize = 512;

/// Who asks, and where he may.
pub(crate) struct Asker {
    pub(crate) owner: Owner,
    pub(crate) paths: Vec<PathLimits>,
}

/// Why an operation ends before it is done.
#[derive(Debug, thiserror::Error)]
enum Stop {
    /// It cannot be done.
    #[error(transparent)]
    Refused(#[from] FileError),
    /// Nobody is there to do it for.
    #[error("nobody waits for it any more")]
    Gone,
    /// What came is out of order.
    #[error("{0}")]
    OutOfOrder(&'static str),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Refused(error.into())
    }
}

/// Whether a right opens a request. A technician who may send files may add some; to replace one is a change.
pub(crate) fn may(request: &ToFile, has: impl Fn(Right) -> bool) -> bool {
    match request {
        ToFile::Volumes | ToFile::List(_) | ToFile::Stat(_) => has(Right::ListFiles),
        ToFile::Read { .. } | ToFile::Archive(_) => has(Right::Download),
        ToFile::Write { replaces, .. } | ToFile::Store { replaces, .. } => {
            has(Right::Upload) && (!replaces || has(Right::ChangeFiles))
        }
        ToFile::Make(_) | ToFile::Rename { .. } | ToFile::Remove(_) => has(Right::ChangeFiles),
        ToFile::Bytes(_) | ToFile::Hole(_) | ToFile::Next(_) | ToFile::Finish(_) | ToFile::Discard => false,
    }
}

/// Does what is asked for, and says the last word. Blocks.
fn run(request: ToFile, asker: &Asker, uploads: &Uploads, exchange: &mut Exchange) -> Result<(), Stop> {
    let files = Files::within(&asker.paths);
    let done = match request {
        ToFile::Volumes => look::volumes(&files, exchange),
        ToFile::List(path) => look::list(&files, &path, exchange),
        ToFile::Stat(path) => look::stat(&files, &path, exchange),
        ToFile::Read { path, from, known, mark } => {
            let wish = read::Wish { path, from, known, mark };
            read::read(&files, &wish, exchange)
        }
        ToFile::Write { path, upload, size, modified_ms, replaces } => {
            let wish = write::Wish { path, upload, size, modified_ms, replaces };
            write::write(&files, &asker.owner, uploads, &wish, exchange)
        }
        ToFile::Make(path) => look::make(&files, &path),
        ToFile::Rename { from, to, replaces } => look::rename(&files, &from, &to, replaces),
        ToFile::Remove(paths) => remove::remove(&files, &paths, exchange),
        ToFile::Archive(paths) => archive::archive(&files, &paths, exchange),
        ToFile::Store { into, replaces } => {
            store::store(&files, (&asker.owner, uploads), &into, replaces, exchange)
        }
        _ => Err(Stop::OutOfOrder("a file stream that begins with no request")),
    };
    match done {
        Ok(last) => exchange.say(last),
        Err(Stop::Refused(FileError { why, detail })) => exchange.say(refused(why, detail)),
        Err(other) => Err(other),
    }
}

fn refused(why: Why, mut detail: String) -> FromFile {
    detail.truncate(detail.floor_char_boundary(wire::limits::DETAIL_BYTES_MAX));
    FromFile::Refused { why, detail }
}
