//! A desktop, a relay, an agent, and technicians' pages that look at it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use e2e::browser::{Browser, Window};
use e2e::desktop::Desktop;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use e2e::wait;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How long anything may take on a loaded machine.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// What the endpoint is called.
pub(crate) const NAME: &str = "front desk";

/// Size of the virtual desktop.
pub(crate) const SIZE: (u16, u16) = (1024, 700);

/// A place in the terminal of [`Desktop::terminal_into`].
const IN_TERMINAL: (f64, f64) = (200.0, 200.0);

pub(crate) struct Stage {
    pub(crate) desktop: Desktop,
    pub(crate) site: Site,
    pub(crate) endpoint: Endpoint,
}

impl Stage {
    pub(crate) fn set() -> anyhow::Result<Self> {
        let desktop = Desktop::start(SIZE.0, SIZE.1)?;
        let site = Site::start()?;
        let endpoint = Endpoint::start(&site, NAME, &format!("x11:{}", desktop.display()))?;
        Ok(Self { desktop, site, endpoint })
    }

    /// Opens a terminal; gives the file that its shell writes what is typed into.
    pub(crate) fn terminal(&mut self) -> anyhow::Result<PathBuf> {
        let typed = self.desktop.scratch()?.join("typed");
        self.desktop.terminal_into(&typed)?;
        Ok(typed)
    }

    /// A technician's page in the session, with a picture.
    pub(crate) fn page(&self) -> anyhow::Result<Page> {
        self.page_in(Window::default(), "")
    }

    /// Like [`Stage::page`], in such a window and with more words in the address, such as `&carrier=websocket`.
    pub(crate) fn page_in(&self, window: Window, query: &str) -> anyhow::Result<Page> {
        let mut page = self.list_in(window, query)?;
        page.open_session()?;
        Ok(page)
    }

    /// A technician's page that shows the computers to which one can jump.
    pub(crate) fn list(&self) -> anyhow::Result<Page> {
        self.list_in(Window::default(), "")
    }

    fn list_in(&self, window: Window, query: &str) -> anyhow::Result<Page> {
        let mut page = self.login_form(window, query)?;
        let (user, password) = self.site.account()?;
        page.log_in(&user, &password)?;
        page.show_computers()?;
        Ok(page)
    }

    /// A page that shows the login form.
    pub(crate) fn login_form(&self, window: Window, query: &str) -> anyhow::Result<Page> {
        let mut browser = Browser::start(window)?;
        browser.open(&format!("{}?probe=1{query}", self.site.console_url()))?;
        Ok(Page { browser })
    }
}

impl Drop for Stage {
    /// The runner shows it where the test failed.
    fn drop(&mut self) {
        eprintln!("--- relay\n{}\n--- agent\n{}", self.site.process().output(), self.endpoint.output());
    }
}

/// What a technician sees and does in one browser.
pub(crate) struct Page {
    pub(crate) browser: Browser,
}

impl Page {
    pub(crate) fn log_in(&mut self, user: &str, password: &str) -> anyhow::Result<()> {
        self.browser.fill("[name=user]", user)?;
        self.browser.fill("[name=password]", password)?;
        self.browser.click("button[type=submit]")
    }

    /// Shows the computers to which one can jump.
    pub(crate) fn show_computers(&mut self) -> anyhow::Result<()> {
        self.browser.click("a[href='#/jump']")?;
        self.browser.wait_for("tr[data-item]")
    }

    /// Signs out by the menu at the top right.
    pub(crate) fn sign_out(&mut self) -> anyhow::Result<()> {
        self.browser.click("button[title^='Account of']")?;
        self.browser.click("[role=menuitem]:has-text('Sign out')")
    }

    /// Ends the session by its X, as its owner.
    pub(crate) fn end_session(&mut self) -> anyhow::Result<()> {
        self.browser.click("button[aria-label='Close the session']")?;
        self.browser.click("[data-choice=end]")?;
        self.browser.wait_for("[data-queue=personal]")
    }

    pub(crate) fn open_session(&mut self) -> anyhow::Result<()> {
        self.browser.click(&format!("button[aria-label='Jump to {NAME}']"))?;
        self.until_live()
    }

    /// Waits until there is a picture.
    pub(crate) fn until_live(&mut self) -> anyhow::Result<()> {
        let said = self.browser.until("window.nearhand?.state.phase === 'live'", BOUND);
        let said = said.and_then(|()| self.browser.until("!document.querySelector('[data-phase]')", BOUND));
        said.with_context(|| {
            let text = self.browser.value("document.body.innerText");
            format!("{:?}\n{text:?}\n{:?}", self.probe("state"), self.browser.console())
        })
    }

    /// Waits until the page says that it is in `phase`.
    pub(crate) fn until_it_says(&mut self, phase: &str) -> anyhow::Result<()> {
        self.browser.wait_for(&format!("[data-phase={phase}]"))
    }

    /// One field of the page's probe.
    pub(crate) fn probe(&mut self, field: &str) -> anyhow::Result<Value> {
        self.browser.value(&format!("window.nearhand.{field}"))
    }

    /// The carrier that the quality overlay names.
    pub(crate) fn carrier(&mut self) -> anyhow::Result<String> {
        self.browser.click("button[aria-label='Connection quality']")?;
        self.browser.wait_for("[data-quality=carrier]")?;
        let text = self.browser.value("document.querySelector('[data-quality=carrier]').textContent")?;
        self.browser.click("button[aria-label='Connection quality']")?;
        Ok(serde_json::from_value(text)?)
    }

    /// Waits until the page's picture is, pixel for pixel, what the X server shows.
    pub(crate) fn assert_exact(&mut self, desktop: &Desktop) -> anyhow::Result<()> {
        wait::until("the page to show what the desktop shows", BOUND, || {
            let shown = hash(&desktop.pixels().ok()?);
            let painted = self.probe("pictureHash()").ok()?;
            (painted == shown.as_str()).then_some(())
        })
    }

    /// Moves, presses or releases the mouse at a pixel of the picture: `move`, `down` or `up`.
    pub(crate) fn mouse(&mut self, action: &str, x: f64, y: f64) -> anyhow::Result<()> {
        let place = self.browser.value(
            "(() => { const box = document.querySelector('canvas').getBoundingClientRect(); \
             return [box.left, box.top, box.width / nearhand.size.width]; })()",
        )?;
        let [left, top, scale]: [f64; 3] = serde_json::from_value(place)?;
        self.browser.mouse(action, left + (x + 0.5) * scale, top + (y + 0.5) * scale)
    }

    pub(crate) fn click(&mut self, (x, y): (f64, f64)) -> anyhow::Result<()> {
        self.mouse("down", x, y)?;
        self.mouse("up", x, y)
    }

    /// Clicks into the terminal of [`Stage::terminal`], types a line, and waits until its shell wrote it.
    pub(crate) fn type_line(&mut self, line: &str, into: &Path) -> anyhow::Result<()> {
        self.click(IN_TERMINAL)?;
        self.browser.type_text(line)?;
        self.browser.press("Enter")?;
        self.assert_typed(line, into)
    }

    /// Waits until the shell has written a line, and compares all that it has written so far.
    pub(crate) fn assert_typed(&mut self, text: &str, into: &Path) -> anyhow::Result<()> {
        let written = wait::until("a typed line", BOUND, || {
            std::fs::read_to_string(into).ok().filter(|written| written.len() > text.len())
        })?;
        anyhow::ensure!(written.trim_end() == text, "{written:?} instead of {text:?}");
        Ok(())
    }
}

/// SHA-256 in hexadecimal, as the page's probe gives it.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
