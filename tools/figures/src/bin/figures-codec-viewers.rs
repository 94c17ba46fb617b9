//! Each recorded desktop with several who watch at once: one who comes late, one whose line is half of what he
//! needs; and how much of the uplink is there because many lag. Everybody has the last picture in the end.

use std::time::Duration;

use e2e::shaper::Line;
use figures::codec::clip::{self, Clip};
use figures::codec::play::{self, NEAR, Play};
use figures::figure::{Figure, or_skip};
use wire::control::ColorMode::AllColors;

/// When the late viewer comes, after the first picture is over.
const LATE: Duration = Duration::from_secs(4);

/// The slowest line of one who lags: less would not even carry the first picture in time.
const LAGGING_BITS_MIN: u64 = 1_000_000;

/// Viewers that lag beside a fast one.
const LAGGING: u64 = 9;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    for clip in clip::all()? {
        or_skip(&clip.name, measure(&clip).await);
    }
    Ok(())
}

async fn measure(clip: &Clip) -> anyhow::Result<()> {
    let (alone, uplink_bytes) = play::alone(clip).await?;
    let alone_kb = alone.screen_bytes as f64 / 1e3;
    Figure::new(format!("bytes of {}, for one viewer alone", clip.name), alone_kb, "kB").print()?;
    let seconds = clip.outline()?.length.as_secs_f64().max(1.0);
    let need_bits = 8.0 * alone.screen_bytes as f64 / seconds;
    in_company(clip, lagging_line(need_bits, 0)).await?;
    if clip.name == "scroll" {
        refresh(clip, need_bits, uplink_bytes).await?;
    }
    Ok(())
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
