//! The agent's program: reads the command line and starts what it asks for.

use agent::cli::{self, Carrier, Cli, Command};
use agent::person::{Person, Place};
use agent::run::{enrol, run};
use anyhow::Context;
use clap::Parser;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use transport::client::Preference;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).init();
    let cli = Cli::parse();
    let preference = match cli.carrier {
        Carrier::Auto => Preference::Auto,
        Carrier::Quic => Preference::Quic,
        Carrier::Websocket => Preference::WebSocket,
    };
    match cli.command {
        Command::Enrol { token } => {
            let site = enrol(&cli.state, &token, preference).await?;
            println!("enrolled as {}", site.endpoint_name);
        }
        Command::Run => {
            let stop = CancellationToken::new();
            let signal = stop.clone();
            tokio::spawn(async move {
                wait_for_signal().await;
                signal.cancel();
            });
            let place = match cli.person {
                cli::Person::Auto => Place::Auto,
                cli::Person::Terminal => Place::Terminal,
                cli::Person::None => Place::Nowhere,
            };
            let person = Person::open(place, cli.ask, &stop)?;
            run(&cli.state, &cli.platform, preference, &person, &stop)
                .await
                .context("the agent cannot run")?;
        }
    }
    Ok(())
}

/// Waits until the operator asks the program to stop.
async fn wait_for_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    // Where no signal can be had the agent runs until it is killed.
    let _ = tokio::signal::ctrl_c().await;
}
