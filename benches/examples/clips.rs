//! Plays recorded desktops through encoder, store, view and painter, and prints bytes by kind of operation and
//! times. Ends with an error where the painted picture is not the recorded one.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use benches::{EPOCH, Playback};
use clap::Parser;
use codec::{Encoder, Painter};
use frame::Picture;
use proto::screen::{Capture, Store, View};
use wire::screen::{Operation, Update};
use wire::{RenditionId, SessionId};

#[derive(Parser)]
struct Args {
    /// The folder with the recordings.
    #[arg(long, env = "NEARHAND_CORPUS", default_value = "../shared/corpus")]
    corpus: PathBuf,
    /// The recordings, without their ending.
    #[arg(default_values = ["typing", "termflood", "scroll", "drag", "slides", "ide", "alttab"])]
    clips: Vec<String>,
}

/// Time from frame to frame.
const FRAME_TIME: Duration = Duration::from_millis(33);

/// Tiles that are refined between two frames.
const REFINED_TILES: usize = 32;

/// Bytes and operations of one kind.
#[derive(Default, Clone, Copy)]
struct Kind {
    bytes: usize,
    count: usize,
}

/// What one recording took. The first frame is left out, but for its size.
#[derive(Default)]
struct Figures {
    first_bytes: usize,
    update_bytes: usize,
    /// Tiles, patches, copies, reuses, dictionaries, refined tiles.
    kinds: [Kind; 6],
    frame_times: Vec<Duration>,
    paint_time: Duration,
}

fn main() -> Result<()> {
    let args = Args::parse();
    println!("kB without the first frame and without what only refines; ms of this machine");
    println!(
        "clip        first  update |   tile      n |  patch      n |  copy      n |     reuse | dict n | refine     n | enc-s    p50    p95 | paint-s"
    );
    for clip in &args.clips {
        let path = args.corpus.join(format!("{clip}.td.zst"));
        print(clip, measure(&path).with_context(|| clip.clone())?);
    }
    Ok(())
}

/// An agent's side and a viewer's, without a link between them.
struct Pair {
    encoder: Encoder,
    store: Store,
    view: View,
    painter: Painter,
    figures: Figures,
}

fn measure(path: &Path) -> Result<Figures> {
    let mut playback = Playback::open(path)?;
    let extent = playback.extent()?;
    let view = View::new(SessionId::from_wire(1), RenditionId::default(), None);
    let (encoder, painter) = (Encoder::new(extent), Painter::new(EPOCH, extent));
    let mut pair = Pair { encoder, store: Store::new(), view, painter, figures: Figures::default() };
    let mut now = Instant::now();
    while let Some((picture, damage)) = playback.next_frame()? {
        now += FRAME_TIME;
        let start = Instant::now();
        let operations = pair.encoder.encode(&picture.frame(), damage, now)?;
        let time = start.elapsed();
        let is_first = pair.figures.first_bytes == 0;
        if !is_first && !operations.is_empty() {
            pair.figures.frame_times.push(time);
        }
        pair.put(operations, is_first)?;
        let refined = pair.encoder.refine(now, REFINED_TILES);
        pair.put(refined, is_first)?;
        let is_exact = !pair.encoder.is_rough();
        ensure!(!is_exact || same(pair.painter.picture(), picture), "another picture");
    }
    let refined = pair.encoder.refine(now + Duration::from_secs(1), usize::MAX);
    pair.put(refined, false)?;
    ensure!(same(pair.painter.picture(), pair.encoder.picture()), "another picture in the end");
    Ok(pair.figures)
}

impl Pair {
    fn put(&mut self, operations: Vec<Operation>, is_first: bool) -> Result<()> {
        let (version, captured_us, inputs) = (self.encoder.version(), 0, Vec::new());
        let extent = self.encoder.extent();
        self.store.put(Capture { epoch: EPOCH, extent, version, captured_us, operations, inputs })?;
        while let Some(update) = self.view.take(&mut self.store, Instant::now(), usize::MAX) {
            self.send(&update, is_first)?;
        }
        Ok(())
    }

    fn send(&mut self, update: &Update, is_first: bool) -> Result<()> {
        let bytes: usize = update.encode().iter().map(bytes::Bytes::len).sum();
        if is_first {
            self.figures.first_bytes += bytes;
        } else {
            self.figures.update_bytes += bytes;
            for operation in &update.operations {
                let refines = matches!(operation, Operation::Tile(tile)
                    if self.painter.held(tile.index).is_some_and(|held| held.0 == tile.version));
                self.figures.count(operation, refines);
            }
        }
        let start = Instant::now();
        let painted = self.painter.paint(update);
        self.figures.paint_time += start.elapsed();
        ensure!(painted.lost.is_empty(), "lost {:?}", painted.lost);
        self.view.answer(update.header.number);
        Ok(())
    }
}

impl Figures {
    fn count(&mut self, operation: &Operation, refines: bool) {
        let (kind, bytes) = match operation {
            Operation::Tile(tile) if refines => (5, tile.payload.len()),
            Operation::Tile(tile) => (0, tile.payload.len()),
            Operation::Patch(patch) => (1, patch.payload.len()),
            Operation::Copy(_) => (2, 0),
            Operation::Reuse(_) => (3, 0),
            Operation::Dictionary(dictionary) => (4, dictionary.payload.len()),
            Operation::VideoRegion(_) | Operation::VideoPicture(_) | Operation::VideoEnd(_) => return,
        };
        self.kinds[kind].bytes += bytes;
        self.kinds[kind].count += 1;
    }
}

fn same(a: &Picture, b: &Picture) -> bool {
    let pixels = a.pixels().chunks_exact(4).zip(b.pixels().chunks_exact(4));
    a.size() == b.size() && pixels.into_iter().all(|(a, b)| a[..3] == b[..3])
}

fn print(clip: &str, figures: Figures) {
    let kilo = |bytes: usize| bytes.div_ceil(1000);
    let Figures { mut frame_times, kinds: [tiles, patches, copies, reuses, dictionaries, refined], .. } =
        figures;
    frame_times.sort_unstable();
    let at = |share: f64| {
        let place = (frame_times.len() as f64 * share) as usize;
        frame_times.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    println!(
        "{clip:10} {:6} {:7} | {:6} {:6} | {:6} {:6} | {:12} | {:9} | {:4} {:1} | {:6} {:5} | {:5.2} {:6.2} {:6.2} | {:5.2}",
        kilo(figures.first_bytes),
        kilo(figures.update_bytes - refined.bytes),
        kilo(tiles.bytes),
        tiles.count,
        kilo(patches.bytes),
        patches.count,
        copies.count,
        reuses.count,
        kilo(dictionaries.bytes),
        dictionaries.count,
        kilo(refined.bytes),
        refined.count,
        frame_times.iter().sum::<Duration>().as_secs_f64(),
        at(0.5),
        at(0.95),
        figures.paint_time.as_secs_f64(),
    );
}
