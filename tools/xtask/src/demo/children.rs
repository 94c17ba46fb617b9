//! The processes of the demo: started one after the other, watched together, stopped in the opposite order.
//!
//! Each is the leader of a process group of its own, so that a Ctrl-C in the terminal reaches only us, and we
//! stop them in order. A process that ends by itself ends the demo, and its last lines say why.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

/// Lines of each process that are kept for the case that it dies.
const LOG_LINES_MAX: usize = 30;
/// How long a process may take to stop before it is killed.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// How often we look whether all are still there.
const LOOK_EVERY: Duration = Duration::from_millis(100);

enum Event {
    Line { child: usize, text: String },
    Stop,
}

/// The processes, oldest first.
pub(super) struct Children {
    running: Vec<Running>,
    is_verbose: bool,
    sender: Sender<Event>,
    events: Receiver<Event>,
}

struct Running {
    name: &'static str,
    process: Child,
    log: VecDeque<String>,
}

impl Children {
    /// None yet. From here on, Ctrl-C is an event and ends nothing by itself.
    pub(super) fn new(is_verbose: bool) -> Result<Self> {
        let (sender, events) = mpsc::channel();
        let mut signals = Signals::new([SIGINT, SIGTERM]).context("no signal handler")?;
        let stop = sender.clone();
        thread::spawn(move || signals.forever().try_for_each(|_| stop.send(Event::Stop)));
        Ok(Self { running: Vec::new(), is_verbose, sender, events })
    }

    /// Starts a process and keeps what it prints.
    pub(super) fn start(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        let (reader, writer) = io::pipe().context("no pipe")?;
        command
            .stdin(Stdio::null())
            .stdout(writer.try_clone().context("no second end of the pipe")?)
            .stderr(writer);
        let process = command.process_group(0).spawn().with_context(|| format!("{name} did not start"))?;
        // The command keeps its ends of the pipe; without this the reader would never end.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (child, sender) = (self.running.len(), self.sender.clone());
        thread::spawn(move || {
            let mut lines = BufReader::new(reader).lines().map_while(Result::ok);
            lines.try_for_each(|text| sender.send(Event::Line { child, text }))
        });
        self.running.push(Running { name, process, log: VecDeque::new() });
        Ok(())
    }

    /// Waits until `pick` finds what it looks for in a line of this process.
    pub(super) fn wait_for_line<T>(
        &mut self,
        name: &str,
        within: Duration,
        mut pick: impl FnMut(&str) -> Option<T>,
    ) -> Result<T> {
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            if let Some((child, line)) = self.step(deadline)?
                && self.running[child].name == name
                && let Some(found) = pick(&line)
            {
                return Ok(found);
            }
        }
        bail!("{name} is not ready after {} s\n{}", within.as_secs(), self.log(name))
    }

    /// Watches until the time is over, or without end. Fails when a process ends, or with [`Interrupted`].
    pub(super) fn watch(&mut self, until: Option<Instant>) -> Result<()> {
        while until.is_none_or(|until| Instant::now() < until) {
            self.step(until.unwrap_or_else(|| Instant::now() + LOOK_EVERY))?;
        }
        Ok(())
    }

    /// The last lines of a process.
    pub(super) fn log(&self, name: &str) -> String {
        let child = self.running.iter().find(|child| child.name == name);
        child
            .map(|child| child.log.iter().map(|line| format!("  {name}: {line}\n")).collect())
            .unwrap_or_default()
    }

    /// Stops all, youngest first, and waits for each.
    fn stop(&mut self) {
        while let Some(mut child) = self.running.pop() {
            child.signal(Signal::TERM);
            let deadline = Instant::now() + STOP_WITHIN;
            while child.is_running() && Instant::now() < deadline {
                // Nothing is sent for a process that is no longer in the list: this is a bounded wait.
                drop(self.events.recv_timeout(LOOK_EVERY));
            }
            if child.is_running() {
                eprintln!("{} did not stop within {} s and is killed", child.name, STOP_WITHIN.as_secs());
                child.signal(Signal::KILL);
            }
            drop(child.process.wait());
        }
    }

    /// The next line, if one comes soon and before the deadline.
    fn step(&mut self, deadline: Instant) -> Result<Option<(usize, String)>> {
        let wait = deadline.saturating_duration_since(Instant::now()).min(LOOK_EVERY);
        match self.events.recv_timeout(wait) {
            Ok(Event::Stop) => bail!(Interrupted),
            Ok(Event::Line { child, text }) => {
                self.keep(child, &text);
                return Ok(Some((child, text)));
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        // Only now, when all that it printed is read.
        for index in 0..self.running.len() {
            if !self.running[index].is_running() {
                let name = self.running[index].name;
                bail!("{name} ended by itself\n{}", self.log(name));
            }
        }
        Ok(None)
    }

    fn keep(&mut self, child: usize, text: &str) {
        let child = &mut self.running[child];
        if self.is_verbose {
            println!("{}: {text}", child.name);
        }
        child.log.push_back(text.to_owned());
        if LOG_LINES_MAX < child.log.len() {
            child.log.pop_front();
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    fn signal(&self, signal: Signal) {
        // It fails only where the process is gone, which is what we want.
        let _ = kill_process_group(Pid::from_child(&self.process), signal);
    }
}

/// Ctrl-C, or a request to end.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(super) struct Interrupted;

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", text]);
        command
    }

    #[test]
    fn a_line_is_found_and_a_running_process_is_stopped() {
        let mut children = Children::new(false).unwrap();
        children.start("one", &mut script("echo starting; echo ready 7; exec sleep 600")).unwrap();
        let seven = children
            .wait_for_line("one", STOP_WITHIN, |line| line.strip_prefix("ready ")?.parse::<u8>().ok());
        assert_eq!(seven.unwrap(), 7);
        children.stop();
        assert!(children.running.is_empty());
    }

    #[test]
    fn a_process_that_dies_ends_the_watch_and_says_why() {
        let mut children = Children::new(false).unwrap();
        children.start("one", &mut script("echo no such display; exit 1")).unwrap();
        let error = children.watch(Some(Instant::now() + STOP_WITHIN)).unwrap_err();
        assert_eq!(error.to_string(), "one ended by itself\n  one: no such display\n");
    }
}
