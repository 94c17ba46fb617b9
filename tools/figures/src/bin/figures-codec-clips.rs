//! Each recorded desktop through a relay at 20 ms round trip, in all colours, and through the rivals: bytes, time to
//! encode and to decode, and what the pictures are like. What everybody has in the end must be the clip's last
//! picture.

use std::time::Duration;

use e2e::shaper::Line;
use figures::codec::clip::{self, Clip};
use figures::codec::coded::Cost;
use figures::codec::ours;
use figures::codec::play::{NEAR, Play};
use figures::codec::rivals::{jpeg, openh264, tight, x264};
use figures::figure::{Figure, or_skip};
use view::figures::Figures;
use wire::control::ColorMode::AllColors;

/// How our rows are called.
const OURS: &str = "Nearhand, all colours";

/// When the late viewer comes, after the first picture is over.
const LATE: Duration = Duration::from_secs(4);

/// The slowest line of one who lags: less would not even carry the first picture in time.
const LAGGING_BITS_MIN: u64 = 1_000_000;

/// Viewers that lag beside a fast one.
const LAGGING: u64 = 9;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    for clip in clip::all()? {
        println!("{}", clip.name);
        let tight = rivals(&clip);
        or_skip(&clip.name, ours(&clip, tight).await);
    }
    Ok(())
}

/// Prints the rivals' rows; gives the kilobytes of TigerVNC's server.
fn rivals(clip: &Clip) -> Option<f64> {
    let tight = tight::cost(clip);
    let kilobytes = tight.as_ref().ok().map(|cost| cost.bytes as f64 / 1e3);
    let screen = ::openh264::encoder::UsageType::ScreenContentRealTime;
    for (name, cost) in [
        (tight::NAME, tight),
        (x264::NAME, x264::cost(clip)),
        (openh264::NAME, openh264::cost(clip, screen, openh264::QP, None)),
        (jpeg::NAME, jpeg::cost(clip)),
    ] {
        let printed = cost.and_then(|cost| cost.of(&clip.name, name).print());
        or_skip(&format!("{name} on {}", clip.name), printed);
    }
    kilobytes
}

async fn ours(clip: &Clip, tight_kb: Option<f64>) -> anyhow::Result<()> {
    let (alone, uplink_bytes) = alone(clip).await?;
    let cost = Cost { bytes: alone.screen_bytes, ..ours::cost(clip)? };
    cost.of(&clip.name, OURS).print()?;
    bytes_figures(clip, &alone, tight_kb)?;
    if clip.is_known() {
        let seconds = clip.outline()?.length.as_secs_f64().max(1.0);
        let need_bits = 8.0 * alone.screen_bytes as f64 / seconds;
        let lagging = lagging_line(need_bits, 0);
        or_skip(&format!("viewers of {}", clip.name), in_company(clip, lagging).await);
        if clip.name == "scroll" {
            or_skip("refresh", refresh(clip, need_bits, uplink_bytes).await);
        }
    }
    Ok(())
}

/// What one viewer gets, and what the relay gets for him.
async fn alone(clip: &Clip) -> anyhow::Result<(Figures, f64)> {
    let mut play = Play::open(clip)?;
    let seat = play.join_one(NEAR, AllColors).await?;
    play.first(&[&seat]).await?;
    let before = play.uplink_bytes()?;
    let seen = play.last(&[&seat]).await?;
    let uplink_bytes = play.uplink_bytes()? - before;
    Ok((seen.into_iter().next().unwrap_or_default(), uplink_bytes))
}

fn bytes_figures(clip: &Clip, seen: &Figures, tight_kb: Option<f64>) -> anyhow::Result<()> {
    let all_kb = seen.screen_bytes as f64 / 1e3;
    let unrefined_kb = (seen.screen_bytes - seen.refinement_bytes) as f64 / 1e3;
    let bounds = clip.bounds();
    let is_lossy = bounds.is_some_and(|bounds| bounds.is_lossy);
    let name = format!("bytes of {}", clip.name);
    let (name, value) =
        if is_lossy { (format!("{name}, before refinement"), unrefined_kb) } else { (name, all_kb) };
    let mut figure = Figure::new(format!("{name} ({} updates)", seen.updates), value, "kB");
    if let Some(bounds) = bounds {
        figure = figure.at_most(bounds.goal_kb).moonshot(bounds.moonshot_kb);
    }
    if let Some(tight_kb) = tight_kb {
        figure = figure.beside(tight::NAME, tight_kb);
    }
    figure.print()?;
    if is_lossy { Figure::new("… in total, exact in the end", all_kb, "kB").print() } else { Ok(()) }
}

/// What the first viewer gets while another comes late and a third lags.
async fn in_company(clip: &Clip, lagging: Line) -> anyhow::Result<()> {
    let mut play = Play::open(clip)?;
    let seats = play.join(&[(NEAR, AllColors), (lagging, AllColors)]).await?;
    let [first, slow] = &seats[..] else { anyhow::bail!("{} seats", seats.len()) };
    play.first(&[first]).await?;
    tokio::time::sleep_until(play.at(LATE.min(play.length() / 2)).into()).await;
    let late = play.join_one(NEAR, AllColors).await?;
    let seen = play.last(&[first, &late, slow]).await?;
    let [first, late, slow] =
        [0, 1, 2].map(|seat| seen.get(seat).map_or(0, |seen| seen.screen_bytes) as f64 / 1e3);
    Figure::new("… beside one who comes late and one who lags", first, "kB").print()?;
    Figure::new("… and the late one, his first picture included", late, "kB").print()?;
    Figure::new("… and the lagging one, on half the line that it needs", slow, "kB").print()
}

/// How much of what the agent sends is there because nine viewers lag.
async fn refresh(clip: &Clip, need_bits: f64, alone_bytes: f64) -> anyhow::Result<()> {
    let mut play = Play::open(clip)?;
    let slow = (0..LAGGING).map(|seed| (lagging_line(need_bits, seed), AllColors));
    let viewers: Vec<_> = std::iter::once((NEAR, AllColors)).chain(slow).collect();
    let seats = play.join(&viewers).await?;
    let seats: Vec<_> = seats.iter().collect();
    play.first(&seats[..1]).await?;
    let before = play.uplink_bytes()?;
    play.last(&seats).await?;
    let bytes = play.uplink_bytes()? - before;
    let share = 100.0 * (bytes - alone_bytes) / bytes;
    Figure::new(
        format!("refreshes for {LAGGING} lagging viewers of {} beside a fast one", clip.name),
        share,
        "% of the uplink",
    )
    .at_most(15.0)
    .moonshot(5.0)
    .print()
}

/// A line with half the rate that the clip needs, and a longer way.
fn lagging_line(need_bits: f64, seed: u64) -> Line {
    let rate_bits = ((need_bits / 2.0) as u64).max(LAGGING_BITS_MIN);
    Line::new(Duration::from_millis(40), 0.0, rate_bits, seed)
}
