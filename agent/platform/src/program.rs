//! Programs that run to their end: scripts and what special actions need. The same on every operating system.
//!
//! Reading and waiting block, and each belongs on a thread of its own. Who reads decides how much is taken, and the
//! program waits for it.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use wire::shell::Exit;

use crate::imp;
use crate::urgency::ordinary;

/// A program with its arguments.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The file, or a name to be looked for in the path.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Set beside what the agent's own environment has.
    pub environment: Vec<(OsString, OsString)>,
    /// Where it starts; the agent's own folder if none is given.
    pub folder: Option<PathBuf>,
}

impl Command {
    /// A program by its name.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self { program: program.into(), ..Self::default() }
    }

    /// With these arguments behind those that it has.
    #[must_use]
    pub fn with(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// With a variable of the environment.
    #[must_use]
    pub fn set(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Starts it without input, in a group of its own.
    ///
    /// # Errors
    /// When it is not there or cannot be run.
    pub fn start(&self) -> io::Result<Started> {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        imp::group(&mut command);
        let mut child = ordinary(|| command.spawn())??;
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        let missing = || io::Error::other("no pipe from the program");
        Ok(Started {
            stopper: Stopper::of_group(child.id()),
            output: Box::new(output.ok_or_else(missing)?),
            errors: Box::new(errors.ok_or_else(missing)?),
            ending: Ending(child),
        })
    }

    /// Starts it as another user, without input, in a group of its own. `text` becomes a file of his, whose path is the
    /// last argument. Blocks until the system has said whether it is him, for 20 seconds at most.
    ///
    /// # Errors
    /// [`NotAs`] says why nothing was started.
    pub fn start_as(&self, login: &Login, text: Option<&[u8]>) -> Result<Started, NotAs> {
        imp::start_as(self, login, text)
    }

    /// Starts it as something that stays: without input and output, in a group of its own.
    ///
    /// # Errors
    /// When it is not there or cannot be run.
    pub fn launch(&self) -> io::Result<Ending> {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        imp::group(&mut command);
        Ok(Ending(ordinary(|| command.spawn())??))
    }
}

/// Another user of this computer, by what he logs in with.
pub struct Login {
    /// His name.
    pub user: String,
    /// His password; it is shown to nobody.
    pub password: String,
}

/// Why a program does not run as another user.
#[derive(Debug, thiserror::Error)]
pub enum NotAs {
    /// The system does not believe that it is him, or does not let him in.
    #[error("{0}")]
    Login(String),
    /// That cannot be done on this computer.
    #[error("{0}")]
    NotAvailable(&'static str),
    /// It was tried.
    #[error(transparent)]
    Failed(#[from] io::Error),
}

/// Why no program can be started as another user here; `None` where it can.
pub fn no_logins() -> Option<&'static str> {
    imp::no_logins()
}

/// A program that runs.
pub struct Started {
    /// What it says.
    pub output: Box<dyn Read + Send>,
    /// What it complains of.
    pub errors: Box<dyn Read + Send>,
    /// Ends it.
    pub stopper: Stopper,
    /// Waits for its end.
    pub ending: Ending,
}

/// The way to end a program and what it started.
#[derive(Debug, Clone, Copy)]
pub struct Stopper(Way);

#[derive(Debug, Clone, Copy)]
enum Way {
    /// All of the group that it leads.
    Group(u32),
    /// By the program that started it as another user.
    Su(u32),
}

impl Stopper {
    pub(crate) fn of_group(leader: u32) -> Self {
        Self(Way::Group(leader))
    }

    /// By the number of the program that started it as another user.
    pub fn of_su(su: u32) -> Self {
        Self(Way::Su(su))
    }

    /// Ends all of it: its group at once, what is another user's within two seconds. One that is gone already is no
    /// error.
    pub fn stop(self) {
        match self.0 {
            Way::Group(leader) => imp::end_group(leader),
            Way::Su(su) => imp::end_su(su),
        }
    }
}

/// The end of a program, to be waited for.
pub struct Ending(pub(crate) Child);

impl Ending {
    /// The program's number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Waits until it ended.
    ///
    /// # Errors
    /// When the system lost track of it.
    pub fn wait(mut self) -> io::Result<Exit> {
        let status = self.0.wait()?;
        Ok(exit(status))
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system lost track of it.
    pub fn ended(&mut self) -> io::Result<Option<Exit>> {
        Ok(self.0.try_wait()?.map(exit))
    }
}

fn exit(status: std::process::ExitStatus) -> Exit {
    match (status.code(), imp::signal_of(status)) {
        (_, Some(signal)) => Exit::Signal(signal),
        (Some(code), None) => Exit::Status(code.cast_unsigned()),
        (None, None) => Exit::Status(u32::MAX),
    }
}
