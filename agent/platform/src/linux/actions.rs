//! Special actions, processes and services of a Linux system, by systemd and the programs of the desktop.

use rustix::process::{Pid, Signal, kill_process};
use sysinfo::{Pid as Number, ProcessRefreshKind, ProcessesToUpdate, System};
use wire::tools::{ServiceAct, Special};

use super::ask::{ask, has_systemd, is_installed};
use super::no_logins;
use crate::{
    Actions,
    actions::{ActionError, Deed},
    program::Command,
};

/// Programs that show what runs, by desktop.
const TASK_MANAGERS: &[&str] = &[
    "gnome-system-monitor",
    "plasma-systemmonitor",
    "ksysguard",
    "xfce4-taskmanager",
    "mate-system-monitor",
    "lxtask",
];

/// Programs that change settings, by desktop.
const SETTINGS: &[&str] = &[
    "gnome-control-center",
    "systemsettings",
    "xfce4-settings-manager",
    "mate-control-center",
    "lxqt-config",
];

/// Terminals, the system's own choice first.
const TERMINALS: &[&str] =
    &["x-terminal-emulator", "gnome-terminal", "konsole", "xfce4-terminal", "mate-terminal", "xterm"];

/// File managers.
const FILE_MANAGERS: &[&str] = &["nautilus", "dolphin", "thunar", "caja", "pcmanfm"];

/// What each action is called, in the order in which it is listed.
const SPECIALS: &[&str] = &[
    "lock",
    "log_off",
    "restart",
    "shut_down",
    "task_manager",
    "settings",
    "command_prompt",
    "file_manager",
];

const NO_SYSTEMD: &str = "not available here: this system is not run by systemd";

pub(super) struct LinuxActions {
    display: String,
}

impl LinuxActions {
    pub(super) fn new(display: &str) -> Self {
        Self { display: display.to_owned() }
    }

    fn prepare(&self, id: &str) -> Result<Deed, ActionError> {
        match id {
            "lock" => self.lock(),
            "log_off" => by_systemd(Command::new("loginctl").with(["terminate-user", &user()])),
            "restart" => by_systemd(Command::new("systemctl").with(["reboot"])),
            "shut_down" => by_systemd(Command::new("systemctl").with(["poweroff"])),
            "task_manager" => self.first(TASK_MANAGERS).or_else(|_| self.in_terminal("top")),
            "settings" => self.first(SETTINGS),
            "command_prompt" => self.first(TERMINALS),
            "file_manager" => self.first(FILE_MANAGERS),
            _ => Err(ActionError::NotKnown(format!("there is no action {id:?}"))),
        }
    }

    fn lock(&self) -> Result<Deed, ActionError> {
        if has_systemd() && is_installed("loginctl") {
            return Ok(Deed::Run(Command::new("loginctl").with(["lock-sessions"])));
        }
        if is_installed("xdg-screensaver") {
            return Ok(Deed::Run(self.on_display(Command::new("xdg-screensaver").with(["lock"]))));
        }
        let why = "not available here: there is neither a session manager nor a screen saver that locks";
        Err(ActionError::NotAvailable(why.to_owned()))
    }

    /// The first of some programs that is installed.
    fn first(&self, programs: &[&str]) -> Result<Deed, ActionError> {
        match programs.iter().find(|program| is_installed(program)) {
            Some(program) => Ok(Deed::Launch(self.on_display(Command::new(*program)))),
            None => {
                let why = format!("not available here: none of {} is installed", programs.join(", "));
                Err(ActionError::NotAvailable(why))
            }
        }
    }

    fn in_terminal(&self, program: &str) -> Result<Deed, ActionError> {
        if !is_installed(program) {
            return Err(ActionError::NotAvailable(format!("not available here: there is no {program}")));
        }
        match self.first(TERMINALS)? {
            Deed::Launch(command) | Deed::Run(command) => Ok(Deed::Launch(command.with(["-e", program]))),
        }
    }

    fn on_display(&self, command: Command) -> Command {
        command.set("DISPLAY", &self.display)
    }
}

impl Actions for LinuxActions {
    fn specials(&mut self) -> Vec<Special> {
        let special = |id: &&str| {
            let prepared = self.prepare(id);
            let takes_credentials = matches!(prepared, Ok(Deed::Run(_))) && no_logins().is_none();
            let missing = prepared.err().map(|error| error.to_string()).unwrap_or_default();
            Special { id: (*id).to_owned(), missing, takes_credentials }
        };
        SPECIALS.iter().map(special).collect()
    }

    fn special(&mut self, id: &str) -> Result<Deed, ActionError> {
        self.prepare(id)
    }

    fn end_process(&mut self, process: u32, started_ms: u64, is_forced: bool) -> Result<(), ActionError> {
        let gone = || ActionError::NotKnown(format!("process {process} is gone"));
        let pid = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or_else(gone)?;
        if pid.is_init() || process == std::process::id() {
            return Err(ActionError::NotAvailable(format!(
                "process {process} keeps this computer reachable"
            )));
        }
        let mut system = System::new().map_err(|error| ActionError::Failed(error.to_string()))?;
        let number = Number::from_u32(process);
        system.refresh_processes_specifics(
            ProcessesToUpdate::Some(&[number]),
            false,
            ProcessRefreshKind::nothing().without_tasks(),
        );
        // Another process may have the number by now.
        let is_same = system.process(number).is_some_and(|found| found.start_time() == started_ms / 1000);
        if !is_same {
            return Err(gone());
        }
        let signal = if is_forced { Signal::KILL } else { Signal::TERM };
        kill_process(pid, signal).map_err(|error| ActionError::Failed(format!("process {process}: {error}")))
    }

    fn service(&mut self, name: &str, act: ServiceAct) -> Result<(), ActionError> {
        let verb = match act {
            ServiceAct::Start => "start",
            ServiceAct::Stop => "stop",
            ServiceAct::Restart => "restart",
            ServiceAct::Unspecified => {
                return Err(ActionError::NotKnown("no such act on a service".to_owned()));
            }
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.@\\".contains(&byte);
        if name.is_empty() || name.starts_with('-') || !name.bytes().all(is_name) {
            return Err(ActionError::NotKnown(format!("{name:?} is not the name of a service")));
        }
        if !has_systemd() {
            return Err(ActionError::NotAvailable(NO_SYSTEMD.to_owned()));
        }
        match ask("systemctl", &["--no-ask-password", "--no-pager", verb, "--", name]) {
            Some(answer) if answer.is_success => Ok(()),
            Some(answer) => Err(ActionError::Failed(answer.complaint)),
            None => Err(ActionError::Failed(format!("systemctl does not answer about {name}"))),
        }
    }
}

fn by_systemd(command: Command) -> Result<Deed, ActionError> {
    if has_systemd() { Ok(Deed::Run(command)) } else { Err(ActionError::NotAvailable(NO_SYSTEMD.to_owned())) }
}

/// The number of the user as whom we run.
fn user() -> String {
    rustix::process::getuid().as_raw().to_string()
}
