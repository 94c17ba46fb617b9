//! The content of a file, from a place on, with its holes, and its hash at the end.

use blake3::Hasher;
use bytes::{Bytes, BytesMut};
use platform::files::{FileError, Files, Source, Stretch};
use wire::file::{FilePath, FromFile, Hash, Why};
use wire::limits::FILE_BYTES_MAX;

use super::Stop;
use super::exchange::Exchange;

/// Bytes that are read at once: a record. More would be memory that the system has to give anew each time.
const READ_BYTES: usize = FILE_BYTES_MAX;

/// Zeros that are hashed at once.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// What a technician wants of a file.
pub(super) struct Wish {
    pub(super) path: FilePath,
    pub(super) from: u64,
    pub(super) known: Option<Hash>,
    pub(super) mark: Bytes,
}

pub(super) fn read(files: &Files, wish: &Wish, exchange: &Exchange) -> Result<FromFile, Stop> {
    let source = files.open(&wish.path)?;
    let size = source.item().size;
    if !wish.mark.is_empty() && wish.mark != source.mark() {
        return Err(FileError::new(Why::Changed, "the file is not the one that was begun").into());
    }
    if size < wish.from {
        return Err(FileError::new(Why::Changed, format!("the file has only {size} bytes now")).into());
    }
    let mut hasher = Hasher::new();
    if let Some(known) = wish.known {
        hash_stored(&source, wish.from, &mut hasher, exchange)?;
        if hasher.finalize() != known {
            return Err(
                FileError::new(Why::Changed, "the file does not begin with what is there already").into()
            );
        }
    }
    let found = FromFile::Found { item: source.item().clone(), mark: source.mark().to_vec().into() };
    exchange.say(found)?;
    send(&source, wish.from, &mut hasher, |record| exchange.say(record))?;
    if !source.is_unchanged() {
        return Err(FileError::new(Why::Changed, "the file was changed while it was read").into());
    }
    exchange.say(FromFile::Whole(hasher.finalize().into()))?;
    Ok(FromFile::Done { items: 1, bytes: size - wish.from })
}

/// Sends what is stored from a place on, and hashes it.
pub(super) fn send(
    source: &Source,
    from: u64,
    hasher: &mut Hasher,
    mut say: impl FnMut(FromFile) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut at = from;
    loop {
        match source.stretch(at)? {
            Stretch::End => return Ok(()),
            Stretch::Hole(length) => {
                hash_zeros(hasher, length);
                say(FromFile::Hole(length))?;
                at += length;
            }
            Stretch::Data(length) => {
                let end = at + length;
                while at < end {
                    let bytes = read_piece(source, at, end)?;
                    hasher.update(&bytes);
                    at += bytes.len() as u64;
                    say(FromFile::Bytes(bytes))?;
                }
            }
        }
    }
}

fn read_piece(source: &Source, at: u64, end: u64) -> Result<Bytes, Stop> {
    let length = READ_BYTES.min(usize::try_from(end - at).unwrap_or(READ_BYTES));
    let mut buffer = BytesMut::zeroed(length);
    match source.read_at(&mut buffer, at)? {
        0 => Err(FileError::new(Why::Changed, "the file became shorter while it was read").into()),
        count => {
            buffer.truncate(count);
            Ok(buffer.freeze())
        }
    }
}

/// Hashes what is stored before a place.
fn hash_stored(source: &Source, before: u64, hasher: &mut Hasher, exchange: &Exchange) -> Result<(), Stop> {
    let mut buffer = vec![0; READ_BYTES];
    let mut at = 0;
    while at < before {
        exchange.check()?;
        let room = READ_BYTES.min(usize::try_from(before - at).unwrap_or(READ_BYTES));
        let count = source.read_at(&mut buffer[..room], at)?;
        if count == 0 {
            return Err(FileError::new(Why::Changed, "the file became shorter while it was read").into());
        }
        hasher.update(&buffer[..count]);
        at += count as u64;
    }
    Ok(())
}

pub(super) fn hash_zeros(hasher: &mut Hasher, length: u64) {
    let mut rest = length;
    while 0 < rest {
        let part = usize::try_from(rest).unwrap_or(usize::MAX).min(ZEROS.len());
        hasher.update(&ZEROS[..part]);
        rest -= part as u64;
    }
}
