//! Operating systems that are not served yet: says so, clearly. What is the same everywhere works here, too.

use std::{env, io, sync::Arc};

use portable_pty::{ChildKiller, MasterPty};
use wire::shell::Signal;

use crate::{OpenError, System};

pub(crate) fn open(_spec: &str) -> Result<Arc<dyn System>, OpenError> {
    Err(OpenError::Unsupported { os: env::consts::OS })
}

/// There are no signals: to end is to end the shell, and to interrupt is typed.
pub(crate) fn signal(
    _master: &(dyn MasterPty + Send),
    shell: &mut (dyn ChildKiller + Send + Sync),
    signal: Signal,
) -> io::Result<()> {
    match signal {
        Signal::Interrupt => Err(io::Error::new(io::ErrorKind::Unsupported, "type Ctrl-C instead")),
        Signal::Terminate | Signal::Kill => shell.kill(),
    }
}

pub(crate) fn signal_number(_description: &str) -> Option<u32> {
    None
}
