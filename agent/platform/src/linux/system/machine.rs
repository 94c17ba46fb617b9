//! The machine itself: who it is, what it is made of, what runs it.

use std::env;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};
use wire::tools::{Section, Unit};

use super::super::ask::{ask, has_systemd, is_installed};
use super::{flag, known, line_of};
use crate::system::{Found, facts, table};

/// Parts of a variable's name that hide its value: whoever may look at a system needs no passwords.
const SECRETS: &[&str] = &["PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "COOKIE", "AUTH"];

pub(super) fn identity() -> Found {
    let of_board = |name: &str| line_of(Path::new("/sys/class/dmi/id").join(name));
    let zone = std::fs::read_link("/etc/localtime").unwrap_or_default();
    let zone = zone.to_string_lossy();
    let zone = zone.split_once("zoneinfo/").map_or("", |(_, zone)| zone);
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let language = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| env::var(name).ok());
    vec![facts(
        Section::Identity,
        "identity",
        vec![
            ("host_name", Unit::Text, System::host_name().unwrap_or_default()),
            ("user", Unit::Text, env::var("USER").unwrap_or_default()),
            ("manufacturer", Unit::Text, of_board("sys_vendor")),
            ("model", Unit::Text, of_board("product_name")),
            ("serial_number", Unit::Text, of_board("product_serial")),
            ("machine_id", Unit::Text, line_of("/etc/machine-id")),
            ("time", Unit::TimeMs, now_ms.to_string()),
            ("time_zone", Unit::Text, zone.to_owned()),
            ("language", Unit::Text, language.unwrap_or_default()),
        ],
    )]
    .into()
}

pub(super) fn operating_system() -> Found {
    let load = System::load_average().ok();
    let load = load.map(|load| format!("{:.2} {:.2} {:.2}", load.one, load.five, load.fifteen));
    let display = if env::var_os("WAYLAND_DISPLAY").is_some() { "Wayland" } else { "X11" };
    vec![facts(
        Section::OperatingSystem,
        "operating_system",
        vec![
            ("name", Unit::Text, System::name().unwrap_or_default()),
            ("version", Unit::Text, System::long_os_version().unwrap_or_default()),
            ("kernel", Unit::Text, System::kernel_version().unwrap_or_default()),
            ("architecture", Unit::Text, System::cpu_arch()),
            ("booted", Unit::TimeMs, known(System::boot_time().ok().map(|seconds| seconds * 1000))),
            ("uptime", Unit::Seconds, known(System::uptime().ok())),
            ("is_systemd", Unit::Bool, flag(has_systemd())),
            ("desktop", Unit::Text, env::var("XDG_CURRENT_DESKTOP").unwrap_or_default()),
            ("display_server", Unit::Text, display.to_owned()),
            ("load_1_5_15", Unit::Text, known(load)),
        ],
    )]
    .into()
}

pub(super) fn hardware() -> Found {
    let what = RefreshKind::nothing()
        .with_memory(MemoryRefreshKind::everything())
        .with_cpu(CpuRefreshKind::nothing().with_frequency());
    let system = match System::new_with_specifics(what) {
        Ok(system) => system,
        Err(error) => return Found::nothing(error.to_string()),
    };
    let first = system.cpus().first();
    let mut tables = vec![facts(
        Section::Hardware,
        "hardware",
        vec![
            ("processor", Unit::Text, first.map(|cpu| cpu.brand().to_owned()).unwrap_or_default()),
            ("logical_processors", Unit::Number, system.cpus().len().to_string()),
            ("physical_processors", Unit::Number, known(System::physical_core_count().ok())),
            ("frequency_mhz", Unit::Number, known(first.map(sysinfo::Cpu::frequency))),
            ("memory", Unit::Bytes, system.total_memory().to_string()),
            ("memory_available", Unit::Bytes, system.available_memory().to_string()),
            ("swap", Unit::Bytes, system.total_swap().to_string()),
            ("swap_free", Unit::Bytes, system.free_swap().to_string()),
        ],
    )];
    let (devices, missing) = devices();
    if !devices.is_empty() {
        let columns = [("slot", Unit::Text), ("class", Unit::Text), ("device", Unit::Text)];
        tables.push(table(Section::Hardware, "devices", columns, devices));
    }
    Found { tables, missing }
}

/// What is on the PCI bus, in words.
fn devices() -> (Vec<[String; 3]>, String) {
    if !Path::new("/sys/bus/pci/devices").is_dir() {
        return (Vec::new(), String::new());
    }
    if !is_installed("lspci") {
        return (Vec::new(), "devices have no names here: lspci is not installed".to_owned());
    }
    let said = ask("lspci", &[]).map(|answer| answer.text).unwrap_or_default();
    let device = |line: &str| {
        let (slot, rest) = line.split_once(' ')?;
        let (class, device) = rest.split_once(": ")?;
        Some([slot, class, device].map(str::to_owned))
    };
    (said.lines().filter_map(device).collect(), String::new())
}

pub(super) fn environment() -> Found {
    let mut variables: Vec<[String; 2]> = env::vars_os()
        .map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            let value =
                if is_secret(&name) { "•••".to_owned() } else { value.to_string_lossy().into_owned() };
            [name, value]
        })
        .collect();
    variables.sort();
    let columns = [("name", Unit::Text), ("value", Unit::Text)];
    vec![table(Section::Environment, "environment", columns, variables)].into()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRETS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secret_variables_are_not_shown() {
        assert!(is_secret("PGPASSWORD") && is_secret("github_token") && is_secret("SSH_AUTH_SOCK"));
        assert!(!is_secret("PATH") && !is_secret("LANG"));
    }
}
