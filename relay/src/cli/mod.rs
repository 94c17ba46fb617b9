//! The command line.

mod admin;
mod audit;
mod top;
mod visit;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::api::make_token;
use crate::certificates::Certificates;
use crate::config::Config;
use crate::db::{Url, back_up, restore};
use crate::keeper::Caller;
use crate::load::{Relay, hex};
use crate::shutdown::{Signals, Wish};
use crate::site::addresses_for_agents;
use crate::state::StateFolder;
use admin::Admin;
use audit::Audit;
use visit::Visit;

/// Joins agents and technicians.
#[derive(Debug, Parser)]
#[command(name = "relay", version)]
pub struct Cli {
    /// Folder for keys and the database.
    #[arg(long, env = "NEARHAND_STATE")]
    state: PathBuf,
    /// Configuration file; without one, the defaults.
    #[arg(long, env = "NEARHAND_CONFIG")]
    config: Option<PathBuf>,
    /// A PostgreSQL database, over what the configuration says: postgres://user@host/name.
    #[arg(long, env = "NEARHAND_DATABASE", hide_env_values = true)]
    database: Option<Url>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until SIGINT or SIGTERM; reads certificates again at SIGHUP.
    Serve(Serve),
    /// Prints a token that enrols one agent, once. Works while the relay serves.
    Enrol {
        /// What the endpoint will be called.
        #[arg(long)]
        name: String,
    },
    /// Copies the database into a new file. Works while the relay serves.
    Backup {
        /// The file to make.
        #[arg(long)]
        to: PathBuf,
    },
    /// Puts a copy of the database back. The relay must be stopped; everybody has to log in again.
    Restore {
        /// A file that `backup` made.
        #[arg(long)]
        from: PathBuf,
        /// Goes back even if the database in use is newer than the copy.
        #[arg(long)]
        force: bool,
    },
    /// Sets up accounts, and helps those who cannot log in any more.
    #[command(subcommand)]
    Admin(Admin),
    /// The log of everything that happened.
    #[command(subcommand)]
    Audit(Audit),
    /// Shows what the relay that serves from the state folder does, each second, until it is interrupted.
    Top {
        /// Seconds between two looks.
        #[arg(long, default_value_t = 1.0)]
        every: f64,
        /// Looks once, and ends.
        #[arg(long)]
        once: bool,
    },
    /// Prints how agents know this site: SHA-256 of its public key.
    Certificates,
}

#[derive(Debug, Args)]
struct Serve {
    /// UDP and TCP port, over what the configuration says.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Plain HTTP port on a loopback address, over what the configuration says.
    #[arg(long)]
    http: Option<SocketAddr>,
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    /// When the configuration, the state folder or a port cannot be used.
    pub async fn run(self) -> Result<()> {
        let mut config = Config::read(self.config.as_deref())?;
        config.database.url = self.database.or(config.database.url);
        match self.command {
            Command::Serve(options) => serve(&self.state, config, &options).await,
            Command::Enrol { name } => enrol(&self.state, &config, &name).await,
            Command::Backup { to } => {
                let state = StateFolder::open(&self.state).context("state folder")?;
                back_up(&config.database.place(&state).context("state folder")?, &to).await?;
                println!("made {}", to.display());
                Ok(())
            }
            Command::Admin(command) => admin::run(&self.state, &config, command).await,
            Command::Audit(command) => audit::run(&self.state, &config, command).await,
            Command::Restore { from, force } => put_back(&self.state, &config, &from, force).await,
            Command::Top { every, once } => {
                let state = StateFolder::open(&self.state).context("state folder")?;
                let listening =
                    state.listening().context("no relay has served from this state folder yet")?;
                let pin = Certificates::pin_in(&state, &config.certificates)?;
                top::run(listening, pin, Duration::from_secs_f64(every.clamp(0.1, 60.0)), once).await
            }
            Command::Certificates => {
                let state = StateFolder::open(&self.state).context("state folder")?;
                println!("pin: {}", hex(&Certificates::pin_in(&state, &config.certificates)?));
                Ok(())
            }
        }
    }
}

async fn serve(state: &Path, mut config: Config, options: &Serve) -> Result<()> {
    config.endpoint.listen = options.listen.unwrap_or(config.endpoint.listen);
    config.endpoint.http = options.http.or(config.endpoint.http);
    let mut signals = Signals::listen().context("signals")?;
    let relay = Relay::load(state, config).await?;
    if let Some((user, password)) = &relay.ready().first_account {
        println!("administrator: {user}\npassword: {password}");
    }
    println!("ready {}", relay.ready().listening);
    while signals.next().await == Wish::Reload {
        relay.reload();
    }
    relay.stop().await;
    Ok(())
}

async fn put_back(state: &Path, config: &Config, from: &Path, force: bool) -> Result<()> {
    let state = StateFolder::open(state).context("state folder")?;
    let claim = state.claim().context("state folder")?.context("the relay runs: stop it first")?;
    restore(&config.database.place(&state).context("state folder")?, from, force).await?;
    drop(claim);
    println!("put {} back; the database before it is kept as relay.sqlite.replaced", from.display());
    Ok(())
}

async fn enrol(state: &Path, config: &Config, name: &str) -> Result<()> {
    let visit = Visit::open(state, config).await?;
    let pin = Certificates::pin_in(&visit.state, &config.certificates)?;
    let listening = visit.state.listening().unwrap_or(config.endpoint.listen);
    let addresses = addresses_for_agents(listening, &config.endpoint);
    let lifetime = config.api.enrolment_lifetime();
    let token = make_token(&visit.keeper, Caller::OPERATOR, name, pin, &addresses, lifetime).await;
    visit.close().await;
    println!("{}", token?);
    Ok(())
}
