//! A program that runs beside the test: its lines are kept, and it is gone when the test is.

use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;

use crate::wait;

/// Lines kept of each program; older ones are dropped.
const LINES_MAX: usize = 4000;

/// How long a program may take to stop when asked, before it is killed.
const STOP_MAX: Duration = Duration::from_secs(10);

/// A running program.
pub struct Process {
    name: String,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts `command`; `name` is what messages call it.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(name: &str, command: &mut Command) -> anyhow::Result<Self> {
        Self::start_with(name, command, Stdio::null())
    }

    /// Starts `command` as somebody who types into it does.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start_typed(name: &str, command: &mut Command) -> anyhow::Result<Self> {
        Self::start_with(name, command, Stdio::piped())
    }

    fn start_with(name: &str, command: &mut Command, input: Stdio) -> anyhow::Result<Self> {
        let program = command.get_program().to_owned();
        let mut child = command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name}: cannot start {}", program.display()))?;
        let lines = Arc::new(Mutex::new(Vec::new()));
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|out| Box::new(out) as _),
            child.stderr.take().map(|err| Box::new(err) as _),
        ];
        for stream in streams.into_iter().flatten() {
            let kept = Arc::clone(&lines);
            thread::spawn(move || keep_lines(stream, &kept));
        }
        Ok(Self { name: name.to_owned(), child, lines })
    }

    /// Types a line.
    ///
    /// # Errors
    /// When the program was not started to be typed into, or reads no more.
    pub fn type_line(&mut self, line: &str) -> anyhow::Result<()> {
        let input = self.child.stdin.as_mut().with_context(|| format!("{} reads nothing", self.name))?;
        writeln!(input, "{line}")?;
        Ok(input.flush()?)
    }

    /// Waits for the first line, old or new, for which `pick` gives a value.
    ///
    /// # Errors
    /// When the program ends first or the bound passes; with its last lines.
    pub fn line<T>(
        &mut self,
        what: &str,
        bound: Duration,
        pick: impl Fn(&str) -> Option<T>,
    ) -> anyhow::Result<T> {
        let lines = Arc::clone(&self.lines);
        let found = wait::until(what, bound, || {
            if let Some(found) = lock(&lines).iter().find_map(|line| pick(line)) {
                return Some(Some(found));
            }
            if self.has_ended() { Some(None) } else { None }
        });
        match found {
            Ok(Some(found)) => Ok(found),
            Ok(None) => anyhow::bail!("{} ended; waited for {what}\n{}", self.name, self.tail()),
            Err(error) => Err(error.context(format!("{}:\n{}", self.name, self.tail()))),
        }
    }

    /// Whether it is over.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything that it printed, as far as it was kept.
    pub fn output(&self) -> String {
        lock(&self.lines).join("\n")
    }

    /// Asks it to stop, waits, and kills it when it does not.
    pub fn stop(&mut self) {
        if self.has_ended() {
            return;
        }
        let asked = Command::new("kill").arg("-TERM").arg(self.id().to_string()).status();
        let stopped = asked.is_ok()
            && wait::until("stop", STOP_MAX, || if self.has_ended() { Some(()) } else { None }).is_ok();
        if !stopped {
            self.kill();
        }
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn tail(&self) -> String {
        let lines = lock(&self.lines);
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("--- last lines of {}\n{}", self.name, self.tail());
        }
        self.kill();
    }
}

/// The path of one of our own programs, built as this test was; `NEARHAND_BIN_DIR` names others. A program that is no
/// test takes those that lie beside it.
///
/// # Errors
/// When it cannot be built.
pub fn own(program: &str) -> anyhow::Result<PathBuf> {
    if let Some(folder) = std::env::var_os("NEARHAND_BIN_DIR") {
        return Ok(PathBuf::from(folder).join(program));
    }
    let beside = std::env::current_exe()?.with_file_name(program);
    if beside.is_file() {
        return Ok(beside);
    }
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = BUILT.get_or_init(|| build_own().map_err(|error| format!("{error:#}")));
    folder.clone().map(|folder| folder.join(program)).map_err(anyhow::Error::msg)
}

/// Builds what may have been left out or is old: a test runner builds only what its tests link.
fn build_own() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args([
        "build",
        "--quiet",
        "--bins",
        "--package",
        "relay",
        "--package",
        "agent",
        "--package",
        "view",
    ]);
    // What cargo said about this test: some build scripts look at it, and half of the tree would be built anew.
    let about_us =
        |name: &String| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|about| name.starts_with(about));
    for name in std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(about_us) {
        build.env_remove(name);
    }
    let status = build.current_dir(crate::checkout()).status().context("cargo")?;
    anyhow::ensure!(status.success(), "the programs under test do not build");
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).context("the test lies in no target folder")?;
    Ok(folder.to_owned())
}

fn keep_lines(stream: impl Read, lines: &Mutex<Vec<String>>) {
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        let mut lines = lock(lines);
        if LINES_MAX <= lines.len() {
            lines.drain(..LINES_MAX / 2);
        }
        lines.push(line);
    }
}

fn lock(lines: &Mutex<Vec<String>>) -> std::sync::MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}
