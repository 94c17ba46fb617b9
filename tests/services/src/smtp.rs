//! A mail server (aiosmtpd, from Debian's `python3-aiosmtpd`) that keeps what it gets.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a letter may take to arrive.
const SOON: Duration = Duration::from_secs(20);

/// Prints its port, then each letter's sender, receivers and content as one line of JSON. Ends when its input does.
const PROGRAM: &str = r#"
import asyncio, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

class Keep:
    async def handle_DATA(self, server, session, envelope):
        letter = [envelope.mail_from, envelope.rcpt_tos, envelope.content.decode("utf-8", "replace")]
        print(json.dumps(letter), flush=True)
        return "250 kept"

def knows(server, session, envelope, mechanism, auth):
    return AuthResult(success=(auth.login, auth.password) == (b"relay", b"of the relay"))

async def main(port, chain, key):
    options = {}
    if chain:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(chain, key)
        options = dict(tls_context=tls, require_starttls=True, auth_required=True, authenticator=knows)
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(Keep(), hostname="localhost", enable_SMTPUTF8=True, **options)
    server = await loop.create_server(make, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)

asyncio.run(main(int(sys.argv[1]), *sys.argv[2:4]))
"#;

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Its port on 127.0.0.1.
    pub port: u16,
    child: Child,
    lines: Mutex<Receiver<String>>,
}

/// With which certificate a server asks for TLS and for the user `relay` with the password `of the relay`.
#[derive(Debug, Clone)]
pub struct Tls {
    /// PEM.
    pub chain: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

impl Server {
    /// Starts a server on a port: 0 for any that is free.
    ///
    /// # Panics
    /// When aiosmtpd is not installed, or the port is taken.
    pub fn start(port: u16, tls: Option<&Tls>) -> Self {
        let (chain, key) =
            tls.map_or((Path::new(""), Path::new("")), |tls| (tls.chain.as_path(), tls.key.as_path()));
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", PROGRAM, &port.to_string()]).arg(chain).arg(key);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 is installed");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let first = lines.recv_timeout(SOON);
        let port = first
            .ok()
            .and_then(|line| line.parse().ok())
            .expect("the mail server starts; `cargo xtask test --only setup` installs python3-aiosmtpd");
        Self { port, child, lines: Mutex::new(lines) }
    }

    /// Waits for the next letter: a JSON array of sender, list of receivers, and content. Blocks the thread.
    ///
    /// # Panics
    /// When none comes soon.
    pub fn next_letter(&self) -> String {
        self.lines.lock().expect("no panic while it is held").recv_timeout(SOON).expect("a letter arrives")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
