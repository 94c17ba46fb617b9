//! The clipboard of a real X server: what one connection copies, another reads, however long it is.

use std::{thread, time::Duration};

use anyhow::{Context, Result};
use frame::Size;
use platform::{
    Clipboard,
    clipboard::{Clip, ClipboardEvent, ReadError},
};
use wire::tools::Format;

use crate::server::{SOON, Server};

const SIZE: Size = Size::new(320, 200);

const BYTES_MAX: usize = 16 << 20;

fn clip(format: Format, bytes: impl Into<bytes::Bytes>) -> Clip {
    Clip { format, bytes: bytes.into() }
}

/// Waits for news of somebody else's clipboard.
fn copied(clipboard: &mut dyn Clipboard) -> Result<Vec<Format>> {
    loop {
        match clipboard.next_event(SOON)?.context("nothing was copied")? {
            ClipboardEvent::Copied(formats) if !formats.is_empty() => return Ok(formats),
            _ => {}
        }
    }
}

/// Serves whoever pastes, for as long as it is not told to stop.
fn serve(mut clipboard: Box<dyn Clipboard>) -> impl FnOnce() {
    let (waker, stop) = (clipboard.waker(), std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)));
    let stopped = std::sync::Arc::clone(&stop);
    let thread = thread::spawn(move || {
        // The server goes with a test that fails.
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) && clipboard.next_event(SOON).is_ok() {}
    });
    move || {
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        waker.wake();
        thread.join().expect("it served");
    }
}

#[test]
fn what_one_program_copies_another_reads_in_every_form_and_length() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let platform = server.platform()?;
    let (mut here, mut there) = (platform.clipboard()?, platform.clipboard()?);
    assert_eq!(there.read(Format::Text, BYTES_MAX), Err(ReadError::NotThere), "nothing was copied yet");
    // The picture is far beyond what goes at once: it travels in pieces.
    let picture: Vec<u8> =
        b"\x89PNG\r\n\x1a\n".iter().copied().chain((0..3_000_000).map(|n| n as u8)).collect();
    here.write(vec![
        clip(Format::Text, "naïve Ж 日 €\n"),
        clip(Format::Html, "<b>naïve</b>"),
        clip(Format::Png, picture.clone()),
    ])?;
    let stop = serve(here);
    assert_eq!(copied(there.as_mut())?, [Format::Text, Format::Html, Format::Png]);
    assert_eq!(there.read(Format::Text, BYTES_MAX)?, "naïve Ж 日 €\n".as_bytes());
    assert_eq!(there.read(Format::Html, BYTES_MAX)?, "<b>naïve</b>".as_bytes());
    assert!(there.read(Format::Png, BYTES_MAX)? == picture, "the picture is another one");
    assert_eq!(there.read(Format::Png, 1_000_000), Err(ReadError::TooLarge(1_000_000)));
    assert_eq!(there.read(Format::Text, BYTES_MAX)?, "naïve Ж 日 €\n".as_bytes(), "and it goes on");
    stop();
    Ok(())
}

#[test]
fn who_writes_is_told_so_and_reads_his_own() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let mut clipboard = server.platform()?.clipboard()?;
    assert_eq!(clipboard.next_event(SOON)?, Some(ClipboardEvent::Copied(Vec::new())), "empty at first");
    clipboard.write(vec![clip(Format::Text, "mine")])?;
    assert_eq!(clipboard.next_event(SOON)?, Some(ClipboardEvent::Written));
    assert_eq!(clipboard.read(Format::Text, BYTES_MAX)?, "mine".as_bytes());
    assert_eq!(clipboard.read(Format::Html, BYTES_MAX), Err(ReadError::NotThere));
    Ok(())
}

#[test]
fn a_wait_for_news_ends_when_it_is_woken() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let mut clipboard = server.platform()?.clipboard()?;
    clipboard.next_event(Duration::ZERO)?;
    clipboard.waker().wake();
    assert_eq!(clipboard.next_event(SOON)?, None);
    Ok(())
}
