//! The endpoint's files in the page: looked at, sent, saved, renamed, deleted.

use std::fs;
use std::path::Path;

use e2e::wait;

use crate::stage::{BOUND, Page, Stage};

const START: &str = "button:has-text('Start file transfer')";

/// Opens the panel and goes to a directory by its breadcrumbs and its rows.
fn open_files(stage: &Stage, at: &Path) -> anyhow::Result<Page> {
    let mut page = stage.page()?;
    page.browser.click("[role=tab]:has-text('File transfer')")?;
    page.browser.click(START)?;
    page.browser.wait_for("section[aria-label=Volumes] button")?;
    page.browser.click("nav[aria-label='Where you are'] button:first-child")?;
    for name in at.components().skip(1) {
        open_row(&mut page, &name.as_os_str().to_string_lossy())?;
    }
    Ok(page)
}

fn row(name: &str) -> String {
    format!("[role=row]:has([role=gridcell].name :text-is('{name}'))")
}

fn open_row(page: &mut Page, name: &str) -> anyhow::Result<()> {
    let row = row(name);
    page.browser.wait_for(&row)?;
    page.browser.double_click(&row)
}

/// How a transfer fares, by what the list says of it.
fn until_transfer(page: &mut Page, title: &str, state: &str) -> anyhow::Result<()> {
    let line = format!("section[aria-label='Transfer progress'] li:has-text('{title}'):has-text('{state}')");
    page.browser.wait_for(&line)
}

#[test]
fn s201_s202_s203_s204_s205_s206_s207_s208_s209_s210_s211_s212_s213_s214_a_technician_works_with_files_in_the_page()
-> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    // Its own names begin with a dot, which hides them, and its own place is too full to find a name at a glance.
    let folder = tempfile::Builder::new().prefix("files").tempdir_in("/var/tmp")?;
    let home = tempfile::tempdir()?;
    fs::write(folder.path().join("report.txt"), "a report")?;
    fs::write(folder.path().join(".secret"), "hidden")?;
    let mut page = open_files(&stage, folder.path())?;
    page.browser.wait_for(&row("report.txt"))?;

    // S209: hidden files show when they are asked for.
    let hidden = "!!document.evaluate(\"//*[text()='.secret']\", document).iterateNext()";
    assert_eq!(page.browser.value(hidden)?, false);
    page.browser.click("[role=toolbar][aria-label=Files] button[aria-label='More options']")?;
    page.browser.click("[role=menuitemcheckbox]:has-text('Show hidden files')")?;
    page.browser.until(hidden, BOUND)?;

    // S208: what came in the meantime shows when it is looked again.
    fs::write(folder.path().join("later.txt"), "later")?;
    page.browser.click("button[aria-label='Refresh']")?;
    page.browser.wait_for(&row("later.txt"))?;

    // S211: an upload, small and large; the second one of the same name asks.
    let large = home.path().join("large.bin");
    fs::write(&large, vec![7_u8; 5 << 20])?;
    fs::write(home.path().join("small.txt"), "from here")?;
    let picker = "input[type=file][multiple]";
    page.browser.choose_files(picker, &[&large, &home.path().join("small.txt")])?;
    until_transfer(&mut page, "Upload of 2 files", "Done")?;
    assert!(fs::read(folder.path().join("large.bin"))? == fs::read(&large)?);
    assert_eq!(fs::read_to_string(folder.path().join("small.txt"))?, "from here");
    fs::write(home.path().join("small.txt"), "from here again")?;
    page.browser.choose_files(picker, &[&home.path().join("small.txt")])?;
    page.browser.click("section[aria-label='Transfer progress'] button:has-text('Keep both')")?;
    page.browser.wait_for(&row("small (2).txt"))?;
    assert_eq!(fs::read_to_string(folder.path().join("small (2).txt"))?, "from here again");
    assert_eq!(fs::read_to_string(folder.path().join("small.txt"))?, "from here");

    // S212: a file is saved as it is, and several as one archive.
    let saved = home.path().join("saved");
    let name = page.browser.download("button[aria-label='Download large.bin']", &saved)?;
    assert_eq!(name, "large.bin");
    assert!(fs::read(&saved)? == fs::read(&large)?);
    until_transfer(&mut page, "Download of large.bin", "BLAKE3")?;

    // S210, S214: a new directory, another name.
    page.browser.click("button:has-text('New directory')")?;
    page.browser.fill("dialog input", "made here")?;
    page.browser.click("dialog button[type=submit]")?;
    page.browser.wait_for(&row("made here"))?;
    page.browser.click("button[aria-label='Rename report.txt']")?;
    page.browser.fill("dialog input", "renamed.txt")?;
    page.browser.click("dialog button[type=submit]")?;
    page.browser.wait_for(&row("renamed.txt"))?;
    assert_eq!(fs::read_to_string(folder.path().join("renamed.txt"))?, "a report");

    delete_two(&mut page, folder.path())?;
    page.browser.click("button[aria-label='One directory up']")?;
    go_by_path(&mut page, folder.path())?;
    go_on(&mut page, &mut stage, folder.path(), home.path())?;

    // S206, S207: one directory up, and the end of access.
    page.browser.click("button[aria-label='One directory up']")?;
    page.browser.wait_for(&row(&folder.path().file_name().unwrap_or_default().to_string_lossy()))?;
    page.browser.click("[role=toolbar][aria-label=Files] button[aria-label='More options']")?;
    page.browser.click("[role=menuitem]:has-text('End access')")?;
    page.browser.wait_for(START)
}

/// A path is typed, with the directories that it may go on with.
fn go_by_path(page: &mut Page, folder: &Path) -> anyhow::Result<()> {
    page.browser.click("button[aria-label='Type a path']")?;
    page.browser.fill("input[aria-label='Path of a directory']", "/var/tm")?;
    page.browser.until(
        "[...document.querySelectorAll('datalist option')].some(({ value }) => value === '/var/tmp/')",
        BOUND,
    )?;
    page.browser.fill("input[aria-label='Path of a directory']", &folder.to_string_lossy())?;
    page.browser.press("Enter")?;
    page.browser.wait_for(&row("small.txt"))
}

/// An upload that fills the disk waits, and goes on once somebody made room; one whose relay is killed goes on by itself.
fn go_on(page: &mut Page, stage: &mut Stage, folder: &Path, home: &Path) -> anyhow::Result<()> {
    let content: Vec<u8> = (0..3_u32 << 20).map(|at| (at / 7) as u8).collect();
    for name in ["full.bin", "cut.bin"] {
        fs::write(home.join(name), &content)?;
    }
    let picker = "input[type=file][multiple]";
    stage.endpoint.limit_files(Some(2 << 20))?;
    page.browser.choose_files(picker, &[&home.join("full.bin")])?;
    until_transfer(page, "Upload of full.bin", "Make room and go on")?;
    take_picture(page, "files-full.png")?;
    assert!(!folder.join("full.bin").exists(), "a half has the final name");
    stage.endpoint.limit_files(None)?;
    page.browser.click("section[aria-label='Transfer progress'] button[aria-label='Go on']")?;
    until_transfer(page, "Upload of full.bin", "Done")?;
    assert!(fs::read(folder.join("full.bin"))? == content);

    page.browser.choose_files(picker, &[&home.join("cut.bin")])?;
    wait::until("a part of it to be there", BOUND, || {
        let mut names = fs::read_dir(folder).ok()?;
        names
            .any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().ends_with(".part")))
            .then_some(())
    })?;
    stage.site.crash_and_restart()?;
    until_transfer(page, "Upload of cut.bin", "Done")?;
    assert!(fs::read(folder.join("cut.bin"))? == content);
    Ok(())
}

fn take_picture(page: &mut Page, name: &str) -> anyhow::Result<()> {
    match std::env::var_os("NEARHAND_PICTURES") {
        Some(to) => page.browser.screenshot(&Path::new(&to).join(name)),
        None => Ok(()),
    }
}

/// Deletes what was made and renamed.
fn delete_two(page: &mut Page, folder: &Path) -> anyhow::Result<()> {
    // S202, S213: deletion asks once, says that it is final, and is told about.
    page.browser.click("input[aria-label='Select renamed.txt']")?;
    page.browser.click("input[aria-label='Select made here']")?;
    page.browser.click("[role=toolbar][aria-label=Files] button[aria-label='More options']")?;
    page.browser.click("[role=menuitem]:has-text('Delete')")?;
    page.browser.wait_for("[role=alertdialog]:has-text('recycle bin'), dialog:has-text('recycle bin')")?;
    assert!(folder.join("renamed.txt").exists(), "it is deleted before it is allowed");
    page.browser.click("dialog button:has-text('Delete')")?;
    until_transfer(page, "Deletion of 2 files", "Done")?;
    wait::until("both to be gone", BOUND, || {
        (!folder.join("renamed.txt").exists() && !folder.join("made here").exists()).then_some(())
    })?;
    take_picture(page, "files.png")
}
