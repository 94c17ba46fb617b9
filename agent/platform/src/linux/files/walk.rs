//! Resolves a path one name at a time, so that what it comes to is known by its real path and by the directories
//! above it, however long the path is and whatever is renamed meanwhile.

use std::os::fd::OwnedFd;

use rustix::fs::{CWD, Mode, OFlags, fstat, openat, readlinkat};
use wire::file::{FileKind, Why};

use super::{Id, id_of, kind_of};
use crate::files::FileError;

/// Links of one path; Linux follows as many.
const LINKS_MAX: u32 = 40;

/// Directories inside of each other; paths of the longest names that Linux takes at once have 16.
const DEPTH_MAX: usize = 2048;

/// A directory that is open, and where it was when the walk came through.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) dir: OwnedFd,
    /// The real path, without a slash at its end; empty for the root.
    pub(super) path: Vec<u8>,
    /// Itself and all directories above, the root first.
    pub(super) ids: Vec<Id>,
}

/// What a path comes to.
#[derive(Debug)]
pub(super) enum Found {
    Directory(Place),
    /// Something else, with its name in its directory.
    Other {
        place: Place,
        name: Vec<u8>,
    },
}

impl Place {
    fn root() -> Result<Self, FileError> {
        let dir = openat(CWD, "/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        let ids = vec![id_of(&fstat(&dir)?)];
        Ok(Self { dir, path: Vec::new(), ids })
    }

    /// The path of a name in it.
    pub(super) fn path_of(&self, name: &[u8]) -> Vec<u8> {
        [&self.path[..], b"/", name].concat()
    }

    /// A directory in it.
    pub(super) fn below(&self, dir: OwnedFd, name: &[u8], id: Id) -> Result<Self, FileError> {
        if DEPTH_MAX <= self.ids.len() {
            return Err(FileError::new(
                Why::TooLong,
                format!("more than {DEPTH_MAX} directories in each other"),
            ));
        }
        let mut ids = self.ids.clone();
        ids.push(id);
        Ok(Self { dir, path: self.path_of(name), ids })
    }

    fn up(&mut self) -> Result<(), FileError> {
        let [.., above, _] = self.ids[..] else { return Ok(()) };
        let dir = openat(&self.dir, "..", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        if id_of(&fstat(&dir)?) != above {
            return Err(FileError::new(Why::Changed, "a directory was moved meanwhile"));
        }
        self.ids.pop();
        let end = self.path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        self.path.truncate(end);
        self.dir = dir;
        Ok(())
    }
}

/// Walks an absolute path and follows all links.
pub(super) fn resolve(path: &[u8]) -> Result<Found, FileError> {
    let mut place = Place::root()?;
    let mut todo: Vec<Vec<u8>> = names_of(path);
    let mut links = 0;
    while let Some(name) = todo.pop() {
        if name == b".." {
            place.up()?;
            continue;
        }
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&place.dir, &name[..], flags, Mode::empty())?;
        let stat = fstat(&file)?;
        match kind_of(&stat) {
            FileKind::Directory => place = place.below(file, &name, id_of(&stat))?,
            FileKind::Link => {
                links += 1;
                if LINKS_MAX < links {
                    return Err(FileError::new(Why::Loop, "too many links, or a circle of them"));
                }
                let target = readlinkat(&file, "", Vec::new())?.into_bytes();
                if target.first() == Some(&b'/') {
                    place = Place::root()?;
                }
                todo.extend(names_of(&target));
            }
            _ if todo.is_empty() => return Ok(Found::Other { place, name }),
            _ => return Err(FileError::new(Why::NotDirectory, "a name on the way is no directory")),
        }
    }
    Ok(Found::Directory(place))
}

/// The names of a path, the last one first.
fn names_of(path: &[u8]) -> Vec<Vec<u8>> {
    let names = path.split(|&byte| byte == b'/').rev();
    names.filter(|name| !matches!(name, [] | [b'.'])).map(<[u8]>::to_vec).collect()
}
