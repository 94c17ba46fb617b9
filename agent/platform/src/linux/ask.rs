//! Asks another program and reads its answer, with a bound on time and length.

use std::{
    io::Read,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::urgency::ordinary;

/// How long a program may take: a package manager on a slow disk.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Bytes of an answer; the rest is not read.
const ANSWER_BYTES_MAX: u64 = 8 << 20;

/// What a program said.
pub(super) struct Answer {
    pub(super) text: String,
    /// What it complained of, in one line.
    pub(super) complaint: String,
    pub(super) is_success: bool,
}

/// Runs a program without input and in plain English. `None` where it is not there, or silent for too long.
pub(super) fn ask(program: &str, arguments: &[&str]) -> Option<Answer> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("LC_ALL", "C")
        .env("SYSTEMD_COLORS", "0")
        .env("DEBIAN_FRONTEND", "noninteractive");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    super::group(&mut command);
    let mut child = ordinary(|| command.spawn()).ok()?.ok()?;
    let (output, errors) = (child.stdout.take()?, child.stderr.take()?);
    let (text, complaint) = (read(output), read(errors));
    let said = text.recv_timeout(ANSWER_MAX);
    if said.is_err() {
        super::end_group(child.id());
    }
    let status = child.wait().ok()?;
    let complaint = complaint.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    let complaint = complaint.lines().next().unwrap_or_default().trim().to_owned();
    Some(Answer { text: said.ok()?, complaint, is_success: status.success() })
}

fn read(from: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut from = from;
        // What was read before an error is an answer, too.
        let _ = from.by_ref().take(ANSWER_BYTES_MAX).read_to_end(&mut bytes);
        // Whoever asked has given up.
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
        // A writer that is stopped in the middle would wait for ever.
        let _ = std::io::copy(&mut from, &mut std::io::sink());
    });
    receiver
}

/// Whether a program is in the path.
pub(super) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Whether this system is run by systemd.
pub(super) fn has_systemd() -> bool {
    std::path::Path::new("/run/systemd/system").is_dir()
}
