//! Signals for the program in a terminal's foreground.

use std::io;

use portable_pty::{ChildKiller, MasterPty};
use rustix::process::{Pid, Signal as Number, kill_process_group};
use wire::shell::Signal;

/// Names that the C library gives the signals which end programs, with their numbers.
const NAMES: &[(&str, u32)] = &[
    ("Hangup", 1),
    ("Interrupt", 2),
    ("Quit", 3),
    ("Illegal instruction", 4),
    ("Aborted", 6),
    ("Bus error", 7),
    ("Floating point exception", 8),
    ("Killed", 9),
    ("Segmentation fault", 11),
    ("Broken pipe", 13),
    ("Alarm clock", 14),
    ("Terminated", 15),
];

/// Sends a signal to all processes of the foreground's group.
pub(crate) fn signal(
    master: &(dyn MasterPty + Send),
    _shell: &mut (dyn ChildKiller + Send + Sync),
    signal: Signal,
) -> io::Result<()> {
    let nobody = || io::Error::new(io::ErrorKind::NotFound, "nothing runs in the foreground");
    let group = master.process_group_leader().and_then(Pid::from_raw).ok_or_else(nobody)?;
    let number = match signal {
        Signal::Interrupt => Number::INT,
        Signal::Terminate => Number::TERM,
        Signal::Kill => Number::KILL,
    };
    Ok(kill_process_group(group, number)?)
}

/// The number of a signal that the C library describes so.
pub(crate) fn signal_number(description: &str) -> Option<u32> {
    let name = description.split(" (core dumped)").next().unwrap_or(description);
    NAMES.iter().find(|(known, _)| *known == name).map(|&(_, number)| number)
}
