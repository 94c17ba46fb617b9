//! `cargo xtask figures TOPIC`: measured numbers, beside what they are compared with.
//!
//! A topic is measured by the programs of the workspace that are named after it: `figures-TOPIC`, or several
//! `figures-TOPIC-PART`. They are built with optimisation, with relay, agent and view beside them, and print
//! figures as lines of JSON ([`report::Figure`], and [`coded::Coded`] where coders are compared); what is compared is
//! measured in the same run. The tables go to the terminal (and from there into the README), the numbers with commit
//! and processor into `target/figures/`, with a picture where coders are compared.
//!
//! Such a program finds in its environment `NEARHAND_CORPUS`, the folder with the recorded desktops, and
//! `NEARHAND_BIN_DIR`, the folder with the optimised programs.

mod coded;
mod picture;
mod report;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use cargo_metadata::Metadata;
use clap::Args;

use crate::{
    console, setup,
    shell::{self, Shell},
};
use report::{Measured, Report};

/// What is measured from outside, as a user runs it.
const BESIDE: [&str; 3] = ["relay", "agent", "view"];

/// Seconds that one program may take; after these it hangs.
const PROGRAM_SECONDS_MAX: &str = "600";

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// The subject: session, codec, relay …
    topic: String,
    /// The folder with the recorded desktops.
    #[arg(long, env = "NEARHAND_CORPUS", default_value = "../shared/corpus")]
    corpus: PathBuf,
}

/// Measures a topic, prints its table and writes its numbers.
pub(crate) fn run(shell: &Shell, options: &Options) -> Result<()> {
    let metadata = shell.metadata()?;
    let (mine, others): (Vec<_>, Vec<_>) =
        programs(&metadata).into_iter().partition(|program| program.topic() == options.topic);
    if mine.is_empty() {
        let topics: Vec<_> = others.iter().map(Program::topic).collect();
        bail!("no figures for {} yet; there are: {}", options.topic, topics.join(", "));
    }
    setup::ensure(&[setup::BUILD, setup::DESKTOP, setup::BROWSER, setup::PEERS, setup::COPIERS])?;
    console::build(shell)?;
    build(shell, &mine)?;
    let folder = metadata.target_directory.join("release").into_std_path_buf();
    let mut measured = Measured::default();
    for program in &mine {
        measure(shell, &folder, &program.name, &options.corpus, &mut measured)?;
    }
    let report = Report::new(shell, measured)?;
    print!("{}", report.table());
    for file in report.write(shell, &options.topic)? {
        println!("\nwritten to {}", file.display());
    }
    Ok(())
}

/// A program that measures.
#[derive(Debug, PartialEq, Eq)]
struct Program {
    package: String,
    name: String,
}

impl Program {
    /// `session` for `figures-session` and for `figures-session-input`.
    fn topic(&self) -> &str {
        self.name.split('-').nth(1).unwrap_or_default()
    }
}

fn programs(metadata: &Metadata) -> Vec<Program> {
    let of = |package: &cargo_metadata::Package| -> Vec<Program> {
        let measures =
            package.targets.iter().filter(|target| target.is_bin() && target.name.starts_with("figures-"));
        measures
            .map(|target| Program { package: package.name.to_string(), name: target.name.clone() })
            .collect()
    };
    metadata.workspace_packages().into_iter().flat_map(of).collect()
}

/// Just these programs and what they need: each is optimised as a whole, which takes a while.
fn build(shell: &Shell, programs: &[Program]) -> Result<()> {
    let packages: BTreeSet<&str> =
        programs.iter().map(|program| program.package.as_str()).chain(BESIDE).collect();
    let packages = packages.into_iter().flat_map(|package| ["-p", package]);
    let names = programs.iter().map(|program| program.name.as_str()).chain(BESIDE);
    let names = names.flat_map(|name| ["--bin", name]);
    shell::run(&mut shell.cargo(["build", "--release", "--locked"].into_iter().chain(packages).chain(names)))
}

/// Runs one program to its end or its bound; what it printed until then counts.
fn measure(shell: &Shell, folder: &Path, name: &str, corpus: &Path, measured: &mut Measured) -> Result<()> {
    println!("\n== {name}");
    let mut command = shell.command("timeout");
    command.arg(PROGRAM_SECONDS_MAX).arg(folder.join(name)).stdin(Stdio::null()).stderr(Stdio::inherit());
    command.env("NEARHAND_CORPUS", shell.path(corpus)).env("NEARHAND_BIN_DIR", folder);
    let output = command.output().context("timeout, of the coreutils")?;
    if !output.status.success() {
        println!("{name} did not come to its end: {}", output.status);
    }
    measured.take(&String::from_utf8_lossy(&output.stdout)).context(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_named_after_its_topic() {
        let program = |name: &str| Program { package: "tests-e2e".to_owned(), name: name.to_owned() };
        assert_eq!(program("figures-session").topic(), "session");
        assert_eq!(program("figures-session-input").topic(), "session");
    }
}
