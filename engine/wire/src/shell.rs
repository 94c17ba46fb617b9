//! A command shell: what its technician says to it, and what the endpoint says of it.
//!
//! A shell stream is a [`crate::stream::StreamHeader`] and then, both ways, records: `length varint | kind u8 |
//! fields`. The first record upwards is [`ToShell::Start`] or [`ToShell::Attach`]; the first one downwards
//! [`FromShell::Opened`] or [`FromShell::Refused`]. Output is counted from the shell's start, so that whoever comes
//! back says from where he wants it.

use bytes::{Bytes, BytesMut};

use crate::limits::{DETAIL_BYTES_MAX, SHELL_BYTES_MAX, SHELL_EXTENT_MAX, SHELL_RECORD_BYTES_MAX};
use crate::record::{self, decode_bytes, encode_bytes};
use crate::{DecodeError, Reader, ShellId, Writer};

/// A terminal's size in characters; neither side is 0 nor over [`SHELL_EXTENT_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Characters in a row.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// What can be sent to the program in the foreground beside its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Signal {
    /// As Ctrl-C does, also where the terminal does not make a signal of it.
    Interrupt = 1,
    /// Please end.
    Terminate = 2,
    /// End now.
    Kill = 3,
}

/// What a technician says to a shell.
///
/// ```text
/// 1 Start    columns u16, rows u16
/// 2 Attach   shell varint, from varint, columns u16, rows u16
/// 3 Bytes    bytes to the end
/// 4 Resize   columns u16, rows u16
/// 5 Signal   signal u8
/// 6 Close    –
/// 7 Seen     at varint
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToShell {
    /// A new shell, please.
    Start(Size),
    /// Back to a shell that goes on without its stream.
    Attach {
        /// Which.
        shell: ShellId,
        /// Bytes of output that are there already.
        from: u64,
        /// The terminal's size now.
        size: Size,
    },
    /// What was typed or pasted.
    Bytes(Bytes),
    /// The terminal has another size.
    Resize(Size),
    /// Something for the program in the foreground.
    Signal(Signal),
    /// The shell and all that runs in it shall end.
    Close,
    /// All output before this place was shown; the endpoint is never far ahead of it.
    Seen(u64),
}

/// How a shell's program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Status(u32),
    /// By a signal of this number.
    Signal(u32),
}

/// What an endpoint says of a shell.
///
/// ```text
/// 1 Opened   shell varint, from varint, typed varint, program text
/// 2 Bytes    bytes to the end
/// 3 Ended    by u8 (0 status, 1 signal), number varint
/// 4 Refused  detail text
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromShell {
    /// The shell is there.
    Opened {
        /// What to name when coming back.
        shell: ShellId,
        /// Where the bytes that follow stand in the shell's output. More than what was asked for: what is between is
        /// not kept any more.
        from: u64,
        /// Bytes of input that the shell has taken in all; who comes back says the rest again.
        typed: u64,
        /// What runs in it.
        program: String,
    },
    /// Output.
    Bytes(Bytes),
    /// The program ended; nothing follows.
    Ended(Exit),
    /// There is no such shell, or none may be started; nothing follows.
    Refused(String),
}

const START: u8 = 1;
const ATTACH: u8 = 2;
const TO_BYTES: u8 = 3;
const RESIZE: u8 = 4;
const SIGNAL: u8 = 5;
const CLOSE: u8 = 6;
const SEEN: u8 = 7;

const OPENED: u8 = 1;
const FROM_BYTES: u8 = 2;
const ENDED: u8 = 3;
const REFUSED: u8 = 4;

impl ToShell {
    /// Writes the record with its length in front.
    pub fn encode(&self, out: &mut Writer) {
        let mut body = Writer::new();
        match self {
            Self::Start(size) => {
                body.u8(START);
                size.encode(&mut body);
            }
            Self::Attach { shell, from, size } => {
                body.u8(ATTACH);
                body.varint(shell.to_wire());
                body.varint(*from);
                size.encode(&mut body);
            }
            Self::Bytes(bytes) => return encode_bytes(TO_BYTES, bytes, SHELL_BYTES_MAX, out),
            Self::Resize(size) => {
                body.u8(RESIZE);
                size.encode(&mut body);
            }
            Self::Signal(signal) => {
                body.u8(SIGNAL);
                body.u8(*signal as u8);
            }
            Self::Close => body.u8(CLOSE),
            Self::Seen(at) => {
                body.u8(SEEN);
                body.varint(*at);
            }
        }
        out.block(&body.into_bytes());
    }

    /// Takes the first whole record off `buffer`; `None` while it is not all there.
    pub fn decode(buffer: &mut BytesMut) -> Result<Option<Self>, DecodeError> {
        let Some(mut reader) = take_record(buffer)? else { return Ok(None) };
        let kind = reader.u8()?;
        let record = match kind {
            START => Self::Start(Size::decode(&mut reader)?),
            ATTACH => Self::Attach {
                shell: ShellId::from_wire(reader.varint()?),
                from: reader.varint()?,
                size: Size::decode(&mut reader)?,
            },
            TO_BYTES => return decode_bytes(reader).map(|bytes| Some(Self::Bytes(bytes))),
            RESIZE => Self::Resize(Size::decode(&mut reader)?),
            SIGNAL => Self::Signal(Signal::from_wire(reader.u8()?)?),
            CLOSE => Self::Close,
            SEEN => Self::Seen(reader.varint()?),
            _ => return Err(DecodeError::Unknown { field: "record to a shell", got: u64::from(kind) }),
        };
        reader.end()?;
        Ok(Some(record))
    }
}

impl FromShell {
    /// Writes the record with its length in front.
    pub fn encode(&self, out: &mut Writer) {
        let mut body = Writer::new();
        match self {
            Self::Opened { shell, from, typed, program } => {
                body.u8(OPENED);
                body.varint(shell.to_wire());
                body.varint(*from);
                body.varint(*typed);
                body.text(program);
            }
            Self::Bytes(bytes) => return encode_bytes(FROM_BYTES, bytes, SHELL_BYTES_MAX, out),
            Self::Ended(exit) => {
                let (by, number) = match *exit {
                    Exit::Status(status) => (0, status),
                    Exit::Signal(signal) => (1, signal),
                };
                body.u8(ENDED);
                body.u8(by);
                body.varint(u64::from(number));
            }
            Self::Refused(detail) => {
                body.u8(REFUSED);
                body.text(detail);
            }
        }
        out.block(&body.into_bytes());
    }

    /// Takes the first whole record off `buffer`; `None` while it is not all there.
    pub fn decode(buffer: &mut BytesMut) -> Result<Option<Self>, DecodeError> {
        let Some(mut reader) = take_record(buffer)? else { return Ok(None) };
        let kind = reader.u8()?;
        let record = match kind {
            OPENED => Self::Opened {
                shell: ShellId::from_wire(reader.varint()?),
                from: reader.varint()?,
                typed: reader.varint()?,
                program: reader.text("program of a shell", DETAIL_BYTES_MAX)?,
            },
            FROM_BYTES => return decode_bytes(reader).map(|bytes| Some(Self::Bytes(bytes))),
            ENDED => Self::Ended(Exit::decode(&mut reader)?),
            REFUSED => Self::Refused(reader.text("refusal of a shell", DETAIL_BYTES_MAX)?),
            _ => return Err(DecodeError::Unknown { field: "record of a shell", got: u64::from(kind) }),
        };
        reader.end()?;
        Ok(Some(record))
    }
}

impl Size {
    fn encode(self, out: &mut Writer) {
        out.u16(self.columns);
        out.u16(self.rows);
    }

    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Self { columns: extent(reader)?, rows: extent(reader)? })
    }
}

impl Signal {
    fn from_wire(raw: u8) -> Result<Self, DecodeError> {
        Ok(match raw {
            1 => Self::Interrupt,
            2 => Self::Terminate,
            3 => Self::Kill,
            _ => return Err(DecodeError::Unknown { field: "signal", got: u64::from(raw) }),
        })
    }
}

impl Exit {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let by = reader.u8()?;
        let number = reader.varint_u32("exit of a shell")?;
        match by {
            0 => Ok(Self::Status(number)),
            1 => Ok(Self::Signal(number)),
            _ => Err(DecodeError::Unknown { field: "end of a shell", got: u64::from(by) }),
        }
    }
}

fn extent(reader: &mut Reader) -> Result<u16, DecodeError> {
    let got = reader.u16()?;
    if got == 0 {
        return Err(DecodeError::Contradiction("a terminal without room"));
    }
    let limit = u64::from(SHELL_EXTENT_MAX);
    if SHELL_EXTENT_MAX < got {
        return Err(DecodeError::OverLimit { field: "terminal", got: u64::from(got), limit });
    }
    Ok(got)
}

fn take_record(buffer: &mut BytesMut) -> Result<Option<Reader>, DecodeError> {
    record::take(buffer, "shell record", SHELL_RECORD_BYTES_MAX)
}
