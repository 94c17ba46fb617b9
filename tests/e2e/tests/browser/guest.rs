//! Somebody from outside before the screen of the one session that he was invited into.

use anyhow::Context;
use e2e::browser::{Browser, Window};
use serde_json::json;

use crate::portal::{Technician, assert_no_barriers};
use crate::stage::{BOUND, Page, Stage};

#[test]
fn s41_s44_s45_who_is_invited_from_outside_sees_the_screen_and_does_what_the_invitation_allows()
-> anyhow::Result<()> {
    let stage = Stage::set()?;
    let Page { browser } = stage.page()?;
    let mut ann = Technician { browser, account: 0 };
    let watch = json!({
        "name": "Watch", "comments": "", "is_for_externals": true, "records_shells": false,
        "permissions": ["view"], "paths": { "allow": [], "deny": [] },
    });
    let policy = ann.ask("POST", "/api/records", &json!({ "kind": "session_policy", "record": watch }))?;
    let session = ann.ask("GET", "/api/sessions", &json!(null))?[0]["id"].as_u64().context("a session")?;
    let wish = json!({ "name": "Vera", "comments": "", "policy": policy["id"], "valid_for_s": 600 });
    let invited = ann.ask("POST", &format!("/api/sessions/{session}/externals"), &wish)?;
    let key = invited["key"].as_str().context("a key")?;

    let mut vera = Browser::start(Window::default())?;
    vera.open(&format!("{}/join?probe=1#key={key}", stage.site.api_url()))?;
    vera.click("[data-join=web]")?;
    let mut vera = Page { browser: vera };
    vera.browser.until("window.nearhand?.state.phase === 'live'", BOUND)?;
    vera.assert_exact(&stage.desktop)?;
    assert_no_barriers(&mut vera.browser, "somebody from outside before a screen")?;
    // S45: he watches, and the page says why he does no more.
    let control = "document.querySelector('[role=toolbar] button[aria-pressed][aria-disabled=true]')?.title";
    vera.browser.until(&format!("{control}?.includes('only watch')"), BOUND)?;
    anyhow::ensure!(vera.probe("hasControl")? == false, "he has control");
    // S44: his link leads nowhere else.
    let status = "fetch('/api/tickets', { method: 'POST' }).then((answer) => answer.status)";
    anyhow::ensure!(vera.browser.value(status)? == 401, "he has a technician's ticket");

    // It ends for him with the session.
    let mut ann = Page { browser: ann.browser };
    ann.end_session()?;
    vera.browser.wait_for("text=You are not in the session any more")?;
    vera.browser.until("!document.querySelector('canvas')", BOUND)
}
