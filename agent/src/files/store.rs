//! Many files that are sent on one stream: what costs a round trip each on streams of their own costs none here.

use std::rc::Rc;

use blake3::{Hash, Hasher};
use platform::files::{Directory, FileError, Files, Partial};
use wire::file::{FileKind, FilePath, FromFile, Item, ToFile, Why};

use super::Stop;
use super::exchange::{Exchange, Progress};
use super::read::hash_zeros;
use super::stale::{interim_name, sweep};
use super::uploads::{Mark, Uploads};
use super::write::may_be_named;
use crate::shell::Owner;

/// A directory, and a name in it.
type Place = (Rc<Directory>, FilePath);

/// Where the files go.
struct Store<'a> {
    into: Rc<Directory>,
    replaces: bool,
    owner: &'a Owner,
    uploads: &'a Uploads,
    /// The directory of the file before, by its path below `into`: mostly the next one's, too.
    near: Option<(Vec<u8>, Rc<Directory>)>,
    /// Counts names for what is not complete.
    interims: u64,
    salt: u64,
}

pub(super) fn store(
    files: &Files,
    (owner, uploads): (&Owner, &Uploads),
    into: &FilePath,
    replaces: bool,
    exchange: &mut Exchange,
) -> Result<FromFile, Stop> {
    let into = Rc::new(files.directory(into)?);
    let salt = getrandom::u64().map_err(|error| FileError::new(Why::Failed, error.to_string()))?;
    sweep(&into, uploads);
    let mut store = Store { into, replaces, owner, uploads, near: None, interims: 0, salt };
    exchange.say(FromFile::Ready { from: 0, hash: Hasher::new().finalize().into() })?;
    let mut progress = Progress::of(0, 0);
    while let Some(record) = exchange.hear_or_end()? {
        let item = match record {
            ToFile::Next(item) => item,
            ToFile::Finish(_) | ToFile::Discard => break,
            _ => return Err(Stop::OutOfOrder("content of no file in particular")),
        };
        match store.take(&item, exchange) {
            Ok(()) => progress.bytes += item.size,
            Err(Stop::Refused(error)) if error.why == Why::Full => {
                // What follows would travel for nothing, and what was done before need not be sent again.
                progress.tell_now(exchange)?;
                let detail = format!("{}: {}", item.name, error.detail);
                return Err(FileError::new(Why::Full, detail).into());
            }
            Err(Stop::Refused(error)) => exchange.failed(item.name, error)?,
            Err(stop) => return Err(stop),
        }
        progress.items += 1;
        // Said whenever its sender waits: he lets go of what is done, and may have sent all.
        if exchange.is_quiet() { progress.tell_now(exchange)? } else { progress.tell(exchange)? }
    }
    Ok(progress.done())
}

impl Store<'_> {
    /// Takes one file with its content, or makes a directory.
    fn take(&mut self, item: &Item, exchange: &mut Exchange) -> Result<(), Stop> {
        if item.kind == FileKind::Directory {
            self.enter(item.name.as_bytes())?;
            return Ok(());
        }
        let place = self.place(item);
        let begun = place.as_ref().map_err(FileError::clone).and_then(|place| self.begin(place));
        // Its content comes in any case, and is to be read before the next one's.
        let mut content = Content {
            file: begun.as_ref().ok().map(|begun| &begun.file),
            hasher: Hasher::new(),
            at: 0,
            stored: 0,
        };
        let received = content.receive(item.size, exchange);
        let stored = content.stored;
        let (hash, place) = (content.hasher.finalize(), place?);
        let begun = match begun {
            // He sent it over a line that was lost before he heard that it is done.
            Err(error) if error.why == Why::Exists && self.is_done(&place, &hash) => return received,
            begun => begun?,
        };
        if let Err(stop) = received.and_then(|()| Ok(begun.complete(item, stored, self.replaces)?)) {
            begun.discard();
            return Err(stop);
        }
        if let Ok(looks) = begun.file.mark() {
            self.uploads.done(self.mark(&place, &hash, &looks));
        }
        Ok(())
    }

    /// Whether the file in the way is the very one that is sent: sent before by the same technician, and not changed since.
    fn is_done(&self, place: &Place, hash: &Hash) -> bool {
        let (directory, name) = place;
        let there = directory.open(name);
        there.is_ok_and(|there| self.uploads.has_done(&self.mark(place, hash, there.mark())))
    }

    fn mark(&self, (directory, name): &Place, hash: &Hash, looks: &[u8]) -> Mark {
        Mark::of(self.owner, &[directory.path().as_bytes(), name.as_bytes(), hash.as_bytes(), looks])
    }

    /// The directory that an item goes into, and its name there.
    fn place(&mut self, item: &Item) -> Result<Place, FileError> {
        let path = item.name.as_bytes();
        let at = path.iter().rposition(|&byte| byte == b'/');
        let name = path.get(at.map_or(0, |at| at + 1)..).unwrap_or_default();
        let name =
            FilePath::new(name.to_vec()).map_err(|error| FileError::new(Why::BadName, error.to_string()))?;
        Ok((self.enter(path.get(..at.unwrap_or(0)).unwrap_or_default())?, name))
    }

    fn begin(&mut self, (directory, name): &Place) -> Result<Begun, FileError> {
        may_be_named(directory, name, self.replaces)?;
        self.interims += 1;
        let interim = interim_name(&format!("{:016x}-{}", self.salt, self.interims));
        let file = directory.create(&interim)?;
        Ok(Begun { directory: Rc::clone(directory), name: name.clone(), interim, file })
    }

    /// The directory of a path below, made where it is missing.
    fn enter(&mut self, path: &[u8]) -> Result<Rc<Directory>, FileError> {
        match &self.near {
            _ if path.is_empty() => return Ok(Rc::clone(&self.into)),
            Some((near, directory)) if near == path => return Ok(Rc::clone(directory)),
            _ => {}
        }
        let mut directory = Rc::clone(&self.into);
        for name in path.split(|&byte| byte == b'/') {
            let name = FilePath::new(name.to_vec())
                .map_err(|error| FileError::new(Why::BadName, error.to_string()))?;
            directory = Rc::new(below(&directory, &name)?);
        }
        sweep(&directory, self.uploads);
        self.near = Some((path.to_vec(), Rc::clone(&directory)));
        Ok(directory)
    }
}

fn below(directory: &Directory, name: &FilePath) -> Result<Directory, FileError> {
    match directory.child(name) {
        Err(FileError { why: Why::NotFound, .. }) => match directory.make(name) {
            Ok(()) | Err(FileError { why: Why::Exists, .. }) => directory.child(name),
            Err(error) => Err(error),
        },
        child => child,
    }
}

/// A file on its way.
struct Begun {
    directory: Rc<Directory>,
    name: FilePath,
    interim: FilePath,
    file: Partial,
}

impl Begun {
    fn complete(&self, item: &Item, stored: u64, replaces: bool) -> Result<(), FileError> {
        if stored != item.size {
            // A hole at the end.
            self.file.set_len(item.size)?;
        }
        if replaces && let Some(likeness) = self.directory.likeness(&self.name) {
            self.file.resemble(likeness);
        }
        if item.modified_ms != 0 {
            self.file.set_modified(item.modified_ms)?;
        }
        self.directory.rename(&self.interim, &self.directory, &self.name, replaces)
    }

    fn discard(&self) {
        if let Err(error) = self.directory.remove(&self.interim) {
            tracing::warn!(name = %self.interim, %error, "what is left of a file cannot be deleted");
        }
    }
}

/// Content as it comes; without a file it is only read past.
struct Content<'a> {
    file: Option<&'a Partial>,
    hasher: Hasher,
    at: u64,
    /// Up to where the file is written.
    stored: u64,
}

impl Content<'_> {
    /// Takes all content of one file. What is wrong with the file is said once all of it came.
    fn receive(&mut self, size: u64, exchange: &mut Exchange) -> Result<(), Stop> {
        let mut wrong = None;
        let hash = loop {
            let length = match exchange.hear()? {
                ToFile::Bytes(bytes) => {
                    if let (Some(file), None) = (self.file, &wrong)
                        && self.at + bytes.len() as u64 <= size
                    {
                        wrong = file.write_at(&bytes, self.at).err();
                        self.stored = self.at + bytes.len() as u64;
                    }
                    self.hasher.update(&bytes);
                    bytes.len() as u64
                }
                ToFile::Hole(length) => {
                    // Nothing that long is hashed for nothing.
                    if length <= size.saturating_sub(self.at) {
                        hash_zeros(&mut self.hasher, length);
                    }
                    length
                }
                ToFile::Finish(hash) => break hash,
                ToFile::Discard => return Err(FileError::new(Why::Failed, "the file was given up").into()),
                _ => return Err(Stop::OutOfOrder("neither content nor an end of a file that is sent")),
            };
            self.at = self.at.saturating_add(length);
        };
        match wrong {
            Some(error) => Err(error.into()),
            None if self.at != size || self.hasher.finalize() != hash => {
                Err(FileError::new(Why::Mismatch, "what arrived is not what was sent").into())
            }
            None => Ok(()),
        }
    }
}
