//! The fake desktop: drawn pictures, played recordings, injected input.

use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use frame::{Picture, Point, Rect, Size};
use keyboard_types::Code;
use platform::{
    Capture, CaptureError, CursorEvent, Platform,
    fake::{Desktop, Injected},
};

const SOON: Duration = Duration::from_secs(10);
const AT_ONCE: Duration = Duration::ZERO;

/// The next frame as an owned picture with its damage; fails where nothing changed.
fn next(capture: &mut dyn Capture) -> Result<(Picture, Vec<Rect>)> {
    let captured = capture.next_frame(SOON)?.context("nothing changed")?;
    let mut picture = Picture::new(captured.frame.size())?;
    picture.copy_from(&captured.frame, Rect::of(captured.frame.size()));
    Ok((picture, captured.damage.to_vec()))
}

#[test]
fn the_first_frame_is_the_whole_display_and_later_ones_what_was_drawn() -> Result<()> {
    let desktop = Desktop::pattern(Size::new(100, 80))?;
    let mut capture = desktop.platform().capture(0)?;
    let (picture, damage) = next(capture.as_mut())?;
    assert_eq!(damage, [Rect::new(0, 0, 100, 80)]);
    assert_eq!(Some(picture), desktop.picture(0));
    assert!(capture.next_frame(AT_ONCE)?.is_none());

    let drawn = Rect::new(90, 70, 20, 20);
    desktop.draw(0, |picture| {
        picture.fill(drawn, [1, 2, 3, 0]);
        drawn
    });
    let (picture, damage) = next(capture.as_mut())?;
    assert_eq!(damage, [Rect::new(90, 70, 10, 10)]);
    assert_eq!(Some(picture), desktop.picture(0));
    Ok(())
}

#[test]
fn two_captures_each_get_all_damage() -> Result<()> {
    let desktop = Desktop::pattern(Size::new(10, 10))?;
    let platform = desktop.platform();
    let (mut one, mut other) = (platform.capture(0)?, platform.capture(0)?);
    for capture in [&mut one, &mut other] {
        next(capture.as_mut())?;
    }
    desktop.draw(0, |_| Rect::new(1, 1, 2, 2));
    for capture in [&mut one, &mut other] {
        assert_eq!(next(capture.as_mut())?.1, [Rect::new(1, 1, 2, 2)]);
    }
    Ok(())
}

#[test]
fn a_resize_ends_the_capture_and_shows_in_the_list() -> Result<()> {
    let desktop = Desktop::pattern(Size::new(10, 10))?;
    let platform = desktop.platform();
    let (mut displays, mut capture) = (platform.displays()?, platform.capture(0)?);
    desktop.resize(0, Size::new(20, 10))?;
    desktop.add_display(Size::new(5, 5))?;
    assert!(displays.wait(SOON)?);
    let rects: Vec<Rect> = displays.list().iter().map(|display| display.rect).collect();
    assert_eq!(rects, [Rect::new(0, 0, 20, 10), Rect::new(20, 0, 5, 5)]);
    assert!(!displays.wait(AT_ONCE)?);
    assert_eq!(capture.next_frame(SOON).err(), Some(CaptureError::Resized));
    assert_eq!(next(platform.capture(0)?.as_mut())?.0.size(), Size::new(20, 10));
    assert!(platform.capture(2).is_err());
    Ok(())
}

#[test]
fn a_wake_ends_a_long_wait() -> Result<()> {
    let desktop = Desktop::pattern(Size::new(10, 10))?;
    let mut capture = desktop.platform().capture(0)?;
    next(capture.as_mut())?;
    let waker = capture.waker();
    let waiting = std::thread::spawn(move || capture.next_frame(Duration::MAX).map(|found| found.is_none()));
    waker.wake();
    assert_eq!(waiting.join().ok(), Some(Ok(true)));
    Ok(())
}

#[test]
fn the_pointer_shows_itself_and_then_its_moves() -> Result<()> {
    let desktop = Desktop::pattern(Size::new(10, 10))?;
    let mut cursor = desktop.platform().cursor()?;
    let Some(CursorEvent::Shape(arrow)) = cursor.next_event(SOON)? else { bail!("no shape first") };
    assert_eq!(arrow.rgba.len() as u64, 4 * arrow.size.area());
    assert_eq!(cursor.next_event(SOON)?, Some(CursorEvent::Moved { display: 0, at: Point::new(0, 0) }));
    desktop.platform().input()?.pointer(0, Point::new(3, 4))?;
    assert_eq!(cursor.next_event(SOON)?, Some(CursorEvent::Moved { display: 0, at: Point::new(3, 4) }));
    assert_eq!(cursor.next_event(AT_ONCE)?, None);
    Ok(())
}

#[test]
fn injected_input_is_written_down_in_order() -> Result<()> {
    let desktop = Desktop::pattern(Size::new(10, 10))?;
    let log = desktop.input_log();
    let mut input = desktop.platform().input()?;
    input.key(Code::KeyA, None, true)?;
    input.text("ä")?;
    assert!(input.pointer(1, Point::new(0, 0)).is_err());
    drop(input);
    assert_eq!(log.next(SOON), Some(Injected::Key { code: Code::KeyA, key: None, down: true }));
    assert_eq!(log.take(), [Injected::Text("ä".into()), Injected::ReleaseAll]);
    assert_eq!((log.next(AT_ONCE), log.dropped()), (None, 0));
    Ok(())
}

/// Writes a recording of 70×10 pixels, thus two tiles: `(time in µs, [(tile, byte of all its pixels)])`.
fn record(path: &Path, frames: &[(u64, &[(u16, u8)])]) -> Result<()> {
    let mut out = zstd::Encoder::new(File::create(path)?, 1)?;
    out.write_all(b"TD01")?;
    for number in [70, 10, u32::try_from(frames.len())?] {
        out.write_all(&number.to_le_bytes())?;
    }
    for (time_us, tiles) in frames {
        out.write_all(&time_us.to_le_bytes())?;
        out.write_all(&u32::try_from(tiles.len())?.to_le_bytes())?;
        for &(index, byte) in *tiles {
            out.write_all(&index.to_le_bytes())?;
            out.write_all(&vec![byte; if index == 0 { 64 * 10 * 4 } else { 6 * 10 * 4 }])?;
        }
    }
    out.finish()?.flush()?;
    Ok(())
}

#[test]
fn a_recording_plays_at_its_times_and_stops() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("short.td.zst");
    record(&path, &[(5_000, &[(0, 1), (1, 1)]), (105_000, &[(1, 2)])])?;
    let platform = Platform::open(&format!("fake:{}", path.display()))?;
    let mut capture = platform.capture(0)?;
    let begun = Instant::now();
    let (picture, damage) = next(capture.as_mut())?;
    assert_eq!(damage, [Rect::new(0, 0, 70, 10)]);
    assert!(picture.pixels().iter().all(|&byte| byte == 1));
    let (picture, damage) = next(capture.as_mut())?;
    assert!(Duration::from_millis(100) <= begun.elapsed());
    assert_eq!(damage, [Rect::new(64, 0, 6, 10)]);
    assert_eq!(picture.frame().pixel(Point::new(63, 9)), Some([1; 4]));
    assert_eq!(picture.frame().pixel(Point::new(64, 0)), Some([2; 4]));
    assert!(capture.next_frame(Duration::from_millis(5))?.is_none());
    Ok(())
}

#[test]
fn a_looping_recording_begins_again_at_the_wanted_pace() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("short.td.zst");
    record(&path, &[(0, &[(0, 1), (1, 1)]), (60_000_000, &[(1, 2)])])?;
    let platform = Platform::open(&format!("fake:{}?loop&fps=200", path.display()))?;
    let mut capture = platform.capture(0)?;
    let mut seen = Vec::new();
    while seen.len() < 5 {
        let pixel = next(capture.as_mut())?.0.frame().pixel(Point::new(69, 9)).context("inside")?;
        seen.push(pixel[0]);
        seen.dedup();
    }
    assert_eq!(seen, [1, 2, 1, 2, 1]);
    Ok(())
}

#[test]
fn a_recorded_desktop_plays_to_its_end() -> Result<()> {
    let corpus = std::env::var("NEARHAND_CORPUS").unwrap_or_else(|_| "../../../shared/corpus".to_owned());
    let path = Path::new(&corpus).join("typing.td.zst");
    if !path.exists() {
        eprintln!("skipped: there is no {}; NEARHAND_CORPUS names the folder", path.display());
        return Ok(());
    }
    let mut capture = Platform::open(&format!("fake:{}?fps=1000", path.display()))?.capture(0)?;
    assert_eq!(next(capture.as_mut())?.0.size(), Size::new(1920, 1080));
    let mut changes = 0;
    while capture.next_frame(Duration::from_secs(1))?.is_some() {
        changes += 1;
    }
    assert!(1 <= changes);
    Ok(())
}

#[test]
fn a_damaged_recording_is_an_error_and_not_a_panic() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("damaged.td.zst");
    record(&path, &[(0, &[(7, 1)])])?;
    let mut capture = Platform::open(&format!("fake:{}", path.display()))?.capture(0)?;
    assert!(matches!(capture.next_frame(SOON), Err(CaptureError::Lost(_))));
    std::fs::write(&path, b"TD02")?;
    assert!(Platform::open(&format!("fake:{}", path.display())).is_err());
    Ok(())
}

#[test]
fn unknown_platforms_are_refused_with_the_ones_there_are() {
    for spec in ["", "vnc", "fake:pattern:0", "fake:nowhere.td.zst", "fake:x?speed=2"] {
        assert!(Platform::open(spec).is_err(), "{spec}");
    }
    let said = Platform::open("vnc").map(|_| ()).map_err(|error| error.to_string());
    assert!(said.is_err_and(|said| said.contains("x11:DISPLAY")));
}
