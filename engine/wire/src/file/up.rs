//! What a technician asks of an endpoint's files, and what he sends for them.

use bytes::{Bytes, BytesMut};

use crate::file::{
    FileKind, FilePath, Hash, Item, UploadId, decode_array, decode_flag, decode_hole, decode_list,
    take_record,
};
use crate::limits::{FILE_BYTES_MAX, FILE_MARK_BYTES_MAX, FILE_PATHS_MAX};
use crate::record::{decode_bytes, encode_bytes};
use crate::{DecodeError, Reader, Writer};

/// What a technician says on a file stream. The first ten are requests, of which one comes first; the rest belongs to
/// a Write or a Store.
///
/// ```text
///  1 Volumes  –
///  2 List     path
///  3 Stat     path
///  4 Read     path, from varint, known u8 (0, or 1 and the hash of what is before), mark block
///  5 Write    path, upload 16 bytes, size varint, modified varint, replaces u8
///  6 Make     path
///  7 Rename   path, path, replaces u8
///  8 Remove   count varint, paths
///  9 Archive  count varint, paths
/// 10 Store    path, replaces u8
/// 11 Bytes    bytes to the end
/// 12 Hole     length varint
/// 13 Next     item
/// 14 Finish   hash 32 bytes
/// 15 Discard  –
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToFile {
    /// Where can one begin?
    Volumes,
    /// What is in this directory?
    List(FilePath),
    /// What is this?
    Stat(FilePath),
    /// The content of a file, from a place on.
    Read {
        /// Which.
        path: FilePath,
        /// Bytes that are there already.
        from: u64,
        /// The hash of those bytes: they are compared before anything is sent.
        known: Option<Hash>,
        /// The mark that the file had; another one is refused. Empty: any.
        mark: Bytes,
    },
    /// A file is sent, or the rest of one: Bytes and Holes follow, and a Finish.
    Write {
        /// What it will be called.
        path: FilePath,
        /// Which upload this is, for going on with it.
        upload: UploadId,
        /// Bytes in all.
        size: u64,
        /// Milliseconds since 1970; 0: now.
        modified_ms: u64,
        /// Whether it may take the place of another file.
        replaces: bool,
    },
    /// A new directory.
    Make(FilePath),
    /// Another name or place.
    Rename {
        /// What it is called.
        from: FilePath,
        /// What it is to be called.
        to: FilePath,
        /// Whether it may take the place of another file.
        replaces: bool,
    },
    /// Deletes these and all that is in them, for good.
    Remove(Vec<FilePath>),
    /// These and all that is in them, as one tar stream.
    Archive(Vec<FilePath>),
    /// Many files are sent: each is a Next, its Bytes and Holes, and a Finish; directories are a Next alone.
    Store {
        /// The directory that they go into.
        into: FilePath,
        /// Whether they may take the place of other files.
        replaces: bool,
    },
    /// Content.
    Bytes(Bytes),
    /// That many zeros.
    Hole(u64),
    /// What comes next in a Store: a file or a directory, its name relative to where it all goes.
    Next(Item),
    /// The content is complete, with this hash over what was sent on this stream for it.
    Finish(Hash),
    /// The upload is given up: what was sent of it is deleted.
    Discard,
}

const VOLUMES: u8 = 1;
const LIST: u8 = 2;
const STAT: u8 = 3;
const READ: u8 = 4;
const WRITE: u8 = 5;
const MAKE: u8 = 6;
const RENAME: u8 = 7;
const REMOVE: u8 = 8;
const ARCHIVE: u8 = 9;
const STORE: u8 = 10;
const BYTES: u8 = 11;
const HOLE: u8 = 12;
const NEXT: u8 = 13;
const FINISH: u8 = 14;
const DISCARD: u8 = 15;

impl ToFile {
    /// Whether it begins a stream.
    pub fn is_request(&self) -> bool {
        self.kind() <= STORE
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Volumes => VOLUMES,
            Self::List(_) => LIST,
            Self::Stat(_) => STAT,
            Self::Read { .. } => READ,
            Self::Write { .. } => WRITE,
            Self::Make(_) => MAKE,
            Self::Rename { .. } => RENAME,
            Self::Remove(_) => REMOVE,
            Self::Archive(_) => ARCHIVE,
            Self::Store { .. } => STORE,
            Self::Bytes(_) => BYTES,
            Self::Hole(_) => HOLE,
            Self::Next(_) => NEXT,
            Self::Finish(_) => FINISH,
            Self::Discard => DISCARD,
        }
    }

    /// Writes the record with its length in front.
    pub fn encode(&self, out: &mut Writer) {
        if let Self::Bytes(bytes) = self {
            return encode_bytes(BYTES, bytes, FILE_BYTES_MAX, out);
        }
        let mut body = Writer::new();
        body.u8(self.kind());
        self.encode_fields(&mut body);
        out.block(&body.into_bytes());
    }

    fn encode_fields(&self, body: &mut Writer) {
        match self {
            Self::Volumes | Self::Discard => {}
            Self::List(path) | Self::Stat(path) | Self::Make(path) => path.encode(body),
            Self::Read { path, from, known, mark } => {
                path.encode(body);
                body.varint(*from);
                body.u8(u8::from(known.is_some()));
                body.slice(known.as_ref().map_or(&[], |hash| &hash[..]));
                body.block(mark);
            }
            Self::Write { path, upload, size, modified_ms, replaces } => {
                path.encode(body);
                body.slice(upload);
                body.varint(*size);
                body.varint(*modified_ms);
                body.u8(u8::from(*replaces));
            }
            Self::Rename { from, to, replaces } => {
                from.encode(body);
                to.encode(body);
                body.u8(u8::from(*replaces));
            }
            Self::Remove(paths) | Self::Archive(paths) => {
                body.varint(paths.len() as u64);
                paths.iter().for_each(|path| path.encode(body));
            }
            Self::Store { into, replaces } => {
                into.encode(body);
                body.u8(u8::from(*replaces));
            }
            Self::Bytes(bytes) => body.shared(bytes),
            Self::Hole(length) => body.varint(*length),
            Self::Next(item) => item.encode(body),
            Self::Finish(hash) => body.slice(hash),
        }
    }

    /// Takes the first whole record off `buffer`; `None` while it is not all there.
    pub fn decode(buffer: &mut BytesMut) -> Result<Option<Self>, DecodeError> {
        let Some(mut reader) = take_record(buffer)? else { return Ok(None) };
        let kind = reader.u8()?;
        if kind == BYTES {
            return decode_bytes(reader).map(|bytes| Some(Self::Bytes(bytes)));
        }
        let record = Self::decode_fields(kind, &mut reader)?;
        reader.end()?;
        Ok(Some(record))
    }

    fn decode_fields(kind: u8, reader: &mut Reader) -> Result<Self, DecodeError> {
        Ok(match kind {
            VOLUMES => Self::Volumes,
            LIST => Self::List(FilePath::decode(reader)?),
            STAT => Self::Stat(FilePath::decode(reader)?),
            READ => Self::decode_read(reader)?,
            WRITE => Self::Write {
                path: FilePath::decode(reader)?,
                upload: decode_array(reader)?,
                size: reader.varint()?,
                modified_ms: reader.varint()?,
                replaces: decode_flag("replaces", reader)?,
            },
            MAKE => Self::Make(FilePath::decode(reader)?),
            RENAME => Self::Rename {
                from: FilePath::decode(reader)?,
                to: FilePath::decode(reader)?,
                replaces: decode_flag("replaces", reader)?,
            },
            REMOVE => Self::Remove(decode_paths(reader)?),
            ARCHIVE => Self::Archive(decode_paths(reader)?),
            STORE => {
                Self::Store { into: FilePath::decode(reader)?, replaces: decode_flag("replaces", reader)? }
            }
            HOLE => Self::Hole(decode_hole(reader)?),
            NEXT => Self::Next(decode_next(reader)?),
            FINISH => Self::Finish(decode_array(reader)?),
            DISCARD => Self::Discard,
            _ => return Err(DecodeError::Unknown { field: "record to files", got: u64::from(kind) }),
        })
    }

    fn decode_read(reader: &mut Reader) -> Result<Self, DecodeError> {
        let (path, from) = (FilePath::decode(reader)?, reader.varint()?);
        let known = if decode_flag("known", reader)? { Some(decode_array(reader)?) } else { None };
        Ok(Self::Read { path, from, known, mark: reader.block("mark of a file", FILE_MARK_BYTES_MAX)? })
    }
}

fn decode_paths(reader: &mut Reader) -> Result<Vec<FilePath>, DecodeError> {
    let paths = decode_list("paths", FILE_PATHS_MAX, reader, FilePath::decode)?;
    if paths.is_empty() { Err(DecodeError::Contradiction("a request for no paths")) } else { Ok(paths) }
}

fn decode_next(reader: &mut Reader) -> Result<Item, DecodeError> {
    let item = Item::decode(reader)?;
    match item.kind {
        FileKind::File | FileKind::Directory => Ok(item),
        _ => Err(DecodeError::Contradiction("only files and directories are stored")),
    }
}
