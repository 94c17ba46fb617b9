//! The administration at `/login`: one administrator sets up a house, keeps order in it, and reads what happened.

use anyhow::Context;
use e2e::browser::{Browser, Window};
use e2e::site::Site;
use serde_json::{Value, json};

use crate::portal::assert_no_barriers;
use crate::stage::BOUND;

/// All pages of the administration.
const PAGES: [&str; 16] = [
    "me",
    "reports",
    "status",
    "live",
    "audit",
    "site",
    "account",
    "team",
    "portal",
    "issue",
    "queue_rule",
    "jump_group",
    "role",
    "jump_policy",
    "session_policy",
    "script",
];

/// A page of the administration with its administrator in it.
struct Administration {
    browser: Browser,
    site: Site,
}

impl Administration {
    fn open() -> anyhow::Result<Self> {
        let site = Site::start()?;
        let mut browser = Browser::start(Window { width: 1024, height: 700, ..Window::default() })?;
        browser.open(&format!("{}/login", site.api_url()))?;
        browser.fill("[name=user]", site.user())?;
        browser.fill("[name=password]", site.password())?;
        browser.click("button[type=submit]")?;
        browser.wait_for("h1:has-text('My account')")?;
        Ok(Self { browser, site })
    }

    fn go(&mut self, page: &str) -> anyhow::Result<()> {
        self.browser.value(&format!("location.hash = '#/{page}'"))?;
        self.browser.wait_for("main h1")
    }

    /// What the relay answers, as the page would read it.
    fn get(&mut self, path: &str) -> anyhow::Result<Value> {
        self.browser.value(&format!("fetch('{path}').then((answer) => answer.json())"))
    }

    /// Saves the form, and waits until nothing is left to be saved.
    fn save(&mut self) -> anyhow::Result<()> {
        self.browser.click("main form .bar button[type=submit]")?;
        self.browser
            .wait_for("main form .bar button[type=submit][aria-disabled=true]")
            .with_context(|| format!("{:?}", self.browser.value("document.querySelector('main').innerText")))
    }

    /// The number of the record that shows.
    fn number(&mut self) -> anyhow::Result<u64> {
        self.browser.until(r"/\d+$/.test(location.hash)", BOUND)?;
        let number = self.browser.value(r"Number(/\d+$/.exec(location.hash)[0])")?;
        number.as_u64().context("a number")
    }

    fn until(&mut self, condition: &str) -> anyhow::Result<()> {
        self.browser.until(condition, BOUND).with_context(|| {
            format!("{condition}\n{:?}", self.browser.value("document.body.innerText").unwrap_or_default())
        })
    }
}

#[test]
fn s13_s63_s88_s109_s175_an_administrator_sets_up_accounts_teams_portals_policies_and_scripts()
-> anyhow::Result<()> {
    let mut page = Administration::open()?;
    for one in PAGES {
        page.go(one)?;
        page.until("!document.querySelector('main [role=status]')?.textContent.includes('Loading')")?;
        assert_no_barriers(&mut page.browser, one)?;
    }
    let ana = an_account_with_a_denial(&mut page)?;
    a_team_that_allows_her_more(&mut page, ana)?;
    a_new_password_for_her(&mut page)?;
    a_portal_with_a_topic(&mut page)?;
    a_policy_with_hours(&mut page)?;
    a_script_for_technicians(&mut page)
}

/// A denial that wins, who says so, and what the relay refuses, at its field.
fn an_account_with_a_denial(page: &mut Administration) -> anyhow::Result<u64> {
    page.go("account")?;
    page.browser.click("[data-new]")?;
    page.browser.fill("[name=user]", "ana")?;
    page.browser.fill("main [name=name]", "Ana García")?;
    page.browser.fill("[name=email]", "ana@example.org")?;
    page.save()?;
    let ana = page.number()?;
    page.browser.choose("[data-permission=shell] select", "Denied")?;
    page.browser.choose("[data-permission=view] select", "Allowed")?;
    page.save()?;
    page.browser.wait_for("[data-permission=shell] [data-effective=denied]:has-text('by this account')")?;
    page.browser.wait_for("[data-permission=view] [data-effective=allowed]")?;
    page.browser.wait_for("[data-permission=jump] [data-effective=denied]:has-text('nobody')")?;
    assert_no_barriers(&mut page.browser, "an account")?;

    // What the relay refuses is said at its field: the user's name is taken.
    page.go("account/new")?;
    page.browser.fill("[name=user]", "ANA")?;
    page.browser.fill("main [name=name]", "Another")?;
    page.browser.click("main form .bar button[type=submit]")?;
    page.browser.wait_for("[name=user][aria-invalid=true]")?;
    Ok(ana)
}

/// She becomes a member of the first team, whose permissions reach her.
fn a_team_that_allows_her_more(page: &mut Administration, ana: u64) -> anyhow::Result<()> {
    page.go("team")?;
    page.browser.click("main tbody a")?;
    page.browser.choose("select.add", "Ana García")?;
    page.browser.choose("[data-permission=jump] select", "Allowed")?;
    page.save()?;
    let team = page.number()?;
    let stored = page.get(&format!("/api/records/team/{team}"))?;
    assert_eq!(stored["record"]["members"][ana.to_string()], "member", "{stored}");
    page.go(&format!("account/{ana}"))?;
    page.browser.wait_for("[data-permission=jump] [data-effective=allowed]:has-text('by the team')")?;
    Ok(())
}

/// It is told once, and is good.
fn a_new_password_for_her(page: &mut Administration) -> anyhow::Result<()> {
    page.browser.click("button:has-text('New password')")?;
    page.browser.fill("dialog [type=password]", page.site.password())?;
    page.browser.click("dialog button[type=submit]")?;
    page.browser.wait_for("dialog button[aria-label^='New password']")?;
    let password = page
        .browser
        .value("document.querySelector('dialog button[aria-label^=\"New password\"] span').textContent")?;
    page.browser.click("dialog button[type=submit]")?;
    let typed = json!({ "user": "ana", "password": password });
    let log_in = format!(
        "fetch('/api/login', {{ method: 'POST', credentials: 'omit', \
         headers: {{ 'content-type': 'application/json' }}, body: JSON.stringify({typed}) }})\
         .then((answer) => answer.status)"
    );
    assert_eq!(page.browser.value(&log_in)?, 200);
    Ok(())
}

/// S63, S88: an issue of the team on a portal with a colour of its own, as strangers get it.
fn a_portal_with_a_topic(page: &mut Administration) -> anyhow::Result<()> {
    page.go("issue/new")?;
    page.browser.fill("[name=name]", "Printers")?;
    page.browser.choose("main form select", "Support")?;
    page.save()?;
    page.go("portal")?;
    page.browser.click("main tbody a")?;
    page.browser.fill("[name=brand-title]", "Contoso help")?;
    page.browser.click("label:has-text('Printers')")?;
    page.browser.click("label:has-text('A colour of its own')")?;
    page.save()?;
    let shown = page.get("/api/portal")?;
    assert_eq!(
        (&shown["brand"]["title"], &shown["issues"][0]["name"]),
        (&json!("Contoso help"), &json!("Printers"))
    );
    assert_eq!(shown["brand"]["color"], "#1f5fbf", "{shown}");
    Ok(())
}

/// S109: hours in a time zone; one that does not exist is refused at its field. It is gone when it is removed, which is asked first.
fn a_policy_with_hours(page: &mut Administration) -> anyhow::Result<()> {
    page.go("jump_policy/new")?;
    page.browser.fill("[name=name]", "Office hours")?;
    page.browser.click("label:has-text('Only at certain hours')")?;
    page.browser.fill("input[list]", "Europe/Atlantis")?;
    page.browser.click("main form .bar button[type=submit]")?;
    page.browser.wait_for("input[list][aria-invalid=true]")?;
    page.browser.fill("input[list]", "Europe/Paris")?;
    page.browser.click("button:has-text('Add hours')")?;
    page.browser.click("[aria-label='Hours 2'] button[aria-label='Friday']")?;
    assert_no_barriers(&mut page.browser, "a schedule")?;
    page.save()?;
    let policy = page.number()?;
    let stored = page.get(&format!("/api/records/jump_policy/{policy}"))?;
    let schedule = &stored["record"]["schedule"];
    assert_eq!(
        (&schedule["time_zone"], schedule["windows"].as_array().map(Vec::len)),
        (&json!("Europe/Paris"), Some(2))
    );

    // It is gone when it is removed, which is asked first.
    page.browser.click("[data-remove]")?;
    page.browser.click("[data-choice=yes]")?;
    page.browser.wait_for("h1:has-text('Jump policies')")?;
    page.until("document.querySelector('main').innerText.includes('There is no policy yet')")
}

/// S175: what technicians find in the menu of a session, with a text for two kinds of systems and something to fill in.
fn a_script_for_technicians(page: &mut Administration) -> anyhow::Result<()> {
    page.go("script/new")?;
    page.browser.fill("[name=name]", "Restart the print spooler")?;
    page.browser.fill("[name=text-linux]", "lpq -P \"$PARAM_QUEUE\"\n")?;
    page.browser.click("[data-add=body]")?;
    page.browser.fill("[name=text-windows]", "Restart-Service Spooler\n")?;
    page.browser.click("[data-add=parameter]")?;
    page.browser.fill("[name=parameter-0]", "QUEUE")?;
    page.browser.fill("[name=label-0]", "Which queue")?;
    assert_no_barriers(&mut page.browser, "a script")?;
    page.save()?;
    let script = page.number()?;
    let stored = page.get(&format!("/api/records/script/{script}"))?["record"].clone();
    let bodies = json!([
        { "os": "linux", "interpreter": "sh", "text": "lpq -P \"$PARAM_QUEUE\"\n" },
        { "os": "windows", "interpreter": "powershell", "text": "Restart-Service Spooler\n" },
    ]);
    assert_eq!((&stored["bodies"], &stored["parameters"][0]["name"]), (&bodies, &json!("QUEUE")));
    page.go("script")?;
    page.browser.wait_for("main td:has-text('Restart the print spooler')")
}

#[test]
fn s5_s14_s15_s16_s18_s19_sessions_security_the_log_and_the_way_to_the_console() -> anyhow::Result<()> {
    let mut page = Administration::open()?;
    the_console_opens_in_another_tab(&mut page)?;
    a_session_is_ended_with_a_reason(&mut page)?;
    the_log_is_searched_and_exported(&mut page)?;
    web_consoles_are_switched_off_and_on(&mut page)?;
    customers_who_came_by_themselves_are_asked(&mut page)?;
    a_second_factor_is_turned_on(&mut page)?;
    another_language_here_and_in_the_console(&mut page)?;

    // And out again, at once.
    page.browser.click("header [aria-haspopup=menu]")?;
    page.browser.click("[role=menuitem]:has-text('Se déconnecter')")?;
    page.browser.wait_for("[name=password]")
}

/// S14, S15, S16: from the own account and from the user's menu on whatever page; nobody is asked for a password again.
fn the_console_opens_in_another_tab(page: &mut Administration) -> anyhow::Result<()> {
    let (address, forms) = page.browser.in_new_tab("a:has-text('Launch web console')", "[name=password]")?;
    assert!(address.ends_with("/console/"), "{address}");
    assert_eq!(forms, 0, "nobody is asked for a password again");
    // S16: so it does from the user's menu, on whatever page.
    page.go("team")?;
    page.browser.click("header [aria-haspopup=menu]")?;
    let (address, _) =
        page.browser.in_new_tab("[role=menuitem]:has-text('Launch web console')", "[name=password]")?;
    assert!(address.ends_with("/console/"), "{address}");
    Ok(())
}

/// An administrator ends somebody's session and says why; its report has it.
fn a_session_is_ended_with_a_reason(page: &mut Administration) -> anyhow::Result<()> {
    let portal = page.get("/api/names/portal")?["names"][0]["id"].clone();
    let wish = json!({ "portal": portal, "valid_for_s": 600 });
    let post = |path: &str, body: &Value| {
        format!(
            "fetch('{path}', {{ method: 'POST', headers: {{ 'content-type': 'application/json' }}, \
             body: JSON.stringify({body}) }}).then((answer) => answer.json())"
        )
    };
    let code = page.browser.value(&post("/api/keys", &wish))?["code"].clone();
    let start = json!({ "portal": portal, "by": { "key": code }, "name": "Cara" });
    let session = page.browser.value(&post("/api/portal/sessions", &start))?["session"]
        .as_u64()
        .context("a session")?;
    page.go("live")?;
    page.browser.click(&format!("[data-row='{session}'] button"))?;
    page.browser.fill("dialog [name=reason]", "A drill")?;
    assert_no_barriers(&mut page.browser, "a reason")?;
    page.browser.click("dialog [data-end]")?;
    page.until(&format!("!document.querySelector('[data-row=\"{session}\"]')"))?;
    page.go(&format!("reports/{session}"))?;
    page.until("document.querySelector('main').innerText.includes('A drill')")?;
    assert_no_barriers(&mut page.browser, "a report")?;
    Ok(())
}

/// A search, and an export of the same search.
fn the_log_is_searched_and_exported(page: &mut Administration) -> anyhow::Result<()> {
    page.go("audit")?;
    page.browser.choose("[name=subject]", "Session key")?;
    page.browser.click("main form button[type=submit]")?;
    page.until(
        "location.hash.includes('subject=key') && document.querySelectorAll('[data-line]').length === 2",
    )?;
    page.browser.click("[data-line] button >> nth=0")?;
    page.browser.wait_for("tr.details pre")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("log.csv");
    let name = page.browser.download("a:has-text('Export CSV')", &file)?;
    let text = std::fs::read_to_string(&file)?;
    assert_eq!(name, "audit.csv");
    assert_eq!(text.lines().count(), 3, "a heading and the two lines that are shown: {text}");
    Ok(())
}

/// S5: this page stays open while they are off.
fn web_consoles_are_switched_off_and_on(page: &mut Administration) -> anyhow::Result<()> {
    page.go("site")?;
    page.browser.click("label:has-text('Allow web consoles to connect')")?;
    page.save()?;
    assert_eq!(page.get("/api/site")?["record"]["allows_web_consoles"], false);
    page.browser.click("label:has-text('Allow web consoles to connect')")?;
    page.save()?;
    Ok(())
}

/// Before a technician sees anything of their computer; silence means no, after half a minute.
fn customers_who_came_by_themselves_are_asked(page: &mut Administration) -> anyhow::Result<()> {
    page.go("site")?;
    page.browser.click("label:has-text('Ask customers who came by themselves')")?;
    page.browser.choose("select[aria-label*='Wait for an answer']", "Seconds")?;
    page.browser.fill(".field:has-text('Wait for an answer') input", "30")?;
    page.browser.press("Tab")?;
    page.save()?;
    let wanted = json!({ "is_asked": true, "timeout_s": 30, "nobody_answers": "deny" });
    assert_eq!(page.get("/api/site")?["record"]["attended_consent"], wanted);
    Ok(())
}

/// A code of the secret in the QR code turns it on.
fn a_second_factor_is_turned_on(page: &mut Administration) -> anyhow::Result<()> {
    page.go("me")?;
    page.browser.click("button:has-text('Turn on')")?;
    page.browser.fill("dialog [name=password]", page.site.password())?;
    page.browser.click("dialog button[type=submit]")?;
    page.browser.wait_for("dialog svg[role=img]")?;
    assert_no_barriers(&mut page.browser, "the QR code")?;
    let code = page.browser.value(CODE_OF_THE_SECRET)?;
    page.browser.fill("dialog [name=code]", code.as_str().context("a code")?)?;
    page.browser.click("dialog button[type=submit]")?;
    page.browser.wait_for("dialog button[aria-label^='Recovery codes']")?;
    page.browser.click("dialog button[type=submit]")?;
    assert_eq!(page.get("/api/me")?["has_totp"], true);
    Ok(())
}

/// S18, S19.
fn another_language_here_and_in_the_console(page: &mut Administration) -> anyhow::Result<()> {
    page.browser.click("header [aria-haspopup=menu]")?;
    page.browser.click("[role=menuitemradio]:has-text('Français')")?;
    page.browser.wait_for("h1:has-text('Mon compte')")?;
    page.until("fetch('/api/me/preferences').then((a) => a.json()).then((own) => own.language === 'fr')")?;
    let (_, french) = page.browser.in_new_tab("a:has-text('Ouvrir la console web')", "html[lang=fr]")?;
    assert_eq!(french, 1);
    assert_no_barriers(&mut page.browser, "my account in French")?;
    Ok(())
}

/// The code that belongs now to the secret that the dialog shows (RFC 6238).
const CODE_OF_THE_SECRET: &str = "(async () => {
    const text = document.querySelector('dialog button[aria-label^=\"Secret\"] span').textContent;
    const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
    const secret = Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2));
    const counter = new DataView(new ArrayBuffer(8));
    counter.setUint32(4, Math.floor(Date.now() / 30000));
    const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']);
    const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
    const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff;
    return String(number % 1000000).padStart(6, '0');
})()";
