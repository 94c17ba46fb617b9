//! Messages between agent, relay and technician, and their bytes.
//!
//! What is hot has headers laid by hand over [`bytes`] and is read without copying payloads; what must outlive
//! versions is protobuf (`proto/`). Numbers are big endian; a *varint* is the variable-length
//! integer of RFC 9000 §16. Every decoder is total: any bytes give a message or a [`DecodeError`], and every
//! length is held to a named limit before anything is kept.
//!
//! This crate opens no socket, reads no clock and decides nothing. `docs/protocol.md` says the same in prose,
//! and `console/src/wire` mirrors it file by file.
//!
//! Reading order: [`stream`] for what opens a stream, [`screen`] for the picture, [`input`] and [`cursor`],
//! [`shell`] for a terminal, [`mod@file`] for files, [`tools`] for the rest of what a technician works with, [`control`]
//! for everything else.

pub mod attended;
pub mod close;
pub mod control;
pub mod cursor;
mod error;
pub mod file;
mod ids;
pub mod input;
pub mod limits;
mod read;
mod record;
pub mod screen;
pub mod shell;
pub mod stream;
pub mod token;
pub mod tools;
pub mod version;
mod write;

pub use error::DecodeError;
pub use ids::{DictionaryId, Epoch, RenditionId, Seat, SessionId, ShellId, Slot, TileIndex, Version};
pub use read::Reader;
pub use write::{Writer, varint_size};
