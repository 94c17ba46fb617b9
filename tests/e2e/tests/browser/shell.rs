//! Command shells in the page: tabs, typing, finding, pasting, lost lines.

use e2e::wait;

use crate::stage::{BOUND, Page, Stage};

const START: &str = "button:has-text('Start command shell')";

/// All lines of the terminal that is shown.
const SHOWN: &str = "[...document.querySelectorAll('.terminal:not(.hidden) .xterm-rows > div')].map((row) => row.textContent).join('\\n')";

fn open_shell(stage: &Stage) -> anyhow::Result<Page> {
    let mut page = stage.page()?;
    page.browser.click("[role=tab]:has-text('Command shell')")?;
    page.browser.click(START)?;
    page.browser.wait_for(".xterm-helper-textarea")?;
    Ok(page)
}

fn type_line(page: &mut Page, line: &str) -> anyhow::Result<()> {
    page.browser.type_text(line)?;
    page.browser.press("Enter")
}

fn until_shown(page: &mut Page, text: &str) -> anyhow::Result<()> {
    let has = format!("({SHOWN}).includes({text:?})");
    page.browser.until(&has, BOUND).map_err(|error| {
        let shown = page.browser.value(SHOWN);
        error.context(format!("{text:?} is not in {shown:?}"))
    })
}

#[test]
fn s189_s192_s193_s194_shells_are_tabs_and_each_keeps_its_own_output() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = open_shell(&stage)?;
    type_line(&mut page, "echo first-$((20+1))")?;
    until_shown(&mut page, "first-21")?;
    page.browser.click("button:has-text('New shell')")?;
    type_line(&mut page, "echo second-$((20+2)); stty size")?;
    until_shown(&mut page, "second-22")?;
    page.browser.click(".tab:first-child [role=tab]")?;
    until_shown(&mut page, "first-21")?;
    // S193: closing the tab ends the shell; the other one goes on.
    page.browser.click(".tab:first-child .close")?;
    until_shown(&mut page, "second-22")?;
    type_line(&mut page, "exit 3")?;
    page.browser.wait_for("[role=status]:has-text('Ended with status 3.')")
}

#[test]
fn a_terminal_shows_true_colour_and_wide_characters_in_cells_of_one_width() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = open_shell(&stage)?;
    type_line(&mut page, r"printf '\e[38;2;255;80;0mam%s\e[0m 日%s\n' ber 本")?;
    until_shown(&mut page, "amber 日本")?;
    let amber =
        "[...document.querySelectorAll('.xterm-rows span')].find((one) => one.textContent === 'amber')";
    assert_eq!(page.browser.value(&format!("getComputedStyle({amber}).color"))?, "rgb(255, 80, 0)");
    let width = format!("getComputedStyle({amber}).fontFamily.includes('DejaVu Sans Mono')");
    assert_eq!(page.browser.value(&width)?, true);
    Ok(())
}

#[test]
fn s187_what_is_typed_runs_there_and_a_pasted_line_end_asks() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = open_shell(&stage)?;
    let mark = stage.desktop.scratch()?.join("mark");
    type_line(&mut page, "bind 'set enable-bracketed-paste off'; echo $((6*7))")?;
    until_shown(&mut page, "42")?;
    let text = format!("touch {}\n", mark.display());
    let paste = format!(
        "(() => {{ const data = new DataTransfer(); data.setData('text/plain', {text:?}); \
         document.querySelector('.terminal:not(.hidden) .xterm-helper-textarea').dispatchEvent(new ClipboardEvent('paste', \
         {{ clipboardData: data, bubbles: true, cancelable: true }})); }})()"
    );
    page.browser.value(&paste)?;
    page.browser.wait_for("dialog[open] pre:has-text('touch ')")?;
    assert!(!mark.exists(), "it ran before it was allowed");
    page.browser.click("dialog[open] button:has-text('Paste and run')")?;
    wait::until("the pasted line to run", BOUND, || mark.exists().then_some(()))
}

#[test]
fn a_shell_in_the_page_goes_on_after_the_relay_was_away() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut page = open_shell(&stage)?;
    type_line(&mut page, "echo before-$((1+1)); export KEPT=still-here")?;
    until_shown(&mut page, "before-2")?;
    stage.site.crash_and_restart()?;
    // Typed into a line that is dead already, though nobody knows it yet.
    type_line(&mut page, "echo into-$((3+3))")?;
    page.browser.wait_for("[role=status]:has-text('The shell runs on')")?;
    until_shown(&mut page, "into-6")?;
    page.browser.click(".terminal:not(.hidden) .xterm-screen")?;
    type_line(&mut page, "echo $KEPT-after")?;
    until_shown(&mut page, "still-here-after")
}
