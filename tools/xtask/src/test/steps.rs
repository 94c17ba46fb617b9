//! The steps of `cargo xtask test`, in their order.
//!
//! What is cheap comes first. The console is built before any crate is compiled, because the relay carries its
//! files inside.

use anyhow::Result;

use super::{counts::Counts, deny};
use crate::{
    cargo_tool, console, setup,
    shell::{self, Shell},
    tidy,
};

/// The version that is built where there is none. It kills a test that hangs, and tries busy ones again.
const NEXTEST: &str = "0.9.151";

/// One heading of the run.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) run: fn(&Shell, &mut Counts) -> Result<()>,
}

pub(super) const STEPS: &[Step] = &[
    Step { name: "setup", about: "programs and packages that the tests use", run: setup },
    Step { name: "fmt", about: "rustfmt", run: fmt },
    Step { name: "tidy", about: "the rules of the tree", run: tidy },
    Step { name: "deny", about: "licences, sources and banned crates", run: deny },
    Step { name: "console", about: "types, lint, unit tests and build of the console", run: console },
    Step { name: "clippy", about: "lints, warnings are errors", run: clippy },
    Step { name: "tests", about: "unit, simulator, end to end", run: tests },
    Step { name: "docs", about: "documentation and its examples", run: docs },
];

/// The names that `--only` takes.
pub(super) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

fn setup(shell: &Shell, _: &mut Counts) -> Result<()> {
    setup::ensure(&[setup::BUILD, setup::DESKTOP, setup::BROWSER, setup::SERVICES, setup::PEERS])?;
    setup::ensure_fuzzer()?;
    console::ensure_node(shell)
}

fn fmt(shell: &Shell, _: &mut Counts) -> Result<()> {
    shell::run(&mut shell.cargo(["fmt", "--all", "--check"]))
}

fn tidy(shell: &Shell, _: &mut Counts) -> Result<()> {
    tidy::run(shell)
}

fn deny(shell: &Shell, _: &mut Counts) -> Result<()> {
    deny::run(shell)
}

fn console(shell: &Shell, counts: &mut Counts) -> Result<()> {
    console::check(shell, |line| counts.read(line))?;
    console::build(shell)
}

fn clippy(shell: &Shell, _: &mut Counts) -> Result<()> {
    shell::run(&mut shell.cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

fn tests(shell: &Shell, counts: &mut Counts) -> Result<()> {
    // Tests start these programs. A test runner builds only those that belong to a test's own package.
    shell::run(&mut shell.cargo(["build", "--workspace", "--bins", "--locked"]))?;
    let runner = match shell::has("cargo-nextest") {
        true => "cargo-nextest".into(),
        false => cargo_tool::ensure(shell, "cargo-nextest", NEXTEST)?,
    };
    let mut command = shell.command(runner);
    command.args(["nextest", "run", "--workspace", "--all-targets", "--locked", "--profile", "ci"]);
    command.env("NEARHAND_BIN_DIR", shell.metadata()?.target_directory.join("debug"));
    shell::run_watched(&mut command, |line| counts.read(line))
}

fn docs(shell: &Shell, counts: &mut Counts) -> Result<()> {
    let mut examples = shell.cargo(["test", "--workspace", "--doc", "--locked"]);
    shell::run_watched(&mut examples, |line| counts.read(line))?;
    let mut pages = shell.cargo(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"]);
    shell::run(pages.env("RUSTDOCFLAGS", "-D warnings"))
}
