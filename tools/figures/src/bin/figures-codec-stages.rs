//! The stages of the codec in this process, on one core, over recorded desktops: comparing, finding moves, coding a
//! frame and a tile. Times are CPU time of the thread.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use benches::Playback;
use codec::damage::{self, Change};
use codec::moves::Mover;
use figures::codec::clip::{self, Clip};
use figures::codec::ours::{self, is_same};
use figures::cpu::thread_time;
use figures::figure::{Figure, or_skip, quantile};
use frame::{Grid, Picture, Rect, Size};
use wire::TileIndex;
use wire::screen::{CopyArea, Operation};

/// Comparisons of each side.
const COMPARISONS: usize = 51;

/// Frames whose number of changed tiles is so near to the median, as a share, stand for it.
const NEAR_MEDIAN: f64 = 0.25;

/// What is to be reached on a clip: milliseconds for a frame, percent of changed tiles that copies explain.
struct Goal {
    clip: &'static str,
    frame_ms: Option<f64>,
    explained: Option<f64>,
}

const GOALS: [Goal; 5] = [
    Goal { clip: "typing", frame_ms: Some(3.0), explained: None },
    Goal { clip: "termflood", frame_ms: None, explained: Some(87.0) },
    Goal { clip: "scroll", frame_ms: Some(3.0), explained: Some(87.0) },
    Goal { clip: "ide", frame_ms: Some(3.0), explained: Some(67.0) },
    Goal { clip: "drag", frame_ms: Some(8.0), explained: Some(68.0) },
];

/// The clips that have a goal; of a corpus in which none has, all.
fn subjects() -> anyhow::Result<Vec<(Clip, Option<&'static Goal>)>> {
    let goal = |clip: &Clip| GOALS.iter().find(|goal| goal.clip == clip.name);
    let all: Vec<_> = clip::all()?.into_iter().map(|clip| (goal(&clip), clip)).collect();
    let is_known = all.iter().any(|(goal, _)| goal.is_some());
    let chosen = all.into_iter().filter(|(goal, _)| goal.is_some() || !is_known);
    Ok(chosen.map(|(goal, clip)| (clip, goal)).collect())
}

fn main() -> anyhow::Result<()> {
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    or_skip("comparison", one_core.map_err(Into::into).and_then(|pool| pool.install(comparison)));
    let mut tile_us = Vec::new();
    for (clip, goal) in &subjects()? {
        or_skip(&clip.name, clip_figures(clip, *goal, &mut tile_us));
    }
    let median = quantile(&tile_us, 0.5).and_then(|median| {
        let name = format!("encode of a tile coded as Tile or Patch, median of {}", tile_us.len());
        Figure::new(name, median, "µs").at_most(20.0).moonshot(12.0).print()
    });
    or_skip("tiles", median);
    Ok(())
}

/// A full HD frame in which nothing changed, against comparing the same bytes; on the pool's only thread.
fn comparison() -> anyhow::Result<()> {
    let size = Size::new(1920, 1080);
    let bytes = (0..size.area() * 4).map(|at| (at ^ at >> 9) as u8).collect();
    let before = Picture::from_pixels(size, bytes)?;
    let after = before.clone();
    let (mut ours_ms, mut memcmp_ms) = (Vec::new(), Vec::new());
    for _ in 0..COMPARISONS {
        let start = thread_time();
        let is_equal = black_box(after.pixels()) == black_box(before.pixels());
        memcmp_ms.push(millis(thread_time() - start));
        let start = thread_time();
        let whole = [Rect::of(size)];
        let found = damage::find(&black_box(&after).frame(), black_box(&before), &whole);
        ours_ms.push(millis(thread_time() - start));
        anyhow::ensure!(is_equal && found.is_empty(), "something changed");
    }
    let (ours_ms, memcmp_ms) = (quantile(&ours_ms, 0.5)?, quantile(&memcmp_ms, 0.5)?);
    Figure::new("comparison of 1080p, nothing changed, one core", ours_ms, "ms")
        .beside("memcmp", memcmp_ms)
        .print()?;
    Figure::new("… against memcmp", ours_ms / memcmp_ms, "×").at_most(1.3).print()
}

/// What is measured over a clip.
#[derive(Default)]
struct Seen {
    /// Tiles that changed in a frame, and how long it took to code.
    frames: Vec<(usize, Duration)>,
    changed: usize,
    explained: usize,
}

fn clip_figures(clip: &Clip, goal: Option<&Goal>, tile_us: &mut Vec<f64>) -> anyhow::Result<()> {
    let (mut seen, mut before) = (Seen::default(), None::<Picture>);
    ours::play(clip, |step| {
        if let Some(before) = &before {
            let changed = damage::find(&step.wanted.frame(), before, &[Rect::of(before.size())]);
            let copied = copied(before, step.operations());
            let same = |change: &&Change| is_same(&cut(&copied, change.tile), &cut(step.wanted, change.tile));
            seen.explained += changed.iter().filter(same).count();
            seen.changed += changed.len();
            if !changed.is_empty() {
                seen.frames.push((changed.len(), step.encode));
            }
            for parts in coded_tiles(step.operations()).into_values() {
                let start = thread_time();
                parts.iter().for_each(|part| {
                    black_box(step.encoder.recode(part));
                });
                tile_us.push(1e3 * millis(thread_time() - start));
            }
        }
        before = Some(step.wanted.clone());
        Ok(())
    })?;
    let Seen { frames, changed, explained } = seen;
    let (tiles, median_ms) = at_median_change(&frames)?;
    let name = format!("encode of a frame with the median change ({tiles} tiles), one core, {}", clip.name);
    let figure = Figure::new(name, median_ms, "ms");
    match goal.and_then(|goal| goal.frame_ms) {
        Some(goal_ms) => figure.at_most(goal_ms).moonshot(goal_ms / 2.0),
        None => figure,
    }
    .print()?;
    let share = 100.0 * explained as f64 / changed.max(1) as f64;
    let figure = Figure::new(format!("changed tiles explained by Copy, {}", clip.name), share, "%");
    match goal.and_then(|goal| goal.explained) {
        Some(goal) => figure.at_least(goal).moonshot(goal),
        None => figure,
    }
    .print()?;
    let total: Duration = frames.iter().map(|(_, time)| *time).sum();
    Figure::new(format!("CPU to encode {}, {} frames", clip.name, frames.len()), total.as_secs_f64(), "s")
        .print()?;
    let moves = Figure::new("… of it to find moves", finding_moves(clip)?.as_secs_f64(), "s");
    if clip.name == "drag" { moves.at_most(0.4).moonshot(0.16) } else { moves }.print()
}

/// Time to find the moves of a whole clip, on its own exact pixels.
fn finding_moves(clip: &Clip) -> anyhow::Result<Duration> {
    let mut playback = Playback::open(&clip.path)?;
    let grid = Grid::of(playback.size())?;
    let mut mover = Mover::new(grid);
    let (mut before, mut took) = (None::<Picture>, Duration::ZERO);
    while let Some((wanted, areas)) = playback.next_frame()? {
        if let Some(before) = &before {
            let changes = damage::find(&wanted.frame(), before, areas);
            let start = thread_time();
            black_box(mover.find(before, wanted, &changes, |_| true));
            took += thread_time() - start;
        } else {
            let all = grid.indices().filter_map(|index| {
                let (index, tile) = (TileIndex::from_usize(index.into())?, grid.rect(index)?);
                Some(Change { index, tile, rect: tile })
            });
            mover.learn(wanted, &all.collect::<Vec<_>>());
        }
        before = Some(wanted.clone());
    }
    Ok(took)
}

/// The median number of changed tiles, and the median time of frames that come near it.
fn at_median_change(frames: &[(usize, Duration)]) -> anyhow::Result<(f64, f64)> {
    let tiles: Vec<f64> = frames.iter().map(|(tiles, _)| *tiles as f64).collect();
    let median = quantile(&tiles, 0.5)?;
    let near = frames.iter().filter(|(tiles, _)| (*tiles as f64 - median).abs() <= NEAR_MEDIAN * median);
    let times_ms: Vec<f64> = near.map(|(_, time)| millis(*time)).collect();
    Ok((median, quantile(&times_ms, 0.5)?))
}

/// The picture before, after the copies alone.
fn copied<'a>(before: &Picture, operations: impl Iterator<Item = &'a Operation>) -> Picture {
    let mut copied = before.clone();
    for operation in operations {
        let Operation::Copy(CopyArea { from_x, from_y, to, .. }) = operation else { continue };
        let [x, y, width, height] = [to.x, to.y, to.width, to.height].map(u32::from);
        let from = Rect::new((*from_x).into(), (*from_y).into(), width, height);
        let pixels: Vec<u8> = before.frame().rows(from).flatten().copied().collect();
        // A copy from outside would have been refused by whoever paints it.
        let _ = copied.write(Rect::new(x, y, width, height), &pixels);
    }
    copied
}

/// What each tile that was coded came as: whole, or in patches.
fn coded_tiles<'a>(
    operations: impl Iterator<Item = &'a Operation>,
) -> BTreeMap<TileIndex, Vec<&'a Operation>> {
    let mut tiles: BTreeMap<TileIndex, Vec<_>> = BTreeMap::new();
    for operation in operations {
        let index = match operation {
            Operation::Tile(tile) => tile.index,
            Operation::Patch(patch) => patch.index,
            _ => continue,
        };
        tiles.entry(index).or_default().push(operation);
    }
    tiles
}

fn cut(picture: &Picture, rect: Rect) -> Picture {
    let pixels = picture.frame().rows(rect).flatten().copied().collect();
    Picture::from_pixels(rect.size(), pixels).unwrap_or_else(|_| unreachable!("a tile lies in its picture"))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
