//! An agent of our own, enrolled at a site, showing a desktop or a recording.

use std::process::Command;
use std::time::Duration;

use crate::process::{self, Process};
use crate::site::Site;

/// How long an agent may take to be online.
const START_MAX: Duration = Duration::from_secs(30);

/// A running agent with its state folder.
pub struct Endpoint {
    state: tempfile::TempDir,
    platform: String,
    carrier: &'static str,
    agent: Process,
}

impl Endpoint {
    /// Enrols an agent under `name` and runs it on `platform`, such as `x11::7` or `fake:pattern:640x480`.
    ///
    /// # Errors
    /// When it does not come online.
    pub fn start(site: &Site, name: &str, platform: &str) -> anyhow::Result<Self> {
        Self::start_over(site, name, platform, "auto")
    }

    /// Like [`Endpoint::start`], with `carrier` one of `auto`, `quic` and `websocket`.
    ///
    /// # Errors
    /// When it does not come online.
    pub fn start_over(
        site: &Site,
        name: &str,
        platform: &str,
        carrier: &'static str,
    ) -> anyhow::Result<Self> {
        let state = tempfile::Builder::new().prefix("agent").tempdir()?;
        let token = site.token(name)?;
        let mut command = Command::new(process::own("agent")?);
        let output = command
            .arg("--state")
            .arg(state.path())
            .args(["--carrier", carrier, "enrol", &token])
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "agent enrol: {said}");
        let agent = run(&state, platform, carrier)?;
        let mut endpoint = Self { state, platform: platform.to_owned(), carrier, agent };
        endpoint.wait_online()?;
        Ok(endpoint)
    }

    /// The most that it may write into one file from now on, in bytes: to it that is a disk that is full.
    ///
    /// # Errors
    /// When there is no `prlimit`; names the Debian package.
    pub fn limit_files(&mut self, bytes: Option<u64>) -> anyhow::Result<()> {
        let id = self.process().id().to_string();
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let mut command = std::process::Command::new("prlimit");
        let set = command.args(["--pid", &id, &format!("--fsize={limit}:")]).status();
        anyhow::ensure!(set.is_ok_and(|set| set.success()), "no prlimit (Debian package util-linux)");
        Ok(())
    }

    /// The agent's program.
    pub fn process(&mut self) -> &mut Process {
        &mut self.agent
    }

    /// What the agent printed since it was started last.
    pub fn output(&self) -> String {
        self.agent.output()
    }

    /// Kills the agent as a crash would, and starts it again.
    ///
    /// # Errors
    /// When it does not come online again.
    pub fn crash_and_restart(&mut self) -> anyhow::Result<()> {
        self.agent.kill();
        self.start_again()
    }

    /// Starts an agent that has ended again.
    ///
    /// # Errors
    /// When it does not come online again.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        self.agent = run(&self.state, &self.platform, self.carrier)?;
        self.wait_online()
    }

    fn wait_online(&mut self) -> anyhow::Result<()> {
        self.agent.line("to be online", START_MAX, |line| line.contains("online").then_some(()))
    }
}

fn run(state: &tempfile::TempDir, platform: &str, carrier: &str) -> anyhow::Result<Process> {
    let mut command = Command::new(process::own("agent")?);
    command.arg("--state").arg(state.path()).args(["--platform", platform, "--carrier", carrier]);
    command.args(["--person", "terminal", "run"]);
    Process::start_typed("agent", &mut command)
}
