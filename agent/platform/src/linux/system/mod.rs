//! What there is to know of a Linux system, from `/proc`, `/sys`, sysinfo, and the tools that are there.
//!
//! One file for sections that belong together; each gives what it finds, and says why the rest is missing.

mod machine;
mod network;
mod running;
mod software;
mod storage;

use std::fs;

use wire::tools::Section;

use self::running::Running;
use crate::{SystemInformation, system::Found};

/// Keeps what the load of processes is measured against.
#[derive(Default)]
pub(super) struct LinuxSystem {
    running: Running,
}

impl SystemInformation for LinuxSystem {
    fn read(&mut self, section: Section) -> Found {
        match section {
            Section::Identity => machine::identity(),
            Section::OperatingSystem => machine::operating_system(),
            Section::Hardware => machine::hardware(),
            Section::Disks => storage::disks(),
            Section::Network => network::network(),
            Section::Processes => self.running.processes(),
            Section::Services => running::services(),
            Section::Users => running::users(),
            Section::Software => software::installed(),
            Section::Updates => software::updates(),
            Section::Environment => machine::environment(),
            Section::Events => running::events(),
            Section::Unspecified => Found::nothing("not known to this agent"),
        }
    }
}

/// A file of one line, such as those of `/sys`; empty where it cannot be read.
fn line_of(path: impl AsRef<std::path::Path>) -> String {
    fs::read_to_string(path).unwrap_or_default().lines().next().unwrap_or_default().trim().to_owned()
}

/// A number, or nothing where it is not known.
fn known(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// "1" or "0".
fn flag(is: bool) -> String {
    u8::from(is).to_string()
}
