//! Plays recordings in VideoOptimized and says what films cost: `cargo run --release -p benches --example films
//! -- FILE…`
//!
//! Bytes are those of all operations after the first frame; quality is that of the films' regions, as decoded.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use benches::Playback;
use codec::Encoder;
use codec::video::{Layer, VideoDecoder};
use frame::{Picture, Rect};
use wire::screen::{Operation, PixelRect};

/// What a recording cost.
#[derive(Default)]
struct Cost {
    frames: u32,
    tile_bytes: usize,
    film_bytes: usize,
    pictures: u32,
    begun: u32,
    ended: u32,
    spent: Duration,
    /// Sum of squared errors, and over how many samples.
    errors: (f64, f64),
}

fn main() -> Result<()> {
    for path in std::env::args().skip(1) {
        let cost = play(Path::new(&path)).with_context(|| path.clone())?;
        let peak = 10.0 * (255.0 * 255.0 * cost.errors.1 / cost.errors.0.max(1.0)).log10();
        println!(
            "{path}: {} frames, tiles {} kB, films {} kB in {} pictures, {} begun, {} ended, {:.2} s, {peak:.1} dB",
            cost.frames,
            cost.tile_bytes / 1000,
            cost.film_bytes / 1000,
            cost.pictures,
            cost.begun,
            cost.ended,
            cost.spent.as_secs_f64(),
        );
    }
    Ok(())
}

fn play(path: &Path) -> Result<Cost> {
    let mut playback = Playback::open(path)?;
    let extent = playback.extent()?;
    let mut encoder = Encoder::new(extent);
    let mut layer: Option<Layer> = None;
    let (mut cost, mut far) = (Cost::default(), Far::default());
    let start = Instant::now();
    while let Some((picture, damage)) = playback.next_frame()? {
        let now = start + cost.frames * Duration::from_micros(33_333);
        let before = Instant::now();
        let operations = match &mut layer {
            None => {
                drop(encoder.encode(&picture.frame(), damage, now)?);
                layer = Some(Layer::new(extent, encoder.picture(), 1));
                Vec::new()
            }
            Some(layer) => code(layer, &mut encoder, picture, damage, now)?,
        };
        cost.spent += before.elapsed();
        cost.frames += 1;
        for operation in &operations {
            far.take(operation, picture, &mut cost)?;
        }
    }
    Ok(cost)
}

fn code(
    layer: &mut Layer,
    encoder: &mut Encoder,
    picture: &Picture,
    damage: &[Rect],
    now: Instant,
) -> Result<Vec<Operation>> {
    let looked = layer.look(Some((&picture.frame(), damage)), now)?;
    let mut operations = encoder.encode(&looked.frame, &looked.damage, now)?;
    operations.extend(looked.operations);
    for (id, rect) in looked.ended {
        let beneath: Vec<_> = encoder.extent().grid().touched(rect).collect();
        operations.extend(encoder.renew(&beneath));
        let version = encoder.version();
        operations.push(Operation::VideoEnd(wire::screen::VideoEnd { id, version }));
    }
    let grid = encoder.extent().grid();
    let copies = operations.iter().filter_map(|operation| match operation {
        Operation::Copy(copy) => Some(copy.to),
        _ => None,
    });
    layer.explained(copies.flat_map(|to| grid.touched(to)).collect::<Vec<_>>().into_iter());
    Ok(operations)
}

/// The viewer's end.
#[derive(Default)]
struct Far {
    films: HashMap<u32, (PixelRect, VideoDecoder)>,
}

impl Far {
    fn take(&mut self, operation: &Operation, source: &Picture, cost: &mut Cost) -> Result<()> {
        match operation {
            Operation::Tile(tile) => cost.tile_bytes += tile.payload.len() + 6,
            Operation::Patch(patch) => cost.tile_bytes += patch.payload.len() + 12,
            Operation::Copy(_) | Operation::Reuse(_) => cost.tile_bytes += 12,
            Operation::VideoRegion(region) => {
                cost.begun += 1;
                println!("  film {} at {:?} in frame {}", region.id, region.rect, cost.frames);
                self.films.insert(region.id, (region.rect, VideoDecoder::new()?));
            }
            Operation::VideoPicture(picture) => {
                cost.film_bytes += picture.payload.len() + 6;
                cost.pictures += 1;
                let (rect, decoder) = self.films.get_mut(&picture.id).context("a film without a place")?;
                let shown = decoder.decode(&picture.payload)?;
                compare(&shown, *rect, source, &mut cost.errors);
            }
            Operation::VideoEnd(end) => {
                cost.ended += 1;
                println!("  film {} ends in frame {}", end.id, cost.frames);
            }
            Operation::Dictionary(_) => {}
        }
        Ok(())
    }
}

/// Adds the squared errors of green, which is most of what is seen.
fn compare(shown: &Picture, rect: PixelRect, source: &Picture, errors: &mut (f64, f64)) {
    let [x, y, width, height] = [rect.x, rect.y, rect.width, rect.height].map(u32::from);
    let wanted = source.frame().rows(Rect::new(x, y, width, height)).collect::<Vec<_>>();
    if shown.size() != frame::Size::new(width, height) {
        return;
    }
    for (shown, wanted) in shown.frame().rows(Rect::of(shown.size())).zip(wanted) {
        for (shown, wanted) in shown.chunks_exact(4).zip(wanted.chunks_exact(4)) {
            errors.0 += f64::from(shown[1].abs_diff(wanted[1])).powi(2);
            errors.1 += 1.0;
        }
    }
}
