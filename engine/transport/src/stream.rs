//! The two halves of a stream, the same over every carrier.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use bytes::{Buf as _, Bytes, BytesMut};
use wire::close::CloseCode;
use wire::stream::StreamHeader;
use wire::{DecodeError, Reader};

use crate::error::StreamError;
use crate::meter::Meter;
use crate::priority::{Class, Priority};
use crate::websocket;

/// Most bytes that a stream below the screen writes at once, so that several of them take turns.
const TURN_BYTES_MAX: usize = 32 << 10;

/// Most bytes that one read gives; larger chunks come in several.
const READ_BYTES_MAX: usize = 64 << 10;

/// Chunks that are taken from the carrier at once where all of a stream is wanted: a packet's worth each.
const CHUNKS_MAX: usize = 44;

/// Room that a buffer of records gets when so many bytes come at once: nearly two records of a file, and still memory
/// that the heap has at hand.
const BUFFER_BYTES: usize = 120 << 10;
const BUSY_BYTES: usize = 8 << 10;

/// The sending half of a stream.
///
/// Dropping it before [`SendStream::finish`] resets the stream with [`CloseCode::Cancelled`], so that the peer never
/// takes a part for the whole.
#[derive(Debug)]
pub struct SendStream {
    carrier: SendCarrier,
    priority: Priority,
    meter: Meter,
    state: SendState,
}

#[derive(Debug)]
pub(crate) enum SendCarrier {
    Quic(quinn::SendStream),
    WebTransport(web_transport_quinn::SendStream),
    WebSocket(websocket::SendHalf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SendState {
    Open,
    /// A write began; if its future is dropped, nobody knows how much went out.
    Torn,
    Closed,
}

impl SendStream {
    pub(crate) fn new(carrier: SendCarrier, meter: Meter) -> Self {
        Self { carrier, priority: Priority::Bulk, meter, state: SendState::Open }
    }

    /// Gives all of `chunks` to the carrier, in order and without copying them (WebSocket copies once).
    ///
    /// Waits while the peer does not take them. A stream whose write was dropped half-way can only be reset.
    ///
    /// # Errors
    /// When the peer stopped the stream, when it is closed or torn, or when the link is gone.
    pub async fn write(&mut self, chunks: &[Bytes]) -> Result<(), StreamError> {
        if self.state != SendState::Open {
            return Err(StreamError::Closed);
        }
        self.state = SendState::Torn;
        let mut owned = chunks.to_vec();
        if self.priority.class() < Class::Screen {
            self.write_in_turns(&mut owned).await?;
        } else {
            self.write_all(&mut owned).await?;
        }
        self.state = SendState::Open;
        Ok(())
    }

    /// What may wait leaves room for the screen: priority orders only what the carrier still holds.
    async fn write_in_turns(&mut self, chunks: &mut [Bytes]) -> Result<(), StreamError> {
        let mut rest = chunks;
        while !rest.is_empty() {
            let turn = self.meter.turn().await.min(TURN_BYTES_MAX);
            let (whole, left) = fitting(rest, turn);
            match rest.get_mut(whole) {
                Some(part) if 0 < left => {
                    let behind = part.split_off(left);
                    self.write_all(&mut rest[..=whole]).await?;
                    rest[whole] = behind;
                }
                _ => self.write_all(&mut rest[..whole]).await?,
            }
            rest = &mut rest[whole..];
        }
        Ok(())
    }

    async fn write_all(&mut self, chunks: &mut [Bytes]) -> Result<(), StreamError> {
        let mut rest = chunks;
        while !rest.is_empty() {
            let whole = self.write_some(rest).await?;
            rest = &mut rest[whole..];
        }
        Ok(())
    }

    /// Writes what the carrier takes; gives the whole chunks of it. The meter counts what is offered for as long as a
    /// poll takes, and what was taken for good.
    async fn write_some(&mut self, chunks: &mut [Bytes]) -> Result<usize, StreamError> {
        let (meter, class) = (&self.meter, self.priority.class());
        let offered = chunks.iter().map(Bytes::len).sum();
        let mut writing = pin!(self.carrier.write_chunks(chunks));
        poll_fn(|context| {
            meter.offer(class, offered);
            let polled = writing.as_mut().poll(context);
            let bytes = if let Poll::Ready(Ok((bytes, _))) = &polled { *bytes } else { 0 };
            meter.taken(Instant::now(), class, offered, bytes);
            polled.map_ok(|(_, whole)| whole)
        })
        .await
    }

    /// Sets the stream's place in the sending order. New streams have [`Priority::Bulk`]: set it before the first
    /// write.
    pub fn set_priority(&mut self, priority: Priority) {
        self.priority = priority;
        let number = priority.to_number();
        // A closed stream has nothing left to order.
        let _ = match &mut self.carrier {
            SendCarrier::Quic(stream) => stream.set_priority(number).is_ok(),
            SendCarrier::WebTransport(stream) => stream.set_priority(number).is_ok(),
            SendCarrier::WebSocket(stream) => {
                stream.set_priority(number);
                true
            }
        };
    }

    /// Ends the stream after what was written. The carrier goes on delivering it.
    ///
    /// # Errors
    /// When the stream is closed already, or torn by a dropped write, which resets it.
    pub fn finish(&mut self) -> Result<(), StreamError> {
        if self.state != SendState::Open {
            self.reset(CloseCode::Cancelled);
            return Err(StreamError::Closed);
        }
        self.state = SendState::Closed;
        match &mut self.carrier {
            SendCarrier::Quic(stream) => stream.finish().map_err(|_| StreamError::Closed),
            SendCarrier::WebTransport(stream) => stream.finish().map_err(|_| StreamError::Closed),
            SendCarrier::WebSocket(stream) => stream.finish(),
        }
    }

    /// Gives the stream up: what was not delivered yet is not going to be. Does nothing after `finish`.
    pub fn reset(&mut self, code: CloseCode) {
        if self.state == SendState::Closed {
            return;
        }
        self.state = SendState::Closed;
        // Only fails when the stream or the link is closed, which is what is wanted.
        let _ = match &mut self.carrier {
            SendCarrier::Quic(stream) => stream.reset(code.to_wire().into()).is_ok(),
            SendCarrier::WebTransport(stream) => stream.reset(code.to_wire()).is_ok(),
            SendCarrier::WebSocket(stream) => {
                stream.reset(code);
                true
            }
        };
    }
}

impl SendCarrier {
    /// Writes what there is room for; gives the bytes and the whole chunks that were taken.
    async fn write_chunks(&mut self, chunks: &mut [Bytes]) -> Result<(usize, usize), StreamError> {
        let written = match self {
            Self::Quic(stream) => stream.write_chunks(chunks).await?,
            Self::WebTransport(stream) => stream.write_chunks(chunks).await?,
            Self::WebSocket(stream) => return stream.write_chunks(chunks).await,
        };
        Ok((written.bytes, written.chunks))
    }
}

impl Drop for SendStream {
    fn drop(&mut self) {
        self.reset(CloseCode::Cancelled);
    }
}

/// The receiving half of a stream.
///
/// Dropping it before its end stops the stream with [`CloseCode::Cancelled`].
#[derive(Debug)]
pub struct RecvStream {
    carrier: RecvCarrier,
    /// Bytes taken from the carrier and given back by [`RecvStream::peek_header`].
    front: Bytes,
    is_open: bool,
}

#[derive(Debug)]
pub(crate) enum RecvCarrier {
    Quic(quinn::RecvStream),
    WebTransport(web_transport_quinn::RecvStream),
    WebSocket(websocket::RecvHalf),
}

impl RecvStream {
    pub(crate) fn new(carrier: RecvCarrier) -> Self {
        Self { carrier, front: Bytes::new(), is_open: true }
    }

    /// The next bytes, in order; `None` at the end. Safe to drop half-way.
    ///
    /// # Errors
    /// When the sender reset the stream, when it is closed, or when the link is gone.
    pub async fn read(&mut self) -> Result<Option<Bytes>, StreamError> {
        if !self.front.is_empty() {
            return Ok(Some(std::mem::take(&mut self.front)));
        }
        self.read_carrier().await
    }

    /// The next bytes, in order, as one piece of all that is there, up to about 64 kB; `None` at the end. What lies there
    /// in several packets is copied together once, which costs less than to pass on each by itself. Safe to drop half-way.
    ///
    /// # Errors
    /// As [`RecvStream::read`].
    pub async fn read_much(&mut self) -> Result<Option<Bytes>, StreamError> {
        if !self.front.is_empty() {
            return Ok(Some(std::mem::take(&mut self.front)));
        }
        let mut chunks = Vec::with_capacity(CHUNKS_MAX);
        Ok(self.read_more(&mut chunks).await?.map(|length| joined(chunks, length)))
    }

    /// Puts all that is there, up to about 64 kB, behind `buffer`; false at the end. Safe to drop half-way.
    ///
    /// # Errors
    /// As [`RecvStream::read`].
    pub async fn read_onto(&mut self, buffer: &mut BytesMut) -> Result<bool, StreamError> {
        let mut chunks = Vec::with_capacity(CHUNKS_MAX);
        let front = std::mem::take(&mut self.front);
        let more = if front.is_empty() { self.read_more(&mut chunks).await? } else { Some(front.len()) };
        let Some(length) = more else { return Ok(false) };
        if buffer.capacity() - buffer.len() < length {
            // A stream that is full of records shares its buffer with them: a new one then has room for several.
            buffer.reserve(if length < BUSY_BYTES { length } else { BUFFER_BYTES });
        }
        chunks.iter().chain([&front]).for_each(|chunk| buffer.extend_from_slice(chunk));
        Ok(true)
    }

    /// All bytes up to the end. Not to be dropped half-way: what was read is lost with it.
    ///
    /// # Errors
    /// As [`RecvStream::read`], and [`StreamError::OverLimit`] when more than `bytes_max` come.
    pub async fn read_to_end(&mut self, bytes_max: usize) -> Result<Bytes, StreamError> {
        let Some(first) = self.read().await? else { return Ok(Bytes::new()) };
        check_length(first.len(), bytes_max)?;
        let (mut length, mut chunks) = (first.len(), Vec::with_capacity(1 + CHUNKS_MAX));
        chunks.push(first);
        while let Some(more) = self.read_more(&mut chunks).await? {
            length += more;
            check_length(length, bytes_max)?;
        }
        Ok(joined(chunks, length))
    }

    /// Puts what is there behind `chunks` and says how many bytes it is; `None` at the end.
    async fn read_more(&mut self, chunks: &mut Vec<Bytes>) -> Result<Option<usize>, StreamError> {
        if !self.is_open {
            return Ok(None);
        }
        let before = chunks.len();
        let read = self.carrier.read_chunks(chunks).await;
        self.is_open = matches!(read, Ok(true));
        let more = chunks[before..].iter().map(Bytes::len).sum();
        Ok(read?.then_some(more))
    }

    /// The header in front of the stream, taken off it. Safe to drop half-way.
    ///
    /// # Errors
    /// As [`RecvStream::read`], and [`StreamError::Decode`] when the stream does not begin with a header.
    pub async fn take_header(&mut self) -> Result<StreamHeader, StreamError> {
        let (header, length) = self.read_header().await?;
        self.front.advance(length);
        Ok(header)
    }

    /// The header in front of the stream, left on it, for those whose decoder reads the whole stream (a screen
    /// update). Safe to drop half-way.
    ///
    /// # Errors
    /// As [`RecvStream::take_header`].
    pub async fn peek_header(&mut self) -> Result<StreamHeader, StreamError> {
        self.read_header().await.map(|(header, _)| header)
    }

    /// Tells the sender that the rest is not wanted.
    pub fn stop(&mut self, code: CloseCode) {
        if !self.is_open {
            return;
        }
        self.is_open = false;
        self.front.clear();
        // Only fails when the stream or the link is closed, which is what is wanted.
        let _ = match &mut self.carrier {
            RecvCarrier::Quic(stream) => stream.stop(code.to_wire().into()).is_ok(),
            RecvCarrier::WebTransport(stream) => stream.stop(code.to_wire()).is_ok(),
            RecvCarrier::WebSocket(stream) => {
                stream.stop(code);
                true
            }
        };
    }

    async fn read_carrier(&mut self) -> Result<Option<Bytes>, StreamError> {
        if !self.is_open {
            return Ok(None);
        }
        let read = self.carrier.read().await;
        self.is_open = matches!(read, Ok(Some(_)));
        read
    }

    /// Reads until a whole header lies in `front`; gives it and its length there.
    async fn read_header(&mut self) -> Result<(StreamHeader, usize), StreamError> {
        loop {
            let start = self.front.slice(..self.front.len().min(StreamHeader::BYTES_MAX));
            let length = start.len();
            let mut reader = Reader::new(start);
            let missing = match StreamHeader::decode(&mut reader) {
                Ok(header) => return Ok((header, length - reader.left())),
                Err(missing @ DecodeError::Truncated { .. }) => missing,
                Err(error) => return Err(error.into()),
            };
            match self.read_carrier().await? {
                Some(more) if self.front.is_empty() => self.front = more,
                Some(more) => self.front = [&self.front[..], &more].concat().into(),
                None => return Err(missing.into()),
            }
        }
    }
}

impl RecvCarrier {
    async fn read(&mut self) -> Result<Option<Bytes>, StreamError> {
        let chunk = match self {
            Self::Quic(stream) => stream.read_chunk(READ_BYTES_MAX, true).await?,
            Self::WebTransport(stream) => stream.read_chunk(READ_BYTES_MAX, true).await?,
            Self::WebSocket(stream) => return stream.read().await,
        };
        Ok(chunk.map(|chunk| chunk.bytes))
    }

    /// Puts all that is there, at most [`CHUNKS_MAX`] of it, behind `chunks`; false at the end.
    async fn read_chunks(&mut self, chunks: &mut Vec<Bytes>) -> Result<bool, StreamError> {
        let before = chunks.len();
        chunks.resize(before + CHUNKS_MAX, Bytes::new());
        let read = match self {
            Self::Quic(stream) => stream.read_chunks(&mut chunks[before..]).await.map_err(StreamError::from),
            Self::WebTransport(stream) => {
                stream.read_chunks(&mut chunks[before..]).await.map_err(StreamError::from)
            }
            Self::WebSocket(stream) => stream.read().await.map(|chunk| {
                let chunk = chunk?;
                chunks[before] = chunk;
                Some(1)
            }),
        };
        chunks.truncate(before + read.as_ref().map_or(0, |read| read.unwrap_or(0)));
        Ok(read?.is_some())
    }
}

impl Drop for RecvStream {
    fn drop(&mut self) {
        self.stop(CloseCode::Cancelled);
    }
}

/// How many of the first chunks fit whole, and how many bytes are left for a part of the next one.
fn fitting(chunks: &[Bytes], bytes: usize) -> (usize, usize) {
    let mut left = bytes;
    let whole = chunks.iter().take_while(|chunk| {
        let fits = chunk.len() <= left;
        left -= if fits { chunk.len() } else { 0 };
        fits
    });
    (whole.count(), left)
}

/// Chunks of so many bytes in all as one.
fn joined(mut chunks: Vec<Bytes>, length: usize) -> Bytes {
    if let [only] = &mut chunks[..] {
        return std::mem::take(only);
    }
    let mut whole = BytesMut::with_capacity(length);
    chunks.iter().for_each(|chunk| whole.extend_from_slice(chunk));
    whole.freeze()
}

fn check_length(length: usize, limit: usize) -> Result<(), StreamError> {
    if length <= limit { Ok(()) } else { Err(StreamError::OverLimit { limit }) }
}
