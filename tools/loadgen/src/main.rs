//! `loadgen`: puts a load on a relay, says each second what it makes of it, and leaves a report.

use std::process::ExitCode;

use clap::Parser;
use loadgen::options::Options;
use loadgen::report;
use loadgen::run::{Moment, Outcome, Progress, run};

/// Agents and technicians by the thousand: a load for a relay, with a report of what it made of it.
#[derive(Parser)]
#[command(name = "loadgen", version)]
struct Cli {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Cli::parse().options;
    match load(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("loadgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn load(options: &Options) -> anyhow::Result<()> {
    let outcome = run(options, say).await?;
    print!("{}", report::text(&outcome));
    if let Some(path) = &options.report {
        std::fs::write(path, report::page(&outcome))?;
        println!("report: {}", path.display());
    }
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty::<Outcome>(&outcome)? + "\n")?;
        println!("numbers: {}", path.display());
    }
    Ok(())
}

fn say(progress: Progress) {
    match progress {
        Progress::Step(text) => eprintln!("{text}"),
        Progress::Second(moment) => eprintln!("{}", line(&moment)),
    }
}

fn line(moment: &Moment) -> String {
    let Moment { at, prompt, relay_percent, relay_bytes, ended, .. } = moment;
    let (latency, age) = (prompt.latency, prompt.age);
    format!(
        "{at:5.0} s  {:6} updates {:6.1} MB  latency p50 {:.2} p99 {:.2} ms  age p99 {:.0} ms  relay {relay_percent:.0} % \
         {:.0} MB  ended {ended}",
        prompt.updates,
        prompt.bytes as f64 / 1e6,
        latency.p50,
        latency.p99,
        age.p99,
        relay_bytes / 1e6,
    )
}
