//! PostgreSQL: one server for all tests of a run, and a database of its own for each that asks.
//!
//! The first test that asks starts the server, under a lock, in a folder named after the program that runs the
//! tests; the others find it there. A watcher stops it and removes the folder once that program has ended, however
//! it ended. The server listens on a socket in that folder only, and forgoes what protects data from a power cut.
//! It refuses to run as root, so root starts it as the user that Debian's package makes for it.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The user that Debian's package makes.
const SERVER_USER: &str = "postgres";

/// The owner of all databases here; trusted without a password, since nobody else can reach the socket.
const DATABASE_USER: &str = "nearhand";

/// How tests are to be told that there is no PostgreSQL.
const HOW_TO_GET_IT: &str = "PostgreSQL is not installed: `cargo xtask test --only setup` installs it";

/// What makes it quick, small and private.
const OPTIONS: &str = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=400 \
                       -c shared_buffers=32MB -c autovacuum=off";

/// Stops the server that `$1/data` belongs to once the process `$2` has ended, and cleans up.
const WATCHER: &str = r#"
    tail --pid="$2" -f /dev/null
    server="$(head -n 1 "$1/data/postmaster.pid")"
    kill -QUIT "$server" && tail --pid="$server" -f /dev/null
    rm -rf "$1" "$1.lock"
"#;

/// Makes an empty database, and gives the URL under which it is reached.
///
/// It is gone when the test run ends.
///
/// # Panics
/// When PostgreSQL is not installed or does not start: the test cannot show what it is there to show.
pub fn empty_database() -> String {
    let programs = programs().expect(HOW_TO_GET_IT);
    let folder = std::env::temp_dir().join(format!("nearhand-postgres-{}", parent_id()));
    ensure_server(&programs, &folder);
    let name = format!("test_{:016x}", random());
    let mut create = Command::new(programs.join("createdb"));
    run(create.arg("--host").arg(&folder).args(["--username", DATABASE_USER, "--template=template0", &name]));
    format!("postgres://{DATABASE_USER}@localhost/{name}?host={}", folder.display())
}

/// Where the server's programs are: the newest version's folder.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions.filter_map(Result::ok).filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let programs = entry.path().join("bin");
        programs.join("initdb").exists().then_some((version, programs))
    });
    newest.max().map(|(_, programs)| programs)
}

/// Starts the server, unless another test has.
fn ensure_server(programs: &Path, folder: &Path) {
    let lock = File::create(folder.with_extension("lock")).expect("a lock file");
    lock.lock().expect("the lock");
    if folder.join("ready").exists() {
        return;
    }
    std::fs::DirBuilder::new().mode(0o700).create(folder).expect("a folder for the server");
    let owner = server_user();
    chown(folder, owner, owner).expect("the server's folder is the server's");
    let data = folder.join("data");
    run(as_server(owner, programs.join("initdb"))
        .args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"])
        .args(["--username", DATABASE_USER, "--pgdata"])
        .arg(&data));
    let options = format!("{OPTIONS} -k {}", folder.display());
    run(as_server(owner, programs.join("pg_ctl"))
        .args(["start", "--wait", "--silent", "--options", &options, "--log"])
        .arg(folder.join("log"))
        .arg("--pgdata")
        .arg(&data));
    let mut watcher = Command::new("setsid");
    run(watcher.args(["--fork", "sh", "-c", WATCHER, "watcher"]).arg(folder).arg(parent_id().to_string()));
    File::create(folder.join("ready")).expect("a mark that the server is there");
}

/// The number of the user that the server is to run as; `None` when that is us.
fn server_user() -> Option<u32> {
    let is_root = number_of_user(None) == Some(0);
    is_root.then(|| number_of_user(Some(SERVER_USER)).expect(HOW_TO_GET_IT))
}

fn number_of_user(name: Option<&str>) -> Option<u32> {
    let said = Command::new("id").arg("-u").args(name).output().ok()?;
    String::from_utf8(said.stdout).ok()?.trim().parse().ok()
}

fn as_server(owner: Option<u32>, program: impl AsRef<OsStr>) -> Command {
    let Some(owner) = owner else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={owner}"))
        .arg(format!("--regid={owner}"))
        .arg("--clear-groups")
        .arg(program);
    command
}

fn run(command: &mut Command) {
    // The server inherits what its starter has: it must not hold the test's output open.
    let command = command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} ended with {status}");
}

fn random() -> u64 {
    getrandom::u64().expect("randomness")
}
