//! Each recorded desktop through a relay at 20 ms round trip, in all colours, and through the rivals: bytes, time to
//! encode and to decode, and what the pictures are like. What everybody has in the end must be the clip's last
//! picture.

use figures::codec::clip::{self, Clip};
use figures::codec::coded::Cost;
use figures::codec::ours;
use figures::codec::play;
use figures::codec::rivals::{jpeg, openh264, tight, x264};
use figures::figure::{Figure, or_skip};
use view::figures::Figures;

/// How our rows are called.
const OURS: &str = "Nearhand, all colours";

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
    let (alone, _) = play::alone(clip).await?;
    let cost = Cost { bytes: alone.screen_bytes, ..ours::cost(clip)? };
    cost.of(&clip.name, OURS).print()?;
    bytes_figures(clip, &alone, tight_kb)
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
