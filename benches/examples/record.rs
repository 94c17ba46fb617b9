//! Records a desktop for `--corpus`: what a display shows for some seconds, at an even pace, changed tiles only.
//!
//! ```sh
//! cargo run --release -p benches --example record -- x11::77 desktop.td.zst --seconds 10
//! ```

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use frame::Picture;
use platform::{Capture, Platform};

#[derive(Parser)]
struct Args {
    /// The desktop: `x11:DISPLAY`, as an agent is told it.
    platform: String,
    /// The recording that is written.
    to: PathBuf,
    /// Which display of the desktop.
    #[arg(long, default_value_t = 0)]
    display: u8,
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    #[arg(long, default_value_t = 30)]
    frames_per_second: u32,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let platform = Platform::open(&args.platform)?;
    let mut capture = platform.capture(args.display)?;
    let first = capture.next_frame(Duration::from_secs(1))?.context("the display gives no picture")?;
    let mut picture = Picture::new(first.frame.size())?;
    picture.copy_from(&first.frame, frame::Rect::of(first.frame.size()));
    let frames = args.seconds * args.frames_per_second;
    let pace = Duration::from_secs(1) / args.frames_per_second.max(1);
    let mut to = zstd::stream::write::Encoder::new(BufWriter::new(File::create(&args.to)?), 3)?;
    to.write_all(b"TD01")?;
    for number in [picture.size().width, picture.size().height, frames] {
        to.write_all(&number.to_le_bytes())?;
    }
    let start = Instant::now();
    let mut before: Option<Picture> = None;
    for number in 0..frames {
        take_until(&mut *capture, start + pace * number, &mut picture)?;
        let at_us = u64::try_from((pace * number).as_micros())?;
        benches::write_frame(at_us, &picture, before.as_ref(), &mut to)?;
        before = Some(picture.clone());
    }
    to.finish()?.flush()?;
    Ok(())
}

/// Takes over what changes until a moment.
fn take_until(capture: &mut dyn Capture, end: Instant, picture: &mut Picture) -> Result<()> {
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if let Some(captured) = capture.next_frame(left)? {
            for &rect in captured.damage {
                picture.copy_from(&captured.frame, rect);
            }
        }
        if left.is_zero() {
            return Ok(());
        }
    }
}
