//! The agent's program: reads the command line and starts what it asks for.

use agent::attended::{Start, attend};
use agent::cli::{self, Carrier, Cli, Command};
use agent::person::{Person, Place};
use agent::run::{enrol, run};
use anyhow::Context;
use clap::Parser;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use transport::client::Preference;

fn main() -> anyhow::Result<()> {
    // Before there is any other thread: they do as this one does. Where it may not, all are as ordinary as it is.
    let _ = platform::urgency::go_ahead();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(do_as_told())
}

async fn do_as_told() -> anyhow::Result<()> {
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).init();
    survive_limits();
    let cli = Cli::parse();
    let preference = match cli.carrier {
        Carrier::Auto => Preference::Auto,
        Carrier::Quic => Preference::Quic,
        Carrier::Websocket => Preference::WebSocket,
    };
    if let Some(key) = &cli.key {
        return attend_by(key, &cli, preference).await;
    }
    match cli.command.context("say what to do: enrol, run, or --key with a session key; see --help")? {
        Command::Enrol { token } => {
            let site = enrol(&cli.state, &token, preference).await?;
            println!("enrolled as {}", site.endpoint_name);
        }
        Command::Run => {
            let stop = stopped_by_signal();
            let person = Person::open(place_of(cli.person), cli.ask, &stop)?;
            run(&cli.state, &cli.platform, preference, &person, &stop)
                .await
                .context("the agent cannot run")?;
        }
    }
    Ok(())
}

/// Serves one session for the customer who started this.
async fn attend_by(key: &str, cli: &Cli, preference: Preference) -> anyhow::Result<()> {
    if cli.command.is_some() {
        anyhow::bail!("--key starts one session: it goes with no command");
    }
    let mut start = Start::read(key, cli.relay.as_deref(), cli.pin.as_deref())?;
    start.question.clone_from(&cli.question);
    if let Some(name) = &cli.name {
        start.name.clone_from(name);
    }
    let stop = stopped_by_signal();
    let person = Person::open(place_of(cli.person), cli.ask, &stop)?;
    attend(start, &cli.platform, preference, person, &stop, |text| println!("{text}")).await?;
    Ok(())
}

fn place_of(person: cli::Person) -> Place {
    match person {
        cli::Person::Auto => Place::Auto,
        cli::Person::Terminal => Place::Terminal,
        cli::Person::None => Place::Nowhere,
    }
}

/// A file that becomes larger than the system lets this user write is an error of that write, and not the end of the agent.
fn survive_limits() {
    #[cfg(unix)]
    {
        /// `SIGXFSZ`, by which a system ends programs that do not listen.
        const FILE_TOO_LARGE: i32 = 25;
        let kind = tokio::signal::unix::SignalKind::from_raw(FILE_TOO_LARGE);
        if let Err(error) = tokio::signal::unix::signal(kind) {
            tracing::warn!(%error, "a file that becomes too large would end the agent");
        }
    }
}

/// Fires when the operator asks the program to stop.
fn stopped_by_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let signal = stop.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        signal.cancel();
    });
    stop
}

/// Waits until the operator asks the program to stop.
async fn wait_for_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // A terminal that closes ends what was started in it.
        if let (Ok(mut terminate), Ok(mut hang_up)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = hang_up.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    // Where no signal can be had the agent runs until it is killed.
    let _ = tokio::signal::ctrl_c().await;
}
