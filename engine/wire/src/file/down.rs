//! What an endpoint says of its files.

use bytes::{Bytes, BytesMut};

use crate::file::{FilePath, Hash, Item, Volume, decode_array, decode_hole, decode_list, take_record};
use crate::limits::{
    DETAIL_BYTES_MAX, FILE_BYTES_MAX, FILE_ITEMS_MAX, FILE_MARK_BYTES_MAX, FILE_VOLUMES_MAX,
};
use crate::record::{decode_bytes, encode_bytes};
use crate::{DecodeError, Reader, Writer};

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Why {
    /// There is nothing of that name.
    NotFound = 1,
    /// There is something of that name.
    Exists = 2,
    /// The system does not let the agent.
    Denied = 3,
    /// The session's limits on paths do not let the technician.
    Forbidden = 4,
    /// No room is left, or no more may be used.
    Full = 5,
    /// A name or a path is longer than the system has them, or nested too deeply.
    TooLong = 6,
    /// A directory where a file is needed.
    IsDirectory = 7,
    /// No directory where one is needed.
    NotDirectory = 8,
    /// A pipe, a socket or a device: nothing that could be transferred.
    Special = 9,
    /// It is not what it was when it was looked at, or begun.
    Changed = 10,
    /// What arrived is not what was sent.
    Mismatch = 11,
    /// Nothing can be written there.
    ReadOnly = 12,
    /// Something uses it.
    Busy = 13,
    /// The name is none that the system can have.
    BadName = 14,
    /// Links that lead in a circle.
    Loop = 15,
    /// This computer cannot do that.
    Unsupported = 16,
    /// Whatever else went wrong.
    Failed = 17,
}

/// What an endpoint says on a file stream.
///
/// ```text
///  1 Volumes   count varint, volumes
///  2 Items     count varint, items
///  3 Found     item, mark block
///  4 Ready     from varint, hash 32 bytes
///  5 Bytes     bytes to the end
///  6 Hole      length varint
///  7 Whole     hash 32 bytes
///  8 Progress  items varint, of varint, bytes varint, of varint
///  9 Failed    why u8, path, detail text
/// 10 Done      items varint, bytes varint
/// 11 Refused   why u8, detail text
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromFile {
    /// Where one can begin.
    Volumes(Vec<Volume>),
    /// Some of what is in a directory; more may follow.
    Items(Vec<Item>),
    /// What it is that was asked for, with the mark that changes when its content does. Content follows a Read and an
    /// Archive, whose size is a guess.
    Found {
        /// What it is.
        item: Item,
        /// Another one means other content.
        mark: Bytes,
    },
    /// A Write or a Store may go on: so much is there, with this hash.
    Ready {
        /// Bytes that are there already.
        from: u64,
        /// Their hash.
        hash: Hash,
    },
    /// Content.
    Bytes(Bytes),
    /// That many zeros.
    Hole(u64),
    /// All content was sent, with this hash over what came on this stream.
    Whole(Hash),
    /// How far it is.
    Progress {
        /// Files and directories that are done with.
        items: u64,
        /// Of so many; 0: not known.
        items_of: u64,
        /// Bytes that are done with.
        bytes: u64,
        /// Of so many; 0: not known.
        bytes_of: u64,
    },
    /// One of many was not done; the others go on.
    Failed {
        /// Why.
        why: Why,
        /// Which.
        path: FilePath,
        /// What the system says.
        detail: String,
    },
    /// All is done; nothing follows.
    Done {
        /// Files and directories.
        items: u64,
        /// Bytes of their content.
        bytes: u64,
    },
    /// It is not done; nothing follows.
    Refused {
        /// Why.
        why: Why,
        /// What the system says.
        detail: String,
    },
}

const VOLUMES: u8 = 1;
const ITEMS: u8 = 2;
const FOUND: u8 = 3;
const READY: u8 = 4;
const BYTES: u8 = 5;
const HOLE: u8 = 6;
const WHOLE: u8 = 7;
const PROGRESS: u8 = 8;
const FAILED: u8 = 9;
const DONE: u8 = 10;
const REFUSED: u8 = 11;

impl FromFile {
    fn kind(&self) -> u8 {
        match self {
            Self::Volumes(_) => VOLUMES,
            Self::Items(_) => ITEMS,
            Self::Found { .. } => FOUND,
            Self::Ready { .. } => READY,
            Self::Bytes(_) => BYTES,
            Self::Hole(_) => HOLE,
            Self::Whole(_) => WHOLE,
            Self::Progress { .. } => PROGRESS,
            Self::Failed { .. } => FAILED,
            Self::Done { .. } => DONE,
            Self::Refused { .. } => REFUSED,
        }
    }

    /// Whether nothing follows it.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Refused { .. })
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
            Self::Volumes(volumes) => {
                body.varint(volumes.len() as u64);
                volumes.iter().for_each(|volume| volume.encode(body));
            }
            Self::Items(items) => {
                body.varint(items.len() as u64);
                items.iter().for_each(|item| item.encode(body));
            }
            Self::Found { item, mark } => {
                item.encode(body);
                body.block(mark);
            }
            Self::Ready { from, hash } => {
                body.varint(*from);
                body.slice(hash);
            }
            Self::Bytes(bytes) => body.shared(bytes),
            Self::Hole(length) => body.varint(*length),
            Self::Whole(hash) => body.slice(hash),
            Self::Progress { items, items_of, bytes, bytes_of } => {
                [items, items_of, bytes, bytes_of].into_iter().for_each(|number| body.varint(*number));
            }
            Self::Failed { why, path, detail } => {
                body.u8(*why as u8);
                path.encode(body);
                body.text(detail);
            }
            Self::Done { items, bytes } => {
                body.varint(*items);
                body.varint(*bytes);
            }
            Self::Refused { why, detail } => {
                body.u8(*why as u8);
                body.text(detail);
            }
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
            VOLUMES => Self::Volumes(decode_list("volumes", FILE_VOLUMES_MAX, reader, Volume::decode)?),
            ITEMS => Self::Items(decode_list("items", FILE_ITEMS_MAX, reader, Item::decode)?),
            FOUND => Self::Found {
                item: Item::decode(reader)?,
                mark: reader.block("mark of a file", FILE_MARK_BYTES_MAX)?,
            },
            READY => Self::Ready { from: reader.varint()?, hash: decode_array(reader)? },
            HOLE => Self::Hole(decode_hole(reader)?),
            WHOLE => Self::Whole(decode_array(reader)?),
            PROGRESS => Self::Progress {
                items: reader.varint()?,
                items_of: reader.varint()?,
                bytes: reader.varint()?,
                bytes_of: reader.varint()?,
            },
            FAILED => Self::Failed {
                why: Why::from_wire(reader.u8()?)?,
                path: FilePath::decode(reader)?,
                detail: reader.text("detail of a file", DETAIL_BYTES_MAX)?,
            },
            DONE => Self::Done { items: reader.varint()?, bytes: reader.varint()? },
            REFUSED => Self::Refused {
                why: Why::from_wire(reader.u8()?)?,
                detail: reader.text("detail of a file", DETAIL_BYTES_MAX)?,
            },
            _ => return Err(DecodeError::Unknown { field: "record of files", got: u64::from(kind) }),
        })
    }
}

impl Why {
    /// All of them, in the order of their numbers, which count from 1.
    pub const ALL: [Self; 17] = [
        Self::NotFound,
        Self::Exists,
        Self::Denied,
        Self::Forbidden,
        Self::Full,
        Self::TooLong,
        Self::IsDirectory,
        Self::NotDirectory,
        Self::Special,
        Self::Changed,
        Self::Mismatch,
        Self::ReadOnly,
        Self::Busy,
        Self::BadName,
        Self::Loop,
        Self::Unsupported,
        Self::Failed,
    ];

    fn from_wire(raw: u8) -> Result<Self, DecodeError> {
        let known = Self::ALL.into_iter().find(|why| *why as u8 == raw);
        known.ok_or(DecodeError::Unknown { field: "reason", got: u64::from(raw) })
    }
}
