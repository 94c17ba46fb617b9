//! The whole picture as H.264 by x264 without delay: ffmpeg as a process, frames through its pipes.
//!
//! Its CPU time is what ffmpeg says of itself: user time of all its threads, colour conversion included, the
//! kernel's copying through the pipe not.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use frame::{Picture, Size};

use crate::codec::clip::Clip;
use crate::codec::coded::Cost;
use crate::codec::ours::COMPARED_EVERY;

/// How it is called.
pub const NAME: &str = "x264 zerolatency, veryfast, crf 23";

/// Seconds that one process may take; more, and it is killed.
const SECONDS_MAX: &str = "90";

/// Codes and decodes a clip.
///
/// # Errors
/// When ffmpeg is missing or fails, or the clip cannot be read.
pub fn cost(clip: &Clip) -> anyhow::Result<Cost> {
    let folder = tempfile::tempdir()?;
    let coded = folder.path().join("clip.h264");
    let (size, encode) = encode(clip, &coded)?;
    let packets = packet_bytes(&coded)?;
    let mut cost = Cost { frames: u32::try_from(packets.len())?, encode, ..Cost::default() };
    cost.bytes = packets.iter().skip(1).sum();
    decode(clip, &coded, size, &mut cost)?;
    Ok(cost)
}

fn encode(clip: &Clip, to: &Path) -> anyhow::Result<(Size, Duration)> {
    let mut playback = benches::Playback::open(&clip.path)?;
    let size = playback.size();
    let mut command = ffmpeg();
    command.args(["-f", "rawvideo", "-pixel_format", "bgr0", "-video_size", &size.to_string()]);
    command.args(["-framerate", "30", "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23"]);
    command.args(["-tune", "zerolatency", "-pix_fmt", "yuv420p", "-f", "h264"]).arg(to);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut pipe = child.stdin.take().context("ffmpeg's input")?;
    while let Some((picture, _)) = playback.next_frame()? {
        pipe.write_all(picture.pixels()).context("ffmpeg takes no more")?;
    }
    drop(pipe);
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "ffmpeg, {}: {said}", output.status);
    Ok((size, user_time(&said)?))
}

/// Bytes of each coded picture.
fn packet_bytes(coded: &Path) -> anyhow::Result<Vec<u64>> {
    let mut command = Command::new("timeout");
    command.args([SECONDS_MAX, "ffprobe", "-v", "error", "-show_entries", "packet=size", "-of", "csv=p=0"]);
    let output = command.arg(coded).stdin(Stdio::null()).output().context("ffprobe")?;
    let sizes = String::from_utf8(output.stdout)?;
    let sizes = sizes.lines().map(|line| line.trim_end_matches(',').parse());
    Ok(sizes.collect::<Result<_, _>>()?)
}

/// Decodes everything and compares some of the pictures.
fn decode(clip: &Clip, coded: &Path, size: Size, cost: &mut Cost) -> anyhow::Result<()> {
    let mut command = ffmpeg();
    let chosen = format!("select=not(mod(n\\,{COMPARED_EVERY}))");
    command.args(["-threads", "1", "-i"]).arg(coded);
    command.args(["-vf", &chosen, "-vsync", "0", "-pix_fmt", "bgr0", "-f", "rawvideo", "-"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut pipe = child.stdout.take().context("ffmpeg's output")?;
    let mut playback = benches::Playback::open(&clip.path)?;
    let mut shown = Picture::new(size)?;
    let mut number = 0;
    while let Some((wanted, _)) = playback.next_frame()? {
        if number % COMPARED_EVERY == 0 {
            pipe.read_exact(shown.pixels_mut()).with_context(|| format!("picture {number} of ffmpeg"))?;
            cost.quality.add(wanted, &shown);
        }
        number += 1;
    }
    anyhow::ensure!(cost.frames == number, "x264 made {} pictures of {number}", cost.frames);
    let output = child.wait_with_output()?;
    cost.decode = user_time(&String::from_utf8_lossy(&output.stderr))?;
    Ok(())
}

fn ffmpeg() -> Command {
    let mut command = Command::new("timeout");
    command.args([
        SECONDS_MAX,
        "ffmpeg",
        "-nostdin",
        "-hide_banner",
        "-loglevel",
        "info",
        "-nostats",
        "-benchmark",
    ]);
    command.arg("-y");
    command
}

/// From `bench: utime=1.234s stime=…`.
fn user_time(said: &str) -> anyhow::Result<Duration> {
    let found = said.lines().find_map(|line| line.split_once("utime=")?.1.split_once('s'));
    let (seconds, _) = found.with_context(|| format!("ffmpeg does not say what it used: {said}"))?;
    Ok(Duration::from_secs_f64(seconds.parse()?))
}
