//! Licences, sources and banned crates, by cargo-deny and `deny.toml`.

use anyhow::Result;

use crate::{
    cargo_tool,
    shell::{self, Shell},
};

/// The version that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

pub(super) fn run(shell: &Shell) -> Result<()> {
    let mut check = shell.command(cargo_tool::ensure(shell, "cargo-deny", VERSION)?);
    check.args(["--workspace", "--locked", "--log-level", "warn", "check", "--hide-inclusion-graph"]);
    shell::run(check.args(["bans", "licenses", "sources"]))
}
