//! Lays fields into chunks: small ones are copied together, large payloads are passed on by pointer.

use bytes::{BufMut, Bytes, BytesMut};

use crate::limits::VARINT_MAX;

/// Payloads from this size on travel as chunks of their own; below, copying is cheaper than another chunk.
const SHARED_BYTES_MIN: usize = 512;

/// Collects a message as a list of chunks that are sent one after the other.
#[derive(Debug, Default)]
pub struct Writer {
    chunks: Vec<Bytes>,
    open: BytesMut,
    closed_bytes: usize,
}

impl Writer {
    /// An empty message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.closed_bytes + self.open.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.open.put_u8(value);
    }

    /// Two bytes, big endian.
    pub fn u16(&mut self, value: u16) {
        self.open.put_u16(value);
    }

    /// Two bytes, big endian, signed.
    pub fn i16(&mut self, value: i16) {
        self.open.put_i16(value);
    }

    /// Four bytes, big endian.
    pub fn u32(&mut self, value: u32) {
        self.open.put_u32(value);
    }

    /// Eight bytes, big endian.
    pub fn u64(&mut self, value: u64) {
        self.open.put_u64(value);
    }

    /// A variable-length integer of RFC 9000 §16.
    ///
    /// # Panics
    /// When `value` is 2^62 or more, which no field of ours reaches.
    pub fn varint(&mut self, value: u64) {
        assert!(value <= VARINT_MAX, "{value} does not fit a varint");
        match varint_size(value) {
            1 => self.open.put_u8(value as u8),
            2 => self.open.put_u16(value as u16 | 0x4000),
            4 => self.open.put_u32(value as u32 | 0x8000_0000),
            _ => self.open.put_u64(value | 0xc000_0000_0000_0000),
        }
    }

    /// A length as varint, and the bytes.
    pub fn block(&mut self, payload: &Bytes) {
        self.varint(payload.len() as u64);
        self.shared(payload);
    }

    /// Bytes without their length; by pointer when that is worth it.
    pub fn shared(&mut self, payload: &Bytes) {
        if payload.len() < SHARED_BYTES_MIN {
            self.open.put_slice(payload);
        } else {
            self.close_chunk();
            self.closed_bytes += payload.len();
            self.chunks.push(payload.clone());
        }
    }

    /// Bytes without their length, copied.
    pub fn slice(&mut self, bytes: &[u8]) {
        self.open.put_slice(bytes);
    }

    /// A length as varint, and the text.
    pub fn text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.open.put_slice(text.as_bytes());
    }

    /// The message, in order.
    pub fn into_chunks(mut self) -> Vec<Bytes> {
        self.close_chunk();
        self.chunks
    }

    /// The message as one buffer; copies when there is more than one chunk.
    pub fn into_bytes(self) -> Bytes {
        let length = self.len();
        let mut chunks = self.into_chunks();
        if chunks.len() == 1 {
            return chunks.swap_remove(0);
        }
        let mut whole = BytesMut::with_capacity(length);
        for chunk in &chunks {
            whole.put_slice(chunk);
        }
        whole.freeze()
    }

    fn close_chunk(&mut self) {
        if !self.open.is_empty() {
            self.closed_bytes += self.open.len();
            self.chunks.push(self.open.split().freeze());
        }
    }
}

/// Bytes that `value` takes as a varint.
pub const fn varint_size(value: u64) -> usize {
    match value {
        0..=0x3f => 1,
        0x40..=0x3fff => 2,
        0x4000..=0x3fff_ffff => 4,
        _ => 8,
    }
}
