//! A command shell behind a pseudo terminal; the same on every operating system.
//!
//! Reading, writing and waiting block, and each belongs on a thread of its own. Nothing here is bounded: who reads
//! decides how much of the output is taken, and the program waits for it.

use std::io::{self, Read, Write};

use portable_pty::{Child, ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use wire::shell::{Exit, Signal, Size};

use crate::imp;
use crate::urgency::ordinary;

/// What programs are told that the terminal understands.
const TERM: &str = "xterm-256color";

/// A shell that runs, with the ends of its terminal.
pub struct Started {
    /// Steers it.
    pub terminal: Terminal,
    /// What it shows. Ends, on some systems with an error, when the last program in it is gone.
    pub output: Box<dyn Read + Send>,
    /// What is typed.
    pub typed: Box<dyn Write + Send>,
    /// Waits for its end.
    pub ending: Ending,
}

/// The terminal of a running shell. Dropping it hangs up.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    program: String,
}

/// The end of a shell, to be waited for.
pub struct Ending(Box<dyn Child + Send + Sync>);

/// Starts the user's own login shell in his home folder.
///
/// # Errors
/// When the system has no terminal left, or the shell cannot be run.
pub fn start(size: Size) -> io::Result<Started> {
    let pair = native_pty_system().openpty(pty_size(size)).map_err(io::Error::other)?;
    let mut command = CommandBuilder::new_default_prog();
    command.env("TERM", TERM);
    command.env("COLORTERM", "truecolor");
    if ["LC_ALL", "LC_CTYPE", "LANG"].iter().all(|name| command.get_env(name).is_none()) {
        command.env("LANG", "C.UTF-8");
    }
    let program = command.get_shell();
    let slave = pair.slave;
    // Only the programs hold the terminal's other end from here on: with the last of them the output ends.
    let child = ordinary(move || slave.spawn_command(command))?.map_err(io::Error::other)?;
    Ok(Started {
        output: pair.master.try_clone_reader().map_err(io::Error::other)?,
        typed: pair.master.take_writer().map_err(io::Error::other)?,
        terminal: Terminal { master: pair.master, killer: child.clone_killer(), program },
        ending: Ending(child),
    })
}

impl Terminal {
    /// The shell's program, such as `/bin/bash`.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Tells the programs that the terminal has another size.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn resize(&self, size: Size) -> io::Result<()> {
        self.master.resize(pty_size(size)).map_err(io::Error::other)
    }

    /// Sends something to the program in the foreground.
    ///
    /// # Errors
    /// When there is none, or the system refuses.
    pub fn signal(&mut self, signal: Signal) -> io::Result<()> {
        imp::signal(&*self.master, &mut *self.killer, signal)
    }

    /// Ends the shell and what runs in its foreground. One that is gone already is no error.
    pub fn end(&mut self) {
        // Both fail only where there is nothing left to end.
        let _ = self.signal(Signal::Terminate).is_ok();
        let _ = self.killer.kill().is_ok();
    }
}

impl Ending {
    /// Waits until the shell itself ended. What it left in the background may go on.
    ///
    /// # Errors
    /// When the system lost track of it.
    pub fn wait(mut self) -> io::Result<Exit> {
        let status = self.0.wait()?;
        Ok(match status.signal().and_then(imp::signal_number) {
            Some(number) => Exit::Signal(number),
            None => Exit::Status(status.exit_code()),
        })
    }
}

fn pty_size(size: Size) -> PtySize {
    PtySize { rows: size.rows, cols: size.columns, pixel_width: 0, pixel_height: 0 }
}
