//! The programs that the demo runs, and the folder that they keep their state in.

use std::{
    env, fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::{self, Command},
};

use anyhow::{Context, Result};

use crate::{
    console,
    shell::{self, Shell},
};

/// Relay and agent, as built from this tree.
pub(super) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Builds the console, which the relay carries inside, and then both programs.
    pub(super) fn build(shell: &Shell, debug: bool) -> Result<Self> {
        console::build(shell)?;
        let (profile, folder) = if debug { ("dev", "debug") } else { ("release", "release") };
        shell::run(&mut shell.cargo([
            "build",
            "--locked",
            "--profile",
            profile,
            "-p",
            "relay",
            "-p",
            "agent",
        ]))?;
        Ok(Self { folder: shell.metadata()?.target_directory.join(folder).into_std_path_buf() })
    }

    /// The relay, with its part of the state folder.
    pub(super) fn relay(&self, state: &Path) -> Command {
        self.with_state("relay", state)
    }

    /// The agent, with its part of the state folder.
    pub(super) fn agent(&self, state: &Path) -> Command {
        self.with_state("agent", state)
    }

    fn with_state(&self, name: &str, state: &Path) -> Command {
        let mut command = Command::new(self.folder.join(name));
        command.arg("--state").arg(state.join(name));
        command
    }
}

/// A folder that only its owner can enter, removed when the demo ends.
pub(super) struct State {
    folder: PathBuf,
}

impl State {
    pub(super) fn make() -> Result<Self> {
        let folder = env::temp_dir().join(format!("nearhand-demo-{}", process::id()));
        fs::DirBuilder::new().mode(0o700).create(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{} stays behind: {error}", self.folder.display());
        }
    }
}
