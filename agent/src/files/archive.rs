//! Files and directories with all that is in them, as one tar stream: the fastest way for many small ones, and one
//! that every system can unpack.
//!
//! What cannot be read is told and left out, and named in a text at the end of the archive.

use blake3::Hasher;
use bytes::{BufMut, Bytes, BytesMut};
use platform::files::{Directory, FileError, Files};
use wire::file::{FileKind, FilePath, FromFile, Item, Why};
use wire::limits::FILE_BYTES_MAX;

use super::exchange::Exchange;
use super::read;
use super::tar::{Entry, padding};
use super::{DEPTH_MAX, Stop};

/// Bytes of small entries that are sent together.
const TOGETHER_BYTES: usize = 4 * FILE_BYTES_MAX;

/// Names that the text at the end has; beyond that it only counts.
const LEFT_OUT_MAX: usize = 1000;

/// What the text at the end is called.
const LEFT_OUT_NAME: &str = "NOT IN THIS ARCHIVE.txt";

pub(super) fn archive(files: &Files, paths: &[FilePath], exchange: &Exchange) -> Result<FromFile, Stop> {
    let mut roots = Vec::new();
    let mut guess = Guess::default();
    for path in paths {
        let (directory, name) = files.parent(path)?;
        let item = directory.item(&name)?;
        guess.add(&directory, &item, 0, exchange)?;
        roots.push((directory, item));
    }
    let name = roots.first().map_or_else(|| paths[0].clone(), |(_, item)| item.name.clone());
    let whole = Item {
        kind: FileKind::Directory,
        is_hidden: false,
        size: guess.bytes,
        modified_ms: 0,
        name,
        target: None,
    };
    exchange.say(FromFile::Found { item: whole, mark: Bytes::new() })?;
    let mut out = Archive::new(exchange);
    for (directory, item) in &roots {
        out.add(directory, item, &[], 0)?;
    }
    out.end()
}

/// What an archive will come to, if nothing changes meanwhile.
#[derive(Default)]
struct Guess {
    bytes: u64,
}

impl Guess {
    fn add(
        &mut self,
        directory: &Directory,
        item: &Item,
        depth: usize,
        exchange: &Exchange,
    ) -> Result<(), Stop> {
        exchange.check()?;
        self.bytes += 512 + item.size.next_multiple_of(512);
        if item.kind == FileKind::Directory
            && depth < DEPTH_MAX
            && let Ok(child) = directory.child(&item.name)
        {
            for name in child.names().unwrap_or_default() {
                if let Ok(item) = child.item(&name) {
                    self.add(&child, &item, depth + 1, exchange)?;
                }
            }
        }
        Ok(())
    }
}

/// An archive on its way out.
struct Archive<'a> {
    exchange: &'a Exchange,
    hasher: Hasher,
    waiting: BytesMut,
    items: u64,
    bytes: u64,
    left_out: Vec<String>,
    left_out_count: u64,
}

impl<'a> Archive<'a> {
    fn new(exchange: &'a Exchange) -> Self {
        let (hasher, waiting) = (Hasher::new(), BytesMut::new());
        Self { exchange, hasher, waiting, items: 0, bytes: 0, left_out: Vec::new(), left_out_count: 0 }
    }

    /// Adds something under the path of its directory in the archive.
    fn add(&mut self, directory: &Directory, item: &Item, above: &[u8], depth: usize) -> Result<(), Stop> {
        let path = [above, item.name.as_bytes()].concat();
        let added = match item.kind {
            FileKind::File => self.add_file(directory, item, &path),
            FileKind::Directory => self.add_directory(directory, item, &path, depth),
            FileKind::Link => {
                let target = item.target.as_ref().map(|target| &target.path[..]).unwrap_or_default();
                self.put(&Entry::link(&path, target, item.modified_ms).bytes())
            }
            _ => Err(FileError::new(Why::Special, "a pipe, a socket or a device").into()),
        };
        match added {
            Err(Stop::Refused(error)) => self.leave_out(directory, item, error),
            added => {
                self.items += 1;
                added
            }
        }
    }

    fn add_file(&mut self, directory: &Directory, item: &Item, path: &[u8]) -> Result<(), Stop> {
        let source = directory.open(&item.name)?;
        let mode = directory.likeness(&item.name).map_or(0o644, |(mode, ..)| mode);
        let item = source.item();
        self.put(&Entry::file(path, item.size, mode, item.modified_ms).bytes())?;
        if item.size <= FILE_BYTES_MAX as u64 {
            return self.put_small(&source);
        }
        self.flush()?;
        let exchange = self.exchange;
        let sent = read::send(&source, 0, &mut self.hasher, |record| exchange.say(record));
        // Half of a file is in the archive already: all of it is worthless.
        sent.map_err(|stop| match stop {
            Stop::Refused(error) => Stop::OutOfOrder(reason(&error)),
            stop => stop,
        })?;
        self.bytes += item.size;
        self.put(&padding(item.size))
    }

    fn put_small(&mut self, source: &platform::files::Source) -> Result<(), Stop> {
        let mut content = vec![0; source.item().size as usize];
        // One that became shorter meanwhile is padded, as any tar does.
        let _ = source.read_at(&mut content, 0)?;
        self.put(&content)?;
        self.put(&padding(content.len() as u64))
    }

    fn add_directory(
        &mut self,
        directory: &Directory,
        item: &Item,
        path: &[u8],
        depth: usize,
    ) -> Result<(), Stop> {
        if DEPTH_MAX <= depth {
            let detail = format!("more than {DEPTH_MAX} directories in each other");
            return Err(FileError::new(Why::TooLong, detail).into());
        }
        let child = directory.child(&item.name)?;
        let mut names = child.names()?;
        names.sort();
        let path = [path, b"/"].concat();
        self.put(&Entry::directory(&path, item.modified_ms).bytes())?;
        for name in names {
            // What is gone meanwhile was never there.
            if let Ok(item) = child.listed(&name) {
                match child.item(&name) {
                    Ok(_) => self.add(&child, &item, &path, depth + 1)?,
                    Err(error) => self.leave_out(&child, &item, error)?,
                }
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, directory: &Directory, item: &Item, error: FileError) -> Result<(), Stop> {
        let path = directory.path_of(&item.name).unwrap_or_else(|_| item.name.clone());
        self.left_out_count += 1;
        if self.left_out.len() < LEFT_OUT_MAX {
            self.left_out.push(format!("{path}: {error}"));
        }
        self.flush()?;
        self.exchange.failed(path, error)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.waiting.put_slice(bytes);
        if TOGETHER_BYTES <= self.waiting.len() { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let bytes = self.waiting.split().freeze();
        self.hasher.update(&bytes);
        self.bytes += bytes.len() as u64;
        self.exchange.say(FromFile::Bytes(bytes))
    }

    fn end(mut self) -> Result<FromFile, Stop> {
        if 0 < self.left_out_count {
            let mut text = format!("{} files or directories could not be read:\n\n", self.left_out_count);
            text.extend(self.left_out.iter().flat_map(|line| [line, "\n"]));
            self.put(&Entry::file(LEFT_OUT_NAME.as_bytes(), text.len() as u64, 0o644, 0).bytes())?;
            self.put(text.as_bytes())?;
            self.put(&padding(text.len() as u64))?;
        }
        self.put(&[0; 1024])?;
        self.flush()?;
        self.exchange.say(FromFile::Whole(self.hasher.finalize().into()))?;
        Ok(FromFile::Done { items: self.items, bytes: self.bytes })
    }
}

fn reason(error: &FileError) -> &'static str {
    match error.why {
        Why::Changed => "a file became shorter while it was put into an archive",
        _ => "a file could not be read to its end while it was put into an archive",
    }
}
