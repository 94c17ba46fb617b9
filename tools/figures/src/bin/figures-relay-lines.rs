//! Shaped lines: how old the picture is, how long the queue that we cause, and what it costs, with our budget, Cubic
//! and BBR side by side.
//!
//! All lines are run in virtual time, with quinn itself and our screens, which no neighbour on the machine disturbs.
//! The one lossy line that others are compared on is run with a real relay and real sockets, too.

use std::net::SocketAddr;
use std::time::Duration;

use e2e::shaper::{Line as RealLine, Shaper};
use e2e::site::Site;
use e2e::technician;
use figures::age::{self, Captures};
use figures::figure::{Figure, or_skip, quantile};
use lines::line::Line;
use lines::run::{Outcome, run};
use lines::screen::Show;
use transport::client::Preference;
use transport::settings::Congestion;

/// Seconds of each run in virtual time, and its seed.
const SECONDS: u64 = 20;
const SEED: u64 = 7;

/// The same in real time.
const WARM_UP: Duration = Duration::from_secs(3);
const WATCHED: Duration = Duration::from_secs(20);

/// What is compared: its name, and what the relay's configuration calls it.
const CONTROLLERS: [(&str, &str, Congestion); 3] = [
    ("budget", "budget", Congestion::Budget),
    ("Cubic", "cubic", Congestion::Cubic),
    ("BBR", "bbr", Congestion::Bbr),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lossy_in_virtual_time()?;
    or_skip("the lossy line through a relay", lossy_through_a_relay().await);
    for buffer_us in [200_000, 20_000] {
        for rate in [1, 5, 20] {
            for rtt_us in [20_000, 80_000, 200_000] {
                for loss_thousandths in [0, 10, 30] {
                    shaped(Line { rate_bits: rate * 1_000_000, rtt_us, loss_thousandths, buffer_us })?;
                }
            }
        }
    }
    Ok(())
}

/// 1 % loss, 40 ms round trip, 20 kB 30 times a second (4.8 Mb/s) on a line that is fast enough.
fn lossy_in_virtual_time() -> anyhow::Result<()> {
    let line = Line { rate_bits: 100_000_000, rtt_us: 40_000, loss_thousandths: 10, buffer_us: 200_000 };
    let [ours, cubic, bbr] = side_by_side(Show::Motion, line)?;
    for (peer, other) in [("Cubic", &cubic), ("BBR", &bbr)] {
        let quantiles = [(ours.age_ms.p50, other.age_ms.p50), (ours.age_ms.p95, other.age_ms.p95)];
        for (name, (ours, other)) in ["p50", "p95"].iter().zip(quantiles) {
            Figure::new(format!("lossy line (virtual): age {name}"), ours, "ms")
                .beside(peer, other)
                .print()?;
        }
        Figure::new("lossy line (virtual): age p99", ours.age_ms.p99, "ms")
            .at_most(120.0)
            .moonshot(90.0)
            .beside(peer, other.age_ms.p99)
            .print()?;
        Figure::new("… bytes on the line", ours.bytes_per_second as f64 / 1e3, "kB/s")
            .beside(peer, other.bytes_per_second as f64 / 1e3)
            .print()?;
    }
    Ok(())
}

/// The same through a real relay for each controller, one after the other.
async fn lossy_through_a_relay() -> anyhow::Result<()> {
    let mut all = Vec::new();
    for (name, configured, _) in CONTROLLERS {
        let ages = through_a_relay(configured).await?;
        let at = |share| quantile(&ages, share);
        all.push((name, [at(0.5)?, at(0.95)?, at(0.99)?]));
    }
    let Some(((_, ours), others)) = all.split_first() else { return Ok(()) };
    for (peer, other) in others {
        Figure::new("lossy line (relay): age p50", ours[0], "ms").beside(*peer, other[0]).print()?;
        Figure::new("lossy line (relay): age p95", ours[1], "ms").beside(*peer, other[1]).print()?;
        Figure::new("lossy line (relay): age p99", ours[2], "ms")
            .at_most(120.0)
            .moonshot(90.0)
            .beside(*peer, other[2])
            .print()?;
    }
    Ok(())
}

async fn through_a_relay(congestion: &str) -> anyhow::Result<Vec<f64>> {
    let site = Site::start_with(&format!("[endpoint]\ncongestion = \"{congestion}\"\n"))?;
    let line = RealLine::new(Duration::from_millis(20), 0.01, 0, SEED);
    let shaper = Shaper::start(site.ready().udp, line)?;
    let agent = loadgen::agent::enrol(&site.token("noise")?, &site.ready().udp.to_string()).await?;
    let endpoint = agent.welcome.endpoint_id.clone();
    let captures = Captures::default();
    let showing = tokio::spawn(age::show(agent, captures.clone()));
    let address: SocketAddr = shaper.address();
    let entry = technician::log_in_by(&site, Preference::Quic, address).await?;
    let ages = age::watch(&entry, &endpoint, &captures, WARM_UP, WATCHED).await;
    showing.abort();
    ages
}

fn shaped(line: Line) -> anyhow::Result<()> {
    let [ours, cubic, bbr] = side_by_side(Show::Motion, line)?;
    let rtt_ms = line.rtt_us as f64 / 1e3;
    let name = line.name();
    Figure::new(format!("{name}: age p95"), ours.age_ms.p95, "ms")
        .at_most(250.0 + rtt_ms)
        .beside("Cubic", cubic.age_ms.p95)
        .print()?;
    Figure::new("… age p95", ours.age_ms.p95, "ms").beside("BBR", bbr.age_ms.p95).print()?;
    Figure::new("… age p99", ours.age_ms.p99, "ms").beside("BBR", bbr.age_ms.p99).print()?;
    Figure::new("… queue p95", ours.queue_ms.p95, "ms")
        .at_most(40.0)
        .beside("BBR", bbr.queue_ms.p95)
        .print()?;
    Figure::new("… lost", ours.dropped_percent, "%").beside("BBR", bbr.dropped_percent).print()?;
    Figure::new("… bytes on the line", ours.bytes_per_second as f64 / 1e3, "kB/s")
        .beside("Cubic", cubic.bytes_per_second as f64 / 1e3)
        .print()?;
    if line.rate_bits == 1_000_000 {
        let [ours, cubic, _] = side_by_side(Show::TypingBesidePhotos, line)?;
        Figure::new("… a letter beside a page that loads, p95", ours.age_ms.p95, "ms")
            .at_most(150.0 + rtt_ms)
            .beside("Cubic", cubic.age_ms.p95)
            .print()?;
    }
    Ok(())
}

/// Ours, Cubic and BBR.
fn side_by_side(show: Show, line: Line) -> anyhow::Result<[Outcome; 3]> {
    let [ours, cubic, bbr] = CONTROLLERS.map(|(_, _, congestion)| run(show, line, congestion, SECONDS, SEED));
    Ok([ours?, cubic?, bbr?])
}
