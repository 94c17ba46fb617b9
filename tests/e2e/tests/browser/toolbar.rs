//! The session's tool bar: control, Ctrl-Alt-Del, displays, sizes, full screen, screenshots.

use anyhow::Context;
use e2e::wait;

use crate::stage::{BOUND, Page, SIZE, Stage};

const CONTROL: &str =
    "[role=toolbar] button:has-text('Control'), [role=toolbar] button:has-text('View only')";
const FULL_SCREEN: &str = "button[aria-label='Full screen']";

/// Opens a window that prints the keys that it gets, with the keyboard on it.
fn key_listener(stage: &mut Stage, page: &mut Page) -> anyhow::Result<()> {
    stage.desktop.run("xev", &["-name", "keys", "-geometry", "300x300+100+100", "-event", "keyboard"])?;
    wait::until("the listener's window", BOUND, || stage.desktop.window_place("keys").ok())?;
    page.assert_exact(&stage.desktop)?;
    page.click((250.0, 250.0))
}

/// The keys that went down and up at the listener, such as `+Delete -Delete`, once there are `count`.
fn keys_heard(stage: &Stage, count: usize) -> anyhow::Result<Vec<String>> {
    let heard = || {
        let output = stage.desktop.printed("xev");
        let mut keys = Vec::new();
        let mut sign = None;
        for line in output.lines() {
            if line.starts_with("KeyPress") || line.starts_with("KeyRelease") {
                sign = Some(if line.starts_with("KeyPress") { '+' } else { '-' });
            } else if let (Some(sign), Some((_, rest))) = (sign, line.split_once("keysym 0x")) {
                let name = rest.split([' ', ')', ',']).nth(2).unwrap_or_default();
                keys.push(format!("{sign}{name}"));
            }
        }
        keys
    };
    wait::until("keys at the listener", BOUND, || Some(heard()).filter(|keys| count <= keys.len()))
        .with_context(|| format!("{:?}", heard()))
}

#[test]
fn s164_who_only_looks_types_nothing_until_control_is_taken_again() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let typed = stage.terminal()?;
    let mut page = stage.page()?;
    page.type_line("with control", &typed)?;
    page.browser.click(CONTROL)?;
    page.browser.until("!nearhand.hasControl", BOUND)?;
    page.click((200.0, 200.0))?;
    page.browser.type_text("nothing")?;
    page.browser.press("Enter")?;
    page.browser.click(CONTROL)?;
    page.browser.until("nearhand.hasControl", BOUND)?;
    page.click((200.0, 200.0))?;
    page.browser.type_text("again")?;
    page.browser.press("Enter")?;
    page.assert_typed("with control\nagain", &typed)
}

#[test]
fn s171_ctrl_alt_del_arrives_as_keys() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut page = stage.page()?;
    key_listener(&mut stage, &mut page)?;
    page.browser.click("[role=toolbar] button:has-text('Ctrl-Alt-Del')")?;
    let keys = keys_heard(&stage, 6)?;
    assert_eq!(keys, ["+Control_L", "+Alt_L", "+Delete", "-Delete", "-Alt_L", "-Control_L"]);
    Ok(())
}

#[test]
fn s177_a_screenshot_is_a_png_with_the_exact_pixels() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    stage.terminal()?;
    let mut page = stage.page()?;
    page.assert_exact(&stage.desktop)?;
    let path = stage.desktop.scratch()?.join("shot.png");
    let name = page.browser.download("button[aria-label='Save a screenshot']", &path)?;
    assert!(name.starts_with("front") && name.ends_with(".png"), "{name}");
    let file = image::load_from_memory_with_format(&std::fs::read(&path)?, image::ImageFormat::Png)?;
    assert!(file.to_rgb8().into_raw() == stage.desktop.pixels()?, "the screenshot differs from the desktop");

    page.browser.click("button[aria-label='Copy a screenshot']")?;
    page.browser.wait_for("[role=status]:has-text('Screenshot copied')")?;
    let size = page.browser.value(
        "(async () => { const [item] = await navigator.clipboard.read(); \
         const image = await createImageBitmap(await item.getType('image/png')); \
         return [image.width, image.height]; })()",
    )?;
    assert_eq!(size, serde_json::json!([SIZE.0, SIZE.1]));
    Ok(())
}

#[test]
fn s178_s179_a_display_is_chosen_and_the_primary_one_is_marked_p() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    stage.terminal()?;
    let mut page = stage.page()?;
    stage.desktop.output("xrandr", &["--setmonitor", "*left", "600/160x700/190+0+0", "screen"])?;
    stage.desktop.output("xrandr", &["--setmonitor", "right", "424/110x700/190+600+0", "none"])?;
    let labels = "[...document.querySelectorAll('select[aria-label=Display] option')].map(o => o.label)";
    let listed = serde_json::json!(["P left (600 × 700)", "right (424 × 700)"]);
    wait::until("both displays in the list", BOUND, || {
        page.browser.value(labels).ok().filter(|seen| *seen == listed)
    })
    .with_context(|| format!("{:?}", page.browser.value(labels)))?;
    page.browser.until("nearhand.size?.width === 600", BOUND)?;
    page.browser.choose("select[aria-label=Display]", "right (424 × 700)")?;
    page.browser.until("nearhand.size?.width === 424", BOUND)?;
    stage.desktop.terminal("there", "40x10+650+300", &["sleep", "600"])?;
    wait::until("the right display's pixels", BOUND, || {
        let right: Vec<u8> = stage.desktop.pixels().ok()?;
        let rows = right.chunks_exact(3 * usize::from(SIZE.0));
        let right: Vec<u8> = rows.flat_map(|row| &row[3 * 600..]).copied().collect();
        let painted = page.probe("pictureHash()").ok()?;
        (painted == crate::stage::hash(&right).as_str()).then_some(())
    })
}

#[test]
fn s180_the_picture_is_scaled_or_in_actual_size() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.page()?;
    let width = "Math.round(document.querySelector('canvas').getBoundingClientRect().width)";
    let scaled = page.browser.value(width)?.as_u64().context("a width")?;
    assert!(scaled < u64::from(SIZE.0), "the stage is lower than the desktop, so {scaled} must be smaller");
    page.browser.choose("select[aria-label=Size]", "Actual size")?;
    page.browser.until(&format!("{width} === {}", SIZE.0), BOUND)?;
    page.assert_exact(&stage.desktop)?;
    page.browser.choose("select[aria-label=Size]", "Scaled")?;
    page.browser.until(&format!("{width} === {scaled}"), BOUND)
}

#[test]
fn s184_s185_full_screen_gives_special_keys_to_the_computer_and_leads_back() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let mut page = stage.page()?;
    key_listener(&mut stage, &mut page)?;
    page.browser.click(FULL_SCREEN)?;
    page.browser.until("document.fullscreenElement !== null", BOUND)?;
    for key in ["F5", "Escape", "Tab", "MetaLeft"] {
        page.browser.press(key)?;
    }
    let keys = keys_heard(&stage, 8)?;
    let wanted = ["+F5", "-F5", "+Escape", "-Escape", "+Tab", "-Tab", "+Super_L", "-Super_L"];
    assert_eq!(keys, wanted);
    page.browser.mouse("move", 640.0, 2.0)?;
    page.browser.click("button[aria-label='Leave full screen']")?;
    page.browser.until("document.fullscreenElement === null", BOUND)?;
    page.browser.wait_for(FULL_SCREEN)?;
    page.assert_exact(&stage.desktop)
}
