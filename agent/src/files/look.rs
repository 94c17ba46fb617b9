//! What is there, and the small changes: a new directory, another name.

use platform::files::{FileError, Files};
use wire::file::{FileKind, FilePath, FromFile, Item, Why};
use wire::limits::FILE_ITEMS_MAX;

use super::Stop;
use super::exchange::Exchange;

/// Bytes of names in one record of a listing; its other fields fit in what is left.
const NAMES_BYTES_MAX: usize = 24 << 10;

const ONE: FromFile = FromFile::Done { items: 1, bytes: 0 };

pub(super) fn volumes(files: &Files, exchange: &Exchange) -> Result<FromFile, Stop> {
    let volumes = files.volumes()?;
    let items = volumes.len() as u64;
    exchange.say(FromFile::Volumes(volumes))?;
    Ok(FromFile::Done { items, bytes: 0 })
}

/// Sends all that is in a directory, in no order.
pub(super) fn list(files: &Files, path: &FilePath, exchange: &Exchange) -> Result<FromFile, Stop> {
    let directory = files.directory(path)?;
    let mut items: Vec<Item> = Vec::new();
    let (mut bytes, mut count) = (0, 0);
    for name in directory.names()? {
        // What is gone since the names were read is not there.
        let Ok(item) = directory.listed(&name) else { continue };
        let target = item.target.as_ref().map_or(0, |target| target.path.len());
        let more = item.name.as_bytes().len() + target;
        if NAMES_BYTES_MAX < bytes + more || items.len() == FILE_ITEMS_MAX {
            exchange.say(FromFile::Items(std::mem::take(&mut items)))?;
            bytes = 0;
        }
        bytes += more;
        count += 1;
        items.push(item);
    }
    if !items.is_empty() {
        exchange.say(FromFile::Items(items))?;
    }
    Ok(FromFile::Done { items: count, bytes: 0 })
}

/// What a path is; a link is told as one.
pub(super) fn stat(files: &Files, path: &FilePath, exchange: &Exchange) -> Result<FromFile, Stop> {
    let item = match files.parent(path) {
        Ok((directory, name)) => directory.item(&name)?,
        // The root is in no directory.
        Err(FileError { why: Why::BadName, .. }) => {
            let name = files.directory(path)?.path();
            Item { kind: FileKind::Directory, is_hidden: false, size: 0, modified_ms: 0, name, target: None }
        }
        Err(error) => return Err(error.into()),
    };
    exchange.say(FromFile::Found { item, mark: bytes::Bytes::new() })?;
    Ok(ONE)
}

pub(super) fn make(files: &Files, path: &FilePath) -> Result<FromFile, Stop> {
    let (directory, name) = files.parent(path)?;
    directory.make(&name)?;
    Ok(ONE)
}

pub(super) fn rename(
    files: &Files,
    from: &FilePath,
    to: &FilePath,
    replaces: bool,
) -> Result<FromFile, Stop> {
    let (directory, name) = files.parent(from)?;
    let (into, new) = files.parent(to)?;
    directory.rename(&name, &into, &new, replaces)?;
    Ok(ONE)
}
