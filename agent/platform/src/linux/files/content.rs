//! What is in a file: read with its holes, and written under a name that is not its last one.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, SeekFrom, Stat, fchmod, fchown, fstat, seek};
use rustix::io::Errno;
use rustix::process::{Gid, Uid};
use wire::file::Item;

use super::{directory::modified_ms, id_of};
use crate::files::FileError;

/// A file that is read.
#[derive(Debug)]
pub struct Source {
    file: File,
    item: Item,
    mark: Vec<u8>,
}

/// What comes next in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// So many bytes that are stored.
    Data(u64),
    /// So many zeros that are not.
    Hole(u64),
    /// Nothing.
    End,
}

impl Source {
    pub(super) fn new(file: File, item: Item, stat: &Stat) -> Self {
        Self { file, item, mark: mark_of(stat) }
    }

    /// What it looked like when it was opened.
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// Another one means that the content is another.
    pub fn mark(&self) -> &[u8] {
        &self.mark
    }

    /// Whether the content is still what it was when it was opened.
    pub fn is_unchanged(&self) -> bool {
        fstat(&self.file).is_ok_and(|stat| mark_of(&stat) == self.mark)
    }

    /// What stands at a place. Never goes beyond the size at which the file was opened.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn stretch(&self, at: u64) -> Result<Stretch, FileError> {
        let end = self.item.size;
        if end <= at {
            return Ok(Stretch::End);
        }
        let data = match seek(&self.file, SeekFrom::Data(at)) {
            Ok(data) => data.min(end),
            // Nothing but a hole up to the end.
            Err(Errno::NXIO) => end,
            // A file system without holes.
            Err(_) => return Ok(Stretch::Data(end - at)),
        };
        if at < data {
            return Ok(Stretch::Hole(data - at));
        }
        let hole = seek(&self.file, SeekFrom::Hole(at)).unwrap_or(end).min(end);
        Ok(Stretch::Data(hole.max(at + 1) - at))
    }

    /// Reads at a place; fewer bytes than there is room for are the last ones.
    ///
    /// # Errors
    /// When the system does not let.
    pub fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match self.file.read_at(&mut buffer[done..], at + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

/// A file that is being filled.
#[derive(Debug)]
pub struct Partial {
    file: File,
}

impl Partial {
    pub(super) fn new(file: File) -> Self {
        Self { file }
    }

    /// Bytes that it has.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// What it looks like now, as [`Source::mark`] does.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn mark(&self) -> io::Result<Vec<u8>> {
        Ok(mark_of(&fstat(&self.file)?))
    }

    /// Whether there is nothing in it.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Makes it this long: what is beyond goes, what is missing is a hole.
    ///
    /// # Errors
    /// When the system does not let.
    pub fn set_len(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    /// Writes at a place.
    ///
    /// # Errors
    /// When the system does not let: most of all, when the disk is full.
    pub fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, at)
    }

    /// Reads what is at a place.
    ///
    /// # Errors
    /// When there is less.
    pub fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, at)
    }

    /// Is like the file that it replaces: who may do what with it, and whose it is, as far as the system lets.
    pub fn resemble(&self, (mode, user, group): (u32, u32, u32)) {
        // A user who may not give files away keeps them; what he may not give, others do not get.
        if fchown(&self.file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group))).is_err() {
            let _ = fchown(&self.file, None, Some(Gid::from_raw(group)));
        }
        let _ = fchmod(&self.file, Mode::from_raw_mode(mode));
    }

    /// Is as old as the original.
    ///
    /// # Errors
    /// When the system does not let.
    pub fn set_modified(&self, modified_ms: u64) -> io::Result<()> {
        self.file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(modified_ms))
    }

    /// Waits until all is on the disk.
    ///
    /// # Errors
    /// When it does not get there.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

fn mark_of(stat: &Stat) -> Vec<u8> {
    let (device, number) = id_of(stat);
    let numbers = [device, number, stat.st_size.cast_unsigned(), modified_ms(stat)];
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    numbers.chain(stat.st_mtime_nsec.to_be_bytes()).collect()
}
