//! 24 shells and 24 transfers at once in one session: nothing gets stuck, and memory stays what it is.
//!
//! `--seconds N` says for how long (540, which leaves room for its start within the bound of one program).

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::Context;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use e2e::technician;
use figures::cpu::memory_bytes;
use figures::figure::{Figure, or_skip};
use rand::RngExt as _;
use tokio::task::JoinSet;
use view::files::{Files, path};
use view::shell::{Said, Shell};
use wire::shell::Size;

const SHELLS: usize = 24;
const TRANSFERS: usize = 24;

/// Bytes of each transfer; then it begins again.
const FILE_BYTES: usize = 8 << 20;

const SECONDS: u64 = 540;

/// What settles before memory is looked at for the first time.
const WARM_UP: Duration = Duration::from_secs(30);

/// How often it is looked whether all go on.
const LOOK_EVERY: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds = match arguments.next().as_deref() {
        Some("--seconds") => arguments.next().context("--seconds N")?.parse()?,
        _ => SECONDS,
    };
    or_skip("many shells and transfers", measure(Duration::from_secs(seconds)).await);
    Ok(())
}

async fn measure(length: Duration) -> anyhow::Result<()> {
    let mut site = Site::start()?;
    let mut endpoint = Endpoint::start(&site, "many", "fake:pattern:640x480")?;
    let technician = technician::join(&site, "many").await?;
    let folder = tempfile::tempdir()?;
    let original = folder.path().join("original");
    let mut content = vec![0_u8; FILE_BYTES];
    rand::rng().fill(&mut content[..]);
    File::create(&original)?.write_all(&content)?;
    let counts: Arc<Vec<AtomicU64>> = Arc::new((0..SHELLS + TRANSFERS).map(|_| AtomicU64::new(0)).collect());
    let mut tasks = JoinSet::new();
    for number in 0..SHELLS {
        let mut shell = technician.shell(Size { columns: 120, rows: 40 }).await?;
        shell.r#type("while :; do date; seq 1 200; sleep 0.2; done\n").await?;
        tasks.spawn(watch(shell, Arc::clone(&counts), number));
    }
    for number in 0..TRANSFERS {
        let (files, original) = (technician.files(), original.clone());
        let copy = folder.path().join(format!("copy {number}"));
        tasks.spawn(transfer(files, original, copy, Arc::clone(&counts), SHELLS + number));
    }
    tokio::time::sleep(WARM_UP).await;
    let processes = [site.process().id(), endpoint.process().id()];
    let memory = || processes.map(memory_bytes).into_iter().sum::<anyhow::Result<f64>>();
    let before = memory()?;
    let stuck = go_on(&counts, length.saturating_sub(WARM_UP), &mut tasks).await?;
    let after = memory()?;
    Figure::new("24 shells and 24 transfers: stuck", stuck as f64, "of 48").at_most(0.0).print()?;
    Figure::new("… memory of relay and agent at the end", after / 1e6, "MB")
        .beside("at the start", before / 1e6)
        .print()?;
    Figure::new("… memory over the start", after / before, "×").at_most(1.1).moonshot(1.0).print()
}

/// Looks again and again; gives how many ever stood still between two looks.
async fn go_on(
    counts: &[AtomicU64],
    length: Duration,
    tasks: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<usize> {
    let mut stuck = vec![false; counts.len()];
    let mut before: Vec<u64> = counts.iter().map(|count| count.load(Relaxed)).collect();
    for _ in 0..length.as_secs() / LOOK_EVERY.as_secs() {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Some(ended) = tasks.try_join_next() {
            anyhow::bail!("something ended before its time: {ended:?}");
        }
        for ((stuck, before), count) in stuck.iter_mut().zip(&mut before).zip(counts) {
            let now = count.load(Relaxed);
            *stuck |= now == *before;
            *before = now;
        }
    }
    Ok(stuck.into_iter().filter(|stuck| *stuck).count())
}

async fn watch(mut shell: Shell, counts: Arc<Vec<AtomicU64>>, number: usize) -> anyhow::Result<()> {
    while let Said::Bytes(bytes) = shell.next().await? {
        counts[number].fetch_add(bytes.len() as u64, Relaxed);
    }
    anyhow::bail!("a shell ended")
}

/// Up and down, one after the other.
async fn transfer(
    files: Files,
    original: std::path::PathBuf,
    copy: std::path::PathBuf,
    counts: Arc<Vec<AtomicU64>>,
    number: usize,
) -> anyhow::Result<()> {
    for round in 0_u32.. {
        let file = File::open(&original)?;
        counts[number].fetch_add(files.send(&file, &path(&copy)?, rand::random(), 0 < round).await?, Relaxed);
        let back = tempfile::tempfile()?;
        counts[number].fetch_add(files.fetch(&path(&copy)?, &back).await?, Relaxed);
    }
    Ok(())
}
