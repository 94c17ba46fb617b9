//! One file that is sent: filled under a name of its own, compared by its hash, and given its name when it is whole.

use blake3::Hasher;
use platform::files::{Directory, FileError, Files, Partial};
use wire::file::{FileKind, FilePath, FromFile, ToFile, UploadId, Why};

use super::Stop;
use super::exchange::{Exchange, Progress};
use super::read::hash_zeros;
use super::stale::{interim_name, sweep};
use super::uploads::{Left, Uploads};
use crate::shell::Owner;

/// Bytes that are read at once when what was sent before is hashed again.
const READ_BYTES: usize = 256 << 10;

/// What an upload gives back of a disk that it filled: programs need room for their own files.
const GIVEN_BACK_BYTES: u64 = 64 << 20;

/// What a technician wants to send.
pub(super) struct Wish {
    pub(super) path: FilePath,
    pub(super) upload: UploadId,
    pub(super) size: u64,
    pub(super) modified_ms: u64,
    pub(super) replaces: bool,
}

/// A file on its way.
struct Upload {
    directory: Directory,
    name: FilePath,
    /// What it is called until it is complete.
    interim: FilePath,
    file: Partial,
    hasher: Hasher,
    at: u64,
}

pub(super) fn write(
    files: &Files,
    owner: &Owner,
    uploads: &Uploads,
    wish: &Wish,
    exchange: &mut Exchange,
) -> Result<FromFile, Stop> {
    let mut upload = begin(files, owner, uploads, wish, exchange)?;
    match fill(&mut upload, wish, exchange) {
        Ok(()) => {
            upload.complete(wish)?;
            Ok(FromFile::Done { items: 1, bytes: wish.size })
        }
        Err(Stop::Gone) => {
            upload.leave(owner, wish, uploads);
            Err(Stop::Gone)
        }
        Err(Stop::Refused(FileError { why: Why::Full, .. })) => {
            let full = upload.full(wish);
            upload.make_room();
            upload.leave(owner, wish, uploads);
            Err(full.into())
        }
        Err(stop) => {
            upload.discard();
            Err(stop)
        }
    }
}

/// Opens what is there of it already, or begins anew.
fn begin(
    files: &Files,
    owner: &Owner,
    uploads: &Uploads,
    wish: &Wish,
    exchange: &Exchange,
) -> Result<Upload, Stop> {
    let (directory, name) = files.parent(&wish.path)?;
    may_be_named(&directory, &name, wish.replaces)?;
    sweep(&directory, uploads);
    let hex: String = wish.upload.iter().map(|byte| format!("{byte:02x}")).collect();
    let interim = interim_name(&hex);
    let known = uploads.take(owner, &wish.upload).map(|left| (left.at, left.hasher));
    let file = match directory.reopen(&interim) {
        Err(FileError { why: Why::NotFound, .. }) => directory.create(&interim)?,
        file => file?,
    };
    let at = file.len()?.min(wish.size);
    file.set_len(at)?;
    let mut upload = Upload { directory, name, interim, file, hasher: Hasher::new(), at };
    match known {
        Some((known, hasher)) if known == at => upload.hasher = hasher,
        _ => upload.hash_again(exchange)?,
    }
    match upload.directory.free() {
        Some(free) if free < wish.size - at => {
            let detail = format!("{} more bytes are needed, and {free} are free", wish.size - at);
            // What was sent before may still be gone on with.
            if 0 < at {
                upload.leave(owner, wish, uploads);
            } else {
                upload.discard();
            }
            Err(FileError::new(Why::Full, detail).into())
        }
        _ => Ok(upload),
    }
}

/// Whether the name is free, or may be taken from another file.
pub(super) fn may_be_named(directory: &Directory, name: &FilePath, replaces: bool) -> Result<(), FileError> {
    match directory.item(name) {
        Err(FileError { why: Why::NotFound, .. }) => Ok(()),
        Err(error) => Err(error),
        Ok(item) if item.kind == FileKind::Directory => {
            Err(FileError::new(Why::IsDirectory, "there is a directory of that name"))
        }
        Ok(_) if replaces => Ok(()),
        Ok(_) => Err(FileError::new(Why::Exists, "there is a file of that name")),
    }
}

/// Takes what comes until it is complete.
fn fill(upload: &mut Upload, wish: &Wish, exchange: &mut Exchange) -> Result<(), Stop> {
    exchange.say(FromFile::Ready { from: upload.at, hash: upload.hasher.finalize().into() })?;
    let mut progress = Progress::of(1, wish.size);
    loop {
        let length = match exchange.hear()? {
            ToFile::Bytes(bytes) => {
                upload.room(bytes.len() as u64, wish.size)?;
                upload.file.write_at(&bytes, upload.at)?;
                upload.hasher.update(&bytes);
                bytes.len() as u64
            }
            ToFile::Hole(length) => {
                upload.room(length, wish.size)?;
                hash_zeros(&mut upload.hasher, length);
                length
            }
            ToFile::Finish(hash) => return upload.compare(hash, wish.size),
            ToFile::Discard => return Err(FileError::new(Why::Failed, "the upload was given up").into()),
            _ => return Err(Stop::OutOfOrder("neither content nor an end of a file that is sent")),
        };
        upload.at += length;
        progress.bytes = upload.at;
        progress.tell(exchange)?;
    }
}

impl Upload {
    /// Lets it be gone on with.
    fn leave(self, owner: &Owner, wish: &Wish, uploads: &Uploads) {
        let Self { directory, interim, hasher, at, .. } = self;
        let (owner, upload) = (owner.clone(), wish.upload);
        uploads.leave(Left { owner, upload, directory, name: interim, at, hasher });
    }

    /// What to say when the disk takes no more of it.
    fn full(&self, wish: &Wish) -> FileError {
        let detail =
            format!("{} of {} bytes came; they can be gone on with once there is room", self.at, wish.size);
        FileError::new(Why::Full, detail)
    }

    /// Gives a part back, so that the computer is not left without any room. It is sent again.
    fn make_room(&self) {
        if let Err(error) = self.file.set_len(self.at.saturating_sub(GIVEN_BACK_BYTES)) {
            tracing::warn!(name = %self.interim, %error, "a full disk takes nothing back");
        }
    }

    /// Hashes what was sent before.
    fn hash_again(&mut self, exchange: &Exchange) -> Result<(), Stop> {
        let mut buffer = vec![0; READ_BYTES];
        let mut at = 0;
        while at < self.at {
            exchange.check()?;
            let part = READ_BYTES.min(usize::try_from(self.at - at).unwrap_or(READ_BYTES));
            self.file.read_at(&mut buffer[..part], at)?;
            self.hasher.update(&buffer[..part]);
            at += part as u64;
        }
        Ok(())
    }

    fn room(&self, length: u64, size: u64) -> Result<(), Stop> {
        if length <= size - self.at {
            Ok(())
        } else {
            Err(FileError::new(Why::Mismatch, format!("more than the {size} bytes that were announced"))
                .into())
        }
    }

    fn compare(&self, hash: [u8; 32], size: u64) -> Result<(), Stop> {
        if self.at != size {
            let detail = format!("{} bytes instead of {size}", self.at);
            return Err(FileError::new(Why::Mismatch, detail).into());
        }
        if self.hasher.finalize() != hash {
            return Err(FileError::new(Why::Mismatch, "what arrived is not what was sent").into());
        }
        Ok(())
    }

    /// Gives it its name.
    fn complete(self, wish: &Wish) -> Result<(), FileError> {
        let completed = self.try_complete(wish);
        if completed.is_err() {
            self.discard();
        }
        completed
    }

    fn try_complete(&self, wish: &Wish) -> Result<(), FileError> {
        // A hole at the end.
        self.file.set_len(wish.size)?;
        if let Some(likeness) = self.directory.likeness(&self.name) {
            self.file.resemble(likeness);
        }
        if wish.modified_ms != 0 {
            self.file.set_modified(wish.modified_ms)?;
        }
        self.file.sync()?;
        self.directory.rename(&self.interim, &self.directory, &self.name, wish.replaces)
    }

    fn discard(&self) {
        if let Err(error) = self.directory.remove(&self.interim) {
            tracing::warn!(name = %self.interim, %error, "what is left of an upload cannot be deleted");
        }
    }
}
