//! The desk under load: reads of queues and audited writes over HTTP at a fixed rate, beside open sessions.
//!
//! Requests start by the clock, not when the one before is done, so that a slow answer makes the next ones late
//! instead of rare.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::site::Site;
use e2e::technician;
use figures::browser;
use figures::figure::{Figure, or_skip, quantile};
use loadgen::agent;
use tokio::task::JoinSet;
use transport::client::Preference;
use view::technician::Technician;

/// Sessions that are open meanwhile, each with its agent.
const SESSIONS: usize = 50;

const READS_PER_SECOND: u32 = 2_000;
const WRITES_PER_SECOND: u32 = 300;

/// How long is measured.
const WATCHED: Duration = Duration::from_secs(10);

/// Less of what was asked for than this, and the rate was not held.
const ANSWERED_MIN: f64 = 0.98;

#[tokio::main]
async fn main() {
    or_skip("the desk under load", measure().await);
}

async fn measure() -> anyhow::Result<()> {
    let site = Site::start()?;
    let mut tasks = JoinSet::new();
    for number in 0..SESSIONS {
        let token = site.token(&format!("computer {number}"))?;
        tasks.spawn(agent::idle(agent::enrol(&token, &site.ready().udp.to_string()).await?));
    }
    let entry = technician::log_in(&site, Preference::Quic).await?;
    let mut sessions = Vec::new();
    for endpoint in entry.endpoints().await? {
        sessions.push(Technician::join(&entry, &endpoint.id).await?);
    }
    anyhow::ensure!(sessions.len() == SESSIONS, "{} sessions are open", sessions.len());

    let client = Arc::new(browser::log_in(&site).await?);
    let queues = format!("{}/api/queues", site.api_url());
    let messages = format!("{}/api/teams/{}/messages", site.api_url(), browser::team(&client, &site).await?);
    let read = {
        let client = Arc::clone(&client);
        move |_| client.get(&queues)
    };
    let write = move |number: u32| {
        client.post(&messages).json(&serde_json::json!({ "text": format!("message {number}") }))
    };
    let (reads, writes) = tokio::join!(at_rate(READS_PER_SECOND, read), at_rate(WRITES_PER_SECOND, write));
    let (reads, writes) = (reads.context("reads")?, writes.context("writes")?);
    let said = site.command(&["audit", "verify"])?;
    anyhow::ensure!(said.contains("whole"), "the log after the load: {said}");

    let name = |what: &str, rate: u32| format!("desk, {rate} {what} a second beside {SESSIONS} sessions");
    let p99 = |times: &[f64]| quantile(times, 0.99);
    Figure::new(name("queue reads", READS_PER_SECOND) + ": p99", p99(&reads)?, "ms").at_most(50.0).print()?;
    Figure::new(name("audited writes", WRITES_PER_SECOND) + ": p99", p99(&writes)?, "ms")
        .at_most(50.0)
        .print()?;
    Figure::new(name("queue reads", READS_PER_SECOND) + ": median", quantile(&reads, 0.5)?, "ms").print()?;
    Figure::new(name("audited writes", WRITES_PER_SECOND) + ": median", quantile(&writes, 0.5)?, "ms").print()
}

/// Milliseconds from when each request was due to its answer.
async fn at_rate(
    per_second: u32,
    request: impl Fn(u32) -> reqwest::RequestBuilder,
) -> anyhow::Result<Vec<f64>> {
    let count = per_second * u32::try_from(WATCHED.as_secs())?;
    let start = Instant::now();
    let mut asked: JoinSet<anyhow::Result<f64>> = JoinSet::new();
    let mut times = Vec::new();
    for number in 0..count {
        let due = start + Duration::from_secs(1) * number / per_second;
        tokio::time::sleep_until(due.into()).await;
        let request = request(number);
        asked.spawn(async move {
            let answer = request.send().await?.error_for_status()?;
            answer.bytes().await?;
            Ok(due.elapsed().as_secs_f64() * 1e3)
        });
        while let Some(done) = asked.try_join_next() {
            times.push(done??);
        }
    }
    while let Some(done) = asked.join_next().await {
        times.push(done??);
    }
    let held = f64::from(count) / start.elapsed().as_secs_f64() / f64::from(per_second);
    anyhow::ensure!(ANSWERED_MIN < held, "only {:.0} % of {per_second}/s", held * 100.0);
    Ok(times)
}
