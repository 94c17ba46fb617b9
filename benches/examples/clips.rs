//! Encodes recorded desktops and paints them again, and prints bytes and times. Ends with an error where the
//! painted picture is not the recorded one.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use benches::{EPOCH, Playback, update};
use clap::Parser;
use codec::{Encoder, Painter};
use frame::Picture;

#[derive(Parser)]
struct Args {
    /// The folder with the recordings.
    #[arg(long, env = "NEARHAND_CORPUS", default_value = "../shared/corpus")]
    corpus: PathBuf,
    /// The recordings, without their ending.
    #[arg(default_values = ["typing", "termflood", "scroll", "drag", "slides", "ide", "alttab"])]
    clips: Vec<String>,
}

/// What one recording took. The first frame is left out.
#[derive(Default)]
struct Figures {
    first_bytes: usize,
    payload_bytes: usize,
    update_bytes: usize,
    tiles: usize,
    patches: usize,
    frame_times: Vec<Duration>,
    tile_times: Vec<Duration>,
    paint_time: Duration,
}

fn main() -> Result<()> {
    let args = Args::parse();
    println!("kB without the first frame; µs on this machine, medians");
    println!("clip        first  update payload   tiles patches  frame    p95   tile  decode");
    for clip in &args.clips {
        let path = args.corpus.join(format!("{clip}.td.zst"));
        let figures = measure(&path).with_context(|| clip.clone())?;
        print(clip, figures);
    }
    Ok(())
}

fn measure(path: &Path) -> Result<Figures> {
    let mut playback = Playback::open(path)?;
    let extent = playback.extent()?;
    let mut encoder = Encoder::new(extent);
    let mut painter = Painter::new(EPOCH, extent);
    let mut figures = Figures::default();
    let mut version = 0;
    while let Some((picture, damage)) = playback.next_frame()? {
        version += 1;
        let start = Instant::now();
        let tiles = encoder.encode(&picture.frame(), damage)?;
        let frame_time = start.elapsed();
        let payload_bytes: usize = tiles.iter().map(|tile| tile.payload.len()).sum();
        let (tile_count, patches) = (tiles.len(), tiles.iter().filter(|tile| tile.patch.is_some()).count());
        let update = update(extent, version, tiles);
        let update_bytes: usize = update.encode().iter().map(bytes::Bytes::len).sum();
        let start = Instant::now();
        let painted = painter.paint(&update);
        let paint_time = start.elapsed();
        ensure!(painted.lost.is_empty(), "frame {version}: lost {:?}", painted.lost);
        ensure!(same(painter.picture(), picture), "frame {version}: another picture");
        if version == 1 {
            figures.first_bytes = update_bytes;
            continue;
        }
        figures.payload_bytes += payload_bytes;
        figures.update_bytes += if tile_count == 0 { 0 } else { update_bytes };
        figures.tiles += tile_count - patches;
        figures.patches += patches;
        figures.frame_times.push(frame_time);
        if let Some(share) = frame_time.checked_div(u32::try_from(tile_count)?) {
            figures.tile_times.push(share);
        }
        figures.paint_time += paint_time;
    }
    Ok(figures)
}

fn same(a: &Picture, b: &Picture) -> bool {
    let pixels = a.pixels().chunks_exact(4).zip(b.pixels().chunks_exact(4));
    a.size() == b.size() && pixels.into_iter().all(|(a, b)| a[..3] == b[..3])
}

fn print(clip: &str, figures: Figures) {
    let kilo = |bytes: usize| bytes.div_ceil(1000);
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let at = |times: &mut Vec<Duration>, share: f64| {
        times.sort_unstable();
        let place = (times.len() as f64 * share) as usize;
        times.get(place).copied().unwrap_or_default()
    };
    let Figures { mut frame_times, mut tile_times, .. } = figures;
    let operations = figures.tiles + figures.patches;
    println!(
        "{clip:10} {:6} {:7} {:7} {:7} {:7} {:6.0} {:6.0} {:6.1} {:7.1}",
        kilo(figures.first_bytes),
        kilo(figures.update_bytes),
        kilo(figures.payload_bytes),
        figures.tiles,
        figures.patches,
        micros(at(&mut frame_times, 0.5)),
        micros(at(&mut frame_times, 0.95)),
        micros(at(&mut tile_times, 0.5)),
        micros(figures.paint_time) / operations.max(1) as f64,
    );
}
