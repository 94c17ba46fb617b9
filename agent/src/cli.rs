//! The agent's command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Shows this computer to technicians of one relay, and lets them control it.
#[derive(Debug, Parser)]
#[command(name = "agent", version)]
pub struct Cli {
    /// The folder that keeps this computer's key and the relay that it belongs to.
    #[arg(long, env = "NEARHAND_AGENT_STATE", default_value = "nearhand-agent")]
    pub state: PathBuf,
    /// The desktop to show: auto, x11, x11:DISPLAY, fake:FILE or fake:pattern:WIDTHxHEIGHT.
    #[arg(long, default_value = "auto")]
    pub platform: String,
    /// How to reach the relay.
    #[arg(long, value_enum, default_value_t = Carrier::Auto)]
    pub carrier: Carrier,
    /// Where the person at this computer sees who is connected, is asked, and can chat and end it.
    #[arg(long, value_enum, default_value_t = Person::Auto)]
    pub person: Person,
    /// Asks the person before any technician may do anything, whatever the relay's policy says.
    #[arg(long)]
    pub ask: bool,
    /// Joins the session that this session key, or the text or link from the support page, is for, and ends with it.
    /// Nothing is installed, and nothing stays behind.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Where the relay is, with a plain session key: HOST:PORT.
    #[arg(requires = "key", value_name = "RELAY")]
    pub relay: Option<String>,
    /// How the relay is known, with a plain session key: the pin that it logs when it starts, in hexadecimal. Without it the relay
    /// must have a certificate that this computer trusts.
    #[arg(long, requires = "relay", value_name = "HEX")]
    pub pin: Option<String>,
    /// What technicians shall call you, with a session key; the name of the user without it.
    #[arg(long, requires = "key")]
    pub name: Option<String>,
    /// What you ask for, with a session key.
    #[arg(long, requires = "key", default_value = "")]
    pub question: String,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes this computer known to a relay, once, and ends.
    Enrol {
        /// The token that `relay enrol` printed.
        token: String,
    },
    /// Serves technicians until stopped.
    Run,
}

/// Where the person at this computer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Person {
    /// In the terminal, where there is one.
    Auto,
    /// At standard input and output, whatever they are.
    Terminal,
    /// Nowhere: nobody can be asked.
    None,
}

/// How to reach the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Carrier {
    /// QUIC, and WebSocket where UDP is blocked.
    Auto,
    /// QUIC only.
    Quic,
    /// WebSocket only.
    Websocket,
}
