//! Files of this system: walks, limits, and what must never get around them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use platform::files::{Files, Stretch};
use wire::control::PathLimits;
use wire::file::{FilePath, Why};

fn path(of: &Path) -> FilePath {
    use std::os::unix::ffi::OsStrExt;
    FilePath::new(of.as_os_str().as_bytes().to_vec()).expect("a path")
}

fn name(text: &str) -> FilePath {
    FilePath::new(text.as_bytes().to_vec()).expect("a name")
}

/// A folder with an allowed part, a denied part inside of it, and ways that lead around.
fn house() -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = fs::canonicalize(folder.path()).expect("a real path");
    fs::create_dir_all(root.join("in/private/deep")).expect("made");
    fs::create_dir_all(root.join("out")).expect("made");
    fs::write(root.join("in/file"), "mine").expect("written");
    fs::write(root.join("in/private/file"), "secret").expect("written");
    fs::write(root.join("out/file"), "secret").expect("written");
    symlink("../out", root.join("in/away")).expect("linked");
    symlink("private", root.join("in/near")).expect("linked");
    symlink(root.join("in"), root.join("by another name")).expect("linked");
    let limit = |part: &str| root.join(part).to_string_lossy().into_owned();
    let limits = PathLimits { allow: vec![limit("by another name")], deny: vec![limit("in/private")] };
    (folder, Files::within(&[limits]))
}

#[test]
fn s199_links_and_dots_lead_nowhere_that_is_not_allowed() {
    let (folder, files) = house();
    let at = |part: &str| path(&folder.path().join(part));
    for way in
        ["in/file", "by another name/file", "in/private/../file", "in/near/../file", "out/../in//./file/"]
    {
        assert!(files.open(&at(way)).is_ok(), "{way}: {:?}", files.open(&at(way)));
    }
    for way in [
        "out/file",
        "in/away/file",
        "in/private/file",
        "in/near/file",
        "in/near/deep/../file",
        "in/../out/file",
    ] {
        let refused = files.open(&at(way)).expect_err(way);
        assert_eq!(refused.why, Why::Forbidden, "{way}: {refused}");
    }
    for way in ["", "out", "in/away", "in/private", "in/near/deep"] {
        let refused = files.directory(&at(way)).expect_err(way);
        assert_eq!(refused.why, Why::Forbidden, "{way}: {refused}");
    }
}

#[test]
fn s199_what_a_limit_names_keeps_its_name_and_place() {
    let (folder, files) = house();
    let at = |part: &str| path(&folder.path().join(part));
    let rename = |from: &str, to: &str| {
        let (directory, name) = files.parent(&at(from)).expect("a parent");
        let (into, new) = files.parent(&at(to)).expect("a parent");
        directory.rename(&name, &into, &new, true).map_err(|error| error.why)
    };
    for (from, to) in [
        ("in/private", "in/public"),
        ("in/private/file", "in/file2"),
        ("in/near/file", "in/file2"),
        ("in/file", "out/file2"),
        ("in/file", "in/private/file2"),
        ("in", "in2"),
    ] {
        assert_eq!(rename(from, to), Err(Why::Forbidden), "{from} to {to}");
    }
    assert_eq!(rename("in/near", "in/nearer"), Ok(()), "a link is only a name");
    assert_eq!(rename("in/file", "by another name/renamed"), Ok(()));
    let (directory, private) = files.parent(&at("in/private")).expect("a parent");
    assert_eq!(directory.remove_directory(&private).map_err(|error| error.why), Err(Why::Forbidden));
    assert_eq!(directory.child(&private).map(|_| ()).map_err(|error| error.why), Err(Why::Forbidden));
}

#[test]
fn a_directory_that_is_moved_while_it_is_open_leads_to_no_other() {
    let (folder, files) = house();
    let at = |part: &str| folder.path().join(part);
    fs::create_dir(at("in/work")).expect("made");
    let work = files.directory(&path(&at("in/work"))).expect("a directory");
    // Somebody puts a link in its place.
    fs::rename(at("in/work"), at("in/elsewhere")).expect("moved");
    symlink("private", at("in/work")).expect("linked");
    work.make(&name("made")).expect("made where it was opened");
    assert!(at("in/elsewhere/made").is_dir() && !at("in/private/made").exists());
    let refused = files.directory(&path(&at("in/work"))).expect_err("the link");
    assert_eq!(refused.why, Why::Forbidden);
}

#[test]
fn links_that_lead_in_a_circle_and_names_that_are_none_are_told() {
    let (folder, files) = house();
    symlink("circle", folder.path().join("in/circle")).expect("linked");
    let at = |part: &str| path(&folder.path().join(part));
    assert_eq!(files.open(&at("in/circle")).expect_err("a circle").why, Why::Loop);
    assert_eq!(files.open(&at("in/missing")).expect_err("nothing").why, Why::NotFound);
    assert_eq!(files.open(&at("in/file/x")).expect_err("no directory").why, Why::NotDirectory);
    assert_eq!(files.open(&name("relative")).expect_err("a relative path").why, Why::BadName);
    let directory = files.directory(&at("in")).expect("a directory");
    for odd in ["..", ".", "a/b"] {
        assert_eq!(directory.make(&name(odd)).expect_err(odd).why, Why::BadName, "{odd}");
    }
    let long = name(&"n".repeat(256));
    assert_eq!(directory.make(&long).expect_err("a long name").why, Why::TooLong);
}

#[test]
fn holes_are_found_and_content_is_read_around_them() {
    use std::os::unix::fs::FileExt;
    let folder = tempfile::tempdir().expect("a folder");
    let file = fs::File::create(folder.path().join("sparse")).expect("created");
    file.write_all_at(b"begin", 0).expect("written");
    file.write_all_at(b"end", 10 << 20).expect("written");
    let source = Files::within(&[]).open(&path(&folder.path().join("sparse"))).expect("opened");
    let (mut at, mut holes, mut data) = (0, 0, 0);
    loop {
        match source.stretch(at).expect("a stretch") {
            Stretch::Data(length) => (at, data) = (at + length, data + length),
            Stretch::Hole(length) => (at, holes) = (at + length, holes + length),
            Stretch::End => break,
        }
    }
    assert_eq!((at, source.item().size), ((10 << 20) + 3, (10 << 20) + 3));
    assert!(9 << 20 < holes && data < 1 << 20, "{holes} of holes, {data} of data");
    let mut end = [0; 5];
    assert_eq!(source.read_at(&mut end, 10 << 20).expect("read"), 3);
    assert_eq!(&end[..3], b"end");
    assert!(source.is_unchanged());
    file.write_all_at(b"END!", 10 << 20).expect("written");
    assert!(!source.is_unchanged());
}
