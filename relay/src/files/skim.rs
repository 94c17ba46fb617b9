//! Reads what an endpoint says of its files as it passes, content left aside: for the log, without holding it up.

use bytes::{Buf, Bytes, BytesMut};
use wire::DecodeError;
use wire::file::FromFile;
use wire::limits::FILE_RECORD_BYTES_MAX;

/// The kind of a record of content, which is not looked at.
const BYTES: u8 = 5;

/// The records of a stream, as chunks of it pass.
#[derive(Debug, Default)]
pub(super) struct Skim {
    /// The beginning of a record that is not whole yet.
    head: BytesMut,
    /// Bytes of content still to come of the record that is passing.
    skip: usize,
    /// Bytes of content that passed.
    pub(super) content: u64,
}

impl Skim {
    /// Takes the next chunk, and gives the records without content that it completes.
    pub(super) fn push(&mut self, chunk: &Bytes) -> Result<Vec<FromFile>, DecodeError> {
        let mut chunk = chunk.clone();
        let mut records = Vec::new();
        while chunk.has_remaining() {
            let skipped = self.skip.min(chunk.len());
            chunk.advance(skipped);
            self.skip -= skipped;
            self.content += skipped as u64;
            self.take_head(&mut chunk)?;
            if !self.head.is_empty() && self.skip == 0 {
                records.extend(FromFile::decode(&mut self.head)?);
            }
        }
        Ok(records)
    }

    /// Takes up to one record's worth of bytes; of a record of content only what says so.
    fn take_head(&mut self, chunk: &mut Bytes) -> Result<(), DecodeError> {
        while chunk.has_remaining() && self.skip == 0 {
            match self.shape()? {
                Some((front, length, BYTES)) => {
                    self.head.advance(front + 1);
                    self.skip = length - 1;
                }
                Some((front, length, _)) => {
                    let missing = (front + length).saturating_sub(self.head.len());
                    self.head.extend_from_slice(&chunk.split_to(missing.min(chunk.len())));
                    return Ok(());
                }
                None => self.head.extend_from_slice(&chunk.split_to(1)),
            }
        }
        // The last byte of the chunk may have said that content follows.
        if self.skip == 0
            && let Some((front, length, BYTES)) = self.shape()?
        {
            self.head.advance(front + 1);
            self.skip = length - 1;
        }
        Ok(())
    }

    /// Bytes of the length, the length, and the kind, as soon as all of that is there.
    fn shape(&self) -> Result<Option<(usize, usize, u8)>, DecodeError> {
        let Some(first) = self.head.first() else { return Ok(None) };
        let front = 1_usize << (first >> 6);
        let (Some(length), Some(&kind)) = (self.head.get(..front), self.head.get(front)) else {
            return Ok(None);
        };
        let mut reader = wire::Reader::new(Bytes::copy_from_slice(length));
        let length = reader.varint_max("file record", FILE_RECORD_BYTES_MAX as u64)? as usize;
        Ok((0 < length).then_some((front, length, kind)))
    }
}

#[cfg(test)]
mod tests {
    use wire::Writer;

    use super::*;

    #[test]
    fn records_are_found_between_content_however_the_stream_is_cut() {
        let last = FromFile::Done { items: 1, bytes: 300_000 };
        let whole = FromFile::Whole([7; 32]);
        let mut out = Writer::new();
        for record in [
            FromFile::Bytes(vec![5; 300_000].into()),
            whole.clone(),
            FromFile::Bytes(vec![1].into()),
            last.clone(),
        ] {
            record.encode(&mut out);
        }
        let bytes = out.into_bytes();
        for piece in [1, 2, 3, 7, 64, 65_537, bytes.len()] {
            let mut skim = Skim::default();
            let mut found = Vec::new();
            for chunk in bytes.chunks(piece) {
                found.extend(skim.push(&Bytes::copy_from_slice(chunk)).expect("records"));
            }
            assert_eq!(
                (&found[..], skim.content),
                (&[whole.clone(), last.clone()][..], 300_001),
                "in {piece}s"
            );
        }
    }
}
