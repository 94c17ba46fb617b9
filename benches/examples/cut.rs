//! Cuts a short clip out of a recorded desktop: a part of the display, some of the frames. This is how the
//! recordings in `data/` were made; `data/README.md` has the numbers.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use benches::Playback;
use clap::Parser;
use frame::{Picture, Rect, Size};

#[derive(Parser)]
struct Args {
    /// The recording.
    from: PathBuf,
    /// The clip that is written.
    to: PathBuf,
    /// Left edge of the part, in pixels.
    #[arg(long, default_value_t = 0)]
    x: u32,
    /// Top edge of the part, in pixels.
    #[arg(long, default_value_t = 0)]
    y: u32,
    /// Width of the part, in pixels.
    #[arg(long)]
    width: u32,
    /// Height of the part, in pixels.
    #[arg(long)]
    height: u32,
    /// The first frame that is taken, counted from 0.
    #[arg(long, default_value_t = 0)]
    skip: usize,
    /// Frames that are taken.
    #[arg(long)]
    frames: u32,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let part = Rect::new(args.x, args.y, args.width, args.height);
    let mut playback = Playback::open(&args.from)?;
    for _ in 0..args.skip {
        playback.next_frame()?.context("the recording ends before the clip begins")?;
    }
    let mut clip = b"TD01".to_vec();
    for number in [part.width, part.height, args.frames] {
        clip.extend(number.to_le_bytes());
    }
    let mut before = None;
    for number in 0..args.frames {
        let (picture, _) = playback.next_frame()?.context("the recording ends before the clip does")?;
        let cut = cut(picture, part)?;
        benches::write_frame(u64::from(number) * 33_333, &cut, before.as_ref(), &mut clip)?;
        before = Some(cut);
    }
    fs::write(&args.to, zstd::encode_all(&clip[..], 19)?)?;
    Ok(())
}

fn cut(picture: &Picture, part: Rect) -> Result<Picture> {
    ensure!(Rect::of(picture.size()).covers(part), "the part lies outside of {}", picture.size());
    let rows: Vec<&[u8]> = picture.frame().rows(part).collect();
    Ok(Picture::from_pixels(Size::new(part.width, part.height), rows.concat())?)
}
