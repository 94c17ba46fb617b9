//! Running other programs from the root of the repository.
//!
//! What cargo tells `xtask` about itself (`CARGO_MANIFEST_DIR` and its like) is taken out of what the programs
//! inherit: some build scripts look at those names, and a build started here would undo one started by hand.

use std::{
    env,
    ffi::OsStr,
    io::{self, BufRead, BufReader, IsTerminal, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

/// The repository, and programs run in it.
pub(crate) struct Shell {
    root: PathBuf,
}

impl Shell {
    /// The repository that this `xtask` belongs to.
    pub(crate) fn here() -> Self {
        let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let package = PathBuf::from(package);
        let root = package.ancestors().nth(2).unwrap_or(&package).to_owned();
        Self { root }
    }

    /// The folder that holds the root `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside the repository.
    pub(crate) fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    /// What cargo knows about the workspace, without what it depends on.
    pub(crate) fn metadata(&self) -> Result<Metadata> {
        let mut command = MetadataCommand::new();
        command.current_dir(&self.root).no_deps().other_options(["--locked".to_owned()]);
        command.exec().context("cargo metadata")
    }

    /// A program that will run in the root of the repository.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        if !io::stdout().is_terminal() {
            command.env("NO_COLOR", "1");
        }
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_about_xtask) {
                command.env_remove(name);
            }
        }
        command
    }

    /// cargo with these arguments.
    pub(crate) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    /// npm with these arguments, in the console's folder.
    pub(crate) fn npm<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = self.command("npm");
        command.current_dir(self.path("console")).args(arguments);
        command
    }
}

/// Prints the command, runs it to its end, and fails if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command.status().with_context(|| format!("{} did not start", name(command)))?;
    if status.success() { Ok(()) } else { bail!("{} failed: {status}", describe(command)) }
}

/// As [`run`], and shows every line of output to `look` while it passes through.
pub(crate) fn run_watched(command: &mut Command, mut look: impl FnMut(&str)) -> Result<()> {
    announce(command);
    let (reader, writer) = io::pipe().context("no pipe")?;
    command.stdout(writer.try_clone().context("no second end of the pipe")?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("{} did not start", name(command)))?;
    // The command keeps its ends of the pipe; without this the read below would never end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).context("output broke off")? != 0 {
        io::stdout().write_all(&line).context("cannot print")?;
        look(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    let status = child.wait().context("a child was lost")?;
    if status.success() { Ok(()) } else { bail!("{} failed: {status}", describe(command)) }
}

/// Runs the command quietly and returns what it wrote to its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{} did not start", name(command)))?;
    if !output.status.success() {
        bail!("{} failed: {}", describe(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} wrote no UTF-8", describe(command)))
}

/// Whether a program of this name is in the search path.
pub(crate) fn has(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn announce(command: &Command) {
    println!("$ {}", describe(command));
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn describe(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

fn is_about_xtask(variable: &str) -> bool {
    const PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    PREFIXES.iter().any(|prefix| variable.starts_with(prefix)) || variable == "CARGO_PRIMARY_PACKAGE"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_both_outputs_is_watched() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2"]);
        run_watched(&mut command, |line| lines.push(line.to_owned())).unwrap();
        lines.sort();
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn a_program_that_fails_is_named_with_its_arguments() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().starts_with("sh -c exit 3 failed"), "{error}");
    }

    #[test]
    fn the_target_folder_is_inherited_and_the_package_is_not() {
        assert!(is_about_xtask("CARGO_MANIFEST_DIR"));
        assert!(!is_about_xtask("CARGO_TARGET_DIR"));
    }
}
