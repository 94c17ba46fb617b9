//! The desktop that the agent shows: the one that is there, or a virtual one.

use std::{env, fmt, process::Command, time::Duration};

use anyhow::Result;

use super::children::Children;

/// How long an X server and a window manager may take to start.
const START_WITHIN: Duration = Duration::from_secs(15);
/// Common, and small enough to be shown whole in a browser window on most screens.
const SIZE: &str = "1600x900x24";
/// The terminal that the window manager starts.
const TERMINAL: &str = "xterm -fa 'DejaVu Sans Mono' -fs 12 -geometry 100x30+80+60 -title Nearhand";

/// An X display.
pub(super) struct Desktop {
    display: String,
    is_virtual: bool,
}

impl Desktop {
    /// The display of whoever called, if there is one.
    pub(super) fn existing() -> Option<Self> {
        let display = env::var("DISPLAY").ok().filter(|display| !display.is_empty())?;
        Some(Self { display, is_virtual: false })
    }

    /// Starts a virtual display with a window manager and a terminal on it.
    pub(super) fn start(children: &mut Children) -> Result<Self> {
        let mut server = Command::new("Xvfb");
        // The server looks for a free display number by itself and writes it to its standard output.
        server.args(["-displayfd", "1", "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"]);
        children.start("Xvfb", &mut server)?;
        let number = children.wait_for_line("Xvfb", START_WITHIN, |line| line.trim().parse::<u16>().ok())?;
        let display = format!(":{number}");
        let mut manager = Command::new("openbox");
        manager.args(["--sm-disable", "--startup", TERMINAL]).env("DISPLAY", &display);
        children.start("openbox", &mut manager)?;
        Ok(Self { display, is_virtual: true })
    }

    /// What programs find in `DISPLAY`.
    pub(super) fn display(&self) -> &str {
        &self.display
    }
}

impl fmt::Display for Desktop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_virtual { "a virtual desktop" } else { "this machine's desktop" };
        write!(f, "{kind}, display {}", self.display)
    }
}

#[cfg(test)]
mod tests {
    use crate::shell;

    use super::*;

    #[test]
    fn a_virtual_desktop_shows_a_terminal() {
        let mut children = Children::new(false).unwrap();
        let desktop = Desktop::start(&mut children).unwrap();
        let mut search = Command::new("xdotool");
        search.args(["search", "--sync", "--onlyvisible", "--class", "XTerm"]);
        let window = shell::output(search.env("DISPLAY", desktop.display())).unwrap();
        assert!(window.trim().parse::<u32>().is_ok(), "no window: {window}");
    }
}
