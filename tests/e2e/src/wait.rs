//! Waiting for something to become true, with a bound and an answer that says what was last seen.

use std::time::{Duration, Instant};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks until `look` gives a value, or `bound` passes.
///
/// # Errors
/// Names `what` was waited for.
pub fn until<T>(what: &str, bound: Duration, mut look: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let end = Instant::now() + bound;
    loop {
        if let Some(seen) = look() {
            return Ok(seen);
        }
        if end <= Instant::now() {
            anyhow::bail!("{what}: not within {bound:?}");
        }
        std::thread::park_timeout(PAUSE);
    }
}
