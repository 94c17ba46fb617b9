//! `relay audit …`: the log of everything that happened, checked, exported, and shortened.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::cli::visit::Visit;
use crate::config::Config;
use crate::keeper::audit::{Filter, Format, Pages, Verdict, forget_before, verify};
use crate::time::Moment;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Checks that every line follows from the one before, and prints the hash of the last.
    Verify,
    /// Prints lines.
    Export(Export),
    /// Forgets old lines; the rest can still be verified.
    Forget {
        /// Lines that are older than so many days.
        #[arg(long)]
        days: u32,
    },
}

#[derive(Debug, Args)]
pub(super) struct Export {
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// Not before this time, such as 2026-11-22T08:00:00Z.
    #[arg(long)]
    since: Option<Timestamp>,
    /// Before this time.
    #[arg(long)]
    until: Option<Timestamp>,
    /// By whom: account:7, operator, relay …
    #[arg(long)]
    actor: Option<String>,
    /// Of which subject: session, login, record …
    #[arg(long)]
    subject: Option<String>,
    /// About what: session:12, account:7 …
    #[arg(long)]
    object: Option<String>,
}

/// Does what `relay audit …` says.
pub(super) async fn run(state: &Path, config: &Config, command: Audit) -> Result<()> {
    let visit = Visit::open(state, config).await?;
    let done = work(&visit, command).await;
    visit.close().await;
    done
}

async fn work(visit: &Visit, command: Audit) -> Result<()> {
    match command {
        Audit::Verify => match verify(&visit.db).await? {
            Verdict::Whole { lines, last, hash } => {
                println!("whole: {lines} lines, the last is {last} with the hash {hash}");
            }
            Verdict::Broken { seq } => bail!("broken: line {seq} is missing, or is not what was written"),
        },
        Audit::Export(Export { format, since, until, actor, subject, object }) => {
            let filter = Filter { since, until, actor, subject, object, ..Filter::default() };
            let mut out = BufWriter::new(io::stdout().lock());
            let mut pages = Pages::new(&visit.db, filter, format);
            while let Some(text) = pages.next().await? {
                out.write_all(text.as_bytes())?;
            }
            out.flush()?;
        }
        Audit::Forget { days } => {
            let before = Moment::now().minus(Duration::from_secs(u64::from(days) * 24 * 3600));
            println!("forgot {} lines", forget_before(&visit.db, before).await?);
        }
    }
    Ok(())
}
