//! How nice threads are: on Linux each has a niceness of its own, which those that it starts inherit.

use rustix::process::{getpriority_process, setpriority_process};

/// What a thread that goes ahead has: before every ordinary one, and far from the kernel's own.
const URGENT: i32 = -5;

/// What a thread has of which nobody said anything.
const ORDINARY: i32 = 0;

/// This thread's niceness; says whether it is what was wanted. Who started the agent with another one knows why.
pub(crate) fn set_urgent(is_urgent: bool) -> bool {
    let is_chosen = is_urgent && getpriority_process(None) != Ok(ORDINARY);
    !is_chosen && setpriority_process(None, if is_urgent { URGENT } else { ORDINARY }).is_ok()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::urgency::{go_ahead, ordinary};

    #[test]
    fn what_an_ordinary_thread_does_is_ordinary_also_where_its_maker_goes_ahead() {
        let niceness = || getpriority_process(None).expect("a niceness");
        // On a thread of its own, since other tests of the process are not to go ahead.
        let (own, other) = thread::spawn(move || {
            // Without the permission to, all stay alike.
            let own = if go_ahead() { URGENT } else { ORDINARY };
            assert_eq!(niceness(), own);
            (niceness(), ordinary(niceness).expect("a thread"))
        })
        .join()
        .expect("compared");
        assert!(own <= other);
        assert_eq!(other, ORDINARY);
    }
}
