//! Bytes of update streams, headers and operations without QUIC, for the recorded desktops in all colours, played
//! in real time by an agent. The first picture is left out, and the last one must be right to the pixel.

use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use e2e::technician;
use figures::codec;
use figures::figure::{Figure, or_skip};
use figures::stage::rendition;
use view::technician::Technician;

/// A recording, and what others needed for it, in kB: TigerVNC's Tight, and the prototype with zstd at level 3.
struct Clip {
    name: &'static str,
    tight_kb: u32,
    prototype_kb: f64,
}

const CLIPS: [Clip; 7] = [
    clip("typing", 236, 50.0),
    clip("termflood", 6509, 395.0),
    clip("scroll", 10412, 589.0),
    clip("drag", 28626, 7901.0),
    clip("slides", 22655, 11432.0),
    clip("ide", 5237, 661.0),
    clip("alttab", 926, 257.0),
];

const fn clip(name: &'static str, tight_kb: u32, prototype_kb: f64) -> Clip {
    Clip { name, tight_kb, prototype_kb }
}

/// The first picture is shown for so much longer: all of it must have come before the second.
const HOLD: Duration = Duration::from_millis(2500);

/// A recording and its end, on a loaded machine.
const CLIP_MAX: Duration = Duration::from_secs(25);

const LOOK: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() {
    for clip in CLIPS {
        or_skip(clip.name, measure(&clip).await);
    }
}

async fn measure(clip: &Clip) -> anyhow::Result<()> {
    let recorded = codec::clip::named(clip.name)?;
    let recording = recorded.outline()?;
    let site = Site::start()?;
    let platform = format!("fake:{}?hold={}", recorded.path.display(), HOLD.as_millis());
    let _endpoint = Endpoint::start(&site, clip.name, &platform)?;
    let technician = technician::join(&site, clip.name).await?;
    let start = Instant::now();
    until_hash(&technician, &recording.first, start + HOLD).await.context("the first picture")?;
    technician.reset_figures();
    until_hash(&technician, &recording.last, start + CLIP_MAX).await.context("the last picture")?;
    // The picture at the end may have been there before; the recording's time must be over, too.
    tokio::time::sleep_until((start + HOLD + recording.length + 10 * LOOK).into()).await;
    until_hash(&technician, &recording.last, start + CLIP_MAX).await?;
    let seen = technician.figures();
    let name = format!("bytes of {}, {} pictures: {} updates", clip.name, recording.frames, seen.updates);
    Figure::new(name, seen.screen_bytes as f64 / 1e3, "kB")
        .at_most(f64::from(clip.tight_kb))
        .moonshot(clip.prototype_kb)
        .beside("TigerVNC Tight, as recorded", clip.tight_kb.into())
        .print()
}

async fn until_hash(technician: &Technician, wanted: &str, end: Instant) -> anyhow::Result<()> {
    while technician.hash(rendition()).is_none_or(|hash| hash != wanted) {
        anyhow::ensure!(Instant::now() < end, "the picture is not the recording's");
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
