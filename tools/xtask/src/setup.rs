//! What the machine must have before a chore can start.
//!
//! Each need is looked for by the program or file that the chore will use, never by asking the package manager,
//! so a machine that has everything pays nothing. What is missing is installed where that is possible (Debian,
//! as root or by `sudo` without a password); elsewhere one line says what is missing and how to get it.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::shell;

/// Something a chore needs, and the Debian package that brings it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    evidence: &'static str,
    package: &'static str,
}

/// To compile.
///
/// Without nasm openh264 is built all the same, and codes at a third of the speed.
pub(crate) const BUILD: &[Need] = &[need("cmake", "cmake"), need("nasm", "nasm"), need("c++", "g++")];

/// To show a desktop where there is none.
pub(crate) const DESKTOP: &[Need] = &[
    need("Xvfb", "xvfb"),
    need("openbox", "openbox"),
    need("xterm", "xterm"),
    need("xdotool", "xdotool"),
    need("xwininfo", "x11-utils"),
    need("xrandr", "x11-xserver-utils"),
    need("xkbcomp", "x11-xkb-utils"),
    need("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", "fonts-dejavu-core"),
];

/// To try the console as a technician does, and to compare what it shows with what the desktop shows.
pub(crate) const BROWSER: &[Need] =
    &[need("chromium", "chromium"), need("xwd", "x11-apps"), need("xev", "x11-utils")];

/// Services that tests start for themselves.
pub(crate) const SERVICES: &[Need] = &[
    need("pg_ctlcluster", "postgresql"),
    need("/usr/lib/python3/dist-packages/aiosmtpd", "python3-aiosmtpd"),
];

/// To stand beside in the figures.
pub(crate) const PEERS: &[Need] = &[
    need("x0tigervncserver", "tigervnc-scraping-server"),
    need("Xtigervnc", "tigervnc-standalone-server"),
    need("ffmpeg", "ffmpeg"),
];

/// To copy files beside the figures of ours.
pub(crate) const COPIERS: &[Need] =
    &[need("scp", "openssh-client"), need("/usr/sbin/sshd", "openssh-server")];

/// The contract fuzzer of the API, and all that it needs, by version.
const FUZZER: &str = include_str!("../../../tests/services/schemathesis.txt");

const fn need(evidence: &'static str, package: &'static str) -> Need {
    Need { evidence, package }
}

/// Installs what is missing of `needs`, or says what to install.
pub(crate) fn ensure(needs: &[&[Need]]) -> Result<()> {
    let missing: Vec<_> = needs.concat().into_iter().filter(|need| !is_there(need.evidence)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<_> = missing.iter().map(|need| need.package).collect();
    let by_hand = format!("sudo apt-get install -y {}", packages.join(" "));
    let Some(sudo) = way_to_install() else {
        bail!("missing programs; on Debian or Ubuntu get them by: {by_hand}");
    };
    shell::run(apt(sudo).arg("update")).context("the list of packages")?;
    shell::run(apt(sudo).args(["install", "-y", "--no-install-recommends"]).args(&packages))
        .with_context(|| format!("try by hand: {by_hand}"))?;
    match missing.iter().find(|need| !is_there(need.evidence)) {
        Some(need) => bail!("{} was installed but {} is not there", need.package, need.evidence),
        None => Ok(()),
    }
}

/// Installs the contract fuzzer into a folder of its own under `~/.cache/nearhand/tools`, unless it is there.
pub(crate) fn ensure_fuzzer() -> Result<()> {
    let version =
        FUZZER.lines().find_map(|line| line.strip_prefix("schemathesis==")).context("its version")?;
    let home = std::env::var_os("HOME").context("HOME is not set")?;
    let folder = Path::new(&home).join(".cache/nearhand/tools").join(format!("schemathesis-{version}"));
    if folder.join("bin/st").exists() {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    let list = folder.join("packages.txt");
    fs::write(&list, FUZZER)?;
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        .context("Python with venv is needed: sudo apt-get install -y python3-venv")?;
    shell::run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", "--requirement"]).arg(&list))
        .context("the packages of schemathesis come from PyPI")
}

fn is_there(evidence: &str) -> bool {
    if evidence.starts_with('/') { Path::new(evidence).exists() } else { shell::has(evidence) }
}

/// How apt-get may be called here: as we are, through sudo, or not at all.
fn way_to_install() -> Option<bool> {
    if !shell::has("apt-get") {
        return None;
    }
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        return Some(false);
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    sudo.is_ok_and(|status| status.success()).then_some(true)
}

fn apt(sudo: bool) -> Command {
    let mut command = Command::new(if sudo { "sudo" } else { "env" });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]).stdin(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed_again() {
        ensure(&[&[need("sh", "no-such-package"), need("/proc", "no-such-package")]]).unwrap();
    }
}
