//! Many files that are sent on one stream: what costs a round trip each on streams of their own costs none here.

use blake3::Hasher;
use platform::files::{Directory, FileError, Files, Partial};
use wire::file::{FileKind, FilePath, FromFile, Item, ToFile, Why};

use super::Stop;
use super::exchange::{Exchange, Progress};
use super::read::hash_zeros;
use super::write::may_be_named;

/// Where the files go.
struct Store<'a> {
    into: &'a Directory,
    replaces: bool,
    /// The directory of the file before, by its path below `into`: mostly the next one's, too.
    near: Option<(Vec<u8>, Directory)>,
    /// Counts names for what is not complete.
    interims: u64,
    salt: u64,
}

pub(super) fn store(
    files: &Files,
    into: &FilePath,
    replaces: bool,
    exchange: &mut Exchange,
) -> Result<FromFile, Stop> {
    let into = files.directory(into)?;
    let salt = getrandom::u64().map_err(|error| FileError::new(Why::Failed, error.to_string()))?;
    let mut store = Store { into: &into, replaces, near: None, interims: 0, salt };
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
        let begun = self.begin(item);
        // Its content comes in any case, and is to be read before the next one's.
        let mut content =
            Content { file: begun.as_ref().ok().map(|begun| &begun.file), hasher: Hasher::new(), at: 0 };
        let received = content.receive(item.size, exchange);
        let begun = begun?;
        if let Err(stop) = received.and_then(|()| Ok(begun.complete(item, self.replaces)?)) {
            begun.discard();
            return Err(stop);
        }
        Ok(())
    }

    fn begin(&mut self, item: &Item) -> Result<Begun, FileError> {
        let path = item.name.as_bytes();
        let at = path.iter().rposition(|&byte| byte == b'/');
        let name = path.get(at.map_or(0, |at| at + 1)..).unwrap_or_default();
        let name =
            FilePath::new(name.to_vec()).map_err(|error| FileError::new(Why::BadName, error.to_string()))?;
        let directory = self.enter(path.get(..at.unwrap_or(0)).unwrap_or_default())?.share()?;
        may_be_named(&directory, &name, self.replaces)?;
        self.interims += 1;
        let interim = format!(".nearhand-{:016x}-{}.part", self.salt, self.interims);
        let interim =
            FilePath::new(interim).map_err(|error| FileError::new(Why::BadName, error.to_string()))?;
        let file = directory.create(&interim)?;
        Ok(Begun { directory, name, interim, file })
    }

    /// The directory of a path below, made where it is missing.
    fn enter(&mut self, path: &[u8]) -> Result<&Directory, FileError> {
        if path.is_empty() {
            return Ok(self.into);
        }
        if self.near.as_ref().is_none_or(|(near, _)| near != path) {
            let mut directory = self.into.share()?;
            for name in path.split(|&byte| byte == b'/') {
                let name = FilePath::new(name.to_vec())
                    .map_err(|error| FileError::new(Why::BadName, error.to_string()))?;
                directory = below(&directory, &name)?;
            }
            self.near = Some((path.to_vec(), directory));
        }
        Ok(self.near.as_ref().map_or(self.into, |(_, directory)| directory))
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
    directory: Directory,
    name: FilePath,
    interim: FilePath,
    file: Partial,
}

impl Begun {
    fn complete(&self, item: &Item, replaces: bool) -> Result<(), FileError> {
        self.file.set_len(item.size)?;
        if let Some(likeness) = self.directory.likeness(&self.name) {
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
