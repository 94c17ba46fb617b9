//! Deletes files and directories with all that is in them: counted first, then done, and never beyond a link.

use platform::files::{Directory, FileError, Files};
use wire::file::{FileKind, FilePath, FromFile, Why};

use super::exchange::{Exchange, Progress};
use super::{DEPTH_MAX, Stop};

pub(super) fn remove(files: &Files, paths: &[FilePath], exchange: &Exchange) -> Result<FromFile, Stop> {
    let mut count = 0;
    for path in paths {
        if let Ok((directory, name)) = files.parent(path) {
            count += count_of(&directory, &name, 0, exchange)?;
        }
    }
    let mut progress = Progress::of(count, 0);
    progress.tell_now(exchange)?;
    for path in paths {
        match files.parent(path) {
            Ok((directory, name)) => {
                remove_one(&directory, &name, 0, &mut progress, exchange)?;
            }
            Err(error) => exchange.failed(path.clone(), error)?,
        }
    }
    Ok(progress.done())
}

/// How many names there are, as far as one can look.
fn count_of(directory: &Directory, name: &FilePath, depth: usize, exchange: &Exchange) -> Result<u64, Stop> {
    exchange.check()?;
    let is_directory = directory.item(name).is_ok_and(|item| item.kind == FileKind::Directory);
    let mut count = 1;
    if is_directory
        && depth < DEPTH_MAX
        && let Ok(child) = directory.child(name)
    {
        for name in child.names().unwrap_or_default() {
            count += count_of(&child, &name, depth + 1, exchange)?;
        }
    }
    Ok(count)
}

/// Says whether it is gone.
fn remove_one(
    directory: &Directory,
    name: &FilePath,
    depth: usize,
    progress: &mut Progress,
    exchange: &Exchange,
) -> Result<bool, Stop> {
    progress.tell(exchange)?;
    let removed = match directory.item(name) {
        Ok(item) if item.kind == FileKind::Directory => {
            match empty(directory, name, depth, progress, exchange)? {
                Ok(true) => directory.remove_directory(name),
                Ok(false) => return Ok(false),
                Err(error) => Err(error),
            }
        }
        Ok(_) => directory.remove(name),
        Err(error) => Err(error),
    };
    match removed {
        Ok(()) => {
            progress.items += 1;
            Ok(true)
        }
        Err(error) => {
            let path = directory.path_of(name).unwrap_or_else(|_| name.clone());
            exchange.failed(path, error)?;
            Ok(false)
        }
    }
}

/// Deletes all that is in a directory; says whether that is all gone.
fn empty(
    directory: &Directory,
    name: &FilePath,
    depth: usize,
    progress: &mut Progress,
    exchange: &Exchange,
) -> Result<Result<bool, FileError>, Stop> {
    if DEPTH_MAX <= depth {
        let detail = format!("more than {DEPTH_MAX} directories in each other");
        return Ok(Err(FileError::new(Why::TooLong, detail)));
    }
    let child = match directory.child(name) {
        Ok(child) => child,
        Err(error) => return Ok(Err(error)),
    };
    let names = match child.names() {
        Ok(names) => names,
        Err(error) => return Ok(Err(error)),
    };
    let mut is_empty = true;
    for name in &names {
        is_empty &= remove_one(&child, name, depth + 1, progress, exchange)?;
    }
    Ok(Ok(is_empty))
}
