//! Ten seconds of film in a window: VideoOptimized through a relay, against openh264 on the whole picture at the same
//! structural similarity where the film is. Our CPU time is the agent's, less what reading the recording takes.

use std::time::{Duration, Instant};

use anyhow::Context;
use benches::Playback;
use figures::codec::clip::Clip;
use figures::codec::film;
use figures::codec::play::{NEAR, Play, Seat};
use figures::codec::quality::Quality;
use figures::codec::rivals::openh264;
use figures::cpu::Share;
use figures::figure::{Figure, or_skip};
use frame::{PIXEL_BYTES, Picture, Point, Rect};
use wire::control::ColorMode::VideoOptimized;

/// Quantisers that the rival's curve is drawn through, from fine to coarse.
const QPS: [u8; 4] = [20, 24, 28, 34];

/// Pause between two looks at our picture.
const LOOK: Duration = Duration::from_millis(110);

/// A shown picture is at most so many frames old.
const AGE_FRAMES_MAX: usize = 15;

/// Pixels between those by which a shown picture is recognised.
const SPARSE: usize = 16;

#[tokio::main]
async fn main() {
    or_skip("film", measure().await);
}

/// Bytes, CPU seconds and similarity in the film's window.
#[derive(Debug, Clone, Copy)]
struct Spot {
    megabytes: f64,
    cpu_seconds: f64,
    ssim: f64,
}

async fn measure() -> anyhow::Result<()> {
    let (clip, area) = film::clip()?;
    let ours = ours(&clip, area).await?;
    let mut curve = Vec::new();
    for qp in QPS {
        let camera = ::openh264::encoder::UsageType::CameraVideoRealTime;
        let cost = openh264::cost(&clip, camera, qp, Some(area))?;
        let (megabytes, cpu_seconds) = (cost.bytes as f64 / 1e6, cost.encode.as_secs_f64());
        curve.push(Spot { megabytes, cpu_seconds, ssim: cost.quality.ssim() });
    }
    let theirs = at_similarity(&curve, ours.ssim)?;
    Figure::new(format!("VideoOptimized on the film, SSIM {:.4}", ours.ssim), ours.megabytes, "MB")
        .beside(format!("openh264, whole picture, SSIM {:.4}", theirs.ssim), theirs.megabytes)
        .print()?;
    Figure::new("… bytes against it", ours.megabytes / theirs.megabytes, "×")
        .at_most(1.1)
        .moonshot(0.9)
        .print()?;
    Figure::new("… CPU of the agent", ours.cpu_seconds, "s")
        .beside("openh264", theirs.cpu_seconds)
        .print()?;
    Figure::new("… CPU against it", ours.cpu_seconds / theirs.cpu_seconds, "×")
        .at_most(0.6)
        .moonshot(0.4)
        .print()
}

/// Between the two nearest points of the curve, or its end where ours lies beyond.
fn at_similarity(curve: &[Spot], ssim: f64) -> anyhow::Result<Spot> {
    let (finest, coarsest) = (curve.first().context("a curve")?, curve.last().context("a curve")?);
    if finest.ssim <= ssim {
        return Ok(*finest);
    }
    let Some(pair) = curve.windows(2).find(|pair| pair[1].ssim <= ssim) else { return Ok(*coarsest) };
    let share = (pair[0].ssim - ssim) / (pair[0].ssim - pair[1].ssim);
    let between = |a: f64, b: f64| a + share * (b - a);
    // Bytes fall by a factor from one quantiser to the next.
    let megabytes = between(pair[0].megabytes.ln(), pair[1].megabytes.ln()).exp();
    Ok(Spot { megabytes, cpu_seconds: between(pair[0].cpu_seconds, pair[1].cpu_seconds), ssim })
}

async fn ours(clip: &Clip, area: Rect) -> anyhow::Result<Spot> {
    let mut play = Play::open(clip)?;
    let seat = play.join_one(NEAR, VideoOptimized).await?;
    play.first(&[&seat]).await?;
    let cpu = Share::start(&[play.endpoint.process().id()])?;
    let samples = watch(&play, &seat, area).await?;
    let cpu_seconds = cpu.seconds()?;
    let seen = play.last(&[&seat]).await?;
    let ssim = similarity(clip, area, &samples)?;
    let megabytes = seen.first().map_or(0, |seen| seen.screen_bytes) as f64 / 1e6;
    let reading = reading_seconds(clip)?;
    Ok(Spot { megabytes, cpu_seconds: (cpu_seconds - reading).max(0.0), ssim })
}

/// What is shown of the film now and then, and the frame that was due then.
async fn watch(play: &Play, seat: &Seat, area: Rect) -> anyhow::Result<Vec<(usize, Picture)>> {
    let (start, end) = (play.at(Duration::ZERO), play.at(play.length()));
    let mut samples = Vec::new();
    while Instant::now() < end {
        tokio::time::sleep(LOOK).await;
        let shown =
            seat.technician.look(seat.rendition(), |picture| cut(picture, area)).context("a picture")?;
        let share = start.elapsed().as_secs_f64() / play.length().as_secs_f64();
        let due = (share * f64::from(play.frames())) as usize;
        samples.push((due.min(play.frames() as usize - 1), shown));
    }
    Ok(samples)
}

/// Similarity of each sample to the frame that it shows: the one that it is most like, of those before it was due.
fn similarity(clip: &Clip, area: Rect, samples: &[(usize, Picture)]) -> anyhow::Result<f64> {
    let mut best = vec![(f64::INFINITY, 0); samples.len()];
    let mut playback = Playback::open(&clip.path)?;
    for number in 0.. {
        let Some((wanted, _)) = playback.next_frame()? else { break };
        let due = samples.iter().zip(&mut best);
        for ((_, shown), best) in
            due.filter(|((due, _), _)| number <= *due && *due <= number + AGE_FRAMES_MAX)
        {
            let distance = distance(wanted, area, shown);
            if distance <= best.0 {
                *best = (distance, number);
            }
        }
    }
    let (mut quality, mut playback) = (Quality::default(), Playback::open(&clip.path)?);
    for number in 0.. {
        let Some((wanted, _)) = playback.next_frame()? else { break };
        let wanted = cut(wanted, area);
        let shown = samples.iter().zip(&best).filter(|(_, best)| best.1 == number && best.0.is_finite());
        shown.for_each(|((_, shown), _)| quality.add(&wanted, shown));
    }
    Ok(quality.ssim())
}

/// Squared differences of a few pixels.
fn distance(wanted: &Picture, area: Rect, shown: &Picture) -> f64 {
    let mut sum = 0;
    for y in (0..area.height).step_by(SPARSE) {
        for x in (0..area.width).step_by(SPARSE) {
            let wanted = wanted.frame().pixel(Point::new(area.x + x, area.y + y)).unwrap_or_default();
            let shown = shown.frame().pixel(Point::new(x, y)).unwrap_or_default();
            let colors = wanted.iter().zip(&shown).take(PIXEL_BYTES - 1);
            sum += colors.map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum::<u64>();
        }
    }
    sum as f64
}

fn cut(picture: &Picture, area: Rect) -> Picture {
    let pixels = picture.frame().rows(area).flatten().copied().collect();
    Picture::from_pixels(area.size(), pixels).unwrap_or_else(|_| unreachable!("the film lies in the picture"))
}

/// What reading the recording and drawing its frames takes.
fn reading_seconds(clip: &Clip) -> anyhow::Result<f64> {
    let cpu = Share::start(&[std::process::id()])?;
    let mut playback = Playback::open(&clip.path)?;
    while playback.next_frame()?.is_some() {}
    cpu.seconds()
}
