//! Files: one large one and many small ones through agent and relay, against the same bytes and against tar over one
//! bare quinn stream of two hops, and against scp; and a transfer that is cut off again and again.
//!
//! `--bytes N` says how large the file is that is cut off (5 GB); with 0 it is left out. Speeds are measured in memory
//! where the machine has `/dev/shm`, so that no disk is.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::endpoint::Endpoint;
use e2e::process::Process;
use e2e::site::Site;
use e2e::{technician, wait};
use figures::figure::{Figure, or_skip};
use figures::hops;
use figures::transfer::TwoHops;
use rand::RngExt as _;
use transport::client::Preference;
use view::access::Entry;
use view::files::path;
use view::technician::Technician;
use wire::close::CloseCode;

/// The large file.
const LARGE_BYTES: u64 = 512 << 20;

/// The small ones.
const SMALL: usize = 10_000;
const SMALL_BYTES: usize = 4 << 10;

/// The file that is cut off, and how often.
const CUT_BYTES: u64 = 5_000_000_000;
const CUTS: u64 = 50;

/// Every so many cuts the relay is killed instead of the line.
const RELAY_EVERY: u64 = 10;

/// How long anything may take on a loaded machine.
const BOUND: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut cut_bytes = CUT_BYTES;
    match arguments.next().as_deref() {
        Some(hops::ARGUMENT) => return hops::serve().await,
        Some("--bytes") => cut_bytes = arguments.next().context("--bytes N")?.parse()?,
        _ => {}
    }
    or_skip("one large file", large().await);
    or_skip("many small files", small().await);
    if 0 < cut_bytes {
        or_skip("a transfer that is cut off", cut_off(cut_bytes).await);
    }
    Ok(())
}

/// A relay, an agent and a technician.
struct Stage {
    site: Site,
    _endpoint: Endpoint,
    entry: Entry,
}

impl Stage {
    async fn set() -> anyhow::Result<Self> {
        let site = Site::start()?;
        let endpoint = Endpoint::start(&site, "files", "fake:pattern:320x200")?;
        let entry = technician::log_in(&site, Preference::Quic).await?;
        Ok(Self { site, _endpoint: endpoint, entry })
    }

    async fn technician(&self) -> anyhow::Result<Technician> {
        technician::join_when_online_over(&self.entry, "files", BOUND).await
    }
}

/// A folder in memory, or else where temporary files go.
fn folder() -> anyhow::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let builder = &mut tempfile::Builder::new();
    let builder = builder.prefix("nearhand");
    Ok(if memory.is_dir() { builder.tempdir_in(memory)? } else { builder.tempdir()? })
}

/// A file that no compression makes smaller.
fn noise(at: &Path, length: u64) -> anyhow::Result<()> {
    let mut file = File::create(at)?;
    let mut random = rand::rng();
    let mut left = length;
    let mut piece = vec![0; 1 << 20];
    while 0 < left {
        random.fill(&mut piece[..]);
        let part = usize::try_from(left.min(piece.len() as u64))?;
        file.write_all(&piece[..part])?;
        left -= part as u64;
    }
    Ok(())
}

fn rate(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / 1e6 / took.as_secs_f64()
}

async fn large() -> anyhow::Result<()> {
    let (stage, folder) = (Stage::set().await?, folder()?);
    let technician = stage.technician().await?;
    let files = technician.files();
    let at = |name: &str| folder.path().join(name);
    noise(&at("original"), LARGE_BYTES)?;
    let bare = TwoHops::start().await?;
    // Once for the machine to have the memory at hand that all copies need, and once for the path's window to grow.
    for name in ["bare", "down"] {
        noise(&at(name), LARGE_BYTES)?;
        fs::remove_file(at(name))?;
    }
    bare.send_bytes(LARGE_BYTES / 4).await?;
    let filled = bare.send_file(&File::open(at("original"))?, &File::create(at("bare"))?).await?;
    let (filled, bare) = (rate(LARGE_BYTES, filled), rate(LARGE_BYTES, bare.send_bytes(LARGE_BYTES).await?));
    same(&at("original"), &at("bare"))?;
    fs::remove_file(at("bare"))?;

    let start = Instant::now();
    files.send(&File::open(at("original"))?, &path(at("up"))?, rand::random(), false).await?;
    let up = rate(LARGE_BYTES, start.elapsed());
    let start = Instant::now();
    let copy = File::options().read(true).write(true).create_new(true).open(at("down"))?;
    files.fetch(&path(at("up"))?, &copy).await?;
    let down = rate(LARGE_BYTES, start.elapsed());
    same(&at("original"), &at("down"))?;
    for (way, ours) in [("up", up), ("down", down)] {
        Figure::new(format!("a file of 512 MiB, {way}"), ours, "MB/s")
            .beside("bare quinn, two hops", bare)
            .print()?;
        Figure::new("… over bare quinn", ours / bare, "×").at_least(0.9).moonshot(1.0).print()?;
        Figure::new("… over bare quinn with a file at both ends, hashed", ours / filled, "×").print()?;
    }
    fs::remove_file(at("down"))?;
    or_skip("scp", scp(&at("original"), &at("by scp"), up));
    technician.leave().await
}

/// The same file by scp over loopback, with a server of our own.
fn scp(from: &Path, to: &Path, ours: f64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    for key in ["host", "user"] {
        let made =
            Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(at(key)).status();
        anyhow::ensure!(
            made.is_ok_and(|status| status.success()),
            "no ssh-keygen (Debian package openssh-client)"
        );
    }
    // Where sshd locks its own helper up; a machine that never ran it lacks the folder, and only root can make it.
    let _ = fs::create_dir_all("/run/sshd").is_ok();
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let mut command = Command::new("/usr/sbin/sshd");
    command.arg("-D").arg("-e").arg("-f").arg("/dev/null").args(["-p", &port.to_string()]);
    command.arg("-h").arg(at("host"));
    command.arg("-o").arg(format!("AuthorizedKeysFile={}", at("user.pub").display()));
    command.args([
        "-o",
        "ListenAddress=127.0.0.1",
        "-o",
        "StrictModes=no",
        "-o",
        "PidFile=none",
        "-o",
        "UsePAM=no",
        "-o",
        "Subsystem=sftp internal-sftp",
    ]);
    let _server = Process::start("sshd", &mut command).context("Debian package openssh-server")?;
    wait::until("sshd", BOUND, || std::net::TcpStream::connect(("127.0.0.1", port)).ok())?;
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    let start = Instant::now();
    let mut scp = Command::new("scp");
    scp.args([
        "-q",
        "-P",
        &port.to_string(),
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
    ]);
    scp.arg("-i").arg(at("user")).arg(from).arg(format!("{user}@127.0.0.1:{}", to.display()));
    let copied = scp.stderr(Stdio::inherit()).status()?;
    anyhow::ensure!(copied.success(), "scp fails");
    let theirs = rate(LARGE_BYTES, start.elapsed());
    same(from, to)?;
    Figure::new("… up, beside scp (one hop)", ours, "MB/s").beside("scp", theirs).print()
}

async fn small() -> anyhow::Result<()> {
    let (stage, folder) = (Stage::set().await?, folder()?);
    let technician = stage.technician().await?;
    let files = technician.files();
    let tree = folder.path().join("tree");
    for number in 0..SMALL {
        let place = tree.join(format!("d{}", number % 100));
        fs::create_dir_all(&place)?;
        fs::write(place.join(format!("f{number}")), vec![number as u8; SMALL_BYTES])?;
    }
    let place = |name: &str| -> anyhow::Result<PathBuf> {
        let place = folder.path().join(name);
        fs::create_dir(&place)?;
        Ok(place)
    };
    let bare = TwoHops::start().await?;
    bare.send_bytes(64 << 20).await?;
    let by_tar = place("by tar")?;
    let tar = bare.send_tar(&tree, &by_tar).await?;
    same_tree(&tree, &by_tar.join("tree"))?;

    let up = place("up")?;
    let start = Instant::now();
    let outcome = files.send_all(&tree, &path(&up)?, false).await?;
    let sent = start.elapsed();
    anyhow::ensure!(outcome.failed.is_empty(), "{} files were not sent", outcome.failed.len());
    same_tree(&tree, &up.join("tree"))?;

    let archive = File::create(folder.path().join("down.tar"))?;
    let start = Instant::now();
    files.fetch_all(&[path(up.join("tree"))?], &archive).await?;
    let fetched = start.elapsed();
    let down = place("down")?;
    let unpacked =
        Command::new("tar").arg("-xf").arg(folder.path().join("down.tar")).arg("-C").arg(&down).status()?;
    anyhow::ensure!(unpacked.success(), "the archive does not unpack");
    same_tree(&tree, &down.join("tree"))?;
    for (way, ours) in [("up", sent), ("down, as one archive", fetched)] {
        Figure::new(format!("10,000 files of 4 kB, {way}"), ours.as_secs_f64(), "s")
            .beside("tar over bare quinn", tar.as_secs_f64())
            .print()?;
        let ratio = ours.as_secs_f64() / tar.as_secs_f64();
        Figure::new("… over tar", ratio, "×").at_most(1.5).moonshot(1.0).print()?;
    }
    technician.leave().await
}

/// Sends one file while its line, or the relay, is killed again and again.
async fn cut_off(length: u64) -> anyhow::Result<()> {
    let (mut stage, folder) = (Stage::set().await?, tempfile::tempdir()?);
    let at = |name: &str| folder.path().join(name);
    noise(&at("original"), length)?;
    let upload: [u8; 16] = rand::random();
    let start = Instant::now();
    for cut in 1..=CUTS {
        let technician = stage.technician().await?;
        let (files, original, to) = (technician.files(), File::open(at("original"))?, path(at("copy"))?);
        let sending = tokio::spawn(async move { files.send(&original, &to, upload, false).await });
        let due = length / (CUTS + 1) * cut;
        let reached = tokio::time::Instant::now() + BOUND;
        while interim_bytes(folder.path())? < due {
            anyhow::ensure!(
                !sending.is_finished(),
                "the transfer ended before cut {cut}: {:?}",
                sending.await
            );
            anyhow::ensure!(tokio::time::Instant::now() < reached, "stuck before cut {cut}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if cut % RELAY_EVERY == 0 {
            stage.site.crash_and_restart()?;
        } else {
            technician.link().close(CloseCode::Silent, "");
        }
        drop(technician);
        sending.abort();
        anyhow::ensure!(!at("copy").exists(), "something has the final name after cut {cut}");
    }
    let technician = stage.technician().await?;
    let original = File::open(at("original"))?;
    technician.files().send(&original, &path(at("copy"))?, upload, false).await?;
    same(&at("original"), &at("copy"))?;
    let name = format!("{:.1} GB, cut off {CUTS} times, same hash", length as f64 / 1e9);
    Figure::new(name, start.elapsed().as_secs_f64(), "s").print()?;
    let left = fs::read_dir(folder.path())?.count();
    Figure::new("… files left beside original and copy", left as f64 - 2.0, "files").at_most(0.0).print()
}

/// Bytes of a file that is not complete yet.
fn interim_bytes(folder: &Path) -> anyhow::Result<u64> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(".part") {
            return Ok(entry.metadata().map_or(0, |meta| meta.len()));
        }
    }
    Ok(0)
}

fn same(one: &Path, other: &Path) -> anyhow::Result<()> {
    let same = Command::new("cmp").arg(one).arg(other).status()?;
    anyhow::ensure!(same.success(), "{} is not {}", other.display(), one.display());
    Ok(())
}

fn same_tree(one: &Path, other: &Path) -> anyhow::Result<()> {
    let same = Command::new("diff").arg("-r").arg(one).arg(other).status()?;
    anyhow::ensure!(same.success(), "{} is not {}", other.display(), one.display());
    Ok(())
}
