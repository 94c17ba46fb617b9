//! The bounded queue of control messages to one peer, and the end of a peer that does not take them.

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use wire::close::CloseCode;
use wire::control::control::Body;

/// Control messages that wait for one peer. They are small and rare; a peer that is this far behind is gone.
const MESSAGES_MAX: usize = 256;

/// What waits for one peer. A channel allocates room for 32 at once, and there are thousands of idle links: so it holds
/// messages of 8 bytes, not of 300.
pub(crate) type Outgoing = mpsc::Receiver<Box<Body>>;

/// The way to one peer's control stream, for everybody who is not that peer's own task. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    sender: mpsc::Sender<Box<Body>>,
    end: Ending,
}

/// How others end a peer: once, with a reason. The end of the relay ends everybody, without one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ending {
    code: Arc<OnceLock<CloseCode>>,
    token: CancellationToken,
}

impl Outbox {
    /// An outbox, and the end that the peer's task reads.
    pub(crate) fn new(end: Ending) -> (Self, Outgoing) {
        let (sender, receiver) = mpsc::channel(MESSAGES_MAX);
        (Self { sender, end }, receiver)
    }

    /// Queues a message. A peer whose queue is full is ended; one that is gone already needs none.
    pub(crate) fn send(&self, body: Body) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.sender.try_send(Box::new(body)) {
            self.end.now(CloseCode::TooSlow);
        }
    }

    /// Ends the peer's link.
    pub(crate) fn end(&self, code: CloseCode) {
        self.end.now(code);
    }
}

impl Ending {
    /// An end that also comes when `stop` fires.
    pub(crate) fn under(stop: &CancellationToken) -> Self {
        Self { code: Arc::default(), token: stop.child_token() }
    }

    /// Ends the peer; the first reason counts.
    pub(crate) fn now(&self, code: CloseCode) {
        // A second reason is not lost knowledge: the first already ends the link.
        let _ = self.code.set(code);
        self.token.cancel();
    }

    /// Done once the peer is to end; [`Ending::code`] then says why. To be kept: a wait that is begun anew for each
    /// event costs more than most events.
    pub(crate) fn wanted(&self) -> WaitForCancellationFutureOwned {
        self.token.clone().cancelled_owned()
    }

    /// Why the peer is to end; `None` when only the relay is.
    pub(crate) fn code(&self) -> Option<CloseCode> {
        self.code.get().copied()
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
        end.wanted().await;
        assert_eq!(end.code(), Some(CloseCode::TooSlow));
        assert_eq!(receiver.len(), MESSAGES_MAX);
    }

    #[tokio::test]
    async fn the_end_of_the_relay_ends_a_peer_without_a_reason() {
        let stop = CancellationToken::new();
        let end = Ending::under(&stop);
        stop.cancel();
        end.wanted().await;
        assert_eq!(end.code(), None);
    }
}
