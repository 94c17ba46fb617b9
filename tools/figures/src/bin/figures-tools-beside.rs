//! Input to pixel while everything else runs at once: a flood in one shell, 1 GB in another, a full-screen program of 300
//! columns in a third, a film on the desktop, and a file on its way to it; against the same desktop when it is idle.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::film::Film;
use e2e::technician;
use figures::figure::{Figure, or_skip};
use figures::probe::{self, Probe};
use figures::stage::{BOUND, NAME, Stage, rendition};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::task::JoinSet;
use view::figures::Times;
use view::files::path;
use view::shell::{Said, Shell};
use view::technician::Technician;
use wire::input::Event;
use wire::shell::Size;

/// Key presses of each run.
const PRESSES: usize = 150;

/// Pause after each, drawn anew: a fast typist.
const PAUSE_MS: std::ops::Range<u64> = 30..60;

/// What is read in a shell, and sent again and again.
const LARGE_BYTES: u64 = 1 << 30;

/// What it is made of: a hole would not travel at all.
const NOISE_BYTES: usize = 64 << 10;

/// Until all of it runs.
const WARM_UP: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() {
    or_skip("input beside everything else", measure().await);
}

async fn measure() -> anyhow::Result<()> {
    let stage = Stage::set(1920, 1080)?;
    let probe = Probe::show(stage.desktop.display())?;
    let mut typist = technician::join(&stage.site, NAME).await?;
    typist.control(true, BOUND).await?;
    let idle = presses(&mut typist).await?;

    let folder = tempfile::tempdir()?;
    let large = folder.path().join("large");
    fill_with_noise(&large)?;
    let film = Film::play(stage.desktop.display())?;
    probe.take_keyboard()?;
    let wide = Size { columns: 300, rows: 80 };
    let mut tasks = JoinSet::new();
    let cat = format!("base64 {}\n", large.display());
    for command in ["yes nearhand\n", &cat, "top -d 0.1\n"] {
        let mut shell = typist.shell(wide).await?;
        shell.r#type(command.to_owned()).await?;
        tasks.spawn(read(shell));
    }
    tasks.spawn(send(typist.files(), large, folder.path().join("copy")));
    tokio::time::sleep(WARM_UP).await;
    let busy = presses(&mut typist).await?;
    if let Some(ended) = tasks.try_join_next() {
        anyhow::bail!("something ended before its time: {ended:?}");
    }
    film.stop();
    for (name, share) in [("median", 0.5), ("p95", 0.95)] {
        let (busy, idle) = (busy.quantile_ms(share), idle.quantile_ms(share));
        Figure::new(format!("input to pixel, shells, film and upload: {name}"), busy, "ms")
            .beside("idle", idle)
            .print()?;
        if share == 0.95 {
            Figure::new("… over idle", busy / idle, "×").at_most(1.5).moonshot(1.1).print()?;
        }
    }
    Ok(())
}

fn fill_with_noise(file: &Path) -> std::io::Result<()> {
    let mut noise = vec![0; NOISE_BYTES];
    StdRng::seed_from_u64(11).fill(&mut noise[..]);
    let mut file = File::create(file)?;
    (0..LARGE_BYTES / NOISE_BYTES as u64).try_for_each(|_| file.write_all(&noise))
}

/// Reads a shell to its end, as a terminal does.
async fn read(mut shell: Shell) -> anyhow::Result<()> {
    while let Said::Bytes(_) = shell.next().await? {}
    Ok(())
}

/// Sends a file again and again.
async fn send(
    files: view::files::Files,
    from: std::path::PathBuf,
    to: std::path::PathBuf,
) -> anyhow::Result<()> {
    for number in 0_u32.. {
        let file = File::open(&from)?;
        files.send(&file, &path(&to)?, rand::random(), 0 < number).await?;
    }
    Ok(())
}

async fn presses(technician: &mut Technician) -> anyhow::Result<Times> {
    let mut random = StdRng::seed_from_u64(7);
    let mut color = other_color(technician, None).await?;
    let mut times = Times::default();
    for _ in 0..PRESSES {
        let start = Instant::now();
        key(technician, true).await?;
        color = other_color(technician, Some(color)).await?;
        times.add(start.elapsed());
        key(technician, false).await?;
        tokio::time::sleep(Duration::from_millis(random.random_range(PAUSE_MS))).await;
    }
    Ok(times)
}

async fn key(technician: &mut Technician, down: bool) -> anyhow::Result<()> {
    let (code, key) = ("KeyA".to_owned(), "a".to_owned());
    technician.input(Event::Key { down, code, key }).await.map(drop)
}

async fn other_color(technician: &Technician, before: Option<usize>) -> anyhow::Result<usize> {
    let seen = std::cell::Cell::new(None);
    let look = |picture: &_| {
        seen.set(probe::color(picture));
        seen.get().is_some_and(|color| Some(color) != before)
    };
    technician.until_picture(rendition(), BOUND, look).await?;
    seen.get().context("a colour")
}
