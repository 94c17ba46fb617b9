//! The album: every page as a picture, in both languages and all themes, in several sizes, with what axe finds on each.
//!
//! The pictures go to `target/figures/album/`, for somebody who looks at them. `figures-console-album portal
//! administration console` takes the parts that are named; nothing: all.

use std::path::{Path, PathBuf};

use anyhow::Context;
use e2e::browser::{Browser, Window};
use figures::figure::{Figure, or_skip};
use figures::stage::{BOUND, NAME, Stage};
use serde_json::{Value, json};

const LANGUAGES: [&str; 2] = ["en", "fr"];
const THEMES: [&str; 3] = ["light", "dark", "contrast"];

/// Sizes of a desk: the smallest that must do, a usual and a large one.
const DESKS: [(u16, u16); 3] = [(1024, 700), (1440, 900), (2560, 1440)];

/// A phone in the hand.
const PHONE: (u16, u16) = (390, 844);

/// Pages of the administration, by their addresses; the numbers are those of [`fill`].
const ADMINISTRATION: [&str; 28] = [
    "me",
    "reports",
    "reports/SESSION",
    "status",
    "live",
    "audit",
    "site",
    "account",
    "account/new",
    "account/ACCOUNT",
    "team",
    "team/new",
    "team/TEAM",
    "portal",
    "portal/new",
    "issue/new",
    "queue_rule",
    "queue_rule/new",
    "jump_group/new",
    "role/new",
    "jump_policy",
    "jump_policy/new",
    "jump_policy/POLICY",
    "session_policy",
    "session_policy/new",
    "script",
    "script/new",
    "script/SCRIPT",
];

/// Pages of the console beside its sessions.
const CONSOLE: [&str; 2] = ["", "jump"];

/// Takes the pictures of one of the pages.
type Part = fn(&mut Album) -> anyhow::Result<()>;

/// Where pictures go, and what was found so far.
struct Album {
    folder: PathBuf,
    pictures: usize,
    barriers: Vec<String>,
}

/// How a page is shown.
#[derive(Clone, Copy)]
struct Look {
    size: (u16, u16),
    language: &'static str,
    theme: &'static str,
}

impl Look {
    /// Everything at the smallest size; one look at the others.
    fn of_desks() -> Vec<Self> {
        let [small, others @ ..] = DESKS;
        let mut looks = Self::all(small);
        looks.extend(others.map(|size| Self { size, language: "en", theme: "light" }));
        looks
    }

    fn all(size: (u16, u16)) -> Vec<Self> {
        let looks = LANGUAGES.iter().flat_map(|&language| THEMES.iter().map(move |&theme| (language, theme)));
        looks.map(|(language, theme)| Self { size, language, theme }).collect()
    }

    /// What the button says that leads to a computer.
    fn jump_to(self) -> &'static str {
        if self.language == "fr" { "Jump vers" } else { "Jump to" }
    }

    fn browser(self) -> anyhow::Result<Browser> {
        let (width, height) = self.size;
        Browser::start(Window { width, height, language: self.language, ..Window::default() })
    }

    /// Opens an address, in the look.
    fn open(self, page: &mut Browser, address: &str) -> anyhow::Result<()> {
        page.open(address)?;
        page.value(&format!("localStorage.setItem('nearhand.theme', '{}')", self.theme))?;
        page.open("about:blank")?;
        page.open(address)
    }
}

impl Album {
    fn open() -> anyhow::Result<Self> {
        let programs = std::env::var_os("NEARHAND_BIN_DIR").map(PathBuf::from);
        let target = programs
            .as_deref()
            .and_then(Path::parent)
            .map_or_else(|| PathBuf::from("target"), Path::to_owned);
        let folder = target.join("figures/album");
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self { folder, pictures: 0, barriers: Vec::new() })
    }

    fn keep(&mut self, page: &mut Browser, look: Look, name: &str) -> anyhow::Result<()> {
        let (width, height) = look.size;
        let name = format!("{}-{width}x{height}-{}-{}", name.replace('/', "-"), look.language, look.theme);
        page.screenshot(&self.folder.join(format!("{name}.png")))?;
        self.pictures += 1;
        self.barriers.extend(page.barriers()?.into_iter().map(|barrier| format!("{name}: {barrier}")));
        Ok(())
    }
}

fn main() -> anyhow::Result<()> {
    let mut album = Album::open()?;
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let parts: [(&str, Part); 3] =
        [("portal", portal), ("administration", administration), ("console", console)];
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            or_skip(&format!("the {name}"), part(&mut album));
        }
    }
    for barrier in &album.barriers {
        eprintln!("{barrier}");
    }
    eprintln!("{}", album.folder.display());
    Figure::new("pictures in the album", album.pictures as f64, "").print()?;
    Figure::new("barriers that axe finds on them", album.barriers.len() as f64, "").at_most(0.0).print()
}

fn log_in(page: &mut Browser, stage: &Stage) -> anyhow::Result<()> {
    page.fill("[name=user]", stage.site.user())?;
    page.fill("[name=password]", stage.site.password())?;
    page.click("button[type=submit]")
}

/// Sends something to the relay as the page would, and gives the answer.
fn post(page: &mut Browser, path: &str, body: &Value) -> anyhow::Result<Value> {
    page.value(&format!(
        "fetch('{path}', {{ method: 'POST', headers: {{ 'content-type': 'application/json' }}, \
         body: JSON.stringify({body}) }}).then((answer) => answer.json())"
    ))
}

/// The start, a fault in it, waiting, the chat and the end, on a phone and on a desk.
fn portal(album: &mut Album) -> anyhow::Result<()> {
    let stage = Stage::set(640, 480)?;
    let mut staff = staff(&stage)?;
    let portal = first(&mut staff, "portal")?;
    for look in Look::all(PHONE).into_iter().chain(Look::all(DESKS[0])) {
        let mut page = look.browser()?;
        look.open(&mut page, &stage.site.api_url())?;
        page.wait_for("[name=key]")?;
        album.keep(&mut page, look, "portal-start")?;
        page.click("button[type=submit]")?;
        album.keep(&mut page, look, "portal-start-faults")?;
        let made = post(&mut staff, "/api/keys", &json!({ "portal": portal, "valid_for_s": 600 }))?;
        page.fill("[name=key]", made["code"].as_str().context("a key")?)?;
        page.fill("[name=name]", "Cara")?;
        page.click("button[type=submit]")?;
        page.wait_for("[role=log]")?;
        album.keep(&mut page, look, "portal-waiting")?;
        page.fill("[name=message]", "The printer is on fire, and the cat is in the paper tray.")?;
        page.press("Enter")?;
        page.wait_for(".own")?;
        page.click("[data-end=ask]")?;
        album.keep(&mut page, look, "portal-chat")?;
        page.click("[data-end=yes]")?;
        page.click(".stars label:nth-child(4)")?;
        album.keep(&mut page, look, "portal-end")?;
    }
    let look = Look { size: PHONE, language: "en", theme: "light" };
    let mut page = look.browser()?;
    look.open(&mut page, &format!("{}/join", stage.site.api_url()))?;
    page.wait_for("[data-phase=unknown]")?;
    album.keep(&mut page, look, "join-unknown")
}

/// Whether the page's technician is at his console, as keys and sessions want it.
const AT_CONSOLE: &str = "fetch('/api/me/presence').then((a) => a.json()).then((now) => now.console != null)";

/// Somebody at a console, with an account of his own.
fn staff(stage: &Stage) -> anyhow::Result<Browser> {
    let mut page = Browser::start(Window::default())?;
    let (user, password) = stage.site.account()?;
    page.open(&stage.site.console_url())?;
    page.fill("[name=user]", &user)?;
    page.fill("[name=password]", &password)?;
    page.click("button[type=submit]")?;
    page.until(AT_CONSOLE, BOUND)?;
    Ok(page)
}

/// The number of the first record of a kind.
fn first(page: &mut Browser, kind: &str) -> anyhow::Result<Value> {
    let names = page.value(&format!("fetch('/api/names/{kind}').then((answer) => answer.json())"))?;
    Ok(names["names"][0]["id"].clone())
}

/// A desk that was used: records of most kinds, a session that is over and one that waits. Gives the numbers that
/// stand for the words in [`ADMINISTRATION`].
fn fill(staff: &mut Browser) -> anyhow::Result<Vec<(&'static str, String)>> {
    let (portal, team) = (first(staff, "portal")?, first(staff, "team")?);
    let mut numbers = Vec::new();
    for (word, kind, record) in records(&team) {
        let made = post(staff, "/api/records", &json!({ "kind": kind, "record": record }))?;
        let id = made["id"].as_u64().with_context(|| format!("{kind}: {made}"))?;
        numbers.push((word, id.to_string()));
    }
    for (number, name) in ["Cara Lopez", "Jean-Baptiste Grosjean-Lefebvre"].into_iter().enumerate() {
        let key = post(staff, "/api/keys", &json!({ "portal": portal, "valid_for_s": 600 }))?;
        let wish = json!({
            "portal": portal,
            "by": { "key": key["code"] },
            "name": name,
            "question": "The printer says PC LOAD LETTER, and it is on fire since this morning.",
        });
        let started = post(staff, "/api/portal/sessions", &wish)?;
        let session = started["session"].as_u64().with_context(|| format!("{started}"))?;
        if number == 0 {
            let path = format!("/api/sessions/{session}");
            post(staff, &path, &json!({ "do": "accept" }))?;
            post(staff, &path, &json!({ "do": "end" }))?;
            numbers.push(("SESSION", session.to_string()));
        }
    }
    Ok(numbers)
}

/// What the desk gets, by the word that stands for its number, and its kind.
fn records(team: &Value) -> [(&'static str, &'static str, Value); 6] {
    let members = json!({ "1": "lead" });
    [
        (
            "ACCOUNT",
            "account",
            json!({
                "user": "marie", "name": "Marie Dubois-Beauchamp", "email": "marie@example.org",
                "is_enabled": true, "is_on_portals": true,
                "permissions": { "change_files": "denied", "view": "allowed" },
            }),
        ),
        (
            "TEAM",
            "team",
            json!({ "name": "Field service, north", "comments": "On the road until noon.", "members": members }),
        ),
        (
            "RULE",
            "queue_rule",
            json!({ "name": "Nobody waits for ever", "queue": { "kind": "team", "id": team },
                    "when": { "waited_for": 900 }, "then": "end" }),
        ),
        (
            "POLICY",
            "jump_policy",
            json!({
                "name": "Office hours",
                "schedule": { "time_zone": "Europe/Paris", "windows": [
                    { "days": [1, 2, 3, 4, 5], "opens_min": 480, "closes_min": 1080 },
                    { "days": [6], "opens_min": 540, "closes_min": 720 },
                ] },
                "ends_sessions": true,
                "consent": { "is_asked": true, "timeout_s": 60, "nobody_answers": "deny" },
            }),
        ),
        ("SESSIONS", "session_policy", json!({ "name": "Look, do not touch", "permissions": ["view"] })),
        (
            "SCRIPT",
            "script",
            json!({
                "name": "Restart the print spooler", "comments": "Also empties its queue.",
                "parameters": [{ "name": "QUEUE", "label": "Queue", "default": "all", "is_required": true }],
                "bodies": [
                    { "os": "linux", "interpreter": "sh", "text": "systemctl restart cups\nlpq -P \"$QUEUE\"\n" },
                    { "os": "windows", "interpreter": "powershell", "text": "Restart-Service Spooler\n" },
                ],
                "timeout_s": 120,
            }),
        ),
    ]
}

/// An address with its numbers.
fn filled(address: &str, numbers: &[(&str, String)]) -> String {
    numbers.iter().fold(address.to_owned(), |address, (word, number)| address.replace(word, number))
}

fn administration(album: &mut Album) -> anyhow::Result<()> {
    let stage = Stage::set(640, 480)?;
    let numbers = fill(&mut staff(&stage)?)?;
    for look in Look::of_desks() {
        let mut page = look.browser()?;
        look.open(&mut page, &format!("{}/login", stage.site.api_url()))?;
        page.wait_for("[name=user]")?;
        album.keep(&mut page, look, "login")?;
        log_in(&mut page, &stage)?;
        page.wait_for("header [aria-haspopup=menu]")?;
        for address in ADMINISTRATION {
            page.value(&format!("location.hash = '#/{}'", filled(address, &numbers)))?;
            page.until(
                "document.querySelector('main h1') && !document.querySelector('main p.said, main .loading')",
                BOUND,
            )?;
            album.keep(&mut page, look, &format!("admin-{address}"))?;
        }
    }
    Ok(())
}

fn console(album: &mut Album) -> anyhow::Result<()> {
    let stage = Stage::set(1280, 800)?;
    for look in Look::of_desks() {
        let mut page = look.browser()?;
        look.open(&mut page, &format!("{}?probe=1", stage.site.console_url()))?;
        page.wait_for("[name=user]")?;
        album.keep(&mut page, look, "console-login")?;
        page.fill("[name=user]", "nobody")?;
        page.fill("[name=password]", "wrong")?;
        page.click("button[type=submit]")?;
        page.wait_for(".notice.error")?;
        album.keep(&mut page, look, "console-login-refused")?;
        log_in(&mut page, &stage)?;
        page.wait_for("[data-queue=personal]")?;
        page.until(AT_CONSOLE, BOUND)?;
        for address in CONSOLE {
            page.value(&format!("location.hash = '#/{address}'"))?;
            page.until("!document.querySelector('main [aria-busy=true]')", BOUND)?;
            if address == "jump" {
                page.wait_for("[data-place]")?;
            }
            album.keep(&mut page, look, &format!("console-{address}"))?;
        }
        computers(album, look, &mut page)?;
        session(album, look, &mut page)?;
        customer(album, look, &mut page)?;
        // The next look finds the desk as this one did.
        page.value("location.hash = '#/queue/personal'")?;
    }
    Ok(())
}

/// What can be opened from the list of computers, and over every page.
fn computers(album: &mut Album, look: Look, page: &mut Browser) -> anyhow::Result<()> {
    page.wait_for("button.plus")?;
    page.click("button.plus")?;
    page.wait_for("tr.details")?;
    album.keep(page, look, "console-jump-details")?;
    page.press("Control+k")?;
    page.wait_for("dialog input")?;
    album.keep(page, look, "console-palette")?;
    page.press("Escape")?;
    page.click("header button:has(.lucide-key-round)")?;
    page.wait_for("dialog button[type=submit]")?;
    album.keep(page, look, "console-key")?;
    page.click("dialog button[type=submit]")?;
    page.wait_for("dialog svg path")?;
    album.keep(page, look, "console-key-made")?;
    page.press("Escape")
}

/// Nothing of the page moves any more, but for what moves for ever.
const AT_REST: &str = "document.getAnimations().every((one) => one.playState !== 'running' \
                       || one.effect.getComputedTiming().endTime === Infinity)";

/// A session with a computer, and each of its panels.
fn session(album: &mut Album, look: Look, page: &mut Browser) -> anyhow::Result<()> {
    page.click(&format!("button[aria-label='{} {NAME}']", look.jump_to()))?;
    page.until("window.nearhand?.state.phase === 'live'", BOUND)?;
    album.keep(page, look, "console-session")?;
    let tabs = page.value("document.querySelectorAll('.views [role=tab]').length")?;
    for tab in 2..=tabs.as_u64().context("tabs")? {
        page.click(&format!(".views [role=tab]:nth-child({tab})"))?;
        page.until("!document.querySelector('main [aria-busy=true]')", BOUND)?;
        page.until(AT_REST, BOUND)?;
        album.keep(page, look, &format!("console-session-{tab}"))?;
    }
    page.click(".views [role=tab]:nth-child(1)")
}

/// Somebody arrives while a session is looked at, is reviewed, and taken; then both sessions end.
fn customer(album: &mut Album, look: Look, page: &mut Browser) -> anyhow::Result<()> {
    let portal = first(page, "portal")?;
    let key = post(page, "/api/keys", &json!({ "portal": portal, "valid_for_s": 600 }))?;
    let wish = json!({
        "portal": portal,
        "by": { "key": key["code"] },
        "name": "Cara Lopez",
        "question": "The printer says PC LOAD LETTER, and it is on fire since this morning.",
    });
    post(page, "/api/portal/sessions", &wish)?;
    page.wait_for("[data-alert]")?;
    album.keep(page, look, "console-alert")?;
    page.click("[data-alert] button:first-of-type")?;
    page.wait_for("[data-details]")?;
    album.keep(page, look, "console-details")?;
    page.click("[data-details] .acts button:first-of-type")?;
    page.wait_for("nav [data-session][aria-current=page]:has-text('Cara Lopez')")?;
    page.fill(".session:not(.hidden) textarea:not([aria-hidden])", "Is it a big fire?")?;
    page.press("Enter")?;
    page.wait_for(".session:not(.hidden) .own")?;
    album.keep(page, look, "console-chat-only")?;
    page.value(
        "fetch('/api/sessions').then((answer) => answer.json()).then((own) => Promise.all(own.map(({ id }) => \
         fetch(`/api/sessions/${id}`, { method: 'POST', headers: { 'content-type': 'application/json' }, \
         body: JSON.stringify({ do: 'end' }) }).then(({ status }) => status))))",
    )?;
    page.until(
        "document.querySelector('.session:not(.hidden) textarea:not([aria-hidden])').disabled",
        BOUND,
    )?;
    page.until(AT_REST, BOUND)?;
    album.keep(page, look, "console-over")
}
