//! Listens in on a stream that the relay passes on, for recordings and the audit.
//!
//! A stream never waits for whoever listens: what does not fit into the bounded queue between them is dropped, counted,
//! and told to the listener as a gap, in its place. Start at [`Source`], which is asked once for each stream.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::mpsc;
use wire::stream::StreamKind;
use wire::{Seat, SessionId};

/// Chunks that may wait for one listener. A chunk is what one read gave: a packet, or up to 64 kB.
const CHUNKS_MAX: usize = 512;

/// Bytes that may wait for one listener: what a shell puts out in about a second on a good line.
const BYTES_MAX: usize = 1 << 20;

/// Decides which streams are listened in on.
pub trait Source: Debug + Send + Sync {
    /// A stream begins. `None`: nobody listens. Called by the task that passes the stream on, so it may not block.
    fn tap(&self, stream: Stream) -> Option<Tap>;
}

/// Which stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// What it carries.
    pub kind: StreamKind,
    /// The support session that it belongs to.
    pub session: SessionId,
    /// The technician's place there.
    pub seat: Seat,
}

/// Where bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What the technician says.
    ToAgent,
    /// What the endpoint answers.
    ToTechnician,
}

/// Bytes that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// When they were passed on.
    pub at: Instant,
    /// Where they went.
    pub direction: Direction,
    /// As they passed; shared with the stream, not copied.
    pub bytes: Bytes,
    /// Bytes of both directions that are missing before these, because the listener was slow.
    pub missed_bytes: u64,
}

/// The stream's end: says what passes.
#[derive(Debug)]
pub struct Tap {
    queue: mpsc::Sender<Heard>,
    shared: Arc<Shared>,
    /// Missed since the last chunk that found room.
    gap_bytes: AtomicU64,
}

/// The listener's end.
#[derive(Debug)]
pub struct Listener {
    queue: mpsc::Receiver<Heard>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    waiting_bytes: AtomicUsize,
    missed_bytes: AtomicU64,
}

/// A tap and who listens at it.
pub fn new() -> (Tap, Listener) {
    let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
    let shared = Arc::new(Shared::default());
    let tap = Tap { queue: sender, shared: Arc::clone(&shared), gap_bytes: AtomicU64::new(0) };
    (tap, Listener { queue: receiver, shared })
}

impl Tap {
    /// Tells the listener what passed. Never waits; says whether there was room. A listener that is gone misses
    /// nothing.
    pub fn pass(&self, direction: Direction, bytes: &Bytes) -> bool {
        let length = bytes.len();
        let waiting = self.shared.waiting_bytes.fetch_add(length, Relaxed);
        if waiting + length <= BYTES_MAX {
            match self.queue.try_reserve() {
                Ok(place) => {
                    let missed_bytes = self.gap_bytes.swap(0, Relaxed);
                    place.send(Heard { at: Instant::now(), direction, bytes: bytes.clone(), missed_bytes });
                    return true;
                }
                Err(mpsc::error::TrySendError::Full(())) => {}
                Err(mpsc::error::TrySendError::Closed(())) => {
                    self.shared.waiting_bytes.fetch_sub(length, Relaxed);
                    return true;
                }
            }
        }
        self.shared.waiting_bytes.fetch_sub(length, Relaxed);
        self.shared.missed_bytes.fetch_add(length as u64, Relaxed);
        self.gap_bytes.fetch_add(length as u64, Relaxed);
        false
    }
}

impl Listener {
    /// What passed next; `None` once the stream is over and all was heard. Safe to drop half-way.
    pub async fn recv(&mut self) -> Option<Heard> {
        let heard = self.queue.recv().await?;
        self.shared.waiting_bytes.fetch_sub(heard.bytes.len(), Relaxed);
        Some(heard)
    }

    /// All bytes that were missed so far; after the end also those behind the last [`Heard`].
    pub fn missed_bytes(&self) -> u64 {
        self.shared.missed_bytes.load(Relaxed)
    }
}

/// Who is asked about streams, once there is somebody.
#[derive(Debug, Default)]
pub(crate) struct Taps(OnceLock<Box<dyn Source>>);

impl Taps {
    /// Says who is asked from now on; `false` when somebody is already.
    pub(crate) fn ask(&self, source: Box<dyn Source>) -> bool {
        self.0.set(source).is_ok()
    }

    pub(crate) fn tap(&self, stream: Stream) -> Option<Tap> {
        self.0.get()?.tap(stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn next(listener: &mut Listener) -> (Direction, usize, u64) {
        let heard = listener.recv().await.expect("something heard");
        (heard.direction, heard.bytes.len(), heard.missed_bytes)
    }

    #[tokio::test]
    async fn who_listens_hears_both_directions_in_order_and_then_the_end() {
        let (tap, mut listener) = new();
        assert!(tap.pass(Direction::ToAgent, &Bytes::from_static(b"ls")));
        assert!(tap.pass(Direction::ToTechnician, &Bytes::from_static(b"a b c")));
        drop(tap);
        assert_eq!(next(&mut listener).await, (Direction::ToAgent, 2, 0));
        assert_eq!(next(&mut listener).await, (Direction::ToTechnician, 5, 0));
        assert_eq!(listener.recv().await, None);
        assert_eq!(listener.missed_bytes(), 0);
    }

    #[tokio::test]
    async fn a_slow_listener_misses_bytes_and_is_told_where_and_how_many() {
        let (tap, mut listener) = new();
        let chunk = Bytes::from(vec![0; BYTES_MAX / 2]);
        assert!(tap.pass(Direction::ToTechnician, &chunk));
        assert!(tap.pass(Direction::ToTechnician, &chunk));
        assert!(!tap.pass(Direction::ToTechnician, &chunk));
        assert!(!tap.pass(Direction::ToAgent, &Bytes::from_static(b"x")));
        assert_eq!(next(&mut listener).await.2, 0);
        assert!(tap.pass(Direction::ToAgent, &Bytes::from_static(b"y")));
        assert_eq!(next(&mut listener).await.2, 0);
        assert_eq!(next(&mut listener).await, (Direction::ToAgent, 1, BYTES_MAX as u64 / 2 + 1));
        assert_eq!(listener.missed_bytes(), BYTES_MAX as u64 / 2 + 1);
    }

    #[tokio::test]
    async fn many_small_chunks_are_bounded_too_and_room_comes_back() {
        let (tap, mut listener) = new();
        let one = Bytes::from_static(b"x");
        let fitting = (0..2 * CHUNKS_MAX).filter(|_| tap.pass(Direction::ToAgent, &one)).count();
        assert_eq!(fitting, CHUNKS_MAX);
        for _ in 0..CHUNKS_MAX {
            next(&mut listener).await;
        }
        assert!(tap.pass(Direction::ToAgent, &Bytes::from(vec![0; BYTES_MAX])));
        assert_eq!(next(&mut listener).await, (Direction::ToAgent, BYTES_MAX, CHUNKS_MAX as u64));
    }

    #[test]
    fn a_listener_that_is_gone_misses_nothing() {
        let (tap, listener) = new();
        drop(listener);
        assert!((0..2 * CHUNKS_MAX).all(|_| tap.pass(Direction::ToAgent, &Bytes::from_static(b"x"))));
    }
}
