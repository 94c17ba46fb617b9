//! Programs as another user, through `su`: it asks the system's own rules whether the password is right, and starts
//! the program only then. No password is checked here, and none is on a command line or in an environment.
//!
//! `su` would ask root for nothing, so it is never started as root. What it starts is a shell of ours ([`bootstrap`]),
//! whose first word is a mark: what is said before it is said by `su`, and what is never marked never began.

use std::{
    fs,
    io::{self, Read, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStderr, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, getuid, kill_process},
};

use super::ask::{ask, is_installed};
use crate::program::{Command, Ending, Login, NotAs, Started, Stopper};
use crate::urgency::ordinary;

/// How long `su` may take: it waits some seconds before it says that a password is wrong.
const ASKED_MAX: Duration = Duration::from_secs(20);

/// Bytes that `su` says before a program begins, as far as anybody reads them.
const SAID_BYTES_MAX: usize = 4 << 10;

/// Whoever asks where root would not be asked.
const NOBODY: u32 = 65_534;

/// Why no program can be another user's here; `None` where it can.
pub(crate) fn no_logins() -> Option<&'static str> {
    static WHY: OnceLock<Option<&'static str>> = OnceLock::new();
    *WHY.get_or_init(|| {
        if !is_installed("su") || !is_installed("setsid") {
            return Some("not available here: there is no su, or no setsid");
        }
        let help = ask("su", &["--help"]).map(|answer| answer.text).unwrap_or_default();
        if !help.contains("--session-command") {
            return Some("not available here: the su of this system keeps no programs in one session");
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let gains_nothing = status.lines().any(|line| line.starts_with("NoNewPrivs:") && line.ends_with('1'));
        gains_nothing.then_some(
            "not available here: this agent was started so that nothing it starts gains privileges",
        )
    })
}

/// Starts a program as another user, once the system believes that it is him. `text` becomes a file of his, whose path
/// is the last argument.
pub(crate) fn start_as(command: &Command, login: &Login, text: Option<&[u8]>) -> Result<Started, NotAs> {
    match no_logins() {
        Some(why) => Err(NotAs::NotAvailable(why)),
        None => start_by("su", command, login, text, ASKED_MAX),
    }
}

/// The same by a `su` of a name, within a time.
fn start_by(
    su: &str,
    command: &Command,
    login: &Login,
    text: Option<&[u8]>,
    longest: Duration,
) -> Result<Started, NotAs> {
    check(login)?;
    let mark = mark(command, login);
    let mut child = spawn(su, &bootstrap(command, &mark, text.is_some())?, command, login)?;
    let (Some(mut input), Some(output), Some(mut errors)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(NotAs::Failed(io::Error::other("no pipe to su")));
    };
    // One that has ended says why on its other pipe.
    let _ = input.write_all(format!("{}\n", login.password).as_bytes());
    let said = said_before(&mut errors, &mark, longest);
    let rest = match said {
        Ok(Said::Began(rest)) => rest,
        Ok(Said::Refused(why)) => {
            let _ = child.wait();
            return Err(NotAs::Login(why));
        }
        Ok(Said::Waits) => {
            drop(input);
            stopper(&child).stop();
            let _ = child.wait();
            return Err(NotAs::Login("it wants more than a password, or does not answer".to_owned()));
        }
        Err(error) => {
            stopper(&child).stop();
            return Err(NotAs::Failed(error));
        }
    };
    if let Some(text) = text {
        // A program that is gone already says so by its end.
        let _ = input.write_all(text);
    }
    drop(input);
    Ok(Started {
        stopper: stopper(&child),
        output: Box::new(output),
        errors: Box::new(io::Cursor::new(rest).chain(errors)),
        ending: Ending(child),
    })
}

/// What could be an option of `su`, or end its line early, is nobody's name or password.
fn check(login: &Login) -> Result<(), NotAs> {
    let is_text = |text: &str| !text.contains(['\0', '\n', '\r']);
    let user = login.user.as_str();
    if user.is_empty() || user.starts_with('-') || !is_text(user) {
        return Err(NotAs::Login(format!("{user:?} is not the name of a user")));
    }
    if !is_text(&login.password) {
        return Err(NotAs::Login("a password has one line".to_owned()));
    }
    Ok(())
}

/// A word that nobody else says.
fn mark(command: &Command, login: &Login) -> String {
    use std::hash::{BuildHasher, RandomState};
    let number = || RandomState::new().hash_one((&command.program, &login.user));
    format!("began-{:016x}{:016x}", number(), number())
}

/// What the other user's shell does: says that it began, keeps its text in a file without a name, and runs the program
/// in a way that it ends with it.
fn bootstrap(command: &Command, mark: &str, has_text: bool) -> Result<String, NotAs> {
    let words = [&command.program].into_iter().chain(&command.arguments);
    let quoted: Option<Vec<String>> = words.map(|word| word.to_str().map(quoted)).collect();
    let quoted = quoted.ok_or_else(|| NotAs::Failed(io::Error::other("an argument is no text")))?.join(" ");
    let (keep, file) = match has_text {
        true => ("f=$(mktemp) && cat >\"$f\" && exec 3<\"$f\" && rm -f \"$f\" || exit 126\n", " /dev/fd/3"),
        false => ("", ""),
    };
    Ok(format!(
        "trap 'kill -KILL 0' TERM HUP\n\
         printf '%s\\n' {mark} >&2\n\
         cd \"${{HOME:-/}}\" 2>/dev/null || cd /\n\
         {keep}{quoted}{file} </dev/null &\n\
         wait $!\n"
    ))
}

/// A word that a shell reads as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn spawn(su: &str, text: &str, command: &Command, login: &Login) -> Result<Child, NotAs> {
    // Apart from the terminal that the agent was started from, or the other user's programs could type into it. Whoever
    // leads no group yet becomes `su` itself, with the same number.
    let mut starting = std::process::Command::new("setsid");
    starting
        .args([su, "-s", "/bin/sh", "--session-command", text, "--", &login.user])
        .current_dir("/")
        .env_clear();
    // What of the agent's own surroundings is nobody's secret.
    for name in ["PATH", "LANG", "TZ"] {
        if let Some(value) = std::env::var_os(name) {
            starting.env(name, value);
        }
    }
    starting.envs(command.environment.iter().map(|(name, value)| (name, value)));
    starting.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if getuid().is_root() {
        starting.uid(NOBODY).gid(NOBODY);
    }
    ordinary(|| starting.spawn()).flatten().map_err(NotAs::Failed)
}

/// Root ends all of the session. Others may only ask `su` to end what it started, which it does.
fn stopper(child: &Child) -> Stopper {
    if getuid().is_root() { Stopper::of_group(child.id()) } else { Stopper::of_su(child.id()) }
}

/// Asks a `su` to end what it started; within two seconds it does.
pub(crate) fn end_su(su: u32) {
    if let Some(su) = i32::try_from(su).ok().and_then(Pid::from_raw) {
        // Gone already is as good.
        let _ = kill_process(su, Signal::TERM);
    }
}

/// What `su` came to.
enum Said {
    /// The program runs; this is what it complained of already.
    Began(Vec<u8>),
    /// It was not started.
    Refused(String),
    /// Neither, for too long.
    Waits,
}

/// Reads until the mark, the end, or the end of the time.
fn said_before(errors: &mut ChildStderr, mark: &str, longest: Duration) -> io::Result<Said> {
    let (mut said, mut buffer) = (Vec::new(), [0; 1024]);
    let late = Instant::now() + longest;
    while said.len() < SAID_BYTES_MAX {
        let left = late.saturating_duration_since(Instant::now());
        let wait = Timespec::try_from(left).map_err(io::Error::other)?;
        if left.is_zero() || poll(&mut [PollFd::new(errors, PollFlags::IN)], Some(&wait))? == 0 {
            return Ok(Said::Waits);
        }
        let count = errors.read(&mut buffer)?;
        if count == 0 {
            return Ok(Said::Refused(complaint(&said)));
        }
        said.extend_from_slice(&buffer[..count]);
        let line = format!("{mark}\n");
        if let Some(at) = said.windows(line.len()).position(|part| part == line.as_bytes()) {
            return Ok(Said::Began(said.split_off(at + line.len())));
        }
    }
    Ok(Said::Waits)
}

/// The last thing that was said, without the question before it.
fn complaint(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("su says nothing");
    line.rsplit("su: ").next().unwrap_or(line).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use wire::shell::Exit;

    use super::*;

    /// Does what `su` does for a user "ada" with the password "geheim", as whoever runs it.
    const STAND_IN: &str = r#"#!/bin/sh
printf 'Password: ' >&2
read -r password
[ "$6" = ada ] && [ "$password" = geheim ] || { echo 'su: Authentication failure' >&2; exit 1; }
trap 'kill -TERM $child; sleep 2; kill -KILL $child' TERM
exec 4<&0
"$2" -c "$4" <&4 & child=$!
wait $child
"#;

    struct Su {
        folder: tempfile::TempDir,
    }

    impl Su {
        fn stand_in(text: &str) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let su = Self { folder };
            fs::write(su.path(), text).expect("written");
            fs::set_permissions(su.path(), fs::Permissions::from_mode(0o755)).expect("may be run");
            fs::set_permissions(su.folder.path(), fs::Permissions::from_mode(0o755)).expect("may be found");
            su
        }

        fn path(&self) -> String {
            self.folder.path().join("su").to_string_lossy().into_owned()
        }

        fn start(&self, password: &str, command: &Command, text: Option<&[u8]>) -> Result<Started, NotAs> {
            let login = Login { user: "ada".to_owned(), password: password.to_owned() };
            start_by(&self.path(), command, &login, text, Duration::from_secs(5))
        }
    }

    fn all_of(started: Started) -> (String, String, Exit) {
        let Started { mut output, mut errors, ending, .. } = started;
        let (mut said, mut complained) = (String::new(), String::new());
        output.read_to_string(&mut said).expect("read");
        errors.read_to_string(&mut complained).expect("read");
        (said, complained, ending.wait().expect("ended"))
    }

    #[test]
    fn s174_who_has_the_password_runs_a_program_with_its_arguments_text_and_variables() {
        let su = Su::stand_in(STAND_IN);
        let command = Command::new("sh").set("PARAM_X", "it's \"me\"");
        let text = b"printf '%s' \"$PARAM_X\"; echo odd >&2; exit 7";
        let started = su.start("geheim", &command, Some(text)).expect("started");
        assert_eq!(all_of(started), ("it's \"me\"".to_owned(), "odd\n".to_owned(), Exit::Status(7)));

        let words = Command::new("printf").with(["%s|%s", "a b", "it's; touch /tmp/never"]);
        let started = su.start("geheim", &words, None).expect("started");
        assert_eq!(all_of(started).0, "a b|it's; touch /tmp/never");
    }

    #[test]
    fn who_has_not_runs_nothing_and_hears_what_the_system_says() {
        let su = Su::stand_in(STAND_IN);
        let mark = su.folder.path().join("mark");
        let command = Command::new("touch").with([&mark]);
        let refused = su.start("guessed", &command, None).err().expect("refused");
        assert!(matches!(&refused, NotAs::Login(why) if why == "Authentication failure"), "{refused}");
        for odd in ["two\nlines", "a\0zero"] {
            assert!(matches!(su.start(odd, &command, None), Err(NotAs::Login(_))));
        }
        assert!(!mark.exists());
        for odd in ["", "-c", "a\nb"] {
            let login = Login { user: odd.to_owned(), password: "geheim".to_owned() };
            assert!(matches!(start_by(&su.path(), &command, &login, None, ASKED_MAX), Err(NotAs::Login(_))));
        }
    }

    #[test]
    fn what_asks_for_more_than_a_password_is_given_up() {
        let su = Su::stand_in(
            "#!/bin/sh\nprintf 'Password: ' >&2; read -r one; printf 'Code: ' >&2; read -r two\n",
        );
        let login = Login { user: "ada".to_owned(), password: "geheim".to_owned() };
        let asked = start_by(&su.path(), &Command::new("true"), &login, None, Duration::from_millis(500))
            .err()
            .expect("refused");
        assert!(matches!(&asked, NotAs::Login(why) if why.contains("more than a password")), "{asked}");
    }

    #[test]
    fn a_su_that_is_asked_to_ends_all_that_it_started() {
        let su = Su::stand_in(STAND_IN);
        let command = Command::new("sh").with(["-c", "sleep 1000 & echo ready; wait"]);
        let mut started = su.start("geheim", &command, None).expect("started");
        let mut first = [0; 6];
        started.output.read_exact(&mut first).expect("it runs");
        match started.ending.id() {
            id if getuid().is_root() => Stopper::of_su(id).stop(),
            _ => started.stopper.stop(),
        }
        // The pipe ends with the last of them.
        let mut rest = String::new();
        started.output.read_to_string(&mut rest).expect("read");
        assert_eq!(rest, "");
    }

    #[test]
    fn the_su_of_this_system_lets_nobody_in_whom_it_does_not_know() {
        if let Some(why) = no_logins() {
            eprintln!("left out: {why}");
            return;
        }
        let login = Login { user: "nobody-of-that-name".to_owned(), password: "x".to_owned() };
        let refused = start_as(&Command::new("true"), &login, None).err().expect("refused");
        assert!(matches!(refused, NotAs::Login(_)), "{refused}");
    }
}
