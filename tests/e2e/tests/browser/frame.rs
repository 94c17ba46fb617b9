//! What stands around a technician's sessions: queues with their stars and bubbles, alerts, marks of chats, the chat bar,
//! and the list of computers.

use anyhow::Context;
use e2e::browser::{Browser, Window};
use e2e::site::Site;
use serde_json::json;

use crate::portal::{Technician, assert_no_barriers};
use crate::stage::{BOUND, NAME, Page, Stage};

/// Two technicians of one team, which owns an issue by which help can be asked for.
struct House {
    site: Site,
    ann: Technician,
    ben: Technician,
    team: u64,
}

impl House {
    fn open() -> anyhow::Result<Self> {
        let site = Site::start()?;
        let mut ann = Technician::log_in(&site)?;
        let ben = Technician::log_in(&site)?;
        let mut stored = ann.ask("GET", "/api/records/team", &json!(null))?["records"][0].clone();
        let team = stored["id"].as_u64().context("a team")?;
        for account in [ann.account, ben.account] {
            stored["record"]["members"][account.to_string()] = json!("member");
        }
        ann.ask("PUT", &format!("/api/records/team/{team}"), &stored)?;
        let issue = json!({ "name": "Printers", "team": team, "may_ask_for_help": true });
        ann.ask("POST", "/api/records", &json!({ "kind": "issue", "record": issue }))?;
        let mut house = Self { site, ann, ben, team };
        let queue = house.queue();
        house.ann.browser.wait_for(&queue)?;
        house.ben.browser.wait_for(&queue)?;
        Ok(house)
    }

    fn queue(&self) -> String {
        format!("a[data-queue='{}']", self.team)
    }

    /// Ann makes a session key of her own at the top right, valid for ten minutes, and somebody comes by it.
    fn customer(&mut self, name: &str) -> anyhow::Result<Browser> {
        let ann = &mut self.ann.browser;
        ann.click("button[title='Generate session key']")?;
        ann.wait_for("dialog :text('Portal')")?;
        ann.choose("dialog .field:has-text('Valid for') select", "10 minutes")?;
        ann.click("dialog button[type=submit]")?;
        ann.wait_for("dialog button[aria-label^='Key: ']")?;
        let key =
            ann.value("document.querySelector(\"dialog button[aria-label^='Key: '] span\").textContent")?;
        ann.click("dialog button:has-text('Done')")?;
        let mut page = Browser::start(Window::default())?;
        page.open(&self.site.api_url())?;
        page.fill("[name=key]", key.as_str().context("a key")?)?;
        page.fill("[name=name]", name)?;
        page.click("button[type=submit]")?;
        page.wait_for("[name=message]")?;
        Ok(page)
    }
}

/// Writes something where the page has a field for messages.
fn say(page: &mut Browser, text: &str) -> anyhow::Result<()> {
    page.fill("textarea[aria-label='Write a message']", text)?;
    page.press("Enter")?;
    page.wait_for(&format!(".log .text:has-text('{text}')"))
}

#[test]
fn s69_s70_a_team_has_a_star_which_is_a_bubble_while_its_chat_has_news() -> anyhow::Result<()> {
    let mut house = House::open()?;
    let team = house.team;
    let ann = &mut house.ann.browser;
    // S69: left of the team's name, and kept.
    ann.click("li button.star")?;
    ann.wait_for("li button.star[aria-pressed=true]")?;
    let order =
        format!("document.querySelector('li button.star').nextElementSibling.dataset.queue === '{team}'");
    ann.until(&order, BOUND)?;
    ann.value("location.reload()").or_else(|_| ann.value("0"))?;
    ann.wait_for("li button.star[aria-pressed=true]")?;

    // S70: in its place, until it is read.
    let ben = &mut house.ben.browser;
    ben.value(&format!("location.hash = '#/team-chat/{team}'"))?;
    say(ben, "Who has the ladder?")?;
    let ann = &mut house.ann.browser;
    ann.wait_for(&format!("[data-bubble='{team}']"))?;
    ann.until("!document.querySelector('li button.star')", BOUND)?;
    assert_no_barriers(ann, "a team with news")?;
    ann.click(&format!("[data-bubble='{team}']"))?;
    ann.wait_for(".log .text:has-text('Who has the ladder?')")?;
    ann.wait_for("li button.star[aria-pressed=true]")
}

#[test]
fn s82_s85_s136_s157_s158_s246_s276_s278_s279_two_customers_at_once_and_the_chat_beside_them()
-> anyhow::Result<()> {
    let mut house = House::open()?;
    // S85: a key with a time of its own.
    let mut cara = house.customer("Cara")?;
    let ann = &mut house.ann.browser;
    ann.click("[data-alert] button:has-text('Review')")?;
    ann.click("[data-details] .acts button:has-text('Accept')")?;
    ann.wait_for("text=The customer can only chat")?;

    // S136: who is in a session is told of the next one; S82: which he hands to the team's queue.
    let mut dora = house.customer("Dora")?;
    let queue = house.queue();
    let ann = &mut house.ann.browser;
    ann.wait_for("[data-alert]:has-text('Dora')")?;
    ann.click("[data-alert]:has-text('Dora') button:has-text('Review')")?;
    ann.click("[data-details] .acts button:has-text('Transfer')")?;
    ann.click("dialog label")?;
    assert_no_barriers(ann, "choosing a queue")?;
    ann.click("dialog button[type=submit]")?;
    ann.until("!document.querySelector('[data-details]')", BOUND)?;
    let ben = &mut house.ben.browser;
    ben.click(&queue)?;
    ben.wait_for("[role=row]:has-text('Dora')")?;
    let ann = &mut house.ann.browser;
    ann.click(&queue)?;
    ann.click("[role=row]:has-text('Dora') button:has-text('Accept')")?;
    ann.wait_for("nav [data-session][aria-current=page]:has-text('Dora')")?;

    // S278, S279: what is said in the other session shows at the top, and beside it in the list.
    cara.fill("[name=message]", "Still burning")?;
    cara.press("Enter")?;
    ann.wait_for("[data-news=any]")?;
    ann.click("button:has([data-sessions])")?;
    ann.wait_for("[role=menuitemradio]:has-text('Cara') [data-news]")?;
    ann.until("document.querySelectorAll('[role=menuitemradio] [data-news]').length === 1", BOUND)?;
    ann.click("[role=menuitemradio]:has-text('Cara')")?;
    ann.wait_for(".session:not(.hidden) .log .text:has-text('Still burning')")?;
    ann.until("!document.querySelector('[data-news]')", BOUND)?;

    the_chat_bar(ann, &mut cara)?;
    the_ways_to_share(&mut house, &mut dora)
}

/// S157, S276: away and back, with a count of what came meanwhile; S158: in a window of its own, and back.
fn the_chat_bar(ann: &mut Browser, cara: &mut Browser) -> anyhow::Result<()> {
    let shown = |selector: &str| format!(".session:not(.hidden) {selector}");
    ann.click(&shown("button[aria-label='Hide the chat']"))?;
    ann.until("!document.querySelector('.session:not(.hidden) .log')", BOUND)?;
    cara.fill("[name=message]", "Hello?")?;
    cara.press("Enter")?;
    ann.wait_for(&shown("button[aria-label='Show the chat']:has-text('1')"))?;
    ann.click(&shown("button[aria-label='Show the chat']"))?;
    ann.wait_for(&shown(".log .text:has-text('Hello?')"))?;
    let (address, logs) = ann.in_new_tab(&shown("button[aria-label='Show in its own window']"), ".log")?;
    anyhow::ensure!(address.contains("#/chat/") && logs == 1, "{address} has {logs} chats");
    // Its window is closed: the chat is beside the session again.
    ann.wait_for(&shown(".log .text:has-text('Hello?')"))
}

/// S246: a team, a technician, or whoever knows about an issue.
fn the_ways_to_share(house: &mut House, dora: &mut Browser) -> anyhow::Result<()> {
    let ann = &mut house.ann.browser;
    let share = ".session:not(.hidden) button[aria-label=Share]";
    ann.click(share)?;
    ann.click("[role=menuitem]:has-text('Ask for help')")?;
    ann.click("dialog label:has-text('Printers')")?;
    ann.click("dialog button[type=submit]")?;
    ann.wait_for(".session:not(.hidden) [data-invitation]")?;
    ann.click(share)?;
    ann.click("[role=menuitem]:has-text('Teams and technicians')")?;
    ann.click("dialog [role=tab]:has-text('Technicians')")?;
    ann.click("dialog label:has-text('technician-1')")?;
    ann.click("dialog button[type=submit]")?;
    ann.until("document.querySelectorAll('.session:not(.hidden) [data-invitation]').length === 2", BOUND)?;
    let ben = &mut house.ben.browser;
    ben.wait_for("[role=row]:has-text('asks for help: Printers')")?;
    ben.click("a[data-queue=personal]")?;
    ben.wait_for("[role=row]:has-text('Invited by technician-0')")?;
    dora.wait_for("[role=log]")
}

#[test]
fn s103_s104_s105_s106_s109_s110_s111_a_computer_has_details_is_jumped_to_and_asks_for_what_that_takes()
-> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.list()?;
    let browser = &mut page.browser;
    // S103
    browser.click("button.plus")?;
    browser.wait_for("tr.details")?;
    browser.until("document.querySelector('button.plus').ariaExpanded === 'true'", BOUND)?;
    assert_no_barriers(browser, "a computer's details")?;
    anyhow::ensure!(
        browser.value("document.querySelectorAll('[data-frequent]').length")? == 0,
        "frequent at once"
    );
    // S104
    page.open_session()?;
    page.end_session()?;
    page.show_computers()?;
    // S105, S106: what one came back to is frequent.
    page.open_session()?;
    page.end_session()?;
    page.show_computers()?;
    let browser = &mut page.browser;
    browser.wait_for("[data-frequent]:not(:disabled)")?;
    let seen = "getComputedStyle(document.querySelector('[data-frequent] .start')).opacity";
    let place = browser.value(
        "(() => { const box = document.querySelector('[data-frequent]').getBoundingClientRect(); \
         return [box.left + box.width / 2, box.top + box.height / 2]; })()",
    )?;
    let [x, y]: [f64; 2] = serde_json::from_value(place)?;
    browser.mouse("move", x, y)?;
    browser.until(&format!("{seen} === '1'"), BOUND)?;
    let name = browser.value("document.querySelector('[data-frequent] .start').textContent")?;
    anyhow::ensure!(name == "Start session", "{name}");
    browser.click(&format!("[data-frequent][aria-label='Start session with {NAME}']"))?;
    page.until_live()?;
    page.assert_exact(&stage.desktop)?;
    page.end_session()?;
    page.show_computers()?;
    what_a_jump_asks_for(&mut page)?;
    page.assert_exact(&stage.desktop)
}

/// A policy whose only hours are a minute of tomorrow.
const TOMORROW_AT_TEN: &str = "fetch('/api/records', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'jump_policy', record: {
        name: 'Tomorrow at ten',
        schedule: { time_zone: 'UTC', windows: [
            { days: [(new Date().getUTCDay() + 1) % 7 || 7], opens_min: 600, closes_min: 601 },
        ] },
    } }),
}).then(({ status }) => status)";

/// Hours that are closed, and until when; then in nevertheless, with a password that is wrong once.
fn what_a_jump_asks_for(page: &mut Page) -> anyhow::Result<()> {
    let browser = &mut page.browser;
    let jump = format!("button[aria-label='Jump to {NAME}']:not([aria-disabled=true])");
    anyhow::ensure!(browser.value(TOMORROW_AT_TEN)? == 201, "no policy");
    browser.click("button.plus[aria-expanded=false]")?;
    browser.click("tr.details button:has-text('Edit…')")?;
    browser.choose("dialog .field:has-text('Policy') select", "Tomorrow at ten")?;
    browser.click("dialog button[type=submit]")?;
    browser.until("!document.querySelector('dialog[open]')", BOUND)?;
    // S109, S110
    browser.click(&jump)?;
    browser.wait_for("dialog [data-allowed-at]:has-text('10:00')")?;
    assert_no_barriers(browser, "a Jump outside of the hours")?;
    browser.click("dialog button:has-text('Cancel')")?;

    browser.wait_for("tr[data-item]")?;
    browser.click("button.plus[aria-expanded=false]")?;
    browser.click("tr.details button:has-text('Password…')")?;
    browser.fill("dialog input[type=password]", "orange lamp, seven")?;
    browser.click("dialog button[type=submit]")?;
    browser.wait_for("td.name:has-text('Asks for a password')")?;
    browser.click(&jump)?;
    browser.fill("[name=item-password]", "orange lamp, eight")?;
    browser.click("dialog button[type=submit]")?;
    // S111: said once, it holds while the password is typed again.
    browser.click("dialog:has([data-allowed-at]) button:has-text('Start anyway')")?;
    browser.wait_for("dialog .error:has-text('The password is wrong.')")?;
    browser.fill("[name=item-password]", "orange lamp, seven")?;
    browser.click("dialog button[type=submit]")?;
    page.until_live()
}
