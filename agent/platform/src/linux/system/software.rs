//! Packages: what is installed, and what could be newer.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use wire::tools::{Section, Unit};

use super::super::ask::{ask, is_installed};
use super::{flag, known};
use crate::system::{Found, facts, table};

const DPKG: &str = "/var/lib/dpkg/status";

const COLUMNS: [(&str, Unit); 5] = [
    ("name", Unit::Text),
    ("version", Unit::Text),
    ("architecture", Unit::Text),
    ("size", Unit::Bytes),
    ("description", Unit::Text),
];

pub(super) fn installed() -> Found {
    let mut packages: Vec<[String; 5]> = if let Ok(status) = fs::read_to_string(DPKG) {
        dpkg(&status)
    } else if is_installed("rpm") {
        let format = "%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SIZE}\t%{SUMMARY}\n";
        match ask("rpm", &["-qa", "--queryformat", format]) {
            Some(answer) => answer.text.lines().filter_map(rpm).collect(),
            None => return Found::nothing("rpm does not answer"),
        }
    } else {
        return Found::nothing("neither dpkg nor rpm keeps the packages of this system");
    };
    packages.sort();
    vec![table(Section::Software, "packages", COLUMNS, packages)].into()
}

/// Installed packages of dpkg's own file.
fn dpkg(status: &str) -> Vec<[String; 5]> {
    let package = |paragraph: &str| {
        let field = |name: &str| {
            paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
        };
        let is_installed = field("Status").ends_with(" installed");
        let kilobytes = field("Installed-Size").parse::<u64>().ok();
        let size = known(kilobytes.map(|size| size * 1024));
        is_installed.then(|| {
            let [name, version, architecture, description] =
                ["Package", "Version", "Architecture", "Description"].map(|name| field(name).to_owned());
            [name, version, architecture, size, description]
        })
    };
    status.split("\n\n").filter_map(package).collect()
}

fn rpm(line: &str) -> Option<[String; 5]> {
    let fields: Vec<String> = line.splitn(5, '\t').map(str::to_owned).collect();
    fields.try_into().ok()
}

pub(super) fn updates() -> Found {
    let (rows, lists) = if is_installed("apt-get") {
        let Some(said) = ask("apt-get", &["--simulate", "--quiet", "dist-upgrade"]) else {
            return Found::nothing("apt-get does not answer");
        };
        if !said.is_success {
            return Found::nothing(said.complaint);
        }
        (said.text.lines().filter_map(apt).collect::<Vec<_>>(), "/var/lib/apt/lists")
    } else if is_installed("dnf") {
        let Some(said) = ask("dnf", &["--cacheonly", "--quiet", "check-update"]) else {
            return Found::nothing("dnf does not answer");
        };
        (said.text.lines().filter_map(dnf).collect(), "/var/cache/dnf")
    } else {
        return Found::nothing("neither apt nor dnf knows the updates of this system");
    };
    let columns = [
        ("name", Unit::Text),
        ("installed", Unit::Text),
        ("available", Unit::Text),
        ("is_security", Unit::Bool),
    ];
    let needs_restart = Path::new("/run/reboot-required").exists();
    vec![
        facts(
            Section::Updates,
            "update_state",
            vec![
                ("lists_from", Unit::TimeMs, known(changed_ms(lists))),
                ("updates", Unit::Number, rows.len().to_string()),
                ("needs_restart", Unit::Bool, flag(needs_restart)),
            ],
        ),
        table(Section::Updates, "updates", columns, rows),
    ]
    .into()
}

/// A line of `apt-get --simulate`: `Inst NAME [OLD] (NEW SOURCE [ARCHITECTURE])`.
fn apt(line: &str) -> Option<[String; 4]> {
    let (name, rest) = line.strip_prefix("Inst ")?.split_once(' ')?;
    // What is not installed yet is no update.
    let (old, rest) = rest.strip_prefix('[')?.split_once("] ")?;
    let (new, source) = rest.strip_prefix('(')?.split_once(' ')?;
    Some([name.to_owned(), old.to_owned(), new.to_owned(), flag(source.contains("-security"))])
}

/// A line of `dnf check-update`: `NAME.ARCHITECTURE NEW SOURCE`.
fn dnf(line: &str) -> Option<[String; 4]> {
    let mut words = line.split_ascii_whitespace();
    let (name, new, source) = (words.next()?, words.next()?, words.next()?);
    let is_line = words.next().is_none() && name.contains('.');
    is_line.then(|| [name.to_owned(), String::new(), new.to_owned(), flag(source.contains("security"))])
}

fn changed_ms(path: &str) -> Option<u128> {
    let changed = fs::metadata(path).ok()?.modified().ok()?;
    Some(changed.duration_since(UNIX_EPOCH).ok()?.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_dpkg_only_remembers_are_not_installed() {
        let status = "Package: zlib1g\nStatus: install ok installed\nInstalled-Size: 10\nArchitecture: amd64\n\
            Version: 1:1.3\nDescription: compression library\n more words\n\n\
            Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
        assert_eq!(
            dpkg(status),
            [["zlib1g", "1:1.3", "amd64", "10240", "compression library"].map(str::to_owned)]
        );
    }

    #[test]
    fn updates_are_what_is_installed_in_an_older_version() {
        let line = "Inst libssl3 [3.0.1-1] (3.0.2-1 Debian-Security:12/stable-security [amd64])";
        assert_eq!(apt(line), Some(["libssl3", "3.0.1-1", "3.0.2-1", "1"].map(str::to_owned)));
        assert_eq!(apt("Inst linux-new (6.1 Debian:12/stable [amd64])"), None);
        assert_eq!(apt("Conf libssl3 (3.0.2-1 x)"), None);
        assert_eq!(
            dnf("bash.x86_64 5.2.26-3.fc40 updates"),
            Some(["bash.x86_64", "", "5.2.26-3.fc40", "0"].map(str::to_owned))
        );
    }
}
