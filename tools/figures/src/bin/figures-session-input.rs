//! Input to pixel: through agent, relay and a technician of ours, against x0tigervncserver and a small RFB client,
//! on the same display. A window changes its colour at each key; the time from the key event's writing until the
//! viewer's whole window has the other colour counts.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::process::Process;
use e2e::{technician, wait};
use figures::cpu::Share;
use figures::figure::{Figure, or_skip};
use figures::probe::{self, Probe};
use figures::rfb;
use figures::stage::{BOUND, NAME, Stage, exact, rendition};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use view::figures::Times;
use view::technician::Technician;
use wire::input::Event;

/// Key presses of each run.
const PRESSES: usize = 200;

/// Pause after each, drawn anew, so that nobody falls into step with a poll: a fast typist.
const PAUSE_MS: std::ops::Range<u64> = 30..60;

/// The keysym of `a`.
const KEYSYM: u32 = 0x61;

const RIVAL: &str = "x0tigervncserver";

/// Its program; the one of its name is a script around it.
const RIVAL_PROGRAM: &str = "X0tigervnc";

#[tokio::main]
async fn main() {
    or_skip("input to pixel", measure().await);
}

async fn measure() -> anyhow::Result<()> {
    let mut stage = Stage::set(1920, 1080)?;
    let probe = Probe::show(stage.desktop.display())?;
    let (ours, theirs) = (ours(&mut stage).await?, theirs(&mut stage).await?);
    print("idle", &ours, &theirs, (3.0, 1.5), (6.0, 3.0))?;
    let flood = ["sh", "-c", "while :; do ls -la /usr/bin; done"];
    stage.desktop.terminal("flood", "120x60+400+60", &flood)?;
    probe.take_keyboard()?;
    let (ours, theirs) = (self::ours(&mut stage).await?, self::theirs(&mut stage).await?);
    print("flood", &ours, &theirs, (3.0, 1.5), (6.0, 3.0))
}

/// What one run of one side gave.
struct Run {
    times: Times,
    /// Percent of a core: what serves, and what views.
    server: f64,
    viewer: f64,
}

/// Each bound as goal and moonshot.
fn print(load: &str, ours: &Run, theirs: &Run, median: (f64, f64), p95: (f64, f64)) -> anyhow::Result<()> {
    for (name, share, (goal, moonshot)) in [("median", 0.5, median), ("p95", 0.95, p95)] {
        Figure::new(format!("input to pixel, {load}: {name}"), ours.times.quantile_ms(share), "ms")
            .at_most(goal)
            .moonshot(moonshot)
            .beside(RIVAL, theirs.times.quantile_ms(share))
            .print()?;
    }
    Figure::new(format!("… agent and relay, {load}"), ours.server, "% of a core")
        .beside(RIVAL, theirs.server)
        .print()?;
    Figure::new(
        format!("… viewer (ours decodes, theirs gets raw pixels), {load}"),
        ours.viewer,
        "% of a core",
    )
    .beside("RFB client", theirs.viewer)
    .print()
}

async fn ours(stage: &mut Stage) -> anyhow::Result<Run> {
    let mut technician = technician::join(&stage.site, NAME).await?;
    technician.control(true, BOUND).await?;
    let processes = stage.processes();
    let run = presses(&processes, &mut technician).await?;
    // A flood never holds still for a comparison; while idle, the end must be exact.
    if stage.desktop.output("xdotool", &["search", "--name", "flood"]).is_err() {
        exact(&technician, &stage.desktop).await?;
    }
    technician.leave().await?;
    Ok(run)
}

async fn theirs(stage: &mut Stage) -> anyhow::Result<Run> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut command = stage.desktop.command(RIVAL_PROGRAM);
    command.args(["-SecurityTypes", "None", "-localhost", "-rfbport", &port.to_string()]);
    let server = Process::start(RIVAL, &mut command).context("Debian package tigervnc-scraping-server")?;
    let socket = wait::until(RIVAL, BOUND, || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok())?;
    let mut client = rfb::Client::connect(socket, rfb::Encoding::Raw)?;
    client.until(BOUND, |picture| probe::color(picture).is_some())?;
    presses(&[server.id()], &mut client).await
}

/// Who presses keys and looks.
trait Viewer {
    async fn key(&mut self, down: bool) -> anyhow::Result<()>;
    /// Waits until the window has another colour than `before`; gives the one it has.
    async fn other_color(&mut self, before: Option<usize>) -> anyhow::Result<usize>;
}

async fn presses(servers: &[u32], viewer: &mut impl Viewer) -> anyhow::Result<Run> {
    let mut random = StdRng::seed_from_u64(7);
    let mut color = viewer.other_color(None).await?;
    let (server, own) = (Share::start(servers)?, Share::start(&[std::process::id()])?);
    let mut times = Times::default();
    for _ in 0..PRESSES {
        let start = Instant::now();
        viewer.key(true).await?;
        color = viewer.other_color(Some(color)).await?;
        times.add(start.elapsed());
        viewer.key(false).await?;
        tokio::time::sleep(Duration::from_millis(random.random_range(PAUSE_MS))).await;
    }
    Ok(Run { times, server: server.percent()?, viewer: own.percent()? })
}

impl Viewer for Technician {
    async fn key(&mut self, down: bool) -> anyhow::Result<()> {
        let (code, key) = ("KeyA".to_owned(), "a".to_owned());
        self.input(Event::Key { down, code, key }).await.map(drop)
    }

    async fn other_color(&mut self, before: Option<usize>) -> anyhow::Result<usize> {
        let seen = std::cell::Cell::new(None);
        let look = |picture: &_| {
            seen.set(probe::color(picture));
            seen.get().is_some_and(|color| Some(color) != before)
        };
        self.until_picture(rendition(), BOUND, look).await?;
        seen.get().context("a colour")
    }
}

impl Viewer for rfb::Client {
    async fn key(&mut self, down: bool) -> anyhow::Result<()> {
        rfb::Client::key(self, KEYSYM, down)
    }

    async fn other_color(&mut self, before: Option<usize>) -> anyhow::Result<usize> {
        let seen = std::cell::Cell::new(None);
        self.until(BOUND, |picture| {
            seen.set(probe::color(picture));
            seen.get().is_some_and(|color| Some(color) != before)
        })?;
        seen.get().context("a colour")
    }
}
