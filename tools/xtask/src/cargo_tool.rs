//! Programs that cargo can install, and that no Rust installation brings.
//!
//! The first run builds one into a folder of its own outside the repository, from which later runs take it. What is
//! installed elsewhere on the machine is not asked: its version is not ours.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

use crate::shell::{self, Shell};

/// The program of a package, in exactly this version; built first where it is not there yet.
pub(crate) fn ensure(shell: &Shell, package: &str, version: &str) -> Result<PathBuf> {
    let home = PathBuf::from(env::var_os("HOME").context("HOME is not set")?);
    let installed = home.join(format!(".cache/nearhand/tools/{package}-{version}"));
    let program = installed.join("bin").join(package);
    if !program.exists() {
        println!("{package} {version} is not there yet: building it once, a few minutes");
        let mut install = shell.cargo(["install", "--quiet", "--locked", package, "--version", version]);
        // Without a target folder of ours, cargo builds in a temporary one and removes it.
        install.arg("--root").arg(&installed).env_remove("CARGO_TARGET_DIR");
        shell::run(&mut install)?;
    }
    Ok(program)
}
