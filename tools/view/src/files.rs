//! Files of the endpoint, as a technician uses them: looked at, fetched, sent, gone on with.

use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::Context;
use blake3::Hasher;
use bytes::{Bytes, BytesMut};
use transport::{Link, Priority, RecvStream, SendStream};
use wire::file::{FileKind, FilePath, FromFile, Item, ToFile, UploadId, Volume, Why};
use wire::limits::FILE_BYTES_MAX;
use wire::stream::{StreamHeader, StreamKind};
use wire::{SessionId, Writer};

/// Bytes that are read off a disk at once.
const READ_BYTES: usize = FILE_BYTES_MAX;

/// Bytes of small files that are sent together.
const TOGETHER_BYTES: usize = 64 << 10;

/// Files of a batch of which the endpoint has said nothing yet.
const AHEAD_MAX: u64 = 2_000;

/// The endpoint did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why:?}: {detail}")]
pub struct Refused {
    /// Why.
    pub why: Why,
    /// What it says.
    pub detail: String,
}

/// What an operation on many files came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Files and directories that are done with.
    pub items: u64,
    /// Bytes of their content.
    pub bytes: u64,
    /// What was not done.
    pub failed: Vec<(FilePath, Why)>,
    /// Items that it was said to be about.
    pub items_of: u64,
}

/// The files of a session's endpoint.
#[derive(Clone)]
pub struct Files {
    link: Link,
    session: SessionId,
}

/// A path of this kind of system.
///
/// # Errors
/// When it is empty or too long.
pub fn path(path: impl AsRef<Path>) -> anyhow::Result<FilePath> {
    Ok(FilePath::new(path.as_ref().as_os_str().as_bytes().to_vec())?)
}

impl Files {
    /// Those of a session that the link is in.
    pub fn new(link: Link, session: SessionId) -> Self {
        Self { link, session }
    }

    /// Opens a stream and asks.
    ///
    /// # Errors
    /// When the link is gone.
    pub async fn ask(&self, request: &ToFile) -> anyhow::Result<Operation> {
        let (mut send, recv) = self.link.open_bi().await?;
        send.set_priority(Priority::Bulk);
        let mut out = Writer::new();
        StreamHeader::new(StreamKind::File, self.session).encode(&mut out);
        request.encode(&mut out);
        send.write(&out.into_chunks()).await?;
        Ok(Operation { send, recv, buffer: BytesMut::new(), progress: Outcome::default() })
    }

    /// Where one can begin.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn volumes(&self) -> anyhow::Result<Vec<Volume>> {
        let mut operation = self.ask(&ToFile::Volumes).await?;
        let mut all = Vec::new();
        while let Some(record) = operation.next().await? {
            if let FromFile::Volumes(volumes) = record {
                all.extend(volumes);
            }
        }
        Ok(all)
    }

    /// What is in a directory, by name.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn list(&self, of: &FilePath) -> anyhow::Result<Vec<Item>> {
        let mut operation = self.ask(&ToFile::List(of.clone())).await?;
        let mut all = Vec::new();
        while let Some(record) = operation.next().await? {
            if let FromFile::Items(items) = record {
                all.extend(items);
            }
        }
        all.sort_by(|one: &Item, other| one.name.cmp(&other.name));
        Ok(all)
    }

    /// What something is.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn stat(&self, of: &FilePath) -> anyhow::Result<Item> {
        let mut operation = self.ask(&ToFile::Stat(of.clone())).await?;
        match operation.next().await?.context("an answer")? {
            FromFile::Found { item, .. } => Ok(item),
            other => anyhow::bail!("{other:?} instead of what it is"),
        }
    }

    /// Does something that has no content: makes, renames, removes.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn act(&self, request: &ToFile) -> anyhow::Result<Outcome> {
        let mut operation = self.ask(request).await?;
        while operation.next().await?.is_some() {}
        Ok(operation.progress)
    }

    /// Fetches a file, or the rest of one that `to` has the beginning of.
    ///
    /// # Errors
    /// When it is refused, breaks off, or is not what was sent; what came stays in `to`.
    pub async fn fetch(&self, from: &FilePath, to: &File) -> anyhow::Result<u64> {
        let at = to.metadata()?.len();
        let mut hasher = Hasher::new();
        hash_file(to, at, &mut hasher)?;
        let known = (0 < at).then(|| hasher.finalize().into());
        let request = ToFile::Read { path: from.clone(), from: at, known, mark: Bytes::new() };
        let mut operation = self.ask(&request).await?;
        operation.receive(to, at, &mut hasher).await
    }

    /// Fetches files and directories with all that is in them, as one tar file.
    ///
    /// # Errors
    /// When it is refused, breaks off, or is not what was sent.
    pub async fn fetch_all(&self, from: &[FilePath], to: &File) -> anyhow::Result<Outcome> {
        let mut operation = self.ask(&ToFile::Archive(from.to_vec())).await?;
        operation.receive(to, 0, &mut Hasher::new()).await?;
        Ok(operation.progress)
    }

    /// Sends a file, or the rest of it, under a name. `upload` names it for going on.
    ///
    /// # Errors
    /// When it is refused or breaks off.
    pub async fn send(
        &self,
        from: &File,
        to: &FilePath,
        upload: UploadId,
        replaces: bool,
    ) -> anyhow::Result<u64> {
        let meta = from.metadata()?;
        let size = meta.len();
        let modified = meta.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let modified_ms = u64::try_from(modified.as_millis())?;
        let request = ToFile::Write { path: to.clone(), upload, size, modified_ms, replaces };
        let mut operation = self.ask(&request).await?;
        let FromFile::Ready { from: mut at, hash } = operation.next().await?.context("a word")? else {
            anyhow::bail!("an upload that does not begin");
        };
        let begun_at = at;
        let mut hasher = Hasher::new();
        hash_file(from, at, &mut hasher)?;
        anyhow::ensure!(hasher.finalize() == hash, "what the endpoint has is not what was sent");
        while at < size {
            let bytes = piece(from, at, size)?;
            hasher.update(&bytes);
            at += bytes.len() as u64;
            let said = operation.say(&ToFile::Bytes(bytes)).await;
            operation.or_why(said).await?;
        }
        let said = operation.say(&ToFile::Finish(hasher.finalize().into())).await;
        operation.or_why(said).await?;
        while operation.next().await?.is_some() {}
        Ok(size - begun_at)
    }

    /// Sends a directory with all that is in it on one stream.
    ///
    /// # Errors
    /// When it is refused or breaks off.
    pub async fn send_all(&self, from: &Path, into: &FilePath, replaces: bool) -> anyhow::Result<Outcome> {
        let mut operation = self.ask(&ToFile::Store { into: into.clone(), replaces }).await?;
        let Some(FromFile::Ready { .. }) = operation.next().await? else {
            anyhow::bail!("a store that does not begin")
        };
        let above = from.parent().unwrap_or(from);
        let mut waiting = vec![from.to_owned()];
        let (mut sent, mut out) = (0, Writer::new());
        while let Some(path) = waiting.pop() {
            let name = FilePath::new(path.strip_prefix(above)?.as_os_str().to_owned().into_vec())?;
            let meta = path.symlink_metadata()?;
            let kind = if meta.is_dir() { FileKind::Directory } else { FileKind::File };
            let size = if meta.is_dir() { 0 } else { meta.len() };
            let item = Item { kind, is_hidden: false, size, modified_ms: 0, name, target: None };
            ToFile::Next(item).encode(&mut out);
            if meta.is_dir() {
                let children: io::Result<Vec<_>> = path.read_dir()?.map(|entry| Ok(entry?.path())).collect();
                waiting.extend(children?);
            } else {
                let content = Bytes::from(std::fs::read(&path)?);
                let hash = blake3::hash(&content).into();
                ToFile::Bytes(content).encode(&mut out);
                ToFile::Finish(hash).encode(&mut out);
            }
            sent += 1;
            if out.len() < TOGETHER_BYTES {
                continue;
            }
            let sent_some = operation.send.write(&std::mem::take(&mut out).into_chunks()).await;
            operation.or_why(sent_some.map_err(Into::into)).await?;
            while AHEAD_MAX < sent - operation.progress.items {
                operation.next().await?.context("a word about what was sent")?;
            }
        }
        let sent_all = operation.send.write(&out.into_chunks()).await;
        operation.or_why(sent_all.map_err(Into::into)).await?;
        operation.send.finish()?;
        while operation.next().await?.is_some() {}
        Ok(operation.progress)
    }
}

/// One thing that was asked for, until it is done.
pub struct Operation {
    send: SendStream,
    recv: RecvStream,
    buffer: BytesMut,
    /// How far it is, by what was said.
    pub progress: Outcome,
}

impl Operation {
    /// Says something on it.
    ///
    /// # Errors
    /// When the stream is over.
    pub async fn say(&mut self, record: &ToFile) -> anyhow::Result<()> {
        let mut out = Writer::new();
        record.encode(&mut out);
        Ok(self.send.write(&out.into_chunks()).await?)
    }

    /// When nothing more can be said, the endpoint's last word says why.
    async fn or_why(&mut self, said: anyhow::Result<()>) -> anyhow::Result<()> {
        if said.is_err() {
            while self.next().await?.is_some() {}
        }
        said
    }

    /// The next record; none once it is done.
    ///
    /// # Errors
    /// [`Refused`] when it is not done, and others when the stream is given up.
    pub async fn next(&mut self) -> anyhow::Result<Option<FromFile>> {
        loop {
            let Some(record) = FromFile::decode(&mut self.buffer)? else {
                let more = self.recv.read_onto(&mut self.buffer).await?;
                anyhow::ensure!(more, "the stream ended in the middle");
                continue;
            };
            match &record {
                FromFile::Done { items, bytes } => {
                    (self.progress.items, self.progress.bytes) = (*items, *bytes);
                    return Ok(None);
                }
                FromFile::Refused { why, detail } => {
                    return Err(Refused { why: *why, detail: detail.clone() }.into());
                }
                FromFile::Failed { why, path, .. } => self.progress.failed.push((path.clone(), *why)),
                FromFile::Progress { items, items_of, bytes, .. } => {
                    (self.progress.items, self.progress.bytes) = (*items, *bytes);
                    self.progress.items_of = *items_of;
                }
                _ => {}
            }
            return Ok(Some(record));
        }
    }

    /// Writes what comes into a file.
    async fn receive(&mut self, to: &File, from: u64, hasher: &mut Hasher) -> anyhow::Result<u64> {
        let mut at = from;
        let mut is_whole = false;
        while let Some(record) = self.next().await? {
            match record {
                FromFile::Bytes(bytes) => {
                    to.write_all_at(&bytes, at)?;
                    hasher.update(&bytes);
                    at += bytes.len() as u64;
                }
                FromFile::Hole(length) => {
                    hash_zeros(hasher, length);
                    at += length;
                    to.set_len(at)?;
                }
                FromFile::Whole(hash) => {
                    anyhow::ensure!(hasher.finalize() == hash, "what arrived is not what was sent");
                    is_whole = true;
                }
                _ => {}
            }
        }
        anyhow::ensure!(is_whole, "done without a hash");
        Ok(at - from)
    }
}

fn piece(file: &File, at: u64, end: u64) -> anyhow::Result<Bytes> {
    let length = READ_BYTES.min(usize::try_from(end - at)?);
    let mut buffer = BytesMut::zeroed(length);
    file.read_exact_at(&mut buffer, at)?;
    Ok(buffer.freeze())
}

fn hash_file(file: &File, length: u64, hasher: &mut Hasher) -> anyhow::Result<()> {
    let mut at = 0;
    while at < length {
        let bytes = piece(file, at, length)?;
        hasher.update(&bytes);
        at += bytes.len() as u64;
    }
    Ok(())
}

fn hash_zeros(hasher: &mut Hasher, length: u64) {
    let zeros = [0; 64 << 10];
    let mut rest = length;
    while 0 < rest {
        let part = rest.min(zeros.len() as u64);
        hasher.update(&zeros[..part as usize]);
        rest -= part;
    }
}
