//! What a shell has shown: the newest bytes, counted from its first one.

use std::collections::VecDeque;

use bytes::Bytes;

/// Bytes that are kept: what a technician finds when he is back, some thousand lines.
pub(super) const KEPT_BYTES_MAX: usize = 256 << 10;

/// The newest output of one shell.
#[derive(Debug, Default)]
pub(super) struct Log {
    kept: VecDeque<u8>,
    /// Bytes in all, also those that are not kept any more.
    total: u64,
}

impl Log {
    /// Bytes in all since the shell began.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The first byte that is still kept.
    pub(super) fn start(&self) -> u64 {
        self.total - self.kept.len() as u64
    }

    /// The shell has shown more.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.kept.extend(bytes);
        self.total += bytes.len() as u64;
        let over = self.kept.len().saturating_sub(KEPT_BYTES_MAX);
        self.kept.drain(..over);
    }

    /// At most `bytes_max` bytes from `from` on, or from the first that is kept, with the place where they begin.
    pub(super) fn read(&self, from: u64, bytes_max: usize) -> (u64, Bytes) {
        let from = from.clamp(self.start(), self.total);
        let skipped = (from - self.start()) as usize;
        let end = self.kept.len().min(skipped.saturating_add(bytes_max));
        (from, self.kept.range(skipped..end).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_read_from_any_place_in_pieces() {
        let mut log = Log::default();
        log.append(b"hello ");
        log.append(b"world");
        assert_eq!(log.read(0, 100), (0, Bytes::from_static(b"hello world")));
        assert_eq!(log.read(6, 3), (6, Bytes::from_static(b"wor")));
        assert_eq!(log.read(11, 100), (11, Bytes::new()));
    }

    #[test]
    fn a_place_that_is_not_there_gives_the_nearest_that_is() {
        let mut log = Log::default();
        log.append(&[1; KEPT_BYTES_MAX]);
        log.append(&[2; 10]);
        assert_eq!(log.start(), 10);
        assert_eq!(log.read(0, 1), (10, Bytes::from_static(&[1])));
        assert_eq!(log.read(u64::MAX, 1), (log.total(), Bytes::new()));
    }

    #[test]
    fn it_never_keeps_more_than_it_may() {
        let mut log = Log::default();
        for _ in 0..100 {
            log.append(&[7; 10_000]);
        }
        assert_eq!((log.total(), log.total() - log.start()), (1_000_000, KEPT_BYTES_MAX as u64));
    }
}
