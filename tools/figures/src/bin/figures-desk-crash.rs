//! Kills the relay in the middle of writes, again and again: nothing that was answered may be lost, and the log
//! must still be whole.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use e2e::site::Site;
use figures::browser;
use figures::figure::{Figure, or_skip};
use rand::RngExt;
use tokio::task::JoinSet;

/// How often.
const KILLS: usize = 200;

/// Writers at the same time.
const WRITERS: usize = 8;

/// How long they write before the kill.
const WRITING_MS: std::ops::Range<u64> = 20..200;

#[tokio::main]
async fn main() {
    or_skip("kills in the middle of writes", measure().await);
}

async fn measure() -> anyhow::Result<()> {
    let mut site = Site::start()?;
    let client = Arc::new(browser::log_in(&site).await?);
    let url = format!("{}/api/teams/{}/messages", site.api_url(), browser::team(&client, &site).await?);
    let mut answered = BTreeSet::new();
    let mut random = rand::rng();
    for round in 0..KILLS {
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            writers.spawn(write(Arc::clone(&client), url.clone(), format!("{round}-{writer}")));
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(WRITING_MS))).await;
        site.process().kill();
        while let Some(written) = writers.join_next().await {
            answered.extend(written?);
        }
        site.start_again()?;
    }
    let said = site.command(&["audit", "verify"])?;
    anyhow::ensure!(said.contains("whole"), "the log after {KILLS} kills: {said}");
    let log = site.command(&["audit", "export", "--format", "jsonl"])?;
    let known: BTreeSet<String> = log.lines().filter_map(text_in).collect();
    let lost = answered.difference(&known).count();
    anyhow::ensure!(answered.len() > KILLS, "only {} writes were answered", answered.len());
    Figure::new(format!("writes lost of those answered before {KILLS} kills"), lost as f64, "")
        .at_most(0.0)
        .print()?;
    Figure::new("writes that were answered meanwhile", answered.len() as f64, "").print()
}

/// Writes until the relay is gone; the texts for which it answered.
async fn write(client: Arc<reqwest::Client>, url: String, prefix: String) -> Vec<String> {
    let mut answered = Vec::new();
    for number in 0.. {
        let text = format!("{prefix}-{number}");
        let Ok(answer) = client.post(&url).json(&serde_json::json!({ "text": text })).send().await else {
            break;
        };
        if !answer.status().is_success() || answer.bytes().await.is_err() {
            break;
        }
        answered.push(text);
    }
    answered
}

/// What was said by a line of the log, if it says that.
fn text_in(line: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    Some(line["fact"]["text"].as_str()?.to_owned())
}
