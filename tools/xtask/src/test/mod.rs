//! `cargo xtask test`: every check, in the order in which a mistake is found soonest.
//!
//! The steps stop at the first that fails. The last line is always the count of tests, so that a reader of a
//! long log finds it.

mod counts;
mod deny;
mod steps;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::shell::Shell;
use counts::Counts;
use steps::{STEPS, Step};

/// What to check.
#[derive(Args)]
pub(crate) struct Options {
    /// Run only this step (may be given several times).
    #[arg(long, value_name = "STEP", value_parser = steps::names())]
    only: Vec<String>,
}

/// Runs the steps and prints how long each took.
pub(crate) fn run(shell: &Shell, options: &Options) -> Result<()> {
    let mut report = Report::default();
    for step in
        STEPS.iter().filter(|step| options.only.is_empty() || options.only.iter().any(|n| n == step.name))
    {
        if let Err(error) = report.run(shell, step) {
            eprintln!("\n{error:#}");
            report.print();
            bail!(
                "stopped at `{0}`; to run it alone: cargo xtask test --only {0}\n{1}",
                step.name,
                report.counts
            );
        }
    }
    report.print();
    println!("{}", report.counts);
    Ok(())
}

#[derive(Default)]
struct Report {
    times: Vec<(&'static str, Duration)>,
    counts: Counts,
}

impl Report {
    fn run(&mut self, shell: &Shell, step: &Step) -> Result<()> {
        println!("\n== {}: {}", step.name, step.about);
        let start = Instant::now();
        let outcome = (step.run)(shell, &mut self.counts);
        let took = start.elapsed();
        self.times.push((step.name, took));
        println!("== {} took {}", step.name, seconds(took));
        outcome
    }

    fn print(&self) {
        println!();
        for (name, took) in &self.times {
            println!("{name:>10} {:>8}", seconds(*took));
        }
        println!("{:>10} {:>8}", "together", seconds(self.times.iter().map(|(_, took)| *took).sum()));
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
