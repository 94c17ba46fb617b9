//! The relay when it is too much: twice the load that it can carry, a viewer who reads nothing, and input beside a full
//! line.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use figures::figure::{Figure, or_skip};
use figures::relay::{FILLED, WARM_UP};
use loadgen::content::Content;
use loadgen::cpu::Share;
use loadgen::crowd::Crowd;
use loadgen::held::Held;
use loadgen::tally::{Counted, Tally};
use loadgen::target::Relay;
use loadgen::technician::{Habit, Pace};

const WATCHED: Duration = Duration::from_secs(10);

/// Sessions of the overload; the relay gets half of what they take.
const SESSIONS: usize = 40;

/// Sessions of which it is found how little of a core carries them.
const CORE_SESSIONS: usize = 100;

/// Shares of a core that are tried, and how far one is from the next, of what the load takes when it may take all.
const SHARE_STEPS: u32 = 10;
const SHARE_STEP: f64 = 0.06;

/// How long each is watched.
const SETTLED: Duration = Duration::from_secs(5);

/// Captures that must arrive for the sessions to count as carried.
const DELIVERED_MIN: f64 = 0.95;

/// Neighbours of a viewer who reads nothing.
const NEIGHBOURS: usize = 10;

/// Keys a second where the time until they show is measured.
const KEYS: f64 = 20.0;

/// More than any loopback takes: the link is always full.
const FLOOD: Content = Content::Noise { bytes: 200_000, per_second: 500 };

/// Nothing but answers to keys.
const QUIET: Content = Content::Noise { bytes: 100, per_second: 1 };

#[tokio::main]
async fn main() {
    or_skip("sessions of a core", sessions_of_a_core().await);
    or_skip("overload", overload().await);
    or_skip("stalled viewer", stalled().await);
    or_skip("input beside a full link", input().await);
}

/// A relay with sessions of one prompt technician each.
struct Scene {
    relay: Relay,
    crowd: Crowd,
    tally: Arc<Tally>,
}

impl Scene {
    async fn open(sessions: usize, content: &Content, habit: Habit) -> anyhow::Result<Self> {
        let relay = Relay::start().await?;
        let (mut crowd, tally) = (Crowd::default(), Arc::new(Tally::default()));
        crowd.add_actors(&relay, sessions, content, Duration::ZERO, &tally).await?;
        let places: Vec<_> = (0..sessions).map(|agent| (agent, habit)).collect();
        let entries = relay.entries(sessions, relay.address()).await?;
        crowd.add_technicians(&entries, &places, Duration::ZERO, &tally).await?;
        tokio::time::sleep(WARM_UP).await;
        Ok(Self { relay, crowd, tally })
    }

    async fn watch(&mut self, length: Duration) -> anyhow::Result<Counted> {
        self.tally.take();
        tokio::time::sleep(length).await;
        self.crowd.all_there()?;
        Ok(self.tally.take())
    }
}

/// How many sessions a core carries: a hundred of them, on less and less of one until captures begin to be left out.
async fn sessions_of_a_core() -> anyhow::Result<()> {
    let mut scene = Scene::open(CORE_SESSIONS, &Content::USUAL, Habit::PROMPT).await?;
    tokio::time::sleep(FILLED).await;
    let process = scene.relay.process().unwrap_or_default();
    let cpu = Share::start(&[process])?;
    scene.watch(SETTLED).await?;
    let free = cpu.percent()? / 100.0;
    let mut least = None;
    for step in 0..SHARE_STEPS {
        // From a fifth more than it takes when it may take all, down.
        let share = free * (1.2 - f64::from(step) * SHARE_STEP);
        let held = Held::start(process, share)?;
        tokio::time::sleep(WARM_UP).await;
        let counted = scene.watch(SETTLED).await?;
        drop(held);
        let delivered = counted.updates as f64 / counted.captures as f64;
        eprintln!(
            "{CORE_SESSIONS} sessions on {share:.3} of a core: {:.1} % of all captures",
            100.0 * delivered
        );
        if delivered < DELIVERED_MIN {
            break;
        }
        least = Some(share);
    }
    let share = least.context("captures were left out already with the largest share")?;
    Figure::new("sessions of 20 kB × 30/s that a core carries", CORE_SESSIONS as f64 / share, "")
        .at_least(450.0)
        .moonshot(550.0)
        .beside("by what it takes when it may take all", CORE_SESSIONS as f64 / free)
        .print()
}

/// What arrives when the relay is held to half of what the load takes, beside half of what arrives when it is not.
async fn overload() -> anyhow::Result<()> {
    let habit = Habit { keys_per_second: 2.0, ..Habit::PROMPT };
    let mut scene = Scene::open(SESSIONS, &Content::USUAL, habit).await?;
    tokio::time::sleep(FILLED).await;
    let process = scene.relay.process().unwrap_or_default();
    let cpu = Share::start(&[process])?;
    let whole = scene.watch(WATCHED).await?;
    let share = cpu.percent()? / 100.0 / 2.0;
    let held = Held::start(process, share)?;
    tokio::time::sleep(WARM_UP).await;
    let half = scene.watch(WATCHED).await?;
    drop(held);
    let goodput = 100.0 * half.bytes as f64 / (whole.bytes as f64 / 2.0);
    Figure::new(
        format!("goodput at twice the load, {SESSIONS} sessions on {share:.2} of a core"),
        goodput,
        "%",
    )
    .at_least(90.0)
    .print()?;
    Figure::new("… age of the picture then, p99", half.age.p99, "ms")
        .beside("not held", whole.age.p99)
        .print()?;
    Figure::new("… from key to picture then, p99", half.echo.p99, "ms")
        .moonshot(5.0)
        .beside("not held", whole.echo.p99)
        .print()
}

/// One viewer of each of some sessions stops reading: what that does to the others.
async fn stalled() -> anyhow::Result<()> {
    let mut scene = Scene::open(NEIGHBOURS, &Content::USUAL, Habit::PROMPT).await?;
    let before = scene.watch(WATCHED).await?;
    let others = Arc::new(Tally::default());
    let habit = Habit { pace: Pace::Stalled, ..Habit::PROMPT };
    let places: Vec<_> = (0..NEIGHBOURS).map(|agent| (agent, habit)).collect();
    let entries = scene.relay.entries(NEIGHBOURS, scene.relay.address()).await?;
    scene.crowd.add_technicians(&entries, &places, Duration::ZERO, &others).await?;
    tokio::time::sleep(WARM_UP).await;
    let after = scene.watch(WATCHED).await?;
    let change = 100.0 * (after.latency.p99 / before.latency.p99 - 1.0);
    Figure::new("p99 of viewers beside ones who read nothing, change", change, "%").at_most(10.0).print()?;
    Figure::new("… their p99", after.latency.p99, "ms").beside("alone", before.latency.p99).print()
}

async fn input() -> anyhow::Result<()> {
    let habit = Habit { keys_per_second: KEYS, ..Habit::PROMPT };
    let mut quiet = Scene::open(1, &QUIET, habit).await?;
    let idle = quiet.watch(WATCHED).await?;
    drop(quiet);
    let mut full = Scene::open(1, &FLOOD, habit).await?;
    let busy = full.watch(WATCHED).await?;
    anyhow::ensure!(0 < busy.input.count && 0 < idle.input.count, "no key arrived");
    Figure::new("key to agent beside a full screen, p50", busy.input.p50, "ms")
        .beside("idle", idle.input.p50)
        .print()?;
    Figure::new("key to agent beside a full screen, p99", busy.input.p99, "ms")
        .beside("idle", idle.input.p99)
        .print()?;
    Figure::new("… over idle, p50", busy.input.p50 / idle.input.p50, "×")
        .at_most(2.0)
        .moonshot(1.5)
        .print()?;
    Figure::new("key to picture beside a full screen, p50", busy.echo.p50, "ms")
        .beside("idle", idle.echo.p50)
        .print()
}
