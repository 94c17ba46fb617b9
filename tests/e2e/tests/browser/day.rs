//! A technician's day: from a key on the portal to the end of the session, by everybody who has a part in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use e2e::browser::{Browser, Window};
use e2e::desktop::Desktop;
use e2e::process::{self, Process};
use e2e::site::Site;
use e2e::wait;
use tempfile::TempDir;

use crate::portal::assert_no_barriers;
use crate::stage::{BOUND, Page, SIZE};

/// What the customer calls himself.
const CUSTOMER: &str = "Cara Lopez";

/// Three people before their browsers.
struct Day {
    site: Site,
    ann: Page,
    ben: Page,
    customer: Browser,
}

impl Day {
    /// Ann has generated a session key, and the customer has started a session by it on the portal.
    fn begin() -> anyhow::Result<Self> {
        let site = Site::start()?;
        let ann = technician(&site)?;
        let ben = technician(&site)?;
        let customer = Browser::start(Window::default())?;
        let mut day = Self { site, ann, ben, customer };
        let key = day.ann.generate_key()?;
        day.customer.open(&day.site.api_url())?;
        day.customer.fill("[name=key]", &key)?;
        day.customer.fill("[name=name]", CUSTOMER)?;
        day.customer.click("button[type=submit]")?;
        Ok(day)
    }
}

fn technician(site: &Site) -> anyhow::Result<Page> {
    let (user, password) = site.account()?;
    let mut browser = Browser::start(Window::default())?;
    browser.open(&format!("{}?probe=1", site.console_url()))?;
    let mut page = Page { browser };
    page.log_in(&user, &password)?;
    page.browser.wait_for("[data-queue=personal]")?;
    page.browser.until(
        "fetch('/api/me/presence').then((answer) => answer.json()).then((now) => now.console !== null)",
        BOUND,
    )?;
    Ok(page)
}

impl Page {
    /// Generates a session key, as one does at the top right, and reads it.
    fn generate_key(&mut self) -> anyhow::Result<String> {
        self.browser.click("button[title='Generate session key']")?;
        self.browser.click("dialog button[type=submit]")?;
        self.browser.wait_for("dialog button[aria-label^='Key: ']")?;
        // S90: a click copies it.
        self.browser.click("dialog button[aria-label^='Key: ']")?;
        self.browser.wait_for("[data-toast=done]:has-text('Copied')")?;
        let copied = self.browser.value("navigator.clipboard.readText()")?;
        self.browser.click("dialog button:has-text('Done')")?;
        Ok(copied.as_str().context("a key")?.to_owned())
    }

    /// Reviews the alert of what has just arrived, and goes into it by its details.
    fn review_and(&mut self, act: &str) -> anyhow::Result<()> {
        self.browser.click("[data-alert] button:has-text('Review')")?;
        self.browser.click(&format!("[data-details] .acts button:has-text('{act}')"))
    }

    fn say(&mut self, text: &str) -> anyhow::Result<()> {
        self.browser.fill("textarea[aria-label='Write a message']", text)?;
        self.browser.press("Enter")?;
        self.until_said(text)
    }

    fn until_said(&mut self, text: &str) -> anyhow::Result<()> {
        self.browser.wait_for(&format!(".log .text:has-text('{text}')"))
    }

    /// Chooses somebody in a dialog of teams and technicians, and says yes.
    fn choose(&mut self, name: &str) -> anyhow::Result<()> {
        self.browser.click("dialog [role=tab]:has-text('Technicians')")?;
        self.browser.click(&format!("dialog label:has-text('{name}')"))?;
        self.browser.click("dialog button[type=submit]")
    }

    /// Invites somebody from outside, and reads the address that lets him in.
    fn invite_external(&mut self, name: &str) -> anyhow::Result<String> {
        self.browser.click("button[aria-label=Share]")?;
        self.browser.click("[role=menuitem]:has-text('Invite external')")?;
        self.browser.fill("dialog input[required]", name)?;
        self.browser.click("dialog button[type=submit]:has-text('Create key')")?;
        self.browser.wait_for("dialog button[aria-label^='Link: ']")?;
        let link = "document.querySelector(\"dialog button[aria-label^='Link: ']\").ariaLabel";
        let link = self.browser.value(link)?;
        self.browser.click("dialog button:has-text('Done')")?;
        let link = link.as_str().and_then(|text| text.strip_prefix("Link: ")).context("an address")?;
        Ok(link.to_owned())
    }

    /// Answers what closing a session asks: `end`, `keep` or `leave`.
    fn close_by(&mut self, choice: &str) -> anyhow::Result<()> {
        self.browser.click("button[aria-label='Close the session']")?;
        self.browser.click(&format!("[data-choice={choice}]"))
    }

    /// Waits until a tool is grey, and reads why.
    fn why_grey(&mut self, label: &str) -> anyhow::Result<String> {
        let tool = format!("button[aria-label='{label}'][aria-disabled=true]");
        self.browser.wait_for(&tool)?;
        let title = self.browser.value(&format!("document.querySelector(\"{tool}\").title"))?;
        Ok(title.as_str().unwrap_or_default().to_owned())
    }
}

/// The customer asks his page how to show his screen, and runs what it says on a desktop.
fn attend(customer: &mut Browser, desktop: &Desktop, home: &Path) -> anyhow::Result<Process> {
    customer.click("[data-screen=offer]")?;
    customer.wait_for("[data-screen=command]")?;
    assert_no_barriers(customer, "a chat with a command to run")?;
    let command = customer.value("document.querySelector('[data-screen=command]').textContent")?;
    let command = command.as_str().context("a command")?;
    let arguments = command.strip_prefix("agent ").with_context(|| command.to_owned())?.split(' ');
    let mut agent = Command::new(process::own("agent")?);
    agent.args(arguments).args(["--platform", &format!("x11:{}", desktop.display()), "--person", "none"]);
    agent.env("HOME", home).env("TMPDIR", home).env_remove("XDG_STATE_HOME").env_remove("XDG_RUNTIME_DIR");
    Process::start("agent", &mut agent)
}

/// S266, S269, S270: somebody from outside comes by a link, and chats.
fn an_external(site: &Site, ann: &mut Page, ben: &mut Page) -> anyhow::Result<Browser> {
    let link = ben.invite_external("Vera")?;
    let key = link.rsplit_once("#key=").context("a key in the address")?.1;
    let mut vera = Browser::start(Window::default())?;
    vera.open(&format!("{}/join#key={key}", site.api_url()))?;
    vera.click("[data-join=web]")?;
    ann.browser.wait_for("[data-member^=external]:has-text('Vera')")?;
    vera.wait_for("text=I bring water")?;
    Ok(vera)
}

/// S160: the customer shows his screen by a program that he starts himself, and it is seen and controlled.
/// The program has a home of its own, in which nobody else leaves anything.
fn the_screen(customer: &mut Browser, ben: &mut Page) -> anyhow::Result<(Desktop, Process, TempDir)> {
    let mut desktop = Desktop::start(SIZE.0, SIZE.1)?;
    let typed = desktop.scratch()?.join("typed");
    desktop.terminal_into(&typed)?;
    let home = tempfile::tempdir()?;
    let agent = attend(customer, &desktop, home.path())?;
    customer.wait_for("text=Your computer is in the session")?;
    ben.until_live()?;
    ben.browser.until("window.nearhand.hasControl", BOUND)?;
    ben.type_line("echo water", &typed)?;
    ben.assert_exact(&desktop)?;
    assert_ne!(fs::read_dir(home.path())?.count(), 0, "a folder for what must be kept while it runs");
    Ok((desktop, agent, home))
}

/// The customer gives four stars, and an administrator reads all of it in the report.
fn rate_and_report(site: &Site, customer: &mut Browser, reader: &mut Browser) -> anyhow::Result<()> {
    customer.click(".stars label:nth-child(4)")?;
    customer.click("button:has-text('Send rating')")?;
    customer.wait_for("text=Thank you for your rating.")?;
    reader.open(&format!("{}/login", site.api_url()))?;
    reader.fill("[name=user]", site.user())?;
    reader.fill("[name=password]", site.password())?;
    reader.click("button[type=submit]")?;
    reader.wait_for("h1:has-text('My account')")?;
    reader.value("location.hash = '#/reports'")?;
    reader.wait_for(&format!("tr:has-text('{CUSTOMER}'):has-text('4 stars')"))?;
    reader.click(&format!("tr:has-text('{CUSTOMER}') a"))?;
    for said in ["The printer burns", "I bring water", "I wait here", "Thank you"] {
        reader.wait_for(&format!("main li p:has-text('{said}')"))?;
    }
    reader.wait_for("main dd:has-text('technician-1')")?;
    assert_no_barriers(reader, "the report of the day")
}

#[test]
fn s47_s58_s77_s80_s90_s152_s160_s244_s247_s265_s266_s281_s282_s284_s286_a_day_from_the_key_to_the_report()
-> anyhow::Result<()> {
    let mut day = Day::begin()?;
    let Day { site, ann, ben, customer } = &mut day;

    // S76, S77, S80: an alert leads to the details in the queue, Accept into the session.
    ann.review_and("Accept")?;
    ann.browser.wait_for("text=The customer can only chat")?;
    assert_no_barriers(&mut ann.browser, "a session with a customer who chats")?;
    customer.fill("[name=message]", "The printer burns")?;
    customer.press("Enter")?;
    ann.until_said("The printer burns")?;
    ann.say("Is it a big fire?")?;
    customer.wait_for("text=Is it a big fire?")?;

    // S247: the colleague has the invitation in his own queue. S265: he reads all that was said.
    ann.browser.click("button[aria-label=Share]")?;
    ann.browser.click("[role=menuitem]:has-text('Teams and technicians')")?;
    ann.choose("technician-1")?;
    ann.browser.wait_for("[data-invitation]")?;
    ben.review_and("Join")?;
    ben.until_said("The printer burns")?;
    ben.say("I bring water")?;
    ann.until_said("I bring water")?;
    // S152: who does not own it finds the owner's tools grey, with the reason.
    for label in ["Transfer", "Share", "Remove a member"] {
        assert!(ben.why_grey(label)?.contains("Only the owner"), "{label}");
    }

    // S244, S245: the session is its owner's until the other one accepts.
    ann.browser.click("button[aria-label=Transfer]")?;
    ann.choose("technician-1")?;
    ann.browser.wait_for("[data-transfer]")?;
    ben.browser.wait_for("[data-alert]:has-text('is offered to you')")?;
    ben.review_and("Accept")?;
    ben.browser.wait_for("button[aria-label=Transfer]:not([aria-disabled])")?;
    assert!(ann.why_grey("Transfer")?.contains("Only the owner"));

    let mut vera = an_external(site, ann, ben)?;

    // S284, S285: kept, it waits in its owner's own queue, and others stay in it. There he takes it up again.
    ben.close_by("keep")?;
    ben.browser.wait_for("[role=row]:has-text('Kept')")?;
    // S47: who invited her is gone, and nobody owns it: she is out.
    ann.browser.until("!document.querySelector('[data-member^=external]')", BOUND)?;
    vera.until("!document.querySelector('[name=message]')", BOUND)?;
    assert_no_barriers(&mut ben.browser, "the queue with a kept session")?;
    ann.say("I wait here")?;
    ben.browser.click(&format!("[role=row] button[aria-label='Accept: {CUSTOMER}']"))?;
    ben.until_said("I wait here")?;

    // S286: who does not own it leaves, and it goes on.
    ann.close_by("leave")?;
    ann.browser.wait_for("[data-queue=personal]")?;
    customer.fill("[name=message]", "Thank you")?;
    customer.press("Enter")?;
    ben.until_said("Thank you")?;

    let (_desktop, mut agent, home) = the_screen(customer, ben)?;

    // S281: the owner ends it for everybody, the program on the customer's computer included. S282: nothing of it stays.
    ben.close_by("end")?;
    customer.wait_for("text=The session is over")?;
    ben.browser.wait_for("text=This queue is empty.")?;
    wait::until("the agent to end", BOUND, || agent.has_ended().then_some(()))?;
    assert_eq!(fs::read_dir(home.path())?.count(), 0, "what the customer's program left behind");
    rate_and_report(site, customer, &mut vera)
}
