//! `cargo xtask demo`: a relay and an agent on this machine, ready to log in to.
//!
//! Everything is made anew each time, in a folder that is removed at the end: site identity, administrator,
//! enrolment. Nothing listens beyond loopback unless an address is given. Where there is no display, a virtual
//! one is started with a window manager and a terminal on it.
//!
//! Start at [`Demo::start`], which is the order of things.

mod children;
mod desktop;
mod http;
mod programs;

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    setup,
    shell::{self, Shell},
};
use children::{Children, Interrupted};
use desktop::Desktop;
use http::Client;
use programs::{Programs, State};

/// From the relay's start to its ready line; the first start makes keys and hashes a password.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// From the agent's start until the relay lists it as online.
const ONLINE_WITHIN: Duration = Duration::from_secs(30);
/// How often the relay is asked whether the agent is there.
const ASK_EVERY: Duration = Duration::from_millis(250);
/// The endpoint's name in the list.
const NAME: &str = "Demo desktop";

/// How to start.
#[derive(Args)]
pub(crate) struct Options {
    /// Show a virtual desktop even where there is a display.
    #[arg(long = "virtual")]
    is_virtual: bool,
    /// Where agents and browsers connect (UDP and TCP); port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where the console is served as plain HTTP; loopback only.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    http: SocketAddr,
    /// Build without optimisation: sooner ready, slower pictures.
    #[arg(long)]
    debug: bool,
    /// Print what relay and agent log.
    #[arg(long)]
    verbose: bool,
    /// Stop after this time.
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
    /// Stop as soon as the endpoint is online.
    #[arg(long)]
    until_ready: bool,
}

/// Builds, starts, prints where to log in, and stays until it is told to stop.
pub(crate) fn run(shell: &Shell, options: &Options) -> Result<()> {
    let display = Desktop::existing().filter(|_| !options.is_virtual);
    let needs = if display.is_some() { &[setup::BUILD][..] } else { &[setup::BUILD, setup::DESKTOP][..] };
    setup::ensure(needs)?;
    let programs = Programs::build(shell, options.debug)?;
    let state = State::make()?;
    let mut children = Children::new(options.verbose)?;
    let outcome = Demo::start(&programs, &state, display, options, &mut children).and_then(|demo| {
        println!("{demo}");
        let until = options.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        if options.until_ready { Ok(()) } else { children.watch(until) }
    });
    println!("stopping");
    drop(children);
    match outcome {
        Err(error) if error.is::<Interrupted>() => Ok(()),
        outcome => outcome,
    }
}

/// What a technician needs to know.
struct Demo {
    console: String,
    user: String,
    password: String,
    desktop: Desktop,
}

impl Demo {
    fn start(
        programs: &Programs,
        state: &State,
        display: Option<Desktop>,
        options: &Options,
        children: &mut Children,
    ) -> Result<Self> {
        let relay = start_relay(programs, state.path(), options, children)?;
        let desktop = match display {
            Some(display) => display,
            None => Desktop::start(children)?,
        };
        enrol(programs, state.path())?;
        let mut agent = programs.agent(state.path());
        children.start("agent", agent.arg("run").env("DISPLAY", desktop.display()))?;
        let address = relay.http.context("the relay serves no plain HTTP")?;
        let mut client = Client::log_in(address, &relay.user, &relay.password)?;
        wait_until_online(&mut client, children)?;
        let console = format!("http://localhost:{}/console/", address.port());
        Ok(Self { console, user: relay.user, password: relay.password, desktop })
    }
}

impl std::fmt::Display for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "\nNearhand is running.\n")?;
        writeln!(f, "    console   {}", self.console)?;
        writeln!(f, "    user      {}", self.user)?;
        writeln!(f, "    password  {}", self.password)?;
        writeln!(f, "    computer  {NAME} ({})\n", self.desktop)?;
        write!(f, "Ctrl-C stops it.")
    }
}

/// What the relay said when it started.
#[derive(Debug, Default, PartialEq, Eq)]
struct Relay {
    user: String,
    password: String,
    http: Option<SocketAddr>,
}

impl Relay {
    /// Takes what one line says; true once the relay is ready.
    fn read(&mut self, line: &str) -> bool {
        if let Some(user) = line.strip_prefix("administrator: ") {
            user.clone_into(&mut self.user);
        } else if let Some(password) = line.strip_prefix("password: ") {
            password.clone_into(&mut self.password);
        } else if let Some(addresses) = line.strip_prefix("ready ") {
            let http = addresses.split(' ').find_map(|address| address.strip_prefix("http="));
            self.http = http.and_then(|address| address.parse().ok());
            return true;
        }
        false
    }
}

fn start_relay(
    programs: &Programs,
    state: &Path,
    options: &Options,
    children: &mut Children,
) -> Result<Relay> {
    let mut command = programs.relay(state);
    command.arg("serve").arg("--listen").arg(options.listen.to_string());
    children.start("relay", command.arg("--http").arg(options.http.to_string()))?;
    let mut relay = Relay::default();
    children.wait_for_line("relay", READY_WITHIN, |line| relay.read(line).then_some(()))?;
    if relay.password.is_empty() {
        bail!("the relay started and printed no password");
    }
    Ok(relay)
}

fn enrol(programs: &Programs, state: &Path) -> Result<()> {
    let token = shell::output(programs.relay(state).args(["enrol", "--name", NAME]))?;
    let token = token.lines().last().context("the relay printed no token")?.trim();
    shell::output(programs.agent(state).args(["enrol", token])).map(drop)
}

fn wait_until_online(client: &mut Client, children: &mut Children) -> Result<()> {
    let deadline = Instant::now() + ONLINE_WITHIN;
    while Instant::now() < deadline {
        let list = client.get("/api/endpoints")?;
        let endpoints = list.as_array().context("the list of endpoints is no list")?;
        if endpoints.iter().any(|endpoint| endpoint["online"] == true) {
            return Ok(());
        }
        children.watch(Some(Instant::now() + ASK_EVERY))?;
    }
    bail!("the agent is not online after {} s\n{}", ONLINE_WITHIN.as_secs(), children.log("agent"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_relay_prints_at_its_start_is_understood() {
        let mut relay = Relay::default();
        assert!(!relay.read("administrator: admin"));
        assert!(!relay.read("password: correct horse"));
        assert!(relay.read("ready udp=127.0.0.1:1 https=127.0.0.1:1 http=127.0.0.1:2"));
        assert_eq!((relay.user.as_str(), relay.password.as_str()), ("admin", "correct horse"));
        assert_eq!(relay.http, Some(([127, 0, 0, 1], 2).into()));
    }

    #[test]
    fn a_relay_without_plain_http_says_so() {
        let mut relay = Relay::default();
        assert!(relay.read("ready udp=127.0.0.1:1 https=127.0.0.1:1 http=-"));
        assert_eq!(relay.http, None);
    }
}
