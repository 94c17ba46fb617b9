//! A relay of our own, as an operator starts it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;

use crate::process::{self, Process};

/// How long a start may take: it makes keys and a database.
const START_MAX: Duration = Duration::from_secs(60);

/// In the state folder.
const CONFIG_FILE: &str = "relay.toml";

/// A running relay with its state folder.
pub struct Site {
    state: tempfile::TempDir,
    relay: Process,
    ready: Ready,
    password: String,
    /// Accounts made so far.
    accounts: AtomicUsize,
}

/// Where a relay listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    /// QUIC and WebTransport.
    pub udp: SocketAddr,
    /// HTTPS and WebSocket.
    pub https: SocketAddr,
    /// Plain HTTP, on loopback only.
    pub http: SocketAddr,
}

impl Site {
    /// Starts a relay on free ports of the loopback address, with a fresh state folder.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_with("")
    }

    /// The same with a configuration file of this text.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start_with(config: &str) -> anyhow::Result<Self> {
        let state = tempfile::Builder::new().prefix("site").tempdir()?;
        std::fs::write(state.path().join(CONFIG_FILE), config)?;
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut relay = serve(state.path(), any, any)?;
        let ready = relay.line("its ready line", START_MAX, Ready::parse)?;
        let password = |line: &str| line.strip_prefix("password: ").map(str::to_owned);
        let password = relay.line("the administrator's password", START_MAX, password)?;
        Ok(Self { state, relay, ready, password, accounts: AtomicUsize::new(0) })
    }

    /// Where it listens.
    pub fn ready(&self) -> Ready {
        self.ready
    }

    /// The relay's program.
    pub fn process(&mut self) -> &mut Process {
        &mut self.relay
    }

    /// Its state folder, which outlives the program.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// Stops the relay as an operator does; [`Site::start_again`] brings it back.
    pub fn stop(&mut self) {
        self.relay.stop();
    }

    /// The account that the relay made at its first start.
    pub fn user(&self) -> &'static str {
        "admin"
    }

    /// That account's password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// User and password of a fresh account, an administrator's like the first. Each technician needs one: an
    /// account has one console at a time.
    ///
    /// # Errors
    /// When the relay's command fails.
    pub fn account(&self) -> anyhow::Result<(String, String)> {
        let user = format!("technician-{}", self.accounts.fetch_add(1, Ordering::Relaxed));
        let create = ["admin", "create-account", "--administrator", "--user", &user, "--name", &user];
        let printed = self.command(&create)?;
        let password = printed.lines().find_map(|line| line.strip_prefix("password: "));
        Ok((user, password.with_context(|| printed.clone())?.to_owned()))
    }

    /// The address of the console's page, which a browser on this machine may open.
    pub fn console_url(&self) -> String {
        format!("http://localhost:{}/console/", self.ready.http.port())
    }

    /// The address of the HTTP API.
    pub fn api_url(&self) -> String {
        format!("http://localhost:{}", self.ready.http.port())
    }

    /// A token with which one agent can enrol under `name`.
    ///
    /// # Errors
    /// When the relay's command fails.
    pub fn token(&self, name: &str) -> anyhow::Result<String> {
        let printed = self.command(&["enrol", "--name", name])?;
        let token = printed.split_whitespace().find(|word| word.starts_with("nh1_"));
        token.map(str::to_owned).context(printed.clone())
    }

    /// Runs a command of the relay on its state folder, and gives what it prints.
    ///
    /// # Errors
    /// When the command fails.
    pub fn command(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(process::own("relay")?);
        let output = command.arg("--state").arg(self.state.path()).args(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "relay {}: {said}", arguments.join(" "));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Stops the relay as an operator does, and starts it again on the same ports.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.relay.stop();
        self.start_again()
    }

    /// Kills the relay as a crash would, and starts it again on the same ports.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn crash_and_restart(&mut self) -> anyhow::Result<()> {
        self.relay.kill();
        self.start_again()
    }

    /// Starts a relay that has ended again, on the same ports.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        self.relay = serve(self.state.path(), self.ready.udp, self.ready.http)?;
        let ready = self.relay.line("its ready line", START_MAX, Ready::parse)?;
        anyhow::ensure!(ready == self.ready, "{ready:?} instead of {:?}", self.ready);
        Ok(())
    }
}

impl Ready {
    /// Reads `ready udp=ADDRESS https=ADDRESS http=ADDRESS`.
    fn parse(line: &str) -> Option<Self> {
        let fields = line.strip_prefix("ready ")?;
        let field = |name: &str| {
            fields.split(' ').find_map(|field| field.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
        };
        Some(Self { udp: field("udp")?, https: field("https")?, http: field("http")? })
    }
}

fn serve(state: &Path, listen: SocketAddr, http: SocketAddr) -> anyhow::Result<Process> {
    let mut command = Command::new(process::own("relay")?);
    command.arg("--state").arg(state).arg("--config").arg(state.join(CONFIG_FILE)).arg("serve");
    command.args(["--listen", &listen.to_string(), "--http", &http.to_string()]);
    // As the unit in docs/operations.md does.
    command.env("MALLOC_ARENA_MAX", "2");
    Process::start("relay", &mut command)
}
