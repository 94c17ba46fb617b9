//! Input to pixel while everything else runs at once: a flood in one shell, 1 GB in another, a full-screen program of 300
//! columns in a third, a film on the desktop, and a file on its way to it; against the same desktop when it is idle.
//!
//! On a machine whose cores are all busy everything is late, whoever keeps them busy. So the same load runs once
//! without us: the programs behind terminals of their own, the film on another desktop, the bytes over bare quinn. What
//! ours is late beyond that is our own doing.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::desktop::Desktop;
use e2e::film::Film;
use e2e::technician;
use figures::figure::{Figure, or_skip};
use figures::hops;
use figures::probe::{self, Probe};
use figures::stage::{BOUND, NAME, Stage, rendition};
use figures::transfer::TwoHops;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::task::JoinSet;
use view::figures::Times;
use view::files::{Files, path};
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
async fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(hops::ARGUMENT) {
        return hops::serve().await;
    }
    or_skip("input beside everything else", measure().await);
    Ok(())
}

async fn measure() -> anyhow::Result<()> {
    let stage = Stage::set(1920, 1080)?;
    let probe = Probe::show(stage.desktop.display())?;
    let mut typist = technician::join(&stage.site, NAME).await?;
    typist.control(true, BOUND).await?;
    let folder = tempfile::tempdir()?;
    let large = folder.path().join("large");
    fill_with_noise(&large)?;
    let idle = presses(&mut typist).await?;
    let elsewhere = beside_others(&mut typist, &large).await?;
    let film = Film::play(stage.desktop.display())?;
    probe.take_keyboard()?;
    let ours = beside_ours(&mut typist, &large).await?;
    film.stop();
    for (name, share) in [("median", 0.5), ("p95", 0.95)] {
        let at = |times: &Times| times.quantile_ms(share);
        Figure::new(format!("input to pixel, shells, film and upload: {name}"), at(&ours), "ms")
            .beside("idle", at(&idle))
            .print()?;
        let over_load = at(&ours) / at(&elsewhere);
        Figure::new(format!("… beside the same load that is not ours: {name}"), at(&ours), "ms")
            .beside("load elsewhere", at(&elsewhere))
            .print()?;
        if share == 0.95 {
            Figure::new("… over idle", at(&ours) / at(&idle), "×").at_most(1.5).moonshot(1.1).print()?;
            Figure::new("… over the same load elsewhere", over_load, "×").print()?;
        }
    }
    Ok(())
}

/// What runs in the three shells.
fn commands(large: &Path) -> [String; 3] {
    [
        "yes nearhand".to_owned(),
        format!("while :; do base64 {}; done", large.display()),
        "top -d 0.1".to_owned(),
    ]
}

/// With all of the load on us, but for the film.
async fn beside_ours(typist: &mut Technician, large: &Path) -> anyhow::Result<Times> {
    let wide = Size { columns: 300, rows: 80 };
    let mut tasks = JoinSet::new();
    for command in commands(large) {
        let mut shell = typist.shell(wide).await?;
        shell.r#type(format!("{command}\n")).await?;
        tasks.spawn(read(shell));
    }
    tasks.spawn(send(typist.files(), large.to_owned(), large.with_extension("sent")));
    tokio::time::sleep(WARM_UP).await;
    let busy = presses(typist).await?;
    if let Some(ended) = tasks.try_join_next() {
        anyhow::bail!("something ended before its time: {ended:?}");
    }
    Ok(busy)
}

/// With the same load on the machine, and none of it on us.
async fn beside_others(typist: &mut Technician, large: &Path) -> anyhow::Result<Times> {
    let desktop = Desktop::start(1920, 1080)?;
    let _film = Film::play(desktop.display())?;
    let mut programs = Vec::new();
    for command in commands(large) {
        let mut script = Command::new("script");
        script.args(["-qfec", &format!("stty columns 300 rows 80; {command}"), "/dev/null"]);
        script.env("TERM", "xterm-256color").stdin(Stdio::null()).stdout(Stdio::null());
        programs.push(script.spawn().map(Ended)?);
    }
    let sending = tokio::spawn(send_bare(large.to_owned()));
    tokio::time::sleep(WARM_UP).await;
    let busy = presses(typist).await?;
    anyhow::ensure!(!sending.is_finished(), "the bare transfer ended: {:?}", sending.await);
    for program in &mut programs {
        anyhow::ensure!(program.0.try_wait()?.is_none(), "a program ended before its time");
    }
    sending.abort();
    Ok(busy)
}

/// A program that ends with its owner.
struct Ended(std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // One that ended already needs no end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends a file over bare quinn again and again.
async fn send_bare(from: PathBuf) -> anyhow::Result<()> {
    let hops = TwoHops::start().await?;
    loop {
        hops.send_file(&File::open(&from)?, &File::create(from.with_extension("copy"))?).await?;
    }
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
async fn send(files: Files, from: PathBuf, to: PathBuf) -> anyhow::Result<()> {
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
