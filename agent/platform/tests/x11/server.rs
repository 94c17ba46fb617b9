//! An X server for one test, and the programs on it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use frame::{Picture, Rect, Size};
use platform::{Capture, Platform};
use x11rb::{
    connection::Connection,
    protocol::xproto::{ConnectionExt as _, ImageFormat, Screen},
    rust_connection::RustConnection,
};

/// Longer than anything takes, so that only what hangs fails.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Debian's packages with all programs that the tests use.
const PACKAGES: &str = "xvfb tigervnc-standalone-server xterm xdotool x11-xserver-utils x11-xkb-utils";

/// A running X server; stopped when dropped, with what runs on it.
pub(crate) struct Server {
    process: Child,
    programs: Vec<Child>,
    pub(crate) display: String,
}

impl Server {
    /// Starts an Xvfb with one screen, or `None`, said aloud, where there is none.
    pub(crate) fn xvfb(size: Size) -> Result<Option<Self>> {
        Self::xvfb_with(size, &[])
    }

    /// Starts an Xvfb with further arguments.
    pub(crate) fn xvfb_with(size: Size, arguments: &[&str]) -> Result<Option<Self>> {
        let screen = format!("{}x{}x24", size.width, size.height);
        let usual = ["-screen", "0", &screen, "-nolisten", "tcp", "-noreset"];
        Self::start("Xvfb", &[&usual, arguments].concat())
    }

    /// Starts an Xtigervnc, which knows the whole of RANDR. Nobody can connect to its VNC side.
    pub(crate) fn xvnc(size: Size) -> Result<Option<Self>> {
        let geometry = size.to_string();
        let alone = ["-SecurityTypes", "None", "-rfbport", "-1", "-nolisten", "tcp", "-noreset"];
        Self::start("Xtigervnc", &[&["-geometry", &geometry], &alone[..]].concat())
    }

    fn start(program: &str, arguments: &[&str]) -> Result<Option<Self>> {
        if !installed(program) {
            return Ok(None);
        }
        let mut process = Command::new(program)
            .args(["-displayfd", "1"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        BufReader::new(process.stdout.take().context("a pipe")?).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "{program} did not start");
        Ok(Some(Self { process, programs: Vec::new(), display: format!(":{}", number.trim()) }))
    }

    pub(crate) fn platform(&self) -> Result<Platform> {
        Ok(Platform::open(&format!("x11:{}", self.display))?)
    }

    /// A connection of the test's own, to draw and to compare.
    pub(crate) fn connect(&self) -> Result<(RustConnection, Screen)> {
        let (conn, screen) = RustConnection::connect(Some(&self.display))?;
        let screen = conn.setup().roots.get(screen).context("a screen")?.clone();
        Ok((conn, screen))
    }

    /// Runs a program to its end. `false`, said aloud, where it is not installed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<bool> {
        if !installed(program) {
            return Ok(false);
        }
        let done = Command::new(program).args(arguments).env("DISPLAY", &self.display).output()?;
        ensure!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(true)
    }

    /// Starts a program that lives as long as the server. `false`, said aloud, where it is not installed.
    pub(crate) fn spawn(&mut self, program: &str, arguments: &[&str]) -> Result<bool> {
        if !installed(program) {
            return Ok(false);
        }
        let mut command = Command::new(program);
        command.args(arguments).env("DISPLAY", &self.display).env("LC_ALL", "C.UTF-8");
        self.programs.push(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        Ok(true)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for process in self.programs.iter_mut().chain([&mut self.process]) {
            // Gone already is as good.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn installed(program: &str) -> bool {
    let found =
        Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        eprintln!("skipped: there is no {program}; apt-get install {PACKAGES}");
    }
    found
}

/// What the server itself says that a part of its root window shows.
pub(crate) fn image(conn: &RustConnection, screen: &Screen, rect: Rect) -> Result<Picture> {
    let (x, y) = (i16::try_from(rect.x)?, i16::try_from(rect.y)?);
    let (width, height) = (u16::try_from(rect.width)?, u16::try_from(rect.height)?);
    let image = conn.get_image(ImageFormat::Z_PIXMAP, screen.root, x, y, width, height, u32::MAX)?.reply()?;
    Ok(visible(Picture::from_pixels(rect.size(), image.data)?))
}

/// The pixels without the byte that means nothing.
pub(crate) fn visible(mut picture: Picture) -> Picture {
    for pixel in picture.pixels_mut().chunks_exact_mut(4) {
        pixel[3] = 0;
    }
    picture
}

/// The next frame and its damage; fails where nothing changes.
pub(crate) fn next(capture: &mut dyn Capture) -> Result<(Picture, Vec<Rect>)> {
    let captured = capture.next_frame(SOON)?.context("nothing changed")?;
    let mut picture = Picture::new(captured.frame.size())?;
    picture.copy_from(&captured.frame, Rect::of(captured.frame.size()));
    Ok((visible(picture), captured.damage.to_vec()))
}
