//! The bounded queue of control messages to one peer, and the end of a peer that does not take them.

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::close::CloseCode;
use wire::control::control::Body;

/// Control messages that wait for one peer. They are small and rare; a peer that is this far behind is gone.
const MESSAGES_MAX: usize = 256;

/// The way to one peer's control stream, for everybody who is not that peer's own task. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    sender: mpsc::Sender<Body>,
    end: Ending,
}

/// How others end a peer: once, with a reason.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ending {
    code: Arc<OnceLock<CloseCode>>,
    token: CancellationToken,
}

impl Outbox {
    /// An outbox, and the end that the peer's task reads.
    pub(crate) fn new(end: Ending) -> (Self, mpsc::Receiver<Body>) {
        let (sender, receiver) = mpsc::channel(MESSAGES_MAX);
        (Self { sender, end }, receiver)
    }

    /// Queues a message. A peer whose queue is full is ended; one that is gone already needs none.
    pub(crate) fn send(&self, body: Body) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.sender.try_send(body) {
            self.end.now(CloseCode::TooSlow);
        }
    }

    /// Ends the peer's link.
    pub(crate) fn end(&self, code: CloseCode) {
        self.end.now(code);
    }
}

impl Ending {
    /// Ends the peer; the first reason counts.
    pub(crate) fn now(&self, code: CloseCode) {
        // A second reason is not lost knowledge: the first already ends the link.
        let _ = self.code.set(code);
        self.token.cancel();
    }

    /// Waits until the peer is to end, and says why. Safe to drop half-way.
    pub(crate) async fn wanted(&self) -> CloseCode {
        self.token.cancelled().await;
        self.code.get().copied().unwrap_or(CloseCode::Internal)
    }
}

#[cfg(test)]
mod tests {
    use wire::control::Ping;

    use super::*;

    #[tokio::test]
    async fn a_peer_that_takes_no_messages_is_ended() {
        let end = Ending::default();
        let (outbox, receiver) = Outbox::new(end.clone());
        for number in 0..=MESSAGES_MAX {
            outbox.send(Body::Ping(Ping { number: number as u32, sent_us: 0 }));
        }
        assert_eq!(end.wanted().await, CloseCode::TooSlow);
        assert_eq!(receiver.len(), MESSAGES_MAX);
    }
}
