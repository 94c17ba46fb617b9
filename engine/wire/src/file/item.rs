//! What a file looks like from outside, and where files can be.

use bytes::Bytes;

use crate::file::{FilePath, decode_flag};
use crate::limits::{DETAIL_BYTES_MAX, FILE_PATH_BYTES_MAX};
use crate::{DecodeError, Reader, Writer};

/// What something in a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FileKind {
    /// A file with content.
    File = 1,
    /// A directory.
    Directory = 2,
    /// A symbolic link.
    Link = 3,
    /// A named pipe.
    Pipe = 4,
    /// A socket.
    Socket = 5,
    /// A device that is read and written in blocks.
    BlockDevice = 6,
    /// A device that is read and written byte by byte.
    CharacterDevice = 7,
    /// Whatever else there may be.
    Other = 8,
}

/// Something in a directory.
///
/// `kind u8 | hidden u8 | size varint | modified varint | name block`, and of a link `target kind u8 (0: leads nowhere) |
/// target block`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: FileKind,
    /// Whether the system hides it.
    pub is_hidden: bool,
    /// Bytes of a file's content; 0 of anything else.
    pub size: u64,
    /// Milliseconds since 1970; 0: not known, or before.
    pub modified_ms: u64,
    /// Its name in its directory, or what it was asked for by.
    pub name: FilePath,
    /// Where a link leads; `None` of anything else.
    pub target: Option<Target>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What is there; `None`: nothing that may be seen.
    pub kind: Option<FileKind>,
    /// As the link says it, relative to the link's own place.
    pub path: Bytes,
}

/// A place to start from: `path | total varint | free varint | label text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Where it is.
    pub path: FilePath,
    /// Bytes that it holds; 0: not known.
    pub total: u64,
    /// Bytes that are free for its user.
    pub free: u64,
    /// What to call it, such as the kind of its file system; may be empty.
    pub label: String,
}

impl FileKind {
    fn from_wire(raw: u8) -> Result<Self, DecodeError> {
        Ok(match raw {
            1 => Self::File,
            2 => Self::Directory,
            3 => Self::Link,
            4 => Self::Pipe,
            5 => Self::Socket,
            6 => Self::BlockDevice,
            7 => Self::CharacterDevice,
            8 => Self::Other,
            _ => return Err(DecodeError::Unknown { field: "kind of file", got: u64::from(raw) }),
        })
    }
}

impl Item {
    pub(super) fn encode(&self, out: &mut Writer) {
        out.u8(self.kind as u8);
        out.u8(u8::from(self.is_hidden));
        out.varint(self.size);
        out.varint(self.modified_ms);
        self.name.encode(out);
        if self.kind == FileKind::Link {
            let (kind, path) = self.target.as_ref().map(|target| (target.kind, &target.path)).unzip();
            out.u8(kind.flatten().map_or(0, |kind| kind as u8));
            out.block(path.unwrap_or(&Bytes::new()));
        }
    }

    pub(super) fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let kind = FileKind::from_wire(reader.u8()?)?;
        let is_hidden = decode_flag("hidden", reader)?;
        let (size, modified_ms) = (reader.varint()?, reader.varint()?);
        let name = FilePath::decode(reader)?;
        let target = if kind == FileKind::Link { Some(Target::decode(reader)?) } else { None };
        Ok(Self { kind, is_hidden, size, modified_ms, name, target })
    }
}

impl Target {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let kind = match reader.u8()? {
            0 => None,
            raw => Some(FileKind::from_wire(raw)?),
        };
        Ok(Self { kind, path: reader.block("target of a link", FILE_PATH_BYTES_MAX)? })
    }
}

impl Volume {
    pub(super) fn encode(&self, out: &mut Writer) {
        self.path.encode(out);
        out.varint(self.total);
        out.varint(self.free);
        out.text(&self.label);
    }

    pub(super) fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let path = FilePath::decode(reader)?;
        let (total, free) = (reader.varint()?, reader.varint()?);
        Ok(Self { path, total, free, label: reader.text("label of a volume", DETAIL_BYTES_MAX)? })
    }
}
