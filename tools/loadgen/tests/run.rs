//! A tiny run against a real relay: everything that a large one does, once.

use clap::Parser;
use loadgen::options::Options;
use loadgen::report;
use loadgen::run::{Progress, run};

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_ends_by_itself_and_everybody_gets_pictures() -> anyhow::Result<()> {
    let arguments = "loadgen --agents 2 --technicians 3 --stalled 1 --idle 3 --keys 10 --churn 8 --bytes 2000 \
                     --ramp 0.2 --warm-up 0.5 --seconds 3 --delay 2";
    let options = Cli::parse_from(arguments.split_whitespace()).options;
    let mut seconds = 0;
    let outcome =
        run(&options, |progress| seconds += u32::from(matches!(progress, Progress::Second(_)))).await?;
    let told = report::text(&outcome);
    assert!(3 <= seconds, "{told}");
    assert_eq!(outcome.ended, 0, "{told}");
    assert!(0 < outcome.prompt.latency.count && 0 < outcome.prompt.age.count, "{told}");
    assert!(0 < outcome.prompt.echo.count && 0 < outcome.prompt.input.count, "{told}");
    assert_eq!(outcome.slow.updates, 0, "{told}");
    assert!(0 < outcome.churn.joins && outcome.churn.failures == 0, "{told}");
    assert!(outcome.cpu_seconds_per_gb.is_some_and(|cpu| 0.0 < cpu), "{told}");
    assert!(report::page(&outcome).contains("</svg>"));
    Ok(())
}
