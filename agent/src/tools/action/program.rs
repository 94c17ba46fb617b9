//! A program that runs for a technician: what it says as it says it, and its end. Whoever drops it ends it.

use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use platform::program::{Command, Login, NotAs, Started, Stopper};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use wire::limits::TOOL_PIECE_BYTES_MAX;
use wire::shell::Exit;

/// Pieces of output that wait to be sent. Then the program waits.
const PIECES_MAX: usize = 4;

/// How long output may follow the end: what the program left in the background may hold its pipes for ever.
const LAST_WORDS_MAX: Duration = Duration::from_millis(500);

/// A piece of what it said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) bytes: Bytes,
    pub(super) is_error: bool,
}

/// What comes next of a program.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Piece(Piece),
    Ended(Exit),
}

/// A program that runs.
pub(super) struct Program {
    pieces: mpsc::Receiver<Piece>,
    exit: oneshot::Receiver<Exit>,
    /// Once it is known.
    ended: Option<Exit>,
    stopper: Stopper,
}

impl Program {
    pub(super) fn start(command: &Command) -> io::Result<Self> {
        Self::follow(command.start()?)
    }

    /// The same as another user; blocks until the system believes that it is him.
    pub(super) fn start_as(command: &Command, login: &Login, text: Option<&[u8]>) -> Result<Self, NotAs> {
        Ok(Self::follow(command.start_as(login, text)?)?)
    }

    fn follow(started: Started) -> io::Result<Self> {
        let Started { output, errors, stopper, ending } = started;
        let (sender, pieces) = mpsc::channel(PIECES_MAX);
        let (exit_sender, exit) = oneshot::channel();
        let program = Self { pieces, exit, ended: None, stopper };
        read("program output", output, false, sender.clone())?;
        read("program errors", errors, true, sender)?;
        thread::Builder::new().name("program end".into()).spawn(move || {
            // The system losing track of a program is an end of no known status; nobody may wait for it any more.
            let _ = exit_sender.send(ending.wait().unwrap_or(Exit::Status(u32::MAX)));
        })?;
        Ok(program)
    }

    /// What comes next. Safe to drop half-way.
    pub(super) async fn next(&mut self) -> Next {
        loop {
            if let Some(exit) = self.ended {
                return match timeout(LAST_WORDS_MAX, self.pieces.recv()).await {
                    Ok(Some(piece)) => Next::Piece(piece),
                    Ok(None) | Err(_) => Next::Ended(exit),
                };
            }
            tokio::select! {
                biased;
                piece = self.pieces.recv() => match piece {
                    Some(piece) => return Next::Piece(piece),
                    None => self.ended = Some((&mut self.exit).await.unwrap_or(Exit::Status(u32::MAX))),
                },
                exit = &mut self.exit => self.ended = Some(exit.unwrap_or(Exit::Status(u32::MAX))),
            }
        }
    }

    /// Ends it; [`Program::next`] says how.
    pub(super) fn stop(&self) {
        self.stopper.stop();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.ended.is_none() {
            self.stopper.stop();
        }
    }
}

/// Reads on a thread of its own until the end, or until nobody wants it.
fn read(
    name: &str,
    mut from: Box<dyn Read + Send>,
    is_error: bool,
    to: mpsc::Sender<Piece>,
) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let mut buffer = vec![0; TOOL_PIECE_BYTES_MAX];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let bytes = Bytes::copy_from_slice(&buffer[..length]);
            if to.blocking_send(Piece { bytes, is_error }).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(text: &str) -> Program {
        Program::start(&Command::new("sh").with(["-c", text])).expect("started")
    }

    async fn all_of(program: &mut Program) -> (String, String, Exit) {
        let (mut output, mut errors) = (String::new(), String::new());
        loop {
            match program.next().await {
                Next::Piece(Piece { bytes, is_error }) => {
                    let said = String::from_utf8_lossy(&bytes);
                    if is_error { errors.push_str(&said) } else { output.push_str(&said) }
                }
                Next::Ended(exit) => return (output, errors, exit),
            }
        }
    }

    #[tokio::test]
    async fn s175_output_and_complaints_come_apart_and_the_status_comes_last() {
        let (output, errors, exit) = all_of(&mut shell("echo out; echo err >&2; exit 5")).await;
        assert_eq!((output.as_str(), errors.as_str(), exit), ("out\n", "err\n", Exit::Status(5)));
    }

    #[tokio::test]
    async fn one_that_is_stopped_ends_with_all_that_it_started() {
        let mut program = shell("sleep 1000 & echo ready; wait");
        assert!(matches!(program.next().await, Next::Piece(_)));
        program.stop();
        assert_eq!(all_of(&mut program).await.2, Exit::Signal(9));
    }

    #[tokio::test]
    async fn what_is_left_in_the_background_does_not_hold_its_end() {
        let (output, _, exit) = all_of(&mut shell("sleep 5 & echo over")).await;
        assert_eq!((output.as_str(), exit), ("over\n", Exit::Status(0)));
    }

    #[tokio::test]
    async fn one_that_floods_waits_for_its_reader() {
        let mut program = shell("yes");
        for _ in 0..20 {
            assert!(matches!(program.next().await, Next::Piece(_)));
        }
        program.stop();
        assert_eq!(all_of(&mut program).await.2, Exit::Signal(9));
    }
}
