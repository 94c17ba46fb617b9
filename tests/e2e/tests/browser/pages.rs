//! The pages around a session: login, the list with its live state, and what cannot be opened.

use e2e::browser::Window;

use crate::stage::Stage;

#[test]
fn s12_a_wrong_password_is_said_and_the_right_one_still_works() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.login_form(Window::default(), "")?;
    page.log_in(stage.site.user(), "not the password")?;
    page.browser.wait_for("[role=status]:has-text('User name or password is not right.')")?;
    page.log_in(stage.site.user(), stage.site.password())?;
    page.browser.wait_for("[data-queue=personal]")?;
    page.sign_out()?;
    page.browser.wait_for("[role=status]:has-text('You are signed out.')")
}

#[test]
fn s10_the_list_follows_a_computer_that_goes_and_comes_back() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut page = stage.list()?;
    page.browser.wait_for("tr:has-text('front desk') >> text=Online")?;
    stage.endpoint.process().stop();
    page.browser.wait_for("tr:has-text('front desk') >> text=Offline")?;
    page.browser.wait_for("button[aria-label='Jump to front desk'][aria-disabled=true]")?;
    stage.endpoint.start_again()?;
    page.browser.wait_for("tr:has-text('front desk') >> text=Online")?;
    page.open_session()?;
    page.assert_exact(&stage.desktop)
}

#[test]
fn a_session_with_a_computer_that_is_away_opens_once_it_is_back() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut page = stage.page()?;
    let address = page.browser.value("location.href")?;
    stage.endpoint.process().stop();
    page.until_it_says("offline")?;
    page.browser.open("about:blank")?;
    page.browser.open(address.as_str().unwrap_or_default())?;
    page.until_it_says("offline")?;
    stage.endpoint.start_again()?;
    page.until_live()?;
    page.assert_exact(&stage.desktop)
}

#[test]
fn a_computer_that_the_relay_does_not_know_is_refused_with_the_reason() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.list()?;
    page.browser.value("location.hash = '#/computer/0123456789abcdef'")?;
    page.until_it_says("refused")?;
    page.browser.wait_for("[data-phase=refused]:has-text('does not know')")?;
    page.browser.click("[data-phase=refused] button:has-text('Close')")?;
    page.browser.wait_for("[data-queue=personal]")
}

#[test]
fn s2_the_page_asks_nobody_but_its_own_relay() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.page()?;
    let asked = page.browser.value("performance.getEntriesByType('resource').map((one) => one.name)")?;
    let asked: Vec<String> = serde_json::from_value(asked)?;
    let own = format!("http://localhost:{}/", stage.site.ready().http.port());
    assert!(!asked.is_empty() && asked.iter().all(|one| one.starts_with(&own)), "{asked:?}");
    Ok(())
}
