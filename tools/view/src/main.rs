//! Joins an endpoint's session from the command line, watches for a while, and prints what it measured.

mod errand;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use serde_json::json;
use tracing_subscriber::EnvFilter;
use transport::client::Preference;
use view::access::Access;
use view::technician::Technician;
use wire::RenditionId;
use wire::control::ColorMode;
use wire::input::Event;

/// How long the first picture may take.
const FIRST_PICTURE_MAX: Duration = Duration::from_secs(15);

/// How long a key's effect may take to show.
const ECHO_MAX: Duration = Duration::from_secs(5);

/// A technician without a screen.
#[derive(Debug, Parser)]
#[command(name = "view", version)]
struct Cli {
    /// The relay's address for browsers, such as http://localhost:8080.
    #[arg(long)]
    url: String,
    /// The account.
    #[arg(long, default_value = "admin")]
    user: String,
    /// A file with the account's password.
    #[arg(long, conflicts_with = "password")]
    password_file: Option<PathBuf>,
    /// The account's password.
    #[arg(long, env = "NEARHAND_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// The site's pin in hexadecimal, as `relay pin` prints it.
    #[arg(long)]
    pin: String,
    /// Where to open the link, if not where the relay says: host:port.
    #[arg(long)]
    address: Option<String>,
    /// How to reach the relay.
    #[arg(long, value_enum, default_value_t = Carrier::Auto)]
    carrier: Carrier,
    /// The endpoint's name or id; not needed when there is only one.
    #[arg(long, default_value = "")]
    endpoint: String,
    /// How colours are shown.
    #[arg(long, value_enum, default_value_t = Mode::AllColors)]
    mode: Mode,
    /// How long to watch.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Text to type when the first picture is there; ends with the Enter key.
    #[arg(long)]
    r#type: Option<String>,
    /// Instead of watching: something to do with the endpoint's files.
    #[command(subcommand)]
    errand: Option<errand::Errand>,
}

/// How to reach the relay.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Carrier {
    Auto,
    Quic,
    Websocket,
}

/// How colours are shown.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Mode {
    BlackAndWhite,
    FewColors,
    MoreColors,
    AllColors,
    VideoOptimized,
}

impl From<Mode> for ColorMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::BlackAndWhite => Self::BlackAndWhite,
            Mode::FewColors => Self::FewColors,
            Mode::MoreColors => Self::MoreColors,
            Mode::AllColors => Self::AllColors,
            Mode::VideoOptimized => Self::VideoOptimized,
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::WARN.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    let entry = access(&cli)?.log_in().await?;
    let endpoint = entry.endpoint(&cli.endpoint).await?;
    let mut technician = Technician::join(&entry, &endpoint.id).await?;
    if let Some(errand) = &cli.errand {
        errand::run(&technician.files(), errand).await?;
        return technician.leave().await;
    }
    let display = technician.primary_display(FIRST_PICTURE_MAX).await?;
    let display = u8::try_from(display.id)?;
    let mode = ColorMode::from(cli.mode);
    technician.watch(&[(display, mode)]).await?;
    let rendition = RenditionId::of(display, mode);
    let first = technician.until_picture(rendition, FIRST_PICTURE_MAX, |_| true).await?;
    if let Some(text) = &cli.r#type {
        technician.control(true, ECHO_MAX).await?;
        technician.input(Event::Text(format!("{text}\n"))).await?;
    }
    let _ = tokio::time::timeout(Duration::from_secs(cli.seconds), technician.link().closed()).await;
    let figures = technician.figures();
    let report = json!({
        "endpoint": endpoint.name,
        "carrier": technician.link().carrier().name(),
        "first_picture_ms": first.as_secs_f64() * 1000.0,
        "updates": figures.updates,
        "screen_bytes": figures.screen_bytes,
        "cursor_bytes": figures.cursor_bytes,
        "refreshed_tiles": figures.refreshed,
        "refinement_bytes": figures.refinement_bytes,
        "age": figures.age.summary(),
        "paint": figures.paint.summary(),
        "picture_sha256": technician.hash(rendition),
    });
    println!("{}", serde_json::to_string_pretty(&report)?);
    technician.leave().await
}

fn access(cli: &Cli) -> anyhow::Result<Access> {
    let password = match (&cli.password, &cli.password_file) {
        (Some(password), _) => password.clone(),
        (None, Some(file)) => std::fs::read_to_string(file)?.trim().to_owned(),
        (None, None) => anyhow::bail!("give --password-file, or NEARHAND_PASSWORD in the environment"),
    };
    let preference = match cli.carrier {
        Carrier::Auto => Preference::Auto,
        Carrier::Quic => Preference::Quic,
        Carrier::Websocket => Preference::WebSocket,
    };
    Ok(Access {
        url: cli.url.trim_end_matches('/').to_owned(),
        user: cli.user.clone(),
        password,
        pin: parse_pin(&cli.pin).context("--pin: expected 64 hexadecimal digits")?,
        address: cli.address.clone(),
        preference,
    })
}

fn parse_pin(text: &str) -> Option<[u8; 32]> {
    let mut pin = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in pin.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(pin)
}
