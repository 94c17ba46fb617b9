//! A script of the library as a program that can be started: its text in a private file, its arguments in the
//! environment, where no shell reads them as words.

use std::io::Write;

use platform::program::Command;
use tempfile::NamedTempFile;
use wire::tools::{Argument, RunScript, ScriptBody};

/// What variables with arguments begin with; nothing that a system listens to does.
const PREFIX: &str = "PARAM_";

/// Why a script cannot be run here.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoScript {
    #[error("this script is not for {0}")]
    NotForThisSystem(&'static str),
    #[error("this computer has no interpreter {0:?}")]
    NoInterpreter(String),
    #[error("{0:?} is not the name of a parameter")]
    NotAName(String),
    #[error(
        "{0} runs scripts as another user only from files with a name of a certain kind, which this agent cannot give"
    )]
    NotForOthers(&'static str),
    #[error("the script cannot be written to a file: {0}")]
    NoFile(String),
}

/// A script that can be started; its file goes with it.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) command: Command,
    pub(super) file: NamedTempFile,
}

/// Prepares what of a script is for this system.
pub(super) fn prepare(script: &RunScript) -> Result<Prepared, NoScript> {
    let body = body_for_here(script)?;
    let interpreter = Interpreter::of(body)?;
    let file = written(body, &interpreter).map_err(|error| NoScript::NoFile(error.to_string()))?;
    let command = interpreter.command(script)?.with([file.path()]);
    Ok(Prepared { command, file })
}

/// The same for another user, who gets the text as a file of his own: a command that lacks its last argument, and the
/// text.
pub(super) fn prepare_for_other(script: &RunScript) -> Result<(Command, String), NoScript> {
    let body = body_for_here(script)?;
    let interpreter = Interpreter::of(body)?;
    if interpreter.needs_suffix {
        return Err(NoScript::NotForOthers(interpreter.program));
    }
    Ok((interpreter.command(script)?, body.text.clone()))
}

fn body_for_here(script: &RunScript) -> Result<&ScriptBody, NoScript> {
    let os = std::env::consts::OS;
    script.bodies.iter().find(|body| body.os == os).ok_or(NoScript::NotForThisSystem(os))
}

/// What reads a script.
#[derive(Debug, PartialEq, Eq)]
struct Interpreter {
    program: &'static str,
    arguments: &'static [&'static str],
    suffix: &'static str,
    /// Whether it looks at the suffix before it reads anything.
    needs_suffix: bool,
}

impl Interpreter {
    fn of(body: &ScriptBody) -> Result<Self, NoScript> {
        let is_windows = body.os == "windows";
        let (program, arguments, suffix): (_, &[&str], _) = match (body.interpreter.as_str(), is_windows) {
            ("sh", false) => ("sh", &[], ".sh"),
            ("bash", false) => ("bash", &[], ".sh"),
            ("python3", _) => (if is_windows { "python" } else { "python3" }, &[], ".py"),
            ("perl", _) => ("perl", &[], ".pl"),
            ("powershell", true) => (
                "powershell.exe",
                &["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"],
                ".ps1",
            ),
            ("powershell", false) => ("pwsh", &["-NoProfile", "-NonInteractive", "-File"], ".ps1"),
            ("cmd", true) => ("cmd.exe", &["/d", "/c"], ".cmd"),
            (other, _) => return Err(NoScript::NoInterpreter(other.to_owned())),
        };
        let needs_suffix = matches!(suffix, ".ps1" | ".cmd");
        Ok(Self { program, arguments, suffix, needs_suffix })
    }

    /// It, with the arguments of a script where no shell reads them as words, and without its file.
    fn command(&self, script: &RunScript) -> Result<Command, NoScript> {
        let mut command = Command::new(self.program).with(self.arguments.iter().copied());
        for argument in &script.arguments {
            command = command.set(variable(argument)?, &argument.value);
        }
        Ok(command)
    }
}

/// A file that only we may read.
fn written(body: &ScriptBody, interpreter: &Interpreter) -> std::io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("nearhand-").suffix(interpreter.suffix).tempfile()?;
    let text = if body.os == "windows" { body.text.replace('\n', "\r\n") } else { body.text.clone() };
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

/// The variable that an argument is in.
fn variable(argument: &Argument) -> Result<String, NoScript> {
    let name = &argument.name;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_fit =
        !name.is_empty() && name.len() <= 32 && name.bytes().all(is_name) && !argument.value.contains('\0');
    if !is_fit {
        return Err(NoScript::NotAName(name.clone()));
    }
    Ok(format!("{PREFIX}{}", name.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn script(interpreter: &str, text: &str, value: &str) -> RunScript {
        RunScript {
            arguments: vec![Argument { name: "who".to_owned(), value: value.to_owned() }],
            bodies: vec![ScriptBody {
                os: std::env::consts::OS.to_owned(),
                interpreter: interpreter.to_owned(),
                text: text.to_owned(),
            }],
            ..RunScript::default()
        }
    }

    #[cfg(unix)]
    #[test]
    fn s175_an_argument_is_a_value_and_never_words_of_the_script() {
        let evil = "x'; touch /tmp/never; echo \"$(id)\"";
        let prepared = prepare(&script("sh", "printf %s \"$PARAM_WHO\"; exit 3", evil)).expect("prepared");
        let mut started = prepared.command.start().expect("started");
        let mut said = String::new();
        started.output.read_to_string(&mut said).expect("read");
        assert_eq!(said, evil);
        assert_eq!(started.ending.wait().expect("ended"), wire::shell::Exit::Status(3));
    }

    #[cfg(unix)]
    #[test]
    fn another_user_gets_the_text_and_the_values_but_no_file_of_ours() {
        let (command, text) =
            prepare_for_other(&script("sh", "printf %s \"$PARAM_WHO\"", "ada")).expect("prepared");
        assert_eq!((command.program.to_str(), command.arguments.len()), (Some("sh"), 0));
        assert_eq!(command.environment, [("PARAM_WHO".into(), "ada".into())]);
        assert_eq!(text, "printf %s \"$PARAM_WHO\"");
        let refused = prepare_for_other(&script("powershell", "", "")).map(drop);
        assert_eq!(refused, Err(NoScript::NotForOthers("pwsh")));
    }

    #[test]
    fn what_cannot_run_here_says_why() {
        let refused = |script: &RunScript| prepare(script).map(|_| ()).expect_err("refused");
        assert_eq!(refused(&script("rexx", "", "")), NoScript::NoInterpreter("rexx".to_owned()));
        let mut elsewhere = script("sh", "", "");
        elsewhere.bodies[0].os = "plan9".to_owned();
        assert_eq!(refused(&elsewhere), NoScript::NotForThisSystem(std::env::consts::OS));
        let mut odd = script("sh", "", "");
        odd.arguments[0].name = "PATH=/tmp".to_owned();
        assert_eq!(refused(&odd), NoScript::NotAName("PATH=/tmp".to_owned()));
    }
}
