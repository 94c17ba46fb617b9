//! Licences, sources and banned crates, by cargo-deny and `deny.toml`.
//!
//! cargo-deny is not part of a Rust installation. The first run builds it into a folder of its own outside the
//! repository, from which later runs take it.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

use crate::shell::{self, Shell};

/// The version that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

pub(super) fn run(shell: &Shell) -> Result<()> {
    let home = PathBuf::from(env::var_os("HOME").context("HOME is not set")?);
    let installed = home.join(format!(".cache/nearhand/tools/cargo-deny-{VERSION}"));
    let program = installed.join("bin/cargo-deny");
    if !program.exists() {
        println!("cargo-deny {VERSION} is not there yet: building it once, a few minutes");
        let mut install = shell.cargo(["install", "--quiet", "--locked", "cargo-deny", "--version", VERSION]);
        // Without a target folder of ours, cargo builds in a temporary one and removes it.
        install.arg("--root").arg(&installed).env_remove("CARGO_TARGET_DIR");
        shell::run(&mut install)?;
    }
    let mut check = shell.command(program);
    check.args(["--workspace", "--locked", "--log-level", "warn", "check", "--hide-inclusion-graph"]);
    shell::run(check.args(["bans", "licenses", "sources"]))
}
