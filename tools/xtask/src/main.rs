//! The project's chores: try it, test it, keep it tidy, measure it.
//!
//! Nothing here ships. `cargo xtask test` is what the README names and what CI runs, and there is nothing that
//! CI runs beside it. The chores do not know each other, except that `test` calls `tidy`; what they share is
//! `shell` (running programs), `setup` (what the machine must have), `cargo_tool` (what cargo installs), `console`
//! (npm) and `tree` (the text of the repository).
//!
//! Start at [`Chore`]; then `test/steps.rs` for the order of the checks, or `tidy/mod.rs` for the rules.

mod acceptance;
mod cargo_tool;
mod console;
mod demo;
mod figures;
mod mutants;
mod setup;
mod shell;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::shell::Shell;

/// Nearhand's chores.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Start a relay and an agent on this machine and print where to log in.
    Demo(demo::Options),
    /// Run every check: format, lints, rules of the tree, console, tests, documentation.
    Test(test::Options),
    /// Check the rules of the tree that no lint knows.
    Tidy,
    /// Say which lines of docs/acceptance.md a test bears out.
    Acceptance(acceptance::Options),
    /// Measure a topic and print its table.
    Figures(figures::Options),
    /// Put mistakes into the rules of the desk, and see whether the tests notice.
    Mutants(mutants::Options),
}

fn main() -> ExitCode {
    let chore = Arguments::parse().chore;
    let shell = Shell::here();
    let outcome = match chore {
        Chore::Demo(options) => demo::run(&shell, &options),
        Chore::Test(options) => test::run(&shell, &options),
        Chore::Tidy => tidy::run(&shell),
        Chore::Acceptance(options) => acceptance::run(&shell, &options),
        Chore::Figures(options) => figures::run(&shell, &options),
        Chore::Mutants(options) => mutants::run(&shell, &options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}
