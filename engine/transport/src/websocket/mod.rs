//! The link's streams in one WebSocket, for where UDP does not get through.
//!
//! Every binary message of the WebSocket is one frame. Numbers are varints of RFC 9000 §16 (big endian, the two
//! high bits of the first byte give the length), `bytes` runs to the end of the message. A message has at most
//! 8,192 bytes; text messages, and messages that break a rule below, close the link with the code named.
//!
//! ```text
//! open     kind u8 = 0x01 | stream varint | credit varint        credit 0 on a unidirectional stream
//! data     kind u8 = 0x02 | stream varint | bytes                1 byte or more
//! finish   kind u8 = 0x03 | stream varint | bytes                the last bytes, possibly none
//! reset    kind u8 = 0x04 | stream varint | code varint          the sender gives its half up
//! stop     kind u8 = 0x05 | stream varint | code varint          the receiver no longer wants that half
//! credit   kind u8 = 0x06 | stream varint | limit varint         bytes in all that the peer may send on it
//! streams  kind u8 = 0x07 | direction u8 (0 bi, 1 uni) | limit varint   streams in all that the peer may open
//! arrived  kind u8 = 0x08 | total varint                         bytes of data and finish received in all
//! ```
//!
//! *Stream numbers* are QUIC's: bit 0 says who opened (0 the side that connected, 1 the other), bit 1 whether it is
//! unidirectional, the rest counts from 0 in each of the four kinds. `open` comes first on a stream, and numbers
//! of a kind come in order without gaps, else `OutOfOrder`.
//!
//! *Credit for bytes.* The opener of a bidirectional stream grants the other side's half in `open`; the accepting
//! side's first grant on any stream is 65,536 bytes without saying so. `credit` raises the limit (a lower one is
//! ignored) as the reader takes bytes off, once half of the window is taken. More bytes than the limit: `OverLimit`.
//!
//! *Credit for streams.* Each side may open 4 streams of each direction at first; `streams` raises the total as
//! streams end. A stream beyond the limit: `OverLimit`.
//!
//! *Window of the link.* A side has at most 1 MiB of `data` and `finish` bytes under way that the other has not
//! reported with `arrived`. The receiver reports each time that it has handled all messages that it has at hand,
//! and at the latest every 64 KiB. The time between a byte and its report is the round trip of the meter.
//!
//! *Order.* When several streams have bytes, the sender takes the highest class first, one frame at a time (the
//! classes of [`crate::Priority`]); `credit`, `streams`, `arrived`, `stop` and `reset` go before any data.
//!
//! *The end.* A link is closed by the WebSocket's own close frame with 4000 + the close code, and its reason.
//! Nothing is compressed.
