//! Customers on the public portal: by a key, a topic or a name into a queue, a chat, the end, and what they say of it.
//! The technician beside them works by the API that his console works by.

use std::time::Duration;

use anyhow::Context;
use e2e::browser::{Browser, Window};
use e2e::site::Site;
use serde_json::{Value, json};

use crate::stage::BOUND;

/// A phone.
const PHONE: Window =
    Window { width: 390, height: 844, detour: None, dark: false, video: true, language: "fr" };

/// A technician in a browser whose console is open, so that he is there.
pub(crate) struct Technician {
    pub(crate) browser: Browser,
    pub(crate) account: u64,
}

impl Technician {
    pub(crate) fn log_in(site: &Site) -> anyhow::Result<Self> {
        let (user, password) = site.account()?;
        let mut browser = Browser::start(Window::default())?;
        browser.open(&format!("{}?probe=1", site.console_url()))?;
        browser.fill("[name=user]", &user)?;
        browser.fill("[name=password]", &password)?;
        browser.click("button[type=submit]")?;
        browser.until("fetch('/api/me').then((answer) => answer.ok)", BOUND)?;
        let mut technician = Self { browser, account: 0 };
        technician.account =
            technician.ask("GET", "/api/me", &Value::Null)?["account"].as_u64().context("an account")?;
        let console = "fetch('/api/me/presence').then((a) => a.json()).then((now) => now.console !== null)";
        technician.browser.until(console, BOUND)?;
        Ok(technician)
    }

    /// Asks the relay for something, as his page would.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let body = if body.is_null() { "undefined".to_owned() } else { format!("JSON.stringify({body})") };
        let headers = json!({ "content-type": "application/json" });
        let request = format!(
            "fetch('{path}', {{ method: '{method}', headers: {headers}, body: {body} }})\
             .then(async (answer) => ({{ status: answer.status, text: await answer.text() }}))"
        );
        let answer = self.browser.value(&request)?;
        let text = answer["text"].as_str().unwrap_or_default();
        anyhow::ensure!(
            answer["status"].as_u64().is_some_and(|status| status < 300),
            "{method} {path}: {text}"
        );
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(text)? })
    }

    /// A session key for the first portal.
    fn key(&mut self) -> anyhow::Result<Value> {
        let portal = self.ask("GET", "/api/names/portal", &Value::Null)?["names"][0]["id"].clone();
        self.ask("POST", "/api/keys", &json!({ "portal": portal, "valid_for_s": 600 }))
    }

    /// The session in a queue of which the customer is called so.
    fn waiting(&mut self, queue: &str, customer: &str) -> anyhow::Result<u64> {
        let lines = self.ask("GET", queue, &Value::Null)?;
        let lines = lines.as_array().context("a list")?;
        let found = lines.iter().find(|line| line["about"]["customer"] == customer);
        found.and_then(|line| line["session"].as_u64()).with_context(|| format!("{customer} in {lines:?}"))
    }

    fn act(&mut self, session: u64, what: &str) -> anyhow::Result<()> {
        self.ask("POST", &format!("/api/sessions/{session}"), &json!({ "do": what })).map(drop)
    }
}

pub(crate) fn assert_no_barriers(browser: &mut Browser, place: &str) -> anyhow::Result<()> {
    let barriers = browser.barriers()?;
    anyhow::ensure!(barriers.is_empty(), "{place}: {barriers:#?}");
    Ok(())
}

fn start(page: &mut Browser, name: &str) -> anyhow::Result<()> {
    page.fill("[name=name]", name)?;
    page.click("button[type=submit]")
}

fn send(page: &mut Browser, text: &str) -> anyhow::Result<()> {
    page.fill("[name=message]", text)?;
    page.press("Enter")?;
    page.wait_for(&format!(".own .text:has-text('{text}')"))
}

fn until_text(page: &mut Browser, text: &str) -> anyhow::Result<()> {
    let bound = Duration::from_secs(20);
    page.until(&format!("document.body.innerText.includes({})", json!(text)), bound)
        .with_context(|| format!("{text} in {:?}", page.value("document.body.innerText").ok()))
}

#[test]
fn s58_s83_s89_s92_s237_a_key_leads_to_a_chat_and_a_rating_to_the_report() -> anyhow::Result<()> {
    let site = Site::start()?;
    let mut ann = Technician::log_in(&site)?;
    let made = ann.key()?;
    let code = made["code"].as_str().context("a key")?.to_owned();
    let mut page = Browser::start(PHONE)?;
    page.open(&site.api_url())?;
    page.wait_for("text=Clé de session")?;
    assert_no_barriers(&mut page, "the start")?;

    // What is missing is said; a key that is none, too.
    page.click("button[type=submit]")?;
    until_text(&mut page, "Une clé compte dix lettres et chiffres.")?;
    assert_no_barriers(&mut page, "the start with errors")?;
    page.fill("[name=key]", "aaaaa aaaaa")?;
    start(&mut page, "Cara")?;
    until_text(&mut page, "Cette clé n’est pas connue.")?;

    // S89: the address of the key fills it in. S83, S92, S58: its technician finds the customer in his own queue.
    page.open("about:blank")?;
    page.open(&format!("{}/#key={code}", site.api_url()))?;
    page.until(&format!("document.querySelector('[name=key]')?.value === '{code}'"), BOUND)?;
    start(&mut page, "Cara")?;
    until_text(&mut page, "C’est bientôt votre tour.")?;
    let cara = ann.waiting("/api/queues/personal", "Cara")?;
    assert_eq!(page.value("location.hash")?, "", "a key that is used does not stay in the address");
    assert_no_barriers(&mut page, "waiting")?;

    // He writes at once, and reads what is answered, also after the page was loaded again.
    send(&mut page, "L’imprimante brûle")?;
    ann.act(cara, "accept")?;
    page.wait_for(".dot.served")?;
    let say = format!("/api/sessions/{cara}/messages");
    ann.ask("POST", &say, &json!({ "text": "C’est un grand feu ?" }))?;
    page.wait_for(".line:not(.own) .text:has-text('un grand feu')")?;
    page.fill("[name=message]", "pas encore envoyé")?;
    page.open("about:blank")?;
    page.open(&site.api_url())?;
    page.wait_for(".line:not(.own) .text:has-text('un grand feu')")?;
    page.until("document.querySelectorAll('.line').length === 2", BOUND)?;
    let draft = page.value("document.querySelector('[name=message]').value")?;
    assert_eq!(draft, "pas encore envoyé", "what was typed is still there");
    send(&mut page, "Il grandit")?;
    assert_no_barriers(&mut page, "the chat")?;
    // S237: with a page alone there is a chat and nothing else.
    let view = ann.ask("GET", &format!("/api/sessions/{cara}"), &Value::Null)?;
    assert_eq!((&view["client"], &view["rights"]["permissions"]), (&json!("chat"), &json!([])), "{view}");

    // He ends it when he likes, and says how it was. The report has it.
    page.click("[data-end=ask]")?;
    page.click("[data-end=yes]")?;
    until_text(&mut page, "Vous l’avez terminée.")?;
    page.click(".stars label:nth-child(4)")?;
    page.fill("[name=comment]", "Rapide")?;
    assert_no_barriers(&mut page, "the end")?;
    page.click("form button[type=submit]")?;
    until_text(&mut page, "Merci pour votre évaluation.")?;
    ann.act(cara, "end")?;
    let report = ann.ask("GET", &format!("/api/reports/sessions/{cara}"), &Value::Null)?;
    let rated =
        report["events"].as_array().and_then(|all| all.iter().find(|line| line["fact"]["event"] == "rated"));
    assert_eq!(rated.context("a rating")?["fact"]["rating"], json!({ "stars": 4, "comment": "Rapide" }));

    // The same key starts nothing a second time.
    page.click("[data-again]")?;
    page.fill("[name=key]", &code)?;
    start(&mut page, "Cara")?;
    until_text(&mut page, "Cette clé a déjà servi.")
}

#[test]
fn s57_s59_s62_s63_a_topic_leads_to_its_team_and_a_name_to_its_technician() -> anyhow::Result<()> {
    let site = Site::start()?;
    let mut ann = Technician::log_in(&site)?;
    let team =
        ann.ask("GET", "/api/names/team", &Value::Null)?["names"][0]["id"].as_u64().context("a team")?;
    let issue = json!({ "kind": "issue", "record": { "name": "Printers", "team": team } });
    let issue = ann.ask("POST", "/api/records", &issue)?["id"].clone();
    let change = |ann: &mut Technician, kind: &str, id: u64, change: &dyn Fn(&mut Value)| {
        let path = format!("/api/records/{kind}/{id}");
        let mut stored = ann.ask("GET", &path, &Value::Null)?;
        change(&mut stored["record"]);
        ann.ask("PUT", &path, &stored).map(drop)
    };
    let account = ann.account;
    change(&mut ann, "account", account, &|own| own["is_on_portals"] = json!(true))?;
    change(&mut ann, "team", team, &|team| team["members"][account.to_string()] = json!("member"))?;
    let portal =
        ann.ask("GET", "/api/names/portal", &Value::Null)?["names"][0]["id"].as_u64().context("a portal")?;
    change(&mut ann, "portal", portal, &|portal| {
        portal["issues"] = json!([issue]);
        portal["brand"] =
            json!({ "title": "Contoso help", "greeting": "Good to see you.", "color": "#0b6e4f" });
    })?;

    // S63: by a topic into the queue of the team that owns it, behind who came before.
    let mut page = Browser::start(Window { width: 1024, height: 700, dark: true, ..Window::default() })?;
    page.open(&site.api_url())?;
    page.wait_for("h1:has-text('Contoso help')")?;
    page.click("[role=tab]:has-text('Topic')")?;
    assert_no_barriers(&mut page, "topics")?;
    page.click("label:has-text('Printers')")?;
    let first = json!({ "portal": portal, "by": { "issue": issue }, "name": "Early" });
    let first = format!(
        "fetch('/api/portal/sessions', {{ method: 'POST', credentials: 'omit', \
         headers: {{ 'content-type': 'application/json' }}, body: JSON.stringify({first}) }})"
    );
    page.value(&format!("{first}.then((answer) => answer.status)"))?;
    start(&mut page, "Carl")?;
    until_text(&mut page, "You are number 2 in the queue.")?;
    let queue = format!("/api/queues/teams/{team}");
    let carl = ann.waiting(&queue, "Carl")?;
    // S57: what is transferred to a technician waits in his own queue.
    let to = json!({ "do": "move", "to": { "kind": "personal", "id": account } });
    ann.ask("POST", &format!("/api/sessions/{carl}"), &to)?;
    until_text(&mut page, "You are next.")?;
    assert_eq!(ann.waiting("/api/queues/personal", "Carl")?, carl);
    ann.act(carl, "accept")?;
    ann.act(carl, "end")?;
    until_text(&mut page, "It was ended by whoever helped you.")?;

    // S59: by a technician's name into his own queue; only who is there can be chosen.
    page.click("[data-again]")?;
    page.click("[role=tab]:has-text('Technician')")?;
    page.click(&format!("label:has([value='{account}'])"))?;
    start(&mut page, "Carla")?;
    until_text(&mut page, "You are next.")?;
    ann.waiting("/api/queues/personal", "Carla")?;
    Ok(())
}

#[test]
fn s42_s43_s44_s47_s270_who_is_invited_from_outside_chooses_is_welcomed_and_goes_with_his_inviter()
-> anyhow::Result<()> {
    let site = Site::start()?;
    let mut ann = Technician::log_in(&site)?;
    let code = ann.key()?["code"].as_str().context("a key")?.to_owned();
    let mut cara = Browser::start(Window::default())?;
    cara.open(&format!("{}/#key={code}", site.api_url()))?;
    start(&mut cara, "Cara")?;
    until_text(&mut cara, "You are next.")?;
    let session = ann.waiting("/api/queues/personal", "Cara")?;
    ann.act(session, "accept")?;
    let wish = json!({ "name": "Vera", "comments": "The spooler", "policy": null, "valid_for_s": 600 });
    let invited = ann.ask("POST", &format!("/api/sessions/{session}/externals"), &wish)?;
    let (url, key) =
        (invited["url"].as_str().context("an address")?, invited["key"].as_str().context("a key")?);
    assert!(url.ends_with(&format!("/join#key={key}")), "S270: {url}");

    // S42, S43: the address offers a choice, and then a welcome.
    let mut vera = Browser::start(PHONE)?;
    vera.open(&format!("{}/join#key={key}", site.api_url()))?;
    vera.wait_for("[data-join=desktop]")?;
    assert_no_barriers(&mut vera, "the choice")?;
    vera.click("[data-join=web]")?;
    vera.wait_for(".welcome:has-text('Bienvenue, Vera.')")?;
    vera.wait_for(".welcome:has-text('The spooler')")?;
    assert_no_barriers(&mut vera, "the welcome")?;
    send(&mut vera, "Bonjour")?;
    cara.wait_for(".line:not(.own) .text:has-text('Bonjour')")?;
    // S44: nothing else is his to see.
    for path in ["/api/queues", "/api/sessions", "/api/me"] {
        assert_eq!(vera.value(&format!("fetch('{path}').then((answer) => answer.status)"))?, 401, "{path}");
    }

    // S47: the inviter puts the session aside, nobody owns it, and he is out. The customer waits on.
    ann.act(session, "keep")?;
    until_text(&mut vera, "n’a plus de propriétaire")?;
    assert_no_barriers(&mut vera, "the end")?;
    until_text(&mut cara, "put aside for a moment")
}
