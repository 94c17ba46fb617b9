//! Our relay beside others, with the same frames: those that only copy bytes over TCP and encrypt nothing, and
//! websockify. What is not installed is installed where that is possible, and else left out aloud. So are relays that no
//! client here can use: they are compared as they were recorded.

use std::process::Command;
use std::time::Duration;

use figures::figure::{Figure, or_skip};
use figures::hops;
use figures::relay::{Cost, FILLED, Load, WARM_UP, bare, ours};
use figures::tcp_relays::{Kind, through};
use loadgen::content::Content;

const SESSIONS: usize = 40;
const BYTES: usize = 20_000;
const PER_SECOND: u32 = 30;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(hops::ARGUMENT) {
        return hops::serve().await;
    }
    or_skip("the relay beside others", compare().await);
    Ok(())
}

async fn compare() -> anyhow::Result<()> {
    let content = Content::Noise { bytes: BYTES, per_second: PER_SECOND };
    let watched = Duration::from_secs(8);
    let load = Load { sessions: SESSIONS, technicians: 1, content, warm_up: WARM_UP, watched };
    let (bare, ours) = (bare(&load).await?, ours(&Load { warm_up: FILLED, ..load.clone() }).await?);
    let name = |what: &str| format!("{SESSIONS} sessions of 20 kB × 30/s: {what}");
    Figure::new(name("our relay"), ours.per_gb(), "CPU s/GB").beside("bare quinn", bare.per_gb()).print()?;
    for kind in [Kind::Haproxy, Kind::Nginx, Kind::Websockify] {
        or_skip(kind.name(), beside(kind, &load, &ours).await);
    }
    RECORDED.iter().try_for_each(|recorded| recorded.print(&bare, &ours))
}

/// A relay for which there is no client here, and what it took once on the machine on which bare quinn took
/// [`RECORDED_FLOOR`]: the ratios of both to bare quinn are compared.
struct Recorded {
    name: &'static str,
    why: &'static str,
    per_gb: f64,
    goal: f64,
    moonshot: f64,
}

/// CPU seconds for each GB of bare quinn, in and out, when the others were recorded.
const RECORDED_FLOOR: f64 = 2.65;

const RECORDED: [Recorded; 2] = [
    Recorded {
        name: "moq-relay",
        why: "its clients speak tracks and groups, and none here does",
        per_gb: 21.0,
        goal: 5.0,
        moonshot: 8.0,
    },
    Recorded {
        name: "MeshCentral",
        why: "its relay lets in only who its own server logged in, and no client here is",
        per_gb: 6.5,
        goal: 2.0,
        moonshot: 2.4,
    },
];

impl Recorded {
    fn print(&self, bare: &Cost, ours: &Cost) -> anyhow::Result<()> {
        let Self { name, why, per_gb, goal, moonshot } = self;
        eprintln!(
            "left out, {name}: {why}; compared as recorded, {per_gb} CPU s/GB beside {RECORDED_FLOOR} of bare quinn"
        );
        let theirs = per_gb / RECORDED_FLOOR;
        Figure::new(
            format!("cheaper than {name} (as recorded, over bare quinn)"),
            theirs * bare.per_gb() / ours.per_gb(),
            "×",
        )
        .at_least(*goal)
        .moonshot(*moonshot)
        .print()
    }
}

async fn beside(kind: Kind, load: &Load, ours: &Cost) -> anyhow::Result<()> {
    install(kind);
    let theirs = through(kind, load, BYTES, PER_SECOND).await?;
    let name = kind.name();
    Figure::new(format!("… over {name}"), ours.per_gb() / theirs.per_gb(), "×")
        .beside(name, theirs.per_gb())
        .print()?;
    Figure::new(format!("… from sender to receiver, p50, beside {name}"), ours.counted.latency.p50, "ms")
        .beside(name, theirs.counted.latency.p50)
        .print()
}

/// Tries to; whether it is there shows when it is started.
fn install(kind: Kind) {
    let packages = kind.package().split(' ').collect::<Vec<_>>();
    let program = packages[0].trim_end_matches("-light");
    if std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).exists()))
    {
        return;
    }
    let installed = Command::new("apt-get")
        .args(["install", "-y", "--no-install-recommends", "-qq"])
        .args(&packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(std::process::Stdio::null())
        .status();
    if !installed.is_ok_and(|status| status.success()) {
        eprintln!("{} cannot be installed; by hand: apt-get install {}", kind.name(), kind.package());
    }
}
