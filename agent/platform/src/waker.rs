//! The way to end another thread's wait.

use std::{fmt, sync::Arc};

/// Ends a wait in another thread early, so that it can stop promptly.
///
/// One wake ends one wait: the one under way, or else the next one. The wait then returns as if its time
/// had passed. Waking after the waiting part is gone does nothing.
#[derive(Clone)]
pub struct Waker(Arc<dyn Fn() + Send + Sync>);

impl Waker {
    pub(crate) fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    /// Ends the wait. Never blocks for longer than a lock is held.
    pub fn wake(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waker").finish_non_exhaustive()
    }
}
