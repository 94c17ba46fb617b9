//! Bytes of every frame of each recorded desktop in all colours, before anything is refined and without a link: the
//! same on each machine and however busy it is. What a viewer of a real line gets is fewer frames.

use figures::codec::clip::{self, Clip};
use figures::codec::ours;
use figures::figure::{Figure, or_skip};
use wire::screen::Operation;

fn main() -> anyhow::Result<()> {
    for clip in clip::all()? {
        or_skip(&clip.name, measure(&clip));
    }
    Ok(())
}

/// Bytes of a clip's updates.
#[derive(Default)]
struct Bytes {
    first: usize,
    others: usize,
    refined: usize,
    dictionaries: usize,
}

fn measure(clip: &Clip) -> anyhow::Result<()> {
    let mut bytes = Bytes::default();
    ours::play(clip, |step| {
        if step.number == 0 {
            bytes.first = step.bytes();
            return Ok(());
        }
        bytes.others += step.bytes();
        bytes.refined += step.refined_bytes;
        let dictionaries = step.operations().filter_map(|operation| match operation {
            Operation::Dictionary(dictionary) => Some(dictionary.payload.len()),
            _ => None,
        });
        bytes.dictionaries += dictionaries.sum::<usize>();
        Ok(())
    })?;
    let kilo = |bytes: usize| bytes as f64 / 1e3;
    let figure =
        Figure::new(format!("bytes of {}, every frame but the first", clip.name), kilo(bytes.others), "kB");
    let figure = match clip.bounds() {
        Some(bounds) => figure.at_most(bounds.goal_kb).moonshot(bounds.moonshot_kb),
        None => figure,
    };
    figure.print()?;
    if 0 < bytes.refined {
        Figure::new("… and what refines photographs", kilo(bytes.refined), "kB").print()?;
    }
    Figure::new("… of it dictionaries", kilo(bytes.dictionaries), "kB").print()?;
    Figure::new("… and the first frame", kilo(bytes.first), "kB").print()
}
