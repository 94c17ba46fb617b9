//! Building and checking the console, which is npm's business.

use std::{
    fs,
    io::{self, IsTerminal},
};

use anyhow::{Context, Result, bail};

use crate::shell::{self, Shell};

/// The oldest Node that the console's build tools run on.
const NODE_OLDEST: (u32, u32) = (20, 19);

/// Where the last installation leaves the lock file that it installed.
const INSTALLED_LOCK: &str = "console/node_modules/.installed-lock.json";

/// Makes sure that a Node is there that can build the console.
pub(crate) fn ensure_node(shell: &Shell) -> Result<()> {
    let (major, minor) = NODE_OLDEST;
    let advice =
        format!("the console needs Node {major}.{minor} or later and npm: https://nodejs.org/download");
    if !shell::has("node") || !shell::has("npm") {
        bail!("{advice}");
    }
    let version = shell::output(shell.command("node").arg("--version"))?;
    match node_version(&version) {
        Some(found) if NODE_OLDEST <= found => Ok(()),
        _ => bail!("{advice} (found {})", version.trim()),
    }
}

/// Type check, lint and unit tests; `look` sees every line that the tests print.
pub(crate) fn check(shell: &Shell, look: impl FnMut(&str)) -> Result<()> {
    install(shell)?;
    shell::run(&mut shell.npm(["run", "check"]))?;
    // Without this it colours every character of a long line, also in a log file.
    let colors = if io::stdout().is_terminal() { "--colors=force" } else { "--colors=off" };
    shell::run(&mut shell.npm(["run", "lint", "--", colors]))?;
    shell::run_watched(shell.npm(["run", "test"]).env("NO_COLOR", "1"), look)
}

/// Makes the files that the relay carries inside.
pub(crate) fn build(shell: &Shell) -> Result<()> {
    install(shell)?;
    shell::run(&mut shell.npm(["run", "build"]))
}

/// Installs the packages, unless those of this lock file are installed already.
fn install(shell: &Shell) -> Result<()> {
    ensure_node(shell)?;
    let lock = fs::read(shell.path("console/package-lock.json")).context("console/package-lock.json")?;
    let stamp = shell.path(INSTALLED_LOCK);
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    // Not `npm ci`: it refuses a lock file where the registry has not every tool for every system.
    shell::run(&mut shell.npm(["install", "--no-save", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, lock).with_context(|| stamp.display().to_string())
}

/// Reads `v20.19.2`.
fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!(node_version("v20.19.2\n"), Some((20, 19)));
        assert_eq!(node_version("20"), None);
    }
}
