//! `cargo xtask mutants`: mistakes put into the rules of the desk, one at a time, by cargo-mutants. A test must notice each.
//!
//! `.cargo/mutants.toml` says where and how. The whole takes hours, so it is no part of `test`; a share of it is picked
//! with the same spread over all files, and takes its part of the time.

use anyhow::{Result, bail};
use clap::Args;

use crate::cargo_tool;
use crate::shell::{self, Shell};

/// The version whose mistakes are known.
const VERSION: &str = "27.1.0";

/// Random sequences in each of the tests that play them, which run once for every mistake: with these the tests take
/// two seconds, and notice what the full number notices but for a handful.
const SEQUENCES: &str = "25";

/// How long tests may take. A mistake that lets a rule act for ever is noticed by this alone.
const TIMEOUT_S: &str = "30";

/// How much to try.
#[derive(Args)]
pub(crate) struct Options {
    /// Only a share of the mistakes, such as 3/8: the fourth of eight.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Only mistakes whose names this expression matches.
    #[arg(long, value_name = "REGEX")]
    matching: Option<String>,
}

/// Makes the mistakes and fails if one goes unnoticed.
pub(crate) fn run(shell: &Shell, options: &Options) -> Result<()> {
    let program = cargo_tool::ensure(shell, "cargo-mutants", VERSION)?;
    let mut command = shell.command(program);
    command.args(["mutants", "--package", "desk", "--timeout", TIMEOUT_S, "--output", "target"]);
    if let Some(shard) = &options.shard {
        command.args(["--sharding", "round-robin", "--shard", shard]);
    }
    if let Some(matching) = &options.matching {
        command.args(["--re", matching]);
    }
    if shell::run(command.env("DESK_SEQUENCES", SEQUENCES)).is_err() {
        bail!("what went unnoticed is named in target/mutants.out/missed.txt; docs/mutants.md knows of some");
    }
    Ok(())
}
