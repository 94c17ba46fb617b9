//! A virtual desktop with real programs on it: an X server, a window manager, terminals.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, CloseDown, ConnectionExt as _, CreateGCAux, PropMode, Rectangle,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::process::Process;
use crate::wait;

const START_MAX: Duration = Duration::from_secs(20);

/// An X server of our own, gone when dropped.
pub struct Desktop {
    display: String,
    programs: Vec<Process>,
    server: Process,
}

impl Desktop {
    /// Starts Xvfb with openbox on a free display number.
    ///
    /// # Errors
    /// When a program is missing or does not start; names the Debian package.
    pub fn start(width: u16, height: u16) -> anyhow::Result<Self> {
        let screen = format!("{width}x{height}x24");
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"]);
        let mut server = Process::start("Xvfb", &mut command).context("Debian package xvfb")?;
        let number = server.line("its display number", START_MAX, |line| line.trim().parse::<u32>().ok())?;
        let mut desktop = Self { display: format!(":{number}"), programs: Vec::new(), server };
        desktop.run("openbox", &[]).context("Debian package openbox")?;
        wait::until("openbox", START_MAX, || desktop.has_window_manager().then_some(()))?;
        Ok(desktop)
    }

    /// The display's name, such as `:7`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Starts a program on the desktop; it ends with the desktop.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&mut self, program: &str, arguments: &[&str]) -> anyhow::Result<&mut Process> {
        let mut command = self.command(program);
        let process = Process::start(program, command.args(arguments))?;
        self.programs.push(process);
        self.programs.last_mut().context("a program")
    }

    /// What the programs of this name printed so far.
    pub fn printed(&self, program: &str) -> String {
        self.programs.iter().filter(|one| one.name() == program).map(Process::output).collect()
    }

    /// A command whose display is this desktop.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display);
        command
    }

    /// Runs a program to its end and gives what it printed.
    ///
    /// # Errors
    /// When it fails.
    pub fn output(&self, program: &str, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = self.command(program).args(arguments).stdin(Stdio::null()).output();
        let output = output.with_context(|| program.to_owned())?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "{program} {arguments:?}: {said}");
        Ok(output.stdout)
    }

    /// Opens a terminal whose shell writes each line that is typed into `file`, and waits for its window.
    ///
    /// # Errors
    /// When xterm is missing or shows no window.
    pub fn terminal_into(&mut self, file: &Path) -> anyhow::Result<()> {
        let script =
            format!("while IFS= read -r line; do printf '%s\\n' \"$line\" >> '{}'; done", file.display());
        self.terminal("typing", "80x24+40+60", &["sh", "-c", &script])
    }

    /// Opens a terminal with a title, a geometry and a program, and waits for its window.
    ///
    /// # Errors
    /// When xterm is missing or shows no window.
    pub fn terminal(&mut self, title: &str, geometry: &str, program: &[&str]) -> anyhow::Result<()> {
        let mut arguments = vec!["-T", title, "-geometry", geometry, "-e"];
        arguments.extend(program);
        self.run("xterm", &arguments).context("Debian package xterm")?;
        let shown = || self.output("xdotool", &["search", "--onlyvisible", "--name", title]).ok();
        wait::until("a terminal", START_MAX, || shown().filter(|ids| !ids.is_empty())).map(drop)
    }

    /// Where a window with this title lies: its left and top edge on the root, without decoration.
    ///
    /// # Errors
    /// When there is no such window.
    pub fn window_place(&self, title: &str) -> anyhow::Result<(i32, i32)> {
        let said = String::from_utf8(self.output("xwininfo", &["-name", title])?)?;
        let field =
            |name: &str| said.lines().find_map(|line| line.trim().strip_prefix(name)?.trim().parse().ok());
        Ok((
            field("Absolute upper-left X:").context("no X")?,
            field("Absolute upper-left Y:").context("no Y")?,
        ))
    }

    /// Puts stripes behind all windows, as programs do that set a wallpaper.
    ///
    /// # Errors
    /// When the X server refuses.
    pub fn set_wallpaper(&self) -> anyhow::Result<()> {
        let (connection, screen) = x11rb::connect(Some(&self.display))?;
        let screen = connection.setup().roots.get(screen).context("a screen")?;
        let (width, height) = (screen.width_in_pixels, screen.height_in_pixels);
        let pixmap = connection.generate_id()?;
        // It outlives the program that sets it.
        connection.set_close_down_mode(CloseDown::RETAIN_PERMANENT)?;
        connection.create_pixmap(screen.root_depth, pixmap, screen.root, width, height)?;
        for (stripe, x) in (0_u32..).zip((0..width as i16).step_by(16)) {
            let color = CreateGCAux::new().foreground(0x0020_4060 + 0x0003_0201 * (stripe % 32));
            let own = connection.generate_id()?;
            connection.create_gc(own, pixmap, &color)?;
            connection.poly_fill_rectangle(pixmap, own, &[Rectangle { x, y: 0, width: 16, height }])?;
        }
        let property = connection.intern_atom(false, b"_XROOTPMAP_ID")?.reply()?.atom;
        connection.change_property32(
            PropMode::REPLACE,
            screen.root,
            property,
            AtomEnum::PIXMAP,
            &[pixmap],
        )?;
        let background = ChangeWindowAttributesAux::new().background_pixmap(pixmap);
        connection.change_window_attributes(screen.root, &background)?;
        connection.clear_area(false, screen.root, 0, 0, 0, 0)?;
        Ok(connection.sync()?)
    }

    /// What the X server shows, as rows of red, green and blue.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn pixels(&self) -> anyhow::Result<Vec<u8>> {
        let dump = self.output("xwd", &["-root", "-silent"]).context("Debian package x11-apps")?;
        rgb_of_dump(&dump).context("xwd wrote something else than 32-bit pixels")
    }

    /// The keycodes that the X server takes for held.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn held_keys(&self) -> anyhow::Result<Vec<usize>> {
        let (connection, _) = x11rb::connect(Some(&self.display))?;
        let map = connection.query_keymap()?.reply()?.keys;
        Ok((0..8 * map.len()).filter(|code| map[code / 8] & 1 << (code % 8) != 0).collect())
    }

    /// Ends the X server and everything on it, as a crash would.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// A folder for files of the programs on it.
    ///
    /// # Errors
    /// When no folder can be made.
    pub fn scratch(&self) -> anyhow::Result<PathBuf> {
        Ok(tempfile::Builder::new().prefix("desktop").tempdir()?.keep())
    }

    fn has_window_manager(&self) -> bool {
        self.output("xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"])
            .is_ok_and(|said| String::from_utf8_lossy(&said).contains("window id"))
    }
}

/// The pixels of an XWD file with 32 bits a pixel, least significant byte first (`X11/XWDFile.h`).
fn rgb_of_dump(dump: &[u8]) -> Option<Vec<u8>> {
    let field = |place: usize| {
        let bytes = dump.get(4 * place..4 * place + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?) as usize)
    };
    let (header, width, height) = (field(0)?, field(4)?, field(5)?);
    let (bits, stride, colors) = (field(11)?, field(12)?, field(19)?);
    if bits != 32 {
        return None;
    }
    let pixels = dump.get(header + 12 * colors..)?;
    let mut rgb = Vec::with_capacity(3 * width * height);
    for row in pixels.chunks_exact(stride).take(height) {
        for pixel in row.chunks_exact(4).take(width) {
            rgb.extend([pixel[2], pixel[1], pixel[0]]);
        }
    }
    Some(rgb)
}
