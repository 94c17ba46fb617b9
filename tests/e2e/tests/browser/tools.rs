//! System information, actions and the clipboard in the page, with what happened looked at on the endpoint's side.

use std::process::{Child, Command, Stdio};

use anyhow::Context;
use e2e::browser::Window;
use e2e::{technician, wait};
use platform::clipboard::Clip;
use serde_json::{Value, json};
use transport::client::Preference;
use wire::tools::Format;

use crate::stage::{BOUND, NAME, Page, Stage};

/// A program that only waits, so that it can be ended. Gone with the test.
struct Sleeper(Child);

impl Sleeper {
    fn start() -> anyhow::Result<Self> {
        Ok(Self(Command::new("sleep").arg("100000").stdin(Stdio::null()).spawn()?))
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Opens the tab of a panel.
fn open(page: &mut Page, tab: &str) -> anyhow::Result<()> {
    page.browser.click(&format!("[role=tab]:has-text('{tab}')"))
}

fn button(label: &str) -> String {
    format!("button:has-text('{label}')")
}

/// The words of an element, as they are shown.
fn text_of(page: &mut Page, selector: &str) -> anyhow::Result<String> {
    let value = page.browser.value(&format!("document.querySelector({selector:?})?.innerText"))?;
    value.as_str().map(str::to_owned).with_context(|| format!("no {selector}"))
}

#[test]
fn s138_s216_s218_s219_s220_s221_a_page_shows_copies_and_saves_what_there_is_to_know_of_a_computer()
-> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.page()?;
    // S138: beside the screen there are chat, shell and whatever else may be used.
    for tab in ["Screen", "Command shell", "File transfer", "System information", "Actions", "Clipboard"] {
        page.browser.wait_for(&format!("[role=tab]:has-text('{tab}')"))?;
    }
    // S218: it opens by itself.
    open(&mut page, "System information")?;
    page.browser.wait_for("dl[data-table=identity]")?;
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")?;
    assert!(text_of(&mut page, "dl[data-table=identity]")?.contains(host.trim()));
    page.browser.wait_for("[role=status]:has-text('Read at')")?;

    // What runs is shown by what it costs; it is read again on demand, and may be ended.
    let mut sleeper = Sleeper::start()?;
    page.browser.click("[data-section=processes]")?;
    page.browser.wait_for("table[data-table=processes] th[aria-sort=descending]:has-text('Load')")?;
    page.browser.click("button:text-is('Refresh')")?;
    let number = sleeper.0.id().to_string();
    page.browser.fill("input[aria-label=Find]", &number)?;
    let row = format!("table[data-table=processes] tr:has(td:text-is('{number}'))");
    page.browser.wait_for(&row)?;
    page.browser.click(&format!("{row} {}", button("End")))?;
    anyhow::ensure!(sleeper.0.try_wait()?.is_none(), "it is ended before it is allowed");
    page.browser.click("dialog button:has-text('End')")?;
    wait::until("the sleeper to end", BOUND, || sleeper.0.try_wait().ok().flatten())?;

    // S221: as data, and as text.
    let folder = tempfile::tempdir()?;
    let (data, text) = (folder.path().join("data"), folder.path().join("text"));
    let name = page.browser.download(&button("Save as JSON"), &data)?;
    assert_eq!(name, format!("{NAME} system.json"));
    let data: Value = serde_json::from_slice(&std::fs::read(&data)?)?;
    assert!(data.to_string().contains(host.trim()), "{data}");
    page.browser.download(&button("Save as text"), &text)?;
    let text = std::fs::read_to_string(&text)?;
    assert!(text.contains(host.trim()) && text.contains("Identity"), "{text}");

    // S220: what is copied is pasted elsewhere.
    page.browser.click("button:text-is('Copy')")?;
    page.browser.wait_for(":text('Copied')")?;
    open(&mut page, "Clipboard")?;
    page.browser.click("textarea[aria-label='To be sent']")?;
    page.browser.press("Control+v")?;
    let pasted = "document.querySelector(\"textarea[aria-label='To be sent']\").value";
    page.browser.until(&format!("{pasted}.includes({:?})", host.trim()), BOUND)?;
    page.browser.click("button:text-is('Send')")?;
    page.browser.wait_for(":text('It is in the computer’s clipboard')")?;
    let there = pasted_there(&stage)?;
    assert!(there.contains(host.trim()) && there.contains("Identity"), "{there}");

    // And from there to here.
    let mut clipboard = platform_of(&stage)?.clipboard()?;
    let (waker, copied) = (clipboard.waker(), bytes::Bytes::from_static("copied there ✓".as_bytes()));
    clipboard.write(vec![Clip { format: Format::Text, bytes: copied }])?;
    let over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_over = std::sync::Arc::clone(&over);
    let owner = std::thread::spawn(move || {
        while !is_over.load(std::sync::atomic::Ordering::Relaxed) && clipboard.next_event(BOUND).is_ok() {}
    });
    page.browser.wait_for("[role=status]:has-text('Copied there: text')")?;
    page.browser.click("button:text-is('Fetch')")?;
    let theirs = format!("document.querySelector(\"textarea[aria-label='Clipboard of {NAME}']\").value");
    page.browser.until(&format!("{theirs} === 'copied there ✓'"), BOUND)?;
    over.store(true, std::sync::atomic::Ordering::Relaxed);
    waker.wake();
    owner.join().map_err(|_| anyhow::anyhow!("the owner of the clipboard"))
}

fn platform_of(stage: &Stage) -> anyhow::Result<platform::Platform> {
    Ok(platform::Platform::open(&format!("x11:{}", stage.desktop.display()))?)
}

/// What another program at the endpoint pastes.
fn pasted_there(stage: &Stage) -> anyhow::Result<String> {
    let bytes = platform_of(stage)?.clipboard()?.read(Format::Text, 16 << 20)?;
    Ok(String::from_utf8(bytes.to_vec())?)
}

/// Puts two scripts into the library.
fn add_scripts(stage: &Stage) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let entry = technician::log_in(&stage.site, Preference::Quic).await?;
        let script = |name: &str, parameters: Value, text: &str| {
            let body = json!({ "os": "linux", "interpreter": "sh", "text": text });
            json!({ "kind": "script", "record": {
                "name": name, "parameters": parameters, "bodies": [body], "timeout_s": 600,
            } })
        };
        let file = json!([{ "name": "file", "label": "Where", "is_required": true }]);
        let mark =
            script("Leave a mark", file, "printf 'marked by %s' me > \"$PARAM_FILE\"; echo left; exit 4");
        entry.ask("/api/records", &mark).await?;
        entry.ask("/api/records", &script("Wait", json!([]), "echo waiting; exec sleep 100000")).await?;
        Ok(())
    })
}

#[test]
fn s172_s174_s175_a_page_runs_actions_and_scripts_and_comes_back_by_itself_after_a_restart()
-> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    add_scripts(&stage)?;
    let mut page = stage.page_in(Window::default(), "")?;
    open(&mut page, "Actions")?;
    page.browser.wait_for("[data-special=command_prompt]")?;
    if !std::path::Path::new("/run/systemd/system").is_dir() {
        // What this system cannot do is grey, and says why.
        page.browser
            .wait_for("[data-special=restart][aria-disabled=true], [data-special=restart]:disabled")?;
    }
    page.browser.click("[data-special=command_prompt]")?;
    wait::until("a terminal on the desktop", BOUND, || {
        let windows = stage.desktop.output("xwininfo", &["-root", "-tree"]).ok()?;
        String::from_utf8_lossy(&windows).contains("XTerm").then_some(())
    })?;

    let mark = stage.desktop.scratch()?.join("a mark; touch elsewhere");
    page.browser.click("li button:has-text('Leave a mark')")?;
    page.browser
        .fill("label:has-text('Where') + input, label:has-text('Where') ~ input", &mark.to_string_lossy())?;
    page.browser.click("button:text-is('Run')")?;
    page.browser.wait_for(".doing:has-text('left') [role=status]:has-text('Ended with status 4.')")?;
    assert_eq!(std::fs::read_to_string(&mark)?, "marked by me");

    // Output is there as it is said, and whoever has enough ends it.
    page.browser.click("li button:has-text('Wait')")?;
    page.browser.click("button:text-is('Run')")?;
    page.browser.wait_for(".doing:has-text('waiting') [role=status]:has-text('Running')")?;
    page.browser.click("button:text-is('Stop')")?;
    page.browser.wait_for(".doing [role=status]:has-text('Stopped.')")?;

    // S174: with somebody else's name and a password that is none, nothing runs.
    if page.browser.value("!!document.querySelector('[name=run-as-user]')")? == true {
        page.browser.fill("[name=run-as-user]", "nobody-of-that-name")?;
        page.browser.fill("[name=run-as-password]", "guessed")?;
        page.browser.click("button:text-is('Run')")?;
        page.browser.wait_for(".doing .outcome.bad")?;
        page.browser.fill("[name=run-as-user]", "")?;
    }

    // A computer that restarts takes its agent with it, and the session goes on as soon as that is back.
    open(&mut page, "Screen")?;
    stage.endpoint.process().stop();
    page.until_it_says("offline")?;
    stage.endpoint.start_again()?;
    page.until_live()?;
    open(&mut page, "Actions")?;
    page.browser.click("li button:has-text('Leave a mark')")?;
    std::fs::remove_file(&mark)?;
    page.browser
        .fill("label:has-text('Where') + input, label:has-text('Where') ~ input", &mark.to_string_lossy())?;
    page.browser.click("button:text-is('Run')")?;
    wait::until("the mark", BOUND, || mark.exists().then_some(()))
}
