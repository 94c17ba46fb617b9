//! Files of an endpoint: what a technician asks for, and what the endpoint answers.
//!
//! A file stream is a [`crate::stream::StreamHeader`] and then, both ways, records: `length varint | kind u8 |
//! fields`. The first record upwards is a request ([`ToFile::is_request`]), and a stream serves just that one. The last
//! record downwards is [`FromFile::Done`] or [`FromFile::Refused`]. Names are bytes, as the endpoint's system has them:
//! what is no text there still has a name here.
//!
//! Reading order: [`ToFile`], [`FromFile`], then [`Item`] for what a file looks like.

mod down;
mod item;
mod up;

use bytes::{Bytes, BytesMut};

use crate::limits::{FILE_PATH_BYTES_MAX, FILE_RECORD_BYTES_MAX};
use crate::{DecodeError, Reader, Writer, record};

pub use down::{FromFile, Why};
pub use item::{FileKind, Item, Target, Volume};
pub use up::ToFile;

/// A BLAKE3 hash.
pub type Hash = [u8; 32];

/// What a technician calls one upload, so that he can go on with it: chosen at random by him.
pub type UploadId = [u8; 16];

/// A path on the endpoint, or a part of one: bytes as its system has them, with `/` between names, never empty and
/// without zeros.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(Bytes);

impl FilePath {
    /// The path that `bytes` are.
    ///
    /// # Errors
    /// When they are none: empty, too long, or with a zero in them.
    pub fn new(bytes: impl Into<Bytes>) -> Result<Self, DecodeError> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(DecodeError::Contradiction("a path without a name"));
        }
        if FILE_PATH_BYTES_MAX < bytes.len() {
            let (got, limit) = (bytes.len() as u64, FILE_PATH_BYTES_MAX as u64);
            return Err(DecodeError::OverLimit { field: "path", got, limit });
        }
        if bytes.contains(&0) {
            return Err(DecodeError::Contradiction("a path with a zero in it"));
        }
        Ok(Self(bytes))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last of its names; the whole where there is nothing else in it.
    pub fn name(&self) -> &[u8] {
        let mut names = self.0.split(|&byte| byte == b'/');
        names.rfind(|name| !name.is_empty()).unwrap_or(&self.0)
    }

    fn encode(&self, out: &mut Writer) {
        out.block(&self.0);
    }

    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        Self::new(reader.block("path", FILE_PATH_BYTES_MAX)?)
    }
}

/// As people read it: what is no text, or would not be seen, is escaped.
impl std::fmt::Display for FilePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for one in chunk.valid().chars() {
                if one.is_control() { write!(f, "{}", one.escape_default())? } else { write!(f, "{one}")? }
            }
            chunk.invalid().iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))?;
        }
        Ok(())
    }
}

fn take_record(buffer: &mut BytesMut) -> Result<Option<Reader>, DecodeError> {
    record::take(buffer, "file record", FILE_RECORD_BYTES_MAX)
}

/// A stretch of zeros; none has no length.
fn decode_hole(reader: &mut Reader) -> Result<u64, DecodeError> {
    match reader.varint()? {
        0 => Err(DecodeError::Contradiction("a hole without length")),
        length => Ok(length),
    }
}

fn decode_array<const N: usize>(reader: &mut Reader) -> Result<[u8; N], DecodeError> {
    let mut array = [0; N];
    array.copy_from_slice(&reader.bytes(N)?);
    Ok(array)
}

/// A byte that is 0 or 1.
fn decode_flag(field: &'static str, reader: &mut Reader) -> Result<bool, DecodeError> {
    match reader.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        got => Err(DecodeError::Unknown { field, got: u64::from(got) }),
    }
}

/// What follows a count, which is held to a limit before anything is kept.
fn decode_list<T>(
    field: &'static str,
    limit: usize,
    reader: &mut Reader,
    decode: impl Fn(&mut Reader) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = reader.varint_max(field, limit as u64)?;
    (0..count).map(|_| decode(reader)).collect()
}
