//! Chromium without a window, driven line by line.
//!
//! A small program under Node (`browser/driver.mjs`) holds the browser; each command is a line of JSON, and so
//! is each answer. Tests stay in Rust, beside the desktop and the relay that they look at.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

/// The longest that one command may take; the driver's own limits are shorter and name what they waited for.
const ANSWER_MAX: Duration = Duration::from_secs(90);

/// A browser with one page, gone when dropped.
pub struct Browser {
    driver: Child,
    commands: ChildStdin,
    answers: Receiver<String>,
}

/// How a browser is started.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Width of the page.
    pub width: u16,
    /// Height of the page.
    pub height: u16,
    /// Sends what the page has for one address to another, such as a bad line's end.
    pub detour: Option<Detour>,
    /// Whether the page is shown dark.
    pub dark: bool,
    /// Whether the browser can decode video.
    pub video: bool,
    /// What the browser says that its user reads (BCP 47).
    pub language: &'static str,
}

/// A way other than the one that the page thinks. The page sees no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detour {
    /// Where the page sends to.
    pub from: SocketAddr,
    /// Where it arrives.
    pub to: SocketAddr,
}

impl Default for Window {
    fn default() -> Self {
        Self { width: 1280, height: 720, detour: None, dark: false, video: true, language: "en" }
    }
}

impl Browser {
    /// Starts Chromium.
    ///
    /// # Errors
    /// When Node, playwright-core or Chromium is missing.
    pub fn start(window: Window) -> anyhow::Result<Self> {
        let script = crate::checkout().join("tests/e2e/browser/driver.mjs");
        let settings = json!({
            "width": window.width,
            "height": window.height,
            "detour": window.detour.map(|way| json!({ "from": way.from, "to": way.to })),
            "dark": window.dark,
            "video": window.video,
            "language": window.language,
        });
        let mut driver = Command::new("node")
            .arg(script)
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node, Debian package nodejs")?;
        let commands = driver.stdin.take().context("the driver's input")?;
        let output = driver.stdout.take().context("the driver's output")?;
        let (send, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self { driver, commands, answers };
        browser
            .answer()
            .context("Chromium did not start: Debian package chromium, and `npm ci` in console/")?;
        Ok(browser)
    }

    /// Opens a page.
    ///
    /// # Errors
    /// When it does not load.
    pub fn open(&mut self, url: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "open", "url": url })).map(drop)
    }

    /// Fills a field that a selector finds.
    ///
    /// # Errors
    /// When there is none.
    pub fn fill(&mut self, selector: &str, text: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "fill", "selector": selector, "text": text })).map(drop)
    }

    /// Clicks what a selector finds.
    ///
    /// # Errors
    /// When there is nothing, or it stays covered.
    pub fn click(&mut self, selector: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "click", "selector": selector })).map(drop)
    }

    /// Clicks twice what a selector finds.
    ///
    /// # Errors
    /// When there is nothing, or it stays covered.
    pub fn double_click(&mut self, selector: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "doubleClick", "selector": selector })).map(drop)
    }

    /// Chooses files of this computer in a field that a selector finds, as its dialog would.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn choose_files(&mut self, selector: &str, paths: &[&Path]) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "chooseFiles", "selector": selector, "paths": paths })).map(drop)
    }

    /// Waits until a selector finds something visible.
    ///
    /// # Errors
    /// When it never does.
    pub fn wait_for(&mut self, selector: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "wait", "selector": selector })).map(drop)
    }

    /// Types text key by key into the page, as a person would.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn type_text(&mut self, text: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "type", "text": text })).map(drop)
    }

    /// Presses and releases a key, such as `Enter` or `Control+c`.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn press(&mut self, key: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "press", "key": key })).map(drop)
    }

    /// Holds a key down without releasing it.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn hold(&mut self, key: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "hold", "key": key })).map(drop)
    }

    /// Releases a key that was held.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn release(&mut self, key: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "release", "key": key })).map(drop)
    }

    /// Chooses an entry of a list by its label.
    ///
    /// # Errors
    /// When there is no such list or entry.
    pub fn choose(&mut self, selector: &str, label: &str) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "choose", "selector": selector, "label": label })).map(drop)
    }

    /// Clicks, and keeps the file that the page then offers at `path`. Gives the name that it suggests.
    ///
    /// # Errors
    /// When no file comes.
    pub fn download(&mut self, selector: &str, path: &Path) -> anyhow::Result<String> {
        let name = self.ask(&json!({ "do": "download", "selector": selector, "path": path }))?;
        Ok(serde_json::from_value(name)?)
    }

    /// Clicks what opens another tab. Gives that tab's address and how many elements of it `selector_there` finds once
    /// it shows something, and closes it.
    ///
    /// # Errors
    /// When no tab opens, or it shows nothing.
    pub fn in_new_tab(&mut self, selector: &str, selector_there: &str) -> anyhow::Result<(String, u64)> {
        let command = json!({ "do": "tab", "selector": selector, "there": selector_there });
        Ok(serde_json::from_value(self.ask(&command)?)?)
    }

    /// Cuts or mends what the page has over TCP; links that are open over TCP stay.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn set_offline(&mut self, offline: bool) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "offline", "offline": offline })).map(drop)
    }

    /// Moves, presses or releases the mouse at a pixel of the page: `move`, `down` or `up`.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn mouse(&mut self, action: &str, x: f64, y: f64) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "mouse", "action": action, "x": x, "y": y })).map(drop)
    }

    /// The value of an expression in the page, awaited.
    ///
    /// # Errors
    /// When it throws.
    pub fn value(&mut self, expression: &str) -> anyhow::Result<Value> {
        self.ask(&json!({ "do": "value", "expression": expression }))
    }

    /// Waits until an expression in the page is true.
    ///
    /// # Errors
    /// When it never is within `bound`.
    pub fn until(&mut self, expression: &str, bound: Duration) -> anyhow::Result<()> {
        let bound_ms = bound.as_millis() as u64;
        self.ask(&json!({ "do": "until", "expression": expression, "bound": bound_ms })).map(drop)
    }

    /// Takes a picture of the page.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn screenshot(&mut self, path: &Path) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "screenshot", "path": path })).map(drop)
    }

    /// What the page does that people with a disability could not work with, as axe finds it: rule and place of each.
    ///
    /// # Errors
    /// When axe does not run.
    pub fn barriers(&mut self) -> anyhow::Result<Vec<String>> {
        let found = self.ask(&json!({ "do": "barriers" }))?;
        Ok(serde_json::from_value(found)?)
    }

    /// Bytes of all that page and workers loaded since the last time that this was asked, as they travelled, but for
    /// the API.
    ///
    /// # Errors
    /// When the driver is gone.
    pub fn loaded_bytes(&mut self) -> anyhow::Result<u64> {
        Ok(serde_json::from_value(self.ask(&json!({ "do": "loaded" }))?)?)
    }

    /// Seconds that the page's own thread has worked so far; its workers have threads of their own.
    ///
    /// # Errors
    /// When the driver is gone.
    pub fn main_thread_s(&mut self) -> anyhow::Result<f64> {
        let metrics = self.ask(&json!({ "do": "mainThread" }))?;
        metrics["TaskDuration"].as_f64().with_context(|| metrics.to_string())
    }

    /// Collects what the page does not use any more.
    ///
    /// # Errors
    /// When the driver is gone.
    pub fn collect_garbage(&mut self) -> anyhow::Result<()> {
        self.ask(&json!({ "do": "collect" })).map(drop)
    }

    /// The processes in which pages and their workers run.
    ///
    /// # Errors
    /// When the driver is gone.
    pub fn renderers(&mut self) -> anyhow::Result<Vec<u32>> {
        let processes = self.ask(&json!({ "do": "processes" }))?;
        let of_pages = processes.as_array().context("a list")?.iter().filter(|one| one["type"] == "renderer");
        of_pages.map(|one| Ok(serde_json::from_value(one["id"].clone())?)).collect()
    }

    /// What the page wrote to its console, errors included.
    ///
    /// # Errors
    /// When the driver is gone.
    pub fn console(&mut self) -> anyhow::Result<Vec<String>> {
        let lines = self.ask(&json!({ "do": "console" }))?;
        Ok(serde_json::from_value(lines)?)
    }

    fn ask(&mut self, command: &Value) -> anyhow::Result<Value> {
        writeln!(self.commands, "{command}").context("the browser's driver is gone")?;
        self.answer().with_context(|| command.to_string())
    }

    fn answer(&mut self) -> anyhow::Result<Value> {
        let line = self.answers.recv_timeout(ANSWER_MAX).context("no answer from the browser's driver")?;
        let mut answer: Value = serde_json::from_str(&line).with_context(|| line.clone())?;
        if let Some(error) = answer.get("error").and_then(Value::as_str) {
            anyhow::bail!("{error}");
        }
        Ok(answer.get_mut("ok").map(Value::take).unwrap_or_default())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closing its input makes the driver close Chromium; the kill is for a driver that hangs.
        let _ = writeln!(self.commands, "{}", json!({ "do": "quit" }));
        let closed = self.answers.recv_timeout(Duration::from_secs(5));
        if closed.is_err() {
            let _ = self.driver.kill();
        }
        let _ = self.driver.wait();
    }
}
