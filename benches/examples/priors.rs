//! Makes the priors of traced payloads from recorded desktops: what each kind of choice is likely to be before a
//! payload's own pixels teach otherwise. Writes them for the agent and for the console.
//!
//! `cargo run --release -p benches --example priors -- --corpus DIR typing termflood scroll ide alttab`, twice: what a
//! payload teaches depends a little on the priors that it began with.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use benches::Playback;
use clap::Parser;
use codec::Encoder;
use frame::Rect;
use wire::screen::{Extent, Operation};

#[derive(Parser)]
struct Args {
    /// The folder with the recordings.
    #[arg(long, env = "NEARHAND_CORPUS", default_value = "../shared/corpus")]
    corpus: PathBuf,
    /// The recordings, without their ending.
    #[arg(default_values = ["typing", "termflood", "scroll", "ide", "alttab"])]
    clips: Vec<String>,
}

const FRAME_TIME: Duration = Duration::from_millis(33);

/// Where the priors stand, from the root of the workspace.
const RUST: &str = "codec/src/layout/traced/priors.rs";
const CONSOLE: &str = "console/src/codec/traced-priors.ts";

/// Numbers in a line of the files.
const LINE: usize = 16;

/// Sums of one model: how likely 0 is, times how often it was seen; and how often.
#[derive(Default, Clone, Copy)]
struct Sum {
    zeros: f64,
    seen: f64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let mut sums = Vec::new();
    for clip in &args.clips {
        learn(&args.corpus.join(format!("{clip}.td.zst")), &mut sums).with_context(|| clip.clone())?;
    }
    ensure!(!sums.is_empty(), "nothing was traced");
    let priors: Vec<u16> = sums.iter().map(prior).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    replace(&root.join(RUST), &priors, "    ")?;
    replace(&root.join(CONSOLE), &priors, "  ")
}

/// Adds up what the tiles and patches of a recording teach.
fn learn(path: &Path, sums: &mut Vec<Sum>) -> Result<()> {
    let mut playback = Playback::open(path)?;
    let extent = playback.extent()?;
    let (mut encoder, mut now) = (Encoder::new(extent), Instant::now());
    while let Some((picture, damage)) = playback.next_frame()? {
        now += FRAME_TIME;
        for operation in encoder.encode(&picture.frame(), damage, now)? {
            let Some(rect) = place(&operation, extent) else { continue };
            add(&encoder.learnt(rect), sums);
        }
    }
    Ok(())
}

/// Where a tile or a patch lies.
fn place(operation: &Operation, extent: Extent) -> Option<Rect> {
    let (index, part) = match operation {
        Operation::Tile(tile) => (tile.index, None),
        Operation::Patch(patch) => (patch.index, Some(patch.rect)),
        _ => return None,
    };
    let tile = extent.grid().rect(index)?;
    let (x, y) = (u32::from(tile.x), u32::from(tile.y));
    Some(match part {
        None => Rect::new(x, y, tile.width.into(), tile.height.into()),
        Some(part) => {
            Rect::new(x + u32::from(part.x), y + u32::from(part.y), part.width.into(), part.height.into())
        }
    })
}

fn add(learnt: &[(u16, u8)], sums: &mut Vec<Sum>) {
    if sums.len() < learnt.len() {
        sums.resize(learnt.len(), Sum::default());
    }
    for (sum, (zero, seen)) in sums.iter_mut().zip(learnt) {
        sum.zeros += f64::from(*zero) * f64::from(*seen);
        sum.seen += f64::from(*seen);
    }
}

/// Never so sure that the first surprise costs more than seven bits.
fn prior(sum: &Sum) -> u16 {
    let mean = if sum.seen == 0.0 { 2048.0 } else { sum.zeros / sum.seen };
    mean.clamp(32.0, 4064.0) as u16
}

/// Puts the numbers between the brackets that end a file.
fn replace(path: &Path, priors: &[u16], indent: &str) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let (head, _) = text.rsplit_once("= [").context("no list at the end")?;
    let mut new = format!("{head}= [\n");
    for line in priors.chunks(LINE) {
        let numbers: Vec<String> = line.iter().map(u16::to_string).collect();
        writeln!(new, "{indent}{},", numbers.join(", "))?;
    }
    new.push_str("];\n");
    Ok(fs::write(path, new)?)
}
