//! One shell: its program, what it has shown, and whoever looks at it.
//!
//! Three threads wait for the terminal: one reads, one types, one waits for the end. The reader stops while what a
//! technician has been shown is far behind, so that `yes` waits for him instead of filling memory and the line; while
//! nobody looks, it goes on and the oldest output is forgotten.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use platform::terminal::{self, Ending, Started, Terminal};
use tokio::sync::{Notify, mpsc};
use wire::shell::{Exit, Signal, Size};

use super::log::{KEPT_BYTES_MAX, Log};

/// Bytes that the program may be ahead of what was shown: half of what is kept, so that nothing is lost, and a second
/// of a line of 1 Mb/s.
const AHEAD_BYTES_MAX: u64 = KEPT_BYTES_MAX as u64 / 2;

/// Bytes that one read takes.
const READ_BYTES: usize = 16 << 10;

/// Pieces of input that wait for a program which does not read. Then their sender waits.
const TYPED_MAX: usize = 4;

/// How long output may follow the end of a shell: what it left in the background may hold the terminal for ever.
const LAST_WORDS_MAX: Duration = Duration::from_millis(500);

/// What to say of a program whose end the system lost.
const UNKNOWN_EXIT: Exit = Exit::Status(u32::MAX);

/// A shell that runs, or has ended and is still looked at.
pub(super) struct Shell {
    program: String,
    typed: mpsc::Sender<Bytes>,
    terminal: Mutex<Option<Terminal>>,
    state: Mutex<State>,
    /// Who looks took something, nobody looks any more, or the output ended.
    room: Condvar,
    /// There is more to see, somebody else looks, or the shell ended.
    news: Notify,
}

#[derive(Default)]
struct State {
    log: Log,
    /// What the newest who looks was shown; `None` while nobody does.
    seen: Option<u64>,
    /// Counts those who looked.
    looks: u64,
    /// Bytes of input in all.
    typed: u64,
    output_ended: bool,
    exit: Option<Exit>,
}

/// What is there for who looks.
pub(super) enum Next {
    /// More output.
    Bytes(Bytes),
    /// All was seen, and the shell ended.
    Ended(Exit),
    /// Somebody else looks now.
    Replaced,
}

/// A look at a shell's output, until a newer one takes its place.
pub(super) struct Look {
    shell: Arc<Shell>,
    number: u64,
    at: u64,
    typed: u64,
}

impl Shell {
    /// Starts the user's shell.
    pub(super) fn start(size: Size) -> io::Result<Arc<Self>> {
        let Started { terminal, output, typed, ending } = terminal::start(size)?;
        let (sender, receiver) = mpsc::channel(TYPED_MAX);
        let shell = Arc::new(Self {
            program: terminal.program().to_owned(),
            typed: sender,
            terminal: Mutex::new(Some(terminal)),
            state: Mutex::default(),
            room: Condvar::new(),
            news: Notify::new(),
        });
        let (reader, waiter) = (Arc::clone(&shell), Arc::clone(&shell));
        spawn("shell output", move || reader.read(output))?;
        spawn("shell input", move || write(typed, receiver))?;
        spawn("shell end", move || waiter.wait(ending))?;
        Ok(shell)
    }

    /// What runs.
    pub(super) fn program(&self) -> &str {
        &self.program
    }

    /// Types; waits while the program does not read. Safe to drop half-way: nothing is typed then. Who does not look
    /// any more types nothing.
    pub(super) async fn r#type(&self, look: u64, bytes: Bytes) {
        // Nobody reads any more only when the shell is over, which its output says.
        let Ok(room) = self.typed.reserve().await else { return };
        let mut state = self.state.lock();
        if state.looks == look {
            state.typed += bytes.len() as u64;
            room.send(bytes);
        }
    }

    /// The terminal has another size.
    pub(super) fn resize(&self, size: Size) {
        if let Some(terminal) = &*self.terminal.lock() {
            // A terminal that is gone has no size.
            let _ = terminal.resize(size).is_ok();
        }
    }

    /// Something for the program in the foreground.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(terminal) = &mut *self.terminal.lock()
            && let Err(error) = terminal.signal(signal)
        {
            tracing::debug!(%error, "signal not delivered");
        }
    }

    /// Ends it. What it still says is forgotten.
    pub(super) fn end(&self) {
        if let Some(mut terminal) = self.terminal.lock().take() {
            terminal.end();
        }
        self.state.lock().seen = None;
        self.room.notify_all();
    }

    /// Whether the program ended.
    pub(super) fn has_ended(&self) -> bool {
        self.state.lock().exit.is_some()
    }

    /// Whether nobody has looked since `number` of looks, and nobody looks.
    pub(super) fn is_left_since(&self, number: u64) -> bool {
        let state = self.state.lock();
        state.seen.is_none() && state.looks == number
    }

    /// Begins to look at the output from a place on. Whoever looked before is told that he was replaced.
    pub(super) fn look(self: &Arc<Self>, from: u64) -> Look {
        let mut state = self.state.lock();
        let (at, _) = state.log.read(from, 0);
        state.looks += 1;
        state.seen = Some(at);
        let (number, typed) = (state.looks, state.typed);
        drop(state);
        self.room.notify_all();
        self.news.notify_waiters();
        Look { shell: Arc::clone(self), number, at, typed }
    }

    /// A look was shown all output before `at`.
    pub(super) fn seen(&self, look: u64, at: u64) {
        let mut state = self.state.lock();
        if state.looks == look && state.seen.is_some_and(|seen| seen < at) {
            state.seen = Some(at.min(state.log.total()));
            drop(state);
            self.room.notify_all();
        }
    }

    fn read(&self, mut output: Box<dyn Read + Send>) {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let length = match output.read(&mut buffer) {
                // Linux says so by an error when the last program is gone.
                Ok(0) | Err(_) => break,
                Ok(length) => length,
            };
            let mut state = self.state.lock();
            self.room.wait_while(&mut state, |state| {
                state.seen.is_some_and(|seen| AHEAD_BYTES_MAX < state.log.total() - seen)
            });
            state.log.append(&buffer[..length]);
            drop(state);
            self.news.notify_waiters();
        }
        self.state.lock().output_ended = true;
        self.room.notify_all();
    }

    fn wait(&self, ending: Ending) {
        let exit = ending.wait().unwrap_or(UNKNOWN_EXIT);
        let mut state = self.state.lock();
        if !state.output_ended {
            self.room.wait_while_for(&mut state, |state| !state.output_ended, LAST_WORDS_MAX);
        }
        state.exit = Some(exit);
        drop(state);
        // Hangs up on what was left in the background, and ends the reader with it.
        self.terminal.lock().take();
        self.news.notify_waiters();
    }
}

impl Look {
    /// Which look it is.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// What is looked at.
    pub(super) fn shell(&self) -> &Arc<Shell> {
        &self.shell
    }

    /// Where in the output it is.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Bytes of input that the shell had taken when the look began.
    pub(super) fn typed(&self) -> u64 {
        self.typed
    }

    /// Waits for what comes next, at most `bytes_max` of it. Safe to drop half-way.
    pub(super) async fn next(&mut self, bytes_max: usize) -> Next {
        let shell = Arc::clone(&self.shell);
        loop {
            let news = shell.news.notified();
            tokio::pin!(news);
            // Whatever happens from here on wakes us.
            news.as_mut().enable();
            if let Some(next) = self.take(bytes_max) {
                return next;
            }
            news.await;
        }
    }

    fn take(&mut self, bytes_max: usize) -> Option<Next> {
        let state = self.shell.state.lock();
        if state.looks != self.number {
            return Some(Next::Replaced);
        }
        let (from, bytes) = state.log.read(self.at, bytes_max);
        if bytes.is_empty() {
            return state.exit.map(Next::Ended);
        }
        self.at = from + bytes.len() as u64;
        Some(Next::Bytes(bytes))
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        let mut state = self.shell.state.lock();
        if state.looks == self.number {
            state.seen = None;
            drop(state);
            self.shell.room.notify_all();
        }
    }
}

/// Types until nobody can type any more, or the program is gone.
fn write(mut typed: Box<dyn Write + Send>, mut pieces: mpsc::Receiver<Bytes>) {
    while let Some(piece) = pieces.blocking_recv() {
        if typed.write_all(&piece).and_then(|()| typed.flush()).is_err() {
            return;
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}
