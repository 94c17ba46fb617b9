//! Which threads of the agent go before other programs of the computer.
//!
//! A computer whose programs take all of its cores is one that needs support: picture, input and link must get through
//! there. What technicians let run (shells, scripts, files) is as ordinary as any other program, and may not go before
//! the customer's own.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use crate::imp;

static IS_AHEAD: AtomicBool = AtomicBool::new(false);

/// This thread, and those that it starts, go before other programs from now on. Says whether the system lets: Linux
/// lets root, and who is permitted to.
pub fn go_ahead() -> bool {
    let is_ahead = imp::set_urgent(true);
    IS_AHEAD.fetch_or(is_ahead, Relaxed);
    is_ahead
}

/// This thread is an ordinary one from now on, and cannot become another.
pub fn step_back() {
    if IS_AHEAD.load(Relaxed) {
        imp::set_urgent(false);
    }
}

/// Does something as an ordinary thread does it: what it starts, threads or programs, is ordinary, too. Blocks.
///
/// # Errors
/// When no thread can be had.
///
/// # Panics
/// When `run` does.
pub fn ordinary<T: Send>(run: impl FnOnce() -> T + Send) -> io::Result<T> {
    if !IS_AHEAD.load(Relaxed) {
        return Ok(run());
    }
    thread::scope(|scope| {
        let stepped_back = move || {
            step_back();
            run()
        };
        let thread = thread::Builder::new().name("ordinary".to_owned()).spawn_scoped(scope, stepped_back)?;
        thread.join().map_err(|panic| std::panic::resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_ordinary_thread_gives_comes_back() {
        assert_eq!(ordinary(|| 7).expect("a thread"), 7);
    }
}
