//! Relays that others made, for bytes over TCP: two proxies that only copy, and the one that noVNC is used with.
//!
//! Each gets the load of [`crate::relay`]: frames of the same size on the same schedule, from as many senders to as many
//! receivers. None of them encrypts.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::process::Process;
use futures_util::SinkExt;
use loadgen::cpu::Share;
use loadgen::stamps::now_us;
use loadgen::tally::Tally;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use crate::relay::{Cost, Load};

/// How long a relay may take to listen.
const START_MAX: Duration = Duration::from_secs(10);

/// A frame: its length and the moment when it was sent stand in front.
const HEAD_BYTES: usize = 12;

/// Somebody's relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// haproxy, `mode tcp`.
    Haproxy,
    /// nginx, `stream`.
    Nginx,
    /// websockify: a WebSocket at the sender's side.
    Websockify,
}

impl Kind {
    /// What tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Haproxy => "haproxy, TCP",
            Self::Nginx => "nginx, TCP",
            Self::Websockify => "websockify",
        }
    }

    /// The Debian package that brings it.
    pub fn package(self) -> &'static str {
        match self {
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx-light libnginx-mod-stream",
            Self::Websockify => "websockify",
        }
    }

    fn start(
        self,
        folder: &std::path::Path,
        listen: SocketAddr,
        target: SocketAddr,
    ) -> anyhow::Result<Process> {
        let (config, text) = match self {
            Self::Haproxy => ("haproxy.cfg", haproxy(listen, target)),
            Self::Nginx => ("nginx.conf", nginx(folder, listen, target)),
            Self::Websockify => ("none", String::new()),
        };
        let config = folder.join(config);
        fs::write(&config, text)?;
        let (mut command, arguments) = match self {
            Self::Haproxy => (Command::new("haproxy"), vec!["-db".to_owned(), "-f".to_owned()]),
            Self::Nginx => (Command::new("nginx"), vec!["-c".to_owned()]),
            Self::Websockify => (Command::new("websockify"), vec![listen.to_string(), target.to_string()]),
        };
        command.args(arguments);
        if self != Self::Websockify {
            command.arg(&config);
        }
        Process::start(self.name(), &mut command)
    }
}

fn haproxy(listen: SocketAddr, target: SocketAddr) -> String {
    format!(
        "global\n maxconn 2000\n nbthread 1\ndefaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server \
         60s\nlisten load\n bind {listen}\n server sink {target}\n"
    )
}

fn nginx(folder: &std::path::Path, listen: SocketAddr, target: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/log;\n\
         include /etc/nginx/modules-enabled/*stream*.conf;\nevents {{ worker_connections 4000; }}\n\
         stream {{ server {{ listen {listen}; proxy_pass {target}; tcp_nodelay on; }} }}\n"
    )
}

/// Puts the load through one of them.
///
/// # Errors
/// When it does not start, a connection ends, or too little arrives.
pub async fn through(kind: Kind, load: &Load, bytes: usize, per_second: u32) -> anyhow::Result<Cost> {
    let folder = tempfile::tempdir()?;
    let sinks = TcpListener::bind(("127.0.0.1", 0)).await?;
    let listen = free_address().await?;
    let process = kind.start(folder.path(), listen, sinks.local_addr()?)?;
    until_listening(listen).await.with_context(|| process.output())?;
    let tally = Arc::new(Tally::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(take_all(sinks, Arc::clone(&tally)));
    for number in 0..load.sessions {
        let tally = Arc::clone(&tally);
        tasks.spawn(send(kind, listen, number, bytes, per_second, tally));
    }
    let watched = async {
        tokio::time::sleep(load.warm_up).await;
        tally.take();
        // One of them has a process for each connection.
        let (cpu, start) = (Share::start(&with_children(process.id())?)?, Instant::now());
        tokio::time::sleep(load.watched).await;
        let counted = tally.take();
        anyhow::Ok(Cost { cpu_seconds: cpu.seconds()?, seconds: start.elapsed().as_secs_f64(), counted })
    };
    let cost = tokio::select! {
        cost = watched => cost?,
        Some(ended) = tasks.join_next() => anyhow::bail!("a connection ended: {ended:?}"),
    };
    let (sent, arrived) = (cost.counted.captures as f64, cost.counted.updates as f64);
    anyhow::ensure!(0.95 * sent < arrived && 0.0 < sent, "{arrived} of {sent} frames arrived");
    Ok(cost)
}

async fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?)
}

async fn until_listening(address: SocketAddr) -> anyhow::Result<()> {
    let end = Instant::now() + START_MAX;
    while TcpStream::connect(address).await.is_err() {
        anyhow::ensure!(Instant::now() < end, "it does not listen within {START_MAX:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// A process and those that it started.
fn with_children(process: u32) -> anyhow::Result<Vec<u32>> {
    let mut found = vec![process];
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        if parent == Some(process) {
            found.push(id);
        }
    }
    Ok(found)
}

async fn send(
    kind: Kind,
    address: SocketAddr,
    number: usize,
    bytes: usize,
    per_second: u32,
    tally: Arc<Tally>,
) -> anyhow::Result<()> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    let start = tokio::time::Instant::now() + Duration::from_millis(number as u64 % 33);
    let mut beat = tokio::time::interval_at(start, Duration::from_secs(1) / per_second);
    let mut frame = vec![0; HEAD_BYTES + bytes];
    let mut carrier = match kind {
        Kind::Websockify => {
            let (socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/"), tcp).await?;
            Carrier::WebSocket(Box::new(socket))
        }
        Kind::Haproxy | Kind::Nginx => Carrier::Tcp(tcp),
    };
    loop {
        beat.tick().await;
        frame[..4].copy_from_slice(&u32::try_from(bytes)?.to_be_bytes());
        frame[4..HEAD_BYTES].copy_from_slice(&now_us().to_be_bytes());
        tally.captured();
        match &mut carrier {
            Carrier::Tcp(tcp) => tcp.write_all(&frame).await?,
            Carrier::WebSocket(socket) => socket.send(Message::binary(frame.clone())).await?,
        }
    }
}

enum Carrier {
    Tcp(TcpStream),
    WebSocket(Box<tokio_tungstenite::WebSocketStream<TcpStream>>),
}

async fn take_all(sinks: TcpListener, tally: Arc<Tally>) -> anyhow::Result<()> {
    let mut tasks = JoinSet::new();
    loop {
        let (stream, _) = sinks.accept().await?;
        let tally = Arc::clone(&tally);
        tasks.spawn(async move { take(stream, &tally).await });
    }
}

async fn take(mut stream: TcpStream, tally: &Tally) -> anyhow::Result<()> {
    let mut head = [0; HEAD_BYTES];
    let mut body = Vec::new();
    loop {
        stream.read_exact(&mut head).await?;
        let (length, sent) = head.split_at(4);
        body.resize(u32::from_be_bytes(length.try_into()?) as usize, 0);
        stream.read_exact(&mut body).await?;
        let age_us = now_us().saturating_sub(u64::from_be_bytes(sent.try_into()?));
        tally.shown(body.len(), Some(age_us));
    }
}
