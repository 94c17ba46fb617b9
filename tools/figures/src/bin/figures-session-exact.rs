//! How long until a technician's picture is exact: after a terminal stops scrolling, and after he joins; on
//! loopback and through a poor line.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use e2e::desktop::Desktop;
use e2e::shaper::Shaper;
use e2e::technician;
use figures::figure::{Figure, or_skip, quantile};
use figures::line::{POOR, POOR_NAME};
use figures::stage::{BOUND, NAME, Stage, exact};
use transport::client::Preference;
use view::access::Entry;
use view::technician::Technician;

/// Tries of each.
const TRIES: usize = 5;

/// How long the terminal scrolls before it stops.
const SCROLL: Duration = Duration::from_secs(2);

/// A picture that did not change for so long has come to its end.
const STILL: Duration = Duration::from_millis(700);

const LOOK: Duration = Duration::from_millis(1);

#[tokio::main]
async fn main() {
    or_skip("time to exact", measure().await);
}

async fn measure() -> anyhow::Result<()> {
    let mut stage = Stage::set(1920, 1080)?;
    let scroll = Scroll::start(&mut stage.desktop)?;
    let shaper = Shaper::start(stage.site.ready().udp, POOR)?;
    let near = technician::log_in(&stage.site, Preference::Quic).await?;
    let far = technician::log_in_by(&stage.site, Preference::Quic, shaper.address()).await?;
    for (entry, line) in [(&near, "loopback"), (&far, POOR_NAME)] {
        let stopped = after_scrolls(entry, &stage.desktop, &scroll).await?;
        figure("time to exact after a scroll stops", line, &stopped)?;
        let joined = after_joins(entry, &stage.desktop).await?;
        figure("time to exact after joining, 1080p", line, &joined)?;
    }
    Ok(())
}

fn figure(what: &str, line: &str, times_ms: &[f64]) -> anyhow::Result<()> {
    Figure::new(format!("{what}, {line}: median of {TRIES}"), quantile(times_ms, 0.5)?, "ms").print()
}

/// A terminal that scrolls 40 lines a second while it is told to.
struct Scroll {
    go: PathBuf,
}

impl Scroll {
    fn start(desktop: &mut Desktop) -> anyhow::Result<Self> {
        let go = desktop.scratch()?.join("go");
        let script = format!(
            "while :; do ls -la /usr/bin | while IFS= read -r line; do \
             while [ ! -e '{}' ]; do sleep 0.02; done; echo \"$line\"; sleep 0.02; done; done",
            go.display()
        );
        desktop.terminal("scroll", "150x60+200+60", &["sh", "-c", &script])?;
        Ok(Self { go })
    }

    async fn run(&self, length: Duration) -> anyhow::Result<()> {
        fs::write(&self.go, "")?;
        tokio::time::sleep(length).await;
        Ok(fs::remove_file(&self.go)?)
    }
}

async fn after_scrolls(entry: &Entry, desktop: &Desktop, scroll: &Scroll) -> anyhow::Result<Vec<f64>> {
    let technician = technician::join_over(entry, NAME).await?;
    let mut times_ms = Vec::new();
    for _ in 0..TRIES {
        scroll.run(SCROLL).await?;
        let took = last_change(&technician, Instant::now()).await?;
        exact(&technician, desktop).await?;
        times_ms.push(took.as_secs_f64() * 1e3);
    }
    technician.leave().await?;
    Ok(times_ms)
}

async fn after_joins(entry: &Entry, desktop: &Desktop) -> anyhow::Result<Vec<f64>> {
    let mut times_ms = Vec::new();
    for _ in 0..TRIES {
        let start = Instant::now();
        let technician = technician::join_over(entry, NAME).await?;
        let took = last_change(&technician, start).await?;
        exact(&technician, desktop).await?;
        times_ms.push(took.as_secs_f64() * 1e3);
        technician.leave().await?;
    }
    Ok(times_ms)
}

/// From `start` until the last update before the picture stands still. Whether it is right then, the caller looks.
async fn last_change(technician: &Technician, start: Instant) -> anyhow::Result<Duration> {
    let (mut updates, mut changed) = (0, start);
    loop {
        let now = Instant::now();
        let seen = technician.figures().updates;
        if seen != updates {
            (updates, changed) = (seen, now);
        }
        if STILL < now - changed {
            return Ok(changed - start);
        }
        anyhow::ensure!(now - start < BOUND, "the picture never stands still");
        tokio::time::sleep(LOOK).await;
    }
}
