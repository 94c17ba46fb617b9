//! Scripts: what technicians run on endpoints without typing it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::permission::Permission;
use crate::{Desk, Participant, Refusal, ScriptId, SessionId, TeamId, fields};

/// Bytes of a script's text: what travels to an agent in one message.
const TEXT_BYTES_MAX: usize = 32 << 10;

/// What a technician may have to fill in.
const PARAMETERS_MAX: usize = 32;

/// Characters of a parameter's name; it becomes the name of a variable.
const PARAMETER_NAME_MAX: usize = 32;

/// Teams that may use one script.
const TEAMS_MAX: usize = 1000;

/// How long a script may run: from a second to a day.
const TIMEOUT_S: (u32, u32) = (1, 24 * 3600);

/// A script of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// How it is listed.
    pub name: String,
    /// What it does, for those who choose it.
    pub comments: String,
    /// Whose members may run it; empty: everybody who may run scripts.
    pub teams: BTreeSet<TeamId>,
    /// What is to be filled in.
    pub parameters: Vec<Parameter>,
    /// One for each kind of system that it is for.
    pub bodies: Vec<ScriptBody>,
    /// How long it may run.
    pub timeout_s: u32,
}

impl Default for Script {
    fn default() -> Self {
        // Ten minutes: longer than a look, shorter than anybody watches.
        Self {
            name: String::new(),
            comments: String::new(),
            teams: BTreeSet::new(),
            parameters: Vec::new(),
            bodies: Vec::new(),
            timeout_s: 600,
        }
    }
}

/// Something that a technician fills in. The script finds it in the variable `PARAM_` and its name in capitals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Parameter {
    /// Letters, digits and underscores.
    pub name: String,
    /// What stands beside the field.
    pub label: String,
    /// What stands in it.
    pub default: String,
    /// Whether it must not be empty.
    pub is_required: bool,
}

/// A script for one kind of system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScriptBody {
    /// Which.
    pub os: Os,
    /// What reads it.
    pub interpreter: Interpreter,
    /// The script itself.
    pub text: String,
}

/// A kind of system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Os {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    Macos,
}

/// What reads a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interpreter {
    /// The system's own shell.
    Sh,
    /// bash.
    Bash,
    /// Python 3.
    Python3,
    /// Perl.
    Perl,
    /// PowerShell.
    Powershell,
    /// The command prompt of Windows.
    Cmd,
}

impl Os {
    /// What agents call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::Macos => "macos",
        }
    }

    /// Whether it has such an interpreter at all.
    const fn has(self, interpreter: Interpreter) -> bool {
        match interpreter {
            Interpreter::Cmd => matches!(self, Self::Windows),
            Interpreter::Sh | Interpreter::Bash => !matches!(self, Self::Windows),
            Interpreter::Python3 | Interpreter::Perl | Interpreter::Powershell => true,
        }
    }
}

impl Interpreter {
    /// What agents call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sh => "sh",
            Self::Bash => "bash",
            Self::Python3 => "python3",
            Self::Perl => "perl",
            Self::Powershell => "powershell",
            Self::Cmd => "cmd",
        }
    }
}

impl Script {
    pub(super) fn check(&self, desk: &Desk, own: Option<ScriptId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.scripts, own, "name", &self.name, |other| &other.name)?;
        fields::text("comments", &self.comments, fields::COMMENTS_MAX)?;
        fields::count("teams", self.teams.len(), TEAMS_MAX)?;
        let has_teams = self.teams.iter().all(|&team| desk.teams.has(team));
        fields::exists("teams", has_teams, "team")?;
        fields::seconds("timeout_s", self.timeout_s, TIMEOUT_S.0, TIMEOUT_S.1)?;
        self.check_parameters()?;
        self.check_bodies()
    }

    fn check_parameters(&self) -> Result<(), Refusal> {
        fields::count("parameters", self.parameters.len(), PARAMETERS_MAX)?;
        let mut names = BTreeSet::new();
        for parameter in &self.parameters {
            let name = &parameter.name;
            let is_fit = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || PARAMETER_NAME_MAX < name.len() || !name.chars().all(is_fit) {
                let detail = format!("parameters has {name:?}, which is no name of letters, digits and _");
                return Err(Refusal::field("parameters", detail));
            }
            if !names.insert(name.to_ascii_uppercase()) {
                return Err(Refusal::field("parameters", format!("parameters has {name:?} twice")));
            }
            fields::line("parameters.label", &parameter.label, fields::NAME_MAX)?;
            fields::text("parameters.default", &parameter.default, fields::COMMENTS_MAX)?;
        }
        Ok(())
    }

    fn check_bodies(&self) -> Result<(), Refusal> {
        if self.bodies.is_empty() {
            return Err(Refusal::field("bodies", "bodies is empty: the script is for no system"));
        }
        let mut systems = BTreeSet::new();
        for body in &self.bodies {
            let (os, interpreter) = (body.os.name(), body.interpreter.name());
            if !systems.insert(body.os) {
                return Err(Refusal::field("bodies", format!("bodies has {os} twice")));
            }
            if !body.os.has(body.interpreter) {
                return Err(Refusal::field("bodies", format!("{os} has no {interpreter}")));
            }
            if body.text.trim().is_empty() || body.text.contains('\0') {
                return Err(Refusal::field("bodies", format!("the script for {os} is empty or no text")));
            }
            let bytes = body.text.len();
            if TEXT_BYTES_MAX < bytes {
                let detail = format!("the script for {os} has {bytes} bytes, at most {TEXT_BYTES_MAX} fit");
                return Err(Refusal::field("bodies", detail));
            }
        }
        Ok(())
    }
}

impl Desk {
    /// The scripts that somebody may run in a session.
    pub fn scripts_for(&self, session: SessionId, who: Participant) -> Vec<(ScriptId, &Script)> {
        if !self.rights(session, who).has(Permission::Scripts) {
            return Vec::new();
        }
        let is_in = |team: &TeamId| match who {
            Participant::Account(account) => {
                self.teams.get(*team).is_some_and(|team| team.members.contains_key(&account))
            }
            Participant::External(_) => false,
        };
        let may = |script: &Script| script.teams.is_empty() || script.teams.iter().any(is_in);
        self.scripts.iter().filter(|(_, script)| may(script)).collect()
    }
}
