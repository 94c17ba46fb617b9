//! What runs, for whom, and what went wrong lately.

use std::thread;

use sysinfo::{
    MINIMUM_CPU_UPDATE_INTERVAL, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind, Users,
};
use wire::tools::{Section, Unit};

use super::super::ask::{ask, has_systemd, is_installed};
use super::known;
use crate::system::{Found, table};

/// Lines of the log of errors.
const EVENTS_MAX: &str = "200";

/// Keeps the processes of the last look, against which their load is measured.
#[derive(Default)]
pub(super) struct Running(Option<System>);

impl Running {
    pub(super) fn processes(&mut self) -> Found {
        let system = match self.look() {
            Ok(system) => system,
            Err(error) => return Found::nothing(error.to_string()),
        };
        let users = Users::new_with_refreshed_list().ok();
        let name_of = |id| Some(users.as_ref()?.iter().find(|user| user.id() == id)?.name().to_owned());
        let mut processes: Vec<_> = system.processes().values().collect();
        processes.sort_by_key(|process| process.pid());
        let rows = processes.into_iter().map(|process| {
            let user = process.user_id().and_then(name_of);
            let command: Vec<_> = process.cmd().iter().map(|part| part.to_string_lossy()).collect();
            [
                process.pid().to_string(),
                known(process.parent()),
                process.name().to_string_lossy().into_owned(),
                user.unwrap_or_default(),
                format!("{:.0}", process.cpu_usage() * 10.0),
                process.memory().to_string(),
                (process.start_time() * 1000).to_string(),
                process.status().to_string(),
                command.join(" "),
            ]
        });
        let columns = [
            ("process", Unit::Number),
            ("parent", Unit::Number),
            ("name", Unit::Text),
            ("user", Unit::Text),
            ("load", Unit::Permille),
            ("memory", Unit::Bytes),
            ("started", Unit::TimeMs),
            ("state", Unit::Text),
            ("command", Unit::Text),
        ];
        vec![table(Section::Processes, "processes", columns, rows)].into()
    }

    /// Looks again; the first time twice.
    fn look(&mut self) -> Result<&System, sysinfo::Error> {
        let system = match &mut self.0 {
            Some(system) => system,
            none => {
                let mut system = System::new()?;
                refresh(&mut system);
                pause();
                none.insert(system)
            }
        };
        refresh(system);
        Ok(system)
    }
}

/// The load is the difference between two looks; less time between them measures nothing.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever asks for the load waits for it on a thread for just that"
)]
fn pause() {
    thread::sleep(MINIMUM_CPU_UPDATE_INTERVAL);
}

fn refresh(system: &mut System) {
    let what = ProcessRefreshKind::nothing()
        .without_tasks()
        .with_cpu()
        .with_memory()
        .with_user(UpdateKind::OnlyIfNotSet)
        .with_cmd(UpdateKind::OnlyIfNotSet);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
}

pub(super) fn services() -> Found {
    if !has_systemd() {
        return Found::nothing(
            "this system is not run by systemd, and others do not list their services alike",
        );
    }
    let plain = ["--plain", "--no-legend", "--no-pager", "--full"];
    let list = [&["list-units", "--type=service", "--all"][..], &plain].concat();
    let files = [&["list-unit-files", "--type=service"][..], &plain].concat();
    let Some(units) = ask("systemctl", &list) else { return Found::nothing("systemctl does not answer") };
    let files = ask("systemctl", &files).map(|answer| answer.text).unwrap_or_default();
    let columns = [
        ("name", Unit::Text),
        ("state", Unit::Text),
        ("detail", Unit::Text),
        ("at_start", Unit::Text),
        ("description", Unit::Text),
    ];
    vec![table(Section::Services, "services", columns, units_of(&units.text, &files))].into()
}

/// Services as `systemctl` lists them, with how each is started by the other list.
fn units_of(units: &str, files: &str) -> Vec<[String; 5]> {
    let at_start = |name: &str| {
        let of = |line: &&str| line.split_ascii_whitespace().next() == Some(name);
        let line = files.lines().find(of).unwrap_or_default();
        line.split_ascii_whitespace().nth(1).unwrap_or_default().to_owned()
    };
    let unit = |line: &str| {
        let mut rest = line;
        let mut next = || {
            rest = rest.trim_start();
            let end = rest.find(' ').unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            rest = behind;
            word.to_owned()
        };
        let (name, _load, state, detail) = (next(), next(), next(), next());
        (!name.is_empty()).then(|| [name.clone(), state, detail, at_start(&name), rest.trim().to_owned()])
    };
    units.lines().filter_map(unit).collect()
}

pub(super) fn users() -> Found {
    let users = match Users::new_with_refreshed_list() {
        Ok(users) => users,
        Err(error) => return Found::nothing(error.to_string()),
    };
    let mut accounts: Vec<[String; 3]> = users
        .iter()
        .map(|user| {
            let groups: Vec<String> = user.groups().iter().map(|group| group.name().to_owned()).collect();
            [user.name().to_owned(), user.id().to_string(), groups.join(" ")]
        })
        .collect();
    accounts.sort();
    let columns = [("name", Unit::Text), ("number", Unit::Number), ("groups", Unit::Text)];
    let mut tables = vec![table(Section::Users, "accounts", columns, accounts)];
    let missing = match ask("who", &[]) {
        Some(said) => {
            let columns = [("name", Unit::Text), ("terminal", Unit::Text), ("since", Unit::Text)];
            tables
                .insert(0, table(Section::Users, "logged_in", columns, said.text.lines().filter_map(login)));
            String::new()
        }
        None => "who is logged in is not known: there is no program who".to_owned(),
    };
    Found { tables, missing }
}

/// A line of `who`.
fn login(line: &str) -> Option<[String; 3]> {
    let mut words = line.split_ascii_whitespace();
    let (name, terminal) = (words.next()?.to_owned(), words.next()?.to_owned());
    Some([name, terminal, words.collect::<Vec<_>>().join(" ")])
}

pub(super) fn events() -> Found {
    if !is_installed("journalctl") {
        return Found::nothing("this system keeps no journal that can be asked for errors");
    }
    let arguments = [
        "--priority=err",
        "--reverse",
        "--lines",
        EVENTS_MAX,
        "--output=short-unix",
        "--no-pager",
        "--quiet",
    ];
    let Some(said) = ask("journalctl", &arguments) else {
        return Found::nothing("the journal does not answer");
    };
    let columns = [("time", Unit::TimeMs), ("source", Unit::Text), ("text", Unit::Text)];
    let rows: Vec<[String; 3]> = said.text.lines().filter_map(event).collect();
    let missing = if rows.is_empty() && !said.complaint.is_empty() { said.complaint } else { String::new() };
    Found { tables: vec![table(Section::Events, "events", columns, rows)], missing }
}

/// A line of the journal: `SECONDS.MICROSECONDS HOST SOURCE[PROCESS]: TEXT`.
fn event(line: &str) -> Option<[String; 3]> {
    let (seconds, rest) = line.trim_start().split_once(' ')?;
    let at_ms = (seconds.parse::<f64>().ok()? * 1000.0).round() as u64;
    let (_host, rest) = rest.split_once(' ')?;
    let (source, text) = rest.split_once(": ")?;
    Some([at_ms.to_string(), source.to_owned(), text.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_read_with_how_they_are_started() {
        let units = "cron.service    loaded active running Regular background program\n\
            ssh.service     loaded inactive dead OpenBSD Secure Shell\n\n";
        let files = "cron.service enabled enabled\nssh.service disabled enabled\n";
        let found: Vec<String> = units_of(units, files).iter().map(|row| row.join("|")).collect();
        assert_eq!(
            found,
            [
                "cron.service|active|running|enabled|Regular background program",
                "ssh.service|inactive|dead|disabled|OpenBSD Secure Shell",
            ]
        );
    }

    #[test]
    fn a_line_of_the_journal_has_a_time_a_source_and_a_text() {
        let found =
            event("1700000000.250000 host kernel: usb 1-1: device not accepting address").expect("an event");
        assert_eq!(found, ["1700000000250", "kernel", "usb 1-1: device not accepting address"]);
        assert_eq!(event("-- No entries --"), None);
    }

    #[test]
    fn the_agent_itself_is_among_the_processes_with_its_start() {
        let mut running = Running::default();
        let found = running.processes();
        let own = std::process::id().to_string();
        let row = found.tables[0].rows.iter().find(|row| row.cells[0] == own).expect("this process");
        assert!(row.cells[6].parse::<u64>().is_ok_and(|started| 0 < started), "{row:?}");
        assert!(!row.cells[8].is_empty(), "{row:?}");
    }
}
