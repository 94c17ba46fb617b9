//! Bytes of the four modes that code colours differently, on each clip through a relay at 20 ms round trip. All
//! four are watched at once, by two agents; a latecomer must see just what the first viewer sees.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::Context;
use figures::codec::clip::{self, Clip};
use figures::codec::play::{NEAR, Play, Seat};
use figures::figure::{Figure, or_skip};
use wire::control::ColorMode::{self, AllColors, BlackAndWhite, FewColors, MoreColors};

/// From the fewest bytes to the most.
const MODES: [ColorMode; 4] = [BlackAndWhite, FewColors, MoreColors, AllColors];

/// How long a latecomer may need to have the same picture.
const SAME_MAX: Duration = Duration::from_secs(10);

const LOOK: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    for clip in clip::all()? {
        or_skip(&clip.name, measure(&clip).await);
    }
    Ok(())
}

async fn measure(clip: &Clip) -> anyhow::Result<()> {
    let (few, many) = MODES.split_at(2);
    let (few, many) = tokio::join!(bytes(clip, few), bytes(clip, many));
    let kilobytes = [few?, many?].concat();
    let [black, .., all] = kilobytes[..] else { anyhow::bail!("{} modes", kilobytes.len()) };
    let name = format!("BlackAndWhite against AllColors, {}", clip.name);
    let ratio = Figure::new(name, black / all, "×");
    match clip.name.as_str() {
        "typing" | "scroll" | "ide" => ratio.at_most(0.5).moonshot(0.3),
        "drag" | "slides" => ratio.at_most(0.15).moonshot(0.08),
        _ => ratio,
    }
    .print()?;
    let steps = kilobytes.windows(2).map(|pair| pair[0] / pair[1]);
    let list: Vec<_> = kilobytes.iter().map(|one| format!("{one:.0}")).collect();
    let name = format!("… the largest step between neighbours of {} kB", list.join(" < "));
    // Below 1 everywhere: the order is strict.
    Figure::new(name, steps.fold(0.0, f64::max), "×").at_most(0.999).print()
}

/// Kilobytes of each mode, watched at once.
async fn bytes(clip: &Clip, modes: &[ColorMode]) -> anyhow::Result<Vec<f64>> {
    let mut play = Play::open(clip)?;
    let viewers: Vec<_> = modes.iter().map(|&mode| (NEAR, mode)).collect();
    let seats = play.join(&viewers).await?;
    let seats: Vec<&Seat> = seats.iter().collect();
    play.first(&seats).await?;
    let seen = play.last(&seats).await?;
    for seat in &seats {
        check(&mut play, seat).await.with_context(|| format!("{:?}", seat.mode))?;
    }
    Ok(seen.iter().map(|seen| seen.screen_bytes as f64 / 1e3).collect())
}

/// Somebody who comes after the end sees the same, and black and white is that.
async fn check(play: &mut Play, seat: &Seat) -> anyhow::Result<()> {
    let late = play.join_one(NEAR, seat.mode).await?;
    let end = Instant::now() + SAME_MAX;
    while late.technician.hash(late.rendition()) != seat.technician.hash(seat.rendition()) {
        anyhow::ensure!(Instant::now() < end, "a latecomer has another picture");
        tokio::time::sleep(LOOK).await;
    }
    if seat.mode == BlackAndWhite {
        let rgb = seat.technician.rgb(seat.rendition()).context("a picture")?;
        let colors = rgb.chunks_exact(3).collect::<HashSet<_>>().len();
        Figure::new("colours of a picture in BlackAndWhite", colors as f64, "").at_most(2.0).print()?;
    }
    Ok(())
}
