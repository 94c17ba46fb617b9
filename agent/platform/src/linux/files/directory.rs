//! A directory that is open, and what is done with the names in it. Links are never followed here.

use std::fs::File;
use std::os::fd::OwnedFd;

use bytes::Bytes;
use rustix::fs::{
    AtFlags, Dir, Mode, OFlags, RenameFlags, Stat, fstat, fstatvfs, mkdirat, openat, readlinkat, renameat,
    renameat_with, unlinkat,
};
use rustix::io::Errno;
use wire::file::{FileKind, FilePath, Item, Target, Why};

use super::content::{Partial, Source};
use super::walk::{Found, Place, resolve};
use super::{Files, bad_name, id_of, kind_of, look};
use crate::files::FileError;

/// A directory that is open. What is done in it is held to the limits of its [`Files`].
#[derive(Debug)]
pub struct Directory {
    files: Files,
    place: Place,
}

impl Directory {
    pub(super) fn new(files: Files, place: Place) -> Self {
        Self { files, place }
    }

    /// Its real path.
    pub fn path(&self) -> FilePath {
        let path = if self.place.path.is_empty() { b"/".to_vec() } else { self.place.path.clone() };
        FilePath::new(path).unwrap_or_else(|_| unreachable!("a walked path is never empty and has no zeros"))
    }

    /// The real path of a name in it.
    ///
    /// # Errors
    /// When that is longer than any path may be.
    pub fn path_of(&self, name: &FilePath) -> Result<FilePath, FileError> {
        FilePath::new(self.place.path_of(name.as_bytes()))
            .map_err(|error| FileError::new(Why::TooLong, error.to_string()))
    }

    /// The names in it, in no order.
    ///
    /// # Errors
    /// When it may not be read.
    pub fn names(&self) -> Result<Vec<FilePath>, FileError> {
        self.files.guard.check(&self.place)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut names = Vec::new();
        for entry in Dir::new(openat(&self.place.dir, ".", flags, Mode::empty())?)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b"..") {
                names.push(FilePath::new(name.to_vec()).map_err(bad_name)?);
            }
        }
        Ok(names)
    }

    /// What a name in it is.
    ///
    /// # Errors
    /// When there is nothing of that name, or it may not be seen.
    pub fn item(&self, name: &FilePath) -> Result<Item, FileError> {
        let stat = self.look(name)?;
        self.files.guard.check_name(&self.place, name.as_bytes(), Some(id_of(&stat)))?;
        Ok(self.item_of(name, &stat))
    }

    /// The same for a listing, in which also what may not be used has its name.
    ///
    /// # Errors
    /// When there is nothing of that name any more.
    pub fn listed(&self, name: &FilePath) -> Result<Item, FileError> {
        Ok(self.item_of(name, &self.look(name)?))
    }

    fn item_of(&self, name: &FilePath, stat: &Stat) -> Item {
        let kind = kind_of(stat);
        Item {
            kind,
            is_hidden: name.as_bytes().first() == Some(&b'.'),
            size: if kind == FileKind::File { stat.st_size.cast_unsigned() } else { 0 },
            modified_ms: modified_ms(stat),
            name: name.clone(),
            target: if kind == FileKind::Link { Some(self.target(name)) } else { None },
        }
    }

    /// Where a link leads. Whether there is anything is told only of what may be seen.
    fn target(&self, name: &FilePath) -> Target {
        let read = readlinkat(&self.place.dir, name.as_bytes(), Vec::new());
        let path = read.map(std::ffi::CString::into_bytes).unwrap_or_default();
        let kind = if self.files.guard.is_open() {
            rustix::fs::statat(&self.place.dir, name.as_bytes(), AtFlags::empty())
                .ok()
                .map(|stat| kind_of(&stat))
        } else {
            self.seen_target(name)
        };
        Target { kind, path: Bytes::from(path) }
    }

    fn seen_target(&self, name: &FilePath) -> Option<FileKind> {
        let guard = &self.files.guard;
        match resolve(&self.place.path_of(name.as_bytes())).ok()? {
            Found::Directory(place) => guard.check(&place).ok().map(|()| FileKind::Directory),
            Found::Other { place, name } => {
                let stat = look(&place.dir, &name).ok()?;
                guard.check_name(&place, &name, Some(id_of(&stat))).ok().map(|()| kind_of(&stat))
            }
        }
    }

    /// A directory in it.
    ///
    /// # Errors
    /// When there is none of that name (a link to one is none), or it may not be used.
    pub fn child(&self, name: &FilePath) -> Result<Self, FileError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir = openat(&self.place.dir, name.as_bytes(), flags, Mode::empty())?;
        let id = id_of(&fstat(&dir)?);
        let place = self.place.below(dir, name.as_bytes(), id)?;
        self.files.guard.check(&place)?;
        Ok(Self::new(self.files.clone(), place))
    }

    /// The content of a file in it.
    ///
    /// # Errors
    /// When there is none, or it may not be read.
    pub fn open(&self, name: &FilePath) -> Result<Source, FileError> {
        let stat = self.look(name)?;
        match kind_of(&stat) {
            FileKind::File => {}
            FileKind::Directory => return Err(FileError::new(Why::IsDirectory, "a directory")),
            FileKind::Link => return Err(FileError::new(Why::Special, "a link")),
            kind => return Err(FileError::new(Why::Special, special(kind))),
        }
        self.files.guard.check_name(&self.place, name.as_bytes(), Some(id_of(&stat)))?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&self.place.dir, name.as_bytes(), flags, Mode::empty())?;
        let opened = fstat(&file)?;
        if id_of(&opened) != id_of(&stat) {
            return Err(FileError::new(Why::Changed, "the file was replaced meanwhile"));
        }
        Ok(Source::new(File::from(file), self.item_of(name, &opened), &opened))
    }

    /// Makes a directory in it.
    ///
    /// # Errors
    /// When there is something of that name, or none may be made.
    pub fn make(&self, name: &FilePath) -> Result<(), FileError> {
        self.may_change(name)?;
        Ok(mkdirat(&self.place.dir, name.as_bytes(), Mode::from_raw_mode(0o777))?)
    }

    /// A file that is to be filled under a name that is not its last one.
    ///
    /// # Errors
    /// When there is something of that name, or none may be made.
    pub fn create(&self, name: &FilePath) -> Result<Partial, FileError> {
        self.may_change(name)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.place.dir, name.as_bytes(), flags, Mode::from_raw_mode(0o666))?;
        Ok(Partial::new(File::from(file)))
    }

    /// The same file again, after it was left.
    ///
    /// # Errors
    /// When it is not there any more, or not as it was left.
    pub fn reopen(&self, name: &FilePath) -> Result<Partial, FileError> {
        self.may_change(name)?;
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&self.place.dir, name.as_bytes(), flags, Mode::empty())?;
        let stat = fstat(&file)?;
        let is_ours = stat.st_uid == rustix::process::geteuid().as_raw() && stat.st_nlink == 1;
        if kind_of(&stat) != FileKind::File || !is_ours {
            return Err(FileError::new(Why::Changed, "what was sent before is not there any more"));
        }
        Ok(Partial::new(File::from(file)))
    }

    /// Gives something another name, in this directory or another one.
    ///
    /// # Errors
    /// When there is something of that name already and it is not to be replaced, or neither may be changed.
    pub fn rename(
        &self,
        name: &FilePath,
        to: &Self,
        new: &FilePath,
        replaces: bool,
    ) -> Result<(), FileError> {
        self.may_change(name)?;
        to.may_change(new)?;
        let (from, onto) = ((&self.place.dir, name.as_bytes()), (&to.place.dir, new.as_bytes()));
        if replaces {
            return Ok(renameat(from.0, from.1, onto.0, onto.1)?);
        }
        match renameat_with(from.0, from.1, onto.0, onto.1, RenameFlags::NOREPLACE) {
            // Not every file system can do it in one step.
            Err(Errno::INVAL | Errno::NOSYS) => match look(onto.0, onto.1) {
                Err(Errno::NOENT) => Ok(renameat(from.0, from.1, onto.0, onto.1)?),
                Ok(_) => Err(Errno::EXIST.into()),
                Err(error) => Err(error.into()),
            },
            renamed => Ok(renamed?),
        }
    }

    /// Deletes a name that is no directory's.
    ///
    /// # Errors
    /// When it may not be deleted.
    pub fn remove(&self, name: &FilePath) -> Result<(), FileError> {
        self.may_change(name)?;
        Ok(unlinkat(&self.place.dir, name.as_bytes(), AtFlags::empty())?)
    }

    /// Deletes an empty directory.
    ///
    /// # Errors
    /// When it is not empty, or may not be deleted.
    pub fn remove_directory(&self, name: &FilePath) -> Result<(), FileError> {
        self.may_change(name)?;
        Ok(unlinkat(&self.place.dir, name.as_bytes(), AtFlags::REMOVEDIR)?)
    }

    /// Bytes that may still be written in it; `None` where the system does not say.
    pub fn free(&self) -> Option<u64> {
        let (_, free) = space(&self.place.dir)?;
        Some(free)
    }

    /// What a file of that name must keep when it is replaced: who may do what with it, and whose it is.
    pub fn likeness(&self, name: &FilePath) -> Option<(u32, u32, u32)> {
        let stat = look(&self.place.dir, name.as_bytes()).ok()?;
        (kind_of(&stat) == FileKind::File).then_some((stat.st_mode & 0o7777, stat.st_uid, stat.st_gid))
    }

    fn may_change(&self, name: &FilePath) -> Result<(), FileError> {
        let name = checked_name(name.as_bytes())?;
        if self.files.guard.is_open() {
            return Ok(());
        }
        let id = look(&self.place.dir, name.as_bytes()).ok().map(|stat| id_of(&stat));
        self.files.guard.check_change(&self.place, name.as_bytes(), id)
    }

    fn look(&self, name: &FilePath) -> Result<Stat, FileError> {
        checked_name(name.as_bytes())?;
        Ok(look(&self.place.dir, name.as_bytes())?)
    }
}

/// A name as a directory can have it.
pub(super) fn checked_name(name: &[u8]) -> Result<FilePath, FileError> {
    if matches!(name, [] | b"." | b"..") || name.contains(&b'/') {
        return Err(FileError::new(Why::BadName, "not a name in a directory"));
    }
    FilePath::new(name.to_vec()).map_err(bad_name)
}

/// Bytes in all, and free for this user.
pub(super) fn space(dir: &OwnedFd) -> Option<(u64, u64)> {
    let stat = fstatvfs(dir).ok()?;
    Some((stat.f_blocks.saturating_mul(stat.f_frsize), stat.f_bavail.saturating_mul(stat.f_frsize)))
}

pub(super) fn modified_ms(stat: &Stat) -> u64 {
    let ms = i128::from(stat.st_mtime) * 1000 + i128::from(stat.st_mtime_nsec) / 1_000_000;
    u64::try_from(ms).unwrap_or(0).min(wire::limits::VARINT_MAX)
}

fn special(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Pipe => "a named pipe has no content to transfer",
        FileKind::Socket => "a socket has no content to transfer",
        FileKind::BlockDevice | FileKind::CharacterDevice => "a device has no content to transfer",
        _ => "there is no content to transfer",
    }
}
