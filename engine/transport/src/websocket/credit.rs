//! The windows of the mux: what a sender may send, and when a receiver permits more. Pure.

/// What a sender knows of its window.
#[derive(Debug, Clone, Copy)]
pub(super) struct SendWindow {
    used: u64,
    limit: u64,
}

impl SendWindow {
    pub(super) fn new(limit: u64) -> Self {
        Self { used: 0, limit }
    }

    /// What may still be sent.
    pub(super) fn room(&self) -> u64 {
        self.limit - self.used
    }

    /// Takes up to `wanted` of the room; says how much it got.
    pub(super) fn take(&mut self, wanted: u64) -> u64 {
        let got = wanted.min(self.room());
        self.used += got;
        got
    }

    /// How much was sent in all.
    pub(super) fn used(&self) -> u64 {
        self.used
    }

    /// The receiver permits `limit` in all. A lower one than before means nothing.
    pub(super) fn raise(&mut self, limit: u64) {
        self.limit = self.limit.max(limit);
    }
}

/// A receiver's window: it lets `size` be under way beyond what was taken off.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecvWindow {
    received: u64,
    taken: u64,
    limit: u64,
    size: u64,
}

/// The peer sent more than it was permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exceeded {
    pub(super) got: u64,
    pub(super) limit: u64,
}

impl RecvWindow {
    pub(super) fn new(size: u64) -> Self {
        Self { received: 0, taken: 0, limit: size, size }
    }

    /// `amount` came.
    pub(super) fn receive(&mut self, amount: u64) -> Result<(), Exceeded> {
        let got = self.received.saturating_add(amount);
        if self.limit < got {
            return Err(Exceeded { got, limit: self.limit });
        }
        self.received = got;
        Ok(())
    }

    /// How much came in all.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// `amount` of what came is no longer here.
    pub(super) fn take(&mut self, amount: u64) {
        self.taken = self.taken.saturating_add(amount).min(self.received);
    }

    /// Lets `size` be under way from now on; what was permitted stays permitted.
    pub(super) fn resize(&mut self, size: u64) {
        self.size = size;
    }

    /// A new limit to tell the peer, once half of the window is used up.
    pub(super) fn raise(&mut self) -> Option<u64> {
        let limit = self.taken.saturating_add(self.size);
        if limit <= self.limit || self.size / 2 < self.limit - self.received.min(self.limit) {
            return None;
        }
        self.limit = limit;
        Some(limit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the order of sending and taking, a sender that obeys is never refused, and it is never stuck
        /// once all was taken off.
        #[test]
        fn who_obeys_is_never_refused_and_never_stuck(
            size in 1_u64..1000,
            steps in prop::collection::vec((0_u64..1500, 0_u64..1500), 1..200),
        ) {
            let mut sender = SendWindow::new(size);
            let mut receiver = RecvWindow::new(size);
            for (send, take) in steps {
                prop_assert!(receiver.receive(sender.take(send)).is_ok());
                receiver.take(take);
                if let Some(limit) = receiver.raise() {
                    sender.raise(limit);
                }
                prop_assert!(sender.used() - receiver.taken <= size);
            }
            receiver.take(u64::MAX);
            if let Some(limit) = receiver.raise() {
                sender.raise(limit);
            }
            prop_assert!(0 < sender.room());
        }
    }

    #[test]
    fn one_byte_too_many_is_noticed() {
        let mut window = RecvWindow::new(10);
        assert_eq!(window.receive(10), Ok(()));
        assert_eq!(window.receive(1), Err(Exceeded { got: 11, limit: 10 }));
        window.take(10);
        assert_eq!(window.raise(), Some(20));
        assert_eq!(window.receive(10), Ok(()));
    }

    #[test]
    fn a_lower_limit_means_nothing() {
        let mut window = SendWindow::new(10);
        window.raise(4);
        assert_eq!(window.take(20), 10);
        assert_eq!(window.room(), 0);
    }
}
