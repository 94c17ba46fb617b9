//! Files of a real agent through a real relay.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use e2e::technician;
use reqwest::StatusCode;
use serde_json::{Value, json};
use transport::client::Preference;
use view::access::Entry;
use view::files::{Files, Refused, path};
use view::technician::Technician;
use wire::file::{FileKind, FilePath, FromFile, ToFile, Why};

/// How long anything may take on a loaded machine.
const BOUND: Duration = Duration::from_secs(30);

struct Stage {
    site: Site,
    endpoint: Endpoint,
    entry: Entry,
    technician: Technician,
    files: Files,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn set() -> anyhow::Result<Self> {
        let site = Site::start()?;
        let endpoint = Endpoint::start(&site, "server", "fake:pattern:320x200")?;
        let entry = technician::log_in(&site, Preference::Quic).await?;
        let technician = technician::join_over(&entry, "server").await?;
        let files = technician.files();
        let folder = tempfile::tempdir()?;
        Ok(Self { site, endpoint, entry, technician, files, folder })
    }

    /// A path in the folder on the endpoint.
    fn at(&self, name: impl AsRef<Path>) -> anyhow::Result<FilePath> {
        path(self.folder.path().join(name))
    }

    fn write(&self, name: impl AsRef<Path>, content: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().context("a folder")?)?;
        Ok(fs::write(path, content)?)
    }

    fn names(&self) -> anyhow::Result<Vec<String>> {
        let names: std::io::Result<Vec<_>> =
            self.folder.path().read_dir()?.map(|entry| Ok(entry?.file_name())).collect();
        let mut names: Vec<String> = names?.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        Ok(names)
    }

    /// Changes the technician's own account.
    async fn change_account(&self, change: impl FnOnce(&mut Value)) -> anyhow::Result<()> {
        let (client, url) = (self.entry.client(), |path: &str| self.entry.url(path));
        let me: Value = client.get(url("/api/me")).send().await?.json().await?;
        let record = url(&format!("/api/records/account/{}", me["account"]));
        let mut body: Value = client.get(&record).send().await?.json().await?;
        change(&mut body["record"]);
        let answer = client.put(&record).json(&body).send().await?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "{status}: {}", answer.text().await?);
        Ok(())
    }
}

fn why(error: &anyhow::Error) -> Option<Why> {
    error.downcast_ref::<Refused>().map(|refused| refused.why)
}

/// Bytes that no two places of which are alike.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

fn events_of(log: &Value) -> Vec<String> {
    let lines = log["lines"].as_array().into_iter().flatten();
    lines.filter_map(|line| line["fact"]["event"].as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn s196_s210_s213_s215_files_are_listed_sent_fetched_renamed_and_deleted_for_good() -> anyhow::Result<()>
{
    let stage = Stage::set().await?;
    let (files, folder) = (&stage.files, stage.folder.path());
    let home = tempfile::tempdir()?;
    let volumes = files.volumes().await?;
    assert_eq!(volumes.first().map(|volume| volume.path.as_bytes()), Some(&b"/"[..]), "{volumes:?}");

    // Up, under a name that is no text, and down again.
    let content = noise(3_000_017);
    fs::write(home.path().join("original"), &content)?;
    let odd = stage.at(OsStr::from_bytes(b"odd-\xff"))?;
    files.send(&File::open(home.path().join("original"))?, &odd, [1; 16], false).await?;
    assert_eq!(fs::read(folder.join(OsStr::from_bytes(b"odd-\xff")))?, content);
    let copy = File::options().read(true).write(true).create_new(true).open(home.path().join("copy"))?;
    assert_eq!(files.fetch(&odd, &copy).await?, content.len() as u64);
    assert_eq!(fs::read(home.path().join("copy"))?, content);
    // One that is there in part is gone on with; one that begins otherwise is not.
    copy.set_len(1_000_000)?;
    assert_eq!(files.fetch(&odd, &copy).await?, 2_000_017);
    assert_eq!(fs::read(home.path().join("copy"))?, content);
    copy.set_len(1000)?;
    copy.write_all_at(b"?", 500)?;
    let refused = files.fetch(&odd, &copy).await.err().context("another beginning")?;
    assert_eq!(why(&refused), Some(Why::Changed), "{refused:?}");

    // A file in the way is not replaced unless that is wished, and then keeps who may read it.
    fs::set_permissions(folder.join(OsStr::from_bytes(b"odd-\xff")), fs::Permissions::from_mode(0o640))?;
    let small = File::open(home.path().join("original"))?;
    let refused = files.send(&small, &odd, [2; 16], false).await.err().context("a file in the way")?;
    assert_eq!(why(&refused), Some(Why::Exists));
    fs::write(home.path().join("original"), b"new")?;
    files.send(&File::open(home.path().join("original"))?, &odd, [3; 16], true).await?;
    assert_eq!(fs::read(folder.join(OsStr::from_bytes(b"odd-\xff")))?, b"new");
    assert_eq!(fs::metadata(folder.join(OsStr::from_bytes(b"odd-\xff")))?.mode() & 0o777, 0o640);

    // Directories, names, and what a listing says.
    files.act(&ToFile::Make(stage.at("made")?)).await?;
    let replaces = false;
    files.act(&ToFile::Rename { from: odd, to: stage.at("made/plain")?, replaces }).await?;
    symlink("/etc", folder.join("made/link"))?;
    Command::new("mkfifo").arg(folder.join("made/.pipe")).status()?;
    let listed = files.list(&stage.at("made")?).await?;
    let seen: Vec<_> = listed.iter().map(|item| (item.name.to_string(), item.kind, item.is_hidden)).collect();
    let expected =
        [(".pipe", FileKind::Pipe, true), ("link", FileKind::Link, false), ("plain", FileKind::File, false)];
    assert_eq!(seen, expected.map(|(name, kind, hidden)| (name.to_owned(), kind, hidden)));
    let target = listed[1].target.as_ref().context("where the link leads")?;
    assert_eq!((target.kind, &target.path[..]), (Some(FileKind::Directory), &b"/etc"[..]));
    let refused = files.fetch(&stage.at("made/.pipe")?, &copy).await.err().context("a pipe")?;
    assert!(why(&refused) == Some(Why::Special) && refused.to_string().contains("pipe"), "{refused:?}");

    // Deleted for good, the link and not what it leads to.
    let outcome = files.act(&ToFile::Remove(vec![stage.at("made")?, stage.at("missing")?])).await?;
    assert_eq!((outcome.items, outcome.failed.len()), (4, 1), "{outcome:?}");
    assert!(stage.names()?.is_empty() && Path::new("/etc/passwd").exists());

    acts_are_in_the_log(&stage.entry).await
}

/// Waits until the log has what was done above.
async fn acts_are_in_the_log(entry: &Entry) -> anyhow::Result<()> {
    // The end of the last act is written a moment after it was heard here.
    let expected = [
        "file_list",
        "file_upload_begun",
        "file_upload_done",
        "file_upload_refused",
        "file_download_done",
        "file_remove_done",
    ];
    let end = Instant::now() + BOUND;
    loop {
        let log = entry.url("/api/audit?subject=act");
        let log: Value = entry.client().get(log).send().await?.json().await?;
        let events = events_of(&log);
        let missing: Vec<_> =
            expected.iter().filter(|one| !events.iter().any(|event| event == *one)).collect();
        if missing.is_empty() {
            break;
        }
        anyhow::ensure!(Instant::now() < end, "{missing:?} are not in {events:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_after_the_relay_was_killed_and_nothing_half_has_the_final_name()
-> anyhow::Result<()> {
    let mut stage = Stage::set().await?;
    let home = tempfile::tempdir()?;
    let content = noise(24 << 20);
    fs::write(home.path().join("large"), &content)?;
    let upload = [9; 16];
    let request = ToFile::Write {
        path: stage.at("large")?,
        upload,
        size: content.len() as u64,
        modified_ms: 1_600_000_000_000,
        replaces: false,
    };
    let mut operation = stage.files.ask(&request).await?;
    assert!(matches!(operation.next().await?, Some(FromFile::Ready { from: 0, .. })));
    for piece in content[..16 << 20].chunks(256 << 10) {
        operation.say(&ToFile::Bytes(bytes::Bytes::copy_from_slice(piece))).await?;
    }
    let interim = stage.names()?;
    assert!(interim.len() == 1 && interim[0].ends_with(".part"), "{interim:?}");
    stage.site.crash_and_restart()?;
    drop(operation);
    assert_eq!(stage.names()?, interim, "neither complete nor gone");

    let technician = technician::join_when_online_over(&stage.entry, "server", BOUND).await?;
    let file = File::open(home.path().join("large"))?;
    let sent = technician.files().send(&file, &stage.at("large")?, upload, false).await?;
    assert!(0 < sent && sent < content.len() as u64, "{sent} bytes were sent again");
    assert!(fs::read(stage.folder.path().join("large"))? == content, "the content is the same");
    assert_eq!(stage.names()?, ["large"]);

    // One that nobody goes on with goes with the session.
    let begun = ToFile::Write {
        path: stage.at("other")?,
        upload: [8; 16],
        size: 10,
        modified_ms: 0,
        replaces: false,
    };
    let mut operation = technician.files().ask(&begun).await?;
    operation.next().await?;
    operation.say(&ToFile::Bytes(bytes::Bytes::from_static(b"half"))).await?;
    drop(operation);
    technician.leave().await?;
    e2e::wait::until("the half of a file to be deleted", BOUND, || {
        (stage.names().ok()? == ["large"]).then_some(())
    })?;
    assert!(!stage.endpoint.output().contains("panicked"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_named_leaves_nothing_under_the_final_name_and_is_gone_on_with_once_there_is_room()
-> anyhow::Result<()> {
    let mut stage = Stage::set().await?;
    let home = tempfile::tempdir()?;
    let (content, upload) = (noise(8 << 20), [7; 16]);
    fs::write(home.path().join("large"), &content)?;
    let send = async |stage: &Stage| {
        let file = File::open(home.path().join("large"))?;
        stage.files.send(&file, &stage.at("large")?, upload, false).await
    };
    stage.endpoint.limit_files(Some(4 << 20))?;
    let refused = send(&stage).await.err().context("a full disk")?;
    assert_eq!(why(&refused), Some(Why::Full), "{refused:?}");
    assert!(refused.to_string().contains("of 8388608 bytes came"), "{refused}");
    let interim = stage.names()?;
    assert!(interim.len() == 1 && interim[0].ends_with(".part"), "{interim:?}");
    assert_eq!(fs::metadata(stage.folder.path().join(&interim[0]))?.len(), 0, "the disk has its room back");
    // A tree ends at the first file that finds no room.
    fs::create_dir(home.path().join("tree"))?;
    for name in ["a", "b"] {
        fs::write(home.path().join("tree").join(name), &content)?;
    }
    let refused = stage.files.send_all(&home.path().join("tree"), &stage.at("")?, false).await;
    let refused = refused.err().context("a full disk")?;
    assert_eq!(why(&refused), Some(Why::Full), "{refused:?}");
    let left: Vec<_> = fs::read_dir(stage.folder.path().join("tree"))?.collect();
    assert!(left.is_empty(), "{left:?}");

    stage.endpoint.limit_files(None)?;
    assert_eq!(send(&stage).await?, content.len() as u64);
    assert!(fs::read(stage.folder.path().join("large"))? == content, "the content is the same");
    assert_eq!(stage.names()?, ["large", "tree"]);

    // What came before the line was lost, and was not answered any more, may be sent once more with what follows.
    fs::create_dir(home.path().join("many"))?;
    for name in ["a", "b"] {
        fs::write(home.path().join("many").join(name), name)?;
    }
    for _ in 0..2 {
        let outcome = stage.files.send_all(&home.path().join("many"), &stage.at("")?, false).await?;
        assert_eq!((outcome.items, outcome.failed), (3, Vec::new()));
    }
    fs::write(home.path().join("many/a"), "another")?;
    fs::write(stage.folder.path().join("many/b"), "changed on the endpoint")?;
    let mut outcome = stage.files.send_all(&home.path().join("many"), &stage.at("")?, false).await?;
    outcome.failed.sort_by_key(|(path, _)| path.clone());
    assert_eq!(outcome.failed, [(path("many/a")?, Why::Exists), (path("many/b")?, Why::Exists)]);
    assert_eq!(fs::read(stage.folder.path().join("many/a"))?, b"a");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_trees_go_both_ways_with_long_names_links_and_holes() -> anyhow::Result<()> {
    let stage = Stage::set().await?;
    let home = tempfile::tempdir()?;
    let tree = home.path().join("tree");
    fs::create_dir(&tree)?;
    for number in 0..300 {
        fs::create_dir_all(tree.join(format!("d{}", number % 7)))?;
        fs::write(tree.join(format!("d{}/f{number}", number % 7)), noise(number * 13))?;
    }
    let outcome = stage.files.send_all(&tree, &stage.at("")?, false).await?;
    assert_eq!((outcome.items, outcome.failed.len()), (308, 0), "{outcome:?}");
    let same = Command::new("diff").arg("-r").args([&tree, &stage.folder.path().join("tree")]).status()?;
    assert!(same.success());
    for number in 0..300 {
        fs::write(tree.join(format!("d{}/f{number}", number % 7)), "another")?;
    }
    let again = stage.files.send_all(&tree, &stage.at("")?, false).await?;
    assert_eq!(again.failed.len(), 300, "files in the way stay");
    assert!(again.failed.iter().all(|(_, why)| *why == Why::Exists));

    // A path of more than 4,096 bytes, which no system call takes at once.
    let deep = "n".repeat(200);
    let mut place = stage.at("deep")?;
    stage.files.act(&ToFile::Make(place.clone())).await?;
    for _ in 0..25 {
        place = FilePath::new([place.as_bytes(), b"/", deep.as_bytes()].concat())?;
        stage.files.act(&ToFile::Make(place.clone())).await?;
    }
    assert!(5000 < place.as_bytes().len());
    let bottom = FilePath::new([place.as_bytes(), b"/bottom"].concat())?;
    fs::write(home.path().join("bottom"), b"far down")?;
    stage.files.send(&File::open(home.path().join("bottom"))?, &bottom, [4; 16], false).await?;
    assert_eq!(stage.files.list(&place).await?.len(), 1);
    symlink("d0/f0", stage.folder.path().join("tree/link"))?;
    let sparse = File::create(stage.folder.path().join("tree/sparse"))?;
    sparse.set_len(64 << 20)?;
    sparse.write_all_at(b"end", (64 << 20) - 3)?;

    // A sparse file stays one.
    let copy = File::options().read(true).write(true).create_new(true).open(home.path().join("sparse"))?;
    stage.files.fetch(&stage.at("tree/sparse")?, &copy).await?;
    let meta = copy.metadata()?;
    assert!(meta.len() == 64 << 20 && meta.blocks() * 512 < 1 << 20, "{} blocks", meta.blocks());

    let archive = home.path().join("tree.tar");
    let outcome = stage.files.fetch_all(&[stage.at("tree")?], &File::create(&archive)?).await?;
    assert_eq!((outcome.items, outcome.failed.len()), (308 + 2, 0), "{outcome:?}");
    let out = home.path().join("out");
    fs::create_dir(&out)?;
    let unpacked = Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&out).output()?;
    assert!(unpacked.status.success(), "{}", String::from_utf8_lossy(&unpacked.stderr));
    let same = Command::new("diff")
        .args(["-r", "--no-dereference"])
        .args([&out.join("tree"), &stage.folder.path().join("tree")])
        .output()?;
    assert!(same.status.success(), "{}", String::from_utf8_lossy(&same.stdout));

    stage.files.fetch_all(&[stage.at("deep")?], &File::create(&archive)?).await?;
    let listed = Command::new("tar").arg("-tf").arg(&archive).output()?;
    let longest = listed.stdout.split(|&byte| byte == b'\n').map(<[u8]>::len).max();
    assert_eq!(longest, Some("deep/".len() + 25 * 201 + "bottom".len()));

    let outcome = stage.files.act(&ToFile::Remove(vec![stage.at("tree")?, stage.at("deep")?])).await?;
    assert_eq!((outcome.items, outcome.items_of), (310 + 27, 310 + 27));
    assert!(stage.names()?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn s199_limits_on_paths_hold_after_links_are_resolved_and_rights_are_separate() -> anyhow::Result<()> {
    let stage = Stage::set().await?;
    let root = stage.folder.path();
    stage.write("in/file", b"mine")?;
    stage.write("in/private/file", b"secret")?;
    stage.write("outside", b"secret")?;
    symlink(root.join("outside"), root.join("in/link"))?;
    symlink("private", root.join("in/way"))?;
    let limit = |name: &str| root.join(name).to_string_lossy().into_owned();
    let paths = json!({ "allow": [limit("in")], "deny": [limit("in/private")] });
    stage.change_account(|account| account["paths"] = paths).await?;

    let home = tempfile::tempdir()?;
    let copy = File::options().read(true).write(true).create_new(true).open(home.path().join("copy"))?;
    let fetched = async |name: &str| {
        copy.set_len(0)?;
        anyhow::Ok(stage.files.fetch(&stage.at(name)?, &copy).await)
    };
    // The limits travel on another stream than the requests.
    let end = Instant::now() + BOUND;
    while why(&fetched("outside").await?.err().unwrap_or_else(|| anyhow::anyhow!("fetched")))
        != Some(Why::Forbidden)
    {
        anyhow::ensure!(Instant::now() < end, "the limits do not arrive");
    }
    assert_eq!(fetched("in/file").await??, 4);
    assert_eq!(fetched("in/../in/file").await??, 4);
    for way in ["in/link", "in/../outside", "in/private/file", "in/way/file", "in/./private/../private/file"]
    {
        let refused = fetched(way).await?.err().context(way)?;
        assert_eq!(why(&refused), Some(Why::Forbidden), "{way}: {refused:?}");
    }
    let replaces = true;
    let changes = [
        ToFile::List(stage.at("")?),
        ToFile::List(stage.at("in/private")?),
        ToFile::Make(stage.at("in/private/new")?),
        ToFile::Make(stage.at("new")?),
        ToFile::Rename { from: stage.at("in/private")?, to: stage.at("in/public")?, replaces },
        ToFile::Rename { from: stage.at("in/private/file")?, to: stage.at("in/file2")?, replaces },
        ToFile::Rename { from: stage.at("in/file")?, to: stage.at("gone")?, replaces },
        ToFile::Rename { from: stage.at("in")?, to: stage.at("in2")?, replaces },
    ];
    for change in changes {
        let refused = stage.files.act(&change).await.err().with_context(|| format!("{change:?}"))?;
        assert_eq!(why(&refused), Some(Why::Forbidden), "{change:?}: {refused:?}");
    }
    let outcome =
        stage.files.act(&ToFile::Remove(vec![stage.at("in/private")?, stage.at("in/way")?])).await?;
    assert_eq!(
        (outcome.items, outcome.failed.len()),
        (1, 1),
        "the link goes, and not what it leads to: {outcome:?}"
    );
    assert_eq!(fs::read(root.join("in/private/file"))?, b"secret");
    let volumes = stage.files.volumes().await?;
    assert_eq!(volumes.len(), 1, "where one may begin: {volumes:?}");

    // Without the right to fetch, sending goes on.
    stage.change_account(|account| account["permissions"]["download"] = json!("denied")).await?;
    let end = Instant::now() + BOUND;
    while fetched("in/file").await?.is_ok() {
        anyhow::ensure!(Instant::now() < end, "the right does not go");
    }
    fs::write(home.path().join("up"), b"up")?;
    stage.files.send(&File::open(home.path().join("up"))?, &stage.at("in/up")?, [5; 16], false).await?;
    assert_eq!(fs::read(root.join("in/up"))?, b"up");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn s212_a_browser_saves_files_by_a_ticket_with_ranges_and_archives() -> anyhow::Result<()> {
    let stage = Stage::set().await?;
    let content = noise(2_000_000);
    stage.write("äöü \"x\".bin", &content)?;
    let client = stage.entry.client();
    let ticket = async |names: &[&str], archive: bool| {
        let paths: Vec<String> = names
            .iter()
            .map(|name| URL_SAFE_NO_PAD.encode(stage.at(name).expect("a path").as_bytes()))
            .collect();
        let body =
            json!({ "session": stage.technician.session().to_wire(), "paths": paths, "archive": archive });
        let answer = client.post(stage.entry.url("/api/files")).json(&body).send().await?;
        anyhow::ensure!(answer.status().is_success(), "{}", answer.text().await?);
        anyhow::Ok(answer.json::<Value>().await?)
    };
    let one = ticket(&["äöü \"x\".bin"], false).await?;
    let url = stage.entry.url(one["url"].as_str().context("an address")?);
    let answer = client.get(&url).send().await?;
    assert_eq!(answer.status(), StatusCode::OK);
    let named = answer.headers()["content-disposition"].to_str()?.to_owned();
    assert!(named.contains("filename*=UTF-8''%C3%A4%C3%B6%C3%BC%20%22x%22.bin"), "{named}");
    let tag = answer.headers()["etag"].clone();
    assert_eq!(answer.content_length(), Some(2_000_000));
    assert!(answer.bytes().await? == content);
    let fare = stage.entry.url(&format!("/api/files/{}", one["id"].as_str().context("an id")?));
    let told: Value = client.get(&fare).send().await?.json().await?;
    let hash = blake3::hash(&content).to_hex().to_string();
    assert_eq!(
        (&told["state"], &told["hash"], &told["sent"]),
        (&json!("done"), &json!(hash), &json!(2_000_000))
    );

    let part = client.get(&url).header("range", "bytes=1500000-").header("if-range", &tag).send().await?;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()["content-range"], "bytes 1500000-1999999/2000000");
    assert!(part.bytes().await? == content[1_500_000..]);
    let few = client.get(&url).header("range", "bytes=10-19").send().await?;
    assert!(few.bytes().await? == content[10..20]);
    // It is another file now: all of it.
    stage.write("äöü \"x\".bin", b"changed")?;
    let anew = client.get(&url).header("range", "bytes=3-").header("if-range", &tag).send().await?;
    assert_eq!((anew.status(), &anew.bytes().await?[..]), (StatusCode::OK, &b"changed"[..]));

    // Nobody else has anything of it.
    let stranger = technician::log_in(&stage.site, Preference::Quic).await?;
    assert_eq!(stranger.client().get(&url).send().await?.status(), StatusCode::NOT_FOUND);
    stage.write("a/1", b"one")?;
    stage.write("b/2", b"two")?;
    let many = ticket(&["a", "b"], true).await?;
    let answer = client.get(stage.entry.url(many["url"].as_str().context("an address")?)).send().await?;
    assert!(answer.headers()["content-disposition"].to_str()?.contains("files.tar"));
    let tar = stage.folder.path().join("got.tar");
    fs::write(&tar, answer.bytes().await?)?;
    let listed = Command::new("tar").arg("-tf").arg(&tar).output()?;
    assert_eq!(String::from_utf8(listed.stdout)?, "a/\na/1\nb/\nb/2\n");
    let missing = ticket(&["nothing"], false).await?;
    let answer = client.get(stage.entry.url(missing["url"].as_str().context("an address")?)).send().await?;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    Ok(())
}
