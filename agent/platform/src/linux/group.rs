//! Programs in groups of their own, so that what they started ends with them.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process_group};

/// The program will lead a group of its own.
pub(crate) fn group(command: &mut Command) {
    command.process_group(0);
}

/// Ends all of a group at once.
pub(crate) fn end_group(leader: u32) {
    if let Some(leader) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // Gone already is as good.
        let _ = kill_process_group(leader, Signal::KILL);
    }
}

/// The signal that ended a program.
pub(crate) fn signal_of(status: ExitStatus) -> Option<u32> {
    status.signal().map(i32::cast_unsigned)
}
