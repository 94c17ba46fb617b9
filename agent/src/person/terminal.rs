//! The terminal as the place where the person at this computer is asked and reads: lines in, lines out, and one that
//! always stands last.

use std::io::{self, BufRead, IsTerminal, Write};
use std::thread;

use tokio::sync::mpsc;

/// Lines that wait to be read.
const LINES_MAX: usize = 16;

/// Bytes of one line; a file that is no text is not read as one.
const LINE_BYTES_MAX: u64 = 64 << 10;

/// Back to the start of the line, and nothing on it.
const AGAIN: &str = "\r\x1b[2K";

/// What the person sees.
#[derive(Debug)]
pub(super) struct Screen {
    is_terminal: bool,
    status: String,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stdout().is_terminal(), status: String::new() }
    }

    /// One more line, above the last one.
    pub(super) fn show(&self, line: &str) {
        let again = if self.is_terminal { AGAIN } else { "" };
        let status = if self.is_terminal { self.status.as_str() } else { "" };
        put(&format!("{again}{line}\n{status}"));
    }

    /// Another last line.
    pub(super) fn set_status(&mut self, status: String) {
        put(&if self.is_terminal { format!("{AGAIN}{status}") } else { format!("{status}\n") });
        self.status = status;
    }
}

/// Whoever closed the terminal reads nothing.
fn put(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok();
}

/// Whether somebody could sit there.
pub(super) fn is_there() -> bool {
    io::stdin().is_terminal()
}

/// The lines that are typed from now on. The thread behind it lives as long as the program: a read of a terminal
/// cannot be ended.
pub(super) fn lines() -> io::Result<mpsc::Receiver<String>> {
    let (sender, receiver) = mpsc::channel(LINES_MAX);
    thread::Builder::new().name("terminal".into()).spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let mut line = Vec::new();
            let mut bounded = io::Read::take(&mut input, LINE_BYTES_MAX);
            match bounded.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            if sender.blocking_send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    })?;
    Ok(receiver)
}
